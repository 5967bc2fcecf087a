# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's robot accounts: system and project level, their secrets, and what their permissions let them do."""

from __future__ import annotations

import re
import secrets
import string
import time
from dataclasses import dataclass, field
from typing import Any, Dict, FrozenSet, List, Optional, Tuple

from . import harbor_bodies as bodies
from .harbor_replies import RefusedError, filled, when
from .harbor_versions import Version
from .http_message import Request, Response

_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
_ALL = ("create", "read", "update", "delete", "list")
_STOPPABLE = ("read", "create", "list", "update", "stop")
DAY = 86400

# What C(GET /permissions) lists: resource -> actions.
SYSTEM = {
    "audit-log": ("list",),
    "preheat-instance": _ALL,
    "project": ("list", "create"),
    "replication-policy": _ALL,
    "replication": ("read", "create", "list"),
    "replication-adapter": ("list",),
    "registry": _ALL,
    "scan-all": ("read", "update", "stop", "create"),
    "system-volumes": ("read",),
    "garbage-collection": _STOPPABLE,
    "purge-audit": _STOPPABLE,
    "jobservice-monitor": ("list", "stop"),
    "scanner": _ALL,
    "label": ("read", "create", "delete", "update"),
    "security-hub": ("read", "list"),
    "catalog": ("read",),
    "quota": ("read", "list"),
}
PROJECT = {
    "log": ("list",),
    "project": ("read", "delete", "update"),
    "metadata": _ALL,
    "repository": ("read", "update", "delete", "list", "pull", "push"),
    "artifact": ("read", "create", "list", "delete"),
    "scan": ("create", "read", "stop"),
    "tag": ("create", "list", "delete"),
    "accessory": ("list",),
    "artifact-addition": ("read",),
    "artifact-label": ("create", "delete"),
    "scanner": ("create", "read"),
    "preheat-policy": _ALL,
    "immutable-tag": ("create", "delete", "list", "update"),
    "notification-policy": _ALL,
    "tag-retention": _ALL,
    "label": _ALL,
    "quota": ("read",),
}


@dataclass
class Robot:
    """One robot account; its name is without the prefix."""

    name: str
    level: str
    permissions: List[Dict[str, Any]]
    secret: str = field(repr=False)
    description: str = ""
    duration: int = -1
    disable: bool = False
    id: int = 0
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)

    @property
    def expires(self) -> int:
        return -1 if self.duration == -1 else int(self.created) + self.duration * DAY

    def granted(self, kind: str) -> FrozenSet[Tuple[str, str, str]]:
        """Namespace, resource and action of each permission of a kind."""
        return frozenset(
            (permission.get("namespace", ""), access.get("resource", ""), access.get("action", ""))
            for permission in self.permissions
            if permission.get("kind") == kind
            for access in permission.get("access", ())
        )


def new_secret() -> str:
    """32 characters, with a capital, a small letter and a digit among them."""
    while True:
        text = "".join(secrets.choice(string.ascii_letters + string.digits) for _place in range(32))
        if good_secret(text):
            return text


def good_secret(text: str) -> bool:
    return 8 <= len(text) <= 128 and all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


