# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module harbor_hosts on the files of an installation, with stand-ins for Docker and Compose."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive
from ansible_collections.longshore.swr.plugins.modules import harbor_hosts
from ansible_collections.longshore.swr.tests.support.fake_programs import Programs
from ansible_collections.longshore.swr.tests.support.modules import run_module

NAME, ADDRESS = "swr.cn-north-4.myhuaweicloud.com", "172.16.0.10"
ENTRY = "{0}:{1}".format(NAME, ADDRESS)
PASSWORD = "pass-in-a-file-of-harbor-64"
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
      - DATABASE_PASSWORD={0}  # ours
    extra_hosts:
      - "ldap.example.com:10.0.0.9"
""".format(PASSWORD)
CONFIG = """\
harbor_admin_password: {0}
proxy:
  http_proxy: http://proxy.example.com:3128
  https_proxy:
  no_proxy: .example.com
  components: [core, jobservice]
""".format(PASSWORD)
UP = ["docker", "compose", "up", "-d"]


class Host:
    """The host that Harbor runs on."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "harbor"
        self.folder.mkdir()
        self.units = folder / "units"
        self.units.mkdir()
        self.override = self.folder / "docker-compose.override.yml"
        self.config = self.folder / "harbor.yml"
        self.base = self.folder / "docker-compose.yml"
        self.base.write_text(BASE)
        self.programs = Programs()
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.setattr(harbor_hosts, "run_program", self.programs.run)
        # A backup has the number of its process in its name, and each run of a module is a process.
        processes = itertools.count(1)
        self._next_process = lambda: monkeypatch.setattr("os.getpid", functools.partial(int, next(processes)))

    def module(self, check_mode: bool = False, names: Any = (NAME,), address: str = ADDRESS, **options: Any) -> Any:
        given: Dict[str, Any] = {
            "directory": str(self.folder),
            "entries": [{"address": address, "names": names}],
            "unit_directories": [str(self.units), str(self.units), str(self.units / "none")],
        }
        given.update(options)
        before = self.files()
        self._next_process()
        result = run_module("harbor_hosts", given, check_mode)
        assert PASSWORD not in json.dumps(result)
        if check_mode:
            assert self.files() == before
        return result

    def files(self) -> Dict[str, str]:
        return {path.name: path.read_text() for path in self.folder.iterdir()}

    def run(self, check_mode: bool = False, **options: Any) -> Any:
        result = self.module(check_mode, **options)
        assert not result.get("failed"), result
        return result

    def fail(self, **options: Any) -> str:
        result = self.module(**options)
        assert result.get("failed"), result
        return str(result["msg"])

    def kept(self, name: str) -> List[str]:
        """The earlier versions of a file."""
        return [path.read_text() for path in self.folder.glob(name + ".*~")]


@pytest.fixture(name="host")
def a_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(tmp_path, monkeypatch)


def test_names_are_added_applied_and_removed_again(host: Host) -> None:
    host.override.write_text(OVERRIDE)
    host.override.chmod(0o640)
    forecast = host.run(check_mode=True)
    assert (forecast["changed"], forecast["recreated"]) == (True, ["core", "jobservice"])
    assert host.programs.hosts_of("core") is None

    done = host.run()
    assert done == forecast
    assert done["diff"]["before"] == {"core": [], "jobservice": []}
    assert done["diff"]["after"] == {"core": [ENTRY], "jobservice": [ENTRY]}
    assert host.programs.hosts_of("jobservice") == [ENTRY]
    assert host.programs.hosts_of("core") == [ENTRY, "ldap.example.com:10.0.0.9"]
    assert "# Our own settings" in host.override.read_text()
    assert host.override.stat().st_mode & 0o777 == 0o640
    assert host.kept(host.override.name) == [OVERRIDE]
    calls = host.programs.data["calls"]
    # It is read together with the base file before it takes its place.
    checked = [call for call in calls if "config" in call]
    assert checked[0][:5] == ["docker", "compose", "-f", str(host.base), "-f"]
    applied = [call for call in calls if call[2:3] in (["up"], ["restart"])]
    assert applied == [[*UP, "core", "jobservice"], ["docker", "compose", "restart", "proxy"]]
    assert calls.index(checked[-1]) < calls.index(applied[0])

    again = host.run()
    assert (again["changed"], again["recreated"]) == (False, [])
    out = host.run(state="absent")
    assert (out["changed"], out["diff"]["after"]) == (True, {"core": [], "jobservice": []})
    assert host.override.read_text() == OVERRIDE
    assert host.programs.hosts_of("jobservice") == []
    assert host.run(state="absent", entries=None)["changed"] is False


