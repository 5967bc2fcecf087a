# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login module, filters and lookup under ansible-playbook, against the stand-in for SWR's API.

A few playbooks with many tasks each are run; the tests judge what came of them.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.filter import dockerconfigjson
from ansible_collections.longshore.swr.plugins.filter import swr_login as login_filter
from ansible_collections.longshore.swr.plugins.lookup import swr_login as lookup_plugin
from ansible_collections.longshore.swr.plugins.modules import login_token
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer, RefusedError
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, Task, keep, play, secret_free

ROOT = Path(login_token.__file__).resolve().parents[2]

ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
PASSWORD = "89aca1198a970e4360203d71cdaa80cfc13ecd55ee84409719e88162d139ef34"
TEMPORARY = {"access_key": "AKTEMPORARY", "secret_key": "temporary-secret-key", "token": "temporary-security-token"}
HOSTS = ["swr.cn-north-4.myhuaweicloud.com", "swr.eu-west-101.myhuaweicloud.eu"]

SDK = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
# With C(-vvv) Ansible shows what a task has in its environment: keys stand in files there.
NO_KEYS = {"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": ""}


def secrets_of(*passwords: str) -> Iterator[str]:
    """Every form in which these would give a login away, for the user names of these tests."""
    for password in passwords:
        yield password
        for user in (ACCESS_KEY, TEMPORARY["access_key"]):
            for project in ("cn-north-4", "eu-west-101", "eu-de_otc", "bearertoken"):
                yield base64.b64encode("{0}@{1}:{2}".format(project, user, password).encode()).decode()


SECRETS = [*secrets_of(PASSWORD), SECRET_KEY, TEMPORARY["secret_key"], TEMPORARY["token"]]


def make_cloud() -> HuaweiCloudServer:
    accounts = [
        Account(ACCESS_KEY, SECRET_KEY, projects={"cn-north-4": "pid-1"}),
        Account(TEMPORARY["access_key"], TEMPORARY["secret_key"], security_token=TEMPORARY["token"]),
    ]
    return HuaweiCloudServer(accounts, instances={"e0f1a2b3": "shop"})


def login(name: str, environ: Optional[Dict[str, str]] = None, **options: Any) -> Task:
    return {"name": name, "longshore.swr.login_token": options, "register": name, "environment": environ or {}}


def keys_file(path: Path, access_key: str, secret_key: str, token: str = "") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("[basic]\nak = {0}\nsk = {1}\nsecurity_token = {2}\n".format(access_key, secret_key, token))
    path.chmod(0o600)
    return path


def part(run: Run, name: str) -> str:
    """What a task printed."""
    found = re.search(r"^TASK \[{0}\].*?(?=^TASK |^PLAY )".format(name), run.out, re.DOTALL | re.MULTILINE)
    assert found, run.text
    return " ".join(found.group().split())


class Told(NamedTuple):
    run: Run
    home: Path
    cloud: HuaweiCloudServer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """One play that logs in, in every way, and with C(-vvv --diff) tells what it can."""
    with make_cloud() as cloud:
        yield log_in(cloud, tmp_path_factory.mktemp("login"))


