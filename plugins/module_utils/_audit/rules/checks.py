# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rules, as functions of a Dockerfile.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Callable, Collection, Dict, Iterator, Optional

from ..source.view import View
from . import commands, copies, declared, images, layers, packages, start, variables
from .draft import Draft

CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {
    rule: check
    for part in (start, packages, layers, images, commands, copies, variables, declared)
    for rule, check in part.CHECKS.items()
}


def drafts_of(view: View, rules: Optional[Collection[str]] = None) -> Iterator[Draft]:
    """What the rules find; C(view.skipped) then has what they could not judge.

    :param rules: the IDs of those to apply, all by default.
    """
    for rule in sorted(CHECKS):
        if rules is None or rule in rules:
            yield from CHECKS[rule](view)
