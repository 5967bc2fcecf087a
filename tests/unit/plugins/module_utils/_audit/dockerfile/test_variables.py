# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each instruction sees of build arguments and the environment."""

from __future__ import annotations

from typing import Dict, Optional

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.variables import walk

TEXT = """\
ARG V=1
ARG W
FROM a:$V AS one
ARG V
ENV A=$V B=${C:-c}
ENV A=2 B=$A
ARG A=3
LABEL x=$A
FROM one
LABEL y=$A
FROM b
ARG V=5
ARG W
ARG TARGETARCH
LABEL z=$V
"""


def seen(text: str, argument: str, build_args: Optional[Dict[str, str]] = None) -> Dict[str, str]:
    """The variables that the instruction with this argument sees, without the predefined ones."""
    for instruction, scope in walk(parse(text), build_args):
        if instruction.arguments == argument:
            return {
                name: value for name, value in scope.variables.items() if name in ("A", "B", "V", "W", "TARGETARCH")
            }
    raise AssertionError(argument)


def test_an_instruction_sees_what_precedes_it():
    assert seen(TEXT, "a:$V AS one") == {"V": "1", "TARGETARCH": "amd64"}
    assert seen(TEXT, "A=$V B=${C:-c}") == {"V": "1"}
    assert seen(TEXT, "A=2 B=$A") == {"V": "1", "A": "1", "B": "c"}


def test_one_env_sees_no_value_of_its_own():
    assert seen(TEXT, "A=3") == {"V": "1", "A": "2", "B": "1"}


def test_env_hides_arg():
    assert seen(TEXT, "x=$A")["A"] == "2"


def test_a_stage_inherits_from_its_parent():
    assert seen(TEXT, "y=$A") == {"V": "1", "A": "2", "B": "1"}


def test_another_stage_sees_only_what_it_declares():
    assert seen(TEXT, "z=$V") == {"V": "5", "TARGETARCH": "amd64"}
    assert seen(TEXT, "z=$V", {"V": "9", "W": "8", "X": "7"}) == {"V": "9", "W": "8", "TARGETARCH": "amd64"}


def test_an_argument_without_a_value_is_not_undefined():
    *_others, (_instruction, scope) = walk(parse(TEXT))
    assert scope.undefined(("W", "V", "N", "PATH")) == ("N",)
    assert scope.environment == {"PATH"}
