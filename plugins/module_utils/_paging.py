# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paginated lists: the complete list or an error.

A list ends if the server gives no next page. It is an error if pages form a loop, if page after page brings
nothing new, if there are more pages or entries than any real list has, or if the list ends before the total that
the server stated.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Hashable, Iterator, NamedTuple, Optional, Sequence, Set

from ._http_values import NotUnderstood

MOST_IDLE = 10
"""Consecutive pages without a new entry. A catalog that is filtered by permissions may have a few empty ones."""

MOST_PAGES = 1000 * 1000
MOST_ENTRIES = 5 * 1000 * 1000

INCOMPLETE_HINT = (
    "A list that may be incomplete is not used. Check the server's replies and whether a proxy changes "
    "them, or name the items instead of listing them."
)


class Page(NamedTuple):
    """One page of a list.

    :ivar following: the next page, in any form that C(fetch) accepts; None after the last one.
    :ivar total: the number of entries in the whole list, if the server states it.
    :ivar asked: the server gave no next page, and C(following) is a guess. If it brings nothing new, the list is
        complete.
    """

    entries: Sequence[Any]
    following: Any = None
    total: Optional[int] = None
    asked: bool = False


def read_pages(
    first: Any, fetch: Callable[[Any], Page], key: Callable[[Any], Hashable] = lambda entry: entry
) -> Iterator[Any]:
    """Yield every entry of a list once; pages are read on demand.

    :param first: the first page.
    :param fetch: reads a page.
    :param key: identifies an entry.
    :raises NotUnderstood: the list does not end, or ends too early.
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
        # If something is deleted meanwhile, later entries move up into pages already read. Only the total
        # stated earlier shows it.
        count, total = count + len(page.entries), max(total, page.total or 0)
        if page.following is None or (page.asked and page.following in places):
            break
        if page.following in places:
            raise NotUnderstood("the list links back to a page that was read")
        if idle >= MOST_IDLE:
            raise NotUnderstood("the list is endless: {0} pages in a row had no new entries".format(idle))
        place, asked = page.following, page.asked
    else:
        raise NotUnderstood("the list has more than {0} pages".format(MOST_PAGES))
    if count < total:
        raise NotUnderstood("the list ends after {0} of {1} entries".format(count, total))
