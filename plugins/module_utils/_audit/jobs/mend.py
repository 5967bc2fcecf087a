# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mending: the safe edits of findings, applied until none is left.

Each round applies edits, reads the result again and compares. An edit that leaves its finding, or makes another one, is
dropped: nothing is claimed that was not checked.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from collections import Counter
from typing import Callable, Iterable, List, NamedTuple, Sequence, Set, Tuple
from typing import Counter as Counted

from ..dockerfile.text import decode
from ..model import Edit, Finding
from .file_audit import Audited

MOST_ROUNDS = 200
MOST_AT_ONCE = 200
LARGEST = 1024 * 1024
"""Bytes of a file that is mended: each round reads it again."""
_ONE_BY_ONE = frozenset({"SWR-DF-007", "SWR-DF-011"})
"""Rules whose edits move what follows: after one of them the next one may be another, or none."""

Judge = Callable[[bytes], Audited]


class Mended(NamedTuple):
    """A file after mending.

    :ivar findings: those that were mended, as they were when their edits were applied.
    """

    content: bytes
    findings: Tuple[Finding, ...]
    audited: Audited


def mend(content: bytes, path: str, audit: Judge) -> Mended:
    """Apply the edits of all findings in a file.

    :param audit: judges a content of the file.
    """
    audited = audit(content)
    refused: Set[Tuple[str, str]] = set()
    done: List[Finding] = []
    if len(content) > LARGEST or decode(content).problem:
        return Mended(content, (), audited)
    for _round in range(MOST_ROUNDS):
        chosen = _choose(audited.audit.open, path, refused)
        if not chosen:
            break
        applied, content, audited = _apply(content, chosen, audited, audit)
        done += applied
        refused |= {_key(finding) for finding in chosen if finding not in applied} if not applied else set()
    return Mended(content, tuple(done), audited)


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content with some edits; everything else byte for byte."""
    decoded = decode(content)
    text = decoded.text
    pieces: List[str] = []
    at = 0
    for edit in sorted(set(edits)):
        pieces += [text[at : edit.start], edit.replacement]
        at = edit.end
    return ("".join(pieces) + text[at:]).encode(decoded.encoding, "surrogateescape")


def _key(finding: Finding) -> Tuple[str, str]:
    return finding.rule, finding.fingerprint


def _choose(findings: Sequence[Finding], path: str, refused: Set[Tuple[str, str]]) -> List[Finding]:
    """Findings whose edits can be applied together."""
    chosen: List[Finding] = []
    taken: List[Edit] = []
    rules: Set[str] = set()
    for finding in findings:
        if len(chosen) == MOST_AT_ONCE:
            break
        if not finding.edits or finding.path != path or _key(finding) in refused:
            continue
        if finding.rule in _ONE_BY_ONE and finding.rule in rules:
            continue
        if any(_overlap(edit, other) for edit in finding.edits for other in taken):
            continue
        chosen.append(finding)
        taken += finding.edits
        rules.add(finding.rule)
    return chosen


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits touch each other; edits at the same place would depend on their order."""
    return one.start <= other.end and other.start <= one.end


def _apply(
    content: bytes, chosen: Sequence[Finding], audited: Audited, audit: Judge
) -> Tuple[Sequence[Finding], bytes, Audited]:
    """Apply the edits of some findings, or of those among them that pass the check."""
    new = edited(content, [edit for finding in chosen for edit in finding.edits])
    after = audit(new)
    if _is_better(audited, after, chosen):
        return chosen, new, after
    for finding in chosen if len(chosen) > 1 else ():
        found, new, after = _apply(content, [finding], audited, audit)
        if found:
            return found, new, after
    return (), content, audited


def _is_better(before: Audited, after: Audited, chosen: Sequence[Finding]) -> bool:
    """Whether the findings are gone, nothing was added, and the file is no worse to read."""
    if len(after.dockerfile.problems) > len(before.dockerfile.problems):
        return False
    old, new = _counts(before), _counts(after)
    gone = Counter(finding.rule for finding in chosen)
    return all(new[rule] <= old[rule] - gone[rule] for rule in {*old, *new})


def _counts(audited: Audited) -> Counted[str]:
    return Counter(finding.rule for finding in audited.audit.findings)
