# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying again, by a clock that only sleeping moves."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.retry import Retrier
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import MOST_STRIKES, Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


def failing(*errors):
    """A unit that fails with these errors, then returns."""
    left = list(errors)

    def unit():
        if left:
            raise left.pop(0)
        return "done"

    return unit


def passing(status=None, retry_after=None):
    return RegistryError("not now", retryable=True, status=status, retry_after=retry_after)


def retrier(clock, retries=3, base=1.0):
    return Retrier(retries, base, sleep=clock.sleep, jitter=lambda: 0.5)


def test_returns_what_the_unit_returns(clock):
    assert retrier(clock).run(failing()) == "done"
    assert clock.sleeps == []


def test_pauses_grow(clock):
    assert retrier(clock).run(failing(passing(), passing(500), passing(502))) == "done"
    assert clock.sleeps == [1.0, 2.0, 4.0]


def test_pauses_have_a_limit(clock):
    assert retrier(clock, retries=9).run(failing(*[passing()] * 9)) == "done"
    assert clock.sleeps == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_gives_up_after_the_tries_with_an_error_that_nobody_repeats(clock):
    errors = [passing() for _count in range(4)]
    with pytest.raises(RegistryError) as caught:
        retrier(clock).run(failing(*errors))
    assert caught.value is errors[-1]
    assert caught.value.retryable is False
    assert len(clock.sleeps) == 3


def test_a_unit_inside_another_is_not_tried_the_product_of_both(clock):
    one, tries = retrier(clock, retries=2), []

    def inner():
        tries.append(1)
        raise passing()

    with pytest.raises(RegistryError):
        one.run(lambda: one.run(inner))
    assert len(tries) == 3


def test_a_final_failure_is_not_repeated(clock):
    with pytest.raises(RegistryError, match="never"):
        retrier(clock).run(failing(RegistryError("never"), passing()))
    assert clock.sleeps == []


def test_heeds_retry_after(clock):
    assert retrier(clock).run(failing(passing(500, 77.0), passing(500, 3600.0))) == "done"
    assert clock.sleeps == [77.0, 3600.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttled_unit_has_four_times_the_tries_and_its_pause_is_the_paces_matter(clock, status):
    assert retrier(clock, retries=2).run(failing(*[passing(status)] * 8)) == "done"
    assert clock.sleeps == []
    with pytest.raises(RegistryError):
        retrier(clock, retries=2).run(failing(*[passing(status)] * 9))


def test_tells_of_each_try(clock):
    told = []
    one = retrier(clock)
    one.on_retry = told.append
    errors = [passing(), passing(429)]
    one.run(failing(*errors))
    assert told == errors


# -- the pace of a registry ----------------------------------------------------------------------------------------


def throttle(clock):
    return Throttle(1.0, clock, clock.sleep, jitter=lambda: 0.5)


def test_nobody_waits_before_the_first_throttled_reply(clock):
    throttle(clock).wait()
    assert clock.sleeps == []


def test_everybody_waits_after_a_throttled_reply(clock):
    one = throttle(clock)
    assert one.throttled(None) is None
    one.wait()
    one.wait()
    assert clock.sleeps == [1.0]


def test_replies_that_were_under_way_together_count_once(clock):
    one = throttle(clock)
    assert not any(one.throttled(None) for _count in range(50))
    one.wait()
    assert one.throttled(None) is None
    one.wait()
    assert clock.sleeps == [1.0, 2.0]


def test_retry_after_holds_for_all(clock):
    one = throttle(clock)
    assert one.throttled(120.0) is None
    assert one.throttled(None) is None
    one.wait()
    assert sum(clock.sleeps) == 120.0


def test_an_answer_resets_the_pause(clock):
    one = throttle(clock)
    for _count in range(5):
        one.throttled(None)
        one.wait()
    one.served()
    one.throttled(None)
    one.wait()
    assert clock.sleeps == [1, 2, 4, 8, 16, 1]


def test_gives_up_on_a_registry_that_refuses_for_ever(clock):
    one, count = throttle(clock), 0
    while one.throttled(None) is None:
        one.wait()
        count += 1
        assert count <= MOST_STRIKES
    assert count == MOST_STRIKES


def paced(clock, **options):
    return Throttle(1.0, clock=clock, sleep=clock.sleep, jitter=lambda: 0.5, **options)


def ask(throttle, clock, count, seconds_each=0.0):
    """Ask and be served; the moments at which that was."""
    moments = []
    for _number in range(count):
        throttle.wait()
        clock.sleep(seconds_each)
        throttle.served()
        moments.append(clock())
    return moments


def test_a_known_rate_is_kept_from_the_first_request(clock):
    moments = ask(paced(clock, rate=20.0), clock, 41)
    assert moments[-1] - moments[0] == pytest.approx(2.0)


def test_a_refusal_after_many_served_requests_becomes_a_rate(clock):
    throttle = paced(clock)
    ask(throttle, clock, 20, seconds_each=0.01)
    assert throttle.rate is None
    throttle.throttled(None)
    assert throttle.rate == pytest.approx(18.0)
    before = clock()
    moments = ask(throttle, clock, 19)
    assert moments[0] - before == pytest.approx(1.0)
    assert 0.85 < moments[-1] - moments[0] < 1.0


def test_the_rate_grows_until_the_next_refusal_and_never_above_a_known_one(clock):
    throttle, known = paced(clock), paced(clock, rate=20.0)
    for one in (throttle, known):
        ask(one, clock, 20, seconds_each=0.01)
        one.throttled(None)
        slow = one.rate
        ask(one, clock, 400)
        assert one.rate > slow
    assert throttle.rate > 20.0
    assert known.rate == 20.0


def test_a_single_refusal_of_an_idle_registry_sets_no_rate(clock):
    throttle = paced(clock)
    throttle.throttled(None)
    assert throttle.rate is None


def test_after_a_pause_requests_do_not_come_all_at_once(clock):
    throttle = paced(clock)
    ask(throttle, clock, 20, seconds_each=0.01)
    throttle.throttled(None)
    moments = ask(throttle, clock, 10)
    assert all(later - earlier > 0.04 for earlier, later in zip(moments, moments[1:]))


def test_a_server_that_fails_now_and_then_sets_no_rate(clock):
    throttle = paced(clock)
    for _time in range(20):
        ask(throttle, clock, 99, seconds_each=0.005)
        throttle.throttled(None)
    assert throttle.rate is None
