# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System robot accounts of Harbor (2.2 and later): read, compare and write.

Harbor stores a robot's name without the prefix (C(robot$), which an administrator can change), searches in it, and
shows it with the prefix. Its secret is shown at creation, and never again.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import time
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional

from .._resource import Resource, State, bring_about
from .._text import is_printable
from .api.client import HarborClient
from .errors import HarborError
from .replication.executions import epoch

LEVEL = "system"
DEFAULT_PREFIX = "robot$"
NEVER = -1
REFRESH = "refresh"
_DAY = 86400
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
# Harbor rejects this many days or more.
_DAYS_BELOW = 2**31 - 1

# The minimum for registries, policies and executions. Since 2.10 Harbor checks these values; the versions
# before have the same ones without a check. Stopping an execution needs "create".
REPLICATION = [
    {
        "kind": LEVEL,
        "namespace": "/",
        "access": [
            {"resource": resource, "action": action}
            for resource, actions in (
                ("registry", ("create", "read", "update", "delete", "list")),
                ("replication-policy", ("create", "read", "update", "delete", "list")),
                ("replication", ("create", "read", "list")),
                ("replication-adapter", ("list",)),
            )
            for action in actions
        ],
    }
]


def canonical_permissions(permissions: Optional[Iterable[Mapping[str, Any]]]) -> List[Dict[str, Any]]:
    """Permissions in canonical form: each scope once, sorted.

    Harbor returns them in any order, with an C(effect) of C(allow) if it is empty.
    """
    scopes: Dict[Any, set] = {}
    for permission in permissions or ():
        kind = permission.get("kind") or ""
        namespace = permission.get("namespace") or ("/" if kind == LEVEL else "")
        scope = scopes.setdefault((kind, namespace), set())
        for access in permission.get("access") or ():
            scope.add((access.get("resource") or "", access.get("action") or "", access.get("effect") or "allow"))
    return [
        {"kind": kind, "namespace": namespace, "access": [_access(*access) for access in sorted(accesses)]}
        for (kind, namespace), accesses in sorted(scopes.items())
    ]


def _access(resource: str, action: str, effect: str) -> Dict[str, str]:
    access = {"resource": resource, "action": action}
    return access if effect == "allow" else dict(access, effect=effect)


def robot_state(data: Mapping[str, Any]) -> State:
    """A robot account from Harbor's API in canonical form."""
    return {
        "description": data.get("description") or "",
        "duration": int(data.get("duration") or 0),
        "disabled": bool(data.get("disable")),
        "permissions": canonical_permissions(data.get("permissions")),
    }


