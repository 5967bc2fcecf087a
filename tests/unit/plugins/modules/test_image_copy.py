# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, Dict, List, Set

from ansible_collections.longshore.swr.plugins.modules import image_copy


class FakeModule:
    """As much of AnsibleModule as the functions use."""

    def __init__(self, diff: bool = False, **params: Any) -> None:
        self.params = params
        self._diff = diff
        self.warnings: List[str] = []
        self.no_log_values: Set[str] = set()

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def result(**parts: Any) -> Dict[str, Any]:
    return dict(
        {
            "msg": "summary",
            "warnings": ["look"],
            "diff": {"before": "", "after": "x"},
            "failures": [],
            "started_at": "now",
        },
        **parts,
    )


def test_result_without_failures_keeps_its_message() -> None:
    module = FakeModule()
    assert image_copy.conclude(module, result()) == {"msg": "summary", "failures": [], "started_at": "now"}
    assert module.warnings == ["look"]


def test_diff_is_returned_in_diff_mode_only() -> None:
    assert "diff" in image_copy.conclude(FakeModule(diff=True), result())


def test_message_goes_on_with_the_first_failure() -> None:
    failures = [{"source": "a", "destination": "b", "error": "no."}, {"source": "c", "destination": "d", "error": "x"}]
    concluded = image_copy.conclude(FakeModule(), result(failures=failures))
    assert concluded["msg"] == "summary. First failure: a -> b: no."
