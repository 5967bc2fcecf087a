# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook C(discover) on a cluster and a folder; image_copy takes what it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN, KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import deployment, workload
from ansible_collections.longshore.swr.tests.support.playbook import Playbook

pytest.importorskip("kubernetes")

TARGET = "swr.cn-north-4.myhuaweicloud.com/team"
DIGEST = "sha256:" + "a" * 64
COMPOSE = """\
services:
  web: {image: "quay.io/b/app:2"}
  pinned: {image: "quay.io/b/tool@DIGEST"}
""".replace("DIGEST", DIGEST)


def test_clusters_and_folders_in_one(sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path) -> None:
    helm = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}
    objects = [
        *deployment("web", "quay.io/a/app:1", "shop", annotations=helm),
        workload("CronJob", "other", "busybox", "elsewhere"),
    ]
    server = sandbox_kubernetes(objects=objects)
    playbook = Playbook(tmp_path, secrets=[TOKEN])
    playbook.write("kubeconfig", yaml.safe_dump(server.kubeconfig()))
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    variables = {
        "discover_kubeconfig": "kubeconfig",
        # As a survey has them
        "discover_contexts": "sandbox",
        "discover_namespaces": "shop",
        "discover_validate_certs": "",
        "discover_custom_resources": "none",
        "discover_paths": ["repo"],
        "discover_target": TARGET,
        "discover_images_json_path": "images.json",
        "discover_rules_path": "rules.json",
    }
    run = playbook.run("longshore.swr.discover", variables=variables)
    assert run.changed == 2
    assert "sandbox: Deployment shop/web (helm shop/web)" in run.text
    assert "not in images.json: quay.io/b/tool@" + DIGEST in run.text
    rules = json.loads((tmp_path / "rules.json").read_text(encoding="utf-8"))
    assert rules == {
        "quay.io/a/app:1": TARGET + "/a/app:1",
        "quay.io/b/app:2": TARGET + "/b/app:2",
        "quay.io/b/tool@" + DIGEST: TARGET + "/tool",
    }
    images_json = json.loads((tmp_path / "images.json").read_text(encoding="utf-8"))
    assert images_json == {source: destination for source, destination in rules.items() if "@" not in source}
    assert len(parse_rules(rules, where="rules.json", environ={})) == 3
    assert len(parse_rules(images_json, where="images.json", environ={}, dialect="image-migrator")) == 2
