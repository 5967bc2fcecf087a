# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private line: the role on the host that Harbor runs on, with stand-ins for docker and kubectl."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
import yaml

from ansible_collections.longshore.swr.tests.integration.harbor.fake_programs import NAMES, State, install
from ansible_collections.longshore.swr.tests.integration.harbor.role_runs import (
    ACCESS_KEY,
    HARBOR_PASSWORD,
    SECRET_KEY,
    Run,
    Runs,
)
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates

NAME, ADDRESS = "swr.cn-north-4.myhuaweicloud.com", "172.16.0.10"
ENTRY = "{0}:{1}".format(NAME, ADDRESS)
FILE_PASSWORD = "pass-in-harbor-yml-64"
BASE = """\
version: '2.3'
services:
  core:
    image: goharbor/harbor-core:v2.9.5
    container_name: harbor-core
  jobservice:
    image: goharbor/harbor-jobservice:v2.9.5
    container_name: harbor-jobservice
    depends_on: [core]
  proxy:
    image: goharbor/nginx-photon:v2.9.5
  trivy-adapter:
    image: goharbor/trivy-adapter-photon:v2.9.5
"""
OVERRIDE = """\
# Our own settings
version: '2.3'
services:
  core:
    environment:
      - TZ=Asia/Shanghai  # local time
    extra_hosts:
      - "ldap.example.com:10.0.0.9"
"""
CONFIG = """\
hostname: harbor.example.com
harbor_admin_password: {0}
proxy:
  http_proxy: http://proxy.example.com:3128
  https_proxy:
  no_proxy: .example.com
  components: [core, jobservice]
""".format(FILE_PASSWORD)
PREPARE = '#!/bin/sh\necho "$@" >prepared\necho "# made anew" >>docker-compose.yml\n'
NETWORKS = [
    {"Name": "bridge", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}},
    {"Name": "harbor_harbor", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.18.0.0/16"}]}},
]


class Host:
    """The host that Harbor runs on."""

    def __init__(self, folder: Path) -> None:
        self.runs = Runs(folder)
        self.harbor = folder / "harbor"
        self.harbor.mkdir()
        (self.harbor / "docker-compose.yml").write_text(BASE)
        (self.harbor / "prepare").write_text(PREPARE)
        (self.harbor / "prepare").chmod(0o755)
        self.units = folder / "units"
        self.units.mkdir()
        self.override = self.harbor / "docker-compose.override.yml"
        self.state_path = folder / "state.json"
        self.programs = folder / "bin"
        self.prepare()

    def prepare(self, names: Any = NAMES, **state: Any) -> None:
        """Makes the programs, and what they know."""
        known = State(self.state_path)
        known.data.update({"networks": NETWORKS}, **state)
        environ = install(self.programs, known, names)
        path = os.pathsep.join([str(self.programs), self.runs.environ["PATH"]])
        self.runs.environ.update(environ, PATH=path)

    @property
    def state(self) -> State:
        return State(self.state_path)

    def given(self, **variables: Any) -> Dict[str, Any]:
        """The variables of the role on this host."""
        usual: Dict[str, Any] = {
            "harbor_region": "cn-north-4",
            "harbor_private_address": ADDRESS,
            "harbor_directory": str(self.harbor),
            "harbor_unit_directories": [str(self.units)],
        }
        return dict(usual, **variables)

    def line(self, *arguments: str, **variables: Any) -> Run:
        return self.runs.role(self.given(**variables), *arguments, entry="private_endpoint")

    def hosts_of(self, service: str) -> Any:
        return self.state.data["containers"].get(service, {}).get("hosts")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


