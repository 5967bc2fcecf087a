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
from typing import Any, Optional, Set

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.conversion import is_swr_basic
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.reference import Repository

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
