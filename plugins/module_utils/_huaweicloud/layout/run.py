# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes what a list of organizations describes: everything is read first, and only then is anything changed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Sequence, Set, Tuple

from ..._errors import LongshoreError
from ..._resource import ResourceChange, bring_about
from ..errors import THROTTLED, HuaweiCloudError
from ..swr.permissions import Permissions
from .steps import Step


class Planned(NamedTuple):
    """An object, and its states before and after."""

    step: Step
    change: ResourceChange


class Outcome(NamedTuple):
    """
    :ivar done: the objects as they are now. :ivar not_tried: those after a failure that concerns them too.
    """

    done: List[Planned]
    failures: List[Tuple[Step, LongshoreError]]
    not_tried: List[Step]


def manage_layout(steps: Sequence[Step], check_mode: bool) -> Dict[str, Any]:
    """Make all objects, or report what would change.

    :return: C(changed), C(changes), C(diff), C(warnings) and, if something failed, C(failed), C(msg), C(failures) and
        C(not_tried).
    :raises HuaweiCloudError: something cannot be read or must not be changed; nothing was changed.
    """
    planned = _plan(steps)
    outcome = Outcome(planned, [], []) if check_mode else _carry_out(planned)
    changed = [entry for entry in outcome.done if entry.change.changed]
    result: Dict[str, Any] = {
        "changed": bool(changed),
        "changes": [_described(entry) for entry in changed],
        "diff": [_diff(entry) for entry in changed],
        "warnings": [warning for entry in outcome.done for warning in getattr(entry.step.resource, "warnings", ())],
    }
    if outcome.failures:
        result.update(failed=True, msg=_message(outcome, len(changed)))
        result["failures"] = [dict(error.as_dict(), object=step.what) for step, error in outcome.failures]
        result["not_tried"] = [step.what for step in outcome.not_tried]
    return result


def _plan(steps: Sequence[Step]) -> List[Planned]:
    """What would change. What is part of something that will be created does not exist, and is not read.

    :raises HuaweiCloudError: with all that cannot be read or must not be changed.
    """
    outcome = Outcome([], [], [])
    lost: Set[Step] = set()
    new: Set[Step] = set()
    for step in steps:
        if step.within in lost:
            lost.add(step)
            continue
        try:
            change = _change_of_new(step) if step.within in new else bring_about(step.resource, check_mode=True)
        except LongshoreError as error:
            outcome.failures.append((step, error))
            lost.add(step)
            if _concerns_all(error):
                break
            continue
        if change.before is None:
            new.add(step)
        outcome.done.append(Planned(step, change))
    if outcome.failures:
        raise HuaweiCloudError(_sentences(outcome), hint="Correct it and run the task again. Nothing was changed.")
    return outcome.done


def _change_of_new(step: Step) -> ResourceChange:
    # Permissions are always there, if only empty.
    before = {"users": []} if isinstance(step.resource, Permissions) else None
    return ResourceChange(before, step.resource.desired(before))


def _carry_out(planned: Sequence[Planned]) -> Outcome:
    """Make the changes. One that is refused does not keep others from being made, except in what it is about."""
    outcome = Outcome([], [], [])
    lost: Set[Step] = set()
    stopped = False
    for step, foreseen in planned:
        if not foreseen.changed:
            outcome.done.append(Planned(step, foreseen))
        elif stopped or step.within in lost:
            lost.add(step)
            outcome.not_tried.append(step)
        else:
            try:
                outcome.done.append(Planned(step, bring_about(step.resource, check_mode=False)))
            except LongshoreError as error:
                outcome.failures.append((step, error))
                lost.add(step)
                stopped = _concerns_all(error)
    return outcome


def _concerns_all(error: LongshoreError) -> bool:
    """Whether the next call would fail in the same way, after as long a wait."""
    return error.unreachable or error.status in (401, 429, 502, 503, 504) or error.code in THROTTLED


def _described(entry: Planned) -> Dict[str, Any]:
    before, after = entry.change.before, entry.change.after
    fields = sorted(name for name in after or {} if (before or {}).get(name) != (after or {})[name])
    change = "deleted" if after is None else "created" if before is None else "changed"
    return {"object": entry.step.what, "change": change, "fields": [] if before is None else fields}


def _diff(entry: Planned) -> Dict[str, Any]:
    return dict(entry.change.diff(), before_header=entry.step.what, after_header=entry.step.what)


def _sentences(outcome: Outcome) -> str:
    return " ".join("{0}: {1}".format(step.what, error) for step, error in outcome.failures)


def _message(outcome: Outcome, changed: int) -> str:
    counts = "{0} failed, {1} changed".format(len(outcome.failures), changed)
    if outcome.not_tried:
        counts += ", {0} not tried".format(len(outcome.not_tried))
    return "{0}. {1} Run the task again to complete the rest.".format(counts, _sentences(outcome))
