# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node that the checks run on: its resolver, network, clock, files and environment.

Checks receive it as an argument; tests replace it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import socket
import time
from typing import List, Mapping, Optional

from .._files.errors import FilesError
from .._files.inputs import open_regular
from .._text import safe
from .deadline import Deadline, bounded
from .dns_client import DnsClient, ServerAnswer
from .errors import Trouble

_LARGEST_FILE = 1024 * 1024


def trouble_of(error: OSError) -> Trouble:
    """A network error as Trouble."""
    if isinstance(error, socket.timeout):
        return Trouble("timeout", "no answer")
    if isinstance(error, ConnectionRefusedError):
        return Trouble("refused", "the connection is refused")
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return Trouble("reset", "the connection was reset")
    return Trouble("unreachable", safe(error.strerror or type(error).__name__, 120))


class System:
    """The real node.

    :param environ: environment variables.
    :param dns: queries nameservers.
    """

    def __init__(self, environ: Mapping[str, str], dns: Optional[DnsClient] = None) -> None:
        self.environ = environ
        self._dns = dns or DnsClient()

    def now(self) -> float:
        """The node's clock, in seconds since 1970 (UTC)."""
        return time.time()

    def read(self, path: str) -> Optional[str]:
        """The text of a file, None if it cannot be read."""
        # A link there masks a systemd unit.
        if os.path.realpath(path) == os.devnull:
            return ""
        try:
            with os.fdopen(open_regular(path), encoding="utf-8", errors="replace") as handle:
                return handle.read(_LARGEST_FILE)
        except (OSError, FilesError):
            return None

    def names_in(self, directory: str) -> List[str]:
        """The names of a directory's entries, empty if it cannot be read."""
        try:
            return os.listdir(directory)
        except OSError:
            return []

    def resolve(self, name: str, deadline: Deadline) -> List[str]:
        """All addresses of a name, as programs on the node see them (hosts file, DNS, other NSS sources).

        :raises Trouble: there is none, or no answer.
        """
        try:
            found = bounded(lambda: socket.getaddrinfo(name, None, type=socket.SOCK_STREAM), deadline)
        except socket.gaierror as error:
            raise Trouble("dns", safe(error.strerror or "the name is not known", 120)) from error
        except (OSError, UnicodeError) as error:
            raise Trouble("dns", safe(error, 120)) from error
        return list(dict.fromkeys(str(item[4][0]) for item in found))

    def ask(self, server: str, name: str, seconds: float) -> ServerAnswer:
        """One nameserver's answer."""
        return self._dns.ask(server, name, seconds)

    def connect(self, address: str, port: int, deadline: Deadline) -> socket.socket:
        """Open a TCP connection.

        :raises Trouble: it failed.
        """
        try:
            return socket.create_connection((address, port), timeout=deadline.left())
        except OSError as error:
            trouble = trouble_of(error)
            if trouble.kind == "timeout":
                trouble = Trouble("timeout", "no answer within {0:g} seconds".format(deadline.seconds))
            raise trouble from error
