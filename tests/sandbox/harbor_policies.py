# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's replication policies: what is accepted, what is stored, and how it reads back."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from . import harbor_bodies as bodies
from . import harbor_cron
from .harbor_registries import Remote, local
from .harbor_replies import RefusedError, broken, filled, when
from .harbor_versions import Version
from .http_message import Request, Response

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
# A repository's name as Docker defines it: its first part may look like a host.
_NAMESPACE = re.compile(r"(?:{0}(?:\.{0})*(?::[0-9]+)?/)?{1}(?:/{1})*\Z".format(_LABEL, _COMPONENT))


@dataclass
class Policy:
    """One stored policy."""

    id: int = 0
    name: str = ""
    description: str = ""
    src: int = 0
    dest: int = 0
    dest_namespace: str = ""
    replace_count: int = -1
    filters: List[Dict[str, Any]] = field(default_factory=list)
    trigger: Optional[Dict[str, Any]] = None
    deletion: bool = False
    override: bool = False
    enabled: bool = False
    speed: int = 0
    copy_by_chunk: bool = False
    single_active: bool = False
    creator: str = ""
    created: float = 0.0
    updated: float = 0.0

    @property
    def kind(self) -> str:
        return (self.trigger or {}).get("type", "manual")

    @property
    def cron(self) -> Optional[str]:
        """The expression by which it runs, where it does."""
        if not self.enabled or self.kind != "scheduled":
            return None
        return ((self.trigger or {}).get("trigger_settings") or {}).get("cron")


def policy_of(given: Dict[str, Any]) -> Policy:
    """A policy of a request's body. What is not given has its zero value: an update replaces everything."""
    return Policy(
        name=given.get("name", ""),
        description=given.get("description", ""),
        src=given.get("src_registry", {}).get("id", 0),
        dest=given.get("dest_registry", {}).get("id", 0),
        dest_namespace=given.get("dest_namespace", ""),
        replace_count=given.get("dest_namespace_replace_count", -1),
        filters=given.get("filters", []),
        trigger=given.get("trigger"),
        # What reads back as C(replicate_deletion) is passed over when it is written.
        deletion=given.get("deletion", False),
        override=given.get("override", False),
        enabled=given.get("enabled", False),
        speed=max(0, given.get("speed", 0)),
        copy_by_chunk=given.get("copy_by_chunk", False),
        single_active=given.get("single_active_replication", False),
    )


# What is wrong: the field as 1.10 names it, and the words.
Problem = Tuple[str, str]


def validate(policy: Policy, version: Version) -> None:
    """
    :raises RefusedError: 400, where Harbor's own checks refuse it.
    """
    problems: List[Problem] = [] if policy.name else [("name", "empty name" if version.modern else "cannot be empty")]
    if bool(policy.src) == bool(policy.dest):
        modern = "either src_registry or dest_registry should be empty and the other one shouldn't be empty"
        old = "one of them should be empty and the other one shouldn't be empty"
        problems.append(("src_registry, dest_registry", modern if version.modern else old))
    problems.extend(("filters", text) for item in policy.filters for text in _filter_problems(item, version))
    if version.modern and policy.dest_namespace and not _NAMESPACE.match(policy.dest_namespace):
        problems.append(("dest_namespace", "invalid destination namespace: {0}".format(policy.dest_namespace)))
    problems.extend(("trigger", text) for text in _trigger_problems(policy.trigger, version))
    if problems:
        # 2.x stops at the first; 1.10 gathers them.
        gathered = "".join("{0} {1} \n".format(*problem) for problem in problems)
        raise RefusedError(400, problems[0][1] if version.modern else gathered)


def _filter_problems(item: Dict[str, Any], version: Version) -> List[str]:
    kind, value, decoration = item.get("type", ""), item.get("value"), item.get("decoration", "")
    if kind in ("name", "tag", "resource"):
        if not isinstance(value, str):
            return ["the type of filter value isn't string"]
        if kind == "resource" and value not in _resources(version):
            return ["invalid resource filter: {0}".format(value)]
        if kind != "tag" and decoration:
            return ["only tag and label filter support decoration"]
    elif kind == "label":
        if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
            return ["the type of label filter value isn't string slice"]
    else:
        return ["invalid filter type"]
    if decoration not in ("", "matches", "excludes"):
        return ["invalid filter decoration, :{0}".format(decoration)]
    return []


def _resources(version: Version) -> List[str]:
    if not version.modern:
        return ["image", "chart"]
    return ["image", "artifact"] + ([] if version.at_least(2, 8) else ["chart"])


def _trigger_problems(trigger: Optional[Dict[str, Any]], version: Version) -> List[str]:
    if trigger is None or trigger.get("type") in ("manual", "event_based"):
        return []
    if trigger.get("type") != "scheduled":
        return ["invalid trigger type"]
    cron = trigger.get("trigger_settings", {}).get("cron", "")
    if not cron:
        return ["the cron string cannot be empty when the trigger type is scheduled"]
    problem = harbor_cron.problem(cron, version)
    return [problem] if problem else []


