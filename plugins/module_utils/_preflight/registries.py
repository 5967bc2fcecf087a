# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registries that rules name: name, TLS, API and login of each, by the client of the copy engine.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Set

from .._registry.client.clients import ClientPool
from .._registry.client.registry import RegistryClient
from .._registry.client.swr_api import ORGANIZATION_UNKNOWN
from .._registry.errors import RegistryError
from .._registry.jobs.request import Request, RunHelper
from .._registry.jobs.settings import RuleSettings, settings_of
from .._registry.model.reference import Repository
from .._registry.rules.rule import Rule
from .._registry.sources.open import is_local_registry
from .._registry.transport.limits import Limits
from .._registry.transport.session import Request as Query
from .._secrets import Redactor
from .board import Board
from .checks import FAILED, OK, UNCHECKED, WARNING, Check, failure

PART = "migrate"
SECONDS = 10.0
_NO_REGISTRY = "the reply is not a registry's"
_REMEDY = "Check the name and the port in the rules, and that the registry runs."
_PUSH = "only a push shows whether the user may write there"
_LATER = "{0} It may be reached once the network is there: the part network comes first"


class Place(NamedTuple):
    """A repository of a registry that a rule names. C(exact): it is not just the beginning of a name. C(writes): it is
    a destination."""

    repository: Repository
    exact: bool
    writes: bool


class Registries:
    """
    :param options: those of C(image_copy) that say what is copied and with which logins.
    :param redactor: learns the logins.
    :param swr: SWR's own registry, as rules name it. :param line_to_come: whether the network to it may be missing yet.
    :raises RulesError: the rules or the logins cannot be used.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        environ: Mapping[str, str],
        run_helper: RunHelper,
        redactor: Redactor,
        swr: Optional[str],
        line_to_come: bool,
    ) -> None:
        settings = settings_of(RuleSettings, dict(options, retries=1, timeout=SECONDS, longest_wait=SECONDS))
        self._request = Request(settings, environ, run_helper)
        redactor.add(*self._request.credentials.secrets())
        self._redactor = redactor
        self._clients = ClientPool(settings, self._request.credentials, Limits(settings))
        self._swr = swr
        self._line_to_come = line_to_come

    def organizations(self) -> Set[str]:
        """SWR's organizations that the rules copy to, as far as that is known before anything is listed."""
        found = {
            rule.destination.name.partition("/")[0]
            for rule in self._request.rules
            if rule.destination.registry == self._swr
        }
        return found - {""}

    def ask(self, board: Board) -> None:
        """Ask each of them once."""
        for registry, place in self._places().items():
            name = "registry {0}".format(registry)
            board.ask(PART, name, functools.partial(self._one, name, registry, place))
        for note in self._request.notes:
            board.ask(PART, "logins", functools.partial(iter, [Check(PART, "logins", WARNING, note)]))

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _places(self) -> Dict[str, Place]:
        places: Dict[str, Place] = {}
        for rule in self._request.rules:
            places.setdefault(rule.destination.registry, _place(rule, rule.destination, True))
        for rule in self._request.rules:
            if not is_local_registry(rule.source.registry):
                places.setdefault(rule.source.registry, _place(rule, rule.source, False))
        return places

    def _one(self, name: str, registry: str, place: Place) -> Iterator[Check]:
        client = self._clients.destination(registry) if place.writes else self._clients.registry(registry)
        credential = self._request.credentials.lookup(place.repository)
        login = "the login from {0}".format(credential.origin)
        try:
            _greet(client, place)
        except RegistryError as error:
            self._redactor.add(*self._request.credentials.secrets())
            if ORGANIZATION_UNKNOWN not in error.what:
                yield self._refused(name, registry, error)
                return
        if credential.anonymous and place.writes:
            hint = "Add an entry with a user and a password for {0} to the logins.".format(registry)
            yield Check(PART, name, FAILED, "it answers, but there is no login to write with", hint)
            return
        answer = (
            "it answers, even without a login" if credential.anonymous else "it answers, and accepts {0}".format(login)
        )
        yield Check(PART, name, OK, answer)
        if place.writes:
            yield Check(PART, "push to {0}".format(registry), UNCHECKED, _PUSH)

    def _refused(self, name: str, registry: str, error: RegistryError) -> Check:
        check = failure(PART, name, error)
        check = check._replace(remedy=check.remedy or _REMEDY)
        if self._line_to_come and registry == self._swr and error.status is None:
            return check._replace(status=WARNING, remedy=_LATER.format(check.remedy).strip())
        return check


def _greet(client: RegistryClient, place: Place) -> None:
    """Ask for the start of the API, and for a tag of the repository, with the login that requests for it need.

    :raises RegistryError: no registry answers there, or it refuses the login.
    """
    where = "{0}/v2/".format(client.registry)
    reply = client.session.call(Query("start", "GET", place.repository, "/v2/", (200,), _NO_REGISTRY, where))
    if "html" in reply.headers.get("content-type", ""):
        raise RegistryError("{0}: it is a web page".format(_NO_REGISTRY), where=where, status=200)
    if place.exact:
        what, where = "cannot list the tags", str(place.repository)
        client.session.call(Query("tags", "GET", place.repository, "tags/list?n=1", (200, 404), what, where))


def _place(rule: Rule, repository: Repository, writes: bool) -> Place:
    """Of a rule for many repositories, only the beginning of their names is known."""
    exact = rule.scope is None and bool(repository.name)
    name = repository.name if exact else "/".join(filter(None, (repository.name, "preflight")))
    return Place(Repository(repository.registry, name), exact, writes)
