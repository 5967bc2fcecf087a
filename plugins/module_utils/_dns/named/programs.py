# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BIND's programs on the server.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import Callable, NamedTuple, Optional, Sequence, Tuple

from ..errors import DnsError

Run = Callable[[Sequence[str]], Tuple[int, str, str]]

_LOADED = re.compile(r"^zone \S+: loaded serial \d+|^\s*$")
_BROKEN_ZONE = re.compile(r"^zone (\S+)/\w+: (?!loaded serial)", re.MULTILINE)
_SERIAL = re.compile(r"^serial: (\d+)$", re.MULTILINE)
_CONFIGURED = re.compile(r"^last configured: (.+)$", re.MULTILINE)
_ADDED = re.compile(r"^reconfigurable via modzone: yes$", re.MULTILINE)
_VERSION = re.compile(r"\b(\d+)\.(\d+)\.(\d+)")
_BROKEN_OFF = re.compile(r"^rndc: recv failed", re.MULTILINE)
_MOST_TEXT = 2000
TRIES, PAUSE = 4, 1.0
"""How often a question is asked, and the seconds in between."""


class Programs(NamedTuple):
    """Command prefixes, to which arguments are added."""

    checkconf: Tuple[str, ...]
    checkzone: Tuple[str, ...]
    rndc: Tuple[str, ...]


class Named:
    """One server.

    :param run: runs a command: return code, stdout, stderr.
    :param config: the path of named.conf.
    """

    def __init__(self, run: Run, programs: Programs, config: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._run = run
        self._sleep = sleep
        self._programs = programs
        self._config = config

    def version(self) -> Tuple[int, ...]:
        """Such as C((9, 18, 49)); C((0,)) if unknown."""
        _code, output, _errors = self._run([*self._programs.checkconf, "-v"])
        found = _VERSION.search(output)
        return tuple(int(part) for part in found.groups()) if found else (0,)

    def trouble(self, config: str = "") -> Optional[str]:
        """The error in the configuration or its zones, None without one.

        :param config: a configuration to check instead of the server's, from a private temporary file.
        """
        code, output, errors = self._run([*self._programs.checkconf, "-z", config or self._config])
        if code == 0:
            return None
        lines = [line for line in (output + errors).splitlines() if not _LOADED.match(line)]
        if config:
            lines = [re.sub(re.escape(config) + r":\d+: ", "", line) for line in lines]
        return "; ".join(lines)[:_MOST_TEXT] or "named-checkconf -z exited with {0}".format(code)

    def refuse_broken(self) -> None:
        """
        :raises DnsError: the server's configuration is broken already.
        """
        trouble = self.trouble()
        if trouble is None:
            return
        zone = _BROKEN_ZONE.search(trouble.replace("; ", "\n"))
        what = "the zone {0} is broken".format(zone.group(1)) if zone else "the configuration is broken"
        raise DnsError(
            "{0} already, nothing was changed: {1}".format(what, trouble),
            where=self._config,
            hint="Fix it until named-checkconf -z {0} succeeds: in this state the server could not start again.".format(
                self._config
            ),
        )

    def last_configured(self) -> Optional[float]:
        """When the server last read its configuration, in whole seconds since the epoch; None if it does not say.

        :raises DnsError: the server is not running, or does not accept rndc.
        """
        code, output, errors = self._look("status")
        if code != 0:
            raise DnsError(
                "the server is not running, or rndc cannot reach it: {0}".format(_said(errors + output)),
                where="rndc status",
                hint="Start it (systemctl start named, or bind_start of the role longshore.swr.bind), and check that "
                "rndc status succeeds.",
            )
        found = _CONFIGURED.search(output)
        try:
            return parsedate_to_datetime(found.group(1)).timestamp() if found else None
        except (TypeError, ValueError):
            return None

    def check_zone(self, name: str, path: str) -> None:
        """
        :raises DnsError: the server would not load this zone file.
        """
        code, output, errors = self._run([*self._programs.checkzone, name, path])
        if code != 0:
            raise DnsError("named-checkzone rejects it: {0}".format(_said(output + errors)), where="zone " + name)

    def reconfigure(self) -> None:
        """Make it read its configuration and load new zones.

        :raises DnsError: it fails.
        """
        self._control("reconfig")

    def reload(self, zone: str, view: str) -> None:
        """Make it reload a zone's file. Success proves nothing: check the serial.

        :raises DnsError: it fails.
        """
        self._control("reload", *_selected(zone, view))

    def refresh(self, zone: str, view: str) -> None:
        """Make a secondary ask its primary for a new serial.

        :raises DnsError: it fails.
        """
        self._control("refresh", *_selected(zone, view))

    def _control(self, *words: str) -> None:
        code, output, errors = self._run([*self._programs.rndc, *words])
        if code != 0:
            raise DnsError(
                _said(errors + output),
                where="rndc " + " ".join(words),
                hint="See the log of named. named-checkconf does not find everything, such as an undefined ACL.",
            )

    def serial(self, zone: str, view: str) -> Optional[int]:
        """The serial being served, None if the zone is not loaded."""
        found = _SERIAL.search(self._status(zone, view))
        return int(found.group(1)) if found else None

    def was_added(self, zone: str, view: str) -> bool:
        """Whether the server's zone is not from a file, but from C(rndc addzone) or a catalog zone."""
        return _ADDED.search(self._status(zone, view)) is not None

    def _status(self, zone: str, view: str) -> str:
        return self._look("zonestatus", *_selected(zone, view))[1]

    def _look(self, *words: str) -> Tuple[int, str, str]:
        """Ask the server, again if its answer breaks off: one that has just started may close a connection."""
        for left in reversed(range(TRIES)):
            code, output, errors = self._run([*self._programs.rndc, *words])
            if code == 0 or not left or not _BROKEN_OFF.search(errors):
                break
            self._sleep(PAUSE)
        return code, output, errors


def _said(text: str) -> str:
    return "; ".join(line for line in text.splitlines() if line.strip())[:_MOST_TEXT]


def _selected(zone: str, view: str) -> Tuple[str, ...]:
    return (zone, "IN", view) if view else (zone,)
