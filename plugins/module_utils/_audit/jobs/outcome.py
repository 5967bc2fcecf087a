# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of an audit as a module's result, and its report files.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

from ..._files.inputs import read_bytes
from ..._files.safe_file import SafeFile, check_output
from ..._secrets import write_private
from ..judgement.audit import Audit
from ..judgement.baseline import LARGEST, Baseline, read_baseline
from ..judgement.settings import Settings
from ..report.data import data_of, render_json
from ..report.html import page_of
from ..report.sarif import render_sarif
from ..report.text import headline, line_of, lines_of

_RENDERERS = (("sarif_path", render_sarif), ("json_path", render_json), ("html_path", page_of))
_LARGEST = 1024 * 1024 * 1024
_MOST_NAMED = 3


def result_of(audit: Audit, settings: Settings, findings_shown: int) -> Dict[str, Any]:
    """The result of a module, without its files: C(failed) is set if a finding or a problem makes it fail."""
    failing = audit.failing(settings)
    result: Dict[str, Any] = {
        "changed": False,
        "msg": headline(audit),
        "summary": lines_of(audit, findings_shown),
        "counts": audit.counts(),
        "failing": bool(failing),
        "audit": data_of(audit),
    }
    if failing:
        named = "; ".join(line_of(finding) for finding in failing[:_MOST_NAMED])
        more = len(failing) - _MOST_NAMED
        result["msg"] = "{0}. {1}{2}".format(headline(audit), named, " And {0} more.".format(more) if more > 0 else "")
        result["failed"] = True
    return result


def check_reports(options: Mapping[str, Any]) -> None:
    """Find out whether the report files can be written, before anything is read.

    :raises LongshoreError: one cannot.
    """
    for name, _render in _RENDERERS:
        if options.get(name):
            check_output(name, str(options[name]))


def write_reports(audit: Audit, options: Mapping[str, Any], check_mode: bool) -> Tuple[Dict[str, Any], List[str]]:
    """Write the report files that are asked for, those whose content differs.

    :returns: the paths for the result, and those of the files that changed.
    :raises LongshoreError: one cannot be written.
    """
    check_reports(options)
    wanted = [(name, str(options[name]), render(audit)) for name, render in _RENDERERS if options.get(name)]
    changed = [path for _name, path, content in wanted if write_if_different(path, content, check_mode)]
    return {name: path for name, path, _content in wanted}, changed


def write_if_different(path: str, content: str, check_mode: bool) -> bool:
    """Write a private file; returns whether it had another content before.

    :raises LongshoreError: it cannot be written.
    """
    with SafeFile(path) as file:
        old = file.read(_LARGEST)
    if old == content.encode("utf-8"):
        return False
    if not check_mode:
        write_private(path, content)
    return True


def load_baseline(path: str) -> Baseline:
    """The findings of a baseline file.

    :raises LongshoreError: it is missing, or no baseline.
    """
    return read_baseline(read_bytes(path, LARGEST), path)
