# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One audit from the results of several.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

from ..errors import AuditError
from ..judgement.audit import Audit, combined
from ..judgement.settings import NEVER, read_settings
from ..report.data import audit_of
from .outcome import result_of, write_reports


def run_report(options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Carry out the options of the module C(audit_report) and return its result.

    C(failed) is set if a finding is as severe as C(fail_on), and if a file or an image could not be read.

    :raises AuditError: an audit is none, or they cannot be combined.
    :raises LongshoreError: a report cannot be written.
    """
    settings = read_settings({"fail_on": options["fail_on"]})
    audits = [_audit(entry, number) for number, entry in enumerate(options["audits"], 1)]
    if not audits:
        raise AuditError("it is empty", where="audits", hint="Pass the key audit of at least one result.")
    profiles = list(dict.fromkeys(audit.profile for audit in audits))
    if len(profiles) > 1:
        hint = "Run them with the same profile."
        raise AuditError("they have different profiles: {0}".format(", ".join(profiles)), where="audits", hint=hint)
    roots = list(dict.fromkeys(audit.root for audit in audits if audit.root))
    if len(roots) > 1:
        hint = "Audit one directory that has both, or write two reports."
        raise AuditError("they are of different directories: {0}".format(", ".join(roots)), where="audits", hint=hint)
    audit = combined(audits, profiles[0], "".join(roots))
    result = result_of(audit, settings, options["findings_shown"])
    if audit.troubles and settings.fail_on != NEVER:
        result["failed"] = True
    reports, changed = write_reports(audit, options, check_mode)
    result.update(reports, changed=bool(changed))
    return result


def _audit(entry: Any, number: int) -> Audit:
    try:
        return audit_of(entry)
    except AuditError as error:
        error.where = "audits: item {0}".format(number)
        raise
