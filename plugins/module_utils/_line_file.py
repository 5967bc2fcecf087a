# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file to which a run appends lines: the journal, the log, the progress file.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Optional, Type

from ._errors import LongshoreError
from ._files.safe_file import SafeFile
from ._text import flat


class LineFile:
    """Appends whole lines, each with one write: they survive a kill, and two runs never mix within a line.

    A failed write (for example on a full disk) only ends the writing; C(error) then has the reason. The run must not
    stop for it.

    :param path: the file, created with mode 0600; None to drop every line.
    :param option: the option with its path, for the message.
    :param error_class: the class of errors to raise.
    :raises LongshoreError: in that class: the file cannot be opened, or is not a regular file.
    """

    def __init__(self, path: Optional[str], option: str, error_class: Type[LongshoreError] = LongshoreError) -> None:
        self.error: Optional[str] = None
        self._path = path
        self._lock = threading.Lock()
        self._descriptor = -1
        if path:
            try:
                with SafeFile(path) as file:
                    self._descriptor = file.append()
            except LongshoreError as error:
                what = "{0} ({1})".format(error.what, option)
                raise error_class(what, where=path, hint=error.hint) from error
            self._end_line()

    @property
    def active(self) -> bool:
        """Whether lines are still written."""
        return self._descriptor >= 0

    def _end_line(self) -> None:
        """End a partial line of a killed run, so that the next one starts on its own line."""
        with contextlib.suppress(OSError):
            size = os.fstat(self._descriptor).st_size
            if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
                self.write("")

    def write(self, line: str) -> None:
        """Append a text as one line, with a line break."""
        rest = (flat(line) + "\n").encode("utf-8")
        with self._lock:
            try:
                while rest and self._descriptor >= 0:
                    rest = rest[os.write(self._descriptor, rest) :]
            except OSError as error:
                self.error = "{0}: {1}".format(self._path, error.strerror)
                self._close()

    def close(self) -> None:
        """Close the file; further lines are dropped."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        try:
            os.close(descriptor)
        except OSError as error:
            # Some file systems report a full disk only now.
            self.error = self.error or "{0}: {1}".format(self._path, error.strerror)
