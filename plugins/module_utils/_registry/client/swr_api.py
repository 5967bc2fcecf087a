# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SWR's basic edition shows to a registry login (C(_dockyard)): organizations, repositories.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Union

from ..._dockyard import Entry, organization_path, read_organization, read_repositories
from ..._http_values import NotUnderstood
from ..._json import read_json
from ..._paging import INCOMPLETE_HINT
from ..errors import RegistryError
from ..model.reference import InvalidEntry, Listing, check_name, read_entry, sort_entries
from ..model.swr import is_swr_basic
from .list_api import LISTING, ListApi
from .registry import RegistryClient

SERVICE = "dockyard"
ORGANIZATION_UNKNOWN = "organization does not exist"


def speaks_dockyard(client: RegistryClient) -> bool:
    """Whether the registry is SWR's basic edition: by its name or, behind a custom endpoint, by the service named in
    its token challenge."""
    return is_swr_basic(client.registry) or client.session.service == SERVICE


class Dockyard(ListApi):
    """Queries SWR's basic edition with the login of C(place)."""

    kind = "dockyard"

    def has_organization(self, name: str) -> bool:
        """Whether the organization exists and is visible to this user.

        :raises RegistryError: this cannot be determined.
        """
        reply = self._get(organization_path(name), (200, 404), "cannot look up the organization")
        try:
            return reply.status == 200 and read_organization(read_json(reply.body), name) is not None
        except NotUnderstood as problem:
            what = "cannot look up the organization: the reply is not SWR's: {0}".format(problem)
            raise RegistryError(what, where=name) from problem

    def repositories(self) -> Listing:
        """All repositories of the account.

        :raises RegistryError: they cannot be listed, or the list may be incomplete.
        """
        try:
            found = read_repositories(lambda path: self._entries(self._get(path)))
        except NotUnderstood as problem:
            what = "{0}: {1}".format(LISTING, problem)
            raise RegistryError(what, where=self._where, hint=INCOMPLETE_HINT) from problem
        return sort_entries(_name_of(entry) for entry in found)


def _name_of(entry: Entry) -> Union[str, InvalidEntry]:
    """The repository of an SWR entry. In paths of SWR's management API a dollar sign replaces the slash."""
    parts = (entry.get("namespace"), entry.get("name"))
    if not all(isinstance(part, str) for part in parts):
        return read_entry(entry, check_name)
    return read_entry("{0}/{1}".format(*parts).replace("$", "/"), check_name)
