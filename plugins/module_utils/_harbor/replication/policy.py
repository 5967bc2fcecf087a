# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication policies: what Harbor replicates, where and when.

A PUT replaces the whole policy: omitted fields are reset. Harbor ignores unknown fields, and its replies
omit false and empty ones.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from ..._resource import Resource, ResourceChange, State, bring_about
from ..api.client import HarborClient
from ..errors import HarborError
from ..registry.model import find_registry, require_registry
from .cron import canonical_cron
from .executions import Executions
from .filters import canonical_filters, sent_filters, wanted_filters
from .flattening import ALL_LEVELS
from .policy_checks import check_policy, policy_warnings

PUSH, PULL = "push", "pull"
MANUAL, SCHEDULED = "manual", "scheduled"

# Fields of a policy that Harbor returns, but accepts only in another form or not at all.
_NOT_SENT_BACK = frozenset(
    ("id", "creator", "creation_time", "update_time", "replicate_deletion", "src_registry", "dest_registry")
)
# Seconds to wait for executions to stop: current copies may finish first.
_PATIENCE = 300.0
_PAUSE = 2.0


def policy_state(data: Mapping[str, Any]) -> State:
    """A policy from Harbor's API in canonical form."""
    source, target = data.get("src_registry") or {}, data.get("dest_registry") or {}
    mode = PULL if source.get("id") else PUSH
    trigger = data.get("trigger") or {}
    kind = trigger.get("type") or MANUAL
    cron = (trigger.get("trigger_settings") or {}).get("cron") or ""
    count = data.get("dest_namespace_replace_count")
    return {
        "name": data.get("name") or "",
        "description": data.get("description") or "",
        "mode": mode,
        "registry": (source if mode == PULL else target).get("name") or "",
        "dest_namespace": data.get("dest_namespace") or "",
        "dest_namespace_replace_count": ALL_LEVELS if count is None or count < 0 else count,
        "filters": canonical_filters(data.get("filters")),
        "trigger": kind,
        "cron": " ".join(cron.split()) if kind == SCHEDULED else "",
        "deletion": bool(data.get("deletion")),
        "override": bool(data.get("override")),
        "enabled": bool(data.get("enabled")),
        # A negative input is returned as 0; both mean no limit.
        "speed": max(data.get("speed") or 0, 0),
        "copy_by_chunk": bool(data.get("copy_by_chunk")),
        "single_active_replication": bool(data.get("single_active_replication")),
    }


def registry_of(data: Mapping[str, Any]) -> Dict[str, Any]:
    """The registry that a policy replicates to or from; the other side is Harbor itself, with id 0."""
    source = data.get("src_registry") or {}
    return source if source.get("id") else data.get("dest_registry") or {}


def require_policy(client: HarborClient, name: str) -> Dict[str, Any]:
    """The policy with exactly this name: Harbor's search finds all names that contain it.

    :raises HarborError: there is none; lists those that exist.
    """
    policies = list(client.list("/replication/policies"))
    for policy in policies:
        if policy.get("name") == name:
            return policy
    names = ", ".join(sorted(str(policy.get("name")) for policy in policies))
    raise HarborError(
        "Harbor has no replication policy with this name; it has {0}".format(names or "none"),
        where="policy {0}".format(name),
        hint="Create it first, with module harbor_replication_policy, or correct the name.",
    )


