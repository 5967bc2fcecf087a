# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.cron import canonical_cron


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0 30 2 * * *", "0 30 2 * * *"),
        ("  0  30 2   * * ?  ", "0 30 2 * * ?"),
        ("0 0,15,45 */6 1-15/2 JAN-mar,12 MON-fri", "0 0,15,45 */6 1-15/2 JAN-mar,12 MON-fri"),
        ("0 5/20 * * * 0,6", "0 5/20 * * * 0,6"),
        ("0 0 0 29 2 *", "0 0 0 29 2 *"),
        ("0 0 0 31 * *", "0 0 0 31 * *"),
        ("0 0 0 31 2 mon", "0 0 0 31 2 mon"),
    ],
)
def test_a_schedule_is_written_with_single_blanks(text, canonical):
    assert canonical_cron(text) == canonical


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has 0 fields"),
        ("30 2 * * *", "it has 5 fields"),
        ("@daily", "it has 1 fields"),
        ("@every 1h", "it has 2 fields"),
        ("TZ=Asia/Shanghai 0 30 2 * * *", "it has 7 fields"),
        ("5 30 2 * * *", "the seconds must be 0"),
        ("* 30 2 * * *", "the seconds must be 0"),
        ("0/30 0 2 * * *", "the seconds must be 0"),
        ("00 0 2 * * *", "the seconds must be 0"),
        ("0 * 2 * * *", "it would run every minute"),
        ("0 ? 2 * * *", "it would run every minute"),
        ("0 */1 2 * * *", "it would run every minute"),
        ("0 0-59 2 * * *", "it would run every minute"),
        ("0 60 2 * * *", "minutes: 60 to 60 is not within 0 to 59"),
        ("0 0 24 * * *", "hours: 24 to 24 is not within 0 to 23"),
        ("0 0 0 0 * *", "day of the month: 0 to 0 is not within 1 to 31"),
        ("0 0 0 1 13 *", "month: 13 to 13"),
        ("0 0 0 * * 7", "day of the week: 7 to 7 is not within 0 to 6"),
        ("0 30-10 2 * * *", "minutes: 30 to 10"),
        ("0 */0 2 * * *", "the step cannot be 0"),
        ("0 , 2 * * *", "minutes: '' cannot be read"),
        ("0 1, 2 * * *", "minutes: '' cannot be read"),
        ("0 1--2 2 * * *", "minutes: '1--2' cannot be read"),
        ("0 *-5 2 * * *", "invalid range"),
        ("0 1/2/3 2 * * *", "cannot be read"),
        ("0 mon 2 * * *", "minutes: 'mon' is not a number or name"),
        ("0 0 2 * foo *", "month: 'foo' is not a number or name"),
        ("0 0 2 L * *", "day of the month: 'L' is not a number or name"),
        ("0 0 2 * * 5#2", "cannot be read"),
        ("0 ٣ 2 * * *", "cannot be read"),
        ("0 0 0 30 2 *", "no month has such a day"),
        ("0 0 0 31 4,jun,9,nov ?", "no month has such a day"),
        ("0 0 0 31 2 mon,*/2", "no month has such a day"),
    ],
)
def test_what_harbor_would_refuse_or_never_run_is_refused(text, why):
    with pytest.raises(HarborError) as caught:
        canonical_cron(text)
    assert why in caught.value.what
    assert (caught.value.where, "0 30 2 * * *" in caught.value.hint) == ("cron", True)


# A reading of its own, after the documentation of the library that Harbor uses.
RANGES = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def due(text, moment):
    """Whether a schedule is due in a minute."""
    now = (0, moment.minute, moment.hour, moment.day, moment.month, moment.isoweekday() % 7)
    fits = []
    for written, (low, high), value in zip(text.split(), RANGES, now):
        fit = False
        for item in written.split(","):
            span, dummy, step = item.partition("/")
            first, dash, last = span.partition("-")
            start = low if first in "*?" else int(first)
            end = high if first in "*?" or (step and not dash) else int(last or first)
            fit = fit or value in range(start, end + 1, int(step or 1))
        fits.append(fit)
    fields = text.split()
    free = any(item[0] in "*?" for place in (3, 5) for item in fields[place].split(","))
    day = fits[3] and fits[5] if free else fits[3] or fits[5]
    return fits[1] and fits[2] and fits[4] and day


def items(low, high):
    number = st.integers(low, high).map(str)
    pair = st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda two: "{0}-{1}".format(*sorted(two)))
    span = st.one_of(number, pair, st.just("*"), st.just("?"))
    stepped = st.tuples(span, st.integers(1, high + 1)).map(lambda two: "{0}/{1}".format(*two))
    return st.lists(st.one_of(span, stepped), min_size=1, max_size=3).map(",".join)


@given(st.tuples(*(items(*ends) for ends in RANGES[1:])))
def test_what_is_taken_is_due_some_time_and_not_every_minute(fields):
    text = " ".join(["0", *fields])
    error = refusal(text)
    if error:
        assert "every minute" in error.what or "no month" in error.what
        return
    assert canonical_cron(text) == text
    minutes = [minute for minute in range(60) if due(" ".join(["0", fields[0], "*", "*", "*", "*"]), at(minute=minute))]
    hours = [hour for hour in range(24) if due(" ".join(["0", "*", fields[1], "*", "*", "*"]), at(hour=hour))]
    assert 0 < len(minutes) < 60
    # Within eight years every day of every month has been every day of the week, or nearly so; a leap year is in them.
    start = datetime.datetime(2024, 1, 1)
    days = (start + datetime.timedelta(days=count) for count in range(28 * 366))
    assert any(due(text, day.replace(minute=minutes[0], hour=hours[0])) for day in days)


def refusal(text):
    try:
        canonical_cron(text)
    except HarborError as error:
        return error
    return None


def at(minute=0, hour=0):
    return datetime.datetime(2026, 3, 2, hour, minute)


@given(st.text(alphabet="0123456789*?/-, ajnmoLW#@", max_size=30))
def test_any_text_is_taken_or_refused_with_a_reason(text):
    error = refusal(text)
    assert error.hint if error else canonical_cron(canonical_cron(text)) == canonical_cron(text)
