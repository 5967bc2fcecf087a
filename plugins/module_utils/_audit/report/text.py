# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as lines of text: for the output of a task.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, Iterator, List, Tuple

from ..._text import flat, hide_logins, one_line
from ..judgement.audit import Audit
from ..model import Finding
from ..rules.catalogue import RULES

_LONGEST = 1_000


def headline(audit: Audit) -> str:
    """The outcome in one line."""
    counts = audit.counts()
    parts = [
        "{0} in {1}".format(_number(counts["findings"], "finding"), _number(counts["targets"], "file or image", "s"))
    ]
    if counts["findings"]:
        words = (("error", "error"), ("warning", "warning"), ("info", "remark"))
        parts[0] += ": " + ", ".join(_number(counts[name], word) for name, word in words if counts[name])
    if counts["suppressed"]:
        parts.append("{0} suppressed".format(counts["suppressed"]))
    if counts["not_evaluated"]:
        parts.append("{0} not evaluated".format(_number(counts["not_evaluated"], "rule")))
    if counts["problems"]:
        parts.append(_number(counts["problems"], "problem"))
    return "; ".join(parts)


def lines_of(audit: Audit, most: int) -> List[str]:
    """The readable report: the headline, problems, findings with their remedies, and what was not evaluated.

    :param most: how many findings, and how many other entries, to show; the others are counted.
    """
    found = [headline(audit)]
    found += _limited(
        ["problem: {0}".format(_place(trouble.path, trouble.line, trouble.message)) for trouble in audit.troubles],
        most,
        "problems",
    )
    found += _limited([line_of(finding) for finding in audit.open], most, "findings")
    found += _limited(list(_not_evaluated(audit)), most, "lines on rules that were not evaluated")
    return found


def line_of(finding: Finding) -> str:
    """One finding as a line: place, severity, rule, message and remedy."""
    text = "{0} {1}{2}{3}: {4}. Remedy: {5}".format(
        finding.severity,
        finding.rule,
        " (heuristic)" if finding.confidence == "heuristic" else "",
        " in stage {0}".format(flat(finding.stage)) if finding.stage is not None else "",
        finding.message.rstrip("."),
        finding.fix,
    )
    return _place(finding.path, finding.span.line if finding.span else None, text)


def _place(path: str, line: object, text: str) -> str:
    where = "" if line is None else ":{0}".format(line)
    return one_line(hide_logins("{0}{1}: {2}".format(path, where, text)), _LONGEST)


def _not_evaluated(audit: Audit) -> Iterator[str]:
    """Each reason once, with the rules and the number of files or images."""
    groups: Dict[Tuple[str, Tuple[str, ...]], List[str]] = {}
    for (rule, reason), paths in reasons_of(audit).items():
        groups.setdefault((reason, tuple(paths)), []).append(rule)
    for (reason, where), rules in groups.items():
        place = ": {0}".format(where[0]) if len(where) == 1 and where[0] else ""
        many = " ({0})".format(_number(len(where), "file or image", "s")) if len(where) > 1 else ""
        names = "all rules" if len(rules) == len(RULES) else ", ".join(rules)
        yield one_line("not evaluated: {0}: {1}{2}{3}".format(names, reason, place, many), _LONGEST)


def reasons_of(audit: Audit) -> Dict[Tuple[str, str], List[str]]:
    """What was not evaluated: rule and reason, with the files and images."""
    found: Dict[Tuple[str, str], List[str]] = {}
    for entry in audit.not_evaluated:
        found.setdefault((entry.rule, entry.reason), []).append(entry.path)
    return dict(sorted(found.items()))


def _limited(lines: List[str], most: int, what: str) -> List[str]:
    left = len(lines) - most
    return lines if left <= 0 else [*lines[:most], "and {0} more {1}".format(left, what)]


def _number(count: int, noun: str, plural: str = "s") -> str:
    if count == 1:
        return "1 {0}".format(noun)
    return "{0} {1}".format(count, "files and images" if noun == "file or image" else noun + plural)
