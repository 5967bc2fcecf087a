# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facade of the module C(image_report): several reports merged into one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

from ..._files.safe_file import check_output
from ..._secrets import write_private_parts
from ..errors import RulesError
from ..report.merged import MergedReport, PlanFindings, differs
from ..report.shard_reports import expected_shards, find_reports
from ..run.image import FAILED
from .settings import MergeSettings, settings_of


def run_merge(options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Carry out the options of the module C(image_report) and return its result.

    :raises RulesError: an option or a report is not valid. Nothing was written.
    :raises LongshoreError: a report cannot be read or written.
    """
    settings = settings_of(MergeSettings, options)
    paths = {"report_path": settings.report_path, "html_report_path": settings.html_report_path}
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
    merged.add_up()
    contents = {"report_path": merged.as_json, "html_report_path": merged.as_html}
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
        failures=merged.failures,
        failures_truncated=max(0, counts[FAILED] - len(merged.failures)),
        failed=settings.fail_on_error and bool(counts[FAILED] or merged.facts["problems"]),
    )
    return result
