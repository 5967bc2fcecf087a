# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an address match list allows an address of the server's own host (BIND 9 ARM, address match lists).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
from typing import Mapping, Optional, Tuple

from .syntax import Statement

_DEEPEST = 20
# ACLs that match every address of the host itself.
_OWN = ("any", "localhost", "localnets")


def permits(
    elements: Tuple[Statement, ...], address: str, acls: Mapping[str, Tuple[Statement, ...]], depth: int = 0
) -> Optional[bool]:
    """Whether the list permits it: the first matching element decides; without a match it does not.

    :returns: None if that cannot be decided here.
    """
    for element in elements:
        sign, words = _without_sign(element.words)
        matches = _matches(words, element.body, address, acls, depth)
        if matches is None:
            return None
        if matches:
            return not sign
    return False


def _without_sign(words: Tuple[str, ...]) -> Tuple[bool, Tuple[str, ...]]:
    if words[:1] == ("!",):
        return True, words[1:]
    if words and words[0].startswith("!"):
        return True, (words[0][1:], *words[1:])
    return False, words


def _matches(
    words: Tuple[str, ...],
    body: Tuple[Statement, ...],
    address: str,
    acls: Mapping[str, Tuple[Statement, ...]],
    depth: int,
) -> Optional[bool]:
    nested = acls.get(words[0]) if words else body
    if nested is not None:
        # An inner list matches what it permits; for what it denies, the outer list continues.
        return permits(nested, address, acls, depth + 1) if depth < _DEEPEST else None
    if words[0].lower() in (*_OWN, "none"):
        return words[0].lower() != "none"
    if words[0].lower() == "key":
        return False  # Questions of this module are not signed.
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(words[0], strict=False)
    except ValueError:
        return None
