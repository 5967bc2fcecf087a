# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for docker, Compose and kubectl that keep state and record their calls.

C(Programs.run) works in the test's process. C(install) puts equivalent programs into a folder for the PATH,
with their state in a JSON file.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

STATE = "FAKE_STATE"
NAMES = ("docker", "docker-compose", "kubectl", "ps")
NETWORKS = [
    {"Name": "bridge", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}},
    {"Name": "harbor_harbor", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.18.0.0/16"}]}},
]

Result = Tuple[int, str, str]


class Programs:
    """Their shared state.

    :ivar data: C(calls); C(networks); C(containers) by service; C(deployments) by name; C(processes); C(broken), words
        that make a call with one of them fail; and switches: C(forgetful) ones do nothing, C(no_plugin) is Docker
        without Compose, C(no_compose) a host without any.
    """

    def __init__(self, **data: Any) -> None:
        self.data: Dict[str, Any] = {
            "calls": [],
            "networks": NETWORKS,
            "containers": {},
            "deployments": {},
            "processes": [],
            "broken": [],
        }
        self.data.update(data)

    def calls(self, *first: str) -> List[List[str]]:
        """The calls that start with these words."""
        return [call for call in self.data["calls"] if call[: len(first)] == list(first)]

    def hosts_of(self, service: str) -> Any:
        """The names that a container was created with; None if there is no container."""
        return self.data["containers"].get(service, {}).get("hosts")

    def aliases_of(self, name: str) -> Any:
        return self.data["deployments"][name]["spec"]["template"]["spec"].get("hostAliases")

    def run(self, words: Sequence[str], folder: Optional[str] = None, seconds: float = 60.0) -> Result:
        """Status, output and errors of one call in a folder."""
        name, *arguments = words
        self.data["calls"].append(list(words))
        if name == "./prepare":
            return self._prepare(arguments, Path(folder or "."))
        if [word for word in self.data["broken"] if word in words]:
            return 1, "", "out of order\n"
        program = {"docker": _docker, "docker-compose": _docker_compose, "kubectl": _kubectl, "ps": _ps}[name]
        return program(self, arguments, Path(folder or "."))

    def _prepare(self, arguments: List[str], folder: Path) -> Result:
        if "prepare" in self.data["broken"]:
            return 1, "", "no daemon\n"
        base = folder / "docker-compose.yml"
        base.write_text(base.read_text() + "# made anew\n")
        return 0, "", ""


