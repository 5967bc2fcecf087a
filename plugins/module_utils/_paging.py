# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that servers give page by page: all of a list, or a failure.

A list ends where the server names no next page. Everything else that stops it is an error: pages that lead in a
circle, that bring nothing new again and again, that are more than any list has, and an end before the number of entries
that the server told.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Hashable, Iterator, NamedTuple, Optional, Sequence, Set

from ._http_values import NotUnderstood

MOST_IDLE = 10
"""Pages in a row that bring nothing new. A catalog that is filtered by rights may have some empty ones."""

MOST_PAGES = 1000 * 1000
MOST_ENTRIES = 5 * 1000 * 1000

INCOMPLETE_HINT = (
    "Nothing is done with a list that may not be whole. Look at what the server sends, and at a proxy in between; or "
    "name what you want instead of having it listed."
)


class Page(NamedTuple):
    """One page of a list.

    :ivar following: where the next page is, in any form that C(fetch) takes; None after the last one.
    :ivar total: how many entries the whole list has, where the server tells.
    :ivar asked: the server named no next page, and C(following) only asks whether there is one: if it brings nothing
        new, the list has ended.
    """

    entries: Sequence[Any]
    following: Any = None
    total: Optional[int] = None
    asked: bool = False


def read_pages(
    first: Any, fetch: Callable[[Any], Page], key: Callable[[Any], Hashable] = lambda entry: entry
) -> Iterator[Any]:
    """Every entry of a list, each once, page by page as they are used.

    :param first: where the first page is.
    :param fetch: reads a page.
    :param key: what makes two entries the same.
    :raises NotUnderstood: the list has no end, or ends too early.
    """
    seen: Set[Hashable] = set()
    places: Set[Hashable] = set()
    place, asked, idle, count, total = first, False, 0, 0, 0
    for _number in range(MOST_PAGES):
        places.add(place)
        page = fetch(place)
        before = len(seen)
        for entry in page.entries:
            name = key(entry)
            if name not in seen:
                seen.add(name)
                yield entry
        if len(seen) > MOST_ENTRIES:
            raise NotUnderstood("the list has more than {0} entries".format(MOST_ENTRIES))
        idle = 0 if len(seen) > before else idle + 1
        if asked and idle:
            break
        # Where something is deleted meanwhile, later entries move up over the end of a page that was read, and the
        # total that was told first is the one that counts.
        count, total = count + len(page.entries), max(total, page.total or 0)
        if page.following is None or (page.asked and page.following in places):
            break
        if page.following in places:
            raise NotUnderstood("the pages of the list lead back to one that was read")
        if idle >= MOST_IDLE:
            raise NotUnderstood("the list has no end: {0} pages in a row brought nothing new".format(idle))
        place, asked = page.following, page.asked
    else:
        raise NotUnderstood("the list has more than {0} pages".format(MOST_PAGES))
    if count < total:
        raise NotUnderstood("the list ends after {0} of {1} entries".format(count, total))