class Robots:
    """The calls below C(/robots), C(/permissions), and of the configuration what concerns robots."""

    def __init__(self, harbor: Any) -> None:
        self._harbor = harbor
        self._version: Version = harbor.version
        self._replies = harbor.replies
        self.prefix: str = harbor.options.robot_prefix
        self.stored: Dict[int, Robot] = {}

    def routes(self) -> List[Any]:
        one = r"/robots/(\d+)"
        calls = [
            ("GET", r"/robots", ("robot", "list"), self.list),
            ("POST", r"/robots", ("robot", "create"), self.create),
            ("GET", one, ("robot", "read"), self.get),
            ("PUT", one, ("robot", "update"), self.update),
            ("PATCH", one, ("robot", "update"), self.refresh),
            ("DELETE", one, ("robot", "delete"), self.delete),
            ("GET", r"/configurations", ("configuration", "read"), self.configuration),
        ]
        if self._version.checks_permissions:
            calls.append(("GET", r"/permissions", ("permissions", "read"), self.permissions))
        return calls if self._version.modern else []

    def login(self, name: str, secret: str) -> Optional[Robot]:
        """The robot that logs in with this, or None."""
        if not name.startswith(self.prefix):
            return None
        for robot in list(self.stored.values()):
            known = self.prefix + robot.name == name and secrets.compare_digest(robot.secret.encode(), secret.encode())
            if known and not robot.disable and (robot.expires == -1 or robot.expires > time.time()):
                return robot
        return None

    def in_projects(self, robot: Robot) -> FrozenSet[Tuple[str, str, str]]:
        """What a robot may do in projects. Before 2.10, nothing where it has permissions on the system, too."""
        if robot.granted("system") and not self._version.at_least(2, 10):
            return frozenset()
        return robot.granted("project")

    def find(self, number: int) -> Robot:
        if number not in self.stored:
            raise RefusedError(404, "robot {0} not found".format(number))
        return self.stored[number]

    def shown(self, robot: Robot) -> Dict[str, Any]:
        values = {
            "id": robot.id,
            "name": self.prefix + robot.name,
            "description": robot.description,
            "level": robot.level,
            "duration": robot.duration,
            "disable": robot.disable,
            "editable": True,
            "expires_at": robot.expires,
            "creation_time": when(robot.created, self._version),
            "update_time": when(robot.updated, self._version),
        }
        return dict(filled(values, kept=("disable",)), permissions=robot.permissions)

    # Calls

    def list(self, request: Request, _match: Any, _body: bytes) -> Response:
        # Without a level in the query, only those of the system are listed.
        projects = "level=project" in (request.param("q") or "").lower()
        wanted = "project" if projects else "system"
        entries = [self.shown(robot) for robot in self.stored.values() if robot.level == wanted]
        for entry in entries:
            # The query sees the name without the prefix.
            entry["name"] = entry["name"][len(self.prefix) :]
        chosen = self._replies.chosen(request, entries, "name")
        return self._replies.page(request, [dict(entry, name=self.prefix + entry["name"]) for entry in chosen])

    def get(self, _request: Request, match: Any, _body: bytes) -> Response:
        return self._replies.json(self.shown(self.find(int(match.group(1)))))

    def create(self, request: Request, _match: Any, body: bytes) -> Response:
        given = bodies.read(body, bodies.ROBOT, self._version, "robot", "RobotCreate")
        name = given.get("name", "")
        if not _NAME.match(name):
            raise RefusedError(400, "robot name is not in lower case or contains illegal characters")
        self._validate(given, given.get("duration", 0))
        if given["level"] == "project":
            name = "{0}+{1}".format(given["permissions"][0].get("namespace", ""), name)
        permissions = given["permissions"]
        # 0 means the default of the system's configuration.
        duration = given.get("duration", 0) or 30
        robot = Robot(name, given["level"], permissions, new_secret(), given.get("description", ""), duration)
        with self._harbor.lock:
            if any(other.name == name for other in self.stored.values()):
                raise RefusedError(409, "robot account 0:{0} already exists".format(name))
            robot.id = self._harbor.next_id("robot")
            self.stored[robot.id] = robot
        created = {
            "id": robot.id,
            "name": self.prefix + robot.name,
            "secret": robot.secret,
            "creation_time": when(robot.created, self._version),
            "expires_at": robot.expires,
        }
        return self._replies.created(request, robot.id, created)

    def update(self, _request: Request, match: Any, body: bytes) -> Response:
        robot = self.find(int(match.group(1)))
        given = bodies.read(body, bodies.ROBOT, self._version, "robot", "Robot")
        duration = given.get("duration", robot.duration if self._version.at_least(2, 11) else 0)
        self._validate(given, duration)
        if (given.get("level"), given.get("name")) != (robot.level, self.prefix + robot.name):
            raise RefusedError(400, "cannot update the level or name of robot")
        with self._harbor.lock:
            robot.description = given.get("description", "")
            robot.disable = given.get("disable", False)
            robot.duration = duration or 30
            robot.permissions = given["permissions"]
            robot.updated = time.time()
        return self._replies.empty()

    def refresh(self, _request: Request, match: Any, body: bytes) -> Response:
        robot = self.find(int(match.group(1)))
        given = bodies.read(body, bodies.ROBOT_SECRET, self._version, "robotSec", "RobotSec").get("secret", "")
        if given and not good_secret(given):
            text = "the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, "
            raise RefusedError(400, text + "1 lowercase letter and 1 number")
        robot.secret = given or new_secret()
        # One that was given is not repeated.
        return self._replies.json({} if given else {"secret": robot.secret})

    def delete(self, _request: Request, match: Any, _body: bytes) -> Response:
        self.find(int(match.group(1)))
        with self._harbor.lock:
            self.stored.pop(int(match.group(1)), None)
        return self._replies.empty()

    def configuration(self, _request: Request, _match: Any, _body: bytes) -> Response:
        return self._replies.json({"robot_name_prefix": {"value": self.prefix, "editable": True}})

    def permissions(self, request: Request, _match: Any, _body: bytes) -> Response:
        if self._harbor.identity(request).robot is not None:
            raise RefusedError(403, "forbidden")
        lists = {"system": SYSTEM, "project": PROJECT}
        return self._replies.json(
            {
                name: [{"resource": resource, "action": action} for resource in table for action in table[resource]]
                for name, table in lists.items()
            }
        )

    def _validate(self, given: Dict[str, Any], duration: int) -> None:
        """
        :raises RefusedError: 400.
        """
        least = (-1, 1) if self._version.at_least(2, 12) else (-1, 0)
        if duration != least[0] and duration < least[1]:
            raise RefusedError(400, "bad request error duration input: {0}".format(duration))
        if given.get("level") not in ("system", "project"):
            raise RefusedError(400, "bad request error level input: {0}".format(given.get("level", "")))
        permissions = given.get("permissions") or []
        if not permissions:
            raise RefusedError(400, "bad request empty permission")
        if not all(permission.get("access") for permission in permissions):
            raise RefusedError(400, "bad request empty access")
        if given["level"] == "project" and len(permissions) > 1:
            raise RefusedError(400, "bad request permission")
        for permission in permissions:
            self._validate_permission(permission)

    def _validate_permission(self, permission: Dict[str, Any]) -> None:
        kind = permission.get("kind")
        if kind not in ("system", "project"):
            checked = self._version.checks_permissions
            text = "bad request permission level: {0}".format(kind or "") if checked else "unknown robot kind"
            raise RefusedError(400, text)
        if kind == "system" and permission.get("namespace") != "/":
            raise RefusedError(400, "unknown namespace")
        if not self._version.checks_permissions:
            return
        table = dict(SYSTEM if kind == "system" else PROJECT)
        if self._version.at_least(2, 12):
            table["robot"] = ("create", "read", "list", "delete")
        for access in permission["access"]:
            resource, action = access.get("resource", ""), access.get("action", "")
            if action not in table.get(resource, ()):
                raise RefusedError(400, "bad request permission: {0}:{1}".format(resource, action))
