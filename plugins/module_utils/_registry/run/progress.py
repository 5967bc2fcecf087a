# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress of a run: counted as it happens, reported in moderation.

The copy writes one JSON object per line to the progress file; the action plugin shows them. An hour's copy of thousands
of images gives a few hundred lines: AWX stores each of them as an event.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

from ..._line_file import LineFile
from ..errors import RegistryError
from .image import COPIED, FAILED, OUTCOMES, Image
from .throughput import Throughput

LISTING = "listing"
PLANNING = "planning"
COPYING = "copying"
FINISHED = "finished"

STEP = 0.05
"""A line is due after this share of the work since the last one, or when the interval is over."""

LONG_WAIT = 5.0
"""Pauses from this many seconds on are reported as soon as they begin."""

Waits = Callable[[], Sequence[Tuple[float, str, str]]]


class Progress:
    """Counters of a run, shared by its threads.

    :param path: the progress file, appended to; None for none.
    :param interval: maximum seconds between two lines.
    :param redact: removes secrets from an error's text.
    :param waits: the current pauses: until when by the clock, for what, and why.
    """

    def __init__(
        self,
        path: Optional[str] = None,
        interval: float = 30.0,
        redact: Callable[[str], str] = str,
        clock: Callable[[], float] = time.monotonic,
        waits: Waits = tuple,
    ) -> None:
        self._waits = waits
        self._told_wait: Any = None
        self._interval = interval
        self._redact = redact
        self._clock = clock
        self._lock = threading.Lock()
        self._file = LineFile(path, "progress_file", RegistryError)
        self._stop = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self._started = self._phase_started = self._last_line = clock()
        self._last_share = 0.0
        self._done_before = 0
        self.phase = LISTING
        self.images_total = 0
        self.outcomes: Dict[str, int] = dict.fromkeys(OUTCOMES, 0)
        self.bytes_total = 0
        self.bytes_done = 0
        self.bytes_sent = 0
        self.planned = 0
        self.throughput = Throughput()

    # -- events ------------------------------------------------------------------------------------------------

    def enter(self, phase: str) -> None:
        """Start a phase; writes a line."""
        with self._lock:
            self.phase = phase
            self._phase_started = self._clock()
            self._done_before = sum(self.outcomes.values())
            self._last_share = 0.0
        self._tell()

    def image_planned(self) -> None:
        """An image was examined."""
        with self._lock:
            self.planned += 1
        self._tell_when_due()

    def image_finished(self, image: Image) -> None:
        """An image ended; a failure gets its own line."""
        with self._lock:
            self.outcomes[str(image.outcome)] += 1
        if image.outcome == FAILED:
            self._write(
                {
                    "event": "failure",
                    "source": image.source_text,
                    "destination": image.destination_text,
                    "error": self._redact(str(image.error)),
                }
            )
        self._tell_when_due()

    def bytes_moved(self, count: int) -> None:
        """C(count) bytes were sent; a negative number takes back those of a failed try."""
        with self._lock:
            self.bytes_done += count
            self.bytes_sent += max(0, count)
            self.throughput.add(self._clock() - self._started, max(0, count))

    # -- output ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to write a line every interval, so that a quiet hour is not mistaken for a dead job."""
        if self._file.active and self._thread is None:
            self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Write the last line and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            if self.phase == COPYING:
                self.phase = FINISHED
        self._tell()
        self._file.close()

    def snapshot(self) -> Dict[str, Any]:
        """The state as an event for L(render,#)."""
        with self._lock:
            elapsed = max(self._clock() - self._phase_started, 1e-6)
            rate = self.bytes_done / elapsed if self.phase in (COPYING, FINISHED) else 0.0
            done = sum(self.outcomes.values())
            return {
                "event": "progress",
                "phase": self.phase,
                "images_total": self.images_total,
                "images_done": self.planned if self.phase == PLANNING else done,
                "copied": self.outcomes[COPIED],
                "failed": self.outcomes[FAILED],
                "bytes_total": self.bytes_total,
                "bytes_done": self.bytes_done,
                "bytes_per_second": round(rate),
                "eta_seconds": self._eta(elapsed, done),
                "elapsed_seconds": round(self._clock() - self._started, 1),
                "waiting": self._waiting(),
            }

    def _waiting(self) -> Optional[Dict[str, Any]]:
        """The pause that ends last; None if none is worth mentioning, or if nothing waits for it any more."""
        if self._stop.is_set():
            return None
        until, where, why = max(self._waits(), default=(0.0, "", ""))
        left = until - self._clock()
        if left < LONG_WAIT:
            return None
        return {"for": self._redact(where), "seconds": round(left), "reason": self._redact(why)}

    def _eta(self, elapsed: float, done: int) -> Optional[int]:
        if self.phase != COPYING or elapsed < 1.0 or 0 < self.images_total <= done:
            return None
        shares = []
        if self.bytes_total:
            shares.append(self.bytes_done / self.bytes_total)
        if self.images_total > self._done_before:
            shares.append((done - self._done_before) / (self.images_total - self._done_before))
        # All bytes may be there while thousands of manifests wait for a throttle, or vice versa.
        share = min(shares, default=0.0)
        return max(0, round(elapsed / share - elapsed)) if share > 0.0 else None

    def _share(self) -> float:
        if self.phase in (COPYING, FINISHED) and self.bytes_total:
            return self.bytes_done / self.bytes_total
        done = self.planned if self.phase == PLANNING else sum(self.outcomes.values())
        return done / self.images_total if self.images_total else 0.0

    def _tell_when_due(self) -> None:
        if not self._file.active:
            return
        with self._lock:
            now = self._clock()
            # Lines are at least a second apart, or a run of many small images would flood the output.
            waiting = self._waiting()
            begins = waiting is not None and waiting["for"] != self._told_wait
            due = now - self._last_line >= 1.0 and (begins or self._share() - self._last_share >= STEP)
        if due or now - self._last_line >= self._interval:
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            self._last_line = self._clock()
            self._last_share = self._share()
        event = self.snapshot()
        self._told_wait = event["waiting"] and event["waiting"]["for"]
        self._write(event)

    def _tick(self) -> None:
        while not self._stop.wait(min(1.0, self._interval)):
            with self._lock:
                if self._waiting() is not None:
                    self.throughput.pause(self._clock() - self._started)
            self._tell_when_due()

    def _write(self, event: Mapping[str, Any]) -> None:
        if self._file.active:
            self._file.write(json.dumps(event, separators=(",", ":")))


