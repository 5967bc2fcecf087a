# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: onboard_gate
short_description: Decide whether a part of an onboarding can run
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - A part does not run if one that it needs has failed, or has not run because of a failure. In check mode, it waits if
    it needs what only a run would make.
  - It is used by the role P(longshore.swr.onboard#role).
positional: outcomes, waiting, check_mode, state, others, planned
options:
  _input:
    description:
      - The name of the part, such as V(migrate).
    type: str
    required: true
  outcomes:
    description:
      - The outcomes of the parts so far, a mapping of results of P(longshore.swr.onboard_outcome#filter) for this host
        and each controller.
    type: list
    elements: dict
    required: true
  waiting:
    description:
      - What the part needs that check mode has not made.
    type: list
    elements: str
    default: []
  check_mode:
    description:
      - Whether the parts so far have only been predicted.
    type: bool
    default: false
  state:
    description:
      - V(absent) if everything is taken back. A part then runs after those that need it.
    type: str
    choices: [present, absent]
    default: present
  others:
    description:
      - The outcomes of other hosts, such as DNS servers. Their preflight stops only what needs their parts.
    type: list
    elements: dict
    default: []
  planned:
    description:
      - The names of the parts that each of these hosts should run. One that is over without an outcome has not run.
    type: list
    elements: list
    default: []
"""

EXAMPLES = r"""
- name: Show whether images can be copied
  ansible.builtin.debug:
    msg: "{{ 'migrate' | longshore.swr.onboard_gate([{'network': {'state': 'failed', 'changed': false}}]) }}"
"""

RETURN = r"""
_value:
  description:
    - C(state), which is V(run), V(not_run) or V(waiting); C(text), which says why; and C(pending), in check mode the
      parts that would have made something for this one.
  type: dict
"""

from typing import Any, Callable, Dict, Mapping, Sequence


def onboard_gate(
    part: str,
    outcomes: Sequence[Mapping[str, Any]],
    waiting: Sequence[str] = (),
    check_mode: bool = False,
    state: str = "present",
    others: Sequence[Mapping[str, Any]] = (),
    planned: Sequence[Sequence[str]] = (),
) -> Dict[str, Any]:
    """Whether a part of an onboarding can run, and why not."""
    from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_outcome import gate

    return gate(part, outcomes, waiting, check_mode, state, others, planned)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"onboard_gate": onboard_gate}
