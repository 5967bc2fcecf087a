# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of SWR that are right but for one value: a result, or an error that names the call."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import (  # noqa: E402
    HuaweiCloudError,
    read_error,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import LoginApi  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.dockyard import (  # noqa: E402
    DockyardOrganizations,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.names import Place  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import (  # noqa: E402
    ManagedOrganizations,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.permissions import (  # noqa: E402
    read_permissions,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.tag_listing import SwrTagApi  # noqa: E402
from ansible_collections.longshore.swr.tests.support.replies import reply_to  # noqa: E402
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import crashes  # noqa: E402

KEYS = Credentials("AK", "SK", region="cn-north-4")
AUTH = base64.b64encode(b"cn-north-4@AK:pass-51").decode("ascii")
REPOSITORIES = [{"namespace": "team", "name": "app", "total_range": 1}]
USER = {"user_id": "u", "user_name": "u", "auth": 3}


class Service:
    """A cloud, and the client of its service."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def client(self, *_name: Any) -> Service:
        return self

    def call(self, method: str, path: str, **_more: Any) -> Any:
        return self._call(method, path)


USES = {
    "login": ({"auths": {"swr.example": {"auth": AUTH}}}, lambda call: LoginApi(call).temporary(KEYS)),
    "organization": (
        {"name": "team", "creator_name": "u", "auth": 7, "id": 1},
        lambda call: DockyardOrganizations(call).find("team"),
    ),
    "organization by an access key": (
        {"name": "team", "creator_name": "u", "auth": 7, "id": 1},
        lambda call: ManagedOrganizations(Service(call)).find("team"),
    ),
    "permissions": (
        {"self_auth": USER, "others_auths": [dict(USER, user_id="v")], "creator_name": "u"},
        lambda call: read_permissions(Service(call), Place("team")),
    ),
    "repositories": (REPOSITORIES, lambda call: DockyardOrganizations(call).repositories("team")),
    "tags": (
        {"tags": [{"tag": "v1", "digest": "sha256:" + "a" * 64}], "has_more": False, "nextMarker": ""},
        lambda call: SwrTagApi(call).tags("team/app"),
    ),
}


class Answer(requests.adapters.BaseAdapter):
    """Answers everything alike."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.answer = (status, body)

    def send(self, request: Any, **_settings: Any) -> Any:
        status, body = self.answer
        return reply_to(request, status, {"Location": "http://[::1", "Retry-After": "\u00b2"}, body)

    def close(self) -> None:
        """Nothing is open."""


def client(status: int, document: Any) -> ApiClient:
    session = requests.Session()
    session.mount("https://", Answer(status, json.dumps(document).encode()))
    return ApiClient(
        "https://swr.example", HuaweiCloudError, read_error, session=session, sleep=lambda _seconds: None, retries=1
    )


@pytest.mark.parametrize("name", sorted(USES))
def test_replies(name: str) -> None:
    document, use = USES[name]
    use(client(200, document).call)
    assert crashes(document, lambda other: use(client(200, other).call)) == []


@pytest.mark.parametrize("status", [302, 403, 503])
def test_errors(status: int) -> None:
    document = {
        "errors": [{"errorCode": "SVCSTG.SWR.4000001", "errorMessage": "m"}],
        "error": {"code": 3, "message": "m"},
    }

    def use(other: Any) -> None:
        with pytest.raises(HuaweiCloudError) as caught:
            client(status, other).call("GET", "/x")
        assert str(caught.value).startswith("GET https://swr.example/x: ")

    assert crashes(document, use) == []
