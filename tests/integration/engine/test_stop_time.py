# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy that stops at a time, and the run that continues it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs import copy as copy_job
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.html import Page
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import copy_summary
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.stop_time import StopTime
from ansible_collections.longshore.swr.tests.sandbox import Fault, images

from .conftest import World

STOP = "2027-01-31T06:00:00Z"
BEFORE, AFTER = 1801375199.0, 1801375200.0


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The stop time is reached when this is set."""
    reached = threading.Event()
    monkeypatch.setattr(
        copy_job, "StopTime", lambda text: StopTime(text, lambda: AFTER if reached.is_set() else BEFORE)
    )
    return reached


def offer(world: World, count: int = 6) -> None:
    for number in range(count):
        world.offer(images.docker_image(number, layers=2, size=5_000), "team/app", str(number))


def stop_at_the_first(world: World, stopping: threading.Event, kind: str) -> None:
    """The time comes while the destination works on the first request of a kind."""

    def watch() -> None:
        world.destination.log.wait(lambda log: log.running(kind) > 0)
        stopping.set()

    threading.Thread(target=watch, daemon=True).start()


def test_what_is_begun_arrives_and_the_rest_is_left_for_the_next_run(
    world: World, stopping: threading.Event, tmp_path: Path
) -> None:
    offer(world)
    # The first blob is under way when the time comes.
    world.destination.faults.add(Fault(kind="upload_put", action="delay", seconds=0.3, times=1))
    stop_at_the_first(world, stopping, "upload_put")
    paths = {"report_path": str(tmp_path / "report.json"), "journal_path": str(tmp_path / "journal")}

    result = world.copy(workers=1, stop_at=STOP, **paths)

    assert not result["failed"]
    assert result["images"]["postponed"] == 6
    assert result["failures"] == []
    assert world.destination.log.count("upload_put") == 1
    assert world.destination.log.count("manifest_put") == 0
    entries = json.loads((tmp_path / "report.json").read_text())["results"]
    assert {entry["reason"] for entry in entries} == {"stop_at ({0}) was reached".format(STOP)}
    assert copy_summary(result, 10)[0].endswith(", 0 failed, 6 left for the next run")
    page = "".join(Page(result, lambda: entries).parts())
    assert "6 of 6 images are left for the next run" in page

    stopping.clear()
    again = world.copy(workers=1, stop_at=STOP, **paths)
    assert again["images"]["copied"] == 6
    # What had arrived is not sent again.
    assert world.destination.log.count("upload_put") == again["plan"]["blobs"] + 1
    world.check_destination("team/app")


def test_a_late_run_asks_for_nothing(world: World, stopping: threading.Event) -> None:
    offer(world, 2)
    stopping.set()
    result = world.copy(stop_at=STOP)
    assert (result["images"]["postponed"], result["changed"], result["failed"]) == (2, False, False)
    assert world.destination.log.count() == 0


def test_referrers_are_left_with_a_warning(world: World, stopping: threading.Event) -> None:
    app = images.docker_image(1, layers=1, size=1_000)
    world.offer(app, "team/app", "1")
    world.source.load(images.artifact("signature", subject=app), "team/app")
    assert world.copy()["images"]["copied"] == 1
    world.destination.log.reset()
    world.destination.faults.add(Fault(kind="manifest_head", action="delay", seconds=0.3))
    stop_at_the_first(world, stopping, "manifest_head")
    result = world.copy(stop_at=STOP, referrers=True)
    assert (result["images"]["skipped"], result["failed"]) == (1, False)
    (warning,) = result["warnings"]
    assert warning.startswith("the referrers of some images are left for the next run")