def log_in(cloud: HuaweiCloudServer, folder: Path) -> Told:
    playbook = Playbook(folder, SDK, secrets=SECRETS)
    keys_file(playbook.home / ".huaweicloud" / "credentials", ACCESS_KEY, SECRET_KEY).chmod(0o644)
    temporary_keys = keys_file(folder / "temporary", *TEMPORARY.values())
    temporary = dict(NO_KEYS, HUAWEICLOUD_SDK_CREDENTIALS_FILE=str(temporary_keys))
    broken = folder / "broken" / "requests"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not here')\n")
    without_requests = {"PYTHONPATH": str(broken.parent)}
    api = {"region": "cn-north-4", "endpoint": cloud.url}
    keys = {
        "access_key": "{{ key }}",
        "secret_key": "{{ lookup('file', secrets ~ '/sk') }}",
        "security_token": "{{ lookup('file', secrets ~ '/token') }}",
    }
    (folder / "sk").write_text(TEMPORARY["secret_key"])
    (folder / "token").write_text(TEMPORARY["token"])
    tasks = [
        dict(login("refused", temporary, **api), ignore_errors=True),
        login("long_term", region="cn-north-4"),
        dict(login("looped", region="{{ item }}"), loop=["cn-north-4", "eu-west-101"]),
        login("temporary", temporary, kind="temporary", **api),
        login("enhanced", temporary, kind="enhanced", **api),
        {
            **login("optional", NO_KEYS, **keys),
            # Another user than that of the other temporary logins.
            "module_defaults": {"group/longshore.swr.swr": dict(api, region="eu-west-101")},
            "vars": {"key": TEMPORARY["access_key"], "secrets": str(folder)},
        },
        login("of_file", NO_KEYS, region="cn-north-4"),
        login("bare", without_requests, region="cn-north-4"),
        dict(login("bare_api", without_requests, region="cn-north-4", kind="temporary"), ignore_errors=True),
        {**login("asynchronous", region="cn-north-4"), "async": 10, "poll": 1, "ignore_errors": True},
        {
            "name": "misspelt",
            "ansible.builtin.debug": {"msg": "{{ lookup('longshore.swr.swr_login', 'cn-noth-4') }}"},
            "ignore_errors": True,
        },
        keep(
            long_term="long_term",
            looped="looped.results | map(attribute='password')",
            temporary="temporary",
            enhanced="enhanced",
            optional="[optional.username, optional.password]",
            source="of_file.credentials_source",
            bare="bare.password",
            failed="[bare_api.failed, asynchronous.failed, refused.failed]",
            query="query('longshore.swr.swr_login', 'cn-north-4', 'eu-west-101') | map(attribute='registry')",
        ),
        {
            **keep(lookup="lookup('longshore.swr.swr_login', kind='enhanced').password"),
            "vars": {"swr_region": "cn-north-4", "swr_endpoint": cloud.url},
        },
    ]
    cloud.refuse_next(RefusedError(400, "SVCSTG.SWR.4000001", "no " + TEMPORARY["token"]))
    run = playbook.run([play(tasks)], "-vvv", "--diff")
    secret_free(run.text, *secrets_of(*cloud.issued.values()))
    return Told(run, playbook.home, cloud)


def assert_long_term(kept: Dict[str, Any], source: str) -> None:
    assert kept["auth"] == {HOSTS[0]: {"username": "cn-north-4@" + ACCESS_KEY, "password": PASSWORD}}
    assert (kept["registry"], kept["password"], kept["kind"]) == (HOSTS[0], PASSWORD, "long_term")
    assert (kept["changed"], kept["expires"], kept["expires_at"]) == (False, False, None)
    assert base64.b64decode(kept["docker_config"]["auths"][HOSTS[0]]["auth"]).decode().endswith(":" + PASSWORD)
    assert kept["credentials_source"] == source


def test_a_registered_long_term_login_is_complete_and_not_shown(told: Told) -> None:
    assert_long_term(told.run.value("long_term"), "environment variables HUAWEICLOUD_SDK_*")
    assert "output has been hidden" in part(told.run, "long_term")


def test_a_loop_is_not_shown_either(told: Told) -> None:
    assert told.run.value("looped") == [PASSWORD, PASSWORD]


@pytest.mark.parametrize("kind", ["temporary", "enhanced"])
def test_a_login_that_expires_is_complete_and_not_shown(told: Told, kind: str) -> None:
    kept = told.run.value(kind)
    assert told.cloud.issued[kept["username"]] == kept["password"]
    assert kept["expires_at"].endswith("Z")
    assert "output has been hidden" in part(told.run, kind)


def test_keys_as_options_are_not_shown(told: Told) -> None:
    username, password = told.run.value("optional")
    assert told.cloud.issued[username] == password


def test_each_login_is_asked_for_once(told: Told) -> None:
    assert [call.status for call in told.cloud.calls] == [400, 200, 200, 200, 200]


