# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWR's API for the login to the registry: the back end of its console, on the registry's own host.

It is not documented. Harbor's adapter for SWR relies on C(GET) and C(POST) of C(/dockyard/v2/namespaces) and on
C(/dockyard/v2/repositories). Paths and replies are here; two rooms call it: the copy engine with its own
connections and rate limit, the module C(organization) with the common API client.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Hashable, List, Mapping, Optional, Sequence, Set
from urllib.parse import quote

from ._errors import LongshoreError
from ._http_values import NotUnderstood, parse_count
from ._json import check_shape
from ._paging import Page, read_pages

NAMESPACES = "/dockyard/v2/namespaces"
# Unquoted, as every known client sends it
REPOSITORIES = "/dockyard/v2/repositories?filter=center::self"
REPOSITORIES_PER_PAGE = 1000
_NO_SUCH_PAGE = (400, 404, 405, 406, 501)

Entry = Mapping[str, Any]


def organization_path(name: str) -> str:
    """The path of an organization."""
    return "{0}/{1}".format(NAMESPACES, quote(name, safe=""))


def read_organization(document: Any, name: str) -> Optional[Entry]:
    """The organization in a reply; None if it does not exist.

    :raises NotUnderstood: it is not such a reply.
    """
    try:
        check_shape(document, {"name": (str, None), "creator_name": (str, None), "auth": (int, None)})
    except NotUnderstood as problem:
        raise NotUnderstood("the reply is not an organization: {0}".format(problem)) from problem
    # An object without the name also means that there is no such organization (Harbor's adapter relies on it).
    return document if document.get("name") == name else None


def read_repositories(fetch: Callable[[str], Sequence[Entry]]) -> List[Entry]:
    """Every repository of the account.

    SWR's reply states the total (C(total_range)). Whether it may omit some is not documented: if it does, or
    states no total, the rest is requested as in its management API; an incomplete list is a
    failure.

    :param fetch: reads the entries of a path; its exceptions propagate.
    :raises NotUnderstood: the list may be incomplete.
    """
    known: Set[Hashable] = set()

    def read(path: str) -> Page:
        try:
            entries = fetch(path)
        except LongshoreError as error:
            if path == REPOSITORIES or error.status not in _NO_SUCH_PAGE:
                raise
            entries = ()
        fresh = {_key(entry): entry for entry in entries if _key(entry) not in known}
        known.update(fresh)
        told = [entry["total_range"] for entry in entries if entry.get("total_range") is not None]
        total = max((parse_count(str(number)) or 0 for number in told), default=None)
        if not fresh or (total is not None and len(known) >= total):
            return Page(list(fresh.values()), total=total)
        following = "{0}%7Climit::{1}%7Coffset::{2}".format(REPOSITORIES, REPOSITORIES_PER_PAGE, len(known))
        return Page(list(fresh.values()), following, total, asked=True)

    return list(read_pages(REPOSITORIES, read, _key))


def _key(entry: Entry) -> Hashable:
    return repr((entry.get("namespace"), entry.get("name")))
