# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module harbor_host_aliases with a stand-in for kubectl."""

from __future__ import annotations

import json
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.modules import harbor_host_aliases
from ansible_collections.longshore.swr.tests.support.fake_programs import Programs
from ansible_collections.longshore.swr.tests.support.modules import run_module

NAME, ADDRESS = "swr.cn-north-4.myhuaweicloud.com", "172.16.0.10"
PASSWORD = "pass-in-a-deployment-19"
THEIRS = {"ip": "10.0.0.9", "hostnames": ["ldap.example.com"]}
NAMES = ["harbor-core", "harbor-jobservice"]


def deployment(name: str) -> Dict[str, Any]:
    pod = {"containers": [{"env": [{"name": "SECRET", "value": PASSWORD}]}], "hostAliases": [THEIRS]}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "resourceVersion": "7"},
        "spec": {"template": {"spec": pod}},
    }


@pytest.fixture(name="cluster")
def a_cluster(monkeypatch: pytest.MonkeyPatch) -> Programs:
    programs = Programs(deployments={name: deployment(name) for name in [*NAMES, "harbor-portal"]})
    monkeypatch.setattr(harbor_host_aliases, "run_program", programs.run)
    return programs


def module(check_mode: bool = False, address: str = ADDRESS, **options: Any) -> Dict[str, Any]:
    given: Dict[str, Any] = {"namespace": "registry", "entries": [{"address": address, "names": [NAME]}]}
    given.update(options)
    result = run_module("harbor_host_aliases", given, check_mode)
    assert PASSWORD not in json.dumps(result)
    return result


def test_names_are_added_moved_and_removed_again(cluster: Programs) -> None:
    forecast = module(check_mode=True)
    assert (forecast["changed"], forecast["deployments"]) == (True, NAMES)
    assert [call[-1] for call in cluster.data["calls"] if "patch" in call] == ["--dry-run=server"] * 2
    assert cluster.aliases_of("harbor-core") == [THEIRS]
    assert not [call for call in cluster.data["calls"] if "rollout" in call]

    done = module()
    assert done == forecast
    assert done["diff"]["before"] == {name: [] for name in NAMES}
    assert done["diff"]["after"] == {name: [NAME + ":" + ADDRESS] for name in NAMES}
    added = {"ip": ADDRESS, "hostnames": [NAME]}
    assert cluster.aliases_of("harbor-core") == cluster.aliases_of("harbor-jobservice") == [THEIRS, added]
    assert cluster.aliases_of("harbor-portal") == [THEIRS]
    waited = [call for call in cluster.data["calls"] if "rollout" in call]
    start = ["kubectl", "--namespace", "registry", "rollout", "status"]
    assert waited == [[*start, "deployment/" + name, "--timeout", "300s"] for name in NAMES]
    assert module()["changed"] is False

    assert module(address="172.16.0.11")["changed"] is True
    assert cluster.aliases_of("harbor-core") == [THEIRS, {"ip": "172.16.0.11", "hostnames": [NAME]}]
    assert module(state="absent", entries=None)["diff"]["after"] == {name: [] for name in NAMES}
    assert cluster.aliases_of("harbor-core") == [THEIRS]
    assert module(state="absent")["changed"] is False


def test_pods_that_were_not_replaced_are_waited_for_again(cluster: Programs) -> None:
    cluster.data["broken"] = ["rollout"]
    for _run in range(2):
        assert "kubectl rollout status deployment/harbor-core failed: out of order" in module()["msg"]
    cluster.data["broken"] = []
    assert module()["changed"] is False


def test_deployments_that_are_set_back_are_a_failure(cluster: Programs) -> None:
    cluster.data["forgetful"] = True
    result = module()
    assert (result["error"]["where"], "GitOps" in result["msg"]) == ("harbor-core", True)


@pytest.mark.parametrize(
    ("verb", "errors", "remedy"),
    [
        ("patch", "Operation cannot be fulfilled: the object has been modified; apply your changes to it", "Run again"),
        ("rollout", "error: timed out waiting for the condition", "keeps the new pods from starting"),
        ("get", 'Error from server (NotFound): deployments.apps "x" not found', "Check namespace and fullname"),
        ("get", "error: You must be logged in to the server (Unauthorized)", "Check kubectl"),
    ],
)
def test_a_failure_of_kubectl_has_its_remedy(
    cluster: Programs, monkeypatch: pytest.MonkeyPatch, verb: str, errors: str, remedy: str
) -> None:
    def fail(words: Any, *more: Any) -> Any:
        return (1, "", errors) if verb in words else cluster.run(words, *more)

    monkeypatch.setattr(harbor_host_aliases, "run_program", fail)
    assert remedy in module()["error"]["hint"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fullname": "other"}, 'deployments.apps "other-core" not found'),
        ({"namespace": "none"}, 'namespaces "none" not found'),
        ({"entries": None}, "entries"),
        ({"address": "swr.example.com"}, "invalid IP address"),
        ({"rollout_timeout": 0}, "rollout_timeout: it must be 1 or more"),
    ],
)
def test_a_failure_names_what_to_check(cluster: Programs, options: Any, words: str) -> None:
    assert words in module(**options)["msg"]


def test_kubectl_is_called_as_the_user_says(cluster: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(words: Any, *_more: Any) -> Any:
        asked.append(words)
        return 0, PASSWORD, ""

    monkeypatch.setattr(harbor_host_aliases, "run_program", answer)
    assert "does not describe a Deployment: it is not JSON" in module(kubectl="k3s kubectl --context 'a b'")["msg"]
    assert asked[0][:6] == ["k3s", "kubectl", "--context", "a b", "--namespace", "registry"]
    # A survey's empty text
    module(kubectl="")
    assert asked[1][0] == "kubectl"
