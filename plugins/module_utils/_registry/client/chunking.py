# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large blobs get through to a registry, learned from failed uploads.

A blob is sent whole as long as that works: it needs the fewest requests, and every registry supports it. If connections
break in the middle, chunks follow that are small enough to pass between two breaks. The size matters: a registry need
not keep what it received of an interrupted chunk. docker-registry 2.8.2 (Debian's) then gives up the whole upload,
because the offset signed into the upload's URL no longer matches.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import Optional

LEAST_CHUNK = 1024 * 1024
MOST_CHUNK = 64 * 1024 * 1024

LEAST_SENT = 64 * 1024
"""A connection that breaks before this many bytes was dead already; the size of the upload was not the reason."""

GROW_AFTER = 32
"""Chunks that must pass in a row before larger ones are tried: a single break may be an exception."""


class ChunkPolicy:
    """What is known about uploads to one registry. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunk: Optional[int] = None
        self._ceiling: Optional[int] = None
        self._least = LEAST_CHUNK
        self._passed = 0
        self._supported = True
        self._proven = False
        self.budget: Optional[int] = None
        """Maximum bytes that one connection may carry; None: no limit."""

    @property
    def chunk(self) -> Optional[int]:
        """Bytes per chunk; None if blobs are sent whole."""
        return self._chunk if self._supported else None

    @property
    def proven(self) -> bool:
        """Whether the registry has accepted a chunk before."""
        return self._proven

    def require(self, least: int) -> None:
        """The registry accepts no chunk smaller than C(least) bytes, except the last (C(OCI-Chunk-Min-Length))."""
        with self._lock:
            self._least = max(self._least, least)
            if self._chunk is not None and self._chunk < self._least:
                self._chunk = self._least
                self.budget = max(self.budget or 0, self._least)

    def whole_broke(self, sent: int, size: int) -> bool:
        """A blob of C(size) bytes broke off after about C(sent). Returns whether it is worth trying chunks."""
        with self._lock:
            if not self._supported or size <= self._least or sent < LEAST_SENT:
                return False
            # More was sent than arrived: buffers on the way hold some of it.
            chunk = self._bounded(min(sent, size) // 2)
            if self._chunk is None or chunk < self._chunk:
                self._chunk = chunk
                self.budget = max(chunk, sent // 2)
                self._passed = 0
            return True

    def chunk_broke(self, sent: int, chunk: int) -> bool:
        """A chunk broke off after about C(sent) bytes. Returns whether to try smaller ones."""
        with self._lock:
            self._passed = 0
            if sent < LEAST_SENT or self._chunk is None:
                return False
            if self._chunk < chunk:
                return True
            if chunk <= self._least:
                return False
            self._ceiling = chunk
            self._chunk = self.budget = self._bounded(chunk // 2)
            return True

    def chunk_passed(self) -> None:
        """A chunk arrived completely."""
        with self._lock:
            self._proven = True
            self._passed += 1
            if self._chunk is None or self._passed < GROW_AFTER:
                return
            self._passed = 0
            larger = self._bounded(self._chunk * 2)
            if self._ceiling is None or larger < self._ceiling:
                self._chunk = larger
                self.budget = max(self.budget or 0, larger)

    def refuse_chunks(self) -> None:
        """The registry accepts no chunks."""
        with self._lock:
            self._supported = False
            self.budget = None

    def _bounded(self, size: int) -> int:
        return max(self._least, min(MOST_CHUNK, size))
