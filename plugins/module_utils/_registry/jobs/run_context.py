# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of copy, plan or verify works with, made in one place.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Optional

from ..client.clients import ClientPool
from ..client.registry import ClientFor
from ..convert.converter import Converter
from ..convert.recompression import Recompressor
from ..errors import RulesError
from ..plan.planner import Planner
from ..run.image import Image
from ..run.journal import Journal
from ..run.progress import Progress
from ..run.tag_listing import ListerFor, TagListing, merge_calls, no_lister
from ..run.work_queue import WorkQueue
from ..transport.limits import Limits
from .request import Request
from .settings import NEVER, RunSettings


def nothing(*_arguments: Any) -> None:
    """For those who want no news."""


class RunContext:
    """Journal, progress, connections, converter and tag listing of one run. Close it; it is a context manager too.

    :param everywhere: whether the rate limit is for every registry; otherwise for those that are written to.
    :param lister_for: gives what lists a destination's tags with their digests, None where nothing does.
    """

    def __init__(
        self, settings: RunSettings, request: Request, everywhere: bool = False, lister_for: ListerFor = no_lister
    ) -> None:
        self.request = request
        self.started = time.time()
        self.journal = Journal(settings.journal_path)
        self.clients = ClientPool(settings, request.credentials, Limits(settings, everywhere))
        self.progress = Progress(
            settings.progress_file, settings.progress_interval, request.redact, waits=self.clients.waits
        )
        self.tag_listing = TagListing(lister_for)
        self.converter = Converter(
            settings.convert,
            self.clients.source,
            settings.recompress,
            Recompressor(self.clients.source, self.clients.retrier, self.journal),
        )
        self._force = settings.force
        self.keep = settings.overwrite == NEVER
        if self._force and self.keep:
            raise RulesError(["force writes everything and overwrite=never replaces nothing: leave one of them out"])

    def planner(
        self,
        queue: WorkQueue,
        destinations: ClientFor,
        on_finished: Callable[[Image], None] = nothing,
        looked_at: Callable[[], None] = nothing,
    ) -> Planner:
        """What selects and examines the images.

        :param destinations: gives the client for a destination.
        :param on_finished: called for each image that is finished by the plan.
        :param looked_at: called for every image that was examined.
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
            self.tag_listing,
            self.keep,
        )

    def requests(self) -> Dict[str, Any]:
        """The requests made, as results have them."""
        return count_requests(merge_calls(self.clients.requests(), self.tag_listing))

    def warnings(self) -> List[str]:
        """What should be known and fails nothing."""
        warnings = [*self.tag_listing.problems, *self.request.notes]
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