def render(event: Mapping[str, Any]) -> str:
    """An event of the progress file as a human-readable line."""
    if event.get("event") == "failure":
        return "[swr] failed: {0} -> {1}: {2}".format(event["source"], event["destination"], event["error"])
    if event.get("phase") == LISTING:
        return "[swr] planning: looking for images" + _pause(event.get("waiting"))
    if event.get("phase") == PLANNING:
        text = "[swr] planning: {0}/{1} images checked".format(event["images_done"], event["images_total"])
        return text + _pause(event.get("waiting"))
    parts = [
        "{0}/{1} images".format(event["images_done"], event["images_total"]),
        "{0} of {1}".format(human_bytes(event["bytes_done"]), human_bytes(event["bytes_total"])),
        "{0}/s".format(human_bytes(event["bytes_per_second"])),
        "{0} failed".format(event["failed"]),
    ]
    if event.get("eta_seconds") is not None:
        parts.append("ETA {0}".format(human_duration(event["eta_seconds"])))
    head = "[swr] finished: " if event.get("phase") == FINISHED else "[swr] "
    return head + ", ".join(parts) + _pause(event.get("waiting"))


def _pause(waiting: Optional[Mapping[str, Any]]) -> str:
    if not waiting:
        return ""
    return ", waiting {0} for {1}: {2}".format(human_duration(waiting["seconds"]), waiting["for"], waiting["reason"])


def human_bytes(count: float) -> str:
    """Bytes with a decimal unit, as registries and network engineers count."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return "{0:.0f} {1}".format(count, unit) if unit == "B" else "{0:.1f} {1}".format(count, unit)
        count /= 1000
    return "{0:.1f} TB".format(count)


def human_duration(seconds: float) -> str:
    """Seconds as C(mm:ss), or C(h:mm:ss) from an hour on."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return "{0}:{1:02d}:{2:02d}".format(hours, minutes, whole % 60)
    return "{0:02d}:{1:02d}".format(minutes, whole % 60)
