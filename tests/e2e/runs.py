# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways into a copy that tests take: the engine's facade in this process or another, and the playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy

ROOT = Path(__file__).resolve().parents[2]


def plain(*hosts: str) -> Dict[str, Dict[str, Any]]:
    """Logins for registries without users and without TLS."""
    return {host: {"insecure": True} for host in hosts}


def login(user: str, password: str, insecure: bool = True) -> Dict[str, Any]:
    """One entry of an auth document."""
    return {"username": user, "password": password, "insecure": insecure}


def copy(images: Any, auth: Dict[str, Any], **options: Any) -> Dict[str, Any]:
    """Copy in this process; the machine's own logins are left out."""
    environ = options.pop("environ", {})
    check_mode = options.pop("check_mode", False)
    options.setdefault("docker_config_fallback", False)
    result = run_copy(dict(options, images=images, auth=auth), check_mode, environ)
    counts = result["images"]
    assert counts["total"] == sum(number for name, number in counts.items() if name != "total")
    return result


def assert_clean(result: Dict[str, Any]) -> None:
    """Nothing failed; says what did."""
    assert not result["failed"], json.dumps(result["failures"], indent=1)


def secret_free(text: str, *secrets: str) -> None:
    """None of the secrets stands in a text, and the message of the failure does not repeat it."""
    leaked = [number for number, secret in enumerate(secrets) if secret in text]
    assert not leaked, "secrets number {0} stand in the output".format(leaked)


class CopyProcess:
    """A copy in a process of its own, to be killed. C(finish) waits for it and gives its result.

    :param largest_file: bytes after which its files cannot grow: a disk that is full for it alone.
    """

    def __init__(self, folder: Path, options: Dict[str, Any], largest_file: Optional[int] = None) -> None:
        request = folder / "request.json"
        request.write_text(json.dumps(dict(options, docker_config_fallback=False)), encoding="utf-8")
        environ = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
        line = [sys.executable, "-m", "ansible_collections.longshore.swr.tests.e2e.copy_process", str(request)]
        line += [] if largest_file is None else [str(largest_file)]
        self._process = subprocess.Popen(
            line, env=environ, cwd=str(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def kill(self, ended_is_fine: bool = False) -> None:
        """SIGKILL in the middle. :raises AssertionError: it had ended before."""
        ended = self._process.poll()
        self._process.kill()
        _out, errors = self._process.communicate()
        assert ended is None or ended_is_fine, "the copy ended before it could be killed: {0!r}".format(errors)

    def finish(self) -> Dict[str, Any]:
        out, errors = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, errors.decode("utf-8", "replace")
        return json.loads(out)


class PlaybookRun:
    """The outcome of C(ansible-playbook). C(recap) is the line of counters, C(text) everything that was printed."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.text = done.stdout + done.stderr
        recap: List[str] = [line for line in self.text.splitlines() if line.startswith(("localhost ", "localhost:"))]
        self.recap = recap[-1] if recap else ""

    def counter(self, name: str) -> int:
        """C(changed), C(failed) ... of the recap; -1 without a recap."""
        values = dict(part.split("=") for part in self.recap.split() if "=" in part)
        return int(values.get(name, -1))


def run_playbook(
    name: str,
    folder: Path,
    *arguments: str,
    variables: Optional[Dict[str, Any]] = None,
    environ: Optional[Dict[str, str]] = None,
) -> PlaybookRun:
    """Run a playbook of the collection as a user does, with C(-e name=value) for each variable."""
    folder.mkdir(parents=True, exist_ok=True)
    # No inventory and no settings, the machine's neither: the playbook must stand on its own.
    settings = folder / "ansible.cfg"
    settings.touch()
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    surroundings.update(
        ANSIBLE_COLLECTIONS_PATH=os.environ["ANSIBLE_COLLECTIONS_PATH"],
        ANSIBLE_HOME=str(folder / "ansible"),
        ANSIBLE_LOCAL_TEMP=str(folder / "ansible" / "tmp"),
        ANSIBLE_NOCOLOR="1",
        ANSIBLE_CONFIG=str(settings),
        **(environ or {}),
    )
    line = [str(Path(sys.executable).parent / "ansible-playbook"), name, *arguments]
    for key, value in (variables or {}).items():
        line += ["-e", "{0}={1}".format(key, value) if isinstance(value, str) else json.dumps({key: value})]
    done = subprocess.run(
        line,
        env=surroundings,
        cwd=str(folder),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return PlaybookRun(done)