class RobotResource(Resource):
    """One system robot account.

    :param options: those of module C(harbor_robot).
    :param learn_secret: called with a secret as soon as it is known.
    :ivar data: as Harbor describes it; None while it does not exist.
    :ivar secret: the new secret, if any.
    """

    def __init__(
        self,
        client: HarborClient,
        options: Mapping[str, Any],
        learn_secret: Callable[[str], None] = lambda secret: None,
    ) -> None:
        self._client = client
        self._options = options
        self._learn_secret = learn_secret
        self._where = "robot {0}".format(options["name"])
        self.data: Optional[Dict[str, Any]] = None
        self.secret: Optional[str] = None
        self._created_now = False

    def observe(self) -> Optional[State]:
        self.data = self._find()
        return None if self.data is None else robot_state(self.data)

    def _find(self) -> Optional[Dict[str, Any]]:
        name = self._options["name"]
        listed = self._client.list("/robots", [("q", "name={0}".format(name))])
        found = [item for item in listed if item.get("level") == LEVEL and str(item.get("name")).endswith(name)]
        if len(found) > 1:
            # A Harbor that does not search would return all robots with this suffix.
            found = [item for item in found if item["name"] == self.prefix() + name]
        return found[0] if found else None

    def prefix(self) -> str:
        """The prefix of names. Only administrators may read it."""
        try:
            settings = self._client.get_object("/configurations").data
        except HarborError as error:
            if error.status not in (403, 404):
                raise
            return DEFAULT_PREFIX
        prefix = settings.get("robot_name_prefix")
        return str((prefix.get("value") if isinstance(prefix, dict) else None) or DEFAULT_PREFIX)

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._options["state"] == "absent":
            return None
        if current is None:
            current = {
                "description": "",
                "duration": NEVER,
                "disabled": False,
                "permissions": canonical_permissions(REPLICATION),
            }
        names = ("description", "duration", "disabled")
        given = {name: self._options[name] for name in names if self._options[name] is not None}
        if self._options["permissions"] is not None:
            given["permissions"] = canonical_permissions(self._options["permissions"])
        return dict(current, **given)

    def create(self, desired: State) -> None:
        body = dict(_body(desired), name=self._options["name"])
        made = self._write("POST", "/robots", body).data
        self._created_now = True
        self._keep(made)
        if desired["disabled"]:
            # Harbor accepts it with the rest, but enables the account.
            self.data = made
            self.update({}, desired)

    def update(self, current: State, desired: State) -> None:
        # A PUT replaces everything. Its name needs the prefix, or Harbor takes it for a rename.
        data = self.data or {}
        self._write("PUT", self._path, dict(_body(desired), name=data["name"]))

    def delete(self, current: State) -> None:
        self._client.delete(self._path)

    def refresh_secret(self) -> None:
        """Give it a new secret; the old one is invalid at once."""
        self._keep(self._client.patch(self._path, {"secret": ""}).data)

    @property
    def _path(self) -> str:
        return "/robots/{0}".format((self.data or {})["id"])

    def _keep(self, told: Any) -> None:
        """
        :param told: Harbor's reply after creating a secret.
        :raises HarborError: it has no secret.
        """
        secret = told.get("secret") if isinstance(told, dict) else None
        if not isinstance(secret, str) or not secret or not is_printable(secret):
            raise HarborError("Harbor created a secret, but returned none that a login can have", where=self._where)
        self._learn_secret(secret)
        self.secret = secret

    def _write(self, method: str, path: str, body: Dict[str, Any]) -> Any:
        try:
            return self._client.post(path, body) if method == "POST" else self._client.put(path, body)
        except HarborError as error:
            raise self._explained(error) from error

    def _explained(self, error: HarborError) -> HarborError:
        hint = error.hint
        if error.status == 400 and "permission" in error.what:
            hint = "GET /api/v2.0/permissions of this Harbor lists the resources and actions that it has."
        elif error.status == 404:
            hint = "A project in permissions does not exist."
        return HarborError(error.what, where=self._where, code=error.code, status=error.status, hint=hint)

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> HarborError:
        what = "Harbor agreed to a change, but did not make it"
        if fields:
            what = "Harbor agreed to change {0}, but did not".format(", ".join(fields))
        return HarborError(what, where=self._where, hint="See the log of Harbor's container core.")

    def is_created(self) -> bool:
        """Whether this object created it."""
        return self._created_now

    def as_dict(self, state: Optional[State]) -> Optional[Dict[str, Any]]:
        """For a module's result: its current state, or if it does not exist yet, its future one."""
        if state is None:
            return None
        data = self.data or {}
        name = data.get("name") or self.prefix() + self._options["name"]
        return dict(state, id=data.get("id"), name=name, level=LEVEL, expires_at=self.expires_at(state))

    def expires_at(self, state: State) -> Optional[int]:
        """Seconds since 1970, -1 for never, None if not known yet. Harbor counts from its creation."""
        if state["duration"] == NEVER:
            return NEVER
        made = epoch((self.data or {}).get("creation_time"))
        return None if made is None else int(made) + state["duration"] * _DAY


def _body(state: State) -> Dict[str, Any]:
    return {
        "level": LEVEL,
        "description": state["description"],
        "duration": state["duration"],
        "disable": state["disabled"],
        "permissions": state["permissions"],
    }


