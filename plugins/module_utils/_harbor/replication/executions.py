# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executions of replication policies, their tasks and logs, as in Harbor's API.

An execution has one task for each repository. Since 2.2 its counts reflect the tasks' current state, while its
status follows up to half a minute later; in 1.10 the status comes from the tasks too, unless the preparation
failed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import calendar
import contextlib
import email.utils
import itertools
import re
import time
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional

from ..._text import hide_logins
from ..api.client import HarborClient
from ..errors import HarborError

IN_PROGRESS = "InProgress"
SUCCEED = "Succeed"
FAILED = "Failed"
STOPPED = "Stopped"
ENDED = (SUCCEED, FAILED, STOPPED)

# 1.10 keeps "InProgress" in its database forever and computes the status on request, so its filter lets
# everything through. Lists start with the newest; nothing still runs after so many newer ones.
_LOOKED_AT = 500

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):?(\d\d))\Z")
# Go's zero time.
_NO_TIME = "0001-01-01"


@contextlib.contextmanager
def _reading(what: str) -> Iterator[None]:
    """Turn all errors in a description into one.

    :raises HarborError: it is not from Harbor.
    """
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise HarborError(
            "{0} is not in Harbor's format".format(what), hint="Check whether a proxy answers instead of Harbor."
        ) from error


class Counts(NamedTuple):
    """The numbers of an execution's repositories, by state."""

    total: int = 0
    succeed: int = 0
    failed: int = 0
    in_progress: int = 0
    stopped: int = 0

    @property
    def ended(self) -> int:
        return self.succeed + self.failed + self.stopped

    def as_dict(self) -> Dict[str, int]:
        return dict(self._asdict())


class Task(NamedTuple):
    """The replication of one repository."""

    id: int
    status: str
    operation: str
    resource_type: str
    source: str
    destination: str
    start_time: Optional[str]
    end_time: Optional[str]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Task:
        """
        :param data: an entry of the API's list of tasks.
        :raises HarborError: it is invalid.
        """
        with _reading("a task"):
            return cls(
                id=int(data["id"]),
                status=str(data["status"]),
                operation=str(data.get("operation") or ""),
                resource_type=str(data.get("resource_type") or ""),
                source=str(data.get("src_resource") or ""),
                destination=str(data.get("dst_resource") or ""),
                start_time=time_or_none(data.get("start_time")),
                end_time=time_or_none(data.get("end_time")),
            )

    def as_dict(self) -> Dict[str, Any]:
        """The task with the API's names."""
        data: Dict[str, Any] = dict(self._asdict())
        data["src_resource"] = data.pop("source")
        data["dst_resource"] = data.pop("destination")
        return data


class Execution(NamedTuple):
    """One run of a policy.

    :ivar ended_ago: minimum seconds since its end, by Harbor's clock; None if it has not ended or that is not
        known.
    """

    id: int
    policy_id: int
    status: str
    status_text: str
    trigger: str
    start_time: Optional[str]
    end_time: Optional[str]
    counts: Counts
    ended_ago: Optional[float] = None

    @classmethod
    def read(cls, data: Mapping[str, Any], date: Optional[str] = None) -> Execution:
        """
        :param data: the API's execution.
        :param date: the header C(Date) of the reply.
        :raises HarborError: it is invalid.
        """
        with _reading("an execution"):
            end_time = time_or_none(data.get("end_time"))
            ended, now = epoch(end_time), _date(date)
            return cls(
                id=int(data["id"]),
                policy_id=int(data.get("policy_id") or 0),
                status=str(data["status"]),
                # It quotes a registry's replies during the preparation.
                status_text=hide_logins(str(data.get("status_text") or "")),
                trigger=str(data.get("trigger") or ""),
                start_time=time_or_none(data.get("start_time")),
                end_time=end_time,
                counts=Counts(*(int(data.get(name) or 0) for name in Counts._fields)),
                # Both may be up to a second off: the result must be a lower bound.
                ended_ago=None if ended is None or now is None else max(0.0, now - ended - 1),
            )

    @property
    def ended(self) -> bool:
        """Whether its status is final. A failure may be retried: see C(waiter)."""
        return self.status in ENDED

    @property
    def works(self) -> bool:
        """Whether it has, or may again have, work to do.

        The status of a finished one may be late. One with failures may be retrying.
        """
        counts = self.counts
        return not self.ended and not (counts.total and not counts.in_progress and not counts.failed)

    def as_dict(self) -> Dict[str, Any]:
        """For a module's result; without the counts."""
        names = ("id", "policy_id", "status", "status_text", "trigger", "start_time", "end_time")
        return {name: getattr(self, name) for name in names}


