# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paginated lists of names: the tags of a repository, the repositories of a registry.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import urllib.parse
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set

from ..._http_values import NotUnderstood, next_page_of
from ..._json import read_shape
from ..._paging import INCOMPLETE_HINT, Page, read_pages
from ..errors import RegistryError
from ..model.manifest import is_digest
from ..model.reference import Listing, Repository, check_name, check_tag, read_entry, sort_entries
from ..transport.auth import Scopes
from ..transport.connection import RegistryReply
from ..transport.session import RegistrySession, Request

NO_SUCH_API = (400, 404, 405, 406, 501)
"""Statuses from registries for an unknown call: one from version 1.1 of the specification, or the page after the
last one."""

NAMES_PER_PAGE = 1000


class NameList(NamedTuple):
    """A kind of list: the kind its requests count as, its field in replies, the check of its names, the action for
    messages, and the scopes needed; None for those of the repository."""

    kind: str
    field: str
    check: Callable[[str], str]
    what: str
    scopes: Optional[Scopes] = None

    def read(self, session: RegistrySession, place: Repository, path: str, where: str, proven: bool) -> Listing:
        """All names of the list.

        A full page without a C(Link) header need not be the last one: a proxy may have removed the header. The registry
        is then asked for the names after the last one.

        :param proven: ask again after the last page, unless the registry states that it is the last one.
        :raises RegistryError: it cannot be read, or may be incomplete.
        """
        first = "{0}?n={1}".format(path, NAMES_PER_PAGE)
        asked: Set[str] = set()

        def fetch(path: str) -> Page:
            try:
                reply = session.call(
                    Request(self.kind, "GET", place, path, (200,), self.what, where, scopes=self.scopes)
                )
            except RegistryError as error:
                if path not in asked or error.status not in NO_SUCH_API:
                    raise
                # It does not support this. A list without a link is complete (distribution specification).
                return Page([])
            entries = _entries_of(reply, self.field, where)
            # SWR's lists contain empty strings.
            found = [read_entry(entry, self.check) for entry in entries if entry != ""]
            link = reply.headers.get("link", "")
            last = next((entry for entry in reversed(found) if isinstance(entry, str)), None)
            if link or last is None or not (proven or len(entries) == NAMES_PER_PAGE):
                return Page(found, next_path(link, path))
            following = "{0}&last={1}".format(first, urllib.parse.quote(last, safe=""))
            asked.add(following)
            return Page(found, following, asked=True)

        return sort_entries(read_all(first, fetch, self.what, where))


TAGS = NameList("tags", "tags", check_tag, "cannot list the tags")
CATALOG = NameList(
    "catalog", "repositories", check_name, "cannot list the repositories", scopes=("registry:catalog:*",)
)


def read_all(
    first: Any, fetch: Callable[[Any], Page], what: str, where: str, key: Callable[[Any], Any] = lambda entry: entry
) -> List[Any]:
    """All entries of a list.

    :raises RegistryError: the list may be incomplete.
    """
    try:
        return list(read_pages(first, fetch, key))
    except NotUnderstood as problem:
        raise RegistryError("{0}: {1}".format(what, problem), where=where, hint=INCOMPLETE_HINT) from problem


def next_path(link: str, current: str) -> Optional[str]:
    """The path of the next page, or None on the last one. The host is ignored: behind a proxy it may differ."""
    following = next_page_of(link, current)
    if following is None:
        return None
    parts = urllib.parse.urlsplit(following)
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")


def _entries_of(reply: RegistryReply, field: str, where: str) -> List[Any]:
    """The entries of one page of names. Go's servers send C(null) for an empty list.

    :raises RegistryError: it is not such a page.
    """
    try:
        document = read_shape(reply.body, {field: ([object], None)})
        if field not in document:
            raise NotUnderstood("it has no {0}".format(field))
    except NotUnderstood as problem:
        what = "invalid list of {0}: {1}".format(field, problem)
        raise RegistryError(what, where=where) from problem
    return document[field] or []


def referrers_of(reply: RegistryReply, where: str) -> List[Dict[str, Any]]:
    """The descriptors of one page of referrers, an OCI index.

    :raises RegistryError: it is not such a page.
    """
    try:
        document = read_shape(reply.body, {"manifests": ([{"digest": str, "size": int}], None)})
        entries: List[Dict[str, Any]] = document.get("manifests") or []
        if "manifests" not in document or not all(is_digest(entry["digest"]) for entry in entries):
            raise NotUnderstood("an entry has no valid digest" if entries else "it has no manifests")
    except NotUnderstood as problem:
        what = "invalid list of referrers: {0}".format(problem)
        raise RegistryError(what, where=where) from problem
    return entries