def test_a_file_that_is_ours_alone_is_removed_again(host: Host) -> None:
    assert host.run(names=[NAME, "Other.io"])["override"] == str(host.override)
    assert host.override.stat().st_mode & 0o777 == 0o644
    assert yaml.safe_load(host.override.read_text())["version"] == "2.3"
    moved = host.run(names=NAME + ", other.io,", address="172.16.0.11")
    assert moved["diff"]["before"]["core"] == [ENTRY, "other.io:" + ADDRESS]
    assert host.programs.hosts_of("jobservice") == [NAME + ":172.16.0.11", "other.io:172.16.0.11"]
    assert host.run(state="absent")["changed"] is True
    assert not host.override.exists()
    assert host.programs.hosts_of("core") == []


def test_version_1_of_compose_reads_its_own_names_only(host: Host) -> None:
    other = host.folder / "compose.override.yml"
    other.write_text("services: {}\n")
    host.programs.data["no_plugin"] = True
    host.run()
    assert host.programs.calls("docker-compose", "up", "-d", "core", "jobservice")
    assert host.programs.hosts_of("core") == [ENTRY]
    host.run(state="absent")
    host.programs.data["no_plugin"] = False
    assert host.run(verify=False)["override"] == str(other)


def test_without_compose_the_file_is_all_that_can_be_had(host: Host) -> None:
    host.programs.data["no_compose"] = True
    assert "set apply (harbor_apply) to false" in host.fail()
    assert not host.override.exists()
    done = host.run(apply=False)
    assert (done["changed"], done["recreated"]) == (True, [])
    assert host.run(apply=False)["changed"] is False


@pytest.mark.parametrize("command", ["my-compose --ansi 'never mind'", ["my-compose", "--ansi", "never mind"]])
def test_compose_may_be_called_in_another_way(host: Host, monkeypatch: pytest.MonkeyPatch, command: Any) -> None:
    asked: List[Any] = []

    def answer(words: Any, *_more: Any) -> Any:
        asked.append(list(words))
        return 0, "", ""

    monkeypatch.setattr(harbor_hosts, "run_program", answer)
    host.run(compose_command=command, check_subnets=False, verify=False)
    assert ["my-compose", "--ansi", "never mind", "up", "-d", "core", "jobservice"] in asked


def test_what_compose_refuses_never_takes_its_place(host: Host) -> None:
    broken = OVERRIDE + "broken: true\n"
    host.override.write_text(broken)
    text = host.fail()
    assert "{0}: Compose refuses it: {0}: additional".format(host.override) in text
    assert "'broken' not allowed" in text
    assert host.override.read_text() == broken
    assert "Compose refuses" in host.module(check_mode=True)["msg"]
    assert not host.programs.calls(*UP)


