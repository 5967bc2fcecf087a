# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Output of docker and kubectl that is right but for one value: a result, or an error that says what is wrong."""

from __future__ import annotations

import json
from typing import Any, Sequence

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.docker import Compose, networks
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.helm import HelmRelease
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_aliases import ANNOTATION
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import Host, clashes
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import crashes

DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "harbor-core", "resourceVersion": "5", "annotations": {ANNOTATION: '["swr.a:10.0.0.1"]'}},
    "spec": {"template": {"spec": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["swr.a", "b"]}]}}},
}
NETWORKS = [{"Name": "bridge", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}}]
OPTIONS = {
    "entries": [{"address": "10.0.0.3", "names": ["swr.a"]}],
    "kubectl": "kubectl",
    "namespace": "registry",
    "fullname": "harbor",
    "rollout_timeout": 3,
}


def answering(document: Any, question: str) -> Any:
    """A program that answers one question with a document, and all others with a word."""

    def run(words: Sequence[str], *_more: Any) -> Any:
        return 0, json.dumps(document) if question in words else "word", ""

    return run


@pytest.mark.parametrize("state", ["present", "absent"])
def test_kubectl(state: str) -> None:
    def use(document: Any) -> None:
        options = dict(OPTIONS, state=state)
        HelmRelease(options, answering(document, "get"), check_mode=True).bring_about()

    use(DEPLOYMENT)
    assert crashes(DEPLOYMENT, use) == []


def test_docker() -> None:
    def look(document: Any) -> None:
        clashes(networks(answering(document, "inspect")), [Host("a", "172.17.0.1")])

    def inspect(document: Any) -> None:
        Compose(answering(document, "inspect"), ["docker", "compose"], "/").mapped("core")

    look(NETWORKS)
    inspect(["a:10.0.0.1"])
    assert crashes(NETWORKS, look) == crashes(["a:10.0.0.1"], inspect) == []
