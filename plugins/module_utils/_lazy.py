# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions that cost nothing until they are used: most runs of a module use few of them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Union, cast


class _Pattern:
    """A regular expression, compiled at its first use."""

    def __init__(self, text: Union[str, bytes], flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Only called for attributes not yet known; re keeps what it has compiled.
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """An expression for a module's constant, used like the result of C(re.compile)."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))
