# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools that are compared: how each is told to copy all tags of some repositories.

Options of the peers: C(crane copy --help) (go-containerregistry), the documents C(regsync.md) (regclient), C(README.md)
(image-syncer) and C(skopeo-sync(1)).
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import yaml

from .table import ENGINE

HERE = Path(__file__).resolve().parent


@dataclass
class Task:
    """What is to be copied: all tags of repositories, to the same names in another registry.

    :ivar source: and C(destination): C(address:port). :ivar logins: user and password by registry.
    :ivar workers: how much at once; None: the tool's default, or for a peer what its documentation recommends.
    :ivar options: further options of the engine.
    """

    source: str
    destination: str
    repositories: Sequence[str]
    folder: Path
    tls: bool = False
    workers: Optional[int] = None
    logins: Dict[str, Tuple[str, str]] = field(default_factory=dict)
    options: Dict[str, Any] = field(default_factory=dict)

    def write(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    def docker_config(self) -> str:
        """A folder with a C(config.json) that has the logins."""
        auths = {
            registry: {"auth": base64.b64encode(":".join(login).encode()).decode()}
            for registry, login in self.logins.items()
        }
        self.write("config.json", {"auths": auths})
        return str(self.folder)


class Tool:
    """One tool. C(program) is looked for on the PATH."""

    name = ""
    program = ""
    version_command: Sequence[str] = ()
    compared = True
    """Whether it does the whole work, so that its figures say something about the engine's."""

    def available(self) -> bool:
        return shutil.which(self.program) is not None

    def version(self) -> str:
        """The version that the program tells, or an empty text."""
        try:
            done = subprocess.run(list(self.version_command), capture_output=True, text=True, timeout=30, check=False)
        except OSError:
            return ""
        found = re.search(r"v?\d+\.\d+[.\d]*[-+\w.]*", done.stdout + done.stderr)
        return found.group(0) if found else ""

    def commands(self, task: Task) -> List[List[str]]:
        """The command lines that do the task, one after the other."""
        raise RuntimeError("{0} cannot be told what to do".format(self.name))

    def environment(self, task: Task) -> Dict[str, str]:
        """The environment for them."""
        env = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        env.update(DOCKER_CONFIG=task.docker_config(), REGISTRY_AUTH_FILE=str(task.folder / "config.json"))
        return env


class Engine(Tool):
    """This collection's engine, in a process of its own and without Ansible around it.

    :param collections: the folder with C(ansible_collections). :param cache: where compiled files are kept.
    :param name: what its rows are called.
    """

    program = sys.executable
    module = "ansible_collections.longshore.swr.tests.bench.engine"

    def __init__(self, collections: str, cache: Optional[str] = None, name: str = ENGINE) -> None:
        self.collections = collections
        self._cache = cache
        self.name = name

    def available(self) -> bool:
        return True

    def version(self) -> str:
        galaxy = Path(self.collections, "ansible_collections", "longshore", "swr", "galaxy.yml")
        return str(yaml.safe_load(galaxy.read_text(encoding="utf-8"))["version"])

    def commands(self, task: Task) -> List[List[str]]:
        registries = (task.source, task.destination)
        auth: Dict[str, Dict[str, Any]] = {registry: {"insecure": True} for registry in registries}
        for registry, (user, password) in task.logins.items():
            auth[registry].update(username=user, password=password)
        request: Dict[str, Any] = {
            "images": {
                "{0}/{1}".format(task.source, name): "{0}/{1}".format(task.destination, name)
                for name in task.repositories
            },
            "auth": auth,
            "docker_config_fallback": False,
        }
        if task.workers:
            request["workers"] = task.workers
        request.update(task.options)
        return [[sys.executable, "-m", self.module, task.write("engine.json", request)]]

    def warm_up(self) -> None:
        """Compile its modules once, as on a machine that has used them before."""
        env = {"PYTHONPATH": self.collections, "PYTHONPYCACHEPREFIX": self._cache or "", "PATH": ""}
        subprocess.run([sys.executable, "-c", "import " + self.module], env=env, check=True)

    def environment(self, task: Task) -> Dict[str, str]:
        env = dict(super().environment(task), PYTHONPATH=self.collections)
        # Compiled files are kept, as they are on a machine that runs playbooks, but not in the checkout.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        if self._cache:
            env["PYTHONPYCACHEPREFIX"] = self._cache
        return env


class Relay(Tool):
    """The limit: a loop that makes the same requests and does nothing else. See C(relay.py)."""

    name = "no-work relay"
    program = sys.executable
    compared = False

    def available(self) -> bool:
        return True

    def commands(self, task: Task) -> List[List[str]]:
        if task.tls or task.logins:
            return []
        threads = str(task.workers or 8)
        return [[sys.executable, str(HERE / "relay.py"), task.source, task.destination, threads, *task.repositories]]


class Skopeo(Tool):
    name = "skopeo"
    program = "skopeo"
    version_command = ("skopeo", "--version")

    def commands(self, task: Task) -> List[List[str]]:
        # The destination's path is given once, and each image adds its last component.
        parents: Dict[str, List[str]] = {}
        for name in task.repositories:
            parents.setdefault(name.rpartition("/")[0], []).append(name)
        found = []
        for number, (parent, names) in enumerate(sorted(parents.items())):
            entry: Dict[str, Any] = {"images": {name: [] for name in names}, "tls-verify": False}
            if task.source in task.logins:
                user, password = task.logins[task.source]
                entry["credentials"] = {"username": user, "password": password}
            # JSON is YAML.
            path = task.write("skopeo-{0}.yml".format(number), {task.source: entry})
            found.append(
                ["skopeo", "--insecure-policy", "sync", "--all", "--keep-going", "--retry-times", "3"]
                + ["--dest-tls-verify=false", "--src", "yaml", "--dest", "docker", path]
                + ["{0}/{1}".format(task.destination, parent).rstrip("/")]
            )
        return found


class Crane(Tool):
    name = "crane"
    program = "crane"
    version_command = ("crane", "version")

    def commands(self, task: Task) -> List[List[str]]:
        jobs = str(task.workers or 8)
        return [
            ["crane", "copy", "--insecure", "--all-tags", "--jobs", jobs]
            + ["{0}/{1}".format(task.source, name), "{0}/{1}".format(task.destination, name)]
            for name in task.repositories
        ]


class Regsync(Tool):
    name = "regsync"
    program = "regsync"
    version_command = ("regsync", "version")

    def commands(self, task: Task) -> List[List[str]]:
        creds = []
        for registry in (task.source, task.destination):
            entry = {"registry": registry, "tls": "insecure" if task.tls else "disabled"}
            if registry in task.logins:
                entry["user"], entry["pass"] = task.logins[registry]
            creds.append(entry)
        document = {
            "version": 1,
            "creds": creds,
            "defaults": {"parallel": task.workers or 4},
            "sync": [
                {
                    "source": "{0}/{1}".format(task.source, name),
                    "target": "{0}/{1}".format(task.destination, name),
                    "type": "repository",
                }
                for name in task.repositories
            ],
        }
        return [["regsync", "--config", task.write("regsync.yml", document), "once"]]


class ImageSyncer(Tool):
    name = "image-syncer"
    program = "image-syncer"
    version_command = ("image-syncer", "--version")

    def commands(self, task: Task) -> List[List[str]]:
        auth: Dict[str, Dict[str, Any]] = {
            registry: {"username": "", "password": "", "insecure": True} for registry in (task.source, task.destination)
        }
        for registry, (user, password) in task.logins.items():
            auth[registry].update(username=user, password=password)
        images = {
            "{0}/{1}".format(task.source, name): "{0}/{1}".format(task.destination, name) for name in task.repositories
        }
        return [
            ["image-syncer", "--proc", str(task.workers or 16), "--retries", "3"]
            + ["--auth", task.write("auth.json", auth), "--images", task.write("images.json", images)]
        ]


PEERS = (Skopeo, Crane, Regsync, ImageSyncer)


def peers(wanted: Optional[Sequence[str]] = None) -> Tuple[List[Tool], List[str]]:
    """The peers that are here, and the names of those that are not.

    :param wanted: the names of those to look for; None: of all.
    """
    every = [kind() for kind in PEERS if wanted is None or kind.name in wanted]
    return [tool for tool in every if tool.available()], [tool.name for tool in every if not tool.available()]
