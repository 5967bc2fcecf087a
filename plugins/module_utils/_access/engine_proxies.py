# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a container engine would use, and for which hosts it would not.

An engine has its own: in the environment that systemd gives C(dockerd), C(containerd) or C(crio), or in C(proxies) of
Docker's C(daemon.json).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import shlex
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple

from .._json import read_json
from .._networks import is_exempt
from .._text import safe

UNITS = ("docker", "containerd", "crio")
UNIT_DIRECTORIES = ("/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system")
MANAGER_FILES = ("/etc/systemd/system.conf",)
MANAGER_DIRECTORIES = ("/usr/lib/systemd/system.conf.d", "/run/systemd/system.conf.d", "/etc/systemd/system.conf.d")
DAEMON_JSON = "/etc/docker/daemon.json"


class ProxySetting(NamedTuple):
    """The HTTPS proxy of one program.

    :param source: where it is set: C(environment), C(docker.service), C(/etc/docker/daemon.json) ...
    """

    source: str
    proxy: str
    no_proxy: str

    def applies_to(self, host: str, port: int) -> bool:
        return bool(self.proxy) and not is_exempt(host, port, self.no_proxy)

    @property
    def shown(self) -> str:
        return safe(self.proxy if "://" in self.proxy else "http://" + self.proxy, 120)


def _of_environment(source: str, environ: Mapping[str, str]) -> ProxySetting:
    def first(name: str) -> str:
        return environ.get(name) or environ.get(name.lower()) or ""

    return ProxySetting(source, first("HTTPS_PROXY").strip(), first("NO_PROXY"))


def _assignments(value: str) -> Dict[str, str]:
    """The variables of an C(Environment=) line, as systemd quotes them."""
    try:
        words = shlex.split(value)
    except ValueError:
        # An unclosed quote: systemd ignores the line.
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)


class EngineProxies:
    """Finds the proxies of a node.

    :param system: reads files and the environment, see C(system.System).
    :ivar unread: files that may set a proxy but could not be parsed.
    """

    def __init__(self, system: Any) -> None:
        self._system = system
        self.unread: List[str] = []

    def settings(self) -> List[ProxySetting]:
        """The effective proxies, one for each program that has one."""
        manager = self._environment(self._manager_files(), "DefaultEnvironment")
        found = [_of_environment("environment", self._system.environ)]
        for unit in UNITS:
            files = list(self._unit_files(unit))
            if files:
                found.append(_of_environment(unit + ".service", dict(manager, **self._environment(files))))
        found.append(self._daemon_json())
        return [setting for setting in found if setting.proxy]

    def _manager_files(self) -> Iterator[str]:
        yield from (path for path in MANAGER_FILES if self._system.read(path) is not None)
        for directory in MANAGER_DIRECTORIES:
            yield from self._drop_ins(directory)

    def _unit_files(self, unit: str) -> Iterator[str]:
        name = unit + ".service"
        units = [
            path for path in ("/".join((d, name)) for d in UNIT_DIRECTORIES) if self._system.read(path) is not None
        ]
        yield from units[-1:]  # Of several unit files, the last directory's wins.
        by_name: Dict[str, str] = {}
        for directory in UNIT_DIRECTORIES:
            by_name.update({path.rpartition("/")[2]: path for path in self._drop_ins(directory + "/" + name + ".d")})
        yield from (by_name[key] for key in sorted(by_name))

    def _drop_ins(self, directory: str) -> Iterator[str]:
        for name in sorted(self._system.names_in(directory)):
            if name.endswith(".conf"):
                yield directory + "/" + name

    def _environment(self, paths: Any, key: str = "Environment") -> Dict[str, str]:
        plain: Dict[str, str] = {}
        from_files: Dict[str, str] = {}
        for path in paths:
            text = (self._system.read(path) or "").replace("\\\n", " ")
            for line in text.splitlines():
                name, equals, value = line.partition("=")
                name, value = name.strip(), value.strip()
                if not equals or line.lstrip().startswith(("#", ";")):
                    continue
                if name == key:
                    plain = dict(plain, **_assignments(value)) if value else {}
                elif name == "EnvironmentFile":
                    from_files = dict(from_files, **self._environment_file(value)) if value else {}
        # systemd.exec(5): environment files override the unit.
        return dict(plain, **from_files)

    def _environment_file(self, path: str) -> Dict[str, str]:
        found = {}
        for line in (self._system.read(path.lstrip("-")) or "").splitlines():
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith(("#", ";")):
                found[name.strip()] = value.strip().strip("\"'")
        return found

    def _daemon_json(self) -> ProxySetting:
        try:
            settings = read_json((self._system.read(DAEMON_JSON) or "").strip() or "{}")
        except ValueError:
            settings = None
        if not isinstance(settings, dict):
            self.unread.append(DAEMON_JSON)
            settings = {}
        proxies = settings.get("proxies")
        proxies = proxies if isinstance(proxies, dict) else {}
        return ProxySetting(DAEMON_JSON, str(proxies.get("https-proxy") or ""), str(proxies.get("no-proxy") or ""))
