# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables in user input: C($NAME), C(${NAME}), and C($$) for a dollar sign.

image-syncer expands with Go's C(os.ExpandEnv), which turns an unset variable into nothing and drops a literal dollar
sign (C(pkg/utils/types) of image-syncer 1.5.5). Here an unset variable is an error.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import List, Mapping, Tuple

from ..._lazy import pattern
from ..errors import RegistryError

_DOLLAR = pattern(r"\$(?:(\$)|\{([^{}]*)\}|([A-Za-z_][A-Za-z0-9_]*)|(\{))?")
_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_CONVENTIONAL = pattern(r"[A-Z_][A-Z0-9_]*")


class ExpansionProblem(RegistryError):
    """A variable is unset or malformed. The text contains the name of a variable, never a value."""


def expand(text: str, environ: Mapping[str, str], secret: bool = False) -> Tuple[str, List[str]]:
    """Expand variables once; values are not expanded again.

    A C($) followed by anything but a name, C({) or C($) stays unchanged.

    :param secret: whether C(text) may be a literal password. The text after a C($) may then be part of it, so an unset
        variable is named only if it is certainly meant as one: in braces, or the whole text in upper case.
    :returns: the expanded text and the names of the variables used, in order.
    :raises ExpansionProblem: for the first unset variable, and for braces without a name.
    """
    used: List[str] = []

    def replace(match: re.Match[str]) -> str:
        dollar, braced, bare, opened = match.groups()
        if dollar:
            return "$"
        if opened or (braced is not None and not _NAME.fullmatch(braced)):
            raise ExpansionProblem(
                'a "${" is not followed by the name of an environment variable and "}"',
                hint='write "$$" for a literal dollar sign',
            )
        name = bare if braced is None else braced
        if name is None:
            return "$"
        if name not in environ:
            whole = match.group(0) == text and _CONVENTIONAL.fullmatch(name)
            raise _unset(name, show=braced is not None or not secret or bool(whole))
        used.append(name)
        return environ[name]

    return _DOLLAR.sub(replace, text), used


def _unset(name: str, show: bool) -> ExpansionProblem:
    what = "the environment variable {0} is not set".format(name)
    if not show:
        what = "a dollar sign is followed by what reads as the name of an environment variable that is not set"
    return ExpansionProblem(what, hint='set it where the play runs, or write "$$" for a literal dollar sign')
