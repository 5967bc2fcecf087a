# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages, and waiting."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiReply
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.lists import by_marker, by_offset, whole
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.waiter import Waiter
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError


class Server:
    """Has entries 0 to C(count), and shows them in pages of C(page).

    :param total: the function that makes the header Content-Range of start, entries shown and count.
    """

    def __init__(self, count: int, page: int = 2, total: Any = "{0}-{1}/{2}".format) -> None:
        self.entries = [{"id": str(number)} for number in range(count)]
        self.page = page
        self.total = total
        self.asked: List[Dict[str, str]] = []

    def call(self, method: str, path: str, params: Any = ()) -> ApiReply:
        assert (method, path) == ("GET", "/things")
        self.asked.append(dict(params))
        start = int(self.asked[-1].get("offset", "0"))
        if "marker" in self.asked[-1]:
            start = int(self.asked[-1]["marker"]) + 1
        shown = self.entries[start : start + self.page]
        header = self.total(start, len(shown), len(self.entries)) if self.total else None
        return ApiReply(200, {"Content-Range": header} if header else {}, {"things": shown})


def ids(entries: Any) -> List[str]:
    return [entry["id"] for entry in entries]


def read(server: Server) -> List[str]:
    return ids(by_offset(server.call, "/things", lambda entry: entry["id"], [("a", "b")], "things", limit=server.page))


@pytest.mark.parametrize("total", ["{0}-{1}/{2}".format, "items {0}-{1}/{2}".format, None])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 6])
def test_a_list_with_offsets_is_read_to_its_end(count: int, total: Any) -> None:
    server = Server(count, total=total)
    assert read(server) == [str(number) for number in range(count)]
    assert server.asked[0] == {"a": "b", "limit": "2", "offset": "0"}


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("{0}-{1}/9".format, "ends after 5 of 9"),
        ("{0}-{1}/*".format, "Range"),
        ("many".format, "Range"),
    ],
)
def test_a_list_that_may_be_incomplete_is_an_error(total: Any, words: str) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        read(Server(5, total=total))
    assert words in str(caught.value)
    assert caught.value.where == "GET /things"


def test_a_list_with_markers_is_read_to_its_end() -> None:
    server = Server(5)

    def last(_reply: ApiReply, entries: List[Dict[str, Any]]) -> Optional[str]:
        return entries[-1]["id"] if len(entries) == 2 else None

    found = by_marker(server.call, "/things", lambda entry: entry["id"], last, field="things", limit=2)
    assert ids(found) == ["0", "1", "2", "3", "4"]
    assert [asked.get("marker") for asked in server.asked] == [None, "1", "3"]


def test_a_marker_that_leads_back_is_an_error() -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        by_marker(Server(5).call, "/things", lambda entry: entry["id"], lambda _reply, _entries: "1", field="things")
    assert "links back" in str(caught.value)


def test_an_empty_list_may_be_null() -> None:
    assert whole(lambda _method, _path: ApiReply(200, {}, {"things": None}), "/things", "things") == []
    assert whole(lambda _method, _path: ApiReply(200, {}, None), "/things") == []
    with pytest.raises(HuaweiCloudError):
        whole(lambda _method, _path: ApiReply(200, {}, None, has_body=False), "/things")


@pytest.mark.parametrize("data", [None, {}, [], {"things": {}}, {"things": [1]}])
def test_what_is_no_list_is_an_error(data: Any) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        whole(lambda _method, _path: ApiReply(200, {}, data), "/things", "things")
    assert "not the list" in str(caught.value)


def test_a_list_of_as_many_as_the_api_shows_at_most_is_an_error() -> None:
    assert ids(whole(Server(3, page=9).call, "/things", "things", most=4)) == ["0", "1", "2"]
    with pytest.raises(HuaweiCloudError) as caught:
        whole(Server(4, page=9).call, "/things", "things", most=4)
    assert "does not say whether that is all" in str(caught.value)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def wait(statuses: List[Optional[str]], done: Any = ("accepted",), timeout: float = 60.0) -> Any:
    clock = Clock()
    told: List[str] = []
    seen = [None if status is None else {"status": status} for status in statuses]

    def look() -> Any:
        return seen.pop(0) if len(seen) > 1 else seen[0]

    waiter = Waiter(timeout, 10.0, told.append, clock.sleep, lambda: clock.now)
    try:
        return waiter.until(look, done, ("failed",), "VPC endpoint 1"), told
    except HuaweiCloudError as error:
        return error, told


def test_waiting_tells_of_each_new_status_and_ends_when_it_is_reached() -> None:
    found, told = wait(["creating", "creating", "accepted"])
    assert found == {"status": "accepted"}
    assert told == ["VPC endpoint 1: creating (0 s)", "VPC endpoint 1: accepted (20 s)"]


def test_waiting_for_the_end_of_an_object() -> None:
    assert wait(["deleting", None], done=(None,))[0] is None


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (["creating", "failed"], "VPC endpoint 1: it is failed"),
        (["creating", None], "it is gone"),
        (["creating"], "it is still creating after 60 seconds"),
        (["a\x1b[2J"], "still a\\x1b[2J"),
    ],
)
def test_waiting_in_vain_names_the_last_status(statuses: Any, words: str) -> None:
    assert words in str(wait(statuses)[0])
