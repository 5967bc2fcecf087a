# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many bytes were sent when, for the chart of a report.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Set

MOST = 240
"""Steps of a run. When a run needs more, two become one, so that a week takes no more memory than a minute."""


class Throughput:
    """Bytes by time step. Not thread-safe."""

    def __init__(self) -> None:
        self._width = 1.0
        self._bytes: List[int] = []
        self._paused: Set[int] = set()

    def add(self, elapsed: float, count: int) -> None:
        """C(count) bytes were sent.

        :param elapsed: seconds since the start of the run.
        """
        step = self._step(elapsed)
        self._bytes[step] += count

    def pause(self, elapsed: float) -> None:
        """The run waits for a registry."""
        self._paused.add(self._step(elapsed))

    def _step(self, elapsed: float) -> int:
        while elapsed >= self._width * MOST:
            self._width *= 2
            even = self._bytes + [0] * (len(self._bytes) % 2)
            self._bytes = [first + second for first, second in zip(even[::2], even[1::2])]
            self._paused = {step // 2 for step in self._paused}
        step = max(0, int(elapsed / self._width))
        self._bytes += [0] * (step + 1 - len(self._bytes))
        return step

    def as_dict(self) -> Dict[str, Any]:
        """For a report: seconds of a step, the bytes of each, and the numbers of those in which the run waited."""
        return {"seconds": self._width, "bytes": list(self._bytes), "paused": sorted(self._paused)}
