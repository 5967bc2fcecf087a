# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, List

import pytest

pytest.importorskip("ansible.plugins.action", reason="action plugins run on the controller")

from ansible_collections.longshore.swr.plugins.action.image_copy import ActionModule as CopyAction
from ansible_collections.longshore.swr.plugins.action.image_plan import ActionModule as PlanAction
from ansible_collections.longshore.swr.plugins.plugin_utils import _progress_action as progress_action

FAILURE = {"event": "failure", "source": "a", "destination": "b", "error": "no"}


class Seen(List[Dict[str, Any]]):
    """Events, and a way to wait for the first."""

    def __init__(self) -> None:
        super().__init__()
        self.first = threading.Event()

    def __call__(self, event: Dict[str, Any]) -> None:
        self.append(event)
        self.first.set()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_action, "POLL_SECONDS", 0.01)


def append(path: Path, text: str) -> None:
    with open(str(path), "a", encoding="utf-8") as handle:
        handle.write(text)


def test_lines_are_shown_while_the_module_works_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    seen = Seen()
    with progress_action.Follower(str(path), seen):
        append(path, '{"n": 1}\n{"n": ')
        assert seen.first.wait(5)
        assert seen == [{"n": 1}]
        append(path, "2}\n")
    assert seen == [{"n": 1}, {"n": 2}]


def test_what_the_file_had_before_and_what_is_not_understood_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    append(path, '{"n": 0}\n')
    seen = Seen()

    def show(event: Any) -> None:
        seen(event["n"])

    with progress_action.Follower(str(path), show):
        append(path, 'noise\n[]\n{"m": 1}\n\n{"n": 3}\nhalf')
    assert seen == [3]


def test_no_line_is_begun_after_the_end_and_none_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_action, "LAST_LINES_SECONDS", 0.01)
    path = tmp_path / "progress.jsonl"
    begun, ended = Seen(), Seen()

    def show(event: Any) -> None:
        begun(event)
        time.sleep(0.2)
        ended(event)

    with progress_action.Follower(str(path), show):
        append(path, '{"n": 1}\n{"n": 2}\n')
        assert begun.first.wait(5)
    assert ended == [{"n": 1}]
    time.sleep(0.05)
    assert begun == [{"n": 1}]


def plugin(arguments: Dict[str, Any], action: Any = CopyAction, **other: Any) -> Any:
    task = SimpleNamespace(args=arguments, no_log=other.get("no_log", False), async_val=other.get("async_val", 0))
    connection = SimpleNamespace(transport=other.get("transport", "local"), become=other.get("become"))
    made = object.__new__(action)
    made._task, made._connection, made._host = task, connection, "node-1"
    return made


@pytest.mark.parametrize("action", [CopyAction, PlanAction], ids=["image_copy", "image_plan"])
def test_a_private_file_is_made_and_removed(action: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: List[str] = []
    monkeypatch.setattr(progress_action.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setattr(progress_action.display, "display", lambda line, **how: shown.append((line, how["stderr"])))
    arguments: Dict[str, Any] = {}
    with plugin({}, action)._progress(arguments):
        path = arguments["progress_file"]
        assert os.stat(os.path.dirname(path)).st_mode & 0o077 == 0
        append(Path(path), json.dumps(FAILURE) + "\n")
    assert shown == [("[swr] node-1: failed: a -> b: no", True)]
    assert list(tmp_path.iterdir()) == []


def test_the_private_file_is_removed_when_the_module_cannot_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_action.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    with pytest.raises(OSError, match="broken"), plugin({})._progress({}):
        raise OSError("broken")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "how", [{"no_log": True}, {"async_val": 60}, {"transport": "ssh"}, {"become": "sudo"}], ids=str
)
def test_nothing_is_shown_where_that_is_not_wanted_or_not_possible(how: Dict[str, Any]) -> None:
    arguments: Dict[str, Any] = {}
    with plugin({}, **how)._progress(arguments):
        assert arguments == {}
