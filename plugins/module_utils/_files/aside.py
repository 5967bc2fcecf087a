# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of temporary files next to a file, with its next or previous content.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Optional

from .._lazy import pattern

_LONGEST = 200
_NAME = pattern(r"\.(.+)\.[0-9a-f]{16}\Z")


def name_aside(name: str) -> str:
    """A new temporary name for a file with this name."""
    return ".{0}.{1}".format(name[:_LONGEST], os.urandom(8).hex())


def file_of(aside: str) -> Optional[str]:
    """The name of the file (its beginning if long) that a temporary name is for; None for other names."""
    match = _NAME.match(aside)
    return match.group(1) if match else None


def is_aside(aside: str, name: str) -> bool:
    """Whether it is a temporary name for a file with this name."""
    return file_of(aside) == name[:_LONGEST]