class PolicyResource(Resource):
    """One replication policy of Harbor.

    :param options: those of module C(harbor_replication_policy).
    :param check_mode: an earlier task, also in check mode, may create what is missing, and remove what is still
        there.
    """

    def __init__(
        self,
        client: HarborClient,
        options: Mapping[str, Any],
        check_mode: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._options = options
        self._check_mode = check_mode
        self._where = "policy {0}".format(options["name"])
        self._sleep = sleep
        self._clock = clock
        self._registry: Dict[str, Any] = {}
        self._all: List[Dict[str, Any]] = []
        self.data: Optional[Dict[str, Any]] = None
        self.warnings: List[str] = []

    def observe(self) -> Optional[State]:
        self._all = list(self._client.list("/replication/policies"))
        self.data = next((policy for policy in self._all if policy.get("name") == self._options["name"]), None)
        return None if self.data is None else policy_state(self.data)

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._options["state"] == "absent":
            if self._check_mode and self.data is not None and not self._options.get("stop_executions"):
                self._look_for_executions()
            return None
        options = self._options
        self._registry = self._find_registry()
        state = dict(current or policy_state({"name": options["name"]}))
        names = ("mode", "deletion", "override", "enabled", "copy_by_chunk", "dest_namespace_replace_count", "trigger")
        state.update({name: options[name] for name in names})
        for name in ("description", "dest_namespace", "single_active_replication"):
            if options.get(name) is not None:
                state[name] = options[name]
        state["registry"] = self._registry.get("name") or ""
        state["speed"] = max(options["speed"], 0)
        state["cron"] = self._cron(current)
        if options.get("filters") is not None:
            state["filters"] = wanted_filters(options["filters"], self._client.version)
        check_policy(state, self._registry, self._client.version, self._client.host)
        others = [policy for policy in self._all if policy.get("name") != options["name"]]
        self.warnings = policy_warnings(state, self._registry, self._others(others), self._client.version)
        if self._registry["id"] is None and not self._registry["type"]:
            self.warnings.append(
                "{0}: there is no registry {1} yet. It must be created first.".format(self._where, state["registry"])
            )
        return state

    def _find_registry(self) -> Dict[str, Any]:
        """
        :raises HarborError: none is given, it does not exist, or it has another type.
        """
        name, wanted = self._options.get("registry"), self._options.get("registry_type")
        if name is None:
            if self.data is None:
                raise HarborError("a new policy needs a registry", where=self._where, hint="Set registry.")
            found = registry_of(self.data)
        elif self._check_mode and find_registry(self._client, name) is None:
            return {"id": None, "name": name, "type": wanted}
        else:
            found = require_registry(self._client, name)
        if wanted and found.get("type", wanted) != wanted:
            raise HarborError(
                "the registry {0} is of type {1}, and not {2}".format(found.get("name"), found.get("type"), wanted),
                where=self._where,
                hint="Use another registry, or leave registry_type out.",
            )
        return found

    def _look_for_executions(self) -> None:
        working = Executions(self._client).working(int((self.data or {})["id"]))
        if working:
            self.warnings.append(
                "{0}: it is being executed ({1}). These executions must end first.".format(
                    self._where, ", ".join(str(execution.id) for execution in working)
                )
            )

    @staticmethod
    def _others(policies: List[Dict[str, Any]]) -> List[Tuple[int, State]]:
        return [(registry_of(policy).get("id") or 0, policy_state(policy)) for policy in policies]

    def _cron(self, current: Optional[State]) -> str:
        """
        :raises HarborError: it is missing for a schedule, or given without one.
        """
        given = self._options.get("cron")
        if self._options["trigger"] != SCHEDULED:
            if given:
                raise HarborError(
                    "a schedule is set, but the trigger is {0}".format(self._options["trigger"]),
                    where="cron",
                    hint="Set trigger to scheduled, or leave cron out.",
                )
            return ""
        adopted = (current or {}).get("cron")
        if not given and not adopted:
            raise HarborError("a scheduled policy needs a schedule", where="cron", hint="Set cron.")
        try:
            return canonical_cron(given or adopted)
        except HarborError as error:
            if not given:
                error.what = "the policy in Harbor has a schedule that newer versions refuse: {0}".format(error.what)
                error.hint = "Set cron, which replaces it. {0}".format(error.hint)
            raise

    def _body(self, desired: State) -> Dict[str, Any]:
        version = self._client.version
        # Unknown fields of a newer Harbor are sent back unchanged, or they would be reset.
        body = {name: value for name, value in (self.data or {}).items() if name not in _NOT_SENT_BACK}
        for name in ("name", "description", "dest_namespace", "enabled", "deletion", "override"):
            body[name] = desired[name]
        body["src_registry" if desired["mode"] == PULL else "dest_registry"] = {"id": self._registry["id"]}
        body["trigger"] = {"type": desired["trigger"], "trigger_settings": {"cron": desired["cron"]}}
        body["filters"] = sent_filters(desired["filters"], version)
        for name in ("dest_namespace_replace_count", "speed", "copy_by_chunk", "single_active_replication"):
            body.pop(name, None)
            if version.supports(name):
                body[name] = desired[name]
        if body.get("speed") == 0:
            # As Harbor's web UI sends it.
            body["speed"] = -1
        return body

    def create(self, desired: State) -> None:
        with self._scheduling(desired):
            self._client.post("/replication/policies", self._body(desired))

    def update(self, current: State, desired: State) -> None:
        with self._scheduling(desired):
            self._client.put(self._path, self._body(desired))

    @contextlib.contextmanager
    def _scheduling(self, desired: State) -> Iterator[None]:
        """Explain an error if Harbor passes a schedule to jobservice: if that fails, nothing is stored."""
        try:
            yield
        except HarborError as error:
            if error.status == 500 and desired["trigger"] == SCHEDULED:
                error.hint = "Check whether Harbor's jobservice is running, which keeps the schedules. {0}".format(
                    error.hint
                )
            raise

    @property
    def _path(self) -> str:
        return "/replication/policies/{0}".format((self.data or {})["id"])

    def delete(self, current: State) -> None:
        """
        :raises HarborError: it is running and must not be stopped, or does not stop.
        """
        stopped: List[int] = []
        at_work: List[int] = []
        deadline = self._clock() + _PATIENCE
        while True:
            if self._options.get("stop_executions"):
                at_work = self._stop(stopped, at_work)
            try:
                self._client.delete(self._path)
                return
            except HarborError as error:
                if error.status != 412:
                    raise
                if not self._options.get("stop_executions"):
                    raise self._in_use(error) from error
                if self._clock() >= deadline:
                    raise self._not_stopped(stopped, error) from error
            # The status of an execution follows its tasks with some delay.
            self._sleep(_PAUSE)

    def _stop(self, stopped: List[int], at_work: List[int]) -> List[int]:
        """Stop running executions, and again those that resume: Harbor skips tasks that it will retry.

        :param stopped: everything stopped so far; extended here.
        :param at_work: those running at the last call.
        :return: those running now.
        """
        executions = Executions(self._client)
        working = executions.working(int((self.data or {})["id"]))
        busy = [item.id for item in working if item.counts.in_progress or not item.counts.total]
        for execution in working:
            known = execution.id in stopped
            if not known or (execution.id in busy and execution.id not in at_work):
                executions.stop(execution.id)
                stopped.extend([] if known else [execution.id])
        return busy

    def _in_use(self, error: HarborError) -> HarborError:
        return HarborError(
            "it is being executed: {0}".format(error.what),
            where=self._where,
            code=error.code,
            status=error.status,
            hint="Wait until the execution has ended, or set stop_executions to stop it.",
        )

    def _not_stopped(self, stopped: List[int], error: HarborError) -> HarborError:
        return HarborError(
            "its executions {0} were told to stop and have not finished within {1:g} seconds: {2}".format(
                ", ".join(map(str, stopped)), _PATIENCE, error.what
            ),
            where=self._where,
            code=error.code,
            status=error.status,
            hint="Try again later; Harbor finishes what it is copying first.",
        )

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> HarborError:
        if not fields:
            return HarborError(
                "Harbor agreed, but the policy is {0}".format("gone" if found is None else "there"), where=self._where
            )
        return HarborError(
            "Harbor agreed, but kept other values of {0}".format(", ".join(fields)),
            where=self._where,
            hint="Does something else manage the same policy?"
            if self._client.version.known
            else "This Harbor does not report its version, and may not support these options: leave them out.",
        )


def public_policy(data: Optional[Mapping[str, Any]], state: State) -> Dict[str, Any]:
    """A policy as a module returns it.

    :param data: as Harbor describes it; V(None) if it does not exist yet.
    """
    return dict(state, id=(data or {}).get("id"))


def manage_policy(
    client: HarborClient,
    options: Mapping[str, Any],
    check_mode: bool,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Tuple[Dict[str, Any], ResourceChange, List[str]]:
    """The work of module C(harbor_replication_policy).

    :return: the module's result, the outcome, and warnings.
    """
    resource = PolicyResource(client, options, check_mode, sleep, clock)
    outcome = bring_about(resource, check_mode)
    result = {
        "changed": outcome.changed,
        "policy": None if outcome.after is None else public_policy(resource.data, outcome.after),
        "harbor_version": client.version.text,
    }
    return result, outcome, resource.warnings
