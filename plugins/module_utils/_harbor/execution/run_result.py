# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether a run of a replication policy succeeded, and if not, gives cause and remedy.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..errors import HarborError
from ..replication.executions import STOPPED, SUCCEED, Counts, Execution, Task
from .error_hints import remedy_for_preparation
from .task_logs import Failure, as_results
from .waiter import WaitResult

_NAMED = 3


class RunResult(NamedTuple):
    """
    :ivar error: the error of the run; None for a success.
    """

    error: Optional[HarborError]
    warnings: List[str] = []


def report(
    policy: str,
    execution: Optional[Execution],
    tasks: Sequence[Task],
    counts: Counts,
    failures: Sequence[Failure] = (),
) -> Dict[str, Any]:
    """A module's result for an execution; None stands for one that does not exist (yet)."""
    return {
        "execution": None if execution is None else dict(execution.as_dict(), policy=policy),
        "counts": counts.as_dict(),
        "tasks": as_results(tasks, failures),
    }


def judge(
    policy: str, number: int, outcome: WaitResult, failures: Sequence[Failure], options: Mapping[str, Any], pulls: bool
) -> RunResult:
    """
    :param number: of the execution.
    :param options: C(wait_timeout) and C(fail_on_empty) of the module.
    :param pulls: whether the policy replicates to Harbor, and not from it.
    """
    where = "policy {0}, execution {1}".format(policy, number)
    execution, counts = outcome.execution, outcome.counts
    if outcome.timed_out or execution is None:
        return RunResult(_time_over(where, number, outcome, options["wait_timeout"]))
    if execution.status == STOPPED:
        return RunResult(_stopped(where, counts))
    if execution.status != SUCCEED:
        return RunResult(_failed(where, execution, counts, failures, pulls))
    if counts.failed or counts.in_progress or counts.total < execution.counts.total:
        return RunResult(_contradiction(where, execution, counts))
    if counts.total:
        return RunResult(None)
    return _empty(where, execution, options["fail_on_empty"])


def judge_stop(
    policy: str, numbers: Sequence[int], outcomes: Sequence[WaitResult], options: Mapping[str, Any]
) -> Optional[HarborError]:
    """The error for executions that have not ended after a stop; None if all have."""
    late = [number for number, outcome in zip(numbers, outcomes) if outcome.timed_out]
    if not late:
        return None
    return HarborError(
        "told to stop, but not finished within {0:g} seconds".format(options["wait_timeout"]),
        where="policy {0}, execution {1}".format(policy, ", ".join(map(str, late))),
        hint="Harbor finishes what it is copying first: wait longer with wait_timeout, or see the log of jobservice.",
    )


def _time_over(where: str, number: int, outcome: WaitResult, timeout: float) -> HarborError:
    what = "not finished within {0:g} seconds ({1}); it continues in Harbor".format(timeout, _counted(outcome.counts))
    if outcome.unreachable is not None:
        what = "Harbor did not answer at the end of {0:g} seconds ({1}); the execution may continue there".format(
            timeout, outcome.unreachable
        )
    elif outcome.execution is not None and outcome.execution.ended:
        what = "{0} after {1:g} seconds ({2}), but not for long enough to be sure of that".format(
            outcome.execution.status, timeout, _counted(outcome.counts)
        )
    return HarborError(
        what,
        where=where,
        hint="Wait for it again with state=finished and execution_id={0}, with a longer wait_timeout; or stop it with "
        "state=stopped.".format(number),
    )


def _stopped(where: str, counts: Counts) -> HarborError:
    return HarborError(
        "someone stopped it ({0})".format(_counted(counts)),
        where=where,
        hint="Start it again; images that are already copied are not copied twice.",
    )


def _failed(where: str, execution: Execution, counts: Counts, failures: Sequence[Failure], pulls: bool) -> HarborError:
    if not failures:
        said = execution.status_text or "Harbor gives no reason"
        return HarborError(
            "failed before anything was copied: {0}".format(said) if not counts.total else "failed: {0}".format(said),
            where=where,
            hint=remedy_for_preparation(execution.status_text, pulls) or "See the log of Harbor's container core.",
        )
    named = ["{0}{1}".format(item.task.source, _reason(item)) for item in failures[:_NAMED]]
    if len(failures) > _NAMED:
        named.append("and {0} more".format(len(failures) - _NAMED))
    remedies = list(dict.fromkeys(item.remedy for item in failures if item.remedy))
    return HarborError(
        "{0} of {1} repositories failed: {2}".format(counts.failed, counts.total, "; ".join(named)),
        where=where,
        hint=" ".join(remedies) or "The logs are in tasks[].log.",
    )


def _reason(failure: Failure) -> str:
    reason = failure.cause or failure.problem
    return " ({0})".format(reason) if reason else ""


def _contradiction(where: str, execution: Execution, counts: Counts) -> HarborError:
    what = "of its tasks {0}".format(_counted(counts))
    if counts.total < execution.counts.total:
        what = "lists {0} of its {1} tasks".format(counts.total, execution.counts.total)
    return HarborError(
        "Harbor reports success, but {0}".format(what),
        where=where,
        hint="Check it in Harbor, and start it again.",
    )


def _empty(where: str, execution: Execution, fails: bool) -> RunResult:
    text = "nothing was copied, because nothing matches the policy's filters"
    if execution.status_text:
        text = "{0} (Harbor: {1})".format(text, execution.status_text)
    error = HarborError(
        text,
        where=where,
        hint="Check the filters: * does not go beyond a slash, so library/* leaves library/team/app out, and ** does "
        "not. See which tags and labels the images have.",
    )
    return RunResult(error) if fails else RunResult(None, [str(error)])


def _counted(counts: Counts) -> str:
    if not counts.total:
        return "no repository counted yet"
    parts = ["{0} of {1} repositories done".format(counts.succeed, counts.total)]
    for name in ("failed", "in_progress", "stopped"):
        if getattr(counts, name):
            parts.append("{0} {1}".format(getattr(counts, name), name.replace("_", " ")))
    return ", ".join(parts)
