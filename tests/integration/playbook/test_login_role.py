# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role login: lasting logins, logins that end, and what is refused."""

from __future__ import annotations

import json
import re
import sys
import time
from base64 import b64encode
from dataclasses import astuple
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox.http_message import Response
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer, RefusedError

# The role becomes root, as its users do.
pytestmark = pytest.mark.needs_root

HOST = "swr.cn-north-4.myhuaweicloud.com"


@pytest.fixture
def api() -> Iterator[HuaweiCloudServer]:
    with HuaweiCloudServer([Account("SANDBOXACCESSKEY", "sk-of-the-account-47")]) as server:
        yield server


def log_in(playbooks: Any, *options: str, **variables: Any) -> Any:
    path = str(playbooks.folder / "auth" / "config.json")
    given = dict({"login_region": "cn-north-4", "login_path": path}, **variables)
    role = {"ansible.builtin.include_role": {"name": "longshore.swr.login"}, "vars": given}
    return playbooks.play([role], *options)


def stored(playbooks: Any) -> Any:
    return json.loads((playbooks.folder / "auth" / "config.json").read_text())


def test_a_lasting_login_is_written_once_and_taken_out_again(playbooks: Any, secrets: Any) -> None:
    forecast = log_in(playbooks, "--check", "--diff")
    assert (forecast.code, forecast.changed) == (0, 1), forecast.text
    assert not (playbooks.folder / "auth").exists()
    first = log_in(playbooks, "-vvv", "--diff")
    assert (first.code, first.changed) == (0, 1), first.text
    assert list(stored(playbooks)["auths"]) == [HOST]
    again = log_in(playbooks, "-vvv")
    assert (again.code, again.changed) == (0, 0), again.text
    out = log_in(playbooks, login_state="absent")
    assert (out.code, out.changed) == (0, 1), out.text
    assert log_in(playbooks, login_state="absent").changed == 0
    text = forecast.text + first.text + again.text + out.text
    assert not [secret for secret in secrets if secret in text]


def test_a_login_that_ends_is_renewed_when_it_is_due(playbooks: Any, api: HuaweiCloudServer) -> None:
    options = {"login_kind": "temporary", "login_duration": 7200, "login_endpoint": api.url}
    forecast = log_in(playbooks, "--check", **options)
    assert (forecast.code, forecast.changed, len(api.calls)) == (0, 1, 0), forecast.text
    first = log_in(playbooks, "-vvv", **options)
    assert (first.code, first.changed, len(api.calls)) == (0, 1, 1), first.text
    password = stored(playbooks)["auths"][HOST]["auth"]
    again = log_in(playbooks, **options)
    # Neither a change nor a call: the login is valid long enough.
    assert (again.code, again.changed, len(api.calls)) == (0, 0, 1), again.text
    due = log_in(playbooks, login_renew_before=7300, **options)
    assert (due.code, due.changed, len(api.calls)) == (0, 1, 2), due.text
    assert stored(playbooks)["auths"][HOST]["auth"] != password
    assert not [value for value in api.issued.values() if value in first.text + again.text + due.text]


def test_a_lasting_login_gives_way_to_one_that_ends(playbooks: Any, api: HuaweiCloudServer) -> None:
    assert log_in(playbooks).changed == 1
    options = {"login_kind": "temporary", "login_endpoint": api.url}
    forecast = log_in(playbooks, "--check", **options)
    assert (forecast.code, forecast.changed, len(api.calls)) == (0, 1, 0), forecast.text
    first = log_in(playbooks, **options)
    assert (first.code, first.changed, len(api.calls)) == (0, 1, 1), first.text
    again = log_in(playbooks, **options)
    assert (again.code, again.changed, len(api.calls)) == (0, 0, 1), again.text
    # And back again.
    back = log_in(playbooks)
    assert (back.code, back.changed) == (0, 1), back.text


def test_a_login_whose_end_nobody_tells_is_renewed_by_its_age(playbooks: Any, api: HuaweiCloudServer) -> None:
    options = {"login_kind": "temporary", "login_endpoint": api.url}
    for changed, calls, more in (
        (1, 1, {}),
        (0, 1, {}),
        # It is younger than 6 hours, but it may have been asked for less than that.
        (1, 2, {"login_duration": 900}),
        (0, 2, {"login_duration": 900, "login_renew_before": 60}),
    ):
        silent = Response(
            200,
            json.dumps(
                {"auths": {HOST: {"auth": b64encode("u:password-{0}".format(calls).encode()).decode()}}}
            ).encode(),
        )
        if changed:
            api.answer_next(silent)
        run = log_in(playbooks, **options, **more)
        assert (run.code, run.changed, len(api.calls)) == (0, changed, calls), run.text
    record = json.loads((playbooks.folder / "auth" / ".longshore.swr.json").read_text())["config.json"]["registries"][
        HOST
    ]
    assert (record["kind"], record["expires_at"], len(record["written_at"])) == ("temporary", None, 20)


