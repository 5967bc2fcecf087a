# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of a registry's repositories, through whichever API lists them.

C(catalog) is from the distribution specification (C(/v2/_catalog)). Harbor shows its catalog only to administrators,
and lists a project's repositories through its own API: C(/api/v2.0/projects/NAME/repositories) since 2.0, and
C(/api/repositories?project_id=ID) before, with Basic authentication on each request and no cookies (they would require
a CSRF token). SWR's basic edition has no catalog; C(/dockyard/v2/repositories?filter=center::self) accepts the login of
C(docker login) on the registry's host, as used by Harbor's adapter for SWR (C(src/pkg/reg/adapter/huawei)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import urllib.parse
from typing import Any, Dict, List, Optional, Union

from ..._http_values import NotUnderstood, next_page_of, parse_count
from ..._json import read_json
from ..._paging import Page
from ..errors import RegistryError
from ..model.reference import InvalidEntry, Listing, Repository, check_name, read_entry, sort_entries
from ..model.swr import is_swr_basic
from ..sources.base import SourceFor
from .list_api import ListApi
from .registry import RegistryClient
from .swr_api import Dockyard

PAGE = 100
"""Harbor's maximum page size."""

_HARBOR_BASES = ("/api/v2.0", "/api")
CATALOG_REFUSED = (401, 403, 404, 405, 501)


class Discovery:
    """Lists repositories; reads each registry's catalog only once. Thread-safe.

    :param sources: returns the client that reads from a registry.
    :param proven: see L(client.RegistryClient.list_tags,#).
    """

    def __init__(self, sources: SourceFor, proven: bool = False) -> None:
        self._sources = sources
        self._proven = proven
        self._lock = threading.Lock()
        self._locks: Dict[str, threading.Lock] = {}
        self._catalogs: Dict[str, Union[Listing, RegistryError]] = {}

    def names(self, registry: str, namespace: str, via: str) -> Listing:
        """The repositories below C(namespace), and perhaps others; all if it is empty.

        :param via: C(auto), C(catalog), C(harbor) or C(swr). C(auto) uses SWR's API for SWR's basic edition, otherwise
            the catalog, and Harbor's API if the catalog is refused and a Harbor answers.
        :raises RegistryError: nothing lists them, or the list may be incomplete.
        """
        client = self._sources(registry)
        if not isinstance(client, RegistryClient):
            raise RegistryError("only registries can list repositories", where=registry)
        place = Repository(registry, namespace)
        if via == "swr" or (via == "auto" and is_swr_basic(registry)):
            return Dockyard(client, place).repositories()
        if via == "harbor":
            return _harbor(client, place).names()
        try:
            return self._catalog(client)
        except RegistryError as refused:
            if via != "auto" or refused.status not in CATALOG_REFUSED:
                raise
            harbor = _Harbor.find(client, place)
            if harbor is None:
                raise
        return harbor.names()

    def _catalog(self, client: RegistryClient) -> Listing:
        with self._lock:
            lock = self._locks.setdefault(client.registry, threading.Lock())
        with lock:
            known = self._catalogs.get(client.registry)
            if known is None:
                try:
                    known = client.list_repositories(self._proven)
                except RegistryError as error:
                    known = error
                self._catalogs[client.registry] = known
        if isinstance(known, RegistryError):
            raise known.with_traceback(None)
        return known


def _harbor(client: RegistryClient, place: Repository) -> _Harbor:
    harbor = _Harbor.find(client, place)
    if harbor is None:
        raise RegistryError(
            "this is not a Harbor: neither /api/v2.0/systeminfo nor /api/systeminfo answers",
            where=client.registry,
            hint="Leave via out, or set it to the API that this registry has.",
        )
    return harbor


class _Harbor(ListApi):
    kind = "harbor_list"

    def __init__(self, client: RegistryClient, place: Repository, base: str) -> None:
        super().__init__(client, place)
        self._base = base
        self._project = place.name.partition("/")[0]

    @classmethod
    def find(cls, client: RegistryClient, place: Repository) -> Optional[_Harbor]:
        """The Harbor of this registry, None if there is none."""
        for base in _HARBOR_BASES:
            harbor = cls(client, place, base)
            if harbor._answers():
                return harbor
        return None

    def _answers(self) -> bool:
        reply = self._get(self._base + "/systeminfo", (200, 301, 302, 307, 308, 400, 401, 403, 404, 405))
        if reply.status != 200:
            return False
        try:
            facts = read_json(reply.body)
        except NotUnderstood:
            return False
        return isinstance(facts, dict) and ("harbor_version" in facts or "auth_mode" in facts)

    def names(self) -> Listing:
        """The repositories of the project, or of all projects visible to the login."""
        modern = self._base != "/api"
        if self._project and modern:
            return sort_entries(self._repositories(self._project))
        query = "?name={0}".format(urllib.parse.quote(self._project, safe="")) if self._project else ""
        projects = self._pages(self._base + "/projects" + query)
        # Harbor also finds names that merely contain the requested one.
        wanted = [one for one in projects if not self._project or one.get("name") == self._project]
        if self._project and not wanted:
            raise RegistryError(
                "the project does not exist, or not for this login",
                where=self._where,
                hint="Check the project's name, and that the login may see it.",
            )
        field = "name" if modern else "project_id"
        if any(not isinstance(one.get(field), (str, int)) for one in wanted):
            raise RegistryError("invalid list of projects", where=self._where)
        return sort_entries(name for project in wanted for name in self._repositories(project[field]))

    def _repositories(self, project: Any) -> List[Union[str, InvalidEntry]]:
        text = urllib.parse.quote(str(project), safe="")
        if self._base == "/api":
            path = "/api/repositories?project_id=" + text
        else:
            path = "{0}/projects/{1}/repositories".format(self._base, text)
        return [read_entry(one.get("name", one), check_name) for one in self._pages(path)]

    def _pages(self, path: str) -> List[Dict[str, Any]]:
        """All entries of a list. Harbor states the total and the next page."""
        path, _mark, query = path.partition("?")
        number = count = 0

        def fetch(asked: str) -> Page:
            nonlocal number, count
            place = "{0}?{1}".format(path, asked)
            reply = self._get(place)
            entries = self._entries(reply)
            number, count = number + 1, count + len(entries)
            total = parse_count(reply.headers.get("x-total-count"))
            following = next_page_of(reply.headers.get("link"), place)
            if following is not None:
                # Only the query counts: behind a proxy, host and path may differ.
                return Page(entries, urllib.parse.urlsplit(following).query, total)
            if entries and (len(entries) >= PAGE if total is None else count < total):
                return Page(entries, self._query(query, number + 1), total, asked=True)
            return Page(entries, total=total)

        return self._all(self._query(query, 1), fetch, lambda entry: str(entry.get("name")))

    @staticmethod
    def _query(query: str, number: int) -> str:
        return "&".join(filter(None, (query, "page={0}&page_size={1}".format(number, PAGE))))
