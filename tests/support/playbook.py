# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts ansible-playbook for all tests, and searches its output for secrets.

.. code-block:: python

    playbook = Playbook(tmp_path, {"HARBOR_PASSWORD": PASSWORD}, secrets=[PASSWORD])
    run = playbook.run([play([{"longshore.swr.harbor_info": {}, "register": "made"}, keep(made="made")])], "--check")
    assert run.value("made")["version"]["api"] == "v2.0"
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import warm_python

Task = Dict[str, Any]

_HERE = Path(__file__).resolve().parent
# By default, the loop that waits for workers polls a thousand times per second.
_SETTINGS = "[defaults]\ninternal_poll_interval = 0.005\n"
_RECAP = re.compile(r"^(\S+)\s+: (ok=\d+ .*)$", re.MULTILINE)


class Run(NamedTuple):
    """The outcome of one ansible-playbook run.

    :ivar recap: the counts of the last lines, by host: C(recap["localhost"]["changed"]).
    :ivar kept: the values written by C(keep) tasks, by host.
    """

    code: int
    out: str
    err: str
    recap: Dict[str, Dict[str, int]]
    kept: Dict[str, Dict[str, Any]]

    @property
    def text(self) -> str:
        return self.out + self.err

    def count(self, name: str) -> int:
        """The sum of C(changed), C(failed) ... over all hosts."""
        return sum(counts[name] for counts in self.recap.values())

    @property
    def changed(self) -> int:
        return self.count("changed")

    def value(self, name: str, host: str = "localhost") -> Any:
        """The value written by C(keep(name=...))."""
        return self.kept[host][name]


class Playbook:
    """Runs ansible-playbook as a user with a folder, a home in it and an environment.

    The machine's own settings and logins are not used. All hosts are this machine, unless the inventory says
    otherwise.

    :param environ: additional variables for every run.
    :param secrets: strings that no run may print.
    :ivar runs: every run so far.
    """

    def __init__(self, folder: Path, environ: Optional[Mapping[str, str]] = None, secrets: Sequence[str] = ()) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.secrets: List[str] = list(secrets)
        self.runs: List[Run] = []
        self._kept = self.home / "kept.jsonl"
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "ansible.cfg").write_text(_SETTINGS, encoding="utf-8")
        self.environ: Dict[str, str] = {
            # Debian installs named and similar programs only on root's PATH.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", "/sbin"]),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_ACTION_PLUGINS": str(_HERE / "action"),
            "ANSIBLE_ASYNC_DIR": str(self.home / "async"),
            "ANSIBLE_CALLBACK_PLUGINS": str(_HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "warm",
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_CONFIG": str(self.home / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.home / ".ansible"),
            "ANSIBLE_INJECT_FACT_VARS": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            # Otherwise three more shells for each module write it to a file, run it and remove it.
            "ANSIBLE_PIPELINING": "true",
            # Ansible gets the user's home from the shell here, regardless of HOME.
            "ANSIBLE_REMOTE_TMP": str(self.home / ".ansible" / "tmp"),
            "ANSIBLE_TRANSPORT": "local",
            "LONGSHORE_KEPT": str(self._kept),
            **(environ or {}),
        }

    def write(self, name: str, content: Any) -> Path:
        """Write a file in the user's folder; anything but a string becomes JSON, which is also YAML."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=4), encoding="utf-8")
        return path

    def run(
        self,
        playbook: Union[str, Sequence[Mapping[str, Any]]],
        *arguments: str,
        ok: Optional[bool] = True,
        inventory: Optional[Mapping[str, Any]] = None,
        variables: Optional[Mapping[str, Any]] = None,
        environ: Optional[Mapping[str, str]] = None,
        timeout: float = 300,
    ) -> Run:
        """
        :param playbook: a path, the name of a collection's playbook, or plays.
        :param ok: whether it must succeed or fail; None for either.
        :param inventory: in the form of Ansible's YAML inventories; by default only localhost.
        :param variables: as with C(-e).
        :raises AssertionError: it had the other outcome, or printed a secret or a traceback.
        """
        if not isinstance(playbook, str):
            self.write("play.yml", playbook)
            playbook = "play.yml"
        # Not in the environment: Ansible's implicit localhost has its own Python.
        line = [
            warm_python.interpreter("playbook"),
            str(Path(sys.executable).with_name("ansible-playbook")),
            playbook,
            "-e",
            "ansible_python_interpreter=" + warm_python.interpreter(),
            *arguments,
        ]
        if inventory is not None:
            line += ["-i", str(self.write("hosts.json", inventory))]
        if variables is not None:
            line += ["-e", "@{0}".format(self.write("variables.json", variables))]
        self._kept.unlink(missing_ok=True)
        done = subprocess.run(
            line,
            cwd=self.folder,
            env={**self.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        run = Run(done.returncode, done.stdout, done.stderr, _recap(done.stdout), self._read_kept())
        self.runs.append(run)
        secret_free(run.text, *self.secrets)
        assert "Traceback (most recent call last)" not in run.text, run.text
        assert ok is None or (run.code == 0) == ok, run.text
        return run

    def _read_kept(self) -> Dict[str, Dict[str, Any]]:
        kept: Dict[str, Dict[str, Any]] = {}
        lines = self._kept.read_text(encoding="utf-8").splitlines() if self._kept.exists() else []
        for line in lines:
            entry = json.loads(line)
            kept.setdefault(entry["host"], {}).update(entry["values"])
        return kept


def play(tasks: Sequence[Task], hosts: str = "localhost", **more: Any) -> Dict[str, Any]:
    """A play that does not gather facts."""
    return {"hosts": hosts, "gather_facts": False, "tasks": list(tasks), **more}


def keep(**expressions: str) -> Task:
    """A task that passes values of Jinja expressions to C(Run.value), also in check mode, without output."""
    values = {name: "{{{{ {0} }}}}".format(expression) for name, expression in expressions.items()}
    return {"name": "Keep values for the test", "keep": values, "no_log": True}


def secret_free(text: str, *secrets: str) -> None:
    """
    :raises AssertionError: the text contains a secret; the message does not repeat it.
    """
    leaked = [number for number, secret in enumerate(secrets) if secret and secret in text]
    assert not leaked, "secrets number {0} are in the output".format(leaked)


def _recap(out: str) -> Dict[str, Dict[str, int]]:
    _before, _heading, lines = out.rpartition("PLAY RECAP")
    recap = {}
    for host, counts in _RECAP.findall(lines):
        pairs = (word.partition("=") for word in counts.split())
        recap[host] = {name: int(count) for name, _equals, count in pairs}
    return recap
