# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a run stops."""

from __future__ import annotations

import time

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.stop_time import StopTime


@pytest.fixture(autouse=True)
def _berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def local(text):
    return time.mktime(time.strptime(text, "%Y-%m-%d %H:%M"))


def stops(text, started):
    """The first minute at which a run that started then has stopped, as local time; None within two days."""
    clock = [local(started)]
    stop = StopTime(text, lambda: clock[0])
    for minute in range(2 * 24 * 60):
        clock[0] = local(started) + minute * 60
        if stop.reached:
            return time.strftime("%Y-%m-%d %H:%M", time.localtime(clock[0]))
    return None


@pytest.mark.parametrize(
    ("text", "started", "end"),
    [
        ("06:00", "2027-02-01 20:00", "2027-02-02 06:00"),
        ("06:00", "2027-02-01 05:59", "2027-02-01 06:00"),
        ("06:00", "2027-02-01 06:00", "2027-02-01 06:00"),
        ("06:00", "2027-02-01 08:59", "2027-02-01 08:59"),
        ("06:00", "2027-02-01 09:00", "2027-02-02 06:00"),
        ("23:30", "2027-02-01 00:15", "2027-02-01 00:15"),
        (" 6:00 ", "2027-02-28 20:00", "2027-03-01 06:00"),
        # The clocks change in this night.
        ("06:00", "2027-03-27 20:00", "2027-03-28 06:00"),
        ("2027-02-02 06:00", "2027-02-01 20:00", "2027-02-02 06:00"),
        ("2027-02-02T06:00:00Z", "2027-02-01 20:00", "2027-02-02 07:00"),
        ("2027-02-02T06:00+05:00", "2027-02-01 20:00", "2027-02-02 02:00"),
        ("2026-12-31 06:00", "2027-02-01 20:00", "2027-02-01 20:00"),
        ("2029-01-01 00:00", "2027-02-01 20:00", None),
        ("", "2027-02-01 20:00", None),
        (None, "2027-02-01 20:00", None),
    ],
)
def test_the_time_that_is_meant(text, started, end):
    assert stops(text, started) == end


@pytest.mark.parametrize(
    "text", ["6", "24:00", "06:60", "tomorrow", "2027-02-30 06:00", "2027-02-01", "06:00:00", "\x1b"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(RulesError, match=r"stop_at: .* is invalid") as caught:
        StopTime(text)
    assert "\x1b" not in str(caught.value)
