# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks as text, and the options that are those of other modules."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.quotas import Quota
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._preflight import checks, options
from ansible_collections.longshore.swr.plugins.plugin_utils import _onboarding_preflight

CHECKS = [
    checks.Check("account", "access key", checks.OK, "IAM accepts it"),
    checks.Check("network", "permission vpc:vpcs:create", checks.UNCHECKED, "only a change shows it", "Grant it."),
    checks.Check("network", "plan", checks.WARNING, "pulls will not work", "Set obs_service."),
    checks.Check("nodes", "host a", checks.FAILED, "it cannot be reached\n\x1b[2J", "Check it."),
]


def test_the_urgent_ones_come_first() -> None:
    assert checks.table_of(CHECKS) == [
        "failed     nodes          host a: it cannot be reached \\x1b[2J",
        "                          Remedy: Check it.",
        "warning    network        plan: pulls will not work",
        "                          Remedy: Set obs_service.",
        "unchecked  network        permission vpc:vpcs:create: only a change shows it",
        "ok         account        access key: IAM accepts it",
    ]


def test_the_headline_has_the_first_failure() -> None:
    counted = "4 checks: 1 ok, 1 warning, 1 failed, 1 unchecked. First: nodes: host a: it cannot be reached"
    assert checks.headline(CHECKS) == counted + " \\x1b[2J. Remedy: Check it."
    assert checks.headline(CHECKS[:2]) == "2 checks: 1 ok, 1 unchecked"
    assert checks.headline([]) == "0 checks: nothing to check"


def test_long_and_secret_texts_are_cut_and_cleaned() -> None:
    url = "https://bob:secret@example.com/?X-Amz-Signature=abc"
    entry = checks.Check("migrate", "n" * 5000, checks.FAILED, url + " " + "t" * 5000, "r" * 5000).as_dict()
    assert max(map(len, entry.values())) <= 1000
    assert "secret" not in entry["text"]
    assert "abc" not in entry["text"]


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (403, "VPC.2701", "Grant the user the IAM permission vpc:vpcs:list."),
        (403, "SVCSTG.SWR.4031032", "Wait."),
        (403, "APIGW.0101", "Wait."),
        (500, None, "Wait."),
    ],
)
def test_only_a_missing_permission_is_granted(status: int, code: Any, remedy: str) -> None:
    error = HuaweiCloudError("no", status=status, code=code, hint="Wait.")
    check = checks.refused("network", "vpc:vpcs:list", error)
    assert (check.status, check.remedy) == (checks.FAILED, remedy)


@pytest.mark.parametrize(
    ("quota", "count", "status"),
    [
        (Quota(5, 3), 2, "ok"),
        (Quota(5, 3), 3, "failed"),
        (Quota(5, 7), 0, "failed"),
        (Quota(-1, 900), 50, "ok"),
        (None, 1, "unchecked"),
    ],
)
def test_quotas(quota: Any, count: int, status: str) -> None:
    assert checks.quota_check("network", "quota of VPCs", quota, count, "Delete some.").status == status


def test_unset_options_are_left_to_their_defaults() -> None:
    found = options.checked("network", {"scenario": "intranet", "vpc": "", "tags": None, "more": []}, options.NETWORK)
    assert found is not None
    assert (found["scenario"], found["vpc"], found["nat_spec"]) == ("intranet", None, "small")
    assert options.checked("network", {"scenario": ""}, options.NETWORK) is None
    assert options.checked("network", None, options.NETWORK) is None


@pytest.mark.parametrize(
    ("names", "spec"),
    [
        (_onboarding_preflight._NETWORK, options.NETWORK),
        (_onboarding_preflight._MIGRATION, options.MIGRATION),
        (_onboarding_preflight._CLUSTER, options.cluster_spec()),
        (_onboarding_preflight._HARBOR.values(), options.harbor_spec()),
    ],
)
def test_an_onboarding_asks_for_nothing_that_is_refused(names: Any, spec: Dict[str, Any]) -> None:
    assert set(names) <= set(spec)


def test_all_that_is_wrong_is_named_at_once() -> None:
    given = {"scenario": "intranet", "vpcs": "shop", "eip_bandwidth_size": "much"}
    with pytest.raises(LongshoreError, match="eip_bandwidth_size") as caught:
        options.checked("network", given, options.NETWORK)
    assert "vpcs" in str(caught.value)
    assert caught.value.where == "network"


def test_only_secrets_are_masked() -> None:
    params: Dict[str, Any] = {
        "migration": {
            "images": {"quay.io/a/b:1": "swr.cn-north-4.myhuaweicloud.com/shop/b"},
            "auth": {"quay.io": {"username": "alice", "password": "a-password"}, "b.example": {"token": "a-token"}},
            "auth_file": "/etc/auth.json",
        },
        "harbor": {"harbor_url": "https://harbor.example.com", "harbor_username": "admin", "harbor_password": "admin"},
        "cluster": {
            "kubeconfig": {"current-context": "staging", "users": [{"user": {"token": "kube-token"}}]},
            "context": "production",
        },
    }
    harmless = options.harmless_texts(params)
    assert {"swr.cn-north-4.myhuaweicloud.com/shop/b", "alice", "/etc/auth.json", "production", "staging"} <= harmless
    assert "https://harbor.example.com" in harmless
    assert harmless.isdisjoint({"a-password", "a-token", "kube-token", "admin"})
