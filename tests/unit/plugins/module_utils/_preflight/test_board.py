# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions side by side: order, dependencies, time limits, failures, defects."""

from __future__ import annotations

import threading
import time
from typing import Iterator, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._preflight.board import AT_ONCE, Board
from ansible_collections.longshore.swr.plugins.module_utils._preflight.checks import FAILED, OK, UNCHECKED, Check


def fine(part: str, name: str) -> List[Check]:
    return [Check(part, name, OK, "fine")]


def held(release: threading.Event) -> List[Check]:
    release.wait(30)
    return []


def refused() -> Iterator[Check]:
    yield Check("network", "seen before", OK, "fine")
    raise LongshoreError("it does not work", where="GET /v1", status=500, hint="Repair it.")


def test_answers_are_in_the_order_of_parts_and_questions() -> None:
    board = Board(10)
    board.ask("nodes", "c", lambda: fine("nodes", "c"))
    board.ask("account", "b", lambda: (time.sleep(0.05), fine("account", "b"))[1])
    board.ask("account", "a", lambda: fine("account", "a"))
    assert [check.name for check in board.answers()] == ["b", "a", "c"]


def test_a_failure_is_a_check_and_skips_what_needs_it() -> None:
    board = Board(10)
    first = board.ask("network", "first", refused)
    second = board.ask("network", "second", lambda: fine("network", "second"), [first])
    board.ask("network", "third", lambda: fine("network", "third"), [second])
    board.ask("network", "after", lambda: fine("network", "after"), after=[first])
    assert board.answers() == [
        Check("network", "first", FAILED, "GET /v1: it does not work (HTTP 500)", "Repair it."),
        Check("network", "second", UNCHECKED, "it was not asked, since it needs first"),
        Check("network", "third", UNCHECKED, "it was not asked, since it needs first"),
        Check("network", "after", OK, "fine"),
    ]


def test_one_that_hangs_fails_in_time_and_hides_nothing() -> None:
    release = threading.Event()
    board = Board(0.4)
    hangs = board.ask("network", "hangs", lambda: held(release))
    board.ask("network", "needs it", lambda: fine("network", "needs it"), [hangs])
    board.ask("nodes", "other", lambda: fine("nodes", "other"))
    begun = time.monotonic()
    found = {check.name: check.status for check in board.answers()}
    release.set()
    assert found == {"hangs": FAILED, "needs it": UNCHECKED, "other": OK}
    assert time.monotonic() - begun < 2


def test_what_could_not_begin_is_unchecked() -> None:
    release = threading.Event()
    board = Board(0.4)
    # Half of the time for each: the third round may begin at the very end, and the fourth cannot.
    for number in range(4 * AT_ONCE):
        board.ask("migrate", "registry {0}".format(number), lambda: held(release))
    statuses = [check.status for check in board.answers()]
    release.set()
    assert len(statuses) == 4 * AT_ONCE
    assert statuses.count(FAILED) >= AT_ONCE
    assert statuses.count(UNCHECKED) >= AT_ONCE


def test_so_many_at_once_and_no_more() -> None:
    board = Board(10)
    lock, running, most = threading.Lock(), [0], [0]

    def work() -> List[Check]:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return []

    for number in range(5 * AT_ONCE):
        board.ask("migrate", str(number), work)
    assert board.answers() == []
    assert most[0] == AT_ONCE


def test_a_defect_is_no_finding() -> None:
    board = Board(10)
    board.ask("network", "broken", lambda: [{}["missing"]])
    with pytest.raises(KeyError, match="missing"):
        board.answers()