class Policies:
    """The calls below C(/replication/policies)."""

    def __init__(self, harbor: Any) -> None:
        self._harbor = harbor
        self._version: Version = harbor.version
        self._replies = harbor.replies
        self.stored: Dict[int, Policy] = {}

    def routes(self) -> List[Any]:
        one = r"/replication/policies/(\d+)"
        return [
            ("GET", r"/replication/policies", ("replication-policy", "list"), self.list),
            ("POST", r"/replication/policies", ("replication-policy", "create"), self.create),
            ("GET", one, ("replication-policy", "read"), self.get),
            ("PUT", one, ("replication-policy", "update"), self.update),
            ("DELETE", one, ("replication-policy", "delete"), self.delete),
        ]

    def using(self, registry: int, role: str) -> List[Policy]:
        """The policies that have a registry as C(src) or C(dest)."""
        return [policy for policy in self.stored.values() if getattr(policy, role) == registry]

    def find(self, number: int) -> Policy:
        """
        :raises RefusedError: 404.
        """
        if number not in self.stored:
            text = "replication policy {0} not found" if self._version.modern else "policy {0} not found"
            raise RefusedError(404, text.format(number))
        return self.stored[number]

    def registries(self, policy: Policy) -> List[Remote]:
        """Source and destination; one of them is Harbor itself."""
        find = self._harbor.registries.find
        here = local(self._version)
        return [find(policy.src), here] if policy.src else [here, find(policy.dest)]

    def shown(self, policy: Policy) -> Dict[str, Any]:
        """A policy as the version writes it."""
        source, destination = (self._harbor.registries.shown(remote) for remote in self.registries(policy))
        values: Dict[str, Any] = {
            "id": policy.id,
            "name": policy.name,
            "description": policy.description,
            "src_registry": source,
            "dest_registry": destination,
            "dest_namespace": policy.dest_namespace,
            "filters": self._filters(policy),
            "deletion": policy.deletion,
            "override": policy.override,
            "enabled": policy.enabled,
            "creation_time": when(policy.created, self._version),
            "update_time": when(policy.updated, self._version),
        }
        if not self._version.modern:
            trigger = policy.trigger
            if trigger is not None:
                settings = trigger.get("trigger_settings")
                trigger = {
                    "type": trigger.get("type", ""),
                    "trigger_settings": settings and {"cron": settings.get("cron", "")},
                }
            return dict(values, creator=policy.creator, trigger=trigger)
        values["replicate_deletion"] = policy.deletion
        values["trigger"] = self._trigger(policy)
        values = filled(values, kept=("filters",))
        values["dest_namespace_replace_count"] = policy.replace_count
        if self._version.at_least(2, 4):
            values["speed"] = policy.speed
        if self._version.chunked_copies:
            values["copy_by_chunk"] = policy.copy_by_chunk
        if self._version.single_active:
            values["single_active_replication"] = policy.single_active
        return values

    @staticmethod
    def _filters(policy: Policy) -> Optional[List[Dict[str, Any]]]:
        found = [
            dict({"type": item["type"], "value": item["value"]}, **filled({"decoration": item.get("decoration")}))
            for item in policy.filters
        ]
        return found or None

    @staticmethod
    def _trigger(policy: Policy) -> Optional[Dict[str, Any]]:
        if policy.trigger is None:
            return None
        shown: Dict[str, Any] = {"type": policy.trigger["type"]}
        settings = policy.trigger.get("trigger_settings")
        if settings is not None:
            shown["trigger_settings"] = filled(settings)
        return shown

    # Calls

    def list(self, request: Request, _match: Any, _body: bytes) -> Response:
        # Later versions show the newest first.
        order = "-creation_time" if self._version.modern else ""
        entries = [self.shown(policy) for policy in self.stored.values()]
        return self._replies.page(request, self._replies.chosen(request, entries, order))

    def get(self, _request: Request, match: Any, _body: bytes) -> Response:
        return self._replies.json(self.shown(self.find(int(match.group(1)))))

    def create(self, request: Request, _match: Any, body: bytes) -> Response:
        policy = self._read(body)
        with self._harbor.lock:
            self._check_state(policy)
            policy.id = self._harbor.next_id("policy")
            policy.creator = self._harbor.caller(request)
            policy.created = policy.updated = time.time()
            self.stored[policy.id] = policy
        return self._replies.created(request, policy.id)

    def update(self, _request: Request, match: Any, body: bytes) -> Response:
        number = int(match.group(1))
        if not self._version.modern:
            self.find(number)
        policy = self._read(body)
        with self._harbor.lock:
            policy.id = number
            self._check_state(policy)
            old = self.stored[number]
            policy.created, policy.creator, policy.updated = old.created, old.creator, time.time()
            self.stored[number] = policy
        return self._replies.empty()

    def _read(self, body: bytes) -> Policy:
        given = bodies.read(body, bodies.policy(self._version), self._version, "policy", "ReplicationPolicy")
        policy = policy_of(given)
        if policy.single_active and policy.kind == "event_based":
            raise broken()
        validate(policy, self._version)
        return policy

    def _check_state(self, policy: Policy) -> None:
        """
        :raises RefusedError: what is there already does not go with it.
        """
        taken = any(other.name == policy.name and other.id != policy.id for other in self.stored.values())
        if not self._version.modern:
            if taken:
                raise RefusedError(409, "policy {0} already exists".format(policy.name))
            number = policy.src or policy.dest
            if number not in self._harbor.registries.stored:
                raise RefusedError(400, "registry {0} not found".format(number))
        self.registries(policy)
        if policy.id:
            self.find(policy.id)
        if taken:
            raise RefusedError(409, "replication policy {0} already exists".format(policy.name))
        if len(policy.name) > 256:
            raise broken()

    def delete(self, _request: Request, match: Any, _body: bytes) -> Response:
        number = int(match.group(1))
        with self._harbor.lock:
            if not self._version.modern:
                self.find(number)
            self._harbor.executions.forget(number)
            self.find(number)
            del self.stored[number]
        return self._replies.empty()
