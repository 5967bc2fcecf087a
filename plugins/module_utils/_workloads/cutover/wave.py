# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One wave: objects are changed a few at a time, and watched until their pods run. What fails is put back, alone.

What can wait for nothing comes first, then what has a state, at last what stops before it starts anew. When too many
have failed, no further one is begun; those that are under way are brought to their end.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional, Sequence

from ..._errors import LongshoreError
from ..._time_limit import in_words
from ..cluster.client import ClusterClient
from ..errors import ConflictError, ForbiddenError, WorkloadsError
from ..record import Record
from .moves import Undo, changed_since, changes_of
from .patcher import Patch, Patcher
from .rollout import (
    LATE,
    READY,
    after_rollout,
    fault_of,
    is_going,
    is_new,
    is_ready,
    judge,
    nothing_to_wait_for,
    selector_of,
)
from .workload import (
    FAILED,
    LEFT,
    PATCHED,
    PENDING,
    PUT_BACK,
    ROLLED_BACK,
    SWITCHED,
    UNCHANGED,
    UNFINISHED,
    Work,
    mapping,
    workload_of,
)

POLL = 2.0  # seconds
PATIENCE = 15.0
"""Seconds for which something must be wrong before it is a failure: a registry may be busy for a moment."""

_HOLDING_UP = "See kubectl describe. A quota or lack of room on the nodes may hold it up."


class Limits(NamedTuple):
    """
    :ivar parallel: how many objects roll out at once.
    :ivar failures: after how many failures no further one is begun.
    :ivar seconds: for one roll-out.
    :ivar delete_stuck: delete pods of a StatefulSet that would never be replaced.
    """

    parallel: int = 5
    failures: int = 1
    seconds: float = 600.0
    delete_stuck: bool = False


def concerns_one(client: ClusterClient, error: WorkloadsError) -> bool:
    """Whether an error concerns one object alone; otherwise the server is gone, or the login.

    A server that works still says 500 for an object whose webhook does not answer.
    """
    if error.status is None or error.status == 401:
        return False
    if error.status >= 500:
        try:
            client.get("/version")
        except WorkloadsError:
            return False
    return True


