# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for docker, Compose and kubectl that hold state and note their calls.

C(install) puts them into a folder for the PATH. The state is one JSON file: C(calls), C(networks), C(containers) by
service, C(deployments) by name, and switches: C(forgetful) ones do nothing, C(no_plugin) is Docker without Compose.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List

import yaml

STATE = "FAKE_STATE"
NAMES = ("docker", "docker-compose", "kubectl")


class State:
    """What all of them know."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: Dict[str, Any] = {"calls": [], "networks": [], "containers": {}, "deployments": {}}
        if path.exists():
            self.data = json.loads(path.read_text())

    def save(self) -> None:
        self.path.write_text(json.dumps(self.data, indent=1))

    def calls(self, *first: str) -> List[List[str]]:
        """The calls that begin so."""
        return [call for call in self.data["calls"] if call[: len(first)] == list(first)]


def install(folder: Path, state: State, names: Any = NAMES) -> Dict[str, str]:
    """Puts the programs into a folder. Returns the environment that they need."""
    folder.mkdir(exist_ok=True)
    for name in names:
        program = folder / name
        program.write_text('#!/bin/sh\nexec "{0}" "{1}" {2} "$@"\n'.format(sys.executable, __file__, name))
        program.chmod(0o755)
    state.save()
    return {STATE: str(state.path)}


def _compose_files(options: List[str]) -> List[Path]:
    if "-f" in options:
        return [Path(options[number + 1]) for number, item in enumerate(options) if item == "-f"]
    found = [Path("docker-compose.yml")]
    return found + [path for path in [Path("docker-compose.override.yml")] if path.exists()]


def _extra_hosts(files: List[Path], service: str) -> List[str]:
    found: List[str] = []
    for path in files:
        document = yaml.safe_load(path.read_text()) or {}
        extra = (document.get("services") or {}).get(service, {}).get("extra_hosts") or []
        items = ["{0}:{1}".format(*pair) for pair in extra.items()] if isinstance(extra, dict) else extra
        found.extend(item for item in items if item not in found)
    return found


def compose(state: State, arguments: List[str]) -> int:
    containers = state.data["containers"]
    if "version" in arguments:
        print("Docker Compose version v2.27.0")
    elif "config" in arguments:
        for path in _compose_files(arguments):
            document = yaml.safe_load(path.read_text())
            if not isinstance(document, dict) or "broken" in document:
                print("{0}: additional properties 'broken' not allowed".format(path), file=sys.stderr)
                return 15
    elif arguments[:2] == ["up", "-d"]:
        base = yaml.safe_load(Path("docker-compose.yml").read_text())
        for service in arguments[2:] or list(base["services"]):
            hosts = _extra_hosts(_compose_files(arguments), service)
            containers[service] = {"id": "id-of-" + service, "hosts": [] if state.data.get("forgetful") else hosts}
    elif arguments[:2] == ["ps", "-q"]:
        print(containers.get(arguments[2], {}).get("id", ""))
    elif arguments[0] != "restart":
        print("unknown command: {0}".format(arguments), file=sys.stderr)
        return 1
    return 0


def docker(state: State, arguments: List[str]) -> int:
    if arguments[0] == "compose":
        if state.data.get("no_plugin"):
            print("docker: 'compose' is not a docker command.", file=sys.stderr)
            return 1
        return compose(state, arguments[1:])
    if arguments[:2] == ["network", "ls"]:
        print("\n".join(network["Name"] for network in state.data["networks"]))
    elif arguments[:2] == ["network", "inspect"]:
        print(json.dumps([network for network in state.data["networks"] if network["Name"] in arguments[2:]]))
    elif arguments[:2] == ["inspect", "--format"]:
        if arguments[2] != "{{json .HostConfig.ExtraHosts}}":
            return 1
        found = [item for item in state.data["containers"].values() if item["id"] == arguments[3]]
        print(json.dumps(found[0]["hosts"] or None))
    else:
        return 1
    return 0


def _merge(target: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merge(result.get(key), value)
    return result


def kubectl(state: State, arguments: List[str]) -> int:
    namespace, rest = arguments[1], arguments[2:]
    deployments = state.data["deployments"]
    if arguments[0] != "--namespace" or namespace != "registry":
        print('Error from server (NotFound): namespaces "{0}" not found'.format(namespace), file=sys.stderr)
        return 1
    if rest[:2] == ["rollout", "status"]:
        return 0
    name = rest[2]
    if name not in deployments:
        print('Error from server (NotFound): deployments.apps "{0}" not found'.format(name), file=sys.stderr)
        return 1
    if rest[:2] == ["get", "deployment"] and rest[3:] == ["--output", "json"]:
        print(json.dumps(deployments[name]))
        return 0
    if rest[:2] == ["patch", "deployment"] and rest[3:6] == ["--type", "merge", "--patch"]:
        patch = json.loads(rest[6])
        version = deployments[name]["metadata"]["resourceVersion"]
        if patch["metadata"]["resourceVersion"] != version:
            print("Error from server (Conflict): the object has been modified", file=sys.stderr)
            return 1
        if "--dry-run=server" not in rest and not state.data.get("forgetful"):
            deployments[name] = _merge(deployments[name], patch)
            deployments[name]["metadata"]["resourceVersion"] = str(int(version) + 1)
        print("deployment.apps/{0} patched".format(name))
        return 0
    return 1


def main(name: str, arguments: List[str]) -> int:
    state = State(Path(os.environ[STATE]))
    state.data["calls"].append([name, *arguments])
    code = {"docker": docker, "docker-compose": compose, "kubectl": kubectl}[name](state, arguments)
    state.save()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
