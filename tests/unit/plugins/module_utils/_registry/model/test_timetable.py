# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bandwidth limits by the time of day."""

from __future__ import annotations

import time

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.timetable import parse_limit

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text):
    """Seconds of a local time; 2027-02-01 is a Monday."""
    return time.mktime(time.strptime("2027-02-" + text, "%Y-%m-%d %H:%M"))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50M", 50 * MIB),
        ("50 M", None),
        ("1.5k", 1536),
        ("52428800", 50 * MIB),
        ("10MB", 10 * MIB),
        ("10MiB", 10 * MIB),
        ("2048B", 2048),
        (" 1G ", 1024 * MIB),
    ],
)
def test_a_plain_limit_holds_at_all_times(text, rate):
    if rate is None:
        with pytest.raises(RulesError):
            parse_limit(text, "bandwidth_limit")
        return
    limit = parse_limit(text, "bandwidth_limit")
    assert {limit(at("01 00:00")), limit(at("07 23:59"))} == {rate}


def test_off_is_no_limit():
    assert parse_limit("off", "bandwidth_limit")(0.0) is None


def test_a_day():
    limit = parse_limit("18:00,off 08:00,20M 12:00,1M", "bandwidth_limit")
    for day in ("01", "07"):
        seen = [
            limit(at("{0} {1}".format(day, clock))) for clock in ("00:00", "07:59", "08:00", "12:00", "17:59", "18:00")
        ]
        assert seen == [None, None, 20 * MIB, MIB, MIB, None]


def test_a_week_continues_at_its_beginning():
    limit = parse_limit("Mon-08:00,20M fri-18:00,OFF", "bandwidth_limit")
    seen = [limit(at(moment)) for moment in ("01 07:59", "01 08:00", "03 03:00", "05 17:59", "05 18:00", "07 12:00")]
    assert seen == [None, 20 * MIB, 20 * MIB, 20 * MIB, None, None]


def test_a_later_entry_for_the_same_time_wins():
    limit = parse_limit("08:00,20M Sun-08:00,off", "bandwidth_limit")
    assert (limit(at("06 09:00")), limit(at("07 09:00"))) == (20 * MIB, None)


def test_it_follows_the_clocks_when_they_change():
    limit = parse_limit("02:30,1M 04:00,2M", "bandwidth_limit")
    # On 2027-03-28 the clocks go from 02:00 to 03:00.
    before = time.mktime((2027, 3, 28, 1, 59, 0, 0, 0, -1))
    assert (limit(before), limit(before + 60), limit(before + 3660)) == (2 * MIB, MIB, 2 * MIB)


@pytest.mark.parametrize(
    "text",
    [
        "fast",
        "10",
        "-5M",
        "1e9",
        "99999999999999999999T",
        "08:00",
        "08:00,",
        ",20M",
        "24:00,20M",
        "08:60,20M",
        "Xyz-08:00,20M",
        "08:00,20M,off",
        "08:00,20M off",
        "8,20M",
        "٠٨:00,20M",
        "50M 60M",
        ",",
    ],
)
def test_anything_else_is_refused_and_named(text):
    with pytest.raises(RulesError, match=r"^bandwidth_limit: "):
        parse_limit(text, "bandwidth_limit")


def test_control_characters_are_not_shown():
    with pytest.raises(RulesError) as caught:
        parse_limit("\x1b[31m", "bandwidth_limit")
    assert "\x1b" not in str(caught.value)
