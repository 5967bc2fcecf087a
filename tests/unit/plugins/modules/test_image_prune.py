# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, Dict, List, Set

from ansible_collections.longshore.swr.plugins.modules import image_prune


class FakeModule:
    """As much of AnsibleModule as the functions use."""

    _diff = False

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.no_log_values: Set[str] = set()

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def result(**parts: Any) -> Dict[str, Any]:
    return dict({"msg": "summary", "warnings": [], "diff": {"before": "", "after": ""}, "failures": []}, **parts)


def test_message_goes_on_with_the_first_failure() -> None:
    assert image_prune.conclude(FakeModule(), result())["msg"] == "summary"
    failures = [{"error": "a: refused."}, {"error": "b"}]
    assert image_prune.conclude(FakeModule(), result(failures=failures))["msg"] == "summary. First failure: a: refused."


def test_diff_is_returned_in_diff_mode_only() -> None:
    module = FakeModule()
    assert "diff" not in image_prune.conclude(module, result())
    module._diff = True
    assert "diff" in image_prune.conclude(module, result())