def test_an_error_is_shown_without_secrets(told: Told) -> None:
    shown = part(told.run, "refused")
    assert "no ******** (HTTP 400, SVCSTG.SWR.4000001)" in shown
    assert "output has been hidden" not in shown


def test_a_lax_credentials_file_is_warned_of(told: Told) -> None:
    assert told.run.value("source") == str(told.home / ".huaweicloud" / "credentials")
    assert " ".join(told.run.text.split()).count("chmod 600") == 1


def test_without_requests_only_the_api_is_out_of_reach(told: Told) -> None:
    assert told.run.value("bare") == PASSWORD
    assert "Failed to import the required Python library (requests)" in part(told.run, "bare_api")


def test_it_cannot_run_asynchronously(told: Told) -> None:
    assert "async" in part(told.run, "asynchronous").partition("fatal")[2]
    assert told.run.value("failed") == [True, True, True]


def test_the_lookup(told: Told) -> None:
    assert told.run.value("query") == HOSTS
    assert told.run.value("lookup") in told.cloud.issued.values()


def test_the_lookup_reports_errors(told: Told) -> None:
    assert "Did you mean cn-north-4" in part(told.run, "misspelt")


def test_in_check_mode_and_without_keys(tmp_path: Path) -> None:
    half = {"ansible.builtin.debug": {"msg": "{{ lookup('longshore.swr.swr_login') }}"}}
    keys = str(keys_file(tmp_path / "keys", ACCESS_KEY, SECRET_KEY))
    environ = {"HW_SECRET_KEY": "", "HUAWEICLOUD_SDK_CREDENTIALS_FILE": keys}
    tasks = [login("long_term", environ, region="cn-north-4"), keep(long_term="long_term"), half]
    playbook = Playbook(tmp_path, {"HW_SECRET_KEY": SECRET_KEY}, secrets=SECRETS)
    run = playbook.run([play(tasks)], "--check", "-vvv", ok=False)
    assert_long_term(run.value("long_term"), keys)
    assert "HW_ACCESS_KEY is not set" in " ".join(run.text.split())


def test_examples_run_as_printed(tmp_path: Path) -> None:
    examples = [plugin.EXAMPLES for plugin in (login_token, lookup_plugin, login_filter, dockerconfigjson)]
    tasks: List[Task] = []
    for text in examples:
        # image_copy has tests of its own; here it would go out to a registry on the internet.
        found = [task for task in yaml.safe_load(text) if "longshore.swr.image_copy" not in task]
        assert found
        tasks += found
    for task in tasks:
        # Their user has permanent keys in the vault, or temporary ones.
        keys = TEMPORARY if task.get("register") == "temporary" else {"access_key": ACCESS_KEY, "token": ""}
        given = {
            "vault_access_key": keys["access_key"],
            "vault_secret_key": "{{ lookup('env', '%s') }}"
            % ("VAULT_TEMPORARY" if keys["token"] else "VAULT_SECRET_KEY"),
            "vault_security_token": "{{ lookup('env', 'VAULT_TOKEN') }}",
        }
        task["vars"] = {**given, **task.get("vars", {})}
    environ = {
        "VAULT_TEMPORARY": TEMPORARY["secret_key"],
        "VAULT_SECRET_KEY": SECRET_KEY,
        "VAULT_TOKEN": TEMPORARY["token"],
    }
    playbook = Playbook(tmp_path, {**SDK, **environ}, secrets=SECRETS)
    with make_cloud() as cloud:
        apis = {"swr": cloud.url, "iam": cloud.url}
        defaults = {"group/longshore.swr.huaweicloud": {"endpoints": apis}}
        run = playbook.run([play(tasks, module_defaults=defaults)], "-vvv")
    secret_free(run.text, *secrets_of(*cloud.issued.values()))
    posts = [path.rpartition("/")[2] for _method, path, _body in cloud.made()]
    assert posts == ["secret", "temp-credential", "long-term-credential"]
    assert {path.name for path in tmp_path.glob("*.json")} == {"swr-auth.json", "pull-secret.json"}
