# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the role and the playbook harbor."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

ROLE = "longshore.swr.harbor"
HARBOR_PASSWORD = "pass-of-harbors-admin-81"
ACCESS_KEY = "SANDBOXACCESSKEY"
SECRET_KEY = "sk-of-the-account-47"
LOGIN_PASSWORD = login_password(ACCESS_KEY, SECRET_KEY)
SECRETS = (HARBOR_PASSWORD, SECRET_KEY, LOGIN_PASSWORD)
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


class Run(NamedTuple):
    """What ansible-playbook did."""

    code: int
    text: str

    @property
    def changed(self) -> int:
        return sum(int(found[2]) for found in RECAP.findall(self.text))


class Runs:
    """A user with a home and a directory, and plays on localhost.

    :ivar folder: where the user is and has files.
    :ivar runs: everything that was printed, to look for secrets in.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: List[Run] = []
        self.environ: Dict[str, str] = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(folder / "home"),
            "ANSIBLE_HOME": str(folder / "home" / ".ansible"),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_INJECT_FACT_VARS": "false",
            "LC_ALL": "C.UTF-8",
        }
        (folder / "home").mkdir(parents=True)

    def run(self, playbook: str, *arguments: str, **environ: str) -> Run:
        done = subprocess.run(
            ["ansible-playbook", playbook, *arguments],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        self.runs.append(Run(done.returncode, done.stdout + done.stderr))
        return self.runs[-1]

    def role(self, variables: Dict[str, Any], *arguments: str, entry: str = "main", **environ: str) -> Run:
        """A play that includes the role, and writes its result where C(result) finds it."""
        include = {"ansible.builtin.include_role": {"name": ROLE, "tasks_from": entry}, "vars": variables}
        task = {"block": [include], "always": [self._keep("result.json", "{{ harbor_result | default({}) }}")]}
        return self._play([task], *arguments, **environ)

    def attempts(self, cases: List[Dict[str, Any]], *arguments: str, entry: str = "main") -> List[str]:
        """Includes the role once for each case, in one play, and goes on after a failure.

        :return: what the failure says, as JSON, for each case; empty where there was none.
        """
        tasks: List[Dict[str, Any]] = [{"ansible.builtin.set_fact": {"failures": []}}]
        for variables in cases:
            include = {"ansible.builtin.include_role": {"name": ROLE, "tasks_from": entry}, "vars": variables}
            kept = "{{ failures + [%s] }}"
            good = {"ansible.builtin.set_fact": {"failures": kept % "''"}}
            bad = {"ansible.builtin.set_fact": {"failures": kept % "ansible_failed_result | to_json"}}
            tasks.append({"block": [include, good], "rescue": [bad]})
        tasks.append(self._keep("failures.json", "{{ failures }}"))
        tasks.append(self._keep("result.json", "{{ harbor_result | default({}) }}"))
        done = self._play(tasks, *arguments)
        assert done.code == 0, done.text
        # Each failure is JSON in JSON.
        return [" ".join(str(text).split()) for text in json.loads((self.folder / "failures.json").read_text())]

    def _keep(self, name: str, value: str) -> Dict[str, Any]:
        content = value.replace(" }}", " | to_json }}")
        copy = {"content": content, "dest": str(self.folder / name), "mode": "0600"}
        return {"ansible.builtin.copy": copy, "changed_when": False, "check_mode": False, "diff": False}

    def _play(self, tasks: List[Dict[str, Any]], *arguments: str, **environ: str) -> Run:
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": tasks,
        }
        # JSON is YAML.
        (self.folder / "play.yml").write_text(json.dumps([play]))
        return self.run("play.yml", *arguments, **environ)

    def result(self) -> Any:
        """C(harbor_result) of the last run."""
        return json.loads((self.folder / "result.json").read_text())

    def leaks(self, *more: str) -> List[str]:
        """The secrets that were printed, or that results and failures have."""
        paths = [self.folder / name for name in ("result.json", "failures.json")]
        kept = [path.read_text() for path in paths if path.exists()]
        text = "".join([run.text for run in self.runs] + kept)
        return [secret for secret in (*SECRETS, *more) if secret in text]
