# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role login: lasting logins, logins that end, one call for many hosts, and what is refused.

Each playbook here is a chain of plays; the tests judge what one or a few of these have done.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence

import pytest

from ansible_collections.longshore.swr.tests.sandbox.http_message import Response
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer, RefusedError
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, keep, play, secret_free

pytestmark = pytest.mark.needs_root

HOST = "swr.cn-north-4.myhuaweicloud.com"
ACCESS_KEY, SECRET_KEY = "SANDBOXACCESSKEY", "sk-of-the-account-47"
KEYS = {"HW_ACCESS_KEY": ACCESS_KEY, "HW_SECRET_KEY": SECRET_KEY}
SECRETS = (SECRET_KEY, login_password(ACCESS_KEY, SECRET_KEY), "given-secret-9")


class Step(NamedTuple):
    """What one play did.

    :ivar changed: how many tasks changed something.
    :ivar file: the credential file after it; whether its directory was there, when it was not.
    :ivar refusal: why the role failed; empty when it did not.
    """

    changed: int
    file: Any
    refusal: str

    @property
    def password(self) -> str:
        return password_in(json.loads(self.file)["auths"][HOST]["auth"])


class Steps:
    """Playbooks of plays, each of which calls the role with other variables, on this machine alone.

    :ivar done: what the plays did, by name.
    """

    def __init__(self, folder: Path, environ: Dict[str, str], secrets: Sequence[str]) -> None:
        self.folder = folder
        self.playbook = Playbook(folder, environ, secrets)
        self.plays: List[Dict[str, Any]] = []
        self.done: Dict[str, Step] = {}

    def path(self, place: str) -> Path:
        return self.folder / place / "config.json"

    def add(self, name: str, place: str, **variables: Any) -> None:
        """
        :param name: of the play, which is an identifier.
        :param place: a directory for the credential file.
        """
        path = self.path(place)
        given = {"login_region": "cn-north-4", "login_path": str(path), **variables}
        role = {
            "ansible.builtin.include_role": {"name": "longshore.swr.login"},
            "vars": {name: value for name, value in given.items() if value is not None},
        }
        found = "lookup('file', '{0}') if '{0}' is file else '{1}' is exists".format(path, path.parent)
        refused = keep(**{name + "_refused": "ansible_failed_result | to_json"})
        block = {"block": [role], "rescue": [refused], "always": [keep(**{name: found})]}
        self.plays.append(play([block], name=name))

    def run(self, *arguments: str) -> None:
        """Run what was added since the last time."""
        run = self.playbook.run(self.plays, "-vvv", "--diff", *arguments)
        parts = dict(re.findall(r"^PLAY \[(\w+)\](.*?)(?=^PLAY )", run.out, re.DOTALL | re.MULTILINE))
        for name in (one["name"] for one in self.plays):
            values = run.kept["localhost"]
            changed = len(re.findall(r"^changed: \[", parts[name], re.MULTILINE))
            self.done[name] = Step(changed, values[name], str(values.get(name + "_refused", "")))
        self.plays.clear()

    def changes(self, *names: str) -> List[int]:
        return [self.done[name].changed for name in names]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.playbook.runs)


def password_in(auth: str) -> str:
    return b64decode(auth).decode().partition(":")[2]


class Alone(NamedTuple):
    """One host, and a stand-in for SWR's API for each chain of plays that may call it."""

    steps: Steps
    ends: HuaweiCloudServer
    silent: HuaweiCloudServer
    later: HuaweiCloudServer

    def passwords(self, *names: str) -> List[str]:
        return [self.steps.done[name].password for name in names]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """Three playbooks: one that prepares, one in check mode, and the rest."""
    steps = Steps(tmp_path_factory.mktemp("alone"), KEYS, SECRETS)
    account = [Account(ACCESS_KEY, SECRET_KEY)]
    with HuaweiCloudServer(account) as ends, HuaweiCloudServer(account) as silent, HuaweiCloudServer(account) as later:
        for number in range(2):
            auth = b64encode("u:password-{0}".format(number).encode()).decode()
            silent.answer_next(Response(200, json.dumps({"auths": {HOST: {"auth": auth}}}).encode()))
        of_ends = {"login_kind": "temporary", "login_duration": 7200, "login_endpoint": ends.url}
        of_silent = {"login_kind": "temporary", "login_endpoint": silent.url}
        of_later = {"login_kind": "temporary", "login_endpoint": later.url}

        steps.add("before_later", "later")
        steps.run()

        steps.add("forecast", "lasting")
        steps.add("forecast_of_ends", "ends", **of_ends)
        steps.add("forecast_of_later", "later", **of_later)
        steps.run("--check")

        steps.add("first", "lasting")
        steps.add("again", "lasting")
        steps.add("out", "lasting", login_state="absent")
        steps.add("out_again", "lasting", login_state="absent")
        steps.add("ends_first", "ends", **of_ends)
        steps.add("ends_again", "ends", **of_ends)
        steps.add("ends_due", "ends", login_renew_before=7300, **of_ends)
        steps.add("later_first", "later", **of_later)
        steps.add("later_again", "later", **of_later)
        steps.add("later_back", "later")
        steps.add("silent_first", "silent", **of_silent)
        steps.add("silent_again", "silent", **of_silent)
        steps.add("silent_short", "silent", login_duration=900, **of_silent)
        steps.add("silent_late", "silent", login_duration=900, login_renew_before=60, **of_silent)
        add_refused(steps)
        add_containerd(steps)
        steps.run()
        yield Alone(steps, ends, silent, later)


