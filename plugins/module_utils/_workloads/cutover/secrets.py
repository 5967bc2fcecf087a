# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pull secrets: which one a namespace has for the registry, and the service accounts whose pods need it.

A pod takes the secrets of its service account only if its template names none. What a secret holds never leaves this
module.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import re
from typing import Any, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Set, Tuple
from urllib.parse import quote

from ..._http_values import NotUnderstood
from ..._json import check_shape, read_json
from ..._text import quoted
from ..cluster.client import ClusterClient
from ..errors import ForbiddenError, WorkloadsError
from .workload import mapping

_TYPE = "kubernetes.io/dockerconfigjson"
_KEY = ".dockerconfigjson"
# CCE keeps a secret with this label in each namespace, and renews it.
_OF_CCE = ("secret-generated-by", "cce")
_LONG_TERM = re.compile(r"[0-9a-f]{64}\Z")
_ENHANCED = "bearertoken@"


class SecretProblem(WorkloadsError):
    """A pull secret cannot be used."""


class Secret(NamedTuple):
    """
    :ivar hosts: the registries that it has a login for; C(temporary) those whose login expires soon.
    :ivar renewed: CCE keeps it valid.
    """

    name: str
    hosts: FrozenSet[str]
    temporary: FrozenSet[str]
    renewed: bool


class PullSecrets:
    """
    :param name: of the secret to use; None for the one of CCE, where there is one.
    :ivar warnings: what could not be checked.
    """

    def __init__(self, client: ClusterClient, name: Optional[str], allow_temporary: bool) -> None:
        self._client = client
        self._name = name
        self._allow_temporary = allow_temporary
        self._known: Dict[Tuple[str, bool], Optional[Secret]] = {}
        self.warnings: List[str] = []

    def secret_for(self, namespace: str, registries: Set[str]) -> str:
        """The name of the secret that pods in a namespace need; empty if they need none, as far as is known.

        :raises SecretProblem: it is not there, has no login, or one that expires.
        """
        if self._name is None:
            own = self._read(namespace, of_cce=True)
            return own.name if own and registries <= own.hosts else ""
        secret = self._read(namespace, of_cce=False)
        if secret is not None:
            self._check(secret, registries, namespace)
        return self._name

    def _check(self, secret: Secret, registries: Set[str], namespace: str) -> None:
        where = "the secret {0} in the namespace {1}".format(quoted(secret.name), namespace)
        missing = sorted(registries - secret.hosts)
        if missing:
            what = "{0} has no login for {1}".format(where, missing[0])
            raise SecretProblem(what, hint="Add the login to it, or choose another by pull_secret.")
        ending = sorted(registries & secret.temporary)
        if ending and not secret.renewed and not self._allow_temporary:
            raise SecretProblem(
                "{0} has a temporary login for {1}, with which pulls fail within a day".format(where, ending[0]),
                hint="Put a long-term login into it, or set allow_temporary_login if something renews it.",
            )

    def _read(self, namespace: str, of_cce: bool) -> Optional[Secret]:
        """
        :return: None if there is none of CCE, or it may not be read.
        :raises SecretProblem: the secret that was asked for cannot be used.
        """
        key = (namespace, of_cce)
        if key not in self._known:
            try:
                self._known[key] = self._of_cce(namespace) if of_cce else self._named(namespace)
            except ForbiddenError as error:
                self._known[key] = None
                if not of_cce:
                    self.warnings.append("the pull secret was not checked: {0}".format(error))
        return self._known[key]

    def _named(self, namespace: str) -> Secret:
        name = str(self._name)
        path = "/api/v1/namespaces/{0}/secrets/{1}".format(quote(namespace, safe=""), quote(name, safe=""))
        try:
            return _secret_of(self._client.get(path))
        except WorkloadsError as error:
            if error.status != 404:
                raise
            what = "there is no secret {0} in the namespace {1}".format(quoted(name), namespace)
            raise SecretProblem(what, hint="Create it there, of the type {0}.".format(_TYPE)) from None

    def _of_cce(self, namespace: str) -> Optional[Secret]:
        path = "/api/v1/namespaces/{0}/secrets".format(quote(namespace, safe=""))
        for item in self._client.pages(path, [("labelSelector", "=".join(_OF_CCE))]):
            if item.get("type") == _TYPE:
                return _secret_of(item)
        return None


def _secret_of(item: Mapping[str, Any]) -> Secret:
    metadata = mapping(item.get("metadata"))
    name = str(metadata.get("name"))
    if item.get("type") != _TYPE:
        # The kubelet passes over others.
        what = "the secret {0} has the type {1}".format(quoted(name), quoted(str(item.get("type"))))
        raise SecretProblem(what, hint="Create it with the type {0}.".format(_TYPE))
    try:
        raw = base64.b64decode(str(mapping(item.get("data")).get(_KEY) or ""), validate=True)
        auths = check_shape(read_json(raw), {"auths": (dict, None)})["auths"] or {}
    except (ValueError, NotUnderstood):  # Not only binascii.Error: what is not ASCII is no base64 either.
        what = "the secret {0} has no logins of registries".format(quoted(name))
        raise SecretProblem(what, hint="Create it with the type {0}.".format(_TYPE)) from None
    found = {_host(key): _login(mapping(login)) for key, login in auths.items()}
    logins = {host: login for host, login in found.items() if all(login)}
    temporary = frozenset(host for host, (user, password) in logins.items() if _expires(user, password))
    renewed = mapping(metadata.get("labels")).get(_OF_CCE[0]) == _OF_CCE[1]
    return Secret(name, frozenset(logins), temporary, renewed)


def _host(key: str) -> str:
    """The registry of an entry, which may be written as a URL."""
    return str(key).rpartition("://")[2].partition("/")[0].lower()


def _login(login: Mapping[str, Any]) -> Tuple[str, str]:
    if login.get("username"):
        return str(login["username"]), str(login.get("password") or "")
    try:
        text = base64.b64decode(str(login.get("auth") or ""), validate=True).decode("utf-8")
    except ValueError:
        return "", ""
    user, _colon, password = text.partition(":")
    return user, password


def _expires(user: str, password: str) -> bool:
    """Whether it is one of SWR's logins that end within a day: a long-term one is computed, and has this form."""
    region, at, key = user.partition("@")
    if user.startswith(_ENHANCED):
        return True
    return bool(region and at and key and key.isalnum() and not _LONG_TERM.match(password))
