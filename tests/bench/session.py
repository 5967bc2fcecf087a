# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the benchmark: its settings, the tools, and the rows as they come."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from . import measure
from .table import ENGINE, median_of
from .tools import Engine, Relay, Task, Tool

Row = Dict[str, Any]
LONGEST = 180.0
"""Seconds after which a tool is stopped: one that asks one thing at a time takes forever over a WAN."""


@dataclass
class Session:
    """What all works share.

    :ivar scale: of sizes and of the number of tags. :ivar repeat: runs of each tool; the median counts.
    :ivar rounds: every single run, for the JSON file.
    """

    folder: Path
    engine: Engine
    peers: Sequence[Tool]
    scale: float = 0.25
    repeat: int = 3
    tls: bool = False
    limit: float = LONGEST
    rows: List[Row] = field(default_factory=list)
    rounds: List[Row] = field(default_factory=list)
    _number: int = 0

    @property
    def tools(self) -> List[Tool]:
        """Engine and peers."""
        return [self.engine, *self.peers]

    @property
    def with_limit(self) -> List[Tool]:
        """These, and the relay that does no work."""
        return [*self.tools, *([] if self.tls else [Relay()])]

    def new_folder(self) -> Path:
        """An empty folder of its own."""
        self._number += 1
        path = self.folder / "run-{0}".format(self._number)
        path.mkdir()
        return path

    def say(self, text: str) -> None:
        """Tell how far it is; the table comes at the end."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def carry_out(self, tool: Tool, task: Task) -> measure.Usage:
        """Run a tool."""
        return measure.run_all(tool.commands(task), tool.environment(task), self.limit)

    def compare(
        self, work: str, tools: Sequence[Tool], run: Callable[[Tool], Row], repeat: Optional[int] = None
    ) -> None:
        """Run every tool C(repeat) times, taking turns, and keep a row for each."""
        runs: Dict[str, List[Row]] = {tool.name: [] for tool in tools}
        try:
            for number in range(repeat or self.repeat):
                for tool in tools:
                    if any(row.get("hopeless") for row in runs[tool.name]):
                        continue
                    row = dict(self._attempt(tool, run), work=work, tool=tool.name)
                    runs[tool.name].append(row)
                    self.rounds.append(dict(row, round=number))
                    seconds = "{0:.2f} s ".format(row["wall"]) if "wall" in row else ""
                    self.say("{0}: {1}: {2}{3}".format(work, tool.name, seconds, row.get("note", "")).rstrip())
        finally:
            self.rows += [median_of(rows) for rows in runs.values() if rows]

    @staticmethod
    def _attempt(tool: Tool, run: Callable[[Tool], Row]) -> Row:
        """A run's row; a failure of a peer, or of a server that it overloads, is one too. Once is enough."""
        try:
            row = run(tool)
        except Exception as error:
            if not tool.compared or tool.name == ENGINE:
                raise
            return {"note": "failed: {0!r}".format(error)[:200], "hopeless": True}
        return dict(row, hopeless=True) if row.get("stopped") else row


def row_of(usage: measure.Usage, kinds: Mapping[str, int], uploads: int, sent: int, arrived: int, expected: int) -> Row:
    """The figures of one run. C(kinds) are the requests by kind at both registries, C(sent) bytes of uploads."""
    note = ""
    if usage.stopped:
        note = "stopped after {0:.0f} s".format(usage.wall)
    elif usage.code:
        note = "exit code {0}".format(usage.code)
    return {
        "wall": usage.wall,
        "cpu": usage.cpu,
        "peak": usage.peak,
        "requests": sum(kinds.values()),
        "kinds": dict(sorted(kinds.items())),
        "uploads": uploads,
        "bytes": sent,
        "arrived": "{0}/{1}".format(arrived, expected),
        "note": note,
        "stopped": usage.stopped,
        "errors": usage.errors[-500:] if usage.code else "",
    }
