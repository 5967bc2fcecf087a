# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SWR calls its organizations and repositories: the API of its console's back end.

It is on the registry's host and takes the login's password. It is not documented; Harbor's adapter for SWR relies on it
(C(GET /dockyard/v2/namespaces/{namespace}), C(GET /dockyard/v2/repositories?filter=center::self)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import urllib.parse
from typing import Any, Dict, List, Optional, Set

from ..errors import RegistryError
from ..model.reference import Repository
from ..model.swr import is_swr_basic
from .list_api import ListApi
from .registry import RegistryClient

SWR_PAGE = 1000

SERVICE = "dockyard"
ORGANIZATION_UNKNOWN = "organization does not exist"


def speaks_dockyard(client: RegistryClient) -> bool:
    """Whether the registry is SWR's basic edition: by its name, or, behind an endpoint of one's own, by the service
    that it asks tokens for."""
    return is_swr_basic(client.registry) or client.service == SERVICE


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
            self._client.get_with_password("dockyard", self._repository, path, "cannot look up the organization")
        except RegistryError as error:
            if error.status == 404:
                return False
            raise
        return True

    def repositories(self) -> Optional[Set[str]]:
        """The account's repositories as C(organization/name); None where the reply is not what is known of it.

        :raises RegistryError: they cannot be listed.
        """
        path = "/dockyard/v2/repositories?filter=center::self"
        reply = self._client.get_with_password("dockyard", self._repository, path, "cannot list the repositories")
        try:
            entries: Any = json.loads(reply.body)
            return {"{0}/{1}".format(entry["namespace"], entry["name"]) for entry in entries}
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


class SwrRepositories(ListApi):
    kind = "swr_list"

    def names(self) -> List[str]:
        """Every repository of the account.

        SWR's reply says how many there are (C(total_range)). Whether it ever leaves some out is not documented:
        where it does, the rest is asked for in the way of its management API; where that does not help it is a failure.
        """
        path = "/dockyard/v2/repositories?filter=center::self"
        found: Dict[str, None] = {}
        total = 0
        more = ""
        while True:
            entries = self._entries(self._get(path + more))
            before = len(found)
            for entry in entries:
                # In paths of SWR's management API a dollar sign stands for the slash.
                name = "{0}/{1}".format(entry.get("namespace"), entry.get("name")).replace("$", "/")
                found.setdefault(self._checked(name))
                told = entry.get("total_range")
                total = max(total, told if isinstance(told, int) and not isinstance(told, bool) else 0)
            if len(found) >= total:
                return list(found)
            if len(found) == before:
                raise RegistryError(
                    "SWR lists {0} of {1} repositories".format(len(found), total),
                    where=self._where,
                    hint="Name the repositories in rules of their own.",
                )
            more = "%7Climit::{0}%7Coffset::{1}".format(SWR_PAGE, len(found))