def test_compose_from_nothing_and_back(host: Host) -> None:
    host.override.write_text(OVERRIDE)
    host.override.chmod(0o640)
    forecast = host.line("--check", "--diff")
    # The file, and in check mode no handler.
    assert (forecast.code, forecast.changed) == (0, 1), forecast.text
    # What somebody else has written into it is not shown.
    assert "core and jobservice will find" in forecast.text
    assert "TZ=Asia/Shanghai" not in forecast.text
    assert host.override.read_text() == OVERRIDE
    assert not host.state.calls("docker", "compose", "up")

    first = host.line("--diff")
    assert (first.code, first.changed) == (0, 3), first.text
    assert host.hosts_of("jobservice") == [ENTRY]
    assert host.hosts_of("core") == [ENTRY, "ldap.example.com:10.0.0.9"]
    document = yaml.safe_load(host.override.read_text())
    assert document["services"]["core"]["environment"] == ["TZ=Asia/Shanghai"]
    assert "# Our own settings" in host.override.read_text()
    assert host.override.stat().st_mode & 0o777 == 0o640
    calls = host.state.data["calls"]
    applied = [call[1:] for call in calls if call[2:3] in (["up"], ["restart"])]
    assert applied == [["compose", "up", "-d", "core", "jobservice"], ["compose", "restart", "proxy"]]
    # It was validated together with the base file, before it took its place.
    checked = [call for call in calls if "config" in call]
    assert checked[0][:5] == ["docker", "compose", "-f", str(host.harbor / "docker-compose.yml"), "-f"]
    assert calls.index(checked[0]) < calls.index(["docker", *applied[0]])
    backups = list(host.harbor.glob("docker-compose.override.yml.*~"))
    assert [path.read_text() for path in backups] == [OVERRIDE]

    assert host.line().changed == 0
    out = host.line(harbor_state="absent")
    assert (out.code, out.changed) == (0, 3), out.text
    assert host.override.read_text() == OVERRIDE
    assert host.hosts_of("jobservice") == []


def test_an_override_that_is_ours_alone_goes_again(host: Host) -> None:
    assert host.line().code == 0
    assert host.hosts_of("core") == [ENTRY]
    moved = host.line(harbor_private_address="172.16.0.11")
    assert (moved.code, moved.changed) == (0, 3), moved.text
    assert host.hosts_of("jobservice") == [NAME + ":172.16.0.11"]
    assert yaml.safe_load(host.override.read_text())["version"] == "2.3"
    assert host.line(harbor_state="absent").code == 0
    assert not host.override.exists()
    assert host.hosts_of("core") == []


def test_without_compose_the_file_is_all_that_can_be_had(host: Host) -> None:
    host.prepare(no_plugin=True)
    (host.programs / "docker-compose").write_text("#!/bin/sh\nexit 1\n")
    refused = host.line()
    assert refused.code == 2
    assert "harbor_apply to false" in refused.text
    assert not host.override.exists()
    done = host.line(harbor_apply=False)
    assert (done.code, done.changed) == (0, 1), done.text


def test_compose_of_version_1(host: Host) -> None:
    host.prepare(no_plugin=True)
    # Version 1 does not read this one.
    (host.harbor / "compose.override.yml").write_text("services: {}\n")
    done = host.line()
    assert (done.code, done.changed) == (0, 3), done.text
    assert host.state.calls("docker-compose", "up", "-d", "core", "jobservice")
    assert host.hosts_of("core") == [ENTRY]


@pytest.mark.needs_program("docker-compose")
@pytest.mark.parametrize("before", [OVERRIDE, "version: '2.3'\nservices: {core: {restart: always}}\n"])
def test_what_is_written_is_good_for_the_real_compose(host: Host, before: str) -> None:
    for name in ("docker-compose", "kubectl"):
        (host.programs / name).unlink()
    host.prepare(("docker",), no_plugin=True)
    host.override.write_text(before)
    done = host.line(harbor_apply=False)
    assert (done.code, done.changed) == (0, 1), done.text
    read = subprocess.run(["docker-compose", "config"], cwd=host.harbor, capture_output=True, check=True, timeout=60)
    services = yaml.safe_load(read.stdout)["services"]
    assert services["core"]["extra_hosts"][NAME] == ADDRESS
    assert services["jobservice"]["extra_hosts"] == {NAME: ADDRESS}
    if before != OVERRIDE:
        return
    # One that Compose does not take never gets to its place.
    broken = before + "broken: true\n"
    host.override.write_text(broken)
    refused = host.line(harbor_apply=False)
    assert refused.code == 2
    assert "broken" in refused.text
    assert host.override.read_text() == broken


