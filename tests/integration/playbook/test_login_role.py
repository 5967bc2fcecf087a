# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role login: lasting logins, logins that end, and what is refused."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer

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
