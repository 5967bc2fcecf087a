# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of an execution: one event for all of it, after each change or half a minute.

The module writes one JSON object per line to the progress file; the action plugin shows them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional

from ..._line_file import LineFile
from ..errors import HarborError

if TYPE_CHECKING:
    # The action plugin only renders events, and does not need what an execution imports (requests).
    from ..replication.executions import Execution

INTERVAL = 30.0


class ReplicationProgress:
    """Reports the progress of one execution.

    :param path: the progress file, appended to; None for none.
    :param policy: the name of the policy.
    :param clock: seconds from any starting point.
    :raises HarborError: the file cannot be opened.
    """

    def __init__(self, path: Optional[str], policy: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = LineFile(path, "progress_file", HarborError)
        self._policy = policy
        self._clock = clock
        self._last: Optional[Dict[str, Any]] = None
        self._last_time = 0.0

    def seen(self, execution: Execution) -> None:
        """Report the execution's current state."""
        event = {"event": "progress", "policy": self._policy, "execution": execution.id, "status": execution.status}
        self._tell(dict(event, **execution.counts.as_dict()))

    def unreachable(self, execution_id: int, error: HarborError) -> None:
        """Report that Harbor did not answer and will be asked again."""
        event = {"event": "no_answer", "policy": self._policy, "execution": execution_id}
        self._tell(dict(event, error=error.what, status=error.status))

    def close(self) -> Optional[str]:
        """Close the file; returns the error that prevented writing, if any."""
        self._file.close()
        return self._file.error

    def _tell(self, event: Dict[str, Any]) -> None:
        now = self._clock()
        if event == self._last and now - self._last_time < INTERVAL:
            return
        self._last, self._last_time = event, now
        if self._file.active:
            self._file.write(json.dumps(event, separators=(",", ":")))


def render(event: Mapping[str, Any]) -> str:
    """An event of the progress file as a readable line."""
    head = "[harbor] policy {0}, execution {1}: ".format(event["policy"], event["execution"])
    if event["event"] == "no_answer":
        said = event["error"] if event["status"] is None else "HTTP {0}".format(event["status"])
        return head + "no answer ({0}), asking again".format(said)
    if not event["total"]:
        return head + ("preparing" if event["status"] == "InProgress" else event["status"])
    ended = event["succeed"] + event["failed"] + event["stopped"]
    parts = [
        "{0}/{1} repositories".format(ended, event["total"]),
        "{0} failed".format(event["failed"]),
        "{0} in progress".format(event["in_progress"]),
    ]
    if event["stopped"]:
        parts.append("{0} stopped".format(event["stopped"]))
    if event["status"] != "InProgress":
        parts.append(event["status"])
    return head + ", ".join(parts)
