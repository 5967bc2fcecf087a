# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared objects of a copy, plan or verify run, created in one place.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional

from ..client.clients import ClientPool
from ..client.registry import ClientFor
from ..convert.converter import Converter
from ..errors import RulesError
from ..plan.planner import Planner
from ..run.image import Image
from ..run.journal import Journal
from ..run.progress import Progress
from ..run.stop_time import StopTime
from ..run.tag_listing import ListerFor, Listers, merge_calls
from ..run.work_queue import WorkQueue
from ..transport.limits import Limits
from .request import Request
from .settings import NEVER, RunSettings

if TYPE_CHECKING:
    from ..convert.recompression import Recompressor


def nothing(*_arguments: Any) -> None:
    """A callback that does nothing."""


class RunContext:
    """Journal, progress, connections, converter and tag listing of one run. Must be closed; also a context manager.

    :param everywhere: whether the rate limit is for every registry; otherwise only for destinations.
    :param lister_for: see L(run.tag_listing.Listers,#). By default the registries are asked for each tag.
    """

    def __init__(
        self,
        settings: RunSettings,
        request: Request,
        everywhere: bool = False,
        lister_for: Optional[ListerFor] = None,
    ) -> None:
        self.request = request
        self.started = time.time()
        self.journal = Journal(settings.journal_path)
        self.clients = ClientPool(settings, request.credentials, Limits(settings, everywhere))
        self.progress = Progress(
            settings.progress_file, settings.progress_interval, request.redact, waits=self.clients.waits
        )
        self.listers = Listers(lister_for)
        self.converter = Converter(
            settings.convert,
            self.clients.source,
            settings.recompress,
            self._recompressor,
        )
        self._force = settings.force
        self.keep = settings.overwrite == NEVER
        if self._force and self.keep:
            raise RulesError(["force writes everything and overwrite=never replaces nothing: leave one of them out"])

    def _recompressor(self) -> Recompressor:
        from ..convert.recompression import Recompressor

        return Recompressor(self.clients.source, self.clients.retrier, self.journal)

    def planner(
        self,
        queue: WorkQueue,
        destinations: ClientFor,
        on_finished: Callable[[Image], None] = nothing,
        looked_at: Callable[[], None] = nothing,
        stop: Optional[StopTime] = None,
    ) -> Planner:
        """The planner of the run's images.

        :param destinations: returns the client for a destination.
        :param on_finished: called for each image that the plan finishes.
        :param looked_at: called for every image examined.
        :param stop: when to postpone the images not yet examined.
        """
        return Planner(
            self.clients.source,
            destinations,
            queue,
            self.journal,
            self.request.platforms,
            self._force,
            on_finished,
            looked_at,
            self.converter,
            self.listers,
            self.keep,
            stop,
        )

    def requests(self) -> Dict[str, Any]:
        """Number of requests, in the form used in results."""
        return count_requests(merge_calls(self.clients.requests(), self.listers))

    def warnings(self) -> List[str]:
        """Remarks for the user that are not failures."""
        warnings = [*self.listers.problems, *self.request.notes]
        if self.journal.unreadable_lines:
            warnings.append("{0} lines of the journal could not be read".format(self.journal.unreadable_lines))
        return warnings

    @property
    def duration(self) -> float:
        """Seconds since the start."""
        return round(time.time() - self.started, 3)

    def close(self) -> None:
        """Close what is open."""
        self.progress.close()
        self.journal.close()
        self.clients.close()

    def __enter__(self) -> RunContext:
        return self

    def __exit__(self, *_exc: Optional[object]) -> None:
        self.close()


def count_requests(by_registry: Dict[str, Dict[str, int]]) -> Dict[str, Any]:
    """Requests by registry and kind, and their sum."""
    return {"total": sum(sum(kinds.values()) for kinds in by_registry.values()), "by_registry": by_registry}
