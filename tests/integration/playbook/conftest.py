# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook, and of modules, between a sandbox registry and a sandbox SWR."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Registry, Swr
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, play, secret_free

READER = "reader"
PASSWORD = "pass-of-the-reader-93"
ACCESS_KEY = "SANDBOXACCESSKEY"
SECRET_KEY = "sk-of-the-account-47"
LOGIN_PASSWORD = login_password(ACCESS_KEY, SECRET_KEY)
SECRETS = (PASSWORD, SECRET_KEY, LOGIN_PASSWORD)
WRITING = ("POST", "PUT", "PATCH", "DELETE")
DEFAULTS = {"docker_config_fallback": False, "retries": 1, "retry_delay": 0.01}


class Playbooks(Playbook):
    """Two registries, a user with a home and a directory, and playbooks, which show none of the secrets."""

    def __init__(self, source: Registry, swr: Swr, folder: Path) -> None:
        environ = {"SOURCE_PASSWORD": PASSWORD, "HW_ACCESS_KEY": ACCESS_KEY, "HW_SECRET_KEY": SECRET_KEY}
        super().__init__(folder, environ, SECRETS)
        self.source = source
        self.swr = swr

    @property
    def state(self) -> Path:
        """Where the role keeps journal and report."""
        return self.home / ".local" / "state" / "longshore.swr" / "localhost"

    def report(self) -> Any:
        return json.loads((self.state / "report.json").read_text())

    def write_auth(self, name: str = "auth.json") -> Path:
        """The source's login in image-migrator's form."""
        entry = {"username": READER, "password": "${SOURCE_PASSWORD}", "insecure": True}
        return self.write(name, {self.source.host: entry})

    def migrate(self, *arguments: str, ok: bool = True, **more: Any) -> Run:
        """The playbook of the collection, with a login from the access key for the sandbox in SWR's place."""
        given = {"region": "cn-north-4", "migrate_registry": self.swr.host, "migrate_insecure": True}
        options = ["-e", json.dumps(given), "-e", "migrate_docker_config_fallback=false"]
        return self.run("longshore.swr.migrate", *options, *arguments, ok=ok, **more)

    def play(self, tasks: List[Dict[str, Any]], *arguments: str, **more: Any) -> Run:
        """A play of these tasks on localhost."""
        return self.run([play(tasks)], *arguments, **more)

    def written(self) -> List[Any]:
        """Requests that wanted to change something at SWR."""
        return [entry for entry in self.swr.log.entries() if entry.method in WRITING]

    def requests(self) -> int:
        return len(self.swr.log.entries()) + len(self.source.log.entries())

    def auth(self, password: str = LOGIN_PASSWORD) -> Dict[str, Any]:
        """Both logins, as in a playbook. The user of the source may be named as the organization, so that it would show
        if names were hidden.
        """
        return {
            self.source.host: {"username": "team", "password": PASSWORD, "insecure": "true"},
            self.swr.host: {"username": "cn-north-4@" + ACCESS_KEY, "password": password, "insecure": True},
        }

    def task(self, module: str, **options: Any) -> Dict[str, Any]:
        """A task of one of the modules for images, after one that has registered C(login)."""
        given = {**DEFAULTS, "auth": self.auth("{{ login.password }}"), **options}
        return {"longshore.swr." + module: given, "register": "it"}

    def module(self, name: str, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        """The result of one of the modules for images, in which no secret may show."""
        result = run_module(name, {**DEFAULTS, "auth": self.auth(), **options}, check_mode)
        secret_free(json.dumps(result), *SECRETS)
        return result


LOGIN = {"longshore.swr.login_token": {"region": "cn-north-4"}, "register": "login"}


@pytest.fixture
def playbooks(sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], tmp_path: Path) -> Playbooks:
    source = sandbox_registry(auth=BasicAuth({READER: PASSWORD, "team": PASSWORD}))
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    return Playbooks(source, swr, tmp_path)


@pytest.fixture
def secrets() -> Any:
    """Every secret of the user of C(playbooks)."""
    return SECRETS
