# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SWR calls its organizations: the API of its console's back end.

It is on the registry's host and takes the login's password. It is not documented; Harbor's adapter for SWR relies on it
(C(GET /dockyard/v2/namespaces/{namespace})). Its list of repositories is read by C(discovery).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import urllib.parse
from typing import Any, Dict, Union

from ..._http_values import parse_count
from ..._paging import Page
from ..errors import RegistryError
from ..model.reference import InvalidEntry, Listing, Repository, check_name, read_entry, sort_entries
from ..model.swr import is_swr_basic
from ..transport.session import Request
from .list_api import ListApi
from .registry import RegistryClient

SWR_PAGE = 1000
_NO_SUCH_PAGE = (400, 404, 405, 406, 501)

SERVICE = "dockyard"
ORGANIZATION_UNKNOWN = "organization does not exist"


def speaks_dockyard(client: RegistryClient) -> bool:
    """Whether the registry is SWR's basic edition: by its name, or, behind an endpoint of one's own, by the service
    that it asks tokens for."""
    return is_swr_basic(client.registry) or client.session.service == SERVICE


class Dockyard:
    """Reads what SWR says of itself.

    :param repository: one of the registry, whose login is used.
    """

    def __init__(self, client: RegistryClient, repository: Repository) -> None:
        self._client = client
        self._repository = repository

    def has_organization(self, name: str) -> bool:
        """Whether the organization is there and is to be seen by this user.

        :raises RegistryError: it cannot be found out.
        """
        path = "/dockyard/v2/namespaces/{0}".format(urllib.parse.quote(name, safe=""))
        try:
            self._client.session.call_with_password(
                Request("dockyard", "GET", self._repository, path, (200,), "cannot look up the organization", name)
            )
        except RegistryError as error:
            if error.status == 404:
                return False
            raise
        return True


class SwrRepositories(ListApi):
    kind = "swr_list"

    def names(self) -> Listing:
        """Every repository of the account.

        SWR's reply states the total (C(total_range)). Whether it ever leaves some out is not documented: where it does,
        or states no total, the rest is requested in the way of its management API; if that does not bring all of them
        it is a failure.
        """
        first = "/dockyard/v2/repositories?filter=center::self"
        known: Dict[Union[str, InvalidEntry], None] = {}

        def fetch(path: str) -> Page:
            try:
                entries = self._entries(self._get(path))
            except RegistryError as error:
                if path == first or error.status not in _NO_SUCH_PAGE:
                    raise
                entries = []
            fresh = dict.fromkeys(name for name in map(_name_of, entries) if name not in known)
            known.update(fresh)
            told = [entry["total_range"] for entry in entries if entry.get("total_range") is not None]
            total = max((parse_count(str(number)) or 0 for number in told), default=None)
            if not fresh or (total is not None and len(known) >= total):
                return Page(list(fresh), total=total)
            following = "{0}%7Climit::{1}%7Coffset::{2}".format(first, SWR_PAGE, len(known))
            return Page(list(fresh), following, total, asked=True)

        return sort_entries(self._all(first, fetch, lambda entry: entry))


def _name_of(entry: Dict[str, Any]) -> Union[str, InvalidEntry]:
    """The repository of an entry of SWR's. In paths of its management API a dollar sign stands for the slash."""
    parts = (entry.get("namespace"), entry.get("name"))
    if not all(isinstance(part, str) for part in parts):
        return read_entry(entry, check_name)
    return read_entry("{0}/{1}".format(*parts).replace("$", "/"), check_name)
