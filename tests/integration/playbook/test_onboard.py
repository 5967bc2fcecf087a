# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small company is brought to SWR, and taken back: one inventory, one playbook for each.

Its nodes are this machine, each with files of its own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import SERVICES
from ansible_collections.longshore.swr.tests.integration.huaweicloud.scenarios import LINE
from ansible_collections.longshore.swr.tests.integration.playbook.conftest import ACCESS_KEY, SECRET_KEY
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud_iam import Account
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, oci_image
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN, KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import metadata, workload
from ansible_collections.longshore.swr.tests.support.playbook import Run, secret_free

pytest.importorskip("kubernetes")
# The playbook becomes root on nodes, as its users do.
pytestmark = [pytest.mark.needs_root, pytest.mark.slow]

NODES = ["node-1", "node-2"]
SITE = "127.0.78.{0}"


class Company:
    """A registry, a cluster and two nodes; and the SWR and the cloud that it goes to."""

    def __init__(self, playbooks: Any, swr: Swr, cloud: Any, cluster: Any) -> None:
        self.playbooks, self.swr, self.cloud, self.cluster = playbooks, swr, cloud, cluster
        self.swr_name = "localhost:{0}".format(swr.server.port)
        self.folder: Path = playbooks.folder
        playbooks.secrets.append(TOKEN)
        self.source = playbooks.source
        for name in ("web", "listed", "unused"):
            self.source.load(docker_image(name), "team/" + name, "1")
        self.source.load(oci_image("converted"), "team/converted", "1")
        playbooks.write_auth()
        for name in NODES:
            (self.folder / name).mkdir()
            (self.folder / name / "hosts").write_text("127.0.0.1 localhost\n")
        for name in ("web", "converted"):
            image = "{0}/team/{1}:1".format(self.source.host, name)
            kinds = {one.kind: one for one in cluster.catalogue.resources}
            cluster.store.create(kinds["Deployment"], workload("Deployment", name, image, "shop"))
        self.variables: Dict[str, Any] = {
            "onboard_region": "cn-north-4",
            "onboard_access_key": ACCESS_KEY,
            "onboard_secret_key": SECRET_KEY,
            "onboard_registry": self.swr_name,
            "onboard_organization": "shop",
            "onboard_endpoints": dict.fromkeys(SERVICES, cloud.url),
            "onboard_ca_path": swr.ca_path,
            "onboard_dir": "onboarding",
            **{"network_" + name: value for name, value in LINE.items() if name not in ("obs_service", "obs_buckets")},
            "organizations_list": [{"name": "shop"}],
            "discover_host": cluster.url,
            "discover_api_key": TOKEN,
            "discover_custom_resources": "none",
            "migrate_images": {self.source.host + "/team/listed:1": ""},
            "migrate_auth_file": "auth.json",
            "migrate_docker_config_fallback": False,
            "migrate_retries": 0,
            "cutover_wait_timeout": 3,
        }
        self.of_nodes: Dict[str, Any] = {
            "hosts_endpoints": [{"region": "cn-north-4"}],
            "hosts_path": str(self.folder / "{{ inventory_hostname }}" / "hosts"),
            "hosts_cloud_init": "never",
            "login_path": str(self.folder / "{{ inventory_hostname }}" / "config.json"),
            "access_check_ca_path": swr.ca_path,
            "access_check_checks": ["tls.chain", "http.v2"],
        }
        self.nodes: Dict[str, Dict[str, Any]] = {name: {} for name in NODES}

    def run(self, name: str, *options: str, ok: bool = True) -> Run:
        children = {"nodes": {"vars": self.of_nodes, "hosts": self.nodes}}
        inventory = {"all": {"vars": self.variables, "children": children}}
        run: Run = self.playbooks.run("longshore.swr." + name, *options, ok=ok, inventory=inventory)
        return run

    def report(self) -> Dict[str, Any]:
        found: Dict[str, Any] = json.loads((self.folder / "onboarding" / "onboard.json").read_text())
        return found

    def states(self) -> Dict[str, str]:
        return {part["name"]: part["state"] for part in self.report()["parts"]}

    def in_cluster(self) -> List[str]:
        """The registries of the workloads' images."""
        kinds = {one.kind: one for one in self.cluster.catalogue.resources}
        items = [self.cluster.store.get(kinds["Deployment"], "shop", name) for name in ("web", "converted")]
        return [one["spec"]["template"]["spec"]["containers"][0]["image"].partition("/")[0] for one in items]


