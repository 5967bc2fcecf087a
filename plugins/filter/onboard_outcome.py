# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: onboard_outcome
short_description: Describe what has become of a part of an onboarding
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes what a part of an onboarding has done on one host, and returns its state, a headline and its problems.
  - It is used by the role P(longshore.swr.onboard#role).
positional: facts
options:
  _input:
    description:
      - The name of the part, such as V(migrate).
    type: str
    required: true
  facts:
    description:
      - C(gate), from P(longshore.swr.onboard_gate#filter); C(seconds); C(result), the result of the part's role;
        C(failure), the result of the task that failed; and C(files), paths of pages and reports.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what has become of the network
  ansible.builtin.debug:
    msg: "{{ 'network' | longshore.swr.onboard_outcome({'gate': gate, 'seconds': 2, 'result': network_result}) }}"
  vars:
    gate: "{{ 'network' | longshore.swr.onboard_gate([]) }}"
    network_result: {changed: false}
"""

RETURN = r"""
_value:
  description:
    - C(state) (V(done), V(unchanged), V(failed), V(not_run) or V(waiting)), C(changed), C(seconds), C(headline), and
      C(problems), each with C(text) and C(remedy).
  type: dict
"""

from typing import Any, Callable, Dict, Mapping


def onboard_outcome(part: str, facts: Mapping[str, Any]) -> Dict[str, Any]:
    """What has become of a part of an onboarding on one host."""
    from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_outcome import outcome

    return outcome(part, facts)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"onboard_outcome": onboard_outcome}