def count(tasks: Iterable[Task]) -> Counts:
    """The counts from the tasks themselves. A task that has not ended is in progress, whatever its status."""
    tally = dict.fromkeys(ENDED, 0)
    total = 0
    for task in tasks:
        total += 1
        if task.status in tally:
            tally[task.status] += 1
    return Counts(total, tally[SUCCEED], tally[FAILED], total - sum(tally.values()), tally[STOPPED])


def time_or_none(text: Any) -> Optional[str]:
    """A time as Harbor wrote it, None for the zero time."""
    return None if not text or str(text).startswith(_NO_TIME) else str(text)


def epoch(text: Optional[str]) -> Optional[float]:
    """Whole seconds since 1970 for a time from Harbor (RFC 3339), None if invalid."""
    found = _TIME.match(text or "")
    if not found:
        return None
    base, sign, hours, minutes = found.groups()
    try:
        seconds = float(calendar.timegm(time.strptime(base, "%Y-%m-%dT%H:%M:%S")))
    except ValueError:
        return None
    offset = (int(hours) * 60 + int(minutes)) * 60 if sign else 0
    return seconds - offset if sign != "-" else seconds + offset


def _date(header: Optional[str]) -> Optional[float]:
    try:
        return email.utils.parsedate_to_datetime(header or "").timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


class Executions:
    """The executions of one Harbor.

    :param client: its API client. Each method raises the client's errors.
    """

    def __init__(self, client: HarborClient) -> None:
        self._client = client

    def get(self, execution_id: int) -> Execution:
        reply = self._client.get_object("/replication/executions/{0}".format(execution_id))
        return Execution.read(reply.data, reply.headers.get("Date"))

    def newest(self, policy_id: int) -> Optional[Execution]:
        """The newest execution of a policy, None if there is none."""
        # 1.10 ignores the sort parameter, and starts with the newest too.
        query = [("policy_id", str(policy_id)), ("sort", "-start_time"), ("page", "1"), ("page_size", "10")]
        listed, reply = self._client.get_list("/replication/executions", query)
        found = [Execution.read(item, reply.headers.get("Date")) for item in listed]
        return max(found, key=lambda execution: execution.id, default=None)

    def working(self, policy_id: int) -> List[Execution]:
        """The executions of a policy with work to do, newest first."""
        query = [("policy_id", str(policy_id)), ("status", IN_PROGRESS), ("sort", "-start_time")]
        listed = itertools.islice(self._client.list("/replication/executions", query), _LOOKED_AT)
        found = [execution for execution in map(Execution.read, listed) if execution.works]
        return sorted(found, key=lambda execution: execution.id, reverse=True)

    def start(self, policy_id: int) -> int:
        """Start a policy; returns the id of the execution."""
        client = self._client
        return client.created_id(client.post("/replication/executions", {"policy_id": policy_id}))

    def stop(self, execution_id: int) -> None:
        """Ask Harbor to stop it, which takes a while: current copies may finish first."""
        self._client.put("/replication/executions/{0}".format(execution_id), None)

    def tasks(self, execution_id: int) -> List[Task]:
        """The tasks, in order of creation."""
        listed = self._client.list("/replication/executions/{0}/tasks".format(execution_id))
        # A page may repeat the end of the previous one, if a task was added meanwhile.
        return sorted({task.id: task for task in map(Task.read, listed)}.values())

    def log(self, execution_id: int, task_id: int) -> str:
        """The log of a task so far."""
        return self._client.text("/replication/executions/{0}/tasks/{1}/log".format(execution_id, task_id))
