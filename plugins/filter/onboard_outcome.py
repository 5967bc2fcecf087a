# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.onboard_outcome). Its documentation is in onboard_outcome.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping

from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_outcome import outcome


def onboard_outcome(part: str, facts: Mapping[str, Any]) -> Dict[str, Any]:
    """What has become of a part of an onboarding on one host."""
    return outcome(part, facts)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"onboard_outcome": onboard_outcome}
