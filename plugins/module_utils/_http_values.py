# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse and format values of HTTP headers, and wait between requests.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import random
import re
import time
import zlib
from typing import Dict, Iterable, List, NamedTuple, Optional
from urllib.parse import urljoin, urlsplit

from ._lazy import pattern

LONGEST_LINK = 64 * 1024
LARGEST_REPLY = 64 * 1024 * 1024
"""Bytes of a reply that is read whole, unpacked. More than any server sends for good reason."""

_SHOWN = 200
# A target in angle brackets or, from some servers, a bare one followed by parameters. A bare target may
# contain commas, because the comma that separates links comes after the parameters.
_TARGET = pattern(r"""<([^<>]*)>|([^\s<>"',;][^\s<>"';]*)(?=\s*;)""")
_PARAMETER = pattern(
    r"""\s*;\s*(?:([\w!#$%&*+.^`|~-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'<>,;][^\s"<>,;]*)))?)?"""
)
_BETWEEN = pattern(r"[\s,]*")
_NOT_IN_URLS = pattern(r"[\x00-\x20\x7f]")
_LONGEST_XML = 16 * 1024
_XML_ERROR = pattern(rb"<Error\b[^<>]{0,200}>")
_COUNT = pattern(r"[0-9]{1,15}\Z")
# OpenSSL's errors, by version, for a reply that is not TLS
_NO_TLS = ("WRONG VERSION NUMBER", "RECORD LAYER FAILURE", "HTTP REQUEST", "UNKNOWN PROTOCOL")
# Seconds; a number with hundreds of digits would be infinite.
_LONGEST_WAIT = 1e9


class NotUnderstood(ValueError):
    """A server's data cannot be parsed, or is incomplete. The text is a clause for a message."""


class _Link(NamedTuple):
    """One link: its target, and its relation types in lower case; None if it has no C(rel)."""

    target: str
    bracketed: bool
    relations: Optional[List[str]]


def is_no_tls(error: str) -> bool:
    """Whether OpenSSL's error, as text, stands for a reply that is not TLS."""
    return any(words in error.upper().replace("_", " ") for words in _NO_TLS)


