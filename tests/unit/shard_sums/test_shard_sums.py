# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan, its shards and their joined report: the sum is what was asked for, and nothing that failed is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.merge import run_merge
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    Sent,
    image_of,
    reply,
)

ASKED = ["app{0}".format(number) for number in range(6)]


@pytest.fixture
def registries(monkeypatch: Any) -> Dict[str, FakeRegistry]:
    """A source with six images, of which one is at the destination already."""
    source, destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
    for name in ASKED:
        source.push("ns/" + name, "v1", image_of(b"{}", name.encode()), b"{}", name.encode())
    destination.push("ns/app0", "v1", image_of(b"{}", b"app0"), b"{}", b"app0")
    monkeypatch.setattr(clients, "Transport", lambda **_options: FakeNetwork(source, destination))
    return {"source": source, "destination": destination}


def refuse(registries: Dict[str, FakeRegistry], method: str, name: str) -> None:
    """Requests for the manifests of a repository fail from now on."""

    def fault(sent: Sent) -> Any:
        return reply(403) if sent.method == method and "/{0}/manifests/".format(name) in sent.url else None

    registries["source" if method == "GET" else "destination"].fault = fault


def joined(folder: Path, registries: Dict[str, FakeRegistry], lost: int = 0) -> Dict[str, Any]:
    """The joined report of all shards but the one that was lost."""
    options = {"docker_config_fallback": False, "retries": 0, "retry_delay": 0}
    names = [*ASKED, "absent"]
    images = {"{0}/ns/{1}:v1".format(SOURCE, name): "{0}/ns/{1}".format(DESTINATION, name) for name in names}
    plan = run_plan({**options, "images": images, "shards": 3, "shards_path": str(folder)}, False, {})
    refuse(registries, "PUT", "app1")
    reports: List[str] = []
    for shard in plan["shards"]:
        reports.append(str(folder / "reports" / Path(shard["path"]).name))
        if shard["number"] != lost:
            run_copy({**options, "images_file": shard["path"], "report_path": reports[-1]}, False, {})
    return run_merge(
        {
            "reports": reports,
            "plan": json.loads(json.dumps(plan)),
            "report_path": str(folder / "report.json"),
            "output_failed_images": str(folder / "failed.yaml"),
            "shards_path": str(folder),
        },
        False,
    )


def failed_list(folder: Path) -> List[str]:
    """The sources in the failed list, tag by tag."""
    document = yaml.safe_load((folder / "failed.yaml").read_text(encoding="utf-8"))
    rules = parse_rules(document, where="failed.yaml", environ={})
    return sorted("{0}:{1}".format(rule.source.name, tag) for rule in rules for tag in rule.selector.values)


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_the_sum_is_what_was_asked_for(registries: Dict[str, FakeRegistry], tmp_path: Path, lost: int) -> None:
    (tmp_path / "reports").mkdir()
    result = joined(tmp_path, registries, lost)
    images = result["images"]
    assert images["total"] == len(ASKED) + 1 == sum(images[name] for name in images if name != "total")
    assert images["skipped"] == 1
    assert len(result["failures"]) + result["failures_truncated"] == images["failed"]
    assert any("absent" in failure["source"] for failure in result["failures"])
    failed = failed_list(tmp_path)
    assert len(failed) == images["failed"]
    assert {"ns/app1:v1", "ns/absent:v1"} <= set(failed)
    arrived = {name + ":v1" for name, stored in registries["destination"].manifests.items() if "v1" in stored}
    assert set(failed).isdisjoint(arrived)


def test_a_joined_report_is_one_that_can_be_joined(registries: Dict[str, FakeRegistry], tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    first = joined(tmp_path, registries)
    again = run_merge({"reports": [str(tmp_path / "report.json")], "report_path": str(tmp_path / "again.json")}, False)
    assert again["images"] == first["images"]
    assert run_merge({"reports": [str(tmp_path / "again.json")]}, False)["images"] == first["images"]


def test_a_later_plan_without_failures_has_no_list_of_them(registries: Dict[str, FakeRegistry], tmp_path: Path) -> None:
    options = {"docker_config_fallback": False, "retries": 0, "shards_path": str(tmp_path)}
    for name, there in (("absent", True), ("app1", False)):
        images = {"{0}/ns/{1}:v1".format(SOURCE, name): "{0}/ns/{1}".format(DESTINATION, name)}
        run_plan({**options, "images": images}, False, {})
        assert (tmp_path / "not-planned.json").exists() is there
