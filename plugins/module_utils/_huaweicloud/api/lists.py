# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of Huawei Cloud's APIs: the complete list or an error, for every kind of pagination.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ..._http import ApiReply
from ..._http_values import NotUnderstood
from ..._paging import INCOMPLETE_HINT, Page, read_pages
from ..errors import HuaweiCloudError

Params = Sequence[Tuple[str, str]]
Entry = Dict[str, Any]
Call = Callable[..., ApiReply]
"""C(ServiceClient.call), or anything like it."""

# "0-100/230": the start, the entries in the page, and the total (API reference of SWR, ListReposDetails)
_RANGE = re.compile(r"(?:[a-z]+ )?[0-9]+-[0-9]+/([0-9]{1,15})\Z", re.IGNORECASE)


def by_offset(
    call: Call,
    path: str,
    key: Callable[[Entry], Any],
    params: Params = (),
    field: Optional[str] = None,
    limit: int = 1000,
) -> List[Entry]:
    """A list with C(limit) and C(offset), and the total in the header C(Content-Range) or in C(total_count).

    :param key: identifies an entry.
    :param field: the reply's field with the entries; None: the reply is the list.
    :raises HuaweiCloudError: the API refuses, or the list is incomplete.
    """

    def page(offset: int) -> Page:
        reply = call("GET", path, params=[*params, ("limit", str(limit)), ("offset", str(offset))])
        entries = entries_of(reply, field)
        total = _total_of(reply.headers.get("Content-Range"))
        if total is None and isinstance(reply.data, dict) and isinstance(reply.data.get("total_count"), int):
            total = reply.data["total_count"]
        count = offset + len(entries)
        more = count < total if total is not None else len(entries) >= limit
        return Page(entries, count if more and entries else None, total, asked=total is None)

    return _read(path, 0, page, key)


def by_marker(
    call: Call,
    path: str,
    key: Callable[[Entry], Any],
    next_marker: Callable[[ApiReply, List[Entry]], Optional[str]],
    params: Params = (),
    field: Optional[str] = None,
    limit: int = 1000,
) -> List[Entry]:
    """A list with C(limit) and C(marker).

    :param next_marker: the marker of the next page, None after the last one.
    :raises HuaweiCloudError: the API refuses, or the list is incomplete.
    """

    def page(marker: str) -> Page:
        asked = [*params, ("limit", str(limit))] + ([("marker", marker)] if marker else [])
        reply = call("GET", path, params=asked)
        entries = entries_of(reply, field)
        return Page(entries, next_marker(reply, entries) or None)

    return _read(path, "", page, key)


def by_last_id(call: Call, path: str, field: str, params: Params = (), limit: int = 500) -> List[Entry]:
    """A list with the last entry's C(id) as its marker, as in VPC and NAT Gateway.

    :raises HuaweiCloudError: the API refuses, or the list is incomplete.
    """

    def following(_reply: ApiReply, entries: List[Entry]) -> Optional[str]:
        return str(entries[-1].get("id")) if len(entries) >= limit else None

    return by_marker(call, path, lambda entry: entry.get("id"), following, params, field, limit)


def whole(call: Call, path: str, field: Optional[str] = None, most: Optional[int] = None) -> List[Entry]:
    """A list that is not paginated.

    :param most: the maximum number of entries listed.
    :raises HuaweiCloudError: the API refuses, or the list may not be complete.
    """
    try:
        entries = entries_of(call("GET", path), field)
    except NotUnderstood as problem:
        raise HuaweiCloudError(str(problem), where="GET " + path) from problem
    if most is not None and len(entries) >= most:
        raise HuaweiCloudError(
            "the list has {0} entries, and the API does not say whether that is all".format(len(entries)),
            where="GET " + path,
            hint="Check it in the console.",
        )
    return entries


def entries_of(reply: ApiReply, field: Optional[str] = None) -> List[Entry]:
    """The entries of a reply: a list, or an object with one. An empty list may be C(null), as Go encodes it.

    :raises NotUnderstood: there is no list, or it has entries that are not objects.
    """
    found = reply.data
    if field is not None:
        found = found.get(field, "") if isinstance(found, dict) else ""
    if found is None and reply.has_body:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NotUnderstood("the reply is not the list that the API reference describes")
    return found


def _total_of(value: Optional[str]) -> Optional[int]:
    if not value:
        return None
    found = _RANGE.match(value.strip())
    if found is None:
        raise NotUnderstood("the header Content-Range cannot be parsed")
    return int(found.group(1))


def _read(path: str, first: Any, page: Callable[[Any], Page], key: Callable[[Entry], Any]) -> List[Entry]:
    try:
        # As text: a server's name need not be a string.
        return list(read_pages(first, page, lambda entry: str(key(entry))))
    except NotUnderstood as problem:
        raise HuaweiCloudError(str(problem), where="GET " + path, hint=INCOMPLETE_HINT) from problem
