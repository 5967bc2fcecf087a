# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of the management APIs, and servers that take for ever."""

from __future__ import annotations

from typing import Any, Tuple

import pytest
import requests

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError, ServerError
from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.tests.support.replies import reply_to


class ApiError(LongshoreError):
    """The family of errors of these tests."""


def client(url: str, **options: Any) -> ApiClient:
    return ApiClient(url, ApiError, lambda _body: ServerError(), **options)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"], ids=["header", "body"]
)
def test_a_reply_that_trickles_is_given_up(head: bytes, trickle: Any, no_proxies: None) -> None:
    url = "http://127.0.0.1:{0}".format(trickle(head))
    with pytest.raises(ApiError, match="not complete after 1 second") as caught:
        client(url, timeout=0.1, retries=3).call("GET", "/")
    assert caught.value.where == "GET {0}/".format(url)
    assert "timeout" in str(caught.value.hint)


class Answers(requests.adapters.BaseAdapter):
    """Answers every request alike, and keeps what it was sent with."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__()
        self._answer = (status, headers)
        self.settings: Any = None

    def send(self, request: Any, **settings: Any) -> Any:
        self.settings = settings
        status, headers = self._answer
        return reply_to(request, status, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}")

    def close(self) -> None:
        """Nothing is open."""


def session(*answer: Any, **headers: str) -> Tuple[requests.Session, Answers]:
    made, adapter = requests.Session(), Answers(*answer, **headers)
    made.mount("https://", adapter)
    return made, adapter


@pytest.mark.parametrize(
    ("value", "words"),
    [("7200", "2 hours"), ("61", "61 seconds"), ("9" * 400, "days"), ("Fri, 01 Jan 9999 00:00:00 GMT", "days")],
)
def test_a_pause_that_is_too_long_is_no_wait_but_said(value: str, words: str) -> None:
    waits: list = []
    made, dummy = session(429, Retry_After=value)
    with pytest.raises(ApiError, match="asks to wait .*{0}, and at most 60 seconds are allowed".format(words)):
        client("https://api.example", session=made, sleep=waits.append).call("GET", "/")
    assert waits == []
