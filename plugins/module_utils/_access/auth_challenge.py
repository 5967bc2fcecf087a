# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The challenge of a registry: where to get tokens (RFC 7235, distribution specification's token documentation).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, Optional

_LONGEST = 8192
_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


def bearer_challenge(header: str) -> Optional[Dict[str, str]]:
    """The parameters of the Bearer challenge in a WWW-Authenticate header, None if there is none."""
    text = header[:_LONGEST]
    begin = re.search(r"(?i)(?:^|[\s,])bearer\s+(?=[A-Za-z])", text)
    if begin is None:
        return None
    found: Dict[str, str] = {}
    position = begin.end()
    while True:
        match = _PARAMETER.match(text, position)
        if match is None:
            return found
        value = match.group(3) if match.group(2) is None else re.sub(r"\\(.)", r"\1", match.group(2))
        found.setdefault(match.group(1).lower(), value)
        position = match.end()
        position += len(re.match(r"[\s,]*", text[position:]).group(0))  # type: ignore[union-attr]
