# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments in a Dockerfile that silence rules: the collection's own, and hadolint's.

C(# swr-audit ignore=SWR-DF-003 reason=...) silences rules for the next instruction, and
C(# swr-audit global ignore=... reason=...) for the whole file. The reason is required. hadolint's comments
(https://github.com/hadolint/hadolint#inline-ignores) count for the rules that have its numbers as aliases.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

from ..._text import safe
from ..model import Comment, Dockerfile
from ..rules.catalogue import full_id, rule_of_alias
from ..rules.draft import Draft

_OWN = re.compile(r"swr-audit(?:[ \t]+(global))?[ \t]+ignore=(\S+)(?:[ \t]+reason=(.*))?\Z", re.DOTALL)
_STARTS = re.compile(r"swr-audit\b")
_HADOLINT = re.compile(
    r"hadolint(?:[ \t]+(global))?[ \t]+ignore[ \t]*=[ \t]*([A-Za-z0-9]+(?:[ \t]*,[ \t]*[A-Za-z0-9]+)*)"
)


class Mistake(NamedTuple):
    """A comment that silences nothing, because it is wrong."""

    message: str
    line: int


class Pragmas:
    """The comments of one file.

    :ivar mistakes: those that have no effect.
    """

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.mistakes: List[Mistake] = []
        self._everywhere: Dict[str, str] = {}
        self._by_line: Dict[int, Dict[str, str]] = {}
        self._spans = [instruction.span for instruction in dockerfile.instructions]
        self._last_lines = [span.end_line for span in self._spans]
        for comment in dockerfile.comments:
            self._read(comment)

    def silenced_by(self, draft: Draft) -> Tuple[str, str]:
        """C(pragma) and its reason, or two empty strings."""
        reason = self._everywhere.get(draft.rule)
        if reason is None and draft.span is not None and draft.path is None:
            first = self._instruction_at(draft.span.line)
            reason = None if first is None else self._by_line.get(first, {}).get(draft.rule)
        return ("", "") if reason is None else ("pragma", reason)

    def _read(self, comment: Comment) -> None:
        own = _OWN.match(comment.text)
        hadolint = _HADOLINT.match(comment.text)
        if own:
            rules = self._own_rules(own.group(2), comment)
            reason = safe(own.group(3) or "")
            if not reason:
                self._mistake(comment, "the comment has no reason=, and silences nothing")
            else:
                self._add(comment, bool(own.group(1)), dict.fromkeys(rules, reason))
        elif hadolint:
            numbers = [number.strip() for number in hadolint.group(2).split(",")]
            known = {rule_of_alias(number): "hadolint ignore={0}".format(number) for number in numbers}
            self._add(comment, bool(hadolint.group(1)), {rule: text for rule, text in known.items() if rule})
        elif _STARTS.match(comment.text):
            self._mistake(comment, "the comment is not understood: write # swr-audit ignore=SWR-DF-003 reason=...")

    def _own_rules(self, text: str, comment: Comment) -> Iterable[str]:
        for name in text.split(","):
            rule = full_id(name)
            if rule is None:
                self._mistake(comment, "the comment names {0}, which is no rule".format(safe(name, 40)))
            else:
                yield rule

    def _add(self, comment: Comment, everywhere: bool, rules: Dict[str, str]) -> None:
        if everywhere:
            self._everywhere.update(rules)
            return
        line = self._instruction_at(comment.span.line)
        if line is not None:
            self._by_line.setdefault(line, {}).update(rules)

    def _mistake(self, comment: Comment, message: str) -> None:
        self.mistakes.append(Mistake(message, comment.span.line))

    def _instruction_at(self, line: int) -> Optional[int]:
        """The first line of the instruction that has this line, or is the next one after it."""
        place = bisect_left(self._last_lines, line)
        return self._spans[place].line if place < len(self._spans) else None
