# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what in the sandbox's Kubernetes API: tokens, client certificates, impersonation, and rights."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from .http_message import Request
from .kubernetes_kinds import Resource
from .kubernetes_replies import StatusError

ANY = ("*",)


class Rule(NamedTuple):
    """Rights, as a role and its binding grant them.

    :ivar resources: as in C(deployments.apps), or C(*).
    :ivar namespaces: C(*) stands for the cluster scope too.
    """

    resources: Tuple[str, ...] = ANY
    namespaces: Tuple[str, ...] = ANY
    verbs: Tuple[str, ...] = ANY

    def allows(self, verb: str, resource: Resource, namespace: Optional[str]) -> bool:
        return (
            ("*" in self.verbs or verb in self.verbs)
            and ("*" in self.resources or resource.qualified in self.resources)
            and ("*" in self.namespaces or (namespace or "*") in self.namespaces)
        )


EVERYTHING = (Rule(),)


class Person(NamedTuple):
    """A user, known by a token or the common name of a client certificate.

    :ivar rules: the rights; without any, only discovery is allowed.
    """

    name: str = "admin"
    rules: Tuple[Rule, ...] = EVERYTHING

    @classmethod
    def from_mapping(cls, value: Union[str, Mapping[str, Any]]) -> Person:
        """
        :param value: a name for somebody with all rights, or a mapping with C(name) and C(rules).
        :raises TypeError: a key is unknown.
        """
        if isinstance(value, str):
            return cls(value)
        rules = tuple(Rule(**{name: tuple(items) for name, items in rule.items()}) for rule in value.get("rules", [{}]))
        return cls(**dict(value, rules=rules))

    def may(self, verb: str, resource: Resource, namespace: Optional[str]) -> bool:
        return any(rule.allows(verb, resource, namespace) for rule in self.rules)


class Access:
    """The users of one server.

    :param tokens: users by token.
    :param certificates: users by the common name of their client certificate.
    """

    def __init__(self, tokens: Mapping[str, Person], certificates: Sequence[str] = ()) -> None:
        self._tokens: Dict[str, Person] = dict(tokens)
        self._names = {name: Person(name) for name in certificates}

    def expire(self) -> None:
        """All tokens are refused from now on."""
        self._tokens.clear()

    def allow(self, token: str, person: Person) -> None:
        self._tokens[token] = person

    def person(self, request: Request) -> Person:
        """
        :raises StatusError: 401, or 403 to somebody who may not impersonate.
        """
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        found = self._tokens.get(token) if scheme.lower() == "bearer" else None
        if not scheme:
            found = self._names.get(_common_name(request))
        if found is None:
            raise StatusError(401)
        wanted = request.headers.get("impersonate-user")
        if not wanted:
            return found
        if not any("impersonate" in rule.verbs or "*" in rule.verbs for rule in found.rules):
            text = 'users "{0}" is forbidden: User "{1}" cannot impersonate resource "users" in API group "" at the '
            raise StatusError(
                403, (text + "cluster scope").format(wanted, found.name), {"name": wanted, "kind": "users"}
            )
        known = [person for person in self._tokens.values() if person.name == wanted]
        return known[0] if known else Person(wanted, ())


def _common_name(request: Request) -> str:
    """Of the client's certificate; empty without one."""
    certificate: Any = None
    with contextlib.suppress(AttributeError, ValueError):
        certificate = request.peer.sock.getpeercert()
    for pairs in (certificate or {}).get("subject", ()):
        for name, value in pairs:
            if name == "commonName":
                return str(value)
    return ""
