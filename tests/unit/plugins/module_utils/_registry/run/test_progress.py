"""Progress, counted and told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import (
    COPIED,
    FAILED,
    POSTPONED,
    SKIPPED,
    Image,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.progress import (
    COPYING,
    FINISHED,
    LISTING,
    PLANNING,
    Progress,
    human_bytes,
    human_duration,
    render,
)
from ansible_collections.longshore.swr.tests.support.full_disk import full_disk
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import FakeClock


def image(outcome, error=None):
    (rule,) = parse_rules({"source.example/ns/app:v1": "destination.example/ns/app"}, where="images", environ={})
    made = Image(rule, rule.source, "v1", rule.destination, "v1")
    made.finish(outcome, error=error)
    return made


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def bench(tmp_path, clock, pauses):
    progress = Progress(str(tmp_path / "p"), 30.0, lambda text: text.replace("secret", "***"), clock, lambda: pauses)
    progress.events = lambda: [json.loads(line) for line in (tmp_path / "p").read_text().splitlines()]
    return progress


def test_a_phase_begins_with_a_line(bench):
    bench.images_total = 3
    bench.enter(PLANNING)
    (event,) = bench.events()
    assert event["phase"] == PLANNING
    assert (event["images_done"], event["images_total"], event["eta_seconds"]) == (0, 3, None)


def test_a_failure_has_a_line_of_its_own_without_secrets(bench):
    bench.image_finished(image(FAILED, RegistryError("the secret did not fit")))
    assert bench.events()[0] == {
        "event": "failure",
        "source": "source.example/ns/app:v1",
        "destination": "destination.example/ns/app:v1",
        "error": "the *** did not fit",
    }


def test_many_images_make_few_lines(bench, clock):
    bench.images_total = 10_000
    bench.enter(PLANNING)
    for _count in range(10_000):
        clock.now += 0.01
        bench.image_planned()
    assert 10 <= len(bench.events()) <= 25


def test_there_is_no_remaining_time_after_the_end(bench, clock, pauses):
    """Neither when the last image has failed, with bytes that never came, nor for what is left for the next run."""
    bench.images_total, bench.bytes_total = 3, 1000
    bench.enter(COPYING)
    clock.now += 10
    bench.bytes_moved(500)
    bench.image_finished(image(COPIED))
    bench.image_finished(image(FAILED, RegistryError("it broke")))
    assert bench.snapshot()["eta_seconds"] == 10
    bench.image_finished(image(POSTPONED))
    assert bench.snapshot()["eta_seconds"] is None
    # A registry that refused the last request does not keep anyone waiting.
    pauses.append((clock.now + 60, "b.example", "it refused requests"))
    bench.close()
    last = bench.events()[-1]
    assert (last["phase"], last["eta_seconds"], last["waiting"]) == (FINISHED, None, None)
    assert render(last) == "[swr] finished: 3/3 images, 500 B of 1.0 kB, 50 B/s, 1 failed"


def test_a_pause_is_told_with_its_reason_as_it_begins(bench, clock, pauses):
    bench.images_total = 100
    bench.enter(COPYING)
    clock.now += 2
    pauses.append((clock.now + 61, "b.example", "it said secret things"))
    bench.image_finished(image(COPIED))
    line = render(bench.events()[-1])
    assert line.endswith(", waiting 01:01 for b.example: it said *** things")


def test_a_plan_that_found_nothing_says_so_at_its_end(bench):
    bench.enter(LISTING)
    bench.enter(PLANNING)
    bench.close()
    assert [render(event) for event in bench.events()] == [
        "[swr] planning: looking for images",
        "[swr] planning: 0/0 images checked",
        "[swr] planning: 0/0 images checked",
    ]


def test_a_quiet_hour_has_a_line_every_interval(bench, clock):
    bench.enter(COPYING)
    for _count in range(3600):
        clock.now += 1
        bench._tell_when_due()
    assert len(bench.events()) == 121


def test_a_fast_run_has_no_line_for_each_image(bench):
    bench.images_total = 100
    bench.enter(COPYING)
    for _count in range(100):
        bench.image_finished(image(COPIED))
    assert len(bench.events()) == 1
    bench.close()
    last = bench.events()[-1]
    assert (last["copied"], last["images_done"], last["failed"]) == (100, 100, 0)


def test_bytes_of_a_failed_try_are_taken_back_but_were_sent(bench):
    bench.bytes_moved(100)
    bench.bytes_moved(-100)
    bench.bytes_moved(70)
    assert (bench.bytes_done, bench.bytes_sent) == (70, 170)


def test_rate_and_remaining_time_follow_the_bytes(bench, clock):
    bench.bytes_total = 1000
    bench.enter(COPYING)
    clock.now += 10
    bench.bytes_moved(250)
    event = bench.snapshot()
    assert (event["bytes_per_second"], event["eta_seconds"], event["elapsed_seconds"]) == (25, 30, 10.0)


def test_without_bytes_the_remaining_time_follows_the_images(bench, clock):
    bench.images_total = 4
    bench.enter(COPYING)
    assert bench.snapshot()["eta_seconds"] is None
    clock.now += 10
    bench.image_finished(image(SKIPPED))
    assert bench.snapshot()["eta_seconds"] == 30


def test_more_bytes_than_planned_leave_no_negative_time(bench, clock):
    bench.bytes_total = 10
    bench.enter(COPYING)
    clock.now += 10
    bench.bytes_moved(100)
    assert bench.snapshot()["eta_seconds"] == 0


def test_the_ticker_ends_with_the_run(tmp_path):
    progress = Progress(str(tmp_path / "p"), 0.01)
    progress.start()
    progress.start()
    progress.close()
    assert not progress._thread.is_alive()
    assert json.loads((tmp_path / "p").read_text().splitlines()[-1])["event"] == "progress"
    progress.image_finished(image(COPIED))


def test_without_a_file_nothing_is_told():
    progress = Progress()
    progress.start()
    progress.enter(COPYING)
    progress.close()
    assert progress._thread is None


def test_a_full_disk_does_not_stop_the_run(tmp_path):
    progress = Progress(str(tmp_path / "p"))
    with full_disk():
        progress.enter(COPYING)
        progress.image_finished(image(COPIED))
        progress.close()
    assert (tmp_path / "p").read_text() == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_500_000, "1.5 MB"), (2e9, "2.0 GB"), (3.25e15, "3250.0 TB")],
)
def test_bytes_for_people(count, text):
    assert human_bytes(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (59.6, "01:00"), (61, "01:01"), (90061, "25:01:01")])
def test_durations_for_people(seconds, text):
    assert human_duration(seconds) == text


def test_renders_each_event():
    assert render({"event": "failure", "source": "a", "destination": "b", "error": "c"}) == "[swr] failed: a -> b: c"
    snapshot = Progress(clock=FakeClock()).snapshot()
    assert render(snapshot) == "[swr] planning: looking for images"
    planning = dict(snapshot, phase=PLANNING, images_done=2, images_total=5)
    assert render(planning) == "[swr] planning: 2/5 images checked"
    copying = dict(
        snapshot,
        phase=COPYING,
        images_done=2,
        images_total=5,
        bytes_done=1_000_000,
        bytes_total=3_000_000,
        bytes_per_second=500_000,
        failed=1,
    )
    line = "[swr] 2/5 images, 1.0 MB of 3.0 MB, 500.0 kB/s, 1 failed"
    assert render(copying) == line
    assert render(dict(copying, eta_seconds=4)) == line + ", ETA 00:04"


@given(st.integers(0, 10**6), st.integers(0, 10**15), st.integers(-(10**15), 10**15), st.floats(0, 1e6), st.booleans())
def test_every_state_renders_on_one_line(images, total, moved, elapsed, copying):
    clock = FakeClock()
    progress = Progress(clock=clock)
    progress.images_total, progress.bytes_total = images, total
    progress.enter(COPYING if copying else PLANNING)
    clock.now += elapsed
    progress.bytes_moved(moved)
    line = render(json.loads(json.dumps(progress.snapshot())))
    assert line.startswith("[swr] ")
    assert "\n" not in line
