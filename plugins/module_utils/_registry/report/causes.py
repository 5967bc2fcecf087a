# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failed images of a report, by cause.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Mapping

from ..._page.causes import Causes


def add_failure(causes: Causes, entry: Mapping[str, Any]) -> bool:
    """Add a failed image, an entry of a report; whether its cause is a new one."""
    details = entry.get("details") or {}
    hint = str(details.get("hint") or entry.get("hint") or "")
    error = str(entry.get("error") or "")
    message = error.replace(" Remedy: " + hint, "") if hint else error
    what = str(details.get("what") or message or "failed for an unknown reason")
    status = "HTTP {0}".format(details["status"]) if details.get("status") else ""
    rule = str(entry.get("rule") or "")
    rule = "{0}: {1}".format(entry["shard"], rule) if entry.get("shard") else rule
    place = (str(entry.get("source") or ""), str(entry.get("destination") or ""), rule)
    return causes.add(what, str(details.get("code") or status), hint, place)
