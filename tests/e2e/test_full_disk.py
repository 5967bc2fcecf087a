# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal's disk is full in the middle of a copy: the copy goes on, and the result says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

from ansible_collections.longshore.swr.tests.e2e.runs import CopyProcess, assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import Registry, images

TAGS = 12
ROOM = 3000


def test_a_journal_that_finds_no_room_does_not_stop_the_copy(
    sandbox_registry: Callable[..., Registry], tmp_path: Path
) -> None:
    source, destination = sandbox_registry(), sandbox_registry()
    for number in range(TAGS):
        source.load(images.docker_image(number, layers=2, size=1000), "team/app", str(number))
    journal = tmp_path / "journal"
    rules = {source.host + "/team/app": destination.host + "/team/app"}
    auth = plain(source.host, destination.host)

    process = CopyProcess(
        tmp_path, {"images": rules, "auth": auth, "journal_path": str(journal), "workers": 2}, largest_file=ROOM
    )
    result = process.finish()

    assert_clean(result)
    assert result["images"]["copied"] == TAGS
    assert any("the journal could not be continued" in warning for warning in result["warnings"])
    assert 0 < journal.stat().st_size <= ROOM
    assert destination.missing_blobs("team/app") == []
    # What the journal has is good, a torn last line is told, and with room again everything is there.
    again = copy(rules, auth, journal_path=str(journal))
    assert_clean(again)
    assert again["images"]["skipped"] == TAGS
    assert json.loads(journal.read_text(encoding="utf-8").splitlines()[-1])
