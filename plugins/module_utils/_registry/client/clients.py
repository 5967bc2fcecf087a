# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of a run: one client per registry and direction, and what they share.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Dict, List, Optional, Tuple

from ..config.credentials import CredentialStore
from ..model.quota import Quota
from ..run.work_queue import WorkQueue
from ..sources.base import ImageSource
from ..sources.open import LocalSources, is_local_registry
from ..transport.limits import Limits
from ..transport.pool import Transport
from ..transport.retry import Retrier, Wait
from ..transport.session import RegistrySession
from ..transport.settings import ConnectionSettings
from ..transport.throttle import Throttle
from .registry import RegistryClient

LEAST_WORKERS = 8
WORKERS_PER_SECOND = 1250.0
"""Useful parallel requests per second of round-trip time: 62 at 50 ms, above which nothing is gained; on one
machine the minimum is enough, and more costs CPU (docs/docsite/rst/performance.rst)."""


class ClientPool:
    """One client per registry and direction; both share what belongs to the registry itself.

    Must be closed; also a context manager.

    :param limits: the limits on requests and bandwidth.
    :param transport: by default created from the settings.
    :ivar retrier: retries after temporary failures.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        credentials: CredentialStore,
        limits: Limits,
        transport: Optional[Transport] = None,
        retrier: Optional[Retrier] = None,
    ) -> None:
        self.retrier = retrier or Retrier(settings.retries, settings.retry_delay, longest_wait=settings.longest_wait)
        self._settings = settings
        self._credentials = credentials
        self._limits = limits
        self._transport = transport or Transport(
            timeout=settings.timeout, ca_path=settings.ca_path, minimum_bandwidth=settings.minimum_bandwidth
        )
        self._lock = threading.Lock()
        self._local = LocalSources()
        self._throttles: Dict[str, Throttle] = {}
        self._clients: Dict[Tuple[str, bool], RegistryClient] = {}

    def source(self, registry: str) -> ImageSource:
        """The reader for C(registry): a registry's client, an archive, a layout or a daemon."""
        if is_local_registry(registry):
            return self._local.source(registry)
        return self.registry(registry)

    def registry(self, registry: str) -> RegistryClient:
        """The client that reads from a registry; never a local source."""
        return self._client(registry, False)

    def destination(self, registry: str) -> RegistryClient:
        """The client that writes to C(registry)."""
        return self._client(registry, True)

    def requests(self) -> Dict[str, Dict[str, int]]:
        """Number of requests, by registry and kind."""
        counts: Dict[str, Counter[str]] = {}
        for (registry, _writes), client in self._clients.items():
            counts.setdefault(registry, Counter()).update(client.session.requests)
        found = {registry: dict(sorted(kinds.items())) for registry, kinds in sorted(counts.items())}
        return dict(found, **self._local.requests())

    def quotas(self) -> Dict[str, Quota]:
        """The pull quotas of the registries that have one."""
        return {name: one.quota for name, one in sorted(self._throttles.items()) if one.quota is not None}

    def queue(self) -> WorkQueue:
        """A queue whose number of threads follows the round-trip time of the registries."""
        return WorkQueue(self._settings.workers, self.enough_workers)

    def enough_workers(self) -> int:
        """How many parallel requests keep the farthest registry busy."""
        return max(LEAST_WORKERS, round((self._transport.round_trip or 0.0) * WORKERS_PER_SECOND))

    def waits(self) -> List[Wait]:
        """The pauses that registries asked for, and those before retries."""
        now = time.monotonic()
        paused = [(throttle.pause, registry) for registry, throttle in list(self._throttles.items())]
        waits = [Wait(now + seconds, registry, "it refused requests") for seconds, registry in paused if seconds]
        return waits + self.retrier.waits

    def close(self) -> None:
        """Close all sources and connections."""
        self._local.close()
        self._transport.close()

    def __enter__(self) -> ClientPool:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _client(self, registry: str, writes: bool) -> RegistryClient:
        key = (registry, writes)
        client = self._clients.get(key)
        if client is None:
            with self._lock:
                client = self._clients.get(key) or self._clients.setdefault(key, self._make(registry, writes))
        return client

    def _make(self, registry: str, writes: bool) -> RegistryClient:
        throttle = self._throttles.get(registry)
        if throttle is None:
            throttle = self._throttles[registry] = self._limits.throttle(
                registry, self._settings.retry_delay, self._settings.longest_wait
            )
        if writes:
            self._limits.restrict_destination(throttle)
        session = RegistrySession(registry, self._transport, self._credentials, self.retrier, writes, throttle)
        return RegistryClient(session, self._limits.bandwidth)
