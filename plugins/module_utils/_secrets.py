# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redacts secrets, and reads and writes the files that hold them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from typing import Any, Iterable, Iterator, Optional, Pattern, Set, Union
from urllib.parse import quote, quote_plus

from ._files.inputs import LARGEST, decode, read_bytes
from ._files.safe_file import SafeFile, private
from ._text import MASK, flat, lines

# A shorter value may well be an ordinary word: masking it would ruin the text and, by showing
# which words are masked, give the value away.
_SHORTEST = 4

# How many characters of a base64 text depend on what precedes the secret, if it starts at
# byte 0, 1 or 2 of a group of three (RFC 4648, section 4).
_BASE64_HEAD = {0: 0, 1: 2, 2: 3}


def _base64_forms(raw: bytes) -> Iterator[str]:
    """The base64 text of the secret alone, and the part of it that survives inside a longer text.

    C(user:password) is encoded as a whole in every C(Authorization: Basic) header and
    Docker credential file, so the password's own base64 does not occur there. What does occur is
    one of three cores, one for each position in a group of three bytes where the password can start.
    """
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode("ascii")
        for offset, head in _BASE64_HEAD.items():
            whole_groups = (offset + len(raw)) // 3
            partial = (offset + len(raw)) % 3
            # In a last, incomplete group one byte determines one character, two bytes two.
            end = whole_groups * 4 + partial
            core = encode(b"\0" * offset + raw).decode("ascii")[head:end]
            if len(core) >= _SHORTEST:
                yield core


def _forms(secret: str) -> Iterator[str]:
    """All encodings in which C(secret) may occur in a text."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    # As a server's text looks after cleaning.
    yield flat(secret)
    yield lines(secret)
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), quoted)
    for ensure_ascii in (True, False):
        yield json.dumps(secret, ensure_ascii=ensure_ascii)[1:-1]
    yield repr(secret)[1:-1]
    yield from _base64_forms(raw)


class Redactor:
    """Masks known secrets in all output.

    Besides the secret itself it masks its base64 form (alone and inside C(user:password)), its
    URL-quoted form, its JSON-escaped form and Python's C(repr). Threads may share one.

    :param secrets: values to mask from the start.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: Set[str] = set()
        self._pattern: Optional[Pattern[str]] = None
        self.add(*secrets)

    def add(self, *secrets: Optional[str]) -> None:
        """Mask these too from now on; V(None) and values shorter than four characters are ignored."""
        fresh: Set[str] = set()
        for secret in secrets:
            # A value of only asterisks hides nothing, and would match its own mask forever.
            if isinstance(secret, str) and len(secret) >= _SHORTEST and secret.strip("*"):
                fresh.update(form for form in _forms(secret) if len(form) >= _SHORTEST and form.strip("*"))
        with self._lock:
            if fresh <= self._known:
                return
            self._known |= fresh
            longest_first = sorted(self._known, key=len, reverse=True)
            # A lookahead finds overlapping matches, so that of two secrets that share
            # characters neither leaves its end behind.
            self._pattern = re.compile("(?=({0}))".format("|".join(re.escape(form) for form in longest_first)))

    def __call__(self, text: str) -> str:
        """C(text) with every occurrence of every form of every secret replaced by asterisks."""
        pattern = self._pattern
        if pattern is None:
            return text
        # Masking can form a secret again from asterisks and adjacent characters. Every round
        # removes at least one character that is not an asterisk, so the loop ends.
        while True:
            masked = self._mask_once(pattern, text)
            if masked == text:
                return text
            text = masked

    @staticmethod
    def _mask_once(pattern: Pattern[str], text: str) -> str:
        pieces = []
        done = 0
        begin = end = -1
        for match in pattern.finditer(text):
            if match.start() > end or begin < 0:
                if begin >= 0:
                    pieces.extend((text[done:begin], MASK))
                    done = end
                begin, end = match.span(1)
            else:
                end = max(end, match.end(1))
        if begin < 0:
            return text
        pieces.extend((text[done:begin], MASK, text[end:]))
        return "".join(pieces)

    def clean(self, value: Any) -> Any:
        """A copy of C(value) with every string in it masked, in mappings (keys too) and lists."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self.clean(key): self.clean(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(item) for item in value]
        return value


def write_private(path: Any, data: Union[bytes, str]) -> None:
    """Write a file that only its owner can read (mode 0600), atomically.

    The data goes to a temporary file in the same directory, which is private from the start,
    and then replaces C(path). A symbolic link is kept and its target replaced, unless other users can
    change the link.

    :raises LongshoreError: it cannot be written, or is not a regular file.
    """
    write_private_parts(path, (data,))


def write_private_parts(path: Any, parts: Iterable[Union[bytes, str]]) -> None:
    """The same for a file written in pieces, so that it need not fit in memory.

    :raises LongshoreError: it cannot be written. Exceptions from C(parts) propagate, and the file
        is unchanged.
    """
    with SafeFile(str(path)) as file:
        file.replace(parts, private())


def read_text(path: Any, limit: int = LARGEST) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    :raises LongshoreError: it is missing, unreadable, not a regular file, longer than C(limit)
        bytes or not UTF-8.
    """
    return decode(read_bytes(str(path), limit), str(path))
