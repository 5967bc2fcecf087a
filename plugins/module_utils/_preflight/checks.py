# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One check: what was found, and what to do about it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Sequence

from .._errors import LongshoreError
from .._huaweicloud.api.quotas import Quota
from .._huaweicloud.errors import NOT_OFFERED, THROTTLED
from .._text import hide_logins, one_line

OK, WARNING, FAILED, UNCHECKED = "ok", "warning", "failed", "unchecked"
STATUSES = (FAILED, WARNING, UNCHECKED, OK)
"""In the order of their urgency."""

PARTS = ("account", "state", "network", "organizations", "migrate", "harbor", "discover", "cutover", "nodes")
"""In the order of an onboarding."""

_GRANT = "Grant the user the IAM permission {0}."
_ASKED_ONLY = "To have this checked, grant the user the IAM permission {0}."
_LONGEST = 1000
_CELL = 300


class Check(NamedTuple):
    """
    :ivar name: the subject: C(permission vpc:vpcs:list). :ivar part: one of C(PARTS). :ivar status: one of
        C(STATUSES). :ivar text: the finding, with the thing and the place. :ivar remedy: may be empty.
    """

    part: str
    name: str
    status: str
    text: str
    remedy: str = ""

    def as_dict(self) -> Dict[str, str]:
        """The entry of the result. Its text may be a server's."""
        return {
            "name": _clean(self.name, _CELL),
            "part": self.part,
            "status": self.status,
            "text": _clean(self.text, _LONGEST),
            "remedy": _clean(self.remedy, _LONGEST),
        }


def _clean(text: str, longest: int) -> str:
    """A text without logins and signatures. The clients have removed queries that servers sent."""
    return one_line(hide_logins(text).strip(), longest)


def failure(part: str, name: str, error: LongshoreError, status: str = FAILED) -> Check:
    """An error as a check."""
    parts = error.as_dict()
    remedy = str(parts.pop("hint", ""))
    return Check(part, name, status, str(LongshoreError(**parts)), remedy)


def unchecked_actions(part: str, actions: Sequence[str], what: str) -> List[Check]:
    """Actions of IAM that only a change can show to be allowed.

    :param what: what needs them: C(creating organizations).
    """
    text = "only {0} shows whether the user has this permission"
    remedy = "If it is refused, grant the user the IAM permission {0}."
    return [
        Check(part, "permission {0}".format(action), UNCHECKED, text.format(what), remedy.format(action))
        for action in dict.fromkeys(actions)
    ]


def allowed(part: str, action: str, text: str) -> Check:
    """An action of IAM that has just been carried out."""
    return Check(part, "permission {0}".format(action), OK, text)


def refused(part: str, action: str, error: LongshoreError, status: str = FAILED) -> Check:
    """The failure of an action. Services have codes of their own for a missing permission; the remedy is the same.

    :param status: C(UNCHECKED) for a permission that only this question needs.
    """
    name = "permission {0}".format(action)
    if error.status != 403 or error.code in THROTTLED or error.code == NOT_OFFERED:
        return failure(part, name, error)
    remedy = _ASKED_ONLY if status == UNCHECKED else _GRANT
    return failure(part, name, error, status)._replace(remedy=remedy.format(action))


def quota_check(part: str, name: str, quota: Optional[Quota], count: int, remedy: str) -> Check:
    """
    :param quota: None if the API does not tell.
    :param count: how many more there will be.
    """
    if quota is None:
        return Check(part, name, UNCHECKED, "the API does not tell it; {0} will be created".format(count))
    text = "{0} of {1} are used, and {2} will be created".format(
        quota.used, "any number" if quota.limit < 0 else quota.limit, count
    )
    return Check(part, name, OK, text) if quota.has_room(count) else Check(part, name, FAILED, text, remedy)


def counts_of(checks: Sequence[Check]) -> Dict[str, int]:
    """Number of checks by status."""
    found = dict.fromkeys((OK, WARNING, FAILED, UNCHECKED), 0)
    for check in checks:
        found[check.status] += 1
    return found


def headline(checks: Sequence[Check]) -> str:
    """One line, followed by the first failure or warning and its remedy."""
    counts = counts_of(checks)
    told = ", ".join("{0} {1}".format(count, status) for status, count in counts.items() if count)
    text = "{0} checks: {1}".format(len(checks), told or "nothing to check")
    worst = [check for status in (FAILED, WARNING) for check in checks if check.status == status][:1]
    for entry in (check.as_dict() for check in worst):
        text += ". First: {part}: {name}: {text}".format(**entry)
        text += ". Remedy: {0}".format(entry["remedy"]) if entry["remedy"] else ""
    return text


def table_of(checks: Sequence[Check]) -> List[str]:
    """The checks as lines of text, the urgent ones first."""
    lines = []
    for check in sorted(checks, key=lambda one: STATUSES.index(one.status)):
        entry = {name: one_line(value, _CELL) for name, value in check.as_dict().items()}
        lines.append("{status:<9}  {part:<13}  {name}: {text}".format(**entry))
        if entry["remedy"] and check.status in (FAILED, WARNING):
            lines.append("{0:<9}  {0:<13}  Remedy: {remedy}".format("", **entry))
    return lines
