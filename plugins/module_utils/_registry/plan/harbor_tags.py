# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's list of a repository's tags with their digests: its artifacts, a hundred at a time.

Harbor 2 answers this list, the distribution API's list of tags and requests for a tag from the same table
(C(src/server/registry/manifest.go) and C(tag.go) in Harbor). The exception is a proxy cache: it asks its upstream for a
tag, and lists what it happens to have. Harbor 1.10 has no such list.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import Any, Dict, Sequence, Tuple
from urllib.parse import quote

from ..._http_values import NotUnderstood, parse_count
from ..._json import read_shape
from ..client.list_api import ACCEPT_JSON, ListApi
from ..client.registry import RegistryClient
from ..errors import RegistryError
from ..model.reference import Repository
from ..run.tag_listing import NotListed

SERVICE = "harbor-registry"
"""Harbor's name in its token challenge."""
PATIENCE = 10.0
"""Seconds until a page begins. HEAD requests are the better choice for a Harbor that takes longer."""

_WHAT = "cannot list the artifacts"
_PAGE = "{0}/repositories/{1}/artifacts?page={2}&page_size=100&q=tags%3D%2A&with_tag=true"
_TAGS = [{"digest": str, "tags": ([{"name": str}], None)}]


class HarborTags:
    """Lists the tags in one Harbor, with the login for its registry.

    :param is_source: whether images are read from it. Nothing can be pushed to a proxy cache.
    """

    calls = 0
    # Not everything with this token service has the API, and few robots may use it.
    unremarkable = (301, 302, 307, 308, 400, 401, 403, 404, 405, 422)

    def __init__(self, client: RegistryClient, is_source: bool) -> None:
        self._client = client
        self._is_source = is_source
        self._cached: Dict[str, bool] = {}
        self._lock = threading.Lock()

    def read(self, repository: Repository, place: Any) -> Tuple[Sequence[Tuple[str, str]], Sequence[Any]]:
        """See L(run.tag_listing.Lister.read,#).

        :raises RegistryError: Harbor refuses, or its reply is not such a list.
        :raises NotListed: it is a proxy cache.
        """
        api = _Project(self._client, repository, PATIENCE)
        try:
            if place is None and self._is_source:
                self._check_project(api, repository)
            return api.tags(place or 1)
        except NotUnderstood as problem:
            raise RegistryError("{0}: {1}".format(_WHAT, problem), where=str(repository)) from problem

    def _check_project(self, api: _Project, repository: Repository) -> None:
        with self._lock:
            if api.project not in self._cached:
                self._cached[api.project] = api.is_proxy_cache()
        if self._cached[api.project]:
            raise NotListed("a proxy cache lists only what it has", where=str(repository))


class _Project(ListApi):
    kind = "tag_listing"
    # A name that is a number would be taken for an id.
    headers = (*ACCEPT_JSON, ("Cache-Control", "no-cache"), ("X-Is-Resource-Name", "true"))

    def __init__(self, client: RegistryClient, place: Repository, patience: float) -> None:
        super().__init__(client, place, patience)
        self.project, _slash, self._rest = place.name.partition("/")
        self._base = "/api/v2.0/projects/" + quote(self.project, safe="")

    def is_proxy_cache(self) -> bool:
        reply = self._get(self._base, what=_WHAT)
        facts = read_shape(reply.body, {"name": str, "registry_id": (int, None)})
        if facts["name"] != self.project:
            raise NotUnderstood("it is about another project")
        return bool(facts.get("registry_id"))

    def tags(self, number: int) -> Tuple[Sequence[Tuple[str, str]], Sequence[int]]:
        """Tags and digests of a page, and the numbers of the others, if it is the first one."""
        # Harbor undoes one of the two quotations itself.
        path = _PAGE.format(self._base, quote(quote(self._rest, safe=""), safe=""), number)
        reply = self._get(path, what=_WHAT)
        if parse_count(reply.headers.get("age")):
            raise NotUnderstood("it comes from a cache")
        artifacts = read_shape(reply.body, (_TAGS, None)) or []
        found = [(tag["name"], artifact["digest"]) for artifact in artifacts for tag in artifact.get("tags") or ()]
        if number > 1:
            return found, ()
        total = parse_count(reply.headers.get("x-total-count"))
        if total is None or (total > 0) != bool(artifacts):
            raise NotUnderstood("it does not state the number of artifacts")
        # The server may have a smaller maximum.
        return found, range(2, -(-total // max(1, len(artifacts))) + 1)
