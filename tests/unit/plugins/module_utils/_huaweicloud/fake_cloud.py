# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud for unit tests: scripted replies, and the exact calls that were made."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional
from unittest import mock

import requests

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import Cloud
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials
from ansible_collections.longshore.swr.tests.support.replies import reply_to

SWR = "https://swr-api.cn-north-4.myhuaweicloud.com"
IAM = "https://iam.cn-north-4.myhuaweicloud.com"
KEYS = Credentials("AK", "secret-of-the-key", region="cn-north-4")


def refusal(status: int, code: str = "", message: str = "no") -> Any:
    """A reply of SWR; C(code) is the last part of its own."""
    return status, {"errors": [{"errorCode": code and "SVCSTG.SWR." + code, "errorMessage": message}]}


class FakeCloud(requests.adapters.BaseAdapter):
    """Answers each request by the replies that are scripted for it, the last of which is repeated.

    :param replies: C("GET /v2/...") to a list of (status, JSON) or (status, JSON, headers), or exceptions. Those
        of others than SWR start with the service: C("GET IAM/v3/...").
    :ivar calls: each request as text, with its body after a space where it has one.
    """

    def __init__(self, replies: Dict[str, List[Any]]) -> None:
        super().__init__()
        self.replies = {name: list(found) for name, found in replies.items()}
        self.calls: List[str] = []
        self.headers: List[Any] = []

    def send(self, request: Any, **settings: Any) -> Any:
        url = request.url.replace(SWR, "").replace(IAM, "IAM")
        for service in ("vpcep", "vpc", "nat"):
            url = url.replace("https://{0}.cn-north-4.myhuaweicloud.com".format(service), service.upper())
        name = "{0} {1}".format(request.method, url)
        self.calls.append(name + (" " + request.body.decode() if request.body else ""))
        self.headers.append(request.headers)
        known = self.replies[name]
        step = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(step, Exception):
            raise step
        body = b"" if step[1] is None else json.dumps(step[1]).encode()
        return reply_to(request, step[0], step[2] if len(step) > 2 else {}, body)

    def close(self) -> None:
        pass

    def writes(self) -> List[str]:
        return [call for call in self.calls if not call.startswith("GET ")]

    def cloud(self, keys: Optional[Credentials] = None, **options: Any) -> Cloud:
        return Cloud("swr", keys or KEYS, options, str)

    def __enter__(self) -> FakeCloud:
        session = requests.Session()
        session.mount("https://", self)
        self._patches = [
            mock.patch.object(requests, "Session", return_value=session),
            mock.patch.object(ApiClient, "_backoff", return_value=0.0),
        ]
        for patch in self._patches:
            patch.start()
        return self

    def __exit__(self, *_exception: Any) -> None:
        for patch in self._patches:
            patch.stop()
