# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a builder refuses in one instruction, whatever the rest of the file says.

After C(frontend/dockerfile/instructions) of BuildKit.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, Optional

from ..._text import quoted
from ..model import Instruction
from .arguments import word_ranges

FLAGS: Dict[str, FrozenSet[str]] = {
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"}),
    "COPY": frozenset({"chown", "chmod", "link", "from", "parents", "exclude"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
    **dict.fromkeys(
        (
            "ARG",
            "CMD",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR",
        ),
        frozenset(),
    ),
}
"""The instructions of a Dockerfile and their options."""

_MAY_BE_EMPTY = frozenset({"CMD", "ENTRYPOINT"})
_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")


def problem_of(instruction: Instruction, escape: str) -> Optional[str]:
    """Why a builder refuses an instruction, or None."""
    keyword = instruction.keyword
    if keyword not in FLAGS:
        return "unknown instruction {0}".format(quoted(keyword))
    for flag in instruction.flags:
        if flag.name not in FLAGS[keyword]:
            return "{0} has no option {1}".format(keyword, quoted("--" + flag.name))
    if not instruction.arguments and not instruction.heredocs and keyword not in _MAY_BE_EMPTY:
        return "{0} has no arguments".format(keyword)
    check = _CHECKS.get(keyword)
    return check(instruction, escape) if check else None


def _count(instruction: Instruction, escape: str) -> int:
    return len(instruction.json) if instruction.json is not None else len(word_ranges(instruction, escape))


def _sources_and_destination(instruction: Instruction, escape: str) -> Optional[str]:
    if _count(instruction, escape) < 2:
        return "{0} needs a source and a destination".format(instruction.keyword)
    return None


def _from(instruction: Instruction, escape: str) -> Optional[str]:
    words = instruction.arguments.split()
    if len(words) != 1 and (len(words) != 3 or words[1].upper() != "AS"):
        return "FROM needs an image, or an image AS a name"
    if len(words) == 3 and not _STAGE_NAME.fullmatch(words[2].lower()):
        return "{0} is no name for a stage".format(quoted(words[2]))
    return None


def _shell(instruction: Instruction, escape: str) -> Optional[str]:
    return None if instruction.json else "SHELL needs the exec form, a JSON list"


def _healthcheck(instruction: Instruction, escape: str) -> Optional[str]:
    kind, _blank, command = instruction.arguments.partition(" ")
    if kind.upper() == "NONE":
        return "HEALTHCHECK NONE has no arguments" if command.strip() else None
    if kind.upper() != "CMD":
        return "HEALTHCHECK needs CMD or NONE"
    return None if command.strip() or instruction.json else "HEALTHCHECK CMD has no command"


def _onbuild(instruction: Instruction, escape: str) -> Optional[str]:
    inner = instruction.inner
    if inner and inner.keyword in ("FROM", "MAINTAINER", "ONBUILD"):
        return "ONBUILD {0} is not possible".format(inner.keyword)
    return problem_of(inner, escape) if inner else None


def _named_values(instruction: Instruction, escape: str) -> Optional[str]:
    text = instruction.arguments
    words = [text[start:end] for start, end in word_ranges(instruction, escape)]
    if instruction.keyword == "ARG":
        return next(("ARG: {0} has no name".format(quoted(word)) for word in words if word[0] == "="), None)
    if "=" not in words[0]:
        return None if len(text.split(None, 1)) == 2 else "{0} needs a name and a value".format(instruction.keyword)
    for word in words:
        if "=" not in word:
            return "{0}: {1} has no =".format(instruction.keyword, quoted(word))
        if word[0] == "=":
            return "{0}: {1} has no name".format(instruction.keyword, quoted(word))
    return None


_CHECKS = {
    "ADD": _sources_and_destination,
    "ARG": _named_values,
    "COPY": _sources_and_destination,
    "ENV": _named_values,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _named_values,
    "ONBUILD": _onbuild,
    "SHELL": _shell,
}
