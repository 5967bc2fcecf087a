# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log file of a run: one line per event, without secrets.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Callable, Optional

from ..._line_file import LineFile
from ..errors import RegistryError


class RunLog:
    """Appends lines to a file; without a path it drops them.

    :param redact: removes secrets from a line.
    :raises RegistryError: the file cannot be opened.
    """

    def __init__(self, path: Optional[str], redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._file = LineFile(path, "log_path", RegistryError)

    def __call__(self, text: str) -> None:
        """Write a line with the time (UTC)."""
        if self._file.active:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._file.write("{0} {1}".format(stamp, self._redact(text)))

    @property
    def active(self) -> bool:
        """Whether there is a file to write to."""
        return self._file.active

    def close(self) -> None:
        """Close the file."""
        self._file.close()
