# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program and tells what it cost: wall clock, processor time, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence

SAMPLE_SECONDS = 0.02


@dataclass
class Usage:
    """What a run cost.

    :ivar wall: seconds. :ivar cpu: seconds, user and system, of the program and its children.
    :ivar peak: bytes of memory at most; 0 where it ended before anybody looked.
    :ivar code: exit code, negative for a signal.
    :ivar output: what it wrote to its standard output; C(errors): the end of what it wrote to the other.
    :ivar stopped: it took longer than it was given.
    """

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    code: int = 0
    output: str = ""
    errors: str = ""
    stopped: bool = False

    def then(self, other: Usage) -> Usage:
        """The cost of two runs one after the other."""
        return Usage(
            self.wall + other.wall,
            self.cpu + other.cpu,
            max(self.peak, other.peak),
            self.code or other.code,
            self.output + other.output,
            self.errors + other.errors,
            self.stopped or other.stopped,
        )


class _PeakWatch(threading.Thread):
    """Asks the system for the most memory that a process had.

    getrusage() cannot tell: between fork and exec the child counts as large as its parent.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._path = "/proc/{0}/status".format(pid)
        self._over = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            try:
                with open(self._path, encoding="ascii", errors="replace") as status:
                    lines = [line.split() for line in status if line.startswith("VmHWM:")]
            except OSError:
                return
            if lines:
                self.peak = max(self.peak, int(lines[0][1]) * 1024)

    def end(self) -> int:
        self._over.set()
        self.join()
        return self.peak


def run(argv: Sequence[str], env: Optional[Mapping[str, str]] = None, timeout: float = 900.0) -> Usage:
    """Run a program to its end, or to the timeout in seconds."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = time.monotonic()
        process = subprocess.Popen(
            list(argv), stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=dict(env) if env else None
        )
        watch = _PeakWatch(process.pid)
        watch.start()
        expired = threading.Event()
        timer = threading.Timer(timeout, lambda: (expired.set(), process.kill()))
        timer.start()
        # wait4 and not Popen.wait: only it tells what this one child used.
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        timer.cancel()
        peak = watch.end()
        process.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return Usage(
            wall,
            used.ru_utime + used.ru_stime,
            peak,
            process.returncode,
            _text(output, None),
            _text(errors, 4000),
            expired.is_set(),
        )


def run_all(
    commands: Sequence[Sequence[str]], env: Optional[Mapping[str, str]] = None, timeout: float = 900.0
) -> Usage:
    """Run programs one after the other; the cost of all. The timeout is for all of them together."""
    total = Usage()
    for command in commands:
        total = total.then(run(command, env, max(1.0, timeout - total.wall)))
        if total.stopped:
            break
    return total


def machine() -> Dict[str, Any]:
    """Cores, memory in bytes, Python and load of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores: List[int] = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return {
        "cores": len(cores) or os.cpu_count(),
        "memory": memory,
        "python": sys.version.split()[0],
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def _text(handle: Any, last: Optional[int]) -> str:
    handle.seek(0, os.SEEK_END)
    size = handle.tell()
    handle.seek(max(0, size - last) if last else 0)
    return handle.read().decode("utf-8", "replace")
