# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker Hub's quota of pulls: read, planned with, waited for, and said once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.quota import Quota, read_quota
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import LOOKS, Throttle
from ansible_collections.longshore.swr.tests.sandbox import Registry, images
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import FakeClock

HUB = {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600", "docker-ratelimit-source": "192.0.2.7"}


def test_what_docker_hub_says() -> None:
    assert read_quota(HUB) == Quota(100, 76, 21600, "192.0.2.7")
    assert str(read_quota(HUB)) == "76 of 100 pulls in 6 hours are left (counted for 192.0.2.7)"


@pytest.mark.parametrize(
    "change",
    [
        {"ratelimit-limit": ""},
        {"ratelimit-limit": "100"},
        {"ratelimit-limit": "0;w=21600"},
        {"ratelimit-limit": "100;w=0"},
        {"ratelimit-limit": "9" * 5000 + ";w=21600"},
        {"ratelimit-limit": "\u00b2;w=21600"},
        {"ratelimit-remaining": "-1;w=21600"},
        {"ratelimit-remaining": "many"},
    ],
)
def test_what_is_not_understood_is_no_quota(change: Dict[str, str]) -> None:
    assert read_quota(dict(HUB, **change)) is None


@given(st.text(), st.text(), st.text())
def test_any_header_is_read_or_not(limit: str, left: str, source: str) -> None:
    read_quota({"ratelimit-limit": limit, "ratelimit-remaining": left, "docker-ratelimit-source": source})


@pytest.mark.parametrize(
    ("left", "pulls", "windows"), [(76, 0, 0), (76, 76, 0), (76, 77, 1), (0, 100, 1), (0, 101, 2), (5, 1005, 10)]
)
def test_how_long_pulls_take(left: int, pulls: int, windows: int) -> None:
    assert Quota(100, left, 21600).seconds_for(pulls) == windows * 21600


# -- waiting -----------------------------------------------------------------------------------------------------------


def throttle(longest_wait: float) -> Any:
    clock = FakeClock()
    made = Throttle(clock=clock, sleep=clock.sleep, longest_wait=longest_wait)
    made.take_quota(dict(HUB, **{"ratelimit-remaining": "0;w=21600"}), pulled=False)
    return made, clock


def test_pulls_are_waited_for_and_nothing_else_is() -> None:
    made, clock = throttle(21600)
    start = clock()
    assert made.throttled(None, spent=True) is None
    made.wait()
    assert clock() == start
    made.wait(pull=True)
    assert clock() == start + 21600 / LOOKS
    # A HEAD that is answered says nothing; a pull that is answered does.
    made.take_quota({}, pulled=False)
    for _look in range(LOOKS):
        assert made.throttled(None, spent=True) is None
        made.wait(pull=True)
    assert "All 100 pulls in 6 hours are used up" in made.throttled(None, spent=True)


def test_each_time_that_pulls_run_out_has_its_own_wait() -> None:
    made, _clock = throttle(21600)
    for _time in range(3 * LOOKS):
        assert made.throttled(None, spent=True) is None
        made.wait(pull=True)
        made.take_quota(HUB, pulled=True)


def test_a_window_that_is_longer_than_the_longest_wait_is_not_waited_for() -> None:
    made, clock = throttle(3600)
    start = clock()
    said = made.throttled(None, spent=True)
    assert "for 192.0.2.7" in said
    assert "longest_wait: 21600" in said
    made.wait(pull=True)
    assert clock() == start


# -- runs --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> Iterator[Any]:
    with Registry(options={"pull_limit": 10}) as source, Registry() as destination:
        yield World(source, destination)


class World:
    """A registry with a quota of ten, six images of two platforms each (18 manifests), and another registry."""

    def __init__(self, source: Any, destination: Any) -> None:
        self.source, self.destination = source, destination
        for number in range(6):
            index = images.manifest_list("a{0}".format(number), ("linux/amd64", "linux/arm64"))
            source.load(index, "ns/app", "v{0}".format(number))

    def allow(self, pulls: Optional[int]) -> None:
        self.source.options = self.source.options._replace(pull_limit=pulls)

    def options(self, **more: Any) -> Dict[str, Any]:
        rule = {self.source.host + "/ns/app": self.destination.host + "/ns/app"}
        insecure = {registry.host: {"insecure": True} for registry in (self.source, self.destination)}
        return dict({"images": rule, "auth": insecure, "docker_config_fallback": False, "workers": 1}, **more)


def test_a_quota_that_is_used_up_is_said_once_and_what_was_read_is_copied(world: World, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = run_copy(world.options(report_path=str(report)), False, {})
    counts = result["images"]
    assert counts["copied"] == 3
    assert counts["failed"] == 3
    assert (len(result["failures"]), result["failures_truncated"]) == (3, 0)
    assert len({failure["source"] for failure in result["failures"]}) == 3
    failure = result["failures"][0]
    assert "All 10 pulls in 6 hours are used up for 192.0.2.7" in failure["hint"]
    assert failure["error"].startswith(world.source.host + ": ")
    # One was refused, and no further one was tried.
    assert world.source.count("manifest_get", status=429) == 1
    assert [entry["outcome"] for entry in json.loads(report.read_text())["results"]].count("failed") == 3


def test_a_head_decides_what_needs_a_pull(world: World) -> None:
    world.allow(None)
    assert run_copy(world.options(), False, {})["images"]["copied"] == 6
    pulls = world.source.count("manifest_get")
    assert run_copy(world.options(), False, {})["images"]["skipped"] == 6
    assert run_verify(world.options(), {})["images"]["equal"] == 6
    assert world.source.count("manifest_get") == pulls


def plan(world: World) -> Dict[str, Any]:
    more = {"shards": 2, "fail_on": "never", "check_blobs": True, "expected_bandwidth": 10**9}
    return run_plan(world.options(**more), False, {})


def test_the_plan_says_how_long_the_quota_makes_the_copy_take(world: World) -> None:
    result = plan(world)
    # Three images were read, with three manifests each; the others are taken for one each.
    (problem,) = [one for one in result["problems"] if one["check"] == "pull_quota"]
    assert problem["target"] == world.source.host
    assert "the copy needs 12 pulls, and 0 of 10 pulls in 6 hours are left" in problem["message"]
    assert "it takes about 12 hours" in problem["message"]
    assert result["estimate"]["limited_by"] == "quota"
    assert result["estimate"]["seconds"] == 2 * 21600
    assert result["estimate"]["seconds_least"] == 21600
    assert result["estimate"]["seconds_sharded"] == 2 * 21600


def test_a_quota_that_is_enough_is_no_matter(world: World) -> None:
    world.allow(1000)
    result = plan(world)
    assert not [one for one in result["problems"] if one["check"] == "pull_quota"]
    assert result["estimate"]["limited_by"] != "quota"
