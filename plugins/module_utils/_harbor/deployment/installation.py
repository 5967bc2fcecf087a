# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses for the containers of a Harbor installed with Compose.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Protocol, Sequence

from ..errors import HarborError
from .bypasses import env_bypasses, process_bypasses, unit_bypasses
from .compose_nodes import parse, private_values
from .compose_override import BASE, BEGIN, OVERRIDE, SERVICES, hosts_of, original, render, service_names
from .docker import WORK, Compose, Run, networks, said, words_of
from .host_entries import Host, clashes, names_of, parse_hosts
from .no_proxy import ProxyFile, adjust

# In the order in which Compose looks for them. Version 1 does not know the first two.
PLUGIN_OVERRIDES = ("compose.override.yml", "compose.override.yaml")
OVERRIDES = (OVERRIDE, "docker-compose.override.yaml")
CONFIG = "harbor.yml"
KEPT = BASE + ".before-prepare"
# The same, while the work that prepare leads to may be unfinished
UNFINISHED = KEPT + ".unfinished"
# The options of prepare, by the services that they add
PREPARE_OPTIONS = {
    "trivy-adapter": "--with-trivy",
    "notary-server": "--with-notary",
    "chartmuseum": "--with-chartmuseum",
    "clair": "--with-clair",
}


class Files(Protocol):
    """The files of the host. Each method raises C(LongshoreError)."""

    def read(self, path: str) -> Optional[str]:
        """The text, with any bytes; None if there is no file."""

    def units(self, folders: Sequence[str]) -> Mapping[str, str]:
        """The text of each systemd unit, by path."""

    def draft(self, text: str) -> str:
        """The path of a private temporary file with this text, which is removed automatically."""

    def write(self, path: str, text: str, backup: bool = True) -> None:
        """Replace a file atomically. An old one is backed up next to it."""

    def copy(self, path: str, target: str) -> None:
        """Copy a file with its mode."""

    def remove(self, path: str) -> None:
        """Remove a file."""