@pytest.fixture
def company(
    playbooks: Any,
    sandbox_swr: Callable[..., Swr],
    sandbox_cloud: Callable[..., Any],
    sandbox_kubernetes: Callable[..., KubernetesServer],
) -> Company:
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, tls=True)
    cloud = sandbox_cloud(
        tls=True, steps=0, accounts=[Account(ACCESS_KEY, SECRET_KEY, projects={"cn-north-4": "pid-1"})]
    )
    cloud.serve(swr)
    cloud.endpoints.addresses = SITE
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("default", "shop")}
    cluster = sandbox_kubernetes(objects=[account], controllers=True)
    return Company(playbooks, swr, cloud, cluster)


def test_a_company_goes_to_swr_and_back(company: Company) -> None:
    source, swr = company.source.host, company.swr_name
    wrong = {
        "migrat_images": "x",
        "onboard_fail_on": "sometimes",
        "onboard_parts": ["netwrok", "network", "migrate", "hosts"],
        "onboard_registry": "https://swr.example.com:443/shop",
        "onboard_organization": "Shop Team",
        "onboard_access_key": "{{ vault_access_key }}",
    }
    refused = company.run("onboard", "-e", json.dumps(wrong), "--tags", "hosts,migrat", ok=False)
    assert "migrat_images is no variable of a role: write migrate_images" in refused.out
    assert 'netwrok\\" is no part: write network' in refused.out
    assert '--tags: \\"migrat\\" is no part: write migrate' in refused.out
    assert "onboard_registry: invalid registry" in refused.out
    assert "onboard_organization: invalid organization name" in refused.out
    # The files of a vault were forgotten. Its name is said once.
    assert re.findall(r'"(\S+): [^"]*vault_access_key', refused.out) == ["onboard_access_key"]
    assert "Mistakes in the variables: 8" in refused.out
    assert "onboard_fail_on" in refused.out
    assert "hosts_endpoints: address of item 1 is not set" in refused.out

    company.run("onboard", "--check", "--diff")
    states = company.states()
    assert sorted(name for name in states if states[name] == "waiting") == ["cutover", "hosts", "migrate", "verify"]
    assert (company.cloud.made(), company.swr.organizations, company.in_cluster()) == ([], set(), [source, source])
    assert "--check" not in company.report()["command"]

    # On one node, something is in the way, and another one does not answer. All else goes on.
    hosts = company.folder / "node-2" / "hosts"
    hosts.write_text("10.9.9.9 swr.cn-north-4.myhuaweicloud.com\n")
    company.nodes["node-3"] = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    stopped = company.run("onboard", ok=False)
    del company.nodes["node-3"]
    report, states = company.report(), company.states()
    assert {name for name in states if states[name] == "failed"} == {"preflight", "hosts"}
    assert {name for name in states if states[name] == "not_run"} == {"login", "access_check", "cutover"}
    assert "host node-3: it cannot be reached" in stopped.out
    assert states["migrate"] == states["verify"] == "done"
    assert (company.folder / "node-2" / "config.json").exists()
    (problem,) = next(part["problems"] for part in report["parts"] if part["name"] == "hosts")
    assert problem["hosts"] == ["node-2"]
    assert report["command"].startswith("ansible-playbook longshore.swr.onboard ")
    assert report["command"] in stopped.out
    assert company.in_cluster() == [source, source]

    hosts.write_text("127.0.0.1 localhost\n")
    company.run("onboard")
    assert set(company.states().values()) == {"done", "unchanged", "off"}
    assert company.in_cluster() == [swr, swr]
    assert SITE.format(60) in hosts.read_text()
    # The controller is in the play of the nodes, and is none of them.
    checked = json.loads((company.folder / "onboarding" / "localhost" / "access_check.json").read_text())
    assert [node["node"] for node in checked["nodes"]] == sorted(company.nodes)
    page = (company.folder / "onboarding" / "onboard.html").read_text()
    assert "localhost/cutover.html" in page
    # That a further run changes nothing is what the demo shows.
    assert company.report()["command"] == ""

    # On another machine there is no record, and nodes must not lose what the cluster runs.
    lost = company.run("offboard", "-e", "onboard_dir=elsewhere", "--tags", "cutover", ok=False)
    assert "there is no record of a cut-over" in lost.out

    company.run("offboard")
    assert company.in_cluster() == [source, source]
    assert SITE.format(60) not in hosts.read_text()
    assert not (company.folder / "node-1" / "config.json").exists()
    left = next(part["headline"] for part in company.report()["parts"] if part["name"] == "organizations")
    assert "the organization is not empty (converted, listed, web)" in left
    again = company.run("offboard")
    assert again.changed == 0
    for written in (company.folder / "onboarding").rglob("*"):
        if written.is_file():
            secret_free(written.read_text(encoding="utf-8"), *company.playbooks.secrets)
