# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry's own API in addition to the distribution API, for the same login.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._json import read_shape
from ..._paging import Page
from ..errors import RegistryError
from ..model.reference import Repository
from ..transport.connection import RegistryReply
from ..transport.session import Request
from .name_lists import read_all
from .registry import RegistryClient

LISTING = "cannot list the repositories"
ACCEPT_JSON = (("Accept", "application/json"),)


class ListApi:
    """GET requests with the login itself, answered with JSON lists.

    :param place: the repository or listed namespace that determines the login.
    :param patience: see L(transport.session.RegistrySession.call_with_password,#).
    """

    kind = ""
    headers: Tuple[Tuple[str, str], ...] = ACCEPT_JSON

    def __init__(self, client: RegistryClient, place: Repository, patience: Optional[float] = None) -> None:
        self._client = client
        self._patience = patience
        self._place = place
        self._where = str(self._place).rstrip("/")

    def _get(self, path: str, expected: Tuple[int, ...] = (200,), what: str = LISTING) -> RegistryReply:
        request = Request(self.kind, "GET", self._place, path, expected, what, self._where, self.headers)
        return self._client.session.call_with_password(request, self._patience)

    def _entries(self, reply: RegistryReply) -> List[Dict[str, Any]]:
        try:
            # Go's servers send null for an empty list.
            return read_shape(reply.body, ([dict], None)) or []
        except NotUnderstood as problem:
            what = "invalid list of repositories: {0}".format(problem)
            raise RegistryError(what, where=self._where) from problem

    def _all(self, first: Any, fetch: Callable[[Any], Page], key: Callable[[Any], Any]) -> List[Any]:
        """All entries of a list.

        :raises RegistryError: the list may be incomplete.
        """
        return read_all(first, fetch, LISTING, self._where, key)
