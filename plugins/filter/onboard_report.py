# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.onboard_report). Its documentation is in onboard_report.yml."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Dict, Mapping

from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_report import joined


def onboard_report(facts: Mapping[str, Any]) -> Dict[str, Any]:
    """The outcomes of all parts on all hosts as one report."""
    return joined(facts, sys.argv, os.environ)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"onboard_report": onboard_report}
