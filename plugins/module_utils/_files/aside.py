# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for what lies beside a file for a moment: its next content, or its last one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import secrets
from typing import Optional

_LONGEST = 200
_NAME = re.compile(r"\.(.+)\.[0-9a-f]{16}\Z")


def name_aside(name: str) -> str:
    """A new name beside a file of this name."""
    return ".{0}.{1}".format(name[:_LONGEST], secrets.token_hex(8))


def file_of(aside: str) -> Optional[str]:
    """The name of the file (its beginning, where it is long) that such a name is for; None for any other name."""
    match = _NAME.match(aside)
    return match.group(1) if match else None


def is_aside(aside: str, name: str) -> bool:
    """Whether it is such a name for a file of this name."""
    return file_of(aside) == name[:_LONGEST]