def unpack(blocks: Iterable[bytes], encoding: Optional[str], limit: int = LARGEST_REPLY) -> bytes:
    """The complete, unpacked body of a reply.

    :param blocks: the raw body.
    :param encoding: the header C(Content-Encoding).
    :raises NotUnderstood: it is larger than C(limit) unpacked, not packed with C(gzip), or damaged.
    """
    coding = (encoding or "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise NotUnderstood("the reply has a content encoding that was not requested: {0}".format(_quoted(coding)))
    # 31: only the gzip format.
    unpacker = zlib.decompressobj(31) if "gzip" in coding else None
    parts: List[bytes] = []
    total = 0
    for block in blocks:
        while block:
            part, rest = block, b""
            if unpacker is not None:
                try:
                    part = unpacker.decompress(block, limit - total + 1)
                except zlib.error:
                    raise NotUnderstood("the reply is not in gzip format, as declared") from None
                rest = unpacker.unconsumed_tail
                if unpacker.unused_data:
                    raise NotUnderstood("the reply has data after the end of the gzip stream")
            # Packed bytes count as well: they may unpack to nothing, again and again.
            total += max(len(part), len(block) - len(rest))
            if total > limit:
                raise NotUnderstood("the reply is larger than {0} bytes".format(limit))
            parts.append(part)
            block = rest
    if unpacker is not None and parts and not unpacker.eof:
        raise NotUnderstood("the reply ends in the middle of the gzip stream")
    return b"".join(parts)


def parse_retry_after(value: Optional[str], now: Optional[float] = None) -> Optional[float]:
    """Seconds to wait according to a C(Retry-After) header: a number of seconds or a date (RFC 9110, section 10.2.3).

    :param now: seconds since the epoch; by default the current time.
    :return: None if there is no header or it cannot be parsed.
    """
    text = (value or "").strip()
    # isdigit() alone accepts digits of every script, and float() rejects some of them.
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    if not text:
        return None
    # Only here: few servers send a date.
    import datetime
    import email.utils

    try:
        moment = email.utils.parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        return max(0.0, moment.timestamp() - (time.time() if now is None else now))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


class StoreError(NamedTuple):
    """An object store's (S3, OBS) error reply; missing fields are empty."""

    code: str
    message: str

    @property
    def is_stale(self) -> bool:
        """Whether the signed URL was no longer valid, or not yet."""
        text = "{0} {1}".format(*self).lower()
        return "expired" in text or "skew" in text


def read_store_error(body: bytes) -> Optional[StoreError]:
    """The error in the body of an object store's reply; None if it is not one.

    No XML parser is used: it would expand entities that a server defines.
    """
    found = _XML_ERROR.search(body[:_LONGEST_XML])
    if found is None:
        return None
    import html

    inside = body[found.end() : found.end() + _LONGEST_XML]

    def text(tag: bytes) -> str:
        value = re.search(b"<" + tag + b">([^<]*)</" + tag + b">", inside)
        return html.unescape(value.group(1).decode("utf-8", "replace")).strip() if value else ""

    return StoreError(text(b"Code"), text(b"Message"))


def basic_credentials(username: str, password: str) -> str:
    """C(username:password) in UTF-8 and base64, as in the Basic scheme (RFC 7617)."""
    return base64.b64encode("{0}:{1}".format(username, password).encode("utf-8")).decode("ascii")


def basic_auth(username: str, password: str) -> str:
    """The C(Authorization) header with a user name and a password (RFC 7617)."""
    return "Basic " + basic_credentials(username, password)


def parse_count(value: Optional[str]) -> Optional[int]:
    """Parse a header with a count, such as C(X-Total-Count); None if there is none.

    :raises NotUnderstood: it is not a number.
    """
    if value is None or not value.strip():
        return None
    if not _COUNT.match(value.strip()):
        raise NotUnderstood("the number of entries is {0}".format(_quoted(value)))
    return int(value)


def next_page_of(link: Optional[str], current: str) -> Optional[str]:
    """The next page of a list, from a C(Link) header (RFC 8288). None: this page is the last one.

    Some registries deviate from the RFC, and other clients cope with it. So these are accepted as well: targets without
    angle brackets, values in single quotes, and a single link without a relation type, which means the next page.

    :param link: the header; several of them joined with commas.
    :param current: URL or path of the page that it came with, to resolve relative targets.
    :raises NotUnderstood: there is a link, and it is unclear whether it leads to a next page.
    """
    text = link or ""
    links = _parse_links(text)
    following = {one.target for one in links if one.relations and "next" in one.relations}
    if not following and any(not one.relations for one in links):
        if len(links) > 1 or not links[0].bracketed:
            raise _no_link(text)
        following = {links[0].target}
    if not following:
        return None
    if len(following) > 1:
        raise NotUnderstood("the Link header names several next pages: {0}".format(_quoted(text)))
    target = following.pop()
    try:
        # Not every URL that can be joined can be parsed.
        return urlsplit(urljoin(current, target)).geturl()
    except ValueError:
        raise _no_link(text) from None


def _parse_links(text: str) -> List[_Link]:
    if len(text) > LONGEST_LINK:
        raise NotUnderstood("the Link header has {0} characters".format(len(text)))
    links = []
    position = _skip(text, 0)
    while position < len(text):
        found = _TARGET.match(text, position)
        if found is None:
            raise _no_link(text)
        target = (found.group(1) if found.group(2) is None else found.group(2)).strip()
        position = found.end()
        parameters: Dict[str, str] = {}
        while True:
            parameter = _PARAMETER.match(text, position)
            if parameter is None:
                break
            name, quoted, single, plain = parameter.groups()
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else single or plain or ""
            # Of several the first counts (RFC 8288, section 3.3).
            parameters.setdefault((name or "").lower(), value)
            position = parameter.end()
        end = _skip(text, position)
        if _NOT_IN_URLS.search(target) or (end < len(text) and "," not in text[position:end]):
            raise _no_link(text)
        position = end
        relations = parameters.get("rel")
        links.append(_Link(target, found.group(2) is None, None if relations is None else relations.lower().split()))
    return links


def _skip(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return found.end() if found is not None else position


def _no_link(text: str) -> NotUnderstood:
    return NotUnderstood("the Link header cannot be parsed: {0}".format(_quoted(text)))


def _quoted(text: str) -> str:
    """The text for display: truncated, and without control characters."""
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return '"{0}"'.format("".join(char if char.isprintable() else "?" for char in shown))


def backoff(attempt: int) -> float:
    """The seconds to wait before a request is repeated, for the first time after attempt 0."""
    # The jitter keeps the forks of a playbook from retrying at the same moment.
    return random.uniform(0.5, 1.0) * 2**attempt  # noqa: S311
