# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of a run: one client a registry and direction, and what they share.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Mapping, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.conversion import is_swr_basic
from ansible_collections.longshore.swr.plugins.module_utils._registry.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.retry import Pace, Retrier
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.work_queue import WorkQueue

SWR_RATE = 18.0
"""Requests a second for SWR's basic edition, which refuses more than 20 of one account (T-Systems' SWR FAQ), with a
little room for what the account does beside the copy. Other registries show their limit by refusing."""

SWR_UPLOADS = 20
"""Layers that SWR's basic edition takes at a time of one account (user guide of SWR, "Notes and Constraints")."""

MOST_WORKERS = 64
LEAST_WORKERS = 8
WORKERS_PER_SECOND = 1250.0
"""Requests that are worth having under way for each second of round trip: 62 at 50 ms, where more gain nothing; on one
machine the least are enough, and more cost CPU (docs/performance.md)."""


class Clients:
    """One client a registry and direction; what belongs to the registry itself is shared by both."""

    def __init__(
        self, transport: Transport, credentials: CredentialStore, retrier: Retrier, first_pause: float = 0.5
    ) -> None:
        self._first_pause = first_pause
        self._make = lambda registry, writes: RegistryClient(
            registry, transport, credentials, retrier, writes=writes, pace=self._pace(registry)
        )
        self._paces: Dict[str, Pace] = {}
        self._clients: Dict[Tuple[str, bool], RegistryClient] = {}

    def source(self, registry: str) -> RegistryClient:
        """The client to read C(registry) with."""
        return self._client(registry, False)

    def destination(self, registry: str) -> RegistryClient:
        """The client to write to C(registry) with."""
        return self._client(registry, True)

    def requests(self) -> Dict[str, Dict[str, int]]:
        """Requests made, by registry and kind."""
        counts: Dict[str, Counter[str]] = {}
        for (registry, _writes), client in self._clients.items():
            counts.setdefault(registry, Counter()).update(client.requests)
        return {registry: dict(sorted(kinds.items())) for registry, kinds in sorted(counts.items())}

    def _client(self, registry: str, writes: bool) -> RegistryClient:
        # setdefault is atomic: of two threads that make a client at once, both get the same one.
        key = (registry, writes)
        return self._clients.get(key) or self._clients.setdefault(key, self._make(registry, writes))

    def _pace(self, registry: str) -> Pace:
        limits: Dict[str, Any] = {"rate": SWR_RATE, "uploads": SWR_UPLOADS} if is_swr_basic(registry) else {}
        return self._paces.setdefault(registry, Pace(self._first_pause, **limits))


class Connections:
    """The clients as the options of a module want them. Close it; it is a context manager as well.

    :param options: C(timeout), C(ca_path), C(retries), C(retry_delay) and C(workers), each with a default.
    """

    def __init__(self, options: Mapping[str, Any], credentials: CredentialStore) -> None:
        retries, pause = options.get("retries"), options.get("retry_delay")
        first_pause = 0.5 if pause is None else float(pause)
        self.retrier = Retrier(3 if retries is None else int(retries), first_pause)
        self._transport = Transport(
            timeout=float(options.get("timeout") or 60.0), ca_path=options.get("ca_path") or None
        )
        self.clients = Clients(self._transport, credentials, self.retrier, first_pause)
        self._most_workers = int(options.get("workers") or MOST_WORKERS)

    def queue(self) -> WorkQueue:
        """A queue whose number of threads follows the round trip to the registries."""
        return WorkQueue(self._most_workers, self.enough_workers)

    def enough_workers(self) -> int:
        """How many requests under way keep the farthest registry busy."""
        return max(LEAST_WORKERS, round((self._transport.round_trip or 0.0) * WORKERS_PER_SECOND))

    def close(self) -> None:
        """Close what is open."""
        self._transport.close()

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
