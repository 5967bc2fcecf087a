# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, Dict, List, Set

from ansible_collections.longshore.swr.plugins.modules import image_verify


class FakeModule:
    """As much of AnsibleModule as the functions use."""

    _diff = False

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.no_log_values: Set[str] = set()

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def result(**parts: Any) -> Dict[str, Any]:
    return dict({"msg": "summary", "warnings": ["look"], "failed": False, "failures": [], "differences": []}, **parts)


DIFFERENCE = {"destination": "b", "reason": "it is not there"}


def test_result_that_is_no_failure_keeps_its_message() -> None:
    module = FakeModule()
    concluded = image_verify.conclude(module, result(differences=[DIFFERENCE]))
    assert (concluded["msg"], module.warnings, "warnings" in concluded) == ("summary", ["look"], False)


def test_failure_comes_before_a_difference() -> None:
    failures = [{"destination": "a", "error": "refused."}]
    concluded = image_verify.conclude(FakeModule(), result(failed=True, failures=failures, differences=[DIFFERENCE]))
    assert concluded["msg"] == "summary. First: a: refused."
    concluded = image_verify.conclude(FakeModule(), result(failed=True, differences=[DIFFERENCE]))
    assert concluded["msg"] == "summary. First: b: it is not there"
