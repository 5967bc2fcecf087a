# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the bytes of a file to its text.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple, Optional

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that are read; the largest Dockerfile that a person wrote has a hundredth of this."""

_SAMPLE = 8192
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Decoded(NamedTuple):
    """The text of a file, its byte order mark and line ends kept: C(text.encode(encoding, "surrogateescape")) is the
    file again. C(problem) says why a builder cannot read it; the text is empty if nobody can.
    """

    text: str
    encoding: str = "utf-8"
    problem: Optional[str] = None


def decode(content: bytes) -> Decoded:
    """The text of a Dockerfile or ignore file. Bytes that are not UTF-8 become lone surrogates."""
    if len(content) > LARGEST:
        return Decoded("", problem="it is larger than {0} MiB".format(LARGEST // 1024 // 1024))
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _utf16(content, encoding)
    if b"\0" in content[:_SAMPLE]:
        return Decoded("", problem="it is a binary file")
    try:
        return Decoded(content.decode("utf-8"))
    except UnicodeDecodeError as err:
        line = content.count(b"\n", 0, err.start) + 1
        text = content.decode("utf-8", "surrogateescape")
        return Decoded(text, problem="it is not UTF-8 (line {0}); save it as UTF-8".format(line))


def _utf16(content: bytes, encoding: str) -> Decoded:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return Decoded("", problem="it is a binary file")
    return Decoded(text, encoding, "it is UTF-16, but builders read UTF-8; save it as UTF-8")
