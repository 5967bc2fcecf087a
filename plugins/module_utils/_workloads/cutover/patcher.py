# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one change of one object: recorded before it is sent, planned again after a conflict, and without a claim.

The API server notes who set a field. Whoever applies the object next with server-side apply, as Helm 4 and GitOps tools
do, would be refused because of that note, even after the old value was put back. So it is removed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from ..cluster.client import USER_AGENT, ClusterClient
from ..errors import ConflictError, WorkloadsError
from ..record import ObjectEntry, Record
from .plan import Operation
from .workload import mapping

ATTEMPTS = 5

Object = Dict[str, Any]


class Patch(NamedTuple):
    """
    :ivar entry: what the record says of it.
    :ivar undone: the entries that it undoes.
    """

    operations: List[Operation]
    entry: Optional[ObjectEntry] = None
    undone: Sequence[ObjectEntry] = ()


Prepare = Callable[[Object], Optional[Patch]]
"""The patch for an object as it is now; None if none is needed."""


class Patcher:
    """
    :param dry_run: let the server say what would happen, and record nothing.
    :ivar made: how many changes were made, or would be.
    """

    def __init__(self, client: ClusterClient, record: Record, dry_run: bool) -> None:
        self._client = client
        self._record = record
        self.dry_run = dry_run
        self.made = 0

    def make(self, path: str, item: Object, prepare: Prepare) -> Optional[Object]:
        """The object after the change; None if none was needed.

        :param item: the object as it was read.
        :raises ConflictError: the server does not take the change.
        :raises WorkloadsError: it was not made, or without a status, it is not known.
        """
        for attempt in range(ATTEMPTS):
            patch = prepare(item)
            if patch is None:
                return None
            if patch.entry is not None and not self.dry_run:
                self._record.add(patch.entry)
            try:
                return self._made(path, self._client.patch(path, patch.operations, self.dry_run), patch)
            except ConflictError as error:
                fresh = self._client.object(path)
                if _holds(fresh, patch.operations):
                    # The reply to the patch was lost, and it was sent again.
                    return self._made(path, fresh, patch)
                self._forget(patch)
                same = _version(fresh) == _version(item)
                if attempt == ATTEMPTS - 1 or (same and error.status == 422):
                    raise
                item = fresh
            except WorkloadsError as error:
                if error.status is not None and error.status < 500:
                    self._forget(patch)
                raise
        raise AssertionError("the last attempt returns or raises")

    def _made(self, path: str, item: Object, patch: Patch) -> Object:
        self.made += 1
        if self.dry_run:
            return item
        found = self.without_claim(path, item)
        for entry in patch.undone:
            self._record.undone(entry)
        return found

    def without_claim(self, path: str, item: Object) -> Object:
        """The object, with no field noted as set by this program.

        :raises WorkloadsError: the note cannot be removed.
        """
        for attempt in range(ATTEMPTS):
            number = _claim(item)
            if number is None:
                return item
            place = "/metadata/managedFields/{0}".format(number)
            test = {"op": "test", "path": place + "/manager", "value": USER_AGENT}
            try:
                item = self._client.patch(path, [test, {"op": "remove", "path": place}])
            except ConflictError:
                if attempt == ATTEMPTS - 1:
                    raise
                item = self._client.object(path)
        return item

    def _forget(self, patch: Patch) -> None:
        if patch.entry is not None and not self.dry_run:
            self._record.undone(patch.entry)


def _version(item: Object) -> Any:
    return item["metadata"].get("resourceVersion")


def _claim(item: Object) -> Optional[int]:
    """The number of the entry that notes this program as a manager."""
    entries = item["metadata"].get("managedFields")
    for number, one in enumerate(entries if isinstance(entries, list) else ()):
        if mapping(one).get("manager") == USER_AGENT:
            return number
    return None


def _holds(item: Object, operations: Sequence[Operation]) -> bool:
    """Whether an object has all that a patch was to put there."""
    put = [one for one in operations if one["op"] in ("replace", "add")]
    return bool(put) and all(_has(item, one["path"], one["value"]) for one in put)


def _has(item: Any, path: str, value: Any) -> bool:
    for part in path.split("/")[1:]:
        if isinstance(item, list):
            if part == "-":
                return value in item
            item = item[int(part)] if int(part) < len(item) else None
        else:
            item = mapping(item).get(part.replace("~1", "/").replace("~0", "~"))
    return bool(item == value)
