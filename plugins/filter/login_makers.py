# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: login_makers
short_description: Choose the hosts that create logins for the others
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - For each set of login options, chooses the host that creates the login for all hosts of a play. It is a host that
    has already created one, otherwise the first host that needs one.
  - It is used by the role P(longshore.swr.login#role), which sets the variables that it reads.
positional: hosts, hostvars, limit
options:
  _input:
    description:
      - The hosts of the current batch, C(ansible_play_batch).
    type: list
    elements: str
    required: true
  hosts:
    description:
      - All hosts of the play, C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
  hostvars:
    description:
      - The variables of these hosts, by name.
    type: dict
    required: true
  limit:
    description:
      - A login that expires before this time, in UTC as in V(2026-07-23T08:46:07Z), is no longer shared.
    type: str
    required: true
seealso:
  - module: longshore.swr.login_token
"""

EXAMPLES = r"""
- name: Show the hosts that create logins
  ansible.builtin.debug:
    msg: "{{ ansible_play_batch | longshore.swr.login_makers(ansible_play_hosts_all, hostvars, now) }}"
  vars:
    now: "2026-07-23T08:46:07Z"
"""

RETURN = r"""
_value:
  description:
    - The names of the hosts, by the key of their options.
  type: dict
"""

from typing import Any, Callable, Dict, Mapping, Sequence


def login_makers(batch: Sequence[str], hosts: Sequence[str], hostvars: Mapping[str, Any], limit: str) -> Dict[str, str]:
    """The host that creates the login for all hosts with the same options."""
    from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_sharing import makers_of

    return makers_of(batch, hosts, hostvars, limit)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"login_makers": login_makers}
