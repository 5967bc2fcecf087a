# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role harbor on a private line: on the host that Harbor runs on, and its playbook to images and back."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
import yaml

from ansible_collections.longshore.swr.tests.integration.harbor.role_runs import (
    ACCESS_KEY,
    FILE_PASSWORD,
    HARBOR_PASSWORD,
    SECRET_KEY,
    SECRETS,
    Steps,
    attempts,
    harbor_variables,
    step,
)
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates
from ansible_collections.longshore.swr.tests.support.fake_programs import install, installed
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, keep, play

NAME, ADDRESS = "swr.cn-north-4.myhuaweicloud.com", "172.16.0.10"
ENTRY = "{0}:{1}".format(NAME, ADDRESS)
LINE = "private_endpoint"
BASE = """\
version: '2.3'
services:
  core: {image: core}
  jobservice: {image: jobservice}
  proxy: {image: nginx}
  trivy-adapter: {image: trivy}
"""
OVERRIDE = """\
# Our own settings
version: '2.3'
services:
  core:
    environment:
      - PASSWORD=PASS  # ours
    extra_hosts:
      - "ldap.example.com:10.0.0.9"
""".replace("PASS ", FILE_PASSWORD + " ")
CONFIG = """\
harbor_admin_password: {0}
proxy:
  http_proxy: http://proxy.example.com:3128
  https_proxy:
  no_proxy: .example.com
  components: [core, jobservice]
""".format(FILE_PASSWORD)
PREPARE = '#!/bin/sh\necho "$@" >prepared\necho "# made anew" >>docker-compose.yml\n'
NETWORK = {"state": "present", "region": "cn-north-4", "check_mode": False, "swr": {"address": ADDRESS}}


class Host:
    """A folder with an installation of Harbor, and a folder with stand-ins for Docker and kubectl."""

    def __init__(self, folder: Path, **programs: Any) -> None:
        self.harbor = folder / "harbor"
        self.harbor.mkdir()
        (self.harbor / "docker-compose.yml").write_text(BASE)
        (self.harbor / "prepare").write_text(PREPARE)
        (self.harbor / "prepare").chmod(0o755)
        (self.harbor / "harbor.yml").write_text(CONFIG)
        self.override = self.harbor / "docker-compose.override.yml"
        self.units = folder / "units"
        self.units.mkdir()
        self._programs = folder / "bin"
        self.environ = install(self._programs, **programs)

    @property
    def programs(self) -> Any:
        return installed(self._programs)

    def given(self, **variables: Any) -> Dict[str, Any]:
        """The variables of the role on this host."""
        usual: Dict[str, Any] = {
            "region": "cn-north-4",
            "private_address": ADDRESS,
            "directory": str(self.harbor),
            "unit_directories": [str(self.units)],
        }
        return {"harbor_" + name: value for name, value in dict(usual, **variables).items()}


# -- the entry point private_endpoint


def deployment(name: str) -> Dict[str, Any]:
    pod = {"containers": [{"env": [{"name": "SECRET", "value": FILE_PASSWORD}]}]}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "resourceVersion": "7"},
        "spec": {"template": {"spec": pod}},
    }