def test_a_lasting_login_is_written_once_and_taken_out_again(alone: Alone) -> None:
    assert alone.steps.changes("forecast", "first", "again", "out", "out_again") == [1, 1, 0, 1, 0]
    assert alone.steps.done["forecast"].file is False
    assert list(json.loads(alone.steps.done["first"].file)["auths"]) == [HOST]


def test_a_login_that_ends_is_renewed_when_it_is_due(alone: Alone) -> None:
    # In between it is valid long enough: neither a change nor a call.
    assert alone.steps.changes("forecast_of_ends", "ends_first", "ends_again", "ends_due") == [1, 1, 0, 1]
    assert len(alone.ends.calls) == 2
    assert alone.steps.done["forecast_of_ends"].file is False
    first, again, due = passwords = alone.passwords("ends_first", "ends_again", "ends_due")
    assert first == again != due
    secret_free(alone.steps.text, *passwords)


def test_a_lasting_login_gives_way_to_one_that_ends(alone: Alone) -> None:
    names = ("before_later", "forecast_of_later", "later_first", "later_again", "later_back")
    assert alone.steps.changes(*names) == [1, 1, 1, 0, 1]
    assert len(alone.later.calls) == 1
    lasting, forecast, first, again, back = alone.passwords(*names)
    assert lasting == forecast == back == SECRETS[1]
    assert first == again
    assert first in alone.later.issued.values()


def test_a_login_whose_end_nobody_tells_is_renewed_by_its_age(alone: Alone) -> None:
    # It is younger than 6 hours, but it may have been asked for less than that.
    names = ("silent_first", "silent_again", "silent_short", "silent_late")
    assert alone.steps.changes(*names) == [1, 0, 1, 0]
    assert alone.passwords(*names) == ["password-0"] * 2 + ["password-1"] * 2
    assert len(alone.silent.calls) == 2
    records = json.loads(alone.steps.path("silent").with_name(".longshore.swr.json").read_text())
    record = records["config.json"]["registries"][HOST]
    assert (record["kind"], record["expires_at"], len(record["written_at"])) == ("temporary", None, 20)


def test_keys_of_the_credentials_file_decide_too(tmp_path: Path) -> None:
    key, secret, token = "AKOFTHEFILE", "secret-key-of-the-file", "token-%of-the-file"
    keys = tmp_path / "keys"
    keys.write_text("[basic]\nak = {0}\nsk = {1}\nsecurity_token = {2}\n".format(key, secret, token))
    keys.chmod(0o600)
    steps = Steps(tmp_path, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(keys)}, (secret, token))
    with HuaweiCloudServer([Account(key, secret, security_token=token)]) as server:
        steps.add("forecast", "auth", login_endpoint=server.url)
        steps.run("--check")
        assert len(server.calls) == 0
        steps.add("first", "auth", login_endpoint=server.url)
        steps.add("again", "auth", login_endpoint=server.url)
        steps.run()
        assert steps.changes("forecast", "first", "again") == [1, 1, 0]
        assert len(server.calls) == 1
        secret_free(steps.text, *server.issued.values())


REFUSED = {"broken": "{ broken", "stored": '{"credsStore": "pass"}'}


def add_refused(steps: Steps) -> None:
    steps.add("no_region", "none", login_region=None)
    steps.add("no_password", "none", login_region=None, login_username="u")
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    given = {"login_username": "u", "login_password": "given-secret-9", "login_expires_at": end}
    steps.add("given", "given", login_registry="registry.example.com:5000", **given)
    for name, content in REFUSED.items():
        path = steps.path(name)
        path.parent.mkdir()
        path.write_text(content)
        steps.add(name, name)


