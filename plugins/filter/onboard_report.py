# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: onboard_report
short_description: Join the outcomes of an onboarding
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Joins what has become of each part on each host, for the page that M(longshore.swr.publish_report) writes, and for a
    table.
  - If something is left to do, it says how to go on, with the command line of the run. An argument that may have a
    secret is shown as three dots.
  - It is used by the role P(longshore.swr.onboard#role).
options:
  _input:
    description:
      - C(name), C(region), C(registry), C(state), C(check_mode), C(started), C(finished), C(began) (in seconds),
        C(dir), C(checks) and C(notes) of the onboarding; C(planned), the parts of each host; and C(outcomes), the
        results of P(longshore.swr.onboard_outcome#filter) by host and part.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the table
  ansible.builtin.debug:
    msg: "{{ (facts | longshore.swr.onboard_report).table }}"
  vars:
    facts:
      name: onboard
      region: cn-north-4
      registry: swr.cn-north-4.myhuaweicloud.com
      state: present
      check_mode: false
      started: "2026-12-01T08:00:00Z"
      finished: "2026-12-01T08:05:00Z"
      began: 1796112000
      dir: /var/lib/onboard
      planned: {localhost: [network]}
      outcomes:
        localhost:
          network: {state: done, changed: true, seconds: 3, headline: 2 created, problems: []}
"""

RETURN = r"""
_value:
  description:
    - The report, with C(parts), C(command), C(checks), C(changed), C(failed), and C(table), which is text for people.
  type: dict
"""

import os
import sys
from typing import Any, Callable, Dict, Mapping


def onboard_report(facts: Mapping[str, Any]) -> Dict[str, Any]:
    """The outcomes of all parts on all hosts as one report."""
    from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_report import joined

    return joined(facts, sys.argv, os.environ)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"onboard_report": onboard_report}
