# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.onboard_gate). Its documentation is in onboard_gate.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Sequence

from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_outcome import gate


def onboard_gate(
    part: str,
    outcomes: Sequence[Mapping[str, Any]],
    waiting: Sequence[str] = (),
    check_mode: bool = False,
    state: str = "present",
) -> Dict[str, Any]:
    """Whether a part of an onboarding can run, and why not."""
    return gate(part, outcomes, waiting, check_mode, state)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"onboard_gate": onboard_gate}