def test_keys_of_the_credentials_file_decide_too(playbooks: Any, api: HuaweiCloudServer) -> None:
    account = Account("AKOFTHEFILE", "secret-key-of-the-file", security_token="token-%of-the-file")
    playbooks.write("keys", "[basic]\nak = {0}\nsk = {1}\nsecurity_token = {2}\n".format(*astuple(account)[:3])).chmod(
        0o600
    )
    playbooks.environ.update(
        HW_ACCESS_KEY="", HW_SECRET_KEY="", HUAWEICLOUD_SDK_CREDENTIALS_FILE=str(playbooks.folder / "keys")
    )
    with HuaweiCloudServer([account]) as server:
        options = {"login_endpoint": server.url}
        assert log_in(playbooks, "--check", **options).changed == 1
        assert len(server.calls) == 0
        runs = [log_in(playbooks, "-vvv", **options) for _number in range(2)]
        assert [(run.code, run.changed) for run in runs] == [(0, 1), (0, 0)], runs[0].text
        assert len(server.calls) == 1
        text = "".join(run.text for run in runs)
        assert not [secret for secret in (*astuple(account)[1:3], *server.issued.values()) if secret in text]


class Fleet:
    """Hosts that are all this machine, each with a credential file of its own."""

    def __init__(self, playbooks: Any, api: HuaweiCloudServer, count: int) -> None:
        self.playbooks, self.api = playbooks, api
        self.names = ["node-{0}".format(number) for number in range(1, count + 1)]
        self.variables: Dict[str, Dict[str, Any]] = {name: {} for name in self.names}
        self.play: Dict[str, Any] = {}

    def path(self, name: str) -> Path:
        return Path(self.playbooks.folder / name / "config.json")

    def run(self, *options: str) -> Any:
        common = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "login_region": "cn-north-4",
            "login_kind": "temporary",
            "login_endpoint": self.api.url,
        }
        hosts = {name: dict(login_path=str(self.path(name)), **self.variables[name]) for name in self.names}
        self.playbooks.write("fleet.json", {"all": {"vars": common, "hosts": hosts}})
        play = dict({"hosts": "all", "gather_facts": False, "roles": ["longshore.swr.login"]}, **self.play)
        left = "{{ hostvars.values() | map(attribute='__login_shared', default={}) | select | list | length }}"
        play["post_tasks"] = [{"ansible.builtin.debug": {"msg": "logins left: " + left}}]
        self.playbooks.write("play.yml", [play])
        done = self.playbooks.run("play.yml", "-i", "fleet.json", *options)
        assert not [password for password in self.api.issued.values() if password in done.text]
        return done

    def logins(self) -> List[Any]:
        """What each host's file has, None where there is none."""
        files = [self.path(name) for name in self.names]
        return [json.loads(file.read_text())["auths"][HOST]["auth"] if file.exists() else None for file in files]


def test_one_call_serves_all_hosts(playbooks: Any, api: HuaweiCloudServer) -> None:
    fleet = Fleet(playbooks, api, 3)
    first = fleet.run("-vvv")
    assert (first.code, len(api.calls)) == (0, 1), first.text
    assert len(set(fleet.logins())) == 1
    assert "logins left: 0" in first.out
    assert fleet.run().code == 0
    assert len(api.calls) == 1
    # Two of them need one, and the first is none of them.
    before = fleet.logins()[0]
    for name in fleet.names[1:]:
        fleet.path(name).unlink()
    assert fleet.run().code == 0
    assert len(api.calls) == 2
    logins = fleet.logins()
    assert logins[0] == before != logins[1] == logins[2]


@pytest.mark.parametrize("play", [{"serial": 1}, {"serial": 2}, {"strategy": "free"}])
def test_one_call_serves_all_batches(playbooks: Any, api: HuaweiCloudServer, play: Dict[str, Any]) -> None:
    fleet = Fleet(playbooks, api, 3)
    fleet.play = play
    done = fleet.run()
    assert done.code == 0, done.text
    assert None not in fleet.logins()
    if "serial" in play:
        assert len(api.calls) == 1
        assert "logins left: 0" in done.out[done.out.rindex("TASK") :]


def test_a_login_that_would_soon_end_is_no_use_to_a_later_batch(playbooks: Any, api: HuaweiCloudServer) -> None:
    fleet = Fleet(playbooks, api, 2)
    fleet.play = {"serial": 1, "vars": {"login_duration": 900, "login_renew_before": 3600}}
    assert fleet.run().code == 0
    assert len(api.calls) == 2


def test_hosts_with_other_options_have_another_login(playbooks: Any, api: HuaweiCloudServer) -> None:
    fleet = Fleet(playbooks, api, 4)
    fleet.variables["node-2"] = {"login_duration": 7200}
    fleet.variables["node-3"] = {"login_duration": 7200}
    fleet.variables["node-4"] = {"login_username": "u", "login_password": "of-node-4", "login_registry": HOST}
    done = fleet.run("--limit", "node-1,node-2,node-3")
    assert (done.code, len(api.calls)) == (0, 2), done.text
    logins = fleet.logins()
    assert logins[0] != logins[1] == logins[2]
    assert logins[3] is None
    done = fleet.run("--limit", "node-4")
    assert (done.code, len(api.calls)) == (0, 2), done.text