class Robots:
    """The work of module C(harbor_robot).

    :param clock: seconds since 1970.
    """

    def __init__(
        self,
        client: HarborClient,
        options: Mapping[str, Any],
        check_mode: bool = False,
        learn_secret: Callable[[str], None] = lambda secret: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._options = options
        self._check_mode = check_mode
        self._robot = RobotResource(client, options, learn_secret)
        self._clock = clock
        self.warnings: List[str] = []

    def run(self) -> Dict[str, Any]:
        """
        :return: the module's result; with C(secret) if there is a new one.
        :raises HarborError: an option is invalid, Harbor is too old, or it refused a request.
        """
        check_options(self._options)
        version = self._client.version
        if not version.supports("robots"):
            raise HarborError(
                "system robot accounts need Harbor 2.2 or later, and this is {0}".format(version),
                where="robot {0}".format(self._options["name"]),
                hint="Use an administrator in harbor_username, or upgrade Harbor.",
            )
        robot = self._robot
        try:
            outcome = bring_about(robot, self._check_mode)
        except HarborError as error:
            raise self._explained(error) from error
        refreshes = self._options["secret"] == REFRESH and outcome.after is not None and not robot.is_created()
        if refreshes and not self._check_mode:
            robot.refresh_secret()
        if outcome.after is not None:
            self._warn(outcome.after)
        result = {
            "changed": outcome.changed or refreshes,
            "robot": robot.as_dict(outcome.after),
            "diff": outcome.diff(),
            "harbor_version": version.text,
        }
        return result if robot.secret is None else dict(result, secret=robot.secret)

    def _explained(self, error: HarborError) -> HarborError:
        what, hint = error.what, error.hint
        if error.status == 403:
            hint = "Use an administrator in harbor_username: only administrators may manage robot accounts."
        if self._robot.is_created():
            # A failure would not show the secret, and Harbor shows it only once.
            what = "the account was created, but then: {0}".format(what)
            hint = "Its secret is lost. Run the task again with secret=refresh."
        return HarborError(what, where=error.where, code=error.code, status=error.status, hint=hint)

    def _warn(self, state: State) -> None:
        where = "robot {0}".format(self._options["name"])
        expires_at = self._robot.expires_at(state)
        if expires_at is not None and expires_at != NEVER and expires_at <= self._clock():
            self.warnings.append(
                "{0}: it expired {1} days after it was created. Remedy: set a longer duration, which Harbor counts "
                "from that day too; a new secret does not help.".format(where, state["duration"])
            )
        kinds = {permission["kind"] for permission in state["permissions"]}
        if "system" in kinds and not self._client.version.at_least(2, 3):
            self.warnings.append(
                "{0}: before Harbor 2.3, only administrators can manage registries and replication policies, "
                "whatever an account's permissions. Remedy: use an administrator, or upgrade Harbor.".format(where)
            )
        if len(kinds) > 1 and not self._client.version.at_least(2, 10):
            self.warnings.append(
                "{0}: before Harbor 2.10, an account with system permissions cannot use its project permissions. "
                "Remedy: create two accounts.".format(where)
            )


def check_options(options: Mapping[str, Any]) -> None:
    """
    :raises HarborError: Harbor would reject an option, or store something else.
    """
    name, duration = options["name"], options["duration"]
    if not _NAME.match(name):
        raise HarborError(
            "invalid robot account name {0!r}".format(name),
            where="name",
            hint="Use lower case letters, digits and . _ - between them, without the prefix (as in robot$) that "
            "Harbor adds.",
        )
    if duration is not None and not (duration == NEVER or 0 < duration < _DAYS_BELOW):
        raise HarborError(
            "{0} days is out of range".format(duration), where="duration", hint="Use 1 or more, or -1 for no expiry."
        )
    if options["permissions"] is not None:
        _check_permissions(options["permissions"])


def _check_permissions(permissions: List[Mapping[str, Any]]) -> None:
    if not permissions:
        raise HarborError(
            "an account needs permissions",
            where="permissions",
            hint="Leave the option out to use those that replication needs.",
        )
    for number, permission in enumerate(permissions):
        where = "permissions[{0}]".format(number)
        if permission["kind"] == LEVEL and permission["namespace"] not in (None, "", "/"):
            raise HarborError("system permissions have no namespace but /", where=where, hint="Leave namespace out.")
        if permission["kind"] != LEVEL and not permission["namespace"]:
            raise HarborError("the project is missing", where=where, hint="Set namespace, to * for all projects.")
        if not permission["access"]:
            raise HarborError("access is empty", where=where, hint="Set access.")
