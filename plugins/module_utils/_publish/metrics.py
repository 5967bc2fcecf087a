# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome for Prometheus, as a file of node_exporter's textfile collector (Prometheus, "Exposition formats").

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Iterator, Optional, Sequence, Tuple

from .._text import flat
from .outcome import Outcome

PREFIX = "longshore_swr_"
_LAST_SUCCESS = "last_success_timestamp_seconds"
_SUCCESS = r"^{0}{1}\{{job={2},[^\n]*\}} (\d{{1,12}})$"


def render_metrics(outcome: Outcome, name: str, now: float, before: str) -> str:
    """The content of the file.

    :param name: the value of the label C(job). :param now: seconds since the epoch.
    :param before: the content so far: a run that failed keeps the time of the last success.
    """
    success: Optional[int] = int(now)
    if outcome.failed:
        # Of this job: another one may have written here. The kind differs if a run has left no report.
        job = re.escape('"{0}"'.format(_escaped(name)))
        known = re.search(_SUCCESS.format(PREFIX, _LAST_SUCCESS, job), before, re.MULTILINE | re.ASCII)
        success = int(known.group(1)) if known else None
    lines = []
    for metric, about, samples in _metrics(outcome, int(now), success):
        lines.append("# HELP {0}{1} {2}".format(PREFIX, metric, about))
        lines.append("# TYPE {0}{1} gauge".format(PREFIX, metric))
        for labels, value in samples:
            pairs = (("job", name), ("kind", outcome.kind), *labels)
            shown = ",".join('{0}="{1}"'.format(label, _escaped(text)) for label, text in pairs)
            lines.append("{0}{1}{{{2}}} {3}".format(PREFIX, metric, shown, value))
    return "\n".join(lines) + "\n"


Samples = Sequence[Tuple[Sequence[Tuple[str, str]], object]]


def _metrics(outcome: Outcome, now: int, success: Optional[int]) -> Iterator[Tuple[str, str, Samples]]:
    yield "last_run_timestamp_seconds", "When the last run ended.", [((), now)]
    yield "last_run_failed", "Whether the last run failed (1) or not (0).", [((), int(outcome.failed))]
    if success is not None:
        yield _LAST_SUCCESS, "When the last successful run ended.", [((), success)]
    if outcome.counts:
        samples = [((("state", state),), count) for state, count in outcome.counts.items()]
        yield outcome.counted, "What the last run found, by state.", samples
    if outcome.duration is not None:
        yield "duration_seconds", "How long the last run took.", [((), outcome.duration)]
    if outcome.sent is not None:
        yield "sent_bytes", "Bytes that the last run sent.", [((), outcome.sent)]


def _escaped(text: str) -> str:
    return flat(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