@pytest.mark.parametrize(
    "line",
    [
        "environment: [TZ=UTC, DB_PASSWORD={0}]",
        "environment: {{DB_PASSWORD: {0}}}",
        "command: [run, --password, {0}]",
        "labels: {{x: {0}}}",
    ],
)
def test_what_compose_quotes_of_the_file_is_not_shown(host: Host, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    host.override.write_text("services:\n  core:\n    {0}\n".format(line.format(PASSWORD)))

    def refuse(words: Any, *more: Any) -> Any:
        if "config" in words:
            return 1, "", 'Invalid interpolation format for service "core": "DB_PASSWORD={0}"'.format(PASSWORD)
        return host.programs.run(words, *more)

    monkeypatch.setattr(harbor_hosts, "run_program", refuse)
    # Every result is looked through for the password.
    text = host.fail()
    assert 'for service "core": "' in text
    assert "********" in text


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_run_that_was_interrupted_is_completed(host: Host, state: str) -> None:
    host.run()
    host.run(state="absent")
    if state == "absent":
        host.run()
    host.programs.data["broken"] = ["up"]
    assert "docker compose up -d core jobservice failed: out of order" in host.fail(state=state)
    host.programs.data["broken"] = []
    forecast = host.run(check_mode=True, state=state)
    done = host.run(state=state)
    assert forecast["changed"] is done["changed"] is True
    assert done["diff"]["before"] == done["diff"]["after"]
    assert host.programs.hosts_of("core") == ([ENTRY] if state == "present" else [])
    assert host.run(state=state)["changed"] is False


def test_containers_that_do_not_run_are_not_started_for_the_mapping(host: Host) -> None:
    host.run(apply=False)
    assert "the container of core is not running; the container of jobservice is not running" in host.fail()
    assert not host.programs.calls(*UP)
    assert host.run(verify=False)["changed"] is False


def test_containers_that_lack_the_mapping_in_the_end_are_a_failure(host: Host) -> None:
    host.programs.data["forgetful"] = True
    assert "the container of core does not have {0}".format(ENTRY) in host.fail()
    assert host.run(verify=False)["changed"] is True


@pytest.mark.parametrize("hosts", [["{0}={1}"], ["{0}:{1}", "x:y"], ["{2}={1}"]])
def test_the_forms_in_which_docker_has_a_name(host: Host, hosts: Any) -> None:
    host.run(apply=False)
    listed = [item.format(NAME, ADDRESS, NAME.upper()) for item in hosts]
    host.programs.data["containers"] = {name: {"id": name, "hosts": listed} for name in ("core", "jobservice")}
    assert host.run()["changed"] is False


def test_a_docker_that_does_not_answer(host: Host) -> None:
    host.programs.data["broken"] = ["network"]
    assert "out of order. Remedy: Start Docker, or set check_subnets to false" in host.fail(apply=False)
    assert not host.override.exists()
    host.programs.data["broken"] = ["inspect"]
    assert "Docker does not list its networks" in host.fail()
    assert "Docker does not say what the container of core was created with" in host.fail(check_subnets=False)


def test_a_subnet_of_docker_that_contains_the_endpoint(host: Host) -> None:
    text = host.fail(address="172.18.0.10")
    assert "Docker's network harbor_harbor has the subnet 172.18.0.0/16, which contains 172.18.0.10" in text
    assert "default-address-pools" in text
    assert not host.override.exists()
    assert host.run(address="172.18.0.10", check_subnets=False)["changed"] is True
    assert host.run(state="absent")["changed"] is True


def test_what_starts_harbor_without_the_override_is_named(host: Host) -> None:
    start = "[Service]\nExecStart=/usr/local/bin/docker-compose {0} up\n"
    for name, options in {
        "bad.service": "-f /opt/harbor/docker-compose.yml",
        "long.service": "--file=docker-compose.yaml",
        "good.service": "-f docker-compose.yml -f docker-compose.override.yml",
        "plain.service": "",
        "bad.timer": "-f docker-compose.yml",
    }.items():
        (host.units / name).write_text(start.format(options))
    (host.units / "link.service").symlink_to(host.units / "bad.service")
    (host.folder / ".env").write_text("A=b\nCOMPOSE_FILE=docker-compose.yml\n")
    host.programs.data["processes"] = [
        "/usr/bin/docker-compose -f docker-compose.yml up --password {0}".format(PASSWORD),
        "/usr/bin/docker-compose -f docker-compose.yml up",
        "vi docker-compose.yml",
    ]
    found = host.run()
    assert found["bypasses"] == [
        "the unit {0}".format(host.units / "bad.service"),
        "the unit {0}".format(host.units / "long.service"),
        "the running process docker-compose",
        "COMPOSE_FILE in {0}".format(host.folder / ".env"),
    ]
    assert "Add -f {0} after -f docker-compose.yml there".format(host.override) in json.dumps(found["warnings"])
    (host.folder / ".env").write_text("COMPOSE_FILE=docker-compose.yml:docker-compose.override.yml\n")
    assert len(host.run()["bypasses"]) == 3
    # Nobody can lose what is not there.
    assert host.run(state="absent")["bypasses"] == []


def test_a_proxy_that_would_be_asked_is_named(host: Host) -> None:
    host.config.write_text(CONFIG)
    found = host.run()
    assert found["no_proxy"] == [NAME]
    assert "no_proxy does not cover {0}".format(NAME) in json.dumps(found["warnings"])
    assert host.config.read_text() == CONFIG
    ignored = host.run(no_proxy="ignore")
    assert (ignored["no_proxy"], ignored.get("warnings")) == ([], None)


def test_a_proxy_is_passed_over_on_request(host: Host) -> None:
    host.config.write_text(CONFIG)
    host.config.chmod(0o600)
    edit = {"no_proxy": "edit"}
    forecast = host.run(check_mode=True, **edit)
    done = host.run(**edit)
    assert done == forecast
    assert done["diff"]["before"]["no_proxy"] == []
    assert done["diff"]["after"]["no_proxy"] == done["no_proxy"] == [NAME]
    assert done["recreated"] == ["core", "jobservice", "proxy", "trivy-adapter"]
    assert host.config.read_text() == CONFIG.replace(".example.com\n  comp", ".example.com,{0}\n  comp".format(NAME))
    assert host.config.stat().st_mode & 0o777 == 0o600
    assert host.kept("harbor.yml") == [CONFIG]
    assert (host.folder / "docker-compose.yml.before-prepare").read_text() == BASE
    assert host.programs.calls("./prepare") == [["./prepare", "--with-trivy"]]
    assert host.programs.calls(*UP) == [UP]
    assert host.run(**edit)["changed"] is False
    assert host.run(state="absent", **edit)["diff"]["before"]["no_proxy"] == [NAME]
    assert host.config.read_text() == CONFIG


@pytest.mark.parametrize("arguments", ["--with-trivy --with-notary", ["--with-trivy", "--with-notary"]])
def test_a_prepare_that_fails_is_run_again(host: Host, arguments: Any) -> None:
    host.config.write_text(CONFIG)
    host.programs.data["broken"] = ["prepare"]
    text = host.fail(no_proxy="edit")
    assert "./prepare failed: no daemon" in text
    assert "harbor.yml is as it was" in text
    assert host.config.read_text() == CONFIG
    assert not host.override.exists()
    host.programs.data["broken"] = []
    assert host.run(no_proxy="edit", prepare_arguments=arguments)["changed"] is True
    assert host.programs.calls("./prepare")[-1] == ["./prepare", "--with-trivy", "--with-notary"]


class Killed(BaseException):
    """Nothing of the module is run after it."""


@pytest.mark.parametrize("word", ["./prepare", "up", "restart"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_run_that_was_killed_is_finished(host: Host, monkeypatch: pytest.MonkeyPatch, state: str, word: str) -> None:
    edit = {"no_proxy": "edit", "state": state, "verify": False}
    host.config.write_text(CONFIG)
    if state == "absent":
        host.run(no_proxy="edit")
    host.programs.data["calls"].clear()

    def die(words: Any, *more: Any) -> Any:
        if word in words:
            raise Killed
        return host.programs.run(words, *more)

    with monkeypatch.context() as patched:
        patched.setattr(harbor_hosts, "run_program", die)
        with pytest.raises(Killed):
            host.module(**edit)
    forecast = host.run(check_mode=True, **edit)
    done = host.run(**edit)
    assert forecast["changed"] is done["changed"] is True
    assert forecast["recreated"] == done["recreated"] == ["core", "jobservice", "proxy", "trivy-adapter"]
    assert host.programs.calls("./prepare")
    assert host.programs.calls(*UP)[-1] == UP
    assert host.programs.hosts_of("core") == ([ENTRY] if state == "present" else [])
    assert (NAME in host.config.read_text()) is (state == "present")
    # What somebody has changed by hand is still to be had, and nothing is left to do.
    assert (host.folder / "docker-compose.yml.before-prepare").read_text().startswith(BASE)
    assert host.run(**edit)["changed"] is False


def test_what_an_editor_saves_meanwhile_is_not_lost(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.override.write_text(OVERRIDE)
    saved = OVERRIDE + "networks: {}\n"

    def edit(words: Any, *more: Any) -> Any:
        if "config" in words:
            host.override.write_text(saved)
        return host.programs.run(words, *more)

    with monkeypatch.context() as patched:
        patched.setattr(harbor_hosts, "run_program", edit)
        assert "someone else has changed it in the meantime" in host.fail()
    assert host.override.read_text() == saved
    host.run()
    assert host.run(state="absent")["changed"] is True
    assert host.override.read_text() == saved


def test_what_prepare_quotes_of_harbor_yml_is_not_shown(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.config.write_text(CONFIG)

    def fail(words: Any, *more: Any) -> Any:
        return (1, "", "bad: " + PASSWORD) if "./prepare" in words else host.programs.run(words, *more)

    monkeypatch.setattr(harbor_hosts, "run_program", fail)
    # Every result is looked through for the password.
    assert "./prepare failed: bad: ********" in host.fail(no_proxy="edit")


def test_two_runs_are_kept_apart(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harbor_hosts, "LOCK_TIMEOUT", 0)
    link = host.folder.parent / "current"
    link.symlink_to(host.folder)
    with exclusive(str(host.folder), 0):
        assert "another run has held it" in host.fail()
        assert "another run has held it" in host.fail(directory=str(link))
    assert host.programs.data["calls"] == []
    assert host.run(directory=str(link))["changed"] is True


def test_what_is_to_go_may_be_in_a_file_that_compose_does_not_read_any_more(host: Host) -> None:
    host.override.write_text(OVERRIDE)
    host.run()
    newer = host.folder / "compose.override.yml"
    newer.write_text("services: {}\n")
    assert host.run(state="absent")["override"] == str(host.override)
    assert host.override.read_text() == OVERRIDE
    assert host.run(state="absent")["override"] == str(newer)


def test_a_harbor_yml_that_cannot_be_changed_is_refused_and_not_shown(host: Host) -> None:
    host.config.write_text(CONFIG.replace("no_proxy: .example.com", "no_proxy: [.example.com]"))
    text = host.fail()
    assert "does not allow the change" in text
    assert "With no_proxy=ignore" in text
    assert not host.override.exists()
    assert host.run(no_proxy="ignore")["changed"] is True


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"directory": "/nowhere/at/all"}, "there is no docker-compose.yml"),
        ({"address": "swr.example.com"}, "invalid IP address"),
        ({"names": ["a b"]}, "invalid host name"),
        ({"entries": []}, "entries: there are none"),
        ({"entries": None}, "entries"),
        ({"compose_command": "'open"}, "invalid command"),
    ],
)
def test_invalid_options_are_refused(host: Host, options: Any, words: str) -> None:
    assert words in host.fail(**options)
    assert not host.override.exists()


def test_files_that_are_no_files_are_refused(host: Host) -> None:
    host.override.mkdir()
    assert "not a regular file" in run_module("harbor_hosts", {"directory": str(host.folder), "state": "absent"})["msg"]
    host.override.rmdir()
    host.base.write_text("x" * (harbor_hosts.LARGEST + 1))
    assert "more than" in host.fail()
