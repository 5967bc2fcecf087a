# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue is complete, and its numbers are unique."""

from __future__ import annotations

import re

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.catalogue import (
    OFF,
    PROFILES,
    RULES,
    SEVERITIES,
    full_id,
    rule_of_alias,
)
from ansible_collections.longshore.swr.tests.support.pages import page


def test_there_are_seventeen_rules_in_order() -> None:
    assert [rule.id for rule in RULES] == ["SWR-DF-{0:03d}".format(number) for number in range(1, 18)]
    assert len({rule.name for rule in RULES}) == 17


def test_every_rule_has_all_texts_and_a_severity_in_each_profile() -> None:
    for rule in RULES:
        for text in (rule.practice, rule.fix, rule.reach):
            assert text.endswith("."), rule.id
        assert len(rule.severities) == len(PROFILES)
        assert set(rule.severities) <= {*SEVERITIES, OFF}
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.url.endswith("#" + rule.id.lower())


def test_an_upgrade_never_fails_an_audit_by_default() -> None:
    rule = next(rule for rule in RULES if rule.id == "SWR-DF-002")
    assert "error" not in rule.severities


def test_no_two_rules_share_an_alias() -> None:
    aliases = [alias for rule in RULES for alias in rule.aliases]
    assert len(aliases) == len(set(aliases))
    assert rule_of_alias("dl3007") == "SWR-DF-004"
    assert rule_of_alias("DL9999") is None


@pytest.mark.parametrize("text", ["SWR-DF-004", "swr-df-4", "004", " 4 "])
def test_ids_as_people_write_them(text: str) -> None:
    assert full_id(text) == "SWR-DF-004"


@pytest.mark.parametrize("text", ["", "SWR-DF-018", "DL3007", "0", "-4"])
def test_what_is_no_id(text: str) -> None:
    assert full_id(text) is None


def test_the_guide_explains_every_rule() -> None:
    parts = page("guide_audit").replace("\\", "").split("\nSWR-DF")[1:]
    sections = {"SWR-DF" + part.split("\n", 1)[0]: " ".join(part.split()) for part in parts}
    assert list(sections) == [rule.id for rule in RULES]
    for rule in RULES:
        for text in (rule.title, rule.practice, rule.fix, rule.reach, ", ".join(rule.severities), *rule.aliases):
            assert " ".join(text.split()) in sections[rule.id]