class Wave:
    """
    :param prepare: the patch for an object, as C(Switch.prepare) or C(Undo.prepare).
    :ivar error: why it was broken off; C(warnings) what could not be looked at.
    """

    def __init__(
        self,
        client: ClusterClient,
        record: Record,
        patcher: Patcher,
        prepare: Callable[[Work, Dict[str, Any]], Optional[Patch]],
        undo: Undo,
        limits: Limits,
    ) -> None:
        self._client = client
        self._record = record
        self._patcher = patcher
        self._prepare = prepare
        self._undo = undo
        self._limits = limits
        self._failures = 0
        self.error: Optional[LongshoreError] = None
        self.warnings: List[str] = []

    def run(self, works: Sequence[Work]) -> None:
        """Bring each to an outcome."""
        try:
            for phase in sorted({work.workload.phase for work in works}):
                self._run_phase(deque(work for work in works if work.workload.phase == phase))
        except LongshoreError as error:
            self.error = error
            for work in (one for one in works if not one.outcome):
                if work.started or work.entry is not None:
                    text = "whether its pods run the image is not known"
                    work.end(UNFINISHED, text, "Run the task again: it goes on from the record.")
        for work in works:
            if not work.outcome:
                work.end(PENDING, "it was not begun", "Run the task again.")

    def _run_phase(self, waiting: Deque[Work]) -> None:
        active: List[Work] = []
        while active or (waiting and not self._is_over()):
            while waiting and len(active) < self._limits.parallel and not self._is_over():
                work = waiting.popleft()
                self._guarded(work, self._start)
                if not work.outcome:
                    active.append(work)
            for work in active:
                self._guarded(work, self._look)
            active = [work for work in active if not work.outcome]
            if active:
                time.sleep(POLL)

    def _is_over(self) -> bool:
        return self._failures >= self._limits.failures

    def _guarded(self, work: Work, act: Callable[[Work], None]) -> None:
        """
        :raises WorkloadsError: the server is gone, or the login; anything else concerns the object alone.
        """
        try:
            act(work)
        except WorkloadsError as error:
            if error.status == 404:
                work.end(LEFT, "it is gone: it was deleted meanwhile")
            elif not concerns_one(self._client, error):
                raise
            else:
                text = "the API server refuses the change: {0}".format(error.what)
                if work.cause:
                    text = "{0}; it was not put back: {1}".format(work.cause, text)
                hint = "Change it where it is made, or let its admission webhooks take the image."
                work.end(
                    FAILED,
                    text,
                    error.hint or (hint if isinstance(error, ConflictError) or error.status >= 500 else ""),
                )
                self._failures += 1

    # The beginning

    def _start(self, work: Work) -> None:
        workload = work.workload
        work.was_ready = nothing_to_wait_for(workload) is not None or judge(workload).state == READY
        item = self._patcher.make(workload.path, workload.item, lambda found: self._prepare(work, found))
        work.patched = item is not None
        if self._patcher.dry_run:
            if item is not None:
                self._foresee(work)
            return
        if item is None:
            if not work.entries and (work.outcome != UNCHANGED or work.entry is None):
                return
            work.was_ready = True
            # A run that was killed may have left the claim, or pods that are not ready yet.
            item = self._patcher.without_claim(workload.path, self._client.object(workload.path))
            for entry in work.undone:
                self._record.undone(entry)
            if work.entries:
                return
        work.outcome = ""
        self._watch(work, item)

    def _foresee(self, work: Work) -> None:
        waits = nothing_to_wait_for(work.workload) or after_rollout(work.workload)
        if self._is_undoing(work):
            work.end(ROLLED_BACK, work.reason, work.remedy)
        elif waits is None:
            work.end(SWITCHED, work.reason, work.remedy)
        else:
            self._patched(work, *waits)

    def _is_undoing(self, work: Work) -> bool:
        return bool(work.entries) or work.undoing

    def _watch(self, work: Work, item: Dict[str, Any]) -> None:
        work.workload = self._again(work, item)
        work.started, work.alarm = time.monotonic(), None
        waits = nothing_to_wait_for(work.workload)
        if waits is not None:
            self._confirm(work)
            if self._is_undoing(work):
                self._end_undone(work)
            else:
                self._patched(work, *waits)

    def _again(self, work: Work, item: Dict[str, Any]) -> Any:
        found = workload_of(work.workload.resource, item, lambda _item: ())
        if found.uid != work.workload.uid:
            raise WorkloadsError("it was deleted meanwhile", status=404)
        found.spots = work.workload.spots
        return found

    def _confirm(self, work: Work) -> None:
        if work.entry is not None and not work.undoing:
            self._record.done(work.entry)

    @staticmethod
    def _patched(work: Work, reason: str, remedy: str) -> None:
        both = [text for text in (reason, work.reason) if text]
        work.end(PATCHED, "; ".join(both), remedy or work.remedy)

    # The roll-out

    def _look(self, work: Work) -> None:
        workload = work.workload = self._again(work, self._client.object(work.workload.path))
        others = changed_since(workload.item, work.changes, back=work.undoing)
        if others:
            self._failures += 1
            text = "; ".join(part for part in (work.cause, others) if part)
            work.end(FAILED, text, "Change the image where they have it, and run the task again.")
            return
        verdict = judge(workload)
        if verdict.state == READY:
            self._ready(work)
            return
        pods = self._pods(work)
        new = [pod for pod in pods if is_new(pod, workload)]
        if self._is_undoing(work) and workload.resource.kind == "StatefulSet":
            self._free(work, [pod for pod in pods if not is_new(pod, workload) and not is_ready(pod)])
            if work.outcome:
                return
        waited = time.monotonic() - work.started
        alarm = verdict.alarm or fault_of(new)
        # What was late before it was put back may say so for a while.
        if verdict.state == LATE and not self._is_undoing(work):
            self._fail(work, "; ".join(text for text in (verdict.text, alarm) if text))
        elif alarm and self._lasts(work):
            self._fail(work, alarm)
        elif waited > self._limits.seconds:
            self._fail(work, "it is not ready after {0}: {1}".format(in_words(self._limits.seconds), verdict.text))
        if not alarm:
            work.alarm = None

    def _lasts(self, work: Work) -> bool:
        if work.alarm is None:
            work.alarm = time.monotonic()
        return time.monotonic() - work.alarm >= PATIENCE

    def _pods(self, work: Work) -> List[Dict[str, Any]]:
        workload = work.workload
        path = "/api/v1/namespaces/{0}/pods".format(workload.namespace)
        try:
            found = list(self._client.pages(path, [("labelSelector", selector_of(workload))]))
        except ForbiddenError as error:
            text = "pods may not be listed in the namespace {0}, so that what fails is seen late: {1}"
            text = text.format(workload.namespace, error)
            if text not in self.warnings:
                self.warnings.append(text)
            return []
        return [pod for pod in found if not is_going(pod)]

    def _ready(self, work: Work) -> None:
        self._confirm(work)
        if self._is_undoing(work):
            self._end_undone(work)
            return
        left = after_rollout(work.workload)
        if left is not None:
            self._patched(work, *left)
        else:
            work.end(SWITCHED, work.reason, work.remedy)

    @staticmethod
    def _end_undone(work: Work, note: str = "", remedy: str = "") -> None:
        parts = [text for text in (work.cause, note or work.reason) if text]
        work.end(PUT_BACK if work.undoing else ROLLED_BACK, "; ".join(parts), remedy or work.remedy)

    def _fail(self, work: Work, cause: str) -> None:
        if self._is_undoing(work):
            self._failures += work.undoing is False
            text = "{0}; it was put back, but its pods are not ready: {1}" if work.cause else "{0}{1}"
            work.end(FAILED, text.format(work.cause, cause), _HOLDING_UP)
            return
        self._failures += 1
        work.cause, work.undoing = cause, True
        entry = work.entry
        work.entries = [entry] if entry is not None else []
        item = self._patcher.make(
            work.workload.path, self._client.object(work.workload.path), lambda found: self._undo.prepare(work, found)
        )
        work.outcome = ""
        # What failed, not what put it back.
        work.changes = [] if entry is None else changes_of(entry)
        if item is None:
            work.end(FAILED, "{0}; {1}".format(cause, work.reason or "others have put it back"), work.remedy)
            return
        work.reason, work.remedy = "", ""
        self._watch(work, item)
        if not work.outcome and not work.was_ready and work.workload.resource.kind != "StatefulSet":
            self._end_undone(work, "its pods were not ready before either", "Look at why they are not.")

    def _free(self, work: Work, stuck: Sequence[Dict[str, Any]]) -> None:
        """Delete the pods that keep a StatefulSet from going back, or say which they are."""
        uid = work.workload.uid
        own = [pod for pod in stuck if _owned(pod, uid)]
        if not own or not fault_of(own):
            return
        names = ", ".join(str(pod["metadata"]["name"]) for pod in own)
        if not self._limits.delete_stuck:
            note = "its pods {0} stay on the image that failed".format(names)
            remedy = "Delete these pods, or set delete_stuck_pods."
            self._end_undone(work, note, remedy)
            return
        for pod in own:
            metadata = pod["metadata"]
            if metadata["uid"] not in work.deleted:
                work.deleted.add(metadata["uid"])
                path = "/api/v1/namespaces/{0}/pods/{1}".format(work.workload.namespace, metadata["name"])
                self._client.delete(path, metadata["uid"])


def _owned(pod: Dict[str, Any], uid: str) -> bool:
    owners = pod["metadata"].get("ownerReferences")
    return any(mapping(one).get("uid") == uid for one in (owners if isinstance(owners, list) else ()))