class Installation:
    """One Harbor, its names and its addresses.

    :param options: those of the module C(harbor_hosts).
    :param hide: called with texts that must not be shown: Compose quotes what it rejects.
    :ivar warnings: warnings for the user.
    :raises HarborError: the options are invalid.
    """

    def __init__(
        self, options: Mapping[str, Any], files: Files, run: Run, check_mode: bool, hide: Callable[..., None]
    ) -> None:
        self._options = options
        self._files = files
        self._run = run
        self._check_mode = check_mode
        self._hide = hide
        self._folder = str(options["directory"])
        self._present = options["state"] == "present"
        entries = options.get("entries") or []
        self._hosts: List[Host] = parse_hosts(entries) if self._present else []
        self._names = [name for entry in entries for name in names_of(entry)]
        self._override = self._path(OVERRIDE)
        self._compose: Optional[Compose] = None
        self.warnings: List[str] = []

    def bring_about(self) -> Dict[str, Any]:
        """Give the containers the names, or report the changes.

        :return: the result of the module C(harbor_hosts).
        :raises LongshoreError: nothing was changed, unless the message says so.
        """
        self._compose = self._find_compose()
        base = self._read_base()
        self._override = self._find_override()
        found = self._files.read(self._override)
        before = found or ""
        bypasses = self._look_for_obstacles() if self._present else []
        proxy = self._judge_proxy()
        edits = proxy.names if proxy and self._options["no_proxy"] == "edit" else []
        # An interrupted run has changed harbor.yml, and its progress is unknown.
        prepares = bool(edits) or (
            self._options["no_proxy"] == "edit" and self._files.read(self._path(UNFINISHED)) is not None
        )
        wanted = render(before, base, self._hosts)
        for text, where in ((base, BASE), (before, OVERRIDE)):
            self._hide(*private_values(parse(text, where)))
        self._check(wanted, before)
        stale: List[str] = []
        if self._compose and self._options["apply"] and wanted == before and not prepares:
            stale = self._stale(base, wanted)
        changed = bool(prepares or stale) or wanted != before
        if changed and not self._check_mode:
            if prepares and proxy:
                self._edit_proxy(proxy, base)
                wanted = render(before, self._read_base(), self._hosts)
            self._write(found, wanted)
            self._apply(everything=prepares)
            if prepares:
                self._keep()
        if self._present and not self._check_mode:
            self._verify()
        return {
            "changed": changed,
            "override": self._override,
            "bypasses": bypasses,
            "no_proxy": proxy.names if proxy else [],
            "recreated": self._recreated(everything=prepares) if changed else [],
            "diff": self._diff(before, wanted, edits),
        }

    # -- the current state

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _find_compose(self) -> Optional[Compose]:
        compose = Compose.find(self._run, words_of(self._options.get("compose_command")), self._folder)
        if compose is None and self._options["apply"]:
            raise HarborError(
                "neither docker compose nor docker-compose answers",
                hint="Install one of them, set compose_command (harbor_compose_command of the role), or set apply "
                "(harbor_apply) to false to have only the file written.",
            )
        return compose

    def _read_base(self) -> str:
        base = self._files.read(self._path(BASE))
        if base is None:
            raise HarborError(
                "there is no {0}".format(BASE),
                where=self._folder,
                hint="Set directory (harbor_directory of the role) to the folder that Harbor was installed from, "
                "and run ./prepare there if that was never done.",
            )
        return base

    def _find_override(self) -> str:
        names = (PLUGIN_OVERRIDES if self._compose and self._compose.is_plugin else ()) + OVERRIDES
        texts = {path: self._files.read(path) for path in map(self._path, names)}
        there = [path for path, text in texts.items() if text is not None]
        if not self._present:
            # Entries to remove may be in a file that Compose no longer reads.
            there.sort(key=lambda path: BEGIN not in (texts[path] or ""))
        if there:
            return there[0]
        return self._path(OVERRIDE)

    def _look_for_obstacles(self) -> List[str]:
        """Whatever starts Harbor without the override.

        :raises HarborError: an address is in a subnet of a Docker network.
        """
        if self._options["check_subnets"]:
            self._refuse_clashes()
        units = self._files.units(self._options["unit_directories"])
        found = ["the unit {0}".format(path) for path, text in units.items() if unit_bypasses(text)]
        _code, processes, _errors = self._run(["ps", "-eo", "args"], None)
        found.extend("the running process {0}".format(name) for name in process_bypasses(processes.splitlines()))
        if env_bypasses(self._files.read(self._path(".env"))):
            found.append("COMPOSE_FILE in {0}".format(self._path(".env")))
        if found:
            text = (
                "Harbor will lose the mapping when it is started by {0}, which leaves the override out. "
                "Add -f {1} after -f {2} there, or start Compose in {3} without -f."
            )
            self.warnings.append(text.format(", ".join(found), self._override, BASE, self._folder))
        return found

    def _refuse_clashes(self) -> None:
        found = clashes(networks(self._run), self._hosts)
        if found:
            raise HarborError(
                "; ".join(
                    "Docker's network {network} has the subnet {subnet}, which contains {address}".format(**clash)
                    for clash in found
                ),
                hint="Traffic to such an address never leaves this host. Give the network another subnet "
                "(default-address-pools in /etc/docker/daemon.json, or bip for the network bridge), stop Harbor with "
                "docker compose down, restart Docker, and start Harbor. Or create the VPC endpoint in another subnet. "
                "To skip this check, set check_subnets (harbor_check_subnets of the role) to false.",
            )

    def _judge_proxy(self) -> Optional[ProxyFile]:
        """The change to C(harbor.yml), None if it is not managed."""
        text = None if self._options["no_proxy"] == "ignore" else self._files.read(self._path(CONFIG))
        if text is None:
            return None
        found = adjust(text, self._names, self._present)
        if self._present and found.names and self._options["no_proxy"] == "report":
            warning = (
                "{0} has a proxy for core or jobservice, and no_proxy does not cover {1}: Harbor would ask the proxy "
                "for the endpoint. Add the names to no_proxy, run ./prepare with the options that Harbor was installed "
                "with, and start Harbor again; or set no_proxy (harbor_no_proxy of the role) to edit to have that done."
            )
            self.warnings.append(warning.format(self._path(CONFIG), ", ".join(found.names)))
        return found

    def _stale(self, base: str, override: str) -> List[str]:
        """Services with containers that do not match the files, because a run was interrupted."""
        texts = [hosts_of(base, BASE), hosts_of(override)]
        found = []
        for service in SERVICES:
            mapped = self._compose.mapped(service) if self._compose else None
            written = [host for hosts in texts for host in hosts[service]]
            extra = [host for host in mapped or [] if host.name in self._names and host not in written]
            if mapped is not None and (extra or self._missing(mapped)):
                found.append(service)
        return found

    def _missing(self, mapped: Sequence[Host]) -> List[Host]:
        return [host for host in self._hosts if host not in mapped]

    # -- the changes

    def _check(self, wanted: str, before: str) -> None:
        """Let Compose read the new override before it is installed."""
        if self._compose and wanted.strip() and wanted != before:
            draft = self._files.draft(wanted)
            try:
                self._compose.check(self._path(BASE), draft)
            except HarborError as error:
                error.what = error.what.replace(draft, self._override)
                error.where = self._override
                raise

    def _edit_proxy(self, proxy: ProxyFile, base: str) -> None:
        """Change C(harbor.yml) and regenerate everything from it.

        :raises HarborError: prepare fails. The file is restored, or the next run would find nothing to do.
        """
        path = self._path(CONFIG)
        old = self._files.read(path)
        self._hide(*private_values(parse(old or "", CONFIG)))
        # Manual changes are in the copy.
        if self._files.read(self._path(UNFINISHED)) is None:
            self._files.copy(self._path(BASE), self._path(UNFINISHED))
        if proxy.names:
            self._files.write(path, proxy.text)
        code, output, errors = self._run(["./prepare", *self._prepare_arguments(base)], self._folder, WORK)
        if code == 0:
            return
        if proxy.names:
            self._files.write(path, old or "", backup=False)
            self._keep()
        raise HarborError(
            "./prepare failed: {0}".format(said(output, errors)),
            where=self._folder,
            hint="{0} is as it was. Run ./prepare there manually to see what it needs; its options are "
            "prepare_arguments (harbor_prepare_arguments of the role). Then run again.".format(CONFIG),
        )

    def _keep(self) -> None:
        """Record that prepare's work is done."""
        self._files.copy(self._path(UNFINISHED), self._path(KEPT))
        self._files.remove(self._path(UNFINISHED))

    def _prepare_arguments(self, base: str) -> List[str]:
        if self._options.get("prepare_arguments") is not None:
            return words_of(self._options["prepare_arguments"])
        services = service_names(base)
        return [option for service, option in PREPARE_OPTIONS.items() if service in services]

    def _write(self, found: Optional[str], wanted: str) -> None:
        """
        :raises HarborError: the file was changed by somebody else meanwhile.
        """
        if self._files.read(self._override) != found:
            raise HarborError(
                "someone else has changed it in the meantime", where=self._override, hint="Run again: it is kept."
            )
        if wanted.strip():
            if wanted != found:
                self._files.write(self._override, wanted)
        elif found is not None and wanted != found:
            self._files.remove(self._override)

    def _recreated(self, everything: bool) -> List[str]:
        if self._compose is None or not self._options["apply"]:
            return []
        return service_names(self._read_base()) if everything else list(SERVICES)

    def _apply(self, everything: bool) -> None:
        """Compose recreates only changed services. The proxy (nginx) caches core's old address."""
        if self._compose is None or not self._options["apply"]:
            return
        self._compose.call("up", "-d", *(() if everything else SERVICES))
        if "proxy" in service_names(self._read_base()):
            self._compose.call("restart", "proxy")

    def _verify(self) -> None:
        """
        :raises HarborError: a container lacks the names.
        """
        if self._compose is None or not (self._options["apply"] and self._options["verify"]):
            return
        problems = []
        for service in SERVICES:
            mapped = self._compose.mapped(service)
            missing = self._hosts if mapped is None else self._missing(mapped)
            if mapped is None:
                problems.append("the container of {0} is not running".format(service))
            elif missing:
                problems.append("the container of {0} does not have {1}".format(service, ", ".join(map(str, missing))))
        if problems:
            raise HarborError(
                "; ".join(problems),
                where=self._folder,
                hint="The override is written. See the log of the containers ({0} logs), and whether something starts "
                "Harbor with -f {1}, which leaves the override out.".format(self._compose, BASE),
            )

    def _diff(self, before: str, after: str, edits: Sequence[str]) -> Dict[str, Any]:
        """Our entries before and after. Other content may be passwords."""
        states = [{name: [str(host) for host in _added(text)[name]] for name in SERVICES} for text in (before, after)]
        for state, is_there in zip(states, (not self._present, self._present)):
            if edits:
                state["no_proxy"] = list(edits) if is_there else []
        return {
            "before_header": self._override,
            "after_header": self._override,
            "before": states[0],
            "after": states[1],
        }


def _added(text: str) -> Dict[str, List[Host]]:
    """Our entries in a text."""
    theirs = hosts_of(original(text))
    return {name: [host for host in hosts if host not in theirs[name]] for name, hosts in hosts_of(text).items()}
