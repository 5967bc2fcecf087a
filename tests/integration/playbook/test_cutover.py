# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Discover, migrate and cut over in one run; then the rest of the cluster, the same again, and everything back."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, oci_image
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN, KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import Object, metadata, workload
from ansible_collections.longshore.swr.tests.support.playbook import keep, play

pytest.importorskip("kubernetes")

COMPOSE = "services:\n  web: {{image: '{0}/team/web:1'}}  # the front\n"
ROLE = {"ansible.builtin.include_role": {"name": "longshore.swr.cutover"}}


class World:
    """A registry, an SWR, a cluster whose controllers act, and a folder."""

    def __init__(self, playbooks: Any, make: Callable[..., KubernetesServer]) -> None:
        self.playbooks = playbooks
        self.source, self.swr = playbooks.source.host, playbooks.swr.host
        playbooks.secrets.append(TOKEN)
        playbooks.write_auth()
        for name in ("web", "broken"):
            playbooks.source.load(docker_image(name), "team/" + name, "1")
        # SWR takes it in another form, so that it has another digest there.
        self.pinned = "{0}/team/pinned:1@{1}".format(
            self.source, playbooks.source.load(oci_image("p"), "team/pinned", "1")
        )
        web = self.source + "/team/web:1"
        self.workloads = [
            workload("Deployment", "web", web, "shop"),
            workload("Deployment", "pinned", self.pinned, "shop"),
            workload("Deployment", "gitops", web, "shop", annotations={"argocd.argoproj.io/tracking-id": "shop:x"}),
            workload("Deployment", "bad", self.source + "/team/broken:1", "pay"),
            workload("Deployment", "mixed", [web, self.source + "/team/gone:1"], "late"),
            workload("Deployment", "last", web, "late"),
        ]
        accounts = [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("default", one)}
            for one in ("shop", "pay", "late")
        ]
        self.cluster = make(objects=[*accounts, *self.workloads], controllers=True)
        self.compose = playbooks.folder / "repo" / "compose.yaml"
        self.compose.parent.mkdir()
        self.compose.write_text(COMPOSE.format(self.source), encoding="utf-8")
        self.variables: Dict[str, Any] = {
            "discover_host": self.cluster.url,
            "discover_api_key": TOKEN,
            "discover_custom_resources": "none",
            "discover_paths": ["repo"],
            "discover_target": self.swr + "/team",
            "discover_rules_path": "rules.json",
            "migrate_images_file": str(playbooks.folder / "rules.json"),
            "migrate_auth_file": str(playbooks.folder / "auth.json"),
            "migrate_region": "cn-north-4",
            "migrate_registry": self.swr,
            "migrate_insecure": True,
            "migrate_docker_config_fallback": False,
            "migrate_retries": 0,
        }

    def images(self) -> Dict[str, List[str]]:
        """The images of each workload now, without their registries."""
        kinds = {one.kind: one for one in self.cluster.catalogue.resources}
        found = {}
        for item in self.workloads:
            about = item["metadata"]
            now = self.cluster.store.get(kinds["Deployment"], about["namespace"], about["name"])
            containers = now["spec"]["template"]["spec"]["containers"]
            found[about["name"]] = [one["image"].partition("/")[0] for one in containers]
        return found

    def item(self, name: str) -> Object:
        kinds = {one.kind: one for one in self.cluster.catalogue.resources}
        space = next(one["metadata"]["namespace"] for one in self.workloads if one["metadata"]["name"] == name)
        found = self.cluster.store.get(kinds["Deployment"], space, name)
        assert found is not None
        return found

    def patched(self) -> List[str]:
        """The patches that were no dry runs."""
        return [one for one in self.cluster.asked() if one.startswith("PATCH") and "dryRun" not in one]


