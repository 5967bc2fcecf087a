# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
from typing import Any, Dict, List, Optional

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.task_logs import clean, last_try
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.executions import (
    ENDED,
    Execution,
    Executions,
    Task,
    count,
    epoch,
    time_or_none,
)
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T08:00:00.000Z", 1772438400.0),
        ("2026-03-02T08:00:00Z", 1772438400.0),
        ("2026-03-02T08:00:00.123456789Z", 1772438400.0),
        ("2026-03-02T16:00:00+08:00", 1772438400.0),
        ("2026-03-02T02:30:00.5-0530", 1772438400.0),
        ("2026-02-30T08:00:00Z", None),
        ("2026-03-02 08:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_times_as_harbor_writes_them(text: Optional[str], expected: Optional[float]) -> None:
    assert epoch(text) == expected


@given(
    st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2100, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_is_the_same_in_every_zone(moment: datetime.datetime, minutes: int) -> None:
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    local = moment.replace(microsecond=0, tzinfo=zone)
    assert epoch(local.isoformat()) == local.timestamp()


@given(st.text())
@example("9999-99-99T99:99:99Z")
def test_no_text_breaks_the_reading_of_times_and_logs(text: str) -> None:
    assert epoch(text) is None or isinstance(epoch(text), float)
    lines = text.splitlines()
    assert last_try(lines) == lines[: len(last_try(lines))]
    assert clean(clean(text, str), str) == clean(text, str)


@given(st.from_regex(r"[A-Za-z0-9+/]{12,40}={1,2}", fullmatch=True), st.sampled_from(["Basic ", "bearer "]))
def test_a_login_is_hidden_wherever_it_stands(secret: str, scheme: str) -> None:
    for text in (scheme + secret, 'header "Authorization: {0}{1}" sent'.format(scheme, secret)):
        assert secret not in clean(text, str)


def test_no_time_is_none_and_not_the_first_year() -> None:
    assert time_or_none("0001-01-01T00:00:00Z") is None
    assert time_or_none("") is None
    data = {"id": 1, "status": "Succeed", "end_time": "2026-03-02T08:00:00Z"}
    # It may have ended at the end of that second, and this be the beginning of this one.
    assert Execution.read(data, "Mon, 02 Mar 2026 08:01:30 GMT").ended_ago == 89.0
    assert Execution.read(data, "Mon, 02 Mar 2026 08:00:00 GMT").ended_ago == 0.0
    assert Execution.read(data, "yesterday").ended_ago is None
    assert (
        Execution.read(dict(data, end_time="0001-01-01T00:00:00Z"), "Mon, 02 Mar 2026 08:01:30 GMT").ended_ago is None
    )


STATES = ("Initialized", "Pending", "InProgress", "Scheduled", *ENDED)


@given(st.lists(st.sampled_from(STATES)))
def test_counts_add_up_whatever_states_there_are(states: List[str]) -> None:
    counts = count(Task.read({"id": number, "status": state}) for number, state in enumerate(states))
    assert counts.total == len(states) == counts.ended + counts.in_progress
    assert counts.in_progress == sum(state not in ENDED for state in states)


@pytest.mark.parametrize(
    ("data", "works"),
    [
        ({"status": "InProgress"}, True),
        ({"status": "InProgress", "total": 2, "in_progress": 1, "succeed": 1}, True),
        ({"status": "InProgress", "total": 2, "succeed": 2}, False),
        ({"status": "InProgress", "total": 2, "succeed": 1, "failed": 1}, True),
        ({"status": "Failed", "total": 1, "failed": 1}, False),
        ({"status": "Succeed", "total": 1, "succeed": 1}, False),
    ],
)
def test_what_has_something_to_do(data: Dict[str, Any], works: bool) -> None:
    assert Execution.read(dict(data, id=1)).works is works


def test_of_a_long_history_only_the_newest_are_looked_at() -> None:
    # In 1.10 the filter by status lets everything through.
    harbor = FakeHarbor("v1.10.19-abc")
    for page in range(1, 7):
        link = '</api/replication/executions?policy_id=3&page={0}>; rel="next"'.format(page + 1)
        ended = [{"id": 1000 - 100 * page - number, "status": "Succeed"} for number in range(100)]
        path = "GET /replication/executions?policy_id=3&page={0}".format(page)
        if page == 1:
            path = "GET /replication/executions?policy_id=3&status=InProgress&sort=-start_time&page=1&page_size=100"
        harbor.on(path, Reply(ended, Link=link))
    assert Executions(harbor.client).working(3) == []
    assert len(harbor.calls) == 5
