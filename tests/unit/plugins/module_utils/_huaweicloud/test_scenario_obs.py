# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which buckets the policy of an OBS endpoint allows, and what is added to it."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import Any, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.scenario.obs import (
    _matches,
    allowed_policy,
    denied,
    is_obs,
    statement_for,
)


def statement(*resources: str, **more: Any) -> Dict[str, Any]:
    return {"Effect": "Allow", "Action": ["*"], "Resource": list(resources), **more}


@pytest.mark.parametrize(
    "policy",
    [
        [],
        [statement("layers", "layers/*")],
        [statement("layers/*", Action=["GetObject"])],
        [statement("layers/*", Action=["obs:object:Get*"])],
        [statement("lay*")],
        [statement("theirs/*"), statement("*/*")],
        [{"Effect": "Allow", "Action": ["*"]}],
    ],
)
def test_a_policy_that_allows_the_bucket_is_kept(policy: List[Any]) -> None:
    assert allowed_policy(policy, ["layers"]) == policy


@pytest.mark.parametrize(
    "policy",
    [
        [statement("theirs", "theirs/*")],
        [statement("layers")],
        [statement("layers/*", Action=["PutObject"])],
        [statement("layers/*", Condition={"StringEquals": {"x": "y"}})],
        [statement("layers/*", Effect="Deny")],
        [statement("layers-2/*")],
    ],
)
def test_a_policy_that_does_not_gets_one_more_statement(policy: List[Any]) -> None:
    extended = allowed_policy(policy, ["layers"])
    assert extended == [*policy, statement("layers", "layers/*")]
    assert allowed_policy(extended, ["layers"]) == extended
    assert allowed_policy(policy, []) == policy


def test_a_deny_is_noticed_even_if_it_has_a_condition() -> None:
    forbids = statement("layers/*", Effect="Deny", Condition={"Bool": {"x": "y"}})
    assert denied([statement("*"), forbids], ["other", "layers"]) == ["layers"]


def test_the_statement_of_a_new_endpoint() -> None:
    assert statement_for(["a-1", "b-2"]) == statement("a-1", "a-1/*", "b-2", "b-2/*")


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=12))
def test_wildcards_match_as_those_of_a_shell(pattern: str, text: str) -> None:
    assert _matches(pattern, text) == fnmatchcase(text, pattern)


def test_a_hostile_pattern_takes_no_time() -> None:
    started = time.perf_counter()
    assert _matches("*a" * 50_000 + "b", "a" * 100_000) is False
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("kind", "service", "expected"),
    [
        ("gateway", "cn-north-4.com.myhuaweicloud.v4.obsv2.OBSCluster9", True),
        ("gateway", "com.myhuaweicloud.cn-north-4.sfs", False),
        ("interface", "com.myhuaweicloud.cn-north-4.obs", False),
    ],
)
def test_what_leads_to_obs(kind: str, service: str, expected: bool) -> None:
    assert is_obs({"service_type": kind, "service": service}) is expected