def test_a_whole_cluster_and_back(playbooks: Any, sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    world = World(playbooks, sandbox_kubernetes)
    source, swr = world.source, world.swr
    before = world.images()
    assert {one for images in before.values() for one in images} == {source}

    # One of the images is gone, which migrate says and which is no reason for cutover not to begin.
    names = ["discover", "migrate", "cutover"]
    playbooks.write("all.yml", [{"ansible.builtin.import_playbook": "longshore.swr." + name} for name in names])
    waves = [{"name": "front", "namespaces": ["shop"]}, {"namespaces": ["pay"]}, {"namespaces": ["late"]}]
    given = {**world.variables, "migrate_fail_on_error": False, "cutover_waves": waves, "cutover_wait_timeout": 3}
    first = playbooks.run("all.yml", variables=given, ok=False)
    # The second wave fails, and puts its workload back; the third does not begin, and the files do not change.
    switched = {**before, "web": [swr], "pinned": [swr]}
    assert world.images() == switched
    assert source in world.compose.read_text(encoding="utf-8")
    assert "Argo CD manages it" in first.out
    assert "put back" in first.out
    assert "last" not in first.out.rpartition("Show who is switched")[2]
    # A converted image has the digest that it has in SWR.
    now = world.item("pinned")["spec"]["template"]["spec"]["containers"][0]["image"]
    assert now == "{0}/team/pinned:1@{1}".format(swr, playbooks.swr.manifest("team/pinned", "1").digest)
    assert now.partition("@")[2] != world.pinned.partition("@")[2]
    # Nothing of ours is left that the next apply of somebody else would conflict with.
    managers = [one["manager"] for one in world.item("web")["metadata"].get("managedFields", [])]
    assert "longshore-swr" not in managers

    # What check mode shows happens then, and once. Then everything goes back.
    rest = {**given, "cutover_waves": [], "cutover_namespaces": "shop, late"}
    forecast = {"ansible.builtin.include_role": {"name": "longshore.swr.cutover", "apply": {"check_mode": True}}}
    back = {**ROLE, "vars": {"cutover_state": "rolled_back"}}
    patched = world.patched()
    steps = [forecast, kept("first"), ROLE, kept("second"), ROLE, kept("third"), back, kept("fourth")]
    run = playbooks.run([play(steps, connection="local")], variables=rest)
    assert "would be: 1 switched" in run.out
    assert "{0}/team/gone:1: no report has it as verified".format(source) in run.out
    assert "{0}/team/web:1 -> {1}/team/web:1".format(source, swr) in run.out
    assert [run.value(step)["switched"] for step in ("first", "second", "third")] == [1, 1, 0]
    assert [run.value(step)["unchanged"] for step in ("first", "second", "third")] == [2, 2, 3]
    assert run.value("fourth")["rolled_back"] == 3
    assert [run.value(step + "_files") for step in ("first", "second", "third", "fourth")] == [True, True, False, True]
    # One workload to switch, and three to put back, each with the removal of its claim.
    assert len(world.patched()) - len(patched) == 8
    assert world.images() == before
    assert world.item("pinned")["spec"]["template"] == world.workloads[1]["spec"]["template"]
    assert world.compose.read_text(encoding="utf-8") == COMPOSE.format(source)


def kept(step: str) -> Dict[str, Any]:
    """What a step returns."""
    return keep(**{step: "cutover_result.waves[0].counts", step + "_files": "cutover_result.files.changed"})


def test_what_a_first_look_shows(playbooks: Any, sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    """Nothing is there yet: no copy, no journal, no directory for the record."""
    world = World(playbooks, sandbox_kubernetes)
    page = playbooks.folder / "page.html"
    images = {world.source + "/team/web": world.swr + "/team/web"}
    given = {**world.variables, "migrate_images": images, "cutover_html_path": str(page)}
    given = {name: given[name] for name in given if name not in ("migrate_images_file", "discover_rules_path")}
    run = playbooks.run("longshore.swr.cutover", "--check", variables=given)
    assert "{0}/team/web:1: no report has it as verified: it is not there".format(world.source) in run.out
    assert world.patched() == []
    assert not playbooks.state.exists()
    assert "late/last" in page.read_text(encoding="utf-8")

    gone = playbooks.run("longshore.swr.cutover", variables={**given, "cutover_host": "http://127.0.0.1:9"}, ok=False)
    assert "GET http://127.0.0.1:9/api/v1: no connection" in gone.out
    assert "no connection" in page.read_text(encoding="utf-8")
