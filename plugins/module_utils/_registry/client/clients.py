# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of a run: one client a registry and direction, and what they share.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any, Dict, Mapping, Optional, Tuple

from ..config.credentials import CredentialStore
from ..run.work_queue import WorkQueue
from ..sources.open import LocalSources, is_local_registry
from ..transport.limits import Limits
from ..transport.pool import Transport
from ..transport.retry import Retrier
from ..transport.throttle import Throttle
from .registry import RegistryClient

MOST_WORKERS = 64
LEAST_WORKERS = 8
WORKERS_PER_SECOND = 1250.0
"""Requests that are worth having under way for each second of round trip: 62 at 50 ms, where more gain nothing; on one
machine the least are enough, and more cost CPU (docs/performance.md)."""


class Clients:
    """One client a registry and direction; what belongs to the registry itself is shared by both.

    :param limits: what the registries and the line may be asked for; by default what is known of SWR.
    """

    def __init__(
        self,
        transport: Transport,
        credentials: CredentialStore,
        retrier: Retrier,
        first_pause: float = 0.5,
        limits: Optional[Limits] = None,
    ) -> None:
        self._first_pause = first_pause
        self._limits = limits or Limits({})
        self._lock = threading.Lock()
        self._local = LocalSources()
        self._make = lambda registry, writes: RegistryClient(
            registry,
            transport,
            credentials,
            retrier,
            writes=writes,
            throttle=self._throttle_of(registry, writes),
            bandwidth=self._limits.bandwidth,
        )
        self._throttles: Dict[str, Throttle] = {}
        self._clients: Dict[Tuple[str, bool], RegistryClient] = {}

    def source(self, registry: str) -> Any:
        """The client to read C(registry) with; an archive, a layout or a daemon reads in the same way."""
        if is_local_registry(registry):
            return self._local.source(registry)
        return self._client(registry, False)

    def destination(self, registry: str) -> RegistryClient:
        """The client to write to C(registry) with."""
        return self._client(registry, True)

    def requests(self) -> Dict[str, Dict[str, int]]:
        """Requests made, by registry and kind."""
        counts: Dict[str, Counter[str]] = {}
        for (registry, _writes), client in self._clients.items():
            counts.setdefault(registry, Counter()).update(client.requests)
        found = {registry: dict(sorted(kinds.items())) for registry, kinds in sorted(counts.items())}
        return dict(found, **self._local.requests())

    def close(self) -> None:
        """Close what local sources hold open."""
        self._local.close()

    def _client(self, registry: str, writes: bool) -> RegistryClient:
        key = (registry, writes)
        client = self._clients.get(key)
        if client is None:
            with self._lock:
                client = self._clients.get(key) or self._clients.setdefault(key, self._make(registry, writes))
        return client

    def _throttle_of(self, registry: str, writes: bool) -> Throttle:
        throttle = self._throttles.get(registry)
        if throttle is None:
            throttle = self._throttles[registry] = self._limits.throttle(registry, self._first_pause)
        if writes:
            self._limits.restrict_destination(throttle)
        return throttle


class Connections:
    """The clients as the options of a module want them. Close it; it is a context manager as well.

    :param options: C(timeout), C(ca_path), C(retries), C(retry_delay) and C(workers), each with a default.
    :param limits: by default those of the options, for every registry.
    """

    def __init__(
        self, options: Mapping[str, Any], credentials: CredentialStore, limits: Optional[Limits] = None
    ) -> None:
        retries, pause = options.get("retries"), options.get("retry_delay")
        first_pause = 0.5 if pause is None else float(pause)
        self.retrier = Retrier(3 if retries is None else int(retries), first_pause)
        self._transport = Transport(
            timeout=float(options.get("timeout") or 60.0), ca_path=options.get("ca_path") or None
        )
        self.clients = Clients(self._transport, credentials, self.retrier, first_pause, limits or Limits(options))
        self._most_workers = int(options.get("workers") or MOST_WORKERS)

    def queue(self) -> WorkQueue:
        """A queue whose number of threads follows the round trip to the registries."""
        return WorkQueue(self._most_workers, self.enough_workers)

    def enough_workers(self) -> int:
        """How many requests under way keep the farthest registry busy."""
        return max(LEAST_WORKERS, round((self._transport.round_trip or 0.0) * WORKERS_PER_SECOND))

    def close(self) -> None:
        """Close what is open."""
        self.clients.close()
        self._transport.close()

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
