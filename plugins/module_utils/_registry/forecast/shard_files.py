# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shards of a plan as rules files, one per host.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from typing import Any, List, Mapping, Sequence

from ..._errors import LongshoreError
from ..._files.errors import MissingDirectoryError
from ..._files.safe_file import SafeFile, private
from ..._files.walk import NewDirectories
from ..._lazy import pattern
from ..errors import RulesError

MOST_TAGS = 100
"""Maximum tags in one rule, for readable lines."""

NOT_PLANNED = "not-planned.json"
_NAME = pattern(r"shard-\d{2,}\.json\Z")


def check_directory(path: str) -> None:
    """Reject a directory that is not writable, before any request to a registry.

    :raises RulesError: names it.
    """
    folder = os.path.abspath(path)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise RulesError(["shards_path: {0} is not a directory".format(path)])
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RulesError(["shards_path: {0} cannot be written: check its permissions".format(folder)])
    try:
        with contextlib.suppress(MissingDirectoryError):
            SafeFile(os.path.join(path, "shard-01.json")).close()
    except LongshoreError as error:
        raise RulesError(["shards_path: {0}".format(error)]) from error


class ShardFiles:
    """The files C(shard-01.json) and so on in a directory of their own.

    :ivar changed: whether a file was written or removed; in check mode, whether one would be.
    """

    def __init__(self, folder: str, check_mode: bool) -> None:
        self._folder = folder
        self._check_mode = check_mode
        self.changed = False

    def path(self, number: int) -> str:
        """The file of a shard, counted from 1."""
        return os.path.join(self._folder, "shard-{0:02d}.json".format(number))

    def write(self, number: int, rules: Sequence[Mapping[str, Any]]) -> None:
        """Write a shard's rules, unless the file already has them.

        :raises LongshoreError: it cannot be written.
        """
        self._write(self.path(number), rules)

    def write_failed(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Write the rules of images that could not be planned and are in no shard; if none, remove the file.

        :raises LongshoreError: it cannot be written or removed.
        """
        path = os.path.join(self._folder, NOT_PLANNED)
        if rules:
            self._write(path, rules)
        elif os.path.lexists(path):
            self._remove(path)

    def _write(self, path: str, rules: Sequence[Mapping[str, Any]]) -> None:
        text = "[\n" + ",\n".join(json.dumps(rule) for rule in rules) + "\n]\n"
        if _is_so(path, text):
            return
        self.changed = True
        if not self._check_mode:
            with SafeFile(path, NewDirectories()) as file:
                file.replace((text,), private())

    def keep(self, count: int) -> None:
        """Remove files of shards from an earlier plan that this one lacks: they must not be run.

        :raises LongshoreError: one cannot be removed.
        """
        wanted = {os.path.basename(self.path(number)) for number in range(1, count + 1)}
        for name in self._present():
            if name not in wanted:
                self._remove(os.path.join(self._folder, name))

    def _remove(self, path: str) -> None:
        self.changed = True
        if not self._check_mode:
            with SafeFile(path) as file:
                file.remove()

    def _present(self) -> List[str]:
        try:
            with SafeFile(self.path(1)) as file:
                return sorted(name for name in file.siblings() if _NAME.match(name))
        except MissingDirectoryError:
            return []


def _is_so(path: str, text: str) -> bool:
    """Whether a file has this content, and is readable by its owner only.

    :raises LongshoreError: the existing one cannot be replaced.
    """
    data = text.encode("utf-8")
    try:
        with SafeFile(path) as file:
            status = file.status()
            if status is None or (stat.S_IMODE(status.st_mode), status.st_size) != (0o600, len(data)):
                return False
            return file.read(len(data)) == data
    except MissingDirectoryError:
        return False
