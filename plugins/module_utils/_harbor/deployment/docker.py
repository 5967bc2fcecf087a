# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls Docker and Compose on Harbor's host.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import shlex
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ..._json import read_shape
from ..errors import HarborError
from .host_entries import Host, read_host

# Runs a program in a folder, by default with the timeout for queries. Returns its status, its output, and its
# errors.
Run = Callable[..., Tuple[int, str, str]]

# The fields read from a network
NETWORK = {"Name": str, "Driver": (str, None), "IPAM": ({"Config": ([{"Subnet": (str, None)}], None)}, None)}
# Seconds for stopping and starting containers
WORK = 900.0

_LONGEST_ERROR = 2000  # characters


def words_of(command: Any) -> List[str]:
    """A command as a list, or as a string as typed into a shell: AWX surveys have only strings.

    :raises HarborError: a quote is not closed.
    """
    if not isinstance(command, str):
        return [str(word) for word in command or []]
    try:
        return shlex.split(command)
    except ValueError as error:
        raise HarborError("invalid command {0!r}: {1}".format(command, error)) from error


def said(output: str, errors: str = "") -> str:
    """The end of a program's output, in one line."""
    return " ".join((errors.strip() or output.strip() or "no message").split())[-_LONGEST_ERROR:]


class Compose:
    """Compose, in the folder of one installation.

    :param words: its command.
    """

    def __init__(self, run: Run, words: Sequence[str], folder: str) -> None:
        self._run = run
        self._words = list(words)
        self._folder = folder

    @classmethod
    def find(cls, run: Run, given: Sequence[str], folder: str) -> Optional[Compose]:
        """The given one, or the first of the two kinds that works; None without any."""
        for words in [list(given)] if given else [["docker", "compose"], ["docker-compose"]]:
            if run([*words, "version"], folder)[0] == 0:
                return cls(run, words, folder)
        return None

    def __str__(self) -> str:
        return " ".join(self._words)

    @property
    def is_plugin(self) -> bool:
        """Whether it is version 2, which looks for more file names."""
        return self._words[-1:] == ["compose"]

    def check(self, base: str, override: str) -> None:
        """Let Compose read two files together.

        :raises HarborError: it rejects them.
        """
        code, output, errors = self._run([*self._words, "-f", base, "-f", override, "config", "-q"], self._folder)
        if code != 0:
            raise HarborError(
                "Compose refuses it: {0}".format(said(output, errors)),
                hint="Correct the parts that are not managed here.",
            )

    def call(self, *arguments: str) -> str:
        """
        :raises HarborError: it fails.
        """
        code, output, errors = self._run([*self._words, *arguments], self._folder, WORK)
        if code != 0:
            raise HarborError(
                "{0} {1} failed: {2}".format(self, " ".join(arguments), said(output, errors)),
                where=self._folder,
                hint="Remove the cause, and run again: the remaining steps will be done.",
            )
        return output

    def mapped(self, service: str) -> Optional[List[Host]]:
        """The names in a service's container, None if there is no container.

        :raises HarborError: Docker does not report them.
        """
        container = self.call("ps", "-q", service).split()
        if not container:
            return None
        command = ["docker", "inspect", "--format", "{{json .HostConfig.ExtraHosts}}", container[0]]
        code, output, errors = self._run(command, self._folder)
        try:
            if code == 0:
                return [read_host(item) for item in read_shape(output, ([str], None)) or []]
        except ValueError:
            errors = errors or output
        raise HarborError(
            "Docker does not say what the container of {0} was created with: {1}".format(service, said(output, errors)),
            where=self._folder,
        )


def networks(run: Run) -> List[Dict[str, Any]]:
    """Docker's networks.

    :raises HarborError: Docker does not list them.
    """
    code, output, errors = run(["docker", "network", "ls", "--quiet"], None)
    names = output.split()
    if code == 0 and names:
        code, output, errors = run(["docker", "network", "inspect", *names], None)
    try:
        if code == 0:
            return read_shape(output, [NETWORK]) if names else []
    except ValueError as error:
        errors = str(error)
    raise HarborError(
        "Docker does not list its networks: {0}".format(said(output, errors)),
        hint="Start Docker, or set check_subnets to false (harbor_check_subnets of the role).",
    )
