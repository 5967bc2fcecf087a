# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs in options, and URLs in output.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable
from urllib.parse import SplitResult, urlsplit

from ._errors import LongshoreError
from ._text import is_printable, quoted, safe


def check_url(
    url: Any,
    where: str,
    error: Callable[..., LongshoreError],
    login_hint: str = "Use the options for the login.",
    hint: str = "Write it as https://host, with a port if needed.",
) -> SplitResult:
    """Check a server's HTTP URL from an option, and return its parts.

    A login in it is rejected: the URL is shown in messages and logs, and not every client would use it.

    :param where: the option.
    :param error: the class of the error to raise.
    :raises LongshoreError: it is invalid. A login is not in the text.
    """
    text = url.strip() if isinstance(url, str) else ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        valid = valid and not parts.query and not parts.fragment
    except ValueError:
        # A bracket outside an IPv6 address, or a port that is not a number.
        parts, valid = urlsplit(""), False
    # Anywhere: a slash or a question mark in a password ends the parsed host.
    if "@" in text:
        raise error("the URL must not contain a login", where=where, hint=login_hint)
    if not valid or not is_printable(text) or any(char.isspace() for char in text):
        raise error("invalid URL {0}".format(quoted(str(url))), where=where, hint=hint)
    return parts


def host_of(url: str) -> str:
    """The host of a URL with its port, for output; empty if there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = parts.hostname or ""
    return safe("{0}:{1}".format(name, port) if name and port else name)
