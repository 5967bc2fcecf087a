# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facade of the module C(image_report): several reports merged into one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterable, Mapping, Optional

from ..._files.safe_file import check_output
from ..._secrets import write_private_parts
from ..config.documents import load_document
from ..errors import RulesError
from ..forecast.shard_files import NOT_PLANNED, ShardFiles
from ..report.merged import MergedReport, PlanFindings, differs
from ..report.report import render_rules
from ..report.shard_reports import Expected, expected_shards, find_reports
from ..run.image import FAILED
from .settings import MergeSettings, settings_of


def run_merge(options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Carry out the options of the module C(image_report) and return its result.

    :raises RulesError: an option or a report is invalid. Nothing was written.
    :raises LongshoreError: a report cannot be read or written.
    """
    settings = settings_of(MergeSettings, options)
    paths = {name: getattr(settings, name) for name in ("report_path", "html_report_path", "output_failed_images")}
    outputs = {name: path for name, path in paths.items() if path}
    plan = PlanFindings(settings.plan)
    shards = plan.shards if plan.shards is not None else settings.shards
    expected = expected_shards(shards, settings.expected_shards)
    reports, absent = find_reports(settings.reports, list(outputs.values()))
    if not reports and not absent and expected is None:
        places = ", ".join(settings.reports) or "an empty list"
        raise RulesError(["reports: there is no report in {0}: check the paths".format(places)])
    problems, notes = [*plan.problems, *settings.problems], [*plan.notes, *settings.notes]
    merged = MergedReport(reports, absent, expected, problems, notes)
    merged.account_for(plan)
    merged.add_up()
    contents: Dict[str, Callable[[], Iterable[str]]] = {
        "report_path": merged.as_json,
        "html_report_path": merged.as_html,
        "output_failed_images": lambda: [_failed_list(settings, merged, expected)],
    }
    for name, path in outputs.items():
        check_output(name, path)
    different = [name for name, path in outputs.items() if differs(path, contents[name]())]
    for name in different:
        if not check_mode:
            write_private_parts(outputs[name], contents[name]())
    counts = merged.facts["images"]
    result = dict(merged.facts, **outputs)
    result.update(
        changed=bool(different),
        check_mode=check_mode,
        causes=merged.causes,
        failures=merged.failures,
        failures_truncated=max(0, counts[FAILED] - len(merged.failures)),
        failed=settings.fail_on_error and bool(counts[FAILED] or merged.facts["problems"]),
    )
    return result


def _failed_list(settings: MergeSettings, merged: MergedReport, expected: Optional[Expected]) -> str:
    """The rules of all images that failed, could not be planned, or are in a shard without a complete report."""
    files = []
    if settings.shards_path and expected is not None:
        shards = ShardFiles(settings.shards_path, True)
        files = [os.path.join(settings.shards_path, NOT_PLANNED)]
        files += [shards.path(number) for number in expected.unfinished(merged.facts["shards"])]
    planned = [item for path in files if os.path.exists(path) for item in load_document(path)]
    return render_rules(merged.failed_rules(planned), settings.output_images_format == "json")
