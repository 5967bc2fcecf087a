# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of a registry's repositories, by whichever of its interfaces lists them.

C(catalog) is the distribution specification's (C(/v2/_catalog)). Harbor gives its catalog to administrators only, and
lists the repositories of a project by its own API: C(/api/v2.0/projects/NAME/repositories) since 2.0,
C(/api/repositories?project_id=ID) before, with Basic authentication on each request and no cookies (they would ask for
a CSRF token). SWR's basic edition has no catalog; C(/dockyard/v2/repositories?filter=center::self) takes the login of
C(docker login) on the registry's host, as Harbor's adapter for SWR (C(src/pkg/reg/adapter/huawei)) uses it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import threading
import urllib.parse
from typing import Any, Callable, Dict, List, Optional, Union

from ..errors import RegistryError
from ..model.swr import is_swr_basic
from .list_api import ListApi
from .registry import RegistryClient
from .swr_api import SwrRepositories

ClientFor = Callable[[str], RegistryClient]

PAGE = 100
"""What Harbor gives at a time at most."""

_HARBOR_BASES = ("/api/v2.0", "/api")
_CATALOG_REFUSED = (401, 403, 404, 405, 501)


class Discovery:
    """Lists repositories; a registry's catalog once for all who ask. Used by any number of threads.

    :param sources: gives the client to read a registry with.
    """

    def __init__(self, sources: ClientFor) -> None:
        self._sources = sources
        self._lock = threading.Lock()
        self._locks: Dict[str, threading.Lock] = {}
        self._catalogs: Dict[str, Union[List[str], RegistryError]] = {}

    def names(self, registry: str, namespace: str, via: str) -> List[str]:
        """The names of the repositories below C(namespace), and perhaps of others; all where it is empty.

        :param via: C(auto), C(catalog), C(harbor) or C(swr). C(auto) takes SWR's interface for SWR's basic edition,
            else the catalog, and Harbor's where the catalog is refused and a Harbor answers.
        :raises RegistryError: nothing lists them.
        """
        client = self._sources(registry)
        if via == "swr" or (via == "auto" and is_swr_basic(registry)):
            return SwrRepositories(client, namespace).names()
        if via == "harbor":
            return _harbor(client, namespace).names()
        try:
            return self._catalog(client)
        except RegistryError as refused:
            if via != "auto" or refused.status not in _CATALOG_REFUSED:
                raise
            harbor = _Harbor.find(client, namespace)
            if harbor is None:
                raise
        return harbor.names()

    def _catalog(self, client: RegistryClient) -> List[str]:
        with self._lock:
            lock = self._locks.setdefault(client.registry, threading.Lock())
        with lock:
            known = self._catalogs.get(client.registry)
            if known is None:
                try:
                    known = client.catalog()
                except RegistryError as error:
                    known = error
                self._catalogs[client.registry] = known
        if isinstance(known, RegistryError):
            raise known.with_traceback(None)
        return known


def _harbor(client: RegistryClient, namespace: str) -> _Harbor:
    harbor = _Harbor.find(client, namespace)
    if harbor is None:
        raise RegistryError(
            "this is no Harbor: neither /api/v2.0/systeminfo nor /api/systeminfo answers",
            where=client.registry,
            hint="Leave via out, or write the way in which this registry lists its repositories.",
        )
    return harbor


class _Harbor(ListApi):
    kind = "harbor_list"

    def __init__(self, client: RegistryClient, namespace: str, base: str = "") -> None:
        super().__init__(client, namespace)
        self._base = base
        self._project = namespace.partition("/")[0]

    @classmethod
    def find(cls, client: RegistryClient, namespace: str) -> Optional[_Harbor]:
        """The Harbor of this registry, None where there is none."""
        for base in _HARBOR_BASES:
            harbor = cls(client, namespace, base)
            if harbor._answers():
                return harbor
        return None

    def _answers(self) -> bool:
        reply = self._get(self._base + "/systeminfo", (200, 301, 302, 307, 308, 400, 401, 403, 404, 405))
        if reply.status != 200:
            return False
        try:
            facts = json.loads(reply.body)
        except (ValueError, RecursionError):
            return False
        return isinstance(facts, dict) and ("harbor_version" in facts or "auth_mode" in facts)

    def names(self) -> List[str]:
        """The repositories of the project, or of every project that the login may see."""
        modern = self._base != "/api"
        if self._project and modern:
            return self._repositories(self._project)
        query = "?name={0}".format(urllib.parse.quote(self._project, safe="")) if self._project else ""
        projects = self._pages(self._base + "/projects" + query)
        # Harbor finds names that only contain the wanted one, too.
        wanted = [one for one in projects if not self._project or one.get("name") == self._project]
        if self._project and not wanted:
            raise RegistryError(
                "there is no such project, or not for this login",
                where=self._where,
                hint="Check the project's name, and that the login may see it.",
            )
        names: List[str] = []
        for project in wanted:
            names.extend(self._repositories(project.get("name") if modern else project.get("project_id")))
        return names

    def _repositories(self, project: Any) -> List[str]:
        text = urllib.parse.quote(str(project), safe="")
        if self._base == "/api":
            path = "/api/repositories?project_id=" + text
        else:
            path = "{0}/projects/{1}/repositories".format(self._base, text)
        return [self._checked(one.get("name")) for one in self._pages(path)]

    def _pages(self, path: str) -> List[Dict[str, Any]]:
        """Every page; a list that ends before the total that Harbor told is a failure and not a shorter list."""
        entries: List[Dict[str, Any]] = []
        number, total = 0, None
        while True:
            number += 1
            joint = "&" if "?" in path else "?"
            reply = self._get("{0}{1}page={2}&page_size={3}".format(path, joint, number, PAGE))
            page = self._entries(reply)
            entries.extend(page)
            told = reply.headers.get("x-total-count", "").strip()
            total = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None
            more = len(page) >= PAGE if total is None else len(entries) < total
            more = more or 'rel="next"' in reply.headers.get("link", "")
            if not page or not more:
                break
        if total is not None and len(entries) < total:
            raise RegistryError(
                "Harbor lists {0} of {1} entries".format(len(entries), total),
                where=self._where,
                hint="Something was deleted meanwhile, or a proxy is in between: run again.",
            )
        return entries