def test_an_override_that_compose_refuses_stays_as_it_was(host: Host) -> None:
    host.override.write_text("broken: 1\n")
    refused = host.line()
    assert refused.code == 2
    assert "'broken' not allowed" in refused.text
    assert host.override.read_text() == "broken: 1\n"
    assert not host.state.calls("docker", "compose", "up")


def test_a_subnet_of_docker_that_contains_the_endpoint(host: Host) -> None:
    refused = host.line(harbor_private_address="172.18.0.10")
    assert refused.code == 2
    assert "Docker's network harbor_harbor has the subnet 172.18.0.0/16, which contains 172.18.0.10" in refused.text
    assert "default-address-pools" in refused.text
    assert not host.override.exists()


def test_what_starts_harbor_without_the_override_is_named(host: Host) -> None:
    (host.units / "harbor.service").write_text(
        "[Service]\nExecStart=/usr/local/bin/docker-compose -f /opt/harbor/docker-compose.yml up\n"
    )
    (host.units / "good.service").write_text(
        "[Service]\nExecStart=docker compose -f docker-compose.yml -f docker-compose.override.yml up\n"
    )
    (host.harbor / ".env").write_text("COMPOSE_FILE=docker-compose.yml\n")
    found = host.line("--check", harbor_private_address="172.18.0.10", harbor_check_subnets=False)
    assert found.code == 0, found.text
    assert "the unit {0}".format(host.units / "harbor.service") in found.text
    assert "good.service" not in found.text
    assert "COMPOSE_FILE" in found.text
    assert "-f {0} after".format(host.override) in found.text


def test_containers_that_do_not_have_it_are_a_failure(host: Host) -> None:
    host.prepare(forgetful=True)
    refused = host.line()
    assert refused.code == 2
    assert "The container of core does not have {0}".format(ENTRY) in refused.text


def test_a_proxy_that_would_be_asked_is_named_and_on_request_passed_over(host: Host) -> None:
    (host.harbor / "harbor.yml").write_text(CONFIG)
    (host.harbor / "harbor.yml").chmod(0o600)
    named = host.line("-vvv", "--diff")
    assert named.code == 0, named.text
    assert "no_proxy does not cover {0}".format(NAME) in " ".join(named.text.split())
    assert not (host.harbor / "prepared").exists()

    done = host.line("-vvv", "--diff", harbor_no_proxy="edit")
    assert done.code == 0, done.text
    assert (host.harbor / "prepared").read_text().split() == ["--with-trivy"]
    written = host.harbor / "harbor.yml"
    assert written.read_text() == CONFIG.replace(".example.com\n  comp", ".example.com,{0}\n  comp".format(NAME))
    assert written.stat().st_mode & 0o777 == 0o600
    assert (host.harbor / "docker-compose.yml.before-prepare").read_text() == BASE
    assert host.state.calls("docker", "compose", "up", "-d")[-1] == ["docker", "compose", "up", "-d"]
    assert host.line(harbor_no_proxy="edit").changed == 0

    out = host.line("-vvv", "--diff", harbor_no_proxy="edit", harbor_state="absent")
    assert out.code == 0, out.text
    assert written.read_text() == CONFIG
    assert not host.runs.leaks(FILE_PASSWORD)


def test_what_cannot_be_carried_out_is_refused(host: Host) -> None:
    cases = [
        ({"harbor_directory": "/nowhere/at/all"}, "has no docker-compose.yml"),
        ({"harbor_private_address": "swr.example.com"}, "is no IP address"),
        ({"harbor_private_names": ["a b"]}, "is no host name"),
        ({"harbor_deployment": "helm"}, "Set harbor_namespace"),
    ]
    found = host.runs.attempts([host.given(**variables) for variables, _words in cases], entry="private_endpoint")
    for text, (_variables, words) in zip(found, cases):
        assert words in text
    assert not host.override.exists()


def deployment(name: str) -> Dict[str, Any]:
    pod = {"containers": [{"env": [{"name": "SECRET", "value": FILE_PASSWORD}]}]}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "resourceVersion": "7"},
        "spec": {"template": {"spec": dict(pod, hostAliases=[{"ip": "10.0.0.9", "hostnames": ["ldap.example.com"]}])}},
    }


