# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs of failed tasks: only the ends, limited in size, without secrets.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from ..._text import hide_logins, lines
from ..errors import HarborError
from ..replication.executions import FAILED, Executions, Task, epoch
from .error_hints import remedy_for_copying

# If a registry is down, every task fails for the same reason.
LOGS_AT_MOST = 20
LINE_LENGTH = 1000

# The last error of a job in 2.x only says that there was an earlier one.
_SUMMARY = "mark the job failure"
# Harbor overwrites the log of the previous try, and waits longer than this between tries.
_STEP_BACK = 10
_ERROR = re.compile(r"\[ERROR\]\s*(?:\[[^\]]*\]\s*:?)?\s*(.*)")


class Failure(NamedTuple):
    """A failed task.

    :ivar lines: the end of its log.
    :ivar cause: the last error in it, as one line; None if there is none.
    :ivar remedy: the remedy, if the cause is known.
    :ivar problem: why the log could not be read.
    """

    task: Task
    lines: List[str]
    cause: Optional[str] = None
    remedy: Optional[str] = None
    problem: Optional[str] = None


class TaskLogs:
    """Reads the logs of failed tasks.

    :param lines: lines of each to keep; with 0 the cause is still found.
    :param redact: masks secrets.
    """

    def __init__(self, executions: Executions, lines: int, redact: Callable[[str], str]) -> None:
        self._executions = executions
        self._lines = lines
        self._redact = redact

    def failures(self, execution_id: int, tasks: Sequence[Task], pulls: bool) -> List[Failure]:
        """The tasks that failed, the first of them with their logs.

        :param pulls: whether the policy replicates to Harbor, and not from it.
        """
        failed = [task for task in tasks if task.status == FAILED]
        read = [self._read(execution_id, task, pulls) for task in failed[:LOGS_AT_MOST]]
        return read + [
            Failure(task, [], problem="not read: the logs of {0} failed tasks are".format(LOGS_AT_MOST))
            for task in failed[LOGS_AT_MOST:]
        ]

    def _read(self, execution_id: int, task: Task, pulls: bool) -> Failure:
        try:
            text = clean(self._executions.log(execution_id, task.id), self._redact)
        except HarborError as error:
            # Logs are purged sooner than executions, and may be on a missing volume.
            return Failure(task, [], problem=str(error))
        lines = last_try(text.splitlines())
        errors = [found.group(1) for found in map(_ERROR.search, lines) if found and _SUMMARY not in found.group(1)]
        cause = _cause(errors)
        return Failure(
            task,
            [_cut(line) for line in lines[max(0, len(lines) - self._lines) :]],
            cause=cause,
            remedy=remedy_for_copying("\n".join(errors or lines), cause or "", pulls),
        )


def as_results(tasks: Sequence[Task], failures: Sequence[Failure]) -> List[Dict[str, Any]]:
    """All tasks as a module returns them, failed ones with log, cause and remedy."""
    by_id = {failure.task.id: failure for failure in failures}
    results = []
    for task in tasks:
        result = task.as_dict()
        failure = by_id.get(task.id)
        if failure:
            result.update(log=failure.lines, cause=failure.cause, hint=failure.remedy, log_problem=failure.problem)
        results.append(result)
    return results


def last_try(lines: Sequence[str]) -> List[str]:
    """The log lines of the task's last try.

    Output of an earlier, longer try remains after the last one's end, starting in the middle of a line. It is
    found by its earlier timestamps.
    """
    latest = None
    for number, line in enumerate(lines):
        time = epoch(line.split(" ", 1)[0])
        if time is None:
            continue
        if latest is not None and time < latest - _STEP_BACK:
            return list(lines[: _end_before(lines, number)])
        latest = time
    return list(lines)


def _end_before(lines: Sequence[str], number: int) -> int:
    """The end of the try before a line: the rest of a broken line before it belongs to neither."""
    broken = epoch(lines[number - 1].split(" ", 1)[0]) is None
    return number - 1 if broken else number


def _cause(errors: Sequence[str]) -> Optional[str]:
    """The last error; of two lines about it, the one that says what Harbor was doing."""
    if not errors:
        return None
    repeated = len(errors) > 1 and errors[-2].endswith(errors[-1])
    return _cut(errors[-2] if repeated else errors[-1])


def clean(text: str, redact: Callable[[str], str]) -> str:
    """The lines of a text without known secrets, and without anything that looks like a login.

    No redactor knows the registries' logins, which Harbor stores.
    """
    return hide_logins(lines(redact(text).replace("\r\n", "\n")))


def _cut(line: str) -> str:
    return line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 3] + "..."