def test_no_call_is_repeated_where_it_fails(playbooks: Any, api: HuaweiCloudServer) -> None:
    fleet = Fleet(playbooks, api, 3)
    api.refuse_next(RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden"), times=9)
    done = fleet.run()
    assert (done.code, len(api.calls)) == (2, 1), done.text
    failures = dict(re.findall(r"^fatal: \[(\S+?)(?: -> localhost)?\]: (.*)$", done.text, re.MULTILINE))
    assert "swr::createLoginSecret" in failures["node-1"]
    for name in fleet.names[1:]:
        assert "node-1 was to make the login for this host too" in failures[name]
    assert fleet.logins() == [None] * 3


def test_what_podman_login_has_left_is_told(playbooks: Any, tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    (runtime / "containers").mkdir(parents=True)
    home = {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(runtime)}
    tasks = [
        {
            "longshore.swr.registry_auth": {
                "registry": HOST, "username": "u", "password": "given-secret-9", "formats": ["podman"]
            }
        },
        {"longshore.swr.registry_auth_info": {"registry": HOST, "formats": ["podman"]}},
    ]  # fmt: skip
    quiet = playbooks.play(tasks, "--check", **home)
    assert (quiet.code, "podman prefers" in quiet.text) == (0, False), quiet.text
    (runtime / "containers" / "auth.json").write_text(json.dumps({"auths": {HOST: {"auth": "dTpw"}}}))
    told = playbooks.play(tasks, "--check", **home)
    assert told.code == 0, told.text
    assert "[WARNING]" in told.text
    assert "podman logout --authfile={0}/containers/auth.json {1}".format(runtime, HOST) in " ".join(told.text.split())


def test_a_login_that_is_given_needs_no_key(playbooks: Any) -> None:
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    given = {"login_registry": "registry.example.com:5000", "login_username": "u", "login_password": "given-secret-9"}
    run = log_in(playbooks, "-vvv", login_expires_at=end, **given)
    assert (run.code, run.changed) == (0, 1), run.text
    assert list(stored(playbooks)["auths"]) == ["registry.example.com:5000"]
    assert "given-secret-9" not in run.text


@pytest.mark.parametrize(
    ("content", "words"),
    [("{ broken", "is not valid JSON"), ('{"credsStore": "pass"}', "credsStore names the credential store pass")],
)
def test_a_file_that_may_not_be_written_is_left(playbooks: Any, content: str, words: str) -> None:
    path = Path(playbooks.folder / "auth" / "config.json")
    path.parent.mkdir()
    path.write_text(content)
    run = log_in(playbooks)
    assert run.code == 2
    assert words in " ".join(run.text.split())
    assert path.read_text() == content


def test_containerd_is_told_of_mirrors(playbooks: Any) -> None:
    folder = playbooks.folder / "certs.d"
    config = playbooks.folder / "config.toml"
    mirror = {"url": "https://mirror.example.com", "ca": "/etc/ca.pem", "override_path": True}
    options = {
        "login_containerd_hosts": [
            {"host": "docker.io", "server": "https://registry-1.docker.io", "mirrors": [mirror]}
        ],
        "login_containerd_dir": str(folder),
        "login_containerd_config": str(config),
    }
    config.write_text('[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\n')
    refused = log_in(playbooks, **options)
    assert refused.code == 2
    assert "registry.mirrors" in refused.text
    config.write_text('[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "{0}"\n'.format(folder))
    assert log_in(playbooks, **options).code == 0
    assert log_in(playbooks, **options).changed == 0
    lines = [line for line in (folder / "docker.io" / "hosts.toml").read_text().splitlines() if line and line[0] != "#"]
    assert lines == [
        'server = "https://registry-1.docker.io"',
        '[host."https://mirror.example.com"]',
        '  capabilities = ["pull", "resolve"]',
        '  ca = "/etc/ca.pem"',
        "  override_path = true",
    ]
    assert log_in(playbooks, login_containerd_state="absent", **options).changed == 1
    assert not (folder / "docker.io" / "hosts.toml").exists()


@pytest.mark.parametrize("variables", [{"login_region": None}, {"login_username": "u"}])
def test_what_cannot_be_carried_out_is_refused(playbooks: Any, variables: Any) -> None:
    given = {"login_region": "cn-north-4", "login_path": str(playbooks.folder / "x")}
    given.update(variables)
    role = {
        "ansible.builtin.include_role": {"name": "longshore.swr.login"},
        "vars": {name: value for name, value in given.items() if value is not None},
    }
    run = playbooks.play([role])
    assert run.code == 2
    assert "Give login_region" in run.text
