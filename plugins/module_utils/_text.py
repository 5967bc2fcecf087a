# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate for text from outside: cleans the text of servers, files and other users for display.

Terminals interpret escape sequences, and characters that change the text direction or have no width make one name
look like another. Invisible characters are written as escapes such as C(\\x1b) or C(\\u202e), which are harmless.
Errors (C(_errors)), results and warnings (C(_module)), line files (C(_line_file)) and reports are cleaned
automatically. Code that puts a server's words into a sentence calls C(safe), which also limits them and hides logins.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, FrozenSet, Iterator, Mapping

from ._lazy import pattern

MASK = "********"
LONGEST = 400

# Python calls these printable, but they are invisible (Unicode, property Default_Ignorable_Code_Point).
_INVISIBLE: FrozenSet[str] = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
_OTHER_SPACE = pattern(r"[^\S ]+")
# A longer text is truncated first: a server may send megabytes.
_WORK = 64 * 1024

# -- logins ----------------------------------------------------------------------------------------------------------

_DIGEST = r"(?:sha[0-9]+|md5|blake[0-9][a-z0-9]*):"
_URL_LOGIN = pattern(r"(?<=://)[^\s/?#\"'<>]+@")
# user:password@host without a scheme; image:tag@sha256:... is not one.
_BARE_LOGIN = pattern(r"(?<![^\s\"'<>(=,;/])[^\s\"'<>(=,;/@:]{{1,200}}:[^\s\"'<>/@]{{1,200}}@(?!{0})".format(_DIGEST))
_AUTHORIZATION = pattern(r"\b(basic|bearer)(\s+)(?=\S*[\d=._-])[\w+/=.~-]{8,}", re.IGNORECASE)
# A JSON Web Token (RFC 7519); a server may show only the part after the scheme.
_WEB_TOKEN = pattern(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", re.ASCII)
# Parameters of signatures and tokens, anywhere, for example in an error page that repeats the request.
_PARAMETER = pattern(
    r"((?<![a-z0-9_-])(?:(?:(?:x-[a-z]{2,4}-)?(?:security-?token|signature)|(?:aws|oss)?accesskeyid)\s{0,9}[=:]\s{0,9}"
    r"|(?:x-amz-[a-z0-9-]+|(?:x-[a-z]{2,4}-)?credential|(?:access_|refresh_|id_)?token|policy)=))[^\s&\"'<>,;]+",
    re.IGNORECASE,
)
# A query ends at white space or at a delimiter around a URL. The scheme may be missing, as in a relative Location.
_QUERY = pattern(r"""\?[^\s"'<>?=]*=[^\s"'<>]*""")

# No login is without one of these: a report hides logins in every name of 100,000 images.
_SUSPECT = pattern(r"[@=]|eyJ|basic|bearer|token|signature|accesskeyid", re.IGNORECASE)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # A byte in a file that is not UTF-8.
    return ("\\x{0:02x}" if code < 0x100 else "\\u{0:04x}" if code < 0x10000 else "\\U{0:08x}").format(code)


def _printable(text: str, kept: str = "") -> str:
    if text.isprintable() and (text.isascii() or _INVISIBLE.isdisjoint(text)):
        return text
    return "".join(
        char if char in kept or (char.isprintable() and char not in _INVISIBLE) else _escaped(char) for char in text
    )


def is_printable(text: str) -> bool:
    """Whether every character of a text is visible: no controls, no direction marks, no zero width."""
    return _printable(text) == text


def lines(text: str) -> str:
    """A multi-line text without invisible characters; line feeds and tabs are kept."""
    return _printable(text, "\n\t")


def flat(text: str) -> str:
    """A text of any length as one line without invisible characters. White space becomes a space."""
    return text if text.isascii() and text.isprintable() else _printable(_OTHER_SPACE.sub(" ", text))


def one_line(value: Any, longest: int = LONGEST) -> str:
    """The same for any value, truncated to C(longest) characters."""
    text = flat(str(value)[: max(_WORK, longest + 1)])
    return text if len(text) <= longest else text[: longest - 3] + "..."


def hide_logins(text: str) -> str:
    """A text without logins: those in URLs, C(user:password@host), C(Authorization) headers, tokens, signatures."""
    if _SUSPECT.search(text) is None:
        return text
    text = _URL_LOGIN.sub(MASK + "@", text)
    text = _BARE_LOGIN.sub(MASK + "@", text)
    text = _AUTHORIZATION.sub(r"\1\2" + MASK, text)
    text = _WEB_TOKEN.sub(MASK, text)
    return _PARAMETER.sub(r"\1" + MASK, text)


def safe(value: Any, longest: int = LONGEST) -> str:
    """Text from a server or a file as one line, for a message.

    Queries of URLs are not shown: in a redirect to an object storage they have a signature, which grants access to the
    blob.
    """
    text = str(value)[:_WORK]
    return one_line(hide_logins(_QUERY.sub("?" + MASK, text)).strip(), longest)


def quoted(text: str, longest: int = 200) -> str:
    """C(text) in double quotes, for display: truncated, control characters escaped, and without what
    precedes an C(@) unless a digest follows it, because people paste C(user:password@host) into URLs."""
    head, at, tail = text.rpartition("@")
    if at and not re.match(_DIGEST, tail):
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", head)
        text = "{0}{1}@{2}".format(scheme.group(0) if scheme else "", MASK, tail)
    return '"{0}"'.format(one_line(_printable(text), longest))


def shown(value: Any) -> Any:
    """A copy of a result or report for display: every string in it cleaned, including keys of mappings."""
    if isinstance(value, str):
        text = lines(value)
        return _URL_LOGIN.sub(MASK + "@", text) if "://" in text else text
    if isinstance(value, Mapping):
        return {shown(key): shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value


def logins_in(value: Any) -> Iterator[str]:
    """The logins in URLs in a nested value. A short one without a colon is a user name, as in C(ssh://git@host)."""
    if isinstance(value, str):
        yield from (found[:-1] for found in _URL_LOGIN.findall(value) if ":" in found or len(found) > 8)
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from logins_in(pair)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from logins_in(item)