@pytest.fixture(scope="module", name="line")
def a_line(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A host, and steps that were taken on it. The override that they began with is back."""
    folder = tmp_path_factory.mktemp("line")
    host = Host(folder, deployments={name: deployment(name) for name in ("x-core", "x-jobservice")})
    host.override.write_text(OVERRIDE)
    (host.units / "harbor.service").write_text("[Service]\nExecStart=docker compose -f docker-compose.yml up\n")
    edit = {"no_proxy": "edit", "prepare_arguments": "--with-trivy --with-notary"}
    helm = {"deployment": "helm", "namespace": "registry", "fullname": "x", "kubectl": "kubectl"}
    names = {"private_names": NAME + ", Other.io", "compose_command": "docker compose"}
    in_subnet = {"private_address": "172.18.0.10", "apply": "false", "check_subnets": False}
    cases = {
        "directory": {"harbor_private_address": ADDRESS, "harbor_region": "cn-north-4"},
        "address": {"harbor_region": "cn-north-4"},
        "namespace": host.given(deployment="helm"),
        "subnet": host.given(private_address="172.18.0.10"),
    }
    steps = Steps(
        folder,
        [
            step("map", host.given(**names), LINE),
            step("edit", host.given(**edit), LINE),
            step("subnet", host.given(**in_subnet), LINE),
            step("unmap", host.given(state="absent", **edit), LINE),
            step("helm", host.given(**helm), LINE),
            attempts("invalid", cases, LINE),
        ],
        host.environ,
    )
    return host, steps


def assert_warned(steps: Steps, words: str) -> None:
    """Whatever the width that Ansible breaks lines at, even within a name."""
    assert "".join(words.split()) in "".join(steps.run.err.split())


def test_names_are_mapped_and_removed_again(line: Any) -> None:
    host, steps = line
    for name in ("map", "edit", "subnet", "unmap"):
        steps.result(name)
        assert steps.changed(name) == 1
    assert host.programs.calls("docker", "compose", "up") == [
        ["docker", "compose", "up", "-d", *services] for services in (["core", "jobservice"], [], [])
    ]
    assert host.override.read_text() == OVERRIDE
    assert '+    "core": [\n+        "{0}",\n+        "other.io:'.format(ENTRY) in steps.run.out
    assert_warned(steps, "Harbor will lose the mapping when it is started by the unit")


def test_the_proxy_is_passed_over_on_request(line: Any) -> None:
    host, steps = line
    assert_warned(steps, "no_proxy does not cover {0}, other.io".format(NAME))
    assert (host.harbor / "prepared").read_text().split() == ["--with-trivy", "--with-notary"]
    assert (host.harbor / "harbor.yml").read_text() == CONFIG


def test_deployments_are_patched(line: Any) -> None:
    host, steps = line
    steps.result("helm")
    assert host.programs.aliases_of("x-core") == [{"ip": ADDRESS, "hostnames": [NAME]}]


def test_what_is_missing_is_named(line: Any) -> None:
    _host, steps = line
    assert "Set harbor_directory" in steps.failure("invalid", "directory")
    assert "Set harbor_private_address" in steps.failure("invalid", "address")
    assert "Set harbor_namespace" in steps.failure("invalid", "namespace")
    assert "harbor_check_subnets of the role" in steps.failure("invalid", "subnet")


# -- the playbook


class Site:
    """What the playbook has made of one host, one Harbor and one SWR, run after run.

    But for check mode all runs are in one ansible-playbook, on inventory hosts of their own.
    """

    def __init__(self, stack: contextlib.ExitStack, folder: Path) -> None:
        self.host = Host(folder)
        certificates = Certificates(str(folder / "tls"), [NAME, "127.0.0.1"])
        keys = {ACCESS_KEY: SECRET_KEY}
        self.swr = stack.enter_context(Swr(keys, organizations=["team"], tls=certificates))
        options = {"status_lag": 0.05}
        users = {"admin": HARBOR_PASSWORD}
        harbor = HarborServer(users=users, resolve={NAME: self.swr}, ca_path=self.swr.ca_path, options=options)
        self.harbor = stack.enter_context(harbor)
        self.harbor.load(images.docker_image("app"), "library/app", "v1")
        secrets = {"HARBOR_PASSWORD": HARBOR_PASSWORD, "HW_SECRET_KEY": SECRET_KEY, "HW_ACCESS_KEY": ACCESS_KEY}
        self.playbook = Playbook(folder, {**self.host.environ, **secrets}, SECRETS)
        self.check = self._run("longshore.swr.harbor", {"harbor_nodes": ["harbor-1"]}, "--check")
        self.after_check = (self.host.override.exists(), self._writes())
        books: List[Any] = []
        for name in ("first", "again", "absent"):
            state = "absent" if name == "absent" else "present"
            hosts = {"harbor_hosts": name + "-node", "harbor_controller": name, "harbor_state": state}
            books.append({"ansible.builtin.import_playbook": "longshore.swr.harbor", "vars": hosts})
            looked = [keep(override="lookup('ansible.builtin.file', path, errors='ignore')")]
            books.append(play(looked, hosts=name, vars={"path": str(self.host.override)}))
        self.run = self._run(books, {"any": ["first", "first-node", "again", "again-node", "absent", "absent-node"]})

    def _writes(self) -> List[str]:
        return [call.method for call in self.harbor.calls if call.method != "GET"]

    def _run(self, playbook: Any, groups: Dict[str, List[str]], *arguments: str) -> Run:
        found = harbor_variables(self.harbor)
        for name in ("password", "access_key", "secret_key"):
            del found["harbor_" + name]
        # The controller does not find SWR by its name, Harbor does.
        more = {"network": LINE, "organizations": "ignore", "start": "needed", "preflight": "fail"}
        given = self.host.given(no_proxy="ignore", rules=[{"name": "all", "organization": "team"}], **more)
        # As if the playbook network had run before. What it found is filled in.
        del given["harbor_private_address"]
        networks = {"localhost": {"network_result": NETWORK}}
        # Variables of the inventory, so that a playbook's own come before them.
        children = {name: {"hosts": dict.fromkeys(hosts)} for name, hosts in groups.items()}
        inventory = {"all": {"vars": {**found, **given}, "hosts": networks, "children": children}}
        return self.playbook.run(playbook, "--diff", "-vvv", *arguments, inventory=inventory, timeout=900)

    def changed(self, name: str) -> Any:
        """What changed on the node, and what from the controller."""
        return (self.run.recap[name + "-node"]["changed"], self.run.recap[name]["changed"])


@pytest.fixture(scope="module", name="site")
def a_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with contextlib.ExitStack() as stack:
        site = Site(stack, tmp_path_factory.mktemp("site"))
        yield site
        assert not site.harbor.defects
        assert not site.swr.server.errors


def test_check_mode_predicts_and_changes_nothing(site: Site) -> None:
    assert site.after_check == (False, [])
    # The endpoint and the rule. What does not exist cannot be started.
    assert (site.check.recap["harbor-1"]["changed"], site.check.recap["localhost"]["changed"]) == (1, 2)
    assert "rule all would be started" in site.check.out


def test_the_first_run_maps_configures_and_replicates(site: Site) -> None:
    # The endpoint, the rule and the execution.
    assert site.changed("first") == (1, 3)
    assert ENTRY in site.run.value("override", "first")
    assert "1 of 1 repositories copied" in site.run.out
    # The name is SWR's own, so that its certificate is verified.
    assert site.swr.tags("team/app") == ["v1"]
    assert site.harbor.bodies("POST", "/registries")[0]["insecure"] is False


def test_the_second_run_changes_nothing(site: Site) -> None:
    assert site.changed("again") == (0, 0)
    assert site.run.value("override", "again") == site.run.value("override", "first")
    assert len(site.harbor.bodies("POST", "/replication/executions")) == 1


def test_everything_is_taken_back(site: Site) -> None:
    assert site.changed("absent") == (1, 2)
    assert not site.host.override.exists()
    assert site.host.programs.hosts_of("jobservice") == []
    assert not site.harbor.policies.stored
    assert not site.harbor.registries.stored


# -- the real Compose


@pytest.mark.needs_program("docker-compose")
@pytest.mark.parametrize("before", [OVERRIDE, "version: '2.3'\nservices: {core: {restart: always}}\n"])
def test_what_is_written_is_good_for_the_real_compose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    host = Host(tmp_path)
    entries = [{"address": ADDRESS, "names": [NAME]}]
    given = {"directory": str(host.harbor), "entries": entries, "compose_command": "docker-compose", "apply": False}
    given.update(check_subnets=False, no_proxy="ignore", unit_directories=[])
    host.override.write_text(before)
    assert run_module("harbor_hosts", given)["changed"] is True
    read = subprocess.run(["docker-compose", "config"], cwd=host.harbor, capture_output=True, check=True, timeout=60)
    services = yaml.safe_load(read.stdout)["services"]
    assert services["core"]["extra_hosts"][NAME] == ADDRESS
    assert services["jobservice"]["extra_hosts"] == {NAME: ADDRESS}
    if before != OVERRIDE:
        return
    # One that Compose does not take never gets to its place.
    broken = before + "broken: true\n"
    host.override.write_text(broken)
    assert "broken" in run_module("harbor_hosts", given)["msg"]
    assert host.override.read_text() == broken
