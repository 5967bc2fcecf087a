# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a replication policy: start or join an execution, wait, stop.

C(run_result) judges the outcome.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._arguments import check_ranges
from ..._files.safe_file import check_output
from ..api.client import HarborClient, required
from ..errors import HarborError
from ..replication.executions import FAILED, STOPPED, Counts, Execution, Executions
from ..replication.policy import PULL, policy_state, require_policy
from .progress import ReplicationProgress
from .run_result import judge, judge_stop, report
from .task_logs import TaskLogs
from .waiter import Waiter, WaitResult

# The minimum of each numeric option.
_LIMITS = {
    "wait_timeout": (0, 10**8),
    "poll_interval": (0.1, 86400),
    "settle_time": (0, 10**8),
    "log_lines": (0, 10**6),
}


class Policy(NamedTuple):
    """The needed facts about a policy.

    :ivar pulls: whether it replicates to Harbor, not from it.
    """

    id: int
    name: str
    enabled: bool
    pulls: bool = False

    @property
    def where(self) -> str:
        return "policy {0}".format(self.name)


class ReplicationRun:
    """The runs of one policy, for the module C(harbor_replication_execution).

    :param options: that module's.
    :param check_mode: do not start, stop or wait for anything.
    :param redact: masks secrets in logs.
    """

    def __init__(
        self,
        client: HarborClient,
        options: Mapping[str, Any],
        check_mode: bool = False,
        redact: Callable[[str], str] = str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_ranges(options, _LIMITS)
        if options.get("progress_file"):
            check_output("progress_file", options["progress_file"], replaced=False)
        self._client = client
        self._options = options
        self._check_mode = check_mode
        self._waits = options["wait"] and not check_mode
        self._sleep = sleep
        self._clock = clock
        self._executions = Executions(client)
        self._logs = TaskLogs(self._executions, options["log_lines"], redact)
        self.warnings: List[str] = []

    def run(self) -> Dict[str, Any]:
        """Establish the state that the options request.

        :return: the module's result; with C(failed), C(msg) and C(error) if the run failed.
        :raises HarborError: nothing could be started, or Harbor refused a request.
        """
        states = {"started": self._started, "finished": self._finished, "stopped": self._stopped}
        return dict(states[self._options["state"]](), harbor_version=self._client.version.text)

    # -- the states --------------------------------------------------------------------------------------------

    def _started(self) -> Dict[str, Any]:
        if self._options["execution_id"] is not None:
            raise HarborError(
                "an execution cannot be started a second time",
                where="execution_id",
                hint="Leave it out, or set state=finished or state=stopped.",
            )
        policy = self._policy()
        if not policy.enabled:
            raise _disabled(policy)
        working = self._executions.working(policy.id)
        if working and self._options["if_running"] == "fail":
            raise HarborError(
                "execution {0} is still in progress".format(working[0].id),
                where=policy.where,
                hint="Wait for it with if_running=join, stop it with state=stopped, or start another one in parallel "
                "with if_running=start.",
            )
        if working and self._options["if_running"] == "join":
            return self._conclude(policy, working[0].id, changed=False)
        if self._check_mode:
            return dict(report(policy.name, None, [], Counts()), changed=True)
        return self._conclude(policy, self._start(policy), changed=True)

    def _finished(self) -> Dict[str, Any]:
        policy, execution = self._given()
        if execution is None:
            execution = self._executions.newest(policy.id)
        if execution is not None:
            return self._conclude(policy, execution.id, changed=False)
        if self._check_mode:
            # The task that starts the first one may be in the same play.
            return dict(report(policy.name, None, [], Counts()), changed=False)
        raise HarborError(
            "the policy was never run", where=policy.where, hint="Start it with state=started, or wait for its trigger."
        )

    def _stopped(self) -> Dict[str, Any]:
        policy, execution = self._given()
        if execution is not None:
            found = [execution]
        else:
            newest = self._executions.newest(policy.id)
            found = self._executions.working(policy.id) or ([newest] if newest else [])
        targets = [item for item in found if not self._is_over(item)]
        at_work = [item.id for item in targets if not item.ended or item.counts.in_progress]
        if not self._check_mode:
            for number in at_work:
                self._executions.stop(number)
        if targets and self._waits:
            return self._await_stop(policy, targets)
        result = self._look(policy, found[0]) if found else report(policy.name, None, [], Counts())
        return dict(result, changed=bool(at_work), stopped=at_work)

    def _is_over(self, execution: Execution) -> bool:
        """Whether there is nothing to stop, now or soon: one that has just failed is likely to be retried."""
        if execution.status != FAILED or not execution.counts.total:
            return execution.ended
        return (execution.ended_ago or 0.0) >= self._options["settle_time"]

    # -- the steps ---------------------------------------------------------------------------------------------

    def _start(self, policy: Policy) -> int:
        try:
            return self._executions.start(policy.id)
        except HarborError as error:
            # It was disabled after it was read: 412, in 1.10 400.
            if error.status in (400, 412) and "disabled" in error.what:
                raise _disabled(policy) from error
            raise

    def _conclude(self, policy: Policy, execution_id: int, changed: bool) -> Dict[str, Any]:
        """Wait if requested, and judge the outcome."""
        if not self._waits:
            return dict(self._look(policy, self._executions.get(execution_id)), changed=changed)
        outcome = self._wait(policy, execution_id)
        failures = self._logs.failures(execution_id, outcome.tasks, policy.pulls)
        result = report(policy.name, outcome.execution, outcome.tasks, outcome.counts, failures)
        verdict = judge(policy.name, execution_id, outcome, failures, self._options, policy.pulls)
        self.warnings.extend(verdict.warnings)
        if verdict.error is not None:
            result.update(failed=True, msg=str(verdict.error), error=verdict.error.as_dict())
        return dict(result, changed=changed)

    def _await_stop(self, policy: Policy, targets: List[Execution]) -> Dict[str, Any]:
        """Wait until all have ended; how they ended is not judged."""
        outcomes = [self._wait(policy, target.id, self._stop_again(target)) for target in targets]
        newest = outcomes[0]
        failures = self._logs.failures(targets[0].id, newest.tasks, policy.pulls)
        result = report(policy.name, newest.execution, newest.tasks, newest.counts, failures)
        stopped = [
            target.id
            for target, outcome in zip(targets, outcomes)
            if outcome.counts.stopped or (outcome.execution and outcome.execution.status == STOPPED)
        ]
        error = judge_stop(policy.name, [item.id for item in targets], outcomes, self._options)
        if error is not None:
            result.update(failed=True, msg=str(error), error=error.as_dict())
        return dict(result, changed=bool(stopped) or error is not None, stopped=stopped)

    def _stop_again(self, target: Execution) -> Callable[[Execution], None]:
        """A callback that stops a continuing execution again: Harbor skips failed tasks that it will retry."""
        was_at_work = not target.ended or bool(target.counts.in_progress)

        def look(execution: Execution) -> None:
            nonlocal was_at_work
            if execution.counts.in_progress and not was_at_work:
                self._executions.stop(execution.id)
            was_at_work = bool(execution.counts.in_progress)

        return look

    def _wait(
        self, policy: Policy, execution_id: int, look: Callable[[Execution], None] = lambda execution: None
    ) -> WaitResult:
        options = self._options
        progress = ReplicationProgress(options.get("progress_file"), policy.name, self._clock)
        waiter = Waiter(
            self._executions,
            progress,
            options["wait_timeout"],
            options["poll_interval"],
            options["settle_time"],
            self._sleep,
            self._clock,
        )
        try:
            return waiter.wait(execution_id, look)
        finally:
            problem = progress.close()
            if problem:
                self.warnings.append("Progress could not be written completely: {0}".format(problem))

    def _look(self, policy: Policy, execution: Execution) -> Dict[str, Any]:
        tasks = self._executions.tasks(execution.id)
        failures = self._logs.failures(execution.id, tasks, policy.pulls)
        return report(policy.name, execution, tasks, execution.counts, failures)

    def _given(self) -> Tuple[Policy, Optional[Execution]]:
        """The policy, and the execution if one is given.

        :raises HarborError: there is no such execution, or it belongs to another policy.
        """
        number = self._options["execution_id"]
        if number is None:
            return self._policy(), None
        try:
            execution = self._executions.get(number)
        except HarborError as error:
            if error.status != 404:
                raise
            raise HarborError(
                "Harbor has no replication execution with this ID",
                where="execution_id {0}".format(number),
                status=404,
                hint="It may have been removed together with its policy, or because of its age.",
            ) from error
        if not self._options["policy"]:
            return self._policy_of(execution), execution
        policy = self._policy()
        if policy.id != execution.policy_id:
            raise HarborError(
                "execution {0} is of another policy".format(number),
                where=policy.where,
                hint="Leave policy or execution_id out.",
            )
        return policy, execution

    def _policy_of(self, execution: Execution) -> Policy:
        try:
            return _policy(self._client.get_object("/replication/policies/{0}".format(execution.policy_id)).data)
        except HarborError as error:
            if error.status != 404:
                raise
            # In 1.10 executions remain after their policy is deleted.
            return Policy(execution.policy_id, "number {0}".format(execution.policy_id), enabled=False)

    def _policy(self) -> Policy:
        return _policy(require_policy(self._client, self._options["policy"]))


def _policy(data: Mapping[str, Any]) -> Policy:
    # Newer versions omit false values.
    enabled, pulls = bool(data.get("enabled")), policy_state(data)["mode"] == PULL
    return Policy(int(required(data, "id")), str(required(data, "name")), enabled, pulls)


def _disabled(policy: Policy) -> HarborError:
    return HarborError(
        "the policy is disabled, and Harbor does not run it",
        where=policy.where,
        hint="Enable it with longshore.swr.harbor_replication_policy and enabled=true.",
    )