def test_a_login_that_is_given_needs_no_call(alone: Alone) -> None:
    step = alone.steps.done["given"]
    assert step.changed == 1
    assert list(json.loads(step.file)["auths"]) == ["registry.example.com:5000"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("broken", "is not valid JSON"), ("stored", "credsStore names the credential store pass")],
)
def test_a_file_that_may_not_be_written_is_left(alone: Alone, name: str, words: str) -> None:
    assert words in alone.steps.done[name].refusal
    assert alone.steps.path(name).read_text() == REFUSED[name]


@pytest.mark.parametrize("name", ["no_region", "no_password"])
def test_what_cannot_be_carried_out_is_refused(alone: Alone, name: str) -> None:
    assert "Set login_region" in alone.steps.done[name].refusal


CONTAINERD = """server = "https://registry-1.docker.io"
[host."https://mirror.example.com"]
  capabilities = ["pull", "resolve"]
  ca = "/etc/ca.pem"
  override_path = true
"""


def add_containerd(steps: Steps) -> None:
    certs, old, new = (steps.folder / name for name in ("certs.d", "old.toml", "new.toml"))
    old.write_text('version = 2\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\nendpoint = []\n')
    new.write_text('version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "{0}"\n'.format(certs))
    mirror = {"url": "https://mirror.example.com", "ca": "/etc/ca.pem", "override_path": True}
    mirrors = {
        "login_containerd_hosts": [
            {"host": "docker.io", "server": "https://registry-1.docker.io", "mirrors": [mirror]}
        ],
        "login_containerd_dir": str(certs),
        "login_containerd_config": str(new),
    }
    steps.add("mirrors_first", "lasting")
    steps.add("mirrors_refused", "lasting", **dict(mirrors, login_containerd_config=str(old)))
    steps.add("mirrors", "lasting", **mirrors)
    # The file that counts is another one here.
    steps.plays[-1]["tasks"].append(keep(mirrors="lookup('file', '{0}/docker.io/hosts.toml')".format(certs)))
    steps.add("mirrors_again", "lasting", **mirrors)
    steps.add("mirrors_out", "lasting", login_containerd_state="absent", **mirrors)


def test_containerd_is_told_of_mirrors(alone: Alone) -> None:
    assert "registry.mirrors" in alone.steps.done["mirrors_refused"].refusal
    # The directory and the file.
    assert alone.steps.changes("mirrors", "mirrors_again", "mirrors_out") == [2, 0, 1]
    lines = [line for line in alone.steps.done["mirrors"].file.splitlines() if line and line[0] != "#"]
    assert lines == CONTAINERD.splitlines()
    assert not (alone.steps.folder / "certs.d" / "docker.io" / "hosts.toml").exists()


class Fleet(NamedTuple):
    """What three plays with each of several settings have done.

    :ivar folder: each host has a credential file in it for each play.
    :ivar api: gives logins out; C(free) does to hosts that are not kept in step, and C(refusing) refuses.
    """

    folder: Path
    api: HuaweiCloudServer
    free: HuaweiCloudServer
    refusing: HuaweiCloudServer
    run: Run

    def logins(self, name: str) -> Dict[str, Any]:
        """What each host's file had after a play, without those that had none."""
        kept = {host: values[name] for host, values in self.run.kept.items() if values.get(name)}
        return {host: json.loads(text)["auths"][HOST]["auth"] for host, text in kept.items()}


NODES = ["node-1", "node-2", "node-3"]
LEFT = "hostvars.values() | map(attribute='__login_shared', default={}) | select | list | length"