def install(folder: Path, **data: Any) -> Dict[str, str]:
    """Put the programs into a folder. Returns the environment that they need."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        program = folder / name
        program.write_text('#!/bin/sh\nexec "{0}" "{1}" {2} "$@"\n'.format(sys.executable, __file__, name))
        program.chmod(0o755)
    state = folder / "state.json"
    state.write_text(json.dumps(Programs(**data).data))
    python = os.path.dirname(sys.executable)
    return {STATE: str(state), "PATH": os.pathsep.join([str(folder), python, os.environ["PATH"]])}


def installed(folder: Path) -> Programs:
    """The state of the programs in a folder."""
    return Programs(**json.loads((folder / "state.json").read_text()))


def _compose_files(options: List[str], folder: Path) -> List[Path]:
    if "-f" in options:
        return [Path(options[number + 1]) for number, item in enumerate(options) if item == "-f"]
    found = [folder / "docker-compose.yml"]
    return found + [path for path in [folder / "docker-compose.override.yml"] if path.exists()]


def _document(path: Path) -> Any:
    # Most calls do not need it, and it is slow to import.
    import yaml

    return yaml.safe_load(path.read_text())


def _extra_hosts(files: List[Path], service: str) -> List[str]:
    found: List[str] = []
    for path in files:
        document = _document(path) or {}
        extra = (document.get("services") or {}).get(service, {}).get("extra_hosts") or []
        items = ["{0}:{1}".format(*pair) for pair in extra.items()] if isinstance(extra, dict) else extra
        found.extend(item for item in items if item not in found)
    return found


def _compose(programs: Programs, arguments: List[str], folder: Path) -> Result:
    containers = programs.data["containers"]
    if "version" in arguments:
        return 0, "Docker Compose version v2.27.0\n", ""
    if "config" in arguments:
        for path in _compose_files(arguments, folder):
            document = _document(path)
            if not isinstance(document, dict) or "broken" in document:
                return 15, "", "{0}: additional properties 'broken' not allowed\n".format(path)
        return 0, "", ""
    if arguments[:2] == ["up", "-d"]:
        base = _document(folder / "docker-compose.yml")
        for service in arguments[2:] or list(base["services"]):
            hosts = _extra_hosts(_compose_files(arguments, folder), service)
            hosts = [] if programs.data.get("forgetful") else hosts
            containers[service] = {"id": "id-of-" + service, "hosts": hosts}
        return 0, "", ""
    if arguments[:2] == ["ps", "-q"]:
        return 0, containers.get(arguments[2], {}).get("id", "") + "\n", ""
    if arguments[0] == "restart":
        return 0, "", ""
    return 1, "", "unknown command: {0}\n".format(arguments)


def _docker_compose(programs: Programs, arguments: List[str], folder: Path) -> Result:
    if programs.data.get("no_compose"):
        return 127, "", "docker-compose: not found\n"
    return _compose(programs, arguments, folder)


def _docker(programs: Programs, arguments: List[str], folder: Path) -> Result:
    data = programs.data
    if arguments[0] == "compose":
        if data.get("no_plugin") or data.get("no_compose"):
            return 1, "", "docker: 'compose' is not a docker command.\n"
        return _compose(programs, arguments[1:], folder)
    if arguments[:2] == ["network", "ls"]:
        return 0, "\n".join(network["Name"] for network in data["networks"]) + "\n", ""
    if arguments[:2] == ["network", "inspect"]:
        return 0, json.dumps([network for network in data["networks"] if network["Name"] in arguments[2:]]), ""
    if arguments[:3] == ["inspect", "--format", "{{json .HostConfig.ExtraHosts}}"]:
        (found,) = [item for item in data["containers"].values() if item["id"] == arguments[3]]
        return 0, json.dumps(found["hosts"] or None) + "\n", ""
    return 1, "", "unknown command\n"


def _ps(programs: Programs, arguments: List[str], folder: Path) -> Result:
    return 0, "\n".join(["COMMAND", "/sbin/init", *programs.data["processes"]]) + "\n", ""


def merged(target: Any, patch: Any) -> Any:
    """A JSON merge (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _kubectl(programs: Programs, arguments: List[str], folder: Path) -> Result:
    namespace, rest = arguments[1], arguments[2:]
    deployments = programs.data["deployments"]
    if arguments[0] != "--namespace" or namespace != "registry":
        return 1, "", 'Error from server (NotFound): namespaces "{0}" not found\n'.format(namespace)
    if rest[:2] == ["rollout", "status"]:
        return 0, "", ""
    name = rest[2]
    if name not in deployments:
        return 1, "", 'Error from server (NotFound): deployments.apps "{0}" not found\n'.format(name)
    if rest[:2] == ["get", "deployment"] and rest[3:] == ["--output", "json"]:
        return 0, json.dumps(deployments[name]), ""
    if rest[:2] == ["patch", "deployment"] and rest[3:6] == ["--type", "merge", "--patch"]:
        patch = json.loads(rest[6])
        version = deployments[name]["metadata"]["resourceVersion"]
        if patch["metadata"]["resourceVersion"] != version:
            return 1, "", "Error from server (Conflict): the object has been modified\n"
        if "--dry-run=server" not in rest and not programs.data.get("forgetful"):
            deployments[name] = merged(deployments[name], patch)
            deployments[name]["metadata"]["resourceVersion"] = str(int(version) + 1)
        return 0, "deployment.apps/{0} patched\n".format(name), ""
    return 1, "", "unknown command\n"


def main(words: List[str]) -> int:
    state = Path(os.environ[STATE])
    programs = Programs(**json.loads(state.read_text()))
    code, output, errors = programs.run(words, ".")
    state.write_text(json.dumps(programs.data))
    sys.stdout.write(output)
    sys.stderr.write(errors)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
