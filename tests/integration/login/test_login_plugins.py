# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login module, filters and lookup under ansible-playbook, against the stand-in for SWR's API."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.lookup import swr_login as lookup_plugin
from ansible_collections.longshore.swr.plugins.modules import login_token
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer, RefusedError

ROOT = Path(login_token.__file__).resolve().parents[2]
ANSIBLE_PLAYBOOK = str(Path(sys.executable).parent / "ansible-playbook")

ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
PASSWORD = "89aca1198a970e4360203d71cdaa80cfc13ecd55ee84409719e88162d139ef34"
TEMPORARY = {"access_key": "AKTEMPORARY", "secret_key": "temporary-secret-key", "token": "temporary-security-token"}


@pytest.fixture
def cloud():
    accounts = [
        Account(ACCESS_KEY, SECRET_KEY),
        Account(TEMPORARY["access_key"], TEMPORARY["secret_key"], security_token=TEMPORARY["token"]),
    ]
    with HuaweiCloudServer(accounts) as server:
        yield server


class Run:
    """One run of a playbook: its output, and what its tasks kept."""

    def __init__(self, tmp_path, tasks, environ=None, verbosity="-vvv", arguments=(), variables=None, defaults=None):
        self.kept = tmp_path / "kept.json"
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": dict({"ansible_python_interpreter": "{{ ansible_playbook_python }}"}, **(variables or {})),
            "tasks": tasks,
        }
        if defaults:
            play["module_defaults"] = {"group/longshore.swr.swr": defaults}
        playbook = tmp_path / "play.yml"
        playbook.write_text(yaml.safe_dump([play], sort_keys=False))
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HW_", "HUAWEICLOUD_", "ANSIBLE_")) or name == "ANSIBLE_COLLECTIONS_PATH"
        }
        clean.update(ANSIBLE_NOCOLOR="1", ANSIBLE_LOCALHOST_WARNING="False", HOME=str(home), NO_PROXY="127.0.0.1")
        # Ansible asks the shell for the user's home here, whatever HOME says.
        clean["ANSIBLE_REMOTE_TMP"] = str(home / "remote")
        clean.update(environ or {})
        options = [*arguments, verbosity] if verbosity else list(arguments)
        done = subprocess.run(
            [ANSIBLE_PLAYBOOK, "-i", "localhost,", str(playbook), *options],
            env=clean,
            cwd=str(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.code = done.returncode
        self.output = done.stdout

    def read(self):
        assert self.code == 0, self.output
        return json.loads(self.kept.read_text())


def keep(tmp_path, expression):
    """A task that writes a value to a file without showing it, to look at it from outside."""
    return {
        "ansible.builtin.copy": {
            "content": "{{ (" + expression + ") | to_json }}",
            "dest": str(tmp_path / "kept.json"),
            "mode": "0600",
        },
        "no_log": True,
        "check_mode": False,
    }


def login(**options):
    return {"longshore.swr.login_token": options, "register": "swr"}


SDK = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
TEMPORARY_SDK = {
    "HUAWEICLOUD_SDK_AK": TEMPORARY["access_key"],
    "HUAWEICLOUD_SDK_SK": TEMPORARY["secret_key"],
    "HUAWEICLOUD_SDK_SECURITY_TOKEN": TEMPORARY["token"],
}


def secrets_of(*passwords):
    """Every form in which these would give a login away, for the user names of these tests."""
    for password in passwords:
        yield password
        for user in (ACCESS_KEY, TEMPORARY["access_key"]):
            for project in ("cn-north-4", "eu-west-101", "bearertoken"):
                yield base64.b64encode("{0}@{1}:{2}".format(project, user, password).encode()).decode()


def assert_silent(output, *secrets):
    known = (*secrets, SECRET_KEY, TEMPORARY["secret_key"], TEMPORARY["token"])
    assert not [secret for secret in known if secret in output]


@pytest.mark.parametrize("arguments", [[], ["--check"], ["--diff"]])
def test_a_registered_long_term_login_is_complete_and_not_shown(tmp_path, arguments):
    run = Run(tmp_path, [login(region="cn-north-4"), keep(tmp_path, "swr")], SDK, arguments=arguments)
    kept = run.read()
    host = "swr.cn-north-4.myhuaweicloud.com"
    assert kept["auth"] == {host: {"username": "cn-north-4@" + ACCESS_KEY, "password": PASSWORD}}
    assert (kept["registry"], kept["password"], kept["kind"]) == (host, PASSWORD, "long_term")
    assert (kept["changed"], kept["expires"], kept["expires_at"]) == (False, False, None)
    assert base64.b64decode(kept["docker_config"]["auths"][host]["auth"]).decode().endswith(":" + PASSWORD)
    assert kept["credentials_source"] == "environment variables HUAWEICLOUD_SDK_*"
    assert "output has been hidden" in run.output
    assert_silent(run.output, *secrets_of(PASSWORD))


def test_a_loop_is_not_shown_either(tmp_path):
    task = dict(login(region="{{ item }}"), loop=["cn-north-4", "eu-west-101"])
    run = Run(tmp_path, [task, keep(tmp_path, "swr.results | map(attribute='password')")], SDK)
    assert run.read() == [PASSWORD, PASSWORD]
    assert_silent(run.output, *secrets_of(PASSWORD))


@pytest.mark.parametrize("kind", ["temporary", "enhanced"])
def test_a_login_that_expires_is_complete_and_not_shown(tmp_path, cloud, kind):
    tasks = [login(region="cn-north-4", kind=kind, endpoint=cloud.url), keep(tmp_path, "swr")]
    run = Run(tmp_path, tasks, TEMPORARY_SDK)
    kept = run.read()
    assert cloud.issued == {kept["username"]: kept["password"]}
    assert kept["expires_at"].endswith("Z")
    assert [call.status for call in cloud.calls] == [200]
    assert_silent(run.output, *secrets_of(kept["password"]))


def test_keys_as_options_are_not_shown(tmp_path, cloud):
    tasks = [
        login(
            access_key="{{ lookup('env', 'A') }}",
            secret_key="{{ lookup('env', 'B') }}",
            security_token="{{ lookup('env', 'C') }}",
        ),
        keep(tmp_path, "[swr.username, swr.password]"),
    ]
    environ = {"A": TEMPORARY["access_key"], "B": TEMPORARY["secret_key"], "C": TEMPORARY["token"]}
    run = Run(tmp_path, tasks, environ, defaults={"region": "cn-north-4", "endpoint": cloud.url})
    assert [run.read()] == [list(item) for item in cloud.issued.items()]
    assert_silent(run.output, *secrets_of(*cloud.issued.values()))


def test_an_error_is_shown_without_secrets(tmp_path, cloud):
    cloud.refuse_next(RefusedError(400, "SVCSTG.SWR.4000001", "no " + TEMPORARY["token"]))
    run = Run(tmp_path, [login(region="cn-north-4", endpoint=cloud.url)], TEMPORARY_SDK)
    assert run.code == 2
    assert "no ******** (HTTP 400, SVCSTG.SWR.4000001)" in run.output
    assert "Traceback" not in run.output
    assert "output has been hidden" not in run.output
    assert_silent(run.output)


def test_a_lax_credentials_file_is_warned_of(tmp_path):
    path = tmp_path / "home" / ".huaweicloud" / "credentials"
    path.parent.mkdir(parents=True)
    path.write_text("[basic]\nak = {0}\nsk = {1}\n".format(ACCESS_KEY, SECRET_KEY))
    path.chmod(0o644)
    run = Run(tmp_path, [login(region="cn-north-4"), keep(tmp_path, "swr.credentials_source")])
    assert run.read() == str(path)
    assert " ".join(run.output.split()).count("chmod 600") == 1
    assert_silent(run.output, *secrets_of(PASSWORD))


def test_without_requests_only_the_api_is_out_of_reach(tmp_path):
    broken = tmp_path / "broken" / "requests"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not here')\n")
    environ = dict(SDK, PYTHONPATH=str(broken.parent))
    run = Run(tmp_path, [login(region="cn-north-4"), keep(tmp_path, "swr.password")], environ)
    assert run.read() == PASSWORD
    run = Run(tmp_path, [login(region="cn-north-4", kind="temporary")], environ)
    assert run.code == 2
    assert "Failed to import the required Python library (requests)" in " ".join(run.output.split())


def test_it_cannot_run_asynchronously(tmp_path):
    run = Run(tmp_path, [dict(login(region="cn-north-4"), **{"async": 10, "poll": 1})], SDK, verbosity="")
    assert run.code == 2
    assert "async" in run.output


def test_the_lookup(tmp_path, cloud):
    tasks = [keep(tmp_path, "query('longshore.swr.swr_login', 'cn-north-4', 'eu-west-101')")]
    run = Run(tmp_path, tasks, SDK)
    assert [item["registry"] for item in run.read()] == [
        "swr.cn-north-4.myhuaweicloud.com",
        "swr.eu-west-101.myhuaweicloud.eu",
    ]
    assert_silent(run.output, *secrets_of(PASSWORD))
    tasks = [keep(tmp_path, "lookup('longshore.swr.swr_login', kind='enhanced')")]
    run = Run(tmp_path, tasks, SDK, variables={"swr_region": "cn-north-4", "swr_endpoint": cloud.url})
    assert {run.read()["password"]} == set(cloud.issued.values())
    assert_silent(run.output, *secrets_of(*cloud.issued.values()))


def test_the_lookup_reports_errors_without_secrets(tmp_path):
    tasks = [{"ansible.builtin.debug": {"msg": "{{ lookup('longshore.swr.swr_login', 'cn-noth-4') }}"}}]
    run = Run(tmp_path, tasks, SDK)
    assert run.code == 2
    assert "Did you mean cn-north-4" in " ".join(run.output.split())
    assert_silent(run.output)
    tasks = [{"ansible.builtin.debug": {"msg": "{{ lookup('longshore.swr.swr_login') }}"}}]
    run = Run(tmp_path, tasks, {"HW_SECRET_KEY": SECRET_KEY})
    assert run.code == 2
    assert "HW_ACCESS_KEY is not set" in " ".join(run.output.split())
    assert_silent(run.output)


def filter_examples(name):
    return yaml.safe_load((ROOT / "plugins" / "filter" / (name + ".yml")).read_text())["EXAMPLES"]


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(login_token.EXAMPLES, id="module"),
        pytest.param(lookup_plugin.EXAMPLES, id="lookup"),
        pytest.param(filter_examples("swr_login"), id="filter-swr_login"),
        pytest.param(filter_examples("dockerconfigjson"), id="filter-dockerconfigjson"),
    ],
)
def test_examples_run_as_printed(tmp_path, cloud, examples):
    # image_copy has tests of its own; here it would go out to a registry on the internet.
    tasks = [task for task in yaml.safe_load(examples) if "longshore.swr.image_copy" not in task]
    assert tasks
    variables = {
        "vault_access_key": "{{ 'AKTEMPORARY' if vault_security_token is defined else '" + ACCESS_KEY + "' }}",
        "vault_secret_key": "{{ lookup('env', 'VAULT_SECRET_KEY') }}",
    }
    environ = dict(SDK, VAULT_SECRET_KEY=SECRET_KEY)
    temporary = [task for task in tasks if task.get("register") == "temporary"]
    for number, part in enumerate([[task for task in tasks if task not in temporary], temporary]):
        if number:
            variables["vault_security_token"] = "{{ lookup('env', 'VAULT_TOKEN') }}"
            environ.update(VAULT_SECRET_KEY=TEMPORARY["secret_key"], VAULT_TOKEN=TEMPORARY["token"])
        if part:
            run = Run(tmp_path, part, environ, variables=variables, defaults={"endpoint": cloud.url})
            assert run.code == 0, run.output
            assert_silent(run.output, *secrets_of(PASSWORD, *cloud.issued.values()))
    assert len(cloud.issued) == len(temporary)
