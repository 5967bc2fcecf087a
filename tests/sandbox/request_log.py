# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sandbox server was asked, for tests to query. Values of Authorization headers are never kept."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Dict, FrozenSet, Iterator, List, Optional

KINDS = (
    "ping", "token", "manifest_head", "manifest_get", "manifest_put", "manifest_delete",
    "blob_head", "blob_get", "blob_delete", "upload_post", "upload_patch", "upload_put", "upload_get",
    "upload_delete", "mount", "tags", "catalog", "referrers", "dockyard", "harbor", "huaweicloud", "inventory",
    "kubernetes", "obs_get", "other",
)  # fmt: skip

KEPT_HEADERS = ("accept", "range", "content-range", "content-type", "content-length", "user-agent")


class Entry:
    """One request.

    :ivar kind: one of C(KINDS).
    :ivar status: HTTP status of the reply; 0 where the connection ended without one.
    :ivar auth: C(none), C(basic), C(bearer) or C(other): the kind of the Authorization header.
    :ivar headers: the lower-case names of all headers that came, without values.
    :ivar kept: values of a few harmless headers (C(KEPT_HEADERS)).
    :ivar bytes_in: bytes of the body that were read; C(bytes_out): bytes of the body that were sent.
    :ivar fault: the action of the fault that was applied, or None.
    """

    __slots__ = (
        "auth",
        "bytes_in",
        "bytes_out",
        "fault",
        "headers",
        "host",
        "kept",
        "kind",
        "method",
        "path",
        "query",
        "reference",
        "repository",
        "server",
        "status",
        "time",
    )  # fmt: skip

    def __init__(self, kind: str, request: Any, repository: Optional[str], reference: Optional[str]) -> None:
        headers = request.headers
        scheme = headers.get("authorization", "").partition(" ")[0].lower()
        self.time = time.time()
        self.kind = kind
        self.method = request.method
        self.path = request.path
        self.query = request.raw_query
        self.repository = repository
        self.reference = reference
        self.status = 0
        self.auth = (scheme if scheme in ("basic", "bearer") else "other") if scheme else "none"
        self.host = headers.get("host", "")
        self.headers: FrozenSet[str] = frozenset(headers)
        self.kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        self.bytes_in = 0
        self.bytes_out = 0
        self.fault: Optional[str] = None
        self.server = "registry"

    def as_dict(self) -> Dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__}
        values["headers"] = sorted(self.headers)
        return values

    def __repr__(self) -> str:
        return "<{0} {1} {2} -> {3}{4}>".format(
            self.kind, self.method, self.path, self.status, " fault " + self.fault if self.fault else ""
        )


class RequestLog:
    """All requests in the order in which they were answered. Thread safe."""

    def __init__(self) -> None:
        self._entries: List[Entry] = []
        self._changed = threading.Condition(threading.RLock())
        self._running: Dict[str, int] = {}
        self._peaks: Dict[str, int] = {}

    def append(self, entry: Entry) -> None:
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    def enter(self, kind: str) -> None:
        """A request begins to be worked on."""
        with self._changed:
            for name in (kind, "*"):
                now = self._running[name] = self._running.get(name, 0) + 1
                if now > self._peaks.get(name, 0):
                    self._peaks[name] = now
            self._changed.notify_all()

    def leave(self, kind: str) -> None:
        with self._changed:
            self._running[kind] -= 1
            self._running["*"] -= 1

    def running(self, kind: str = "*") -> int:
        """How many requests (of one kind) are being worked on now."""
        return self._running.get(kind, 0)

    def peak(self, kind: str = "*") -> int:
        """The most requests (of one kind) that were in work at the same time since reset()."""
        return self._peaks.get(kind, 0)

    def entries(self, kind: Optional[str] = None, **wanted: Any) -> List[Entry]:
        """The entries whose attributes equal the given ones, for example C(entries("blob_get", status=200))."""
        with self._changed:
            found = list(self._entries)
        if kind is not None:
            found = [entry for entry in found if entry.kind == kind]
        for name, value in wanted.items():
            found = [entry for entry in found if getattr(entry, name) == value]
        return found

    def count(self, *kinds: str, **wanted: Any) -> int:
        """The number of requests of the given kinds (none given: all), attributes as in entries()."""
        return sum(1 for entry in self.entries(**wanted) if not kinds or entry.kind in kinds)

    def counts(self) -> Dict[str, int]:
        """Requests by kind; kinds that did not occur are left out."""
        found: Dict[str, int] = {}
        for entry in self.entries():
            found[entry.kind] = found.get(entry.kind, 0) + 1
        return found

    def wait(self, condition: Callable[[RequestLog], bool], timeout: float = 10.0) -> bool:
        """Waits until the condition holds for this log; looked at when a request begins or ends. False: timeout."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not condition(self):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return condition(self)
            return True

    def reset(self) -> None:
        with self._changed:
            self._entries = []
            self._peaks = dict(self._running)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries())
