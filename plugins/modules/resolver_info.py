#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resolver_info
short_description: Detect what manages a node's resolv.conf
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Detects which program writes C(/etc/resolv.conf), from its link target, its comments, and the programs running on
    the node.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
options:
  path:
    description:
      - The path of the file.
    type: path
    default: /etc/resolv.conf
seealso:
  - module: longshore.swr.resolver_check
"""

EXAMPLES = r"""
- name: Detect what manages resolv.conf
  longshore.swr.resolver_info:
  register: resolver

- name: Show the manager and the DNS servers
  ansible.builtin.debug:
    msg: "{{ resolver.manager }} manages resolv.conf; the node asks {{ resolver.nameservers | join(', ') }}"
"""

RETURN = r"""
manager:
  description:
    - The program that manages the file - V(systemd_resolved), V(networkmanager), V(netplan), V(resolvconf), V(dhclient)
      or V(wicked), or V(static) if no program does.
    - V(dhcpcd), V(openresolv), V(connman) and V(wsl) are detected too. The role P(longshore.swr.resolver#role) does not
      configure them.
    - NetworkManager does not count if it is told to leave the file alone (C(dns=none) or C(rc-manager=unmanaged)).
  returned: success
  type: str
  sample: systemd_resolved
link:
  description: The target of the file if it is a symbolic link, otherwise empty.
  returned: success
  type: str
  sample: /run/systemd/resolve/stub-resolv.conf
mounted:
  description: Whether the file is a mount point, as in containers.
  returned: success
  type: bool
  sample: false
nameservers:
  description: The DNS servers in the file, in order.
  returned: success
  type: list
  elements: str
  sample: [127.0.0.53]
systemd:
  description: The version of systemd, V(0) if there is none.
  returned: success
  type: int
  sample: 257
nscd:
  description: Whether the cache C(nscd) is running.
  returned: success
  type: bool
  sample: false
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.resolver.manager import look_at_resolver
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, require_values, runner


@reports_errors
def run(module):
    """The findings, as the module's result."""

    require_values(module, "path")

    def said(name, option):
        program = module.get_bin_path(name, opt_dirs=["/usr/sbin", "/sbin"])
        return runner(DnsError)([program, option])[1] if program else ""

    return dict(look_at_resolver(module.params["path"], said), changed=False)


def main():
    run(
        AnsibleModule(
            argument_spec={"path": {"type": "path", "default": "/etc/resolv.conf"}},
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
