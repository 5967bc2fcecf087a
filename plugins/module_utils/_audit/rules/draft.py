# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule says before it is judged: without severity, suppression and fingerprint.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Tuple

from ..model import Edit, Instruction, Span
from ..source.view import View
from .catalogue import ERROR

CERTAIN, HEURISTIC = "certain", "heuristic"


@dataclass(frozen=True)
class Draft:
    """A departure from a practice, as its rule sees it.

    :ivar rule: C(SWR-DF-004).
    :ivar message: what is wrong here; C(fix): what to do here, or what to decide.
    :ivar subject: what it is about, independent of its line: an instruction's text, a setting of an image.
    :ivar at_most: the highest severity that it may have in any profile.
    :ivar advice: whether something optional is missing. The profile V(recommended) is silent about it.
    :ivar path: a file other than the one that is audited, such as the entrypoint script.
    """

    rule: str
    message: str
    fix: str
    subject: str = ""
    span: Optional[Span] = None
    stage: Optional[str] = None
    confidence: str = CERTAIN
    edits: Tuple[Edit, ...] = ()
    at_most: str = ERROR
    advice: bool = False
    path: Optional[str] = None


def about(
    view: View,
    rule: str,
    instruction: Optional[Instruction],
    message: str,
    fix: str,
    span: Optional[Span] = None,
    **more: Any,
) -> Draft:
    """A draft about an instruction of a Dockerfile, or about the whole file.

    :param span: its place, if it is only a part of the instruction.
    :param more: as of C(Draft).
    """
    if instruction is not None:
        more.setdefault("subject", "{0} {1}".format(instruction.keyword, instruction.arguments))
        more.setdefault("stage", view.name_of(instruction))
        span = span or instruction.span
    return Draft(rule, message, fix, span=span, **more)
