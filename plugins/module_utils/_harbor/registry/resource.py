# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares and writes registries that Harbor replicates to and from.

Harbor reveals only whether there is a secret. C(connections) tests whether it is correct.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..._resource import SECRET_CHANGED, Resource, ResourceChange, State, bring_about
from ..._urls import check_url
from ..api.client import HarborClient
from ..errors import HarborError
from .connection_test import NOT_TESTED, ConnectionResult, ConnectionTester
from .model import MASK, SWR, canonical_certificate, canonical_url, find_registry, public_registry, registry_state

# The choices of update_secret.
AUTO, ALWAYS, ON_CREATE = "auto", "always", "on_create"
LONGEST_NAME = 64
# If one of these changes, the secret is sent too: newer versions forget it if only the address changes.
_WITH_SECRET = ("url", "access_key", "insecure", "ca_certificate")


class RegistryResource(Resource):
    """One registry of Harbor.

    :param options: those of module C(harbor_registry).
    :param connections: the connection test.
    :param check_mode: an earlier task, also in check mode, may remove the policies that use it.
    """

    write_only = ("access_secret",)

    def __init__(
        self, client: HarborClient, options: Mapping[str, Any], connections: ConnectionTester, check_mode: bool = False
    ) -> None:
        self._client = client
        self._options = options
        self._connections = connections
        self._check_mode = check_mode
        self._where = "registry {0}".format(options["name"])
        self.data: Optional[Dict[str, Any]] = None
        self.warnings: List[str] = []
        # The connection test's result for the registry before any change.
        self.connection: Optional[ConnectionResult] = None

    @property
    def id(self) -> int:
        return int((self.data or {})["id"])

    def observe(self) -> Optional[State]:
        self.data = find_registry(self._client, self._options["name"])
        return None if self.data is None else registry_state(self.data)

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._options["state"] == "absent":
            if self._check_mode and current is not None:
                self._look_for_users()
            return None
        if self._options.get("ca_certificate"):
            self._client.version.require("ca_certificate")
        state = self._created() if current is None else self._changed(current)
        self._check(state, current)
        return state

    def _given(self) -> State:
        """The given options, in canonical form."""
        names = ("type", "description", "insecure", "access_key")
        given = {name: self._options[name] for name in names if self._options.get(name) is not None}
        if self._options.get("url") is not None:
            given["url"] = canonical_url(self._options["url"])
        if self._options.get("ca_certificate") is not None:
            given["ca_certificate"] = canonical_certificate(self._options["ca_certificate"])
        return given

    def _created(self) -> State:
        if not self._options.get("url"):
            raise HarborError("a new registry needs a URL", where=self._where, hint="Set url.")
        size = len(self._options["name"].encode("utf-8"))
        if not 1 <= size <= LONGEST_NAME:
            raise HarborError(
                "the name has {0} bytes".format(size),
                where=self._where,
                hint="Harbor allows 1 to {0}.".format(LONGEST_NAME),
            )
        state = dict(registry_state({"name": self._options["name"]}), **self._given())
        if self._options.get("access_secret"):
            state["access_secret"] = SECRET_CHANGED
        return state

    def _changed(self, current: State) -> State:
        given = self._given()
        if given["type"] != current["type"]:
            raise HarborError(
                "it is of type {0}, and Harbor cannot change that to {1}".format(current["type"], given["type"]),
                where=self._where,
                hint="Remove it first with state=absent (and the replication policies that use it before), "
                "or choose another name.",
            )
        state = dict(current, **given)
        if state["access_key"] == "":
            state["access_secret"] = ""
        elif self._secret_goes_along(current, state):
            state["access_secret"] = SECRET_CHANGED
        return state

    def _secret_goes_along(self, current: State, state: State) -> bool:
        """Whether the secret is written. It cannot be compared: Harbor does not reveal it."""
        changed = [name for name in _WITH_SECRET if state[name] != current[name]]
        if not self._options.get("access_secret"):
            # An anonymous registry has no secret to keep.
            needing = [name for name in changed if name in ("url", "access_key")]
            if needing and (current["access_secret"] or "access_key" in needing):
                raise HarborError(
                    "{0} changes, and Harbor may only keep the secret for the old one".format(" and ".join(needing)),
                    where=self._where,
                    hint="Set access_secret too.",
                )
            return False
        if changed or not current["access_secret"] or self._options["update_secret"] == ALWAYS:
            return True
        if self._options["update_secret"] == ON_CREATE:
            return False
        self.connection = self._connections.test(self.id, current)
        # A new secret fixes no other failure, and would be a change in every run.
        return self.connection.login_refused

    def _check(self, state: State, current: Optional[State]) -> None:
        """
        :raises HarborError: Harbor would silently accept it, or reject it without a reason.
        """
        secret = self._options.get("access_secret")
        if secret and not secret.strip("*"):
            raise HarborError(
                "the secret consists of asterisks",
                where="access_secret",
                hint="Harbor shows {0} instead of a secret: set the secret itself.".format(MASK),
            )
        if secret and not state["access_key"]:
            raise HarborError("a secret needs a user name", where="access_key", hint="Set access_key.")
        if state["access_key"] and not state["access_secret"] and state != current:
            raise HarborError("a user name needs a secret", where="access_secret", hint="Set access_secret.")
        if state["type"] == SWR and not state["access_key"]:
            raise HarborError(
                "SWR requires a login",
                where=self._where,
                hint="Set access_key to <project>@<access key> and access_secret to the login key, from module "
                "login_token.",
            )
        if state["insecure"] and state["ca_certificate"]:
            raise HarborError(
                "with its own certificate authority, Harbor verifies the certificate regardless of insecure",
                where="insecure",
                hint="Set insecure to false, or ca_certificate to an empty string.",
            )
        if current is None or state["url"] != current["url"]:
            self._check_url(state["url"])

    def _check_url(self, url: str) -> None:
        check_url(
            url,
            "url",
            HarborError,
            "Use access_key and access_secret.",
            "Write it as https://host: without a scheme, Harbor would connect without encryption.",
        )

    def create(self, desired: State) -> None:
        body = {name: desired[name] for name in ("name", "type", "url", "description", "insecure")}
        if desired["ca_certificate"]:
            body["ca_certificate"] = desired["ca_certificate"]
        if desired["access_key"]:
            body["credential"] = {
                "type": "basic",
                "access_key": desired["access_key"],
                "access_secret": self._options["access_secret"],
            }
        try:
            self._write("POST", "/registries", body)
        except HarborError as error:
            if error.status in (400, 500):
                self._check_type(desired["type"], error)
            raise

    def update(self, current: State, desired: State) -> None:
        """Only changes are sent: a PUT is partial and flat, and ignores unknown fields."""
        body = {
            name: desired[name]
            for name in ("url", "description", "insecure", "ca_certificate")
            if desired[name] != current[name]
        }
        if desired["access_secret"] == SECRET_CHANGED:
            body["credential_type"] = "basic"
            body["access_key"] = desired["access_key"]
            body["access_secret"] = self._options["access_secret"]
        elif desired["access_key"] != current["access_key"]:
            # Without a user name Harbor drops the whole login.
            body["access_key"] = body["access_secret"] = ""
        self._write("PUT", "/registries/{0}".format(self.id), body)

    def _write(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        """
        :raises HarborError: with a remedy if Harbor tried the connection by itself, as it does for all
            types but SWR's.
        """
        try:
            if method == "POST":
                self._client.post(path, body)
            else:
                self._client.put(path, body)
        except HarborError as error:
            if error.status != 400 or "health" not in error.what:
                raise
            raise HarborError(
                "Harbor tried the connection and refuses the registry: {0}".format(error.what),
                where=self._where,
                code=error.code,
                status=error.status,
                hint="Check url, access_key, access_secret and insecure, and that Harbor's container core reaches the "
                "address.",
            ) from error

    def _check_type(self, kind: str, error: HarborError) -> None:
        """Called after Harbor refused without a reason: a type may work without being listed.

        :raises HarborError: Harbor does not list this type.
        """
        types = sorted(map(str, self._client.get_list("/replication/adapters")[0]))
        if kind not in types:
            raise HarborError(
                "Harbor refuses the registry, and does not list its type {0!r}; it lists {1}".format(
                    kind, ", ".join(types) or "none"
                ),
                where=self._where,
                code=error.code,
                status=error.status,
                hint="Write the type as Harbor does, including capital letters. From 2.14 on "
                "REPLICATION_ADAPTER_WHITELIST can "
                "leave types out.",
            ) from error

    def delete(self, current: State) -> None:
        """
        :raises HarborError: something uses it.
        """
        try:
            self._client.delete("/registries/{0}".format(self.id))
        except HarborError as error:
            if error.status != 412:
                raise
            raise self._in_use(self._users(), error) from error

    def _look_for_users(self) -> None:
        users = self._users()
        if users:
            self.warnings.append(
                "{0}: it is in use by the replication policies {1}. They must be removed first.".format(
                    self._where, ", ".join(users)
                )
            )

    def _in_use(self, users: List[str], error: HarborError) -> HarborError:
        what = "it is in use"
        hint = "First remove the replication policies, or the proxy cache projects, that use it."
        if users:
            what += " by the replication policies {0}".format(", ".join(users))
            hint = "Remove these first, with module harbor_replication_policy and state=absent."
        what = "{0}: {1}".format(what, error.what)
        return HarborError(what, where=self._where, code=error.code, status=error.status, hint=hint)

    def _users(self) -> List[str]:
        """The names of the policies that use it."""
        return sorted(
            str(policy.get("name"))
            for policy in self._client.list("/replication/policies")
            if self.id in ((policy.get(end) or {}).get("id") for end in ("src_registry", "dest_registry"))
        )

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> HarborError:
        if not fields:
            return HarborError("Harbor agreed, but the registry is {0}".format("gone" if found is None else "there"))
        return HarborError(
            "Harbor agreed, but kept other values of {0}".format(", ".join(fields)),
            where=self._where,
            hint="Does something else manage the same registry?",
        )


def manage_registry(
    client: HarborClient, options: Mapping[str, Any], check_mode: bool
) -> Tuple[Dict[str, Any], ResourceChange, List[str]]:
    """The work of module C(harbor_registry).

    :return: the module's result, with C(failed) if the registry is written but Harbor cannot use it; the outcome; and
        warnings.
    """
    connections = ConnectionTester(client)
    resource = RegistryResource(client, options, connections, check_mode)
    outcome = bring_about(resource, check_mode)
    result = {
        "changed": outcome.changed,
        "registry": None if outcome.after is None else public_registry(resource.data, outcome.after),
        "connection": NOT_TESTED,
        "harbor_version": client.version.text,
    }
    if outcome.after is None:
        return result, outcome, resource.warnings
    connection = None if outcome.changed else resource.connection
    # Test again, to learn whether the new secret is correct.
    wanted = options["test_connection"] or (outcome.changed and resource.connection is not None)
    if connection is None and wanted and not (outcome.changed and check_mode):
        connection = connections.test(resource.id, outcome.after)
    if connection is not None:
        result["connection"] = connection.as_dict()
    return result, outcome, _judge(result, connection, options)


def _judge(result: Dict[str, Any], connection: Optional[ConnectionResult], options: Mapping[str, Any]) -> List[str]:
    """Turn a failed connection test into a failed task, or a warning."""
    if connection is None or connection.healthy:
        return []
    error = HarborError(connection.message, where="registry {0}".format(options["name"]), hint=connection.hint)
    if not options["test_connection"]:
        return [str(error)]
    result.update(failed=True, msg=str(error), error=error.as_dict())
    return []
