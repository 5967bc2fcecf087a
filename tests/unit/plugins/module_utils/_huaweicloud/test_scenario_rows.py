# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of what a scenario has created, and the table of its plan."""

from __future__ import annotations

from typing import Any, Dict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.scenario.options import SCENARIOS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.scenario.rows import (
    bandwidth_record,
    bound_record,
    interrupted,
    is_own,
    record,
    table,
    without_bound_record,
)


def row(**fields: Any) -> Dict[str, Any]:
    usual = {"object": "VPC", "name": "shop", "id": None, "now": "missing", "change": "create", "charge": "free"}
    return {**usual, "note": "", **fields}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_record_is_that_of_one_scenario(scenario: str) -> None:
    for found in ({"description": record(scenario)}, {"description": "", "bandwidth_name": bandwidth_record(scenario)}):
        assert [name for name in SCENARIOS if is_own(found, name)] == [scenario]
    # The API's limits.
    assert len(bandwidth_record(scenario)) <= 64
    assert not set("<>") & set(record(scenario))


@given(st.text(max_size=50), st.sampled_from(SCENARIOS))
def test_what_was_there_before_a_record_comes_back(description: str, scenario: str) -> None:
    bound = bound_record(description, scenario)
    assert without_bound_record(bound, scenario) == description
    assert without_bound_record(description, scenario) is None
    assert not is_own({"description": bound}, scenario)


def test_the_table() -> None:
    lines = table([row(), row(object="subnet", name="nodes", note="after VPC shop")])
    assert lines == [
        "OBJECT  NAME   NOW      CHANGE                  CHARGE",
        "VPC     shop   missing  create                  free",
        "subnet  nodes  missing  create, after VPC shop  free",
    ]


def test_a_name_cannot_break_the_table() -> None:
    (_heading, line) = table([row(name="a\nb\x1b[2J" + "x" * 500)])
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 250


def test_an_error_without_anything_before_it_is_kept() -> None:
    error = HuaweiCloudError("no", hint="Try again.")
    assert interrupted(error, []).hint == "Try again."