def fleet_play(name: str, hosts: str = "nodes", place: str = "", **more: Any) -> Dict[str, Any]:
    path = "{{ folder }}/%s/{{ inventory_hostname }}/config.json" % (place or name)
    after = keep(**{name: "lookup('file', login_path) if login_path is file else ''", name + "_left": LEFT})
    variables = {"login_path": path, **more.pop("vars", {})}
    return play([], hosts, name=name, roles=["longshore.swr.login"], post_tasks=[after], vars=variables, **more)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    playbook = Playbook(folder, KEYS, SECRETS + ("of-node-4",))
    account = [Account(ACCESS_KEY, SECRET_KEY)]
    others: Dict[str, Any] = {
        "other-1": {},
        "other-2": {"login_duration": 7200},
        "other-3": {"login_duration": 7200},
        "other-4": {"login_username": "u", "login_password": "of-node-4", "login_registry": HOST},
    }
    with HuaweiCloudServer(account) as api, HuaweiCloudServer(account) as free, HuaweiCloudServer(account) as refusing:
        refusing.refuse_next(RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden"), times=9)
        common = {
            "folder": str(folder),
            "login_region": "cn-north-4",
            "login_kind": "temporary",
            "login_endpoint": api.url,
        }
        refused = {"login_endpoint": refusing.url}
        groups = {
            "nodes": dict.fromkeys(NODES),
            "others": others,
            "refused": dict.fromkeys(("bad-1", "bad-2", "bad-3")),
        }
        forget = {"ansible.builtin.file": {"path": "{{ folder }}/first/{{ inventory_hostname }}", "state": "absent"}}
        plays = [
            fleet_play("first"),
            fleet_play("again", place="first"),
            play([forget], "node-2,node-3"),
            fleet_play("partly", place="first"),
            fleet_play("one_by_one", serial=1),
            fleet_play("two_by_two", serial=2),
            fleet_play("soon", "node-1,node-2", serial=1, vars={"login_duration": 900, "login_renew_before": 3600}),
            fleet_play("free", strategy="free", vars={"login_endpoint": free.url}),
            fleet_play("others", "other-1,other-2,other-3"),
            fleet_play("given", "other-4"),
            fleet_play("refused", "refused", vars=refused),
        ]
        inventory = {"all": {"vars": common, "children": {name: {"hosts": hosts} for name, hosts in groups.items()}}}
        run = playbook.run(plays, "-vvv", ok=False, inventory=inventory)
        yield Fleet(folder, api, free, refusing, run)


def test_one_call_serves_all_hosts(fleet: Fleet) -> None:
    first, again, partly = (fleet.logins(name) for name in ("first", "again", "partly"))
    assert sorted(first) == NODES
    assert len(set(first.values())) == 1
    assert {fleet.run.kept["node-1"][name + "_left"] for name in ("first", "again", "partly")} == {0}
    assert again == first
    # Two of them need one, and the first is none of them.
    assert partly["node-1"] == first["node-1"] != partly["node-2"] == partly["node-3"]


@pytest.mark.parametrize("name", ["one_by_one", "two_by_two", "free"])
def test_one_call_serves_all_batches(fleet: Fleet, name: str) -> None:
    logins = fleet.logins(name)
    assert sorted(logins) == NODES
    if name != "free":
        assert len(set(logins.values())) == 1
        assert fleet.run.value(name + "_left", "node-3") == 0


def test_a_login_that_would_soon_end_is_no_use_to_a_later_batch(fleet: Fleet) -> None:
    logins = fleet.logins("soon")
    assert len(set(logins.values())) == len(logins) == 2


def test_hosts_with_other_options_have_another_login(fleet: Fleet) -> None:
    logins = fleet.logins("others")
    assert sorted(logins) == ["other-1", "other-2", "other-3"]
    assert logins["other-1"] != logins["other-2"] == logins["other-3"]
    assert [password_in(auth) for auth in fleet.logins("given").values()] == ["of-node-4"]


def test_no_login_is_asked_for_in_vain_or_shown(fleet: Fleet) -> None:
    names = ("first", "partly", "one_by_one", "two_by_two", "soon", "others")
    logins = {auth for name in names for auth in fleet.logins(name).values()}
    assert len(fleet.api.calls) == len(logins)
    # Where hosts are not kept in step, each may have to make its own.
    assert 1 <= len(fleet.free.calls) <= len(NODES)
    logins.update(fleet.logins("free").values())
    secret_free(fleet.run.text, *logins, *map(password_in, logins))


def test_no_call_is_repeated_where_it_fails(fleet: Fleet) -> None:
    assert len(fleet.refusing.calls) == 1
    assert {host for host, counts in fleet.run.recap.items() if counts["failed"]} == {"bad-1", "bad-2", "bad-3"}
    failures = dict(
        re.findall(
            r"^fatal: \[(\S+?)(?: -> localhost)?\]: (.*?)(?=^\S)", fleet.run.text + "\n=", re.MULTILINE | re.DOTALL
        )
    )
    assert "swr::createLoginSecret" in failures["bad-1"]
    for name in ("bad-2", "bad-3"):
        assert "bad-1 failed to create the login for this host too" in failures[name]
    assert not (fleet.folder / "refused").exists()


def test_what_podman_login_has_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = tmp_path / "runtime"
    (runtime / "containers").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    options = {"registry": HOST, "formats": ["podman"]}
    login = {"username": "u", "password": "given-secret-9"}

    def warnings() -> List[str]:
        results = [
            run_module("registry_auth", {**options, **login}, check_mode=True),
            run_module("registry_auth_info", options, check_mode=True),
        ]
        assert not any(result.get("failed") for result in results)
        return [json.dumps(result.get("warnings", "")) for result in results]

    assert not any("podman logout" in text for text in warnings())
    (runtime / "containers" / "auth.json").write_text(json.dumps({"auths": {HOST: {"auth": "dTpw"}}}))
    for text in warnings():
        assert "podman logout --authfile={0}/containers/auth.json {1}".format(runtime, HOST) in text
