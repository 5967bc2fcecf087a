# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that is safe to show: without the queries and passwords of URLs, without control characters, not endless.

A redirect to the object storage carries a signature and a security token in its query: whoever has the URL has the
blob. So no query is ever shown.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

MASK = "********"
LONGEST = 400

# A query ends at white space or at what encloses a URL in prose. The scheme may be missing, as in a relative Location.
_QUERY = re.compile(r"""\?[^\s"'<>]*=[^\s"'<>]*""")
_USER = re.compile(r"(?<=://)[^\s/?#\"'<>]*@")
# Parameters of signatures that stand anywhere, as in an error page that repeats the request.
_SIGNED = re.compile(
    r"(?i)\b((?:x-[a-z]{3}-)?(?:security-?token|signature|credential|accesskeyid|policy))(\s*[=:]\s*)[^\s&\"'<>,;]+"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def safe(value: Any, longest: int = LONGEST) -> str:
    """A value of a server, file or exception as text for output."""
    text = _CONTROL.sub(" ", str(value))
    text = _QUERY.sub("?" + MASK, text)
    text = _USER.sub(MASK + "@", text)
    text = _SIGNED.sub(lambda match: match.group(1) + match.group(2) + MASK, text).strip()
    return text if len(text) <= longest else text[: longest - 3] + "..."


def host_of(url: str) -> str:
    """The host of a URL with the port that it names, for output; empty when there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = parts.hostname or ""
    return safe("{0}:{1}".format(name, port) if name and port else name)
