# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests a second, uploads at a time, bytes a second: what counts for whom, and what a share of it is."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.limits import (
    BURST,
    SWR_RATE,
    SWR_UPLOADS,
    Bandwidth,
    Limits,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.settings import LimitSettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeClock,
    FakeTransport,
    client_pool,
    no_wait_retrier,
    store,
)

SWR = "swr.cn-north-4.myhuaweicloud.com"
OTHER = "registry.example"


def clients(options, everywhere=False):
    return client_pool(FakeTransport([]), store(), no_wait_retrier(), 0.0, Limits(LimitSettings(**options), everywhere))


def limits_of(client):
    slots = client.session._throttle._uploads
    return client.session._throttle.rate, slots._initial_value if slots else None


@pytest.mark.parametrize(
    ("registry", "options", "rate", "uploads"),
    [
        (SWR, {}, SWR_RATE, SWR_UPLOADS),
        (OTHER, {}, None, None),
        (SWR, {"limits_divided_by": 4}, SWR_RATE / 4, SWR_UPLOADS // 4),
        (SWR, {"limits_divided_by": 50}, SWR_RATE / 50, 1),
        (SWR, {"rate_limit": 40.0, "upload_limit": 3}, 40.0, 3),
        (OTHER, {"rate_limit": 5.0, "upload_limit": 3, "limits_divided_by": 2}, 2.5, 1),
        (OTHER, {"rate_limit": None, "upload_limit": None}, None, None),
    ],
)
def test_a_destination_has_what_is_known_or_what_the_user_says(registry, options, rate, uploads):
    assert limits_of(clients(options).destination(registry)) == (rate, uploads)


def test_a_source_is_not_slowed_by_a_limit_for_destinations():
    made = clients({"rate_limit": 5.0, "limits_divided_by": 2})
    assert limits_of(made.source(OTHER)) == (None, None)
    assert limits_of(made.source(SWR)) == (SWR_RATE / 2, SWR_UPLOADS // 2)


def test_a_registry_that_is_both_has_one_budget():
    made = clients({"rate_limit": 5.0})
    source = made.source(OTHER)
    assert made.destination(OTHER).session._throttle is source.session._throttle
    assert source.session._throttle.rate == 5.0


def test_where_nothing_is_written_the_limit_is_for_every_registry():
    assert limits_of(clients({"rate_limit": 5.0}, everywhere=True).source(OTHER)) == (5.0, None)


def test_a_throttle_never_makes_it_faster_than_the_limit():
    clock = FakeClock()
    throttle = Throttle(0.5, clock, clock.sleep, lambda: 0.5)
    throttle.restrict(1.0, None)
    for _count in range(5):
        clock.sleep(10.0)
        throttle.served()
        throttle.throttled(None)
    assert throttle.rate <= 1.0


class Line:
    """A line behind a limit; writes down when what was sent."""

    def __init__(self, rate):
        self.clock = FakeClock()
        self.time_of_day = 0.0
        limit = rate if callable(rate) else lambda moment: rate
        self.bandwidth = Bandwidth(limit, 1, self.clock, self.clock.sleep, lambda: self.time_of_day)
        self.sent = []
        self.send = self.bandwidth.slowed(lambda part: self.sent.append((self.clock.now, len(part))))

    @property
    def total(self):
        return sum(count for _moment, count in self.sent)


@pytest.mark.parametrize("rate", [1024, 100_000, 50 * 1024 * 1024])
def test_a_stream_is_as_fast_as_the_limit_and_even(rate):
    line = Line(rate)
    started = line.clock.now
    for _block in range(8):
        line.send(b"x" * (rate // 4))
    assert line.total == 8 * (rate // 4)
    assert line.clock.now - started == pytest.approx(2.0, rel=0.1)
    assert max(count for _moment, count in line.sent) <= max(2048, rate / 16)


def test_streams_share_it():
    line = Line(100_000)
    other = line.bandwidth.slowed(lambda part: None)
    started = line.clock.now
    for _block in range(10):
        line.send(b"x" * 5_000)
        other(b"x" * 5_000)
    assert line.clock.now - started == pytest.approx(1.0, rel=0.1)


def test_a_pause_does_not_save_up_a_burst():
    line = Line(100_000)
    line.clock.sleep(60.0)
    started = line.clock.now
    line.send(b"x" * 100_000)
    assert line.clock.now - started == pytest.approx(1.0 - BURST, rel=0.01)


def test_a_limit_that_changes_applies_within_a_block():
    line = Line(lambda moment: None if moment >= 60 else 16 * 4096)
    line.send(b"x" * 8192)
    assert [count for _moment, count in line.sent] == [4096, 4096]
    line.time_of_day = 60.0
    waited = line.clock.now
    line.send(b"x" * 10_000_000)
    assert line.sent[-1][1] == 10_000_000
    assert line.clock.now == waited


def test_a_share_of_the_bandwidth():
    assert Limits(LimitSettings()).bandwidth is None
    clock = FakeClock()
    limits = Limits(LimitSettings(bandwidth_limit="100000", limits_divided_by=4))
    limits.bandwidth._clock, limits.bandwidth._sleep = clock, clock.sleep
    limits.bandwidth._spent_until = clock.now
    limits.bandwidth.slowed(lambda part: None)(b"x" * 25_000)
    assert clock.now == pytest.approx(1001.0, rel=0.01)