def test_helm_from_nothing_and_back(host: Host) -> None:
    names = ["harbor-core", "harbor-jobservice", "harbor-portal"]
    host.prepare(deployments={name: deployment(name) for name in names})
    helm = {"harbor_deployment": "helm", "harbor_namespace": "registry"}

    def aliases(name: str) -> Any:
        return host.state.data["deployments"][name]["spec"]["template"]["spec"]["hostAliases"]

    before = aliases("harbor-core")
    forecast = host.line("--check", "--diff", **helm)
    assert (forecast.code, forecast.changed) == (0, 1), forecast.text
    assert aliases("harbor-core") == before
    first = host.line("-vvv", "--diff", **helm)
    assert (first.code, first.changed) == (0, 1), first.text
    added = {"ip": ADDRESS, "hostnames": [NAME]}
    assert aliases("harbor-core") == aliases("harbor-jobservice") == [*before, added]
    assert aliases("harbor-portal") == before
    assert len([call for call in host.state.data["calls"] if "rollout" in call]) == 2
    assert host.line(**helm).changed == 0

    moved = host.line(harbor_private_address="172.16.0.11", **helm)
    assert (moved.code, moved.changed) == (0, 1), moved.text
    assert aliases("harbor-core") == [*before, {"ip": "172.16.0.11", "hostnames": [NAME]}]
    out = host.line(harbor_state="absent", **helm)
    assert (out.code, out.changed) == (0, 1), out.text
    assert aliases("harbor-core") == before
    assert not host.runs.leaks(FILE_PASSWORD)


def test_deployments_that_are_not_there_or_set_back(host: Host) -> None:
    helm = {"harbor_deployment": "helm", "harbor_namespace": "registry"}
    refused = host.line(**helm)
    assert refused.code == 2
    assert 'deployments.apps "harbor-core" not found' in refused.text.replace("\\", "")
    assert "harbor_fullname" in refused.text
    host.prepare(forgetful=True, deployments={name: deployment(name) for name in ("harbor-core", "harbor-jobservice")})
    refused = host.line(**helm)
    assert refused.code == 2
    assert "GitOps" in refused.text


def test_the_playbook_does_both(host: Host, sandbox_swr: Callable[..., Swr], tmp_path: Path) -> None:
    certificates = Certificates(str(tmp_path / "tls"), [NAME, "127.0.0.1"])
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=certificates)
    resolve = {NAME: swr}
    with HarborServer(users={"admin": HARBOR_PASSWORD}, resolve=resolve, ca_path=swr.ca_path) as harbor:
        harbor.load(images.docker_image("app"), "library/app", "v1")
        variables = host.given(
            harbor_network="private_endpoint",
            harbor_url=harbor.url,
            harbor_username="admin",
            # The controller does not find SWR by its name, Harbor does.
            harbor_organizations="ignore",
            harbor_rules=[{"name": "all", "organization": "team"}],
            harbor_start="needed",
            harbor_poll_interval=0.1,
        )
        (host.runs.folder / "harbor.yml").write_text(json.dumps(variables))
        nodes = {"hosts": {"harbor-1": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}
        (host.runs.folder / "inventory.yml").write_text(json.dumps({"all": {"children": {"harbor_nodes": nodes}}}))
        arguments = ["-i", "inventory.yml", "-e", "@harbor.yml"]
        secrets = {"HARBOR_PASSWORD": HARBOR_PASSWORD, "HW_SECRET_KEY": SECRET_KEY, "HW_ACCESS_KEY": ACCESS_KEY}

        done = host.runs.run("longshore.swr.harbor", *arguments, "-vvv", **secrets)
        # The file and its two handlers; the endpoint, the rule and the execution.
        assert (done.code, done.changed) == (0, 6), done.text
        assert host.hosts_of("core") == [ENTRY]
        # The name is SWR's own, so that its certificate is verified.
        assert swr.tags("team/app") == ["v1"]
        assert host.runs.run("longshore.swr.harbor", *arguments, **secrets).changed == 0
        out = host.runs.run("longshore.swr.harbor", *arguments, "-e", "harbor_state=absent", **secrets)
        assert (out.code, out.changed) == (0, 5), out.text
        assert not host.override.exists()
        assert not harbor.registries.stored
        assert not host.runs.leaks()
