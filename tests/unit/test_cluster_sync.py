# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifests of the copy inside a cluster: their fields, their image, their limits. tests/e2e runs the container."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, Dict

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import RoleSpec
from ansible_collections.longshore.swr.tests.support.modules import run_module

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = ROOT / "extensions" / "kubernetes" / "sync"


def problems(document: Dict[str, Any], kind: str) -> str:
    """What the API's schema, of which the Python client's models are made, says against an object."""
    client = pytest.importorskip("kubernetes.client")
    try:
        getattr(client, "V1" + kind).model_validate(document)
    except ValueError as error:
        return str(error)
    return ""


def documents() -> Dict[str, Any]:
    read = (yaml.safe_load(path.read_text("utf-8")) for path in sorted(MANIFESTS.glob("*.yml")))
    return {item["kind"]: item for item in read}


def pod_of(cron_job: Dict[str, Any]) -> Dict[str, Any]:
    spec: Dict[str, Any] = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("kind", ["ConfigMap", "PersistentVolumeClaim", "CronJob"])
def test_every_field_is_one_of_the_api(kind: str) -> None:
    assert problems(documents()[kind], kind) == ""


def test_the_schema_finds_what_is_wrong() -> None:
    job = copy.deepcopy(documents()["CronJob"])
    job["spec"].update(concurencyPolicy="Forbid", startingDeadlineSeconds="3600")
    del job["spec"]["schedule"]
    pod_of(job)["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = "yes"
    found = problems(job, "CronJob")
    for name in ("concurencyPolicy", "startingDeadlineSeconds", "schedule", "readOnlyRootFilesystem"):
        assert re.search(r"^spec\.(\w+\.)*(\d\.\w+\.)?{0}$".format(name), found, re.MULTILINE), found


def test_runs_do_not_overlap_and_the_pod_has_no_rights() -> None:
    job = documents()["CronJob"]
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = pod_of(job)
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    own = container["securityContext"]
    assert (own["readOnlyRootFilesystem"], own["allowPrivilegeEscalation"]) == (True, False)
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    # Secrets come from Secrets alone.
    assert not re.search(r"(?i)password|secret_key", yaml.safe_dump(documents()))


def test_its_variables_are_those_of_the_role() -> None:
    variables = yaml.safe_load(documents()["ConfigMap"]["data"]["variables.yml"])
    spec = RoleSpec.read(str(ROOT / "roles" / "migrate"), "main")
    assert set(spec.check(variables)) == set(variables) <= set(spec.options)


def test_the_collection_itself_finds_its_image() -> None:
    found = run_module("image_sources", {"paths": [str(MANIFESTS)]})
    assert [image["image"] for image in found["images"]] == ["registry.example.com/platform/ee-longshore-swr:1.0.0"]
