# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook between a sandbox registry and a sandbox SWR."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Registry, Swr
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

READER = "reader"
PASSWORD = "pass-of-the-reader-93"
ACCESS_KEY = "SANDBOXACCESSKEY"
SECRET_KEY = "sk-of-the-account-47"
LOGIN_PASSWORD = login_password(ACCESS_KEY, SECRET_KEY)
SECRETS = (PASSWORD, SECRET_KEY, LOGIN_PASSWORD)
WRITING = ("POST", "PUT", "PATCH", "DELETE")
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


class Run(NamedTuple):
    """What ansible-playbook did."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def changed(self) -> int:
        return int(RECAP.findall(self.out)[-1][2])


class Playbooks:
    """Two registries, a user with a home and a directory, and playbooks.

    :ivar folder: where the user is and has files.
    """

    def __init__(self, source: Registry, swr: Swr, folder: Path) -> None:
        self.source = source
        self.swr = swr
        self.folder = folder
        self.environ: Dict[str, str] = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(folder / "home"),
            "ANSIBLE_HOME": str(folder / "home" / ".ansible"),
            "ANSIBLE_ASYNC_DIR": str(folder / "home" / "async"),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "LC_ALL": "C.UTF-8",
            "SOURCE_PASSWORD": PASSWORD,
            "HW_ACCESS_KEY": ACCESS_KEY,
            "HW_SECRET_KEY": SECRET_KEY,
        }
        (folder / "home").mkdir()

    @property
    def state(self) -> Path:
        """Where the role keeps journal and report."""
        return self.folder / "home" / ".local" / "state" / "longshore.swr" / "localhost"

    def report(self) -> Any:
        return json.loads((self.state / "report.json").read_text())

    def write(self, name: str, content: Any) -> Path:
        """A file of the user's; what is no text becomes JSON."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=4))
        return path

    def write_auth(self, name: str = "auth.json") -> Path:
        """The source's login in image-migrator's form."""
        entry = {"username": READER, "password": "${SOURCE_PASSWORD}", "insecure": True}
        return self.write(name, {self.source.host: entry})

    def run(self, playbook: str, *arguments: str, **environ: str) -> Run:
        done = subprocess.run(
            ["ansible-playbook", playbook, *arguments],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def migrate(self, *arguments: str, **environ: str) -> Run:
        """The playbook of the collection, with a login from the access key for the sandbox in SWR's place."""
        given = {"region": "cn-north-4", "migrate_registry": self.swr.host, "migrate_insecure": True}
        options = ["-e", json.dumps(given), "-e", "migrate_docker_config_fallback=false"]
        return self.run("longshore.swr.migrate", *options, *arguments, **environ)

    def play(self, tasks: List[Dict[str, Any]], *arguments: str, **environ: str) -> Run:
        """A play of these tasks on localhost."""
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": tasks,
        }
        # JSON is YAML.
        self.write("play.yml", [play])
        return self.run("play.yml", *arguments, **environ)

    def written(self) -> List[Any]:
        """Requests that wanted to change something at SWR."""
        return [entry for entry in self.swr.log.entries() if entry.method in WRITING]

    def requests(self) -> int:
        return len(self.swr.log.entries()) + len(self.source.log.entries())


@pytest.fixture
def playbooks(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], tmp_path: Path
) -> Iterator[Playbooks]:
    source = sandbox_registry(auth=BasicAuth({READER: PASSWORD}))
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    return Playbooks(source, swr, tmp_path)


@pytest.fixture
def secrets() -> Any:
    """Every secret of the user of C(playbooks)."""
    return SECRETS
