#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bind_info
short_description: Check which of its host's files a running BIND server sees
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Inspects the C(named) process on the host, to find out whether it runs in a chroot and whether it sees the files
    that M(longshore.swr.bind_zones) writes. Servers in containers are ignored.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
options:
  config:
    description:
      - The server's main configuration file.
    type: path
    default: /etc/bind/named.conf
  include_in:
    description:
      - The configuration file that gets the include line.
    type: path
    default: /etc/bind/named.conf.local
  fragment:
    description:
      - The collection's own configuration file. If it does not exist, its directory is checked.
    type: path
    default: /etc/bind/swr-zones.conf
  zone_dir:
    description:
      - The directory of the zone files.
    type: path
    default: /var/lib/bind
  proc_path:
    description:
      - Where the C(proc) file system is mounted.
    type: path
    default: /proc
seealso:
  - module: longshore.swr.bind_zones
"""

EXAMPLES = r"""
- name: Find out whether the server runs in a chroot
  longshore.swr.bind_info:
  register: bind

- name: Serve the zones, written in place where a file is a mount point
  longshore.swr.bind_zones:
    zones:
      - name: swr.cn-north-4.myhuaweicloud.com
        addresses: [192.168.10.20]
    unsafe_writes: "{{ bind.in_place }}"
  when: bind.unseen | length == 0
"""

RETURN = r"""
pid:
  description: The server's process ID, V(0) if it is not running.
  returned: success
  type: int
  sample: 612
root:
  description: The server's root directory, V(/) without a chroot.
  returned: success
  type: str
  sample: /var/named/chroot
unseen:
  description:
    - The files and directories from the options that exist on the host, but that the server does not see or only sees
      as a copy.
  returned: success
  type: list
  elements: str
  sample: []
in_place:
  description:
    - Whether O(config) or O(include_in) is a mount point, on the host or for the server. Such a file can only be
      overwritten, not replaced.
  returned: success
  type: bool
  sample: false
selinux_type:
  description: The SELinux type of O(zone_dir), empty if SELinux is not enforcing.
  returned: success
  type: str
  sample: named_zone_t
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.process import look_at_server
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, require_values


@reports_errors
def run(module):
    """The findings, as the module's result."""
    params = module.params
    require_values(module, "config", "include_in", "fragment", "zone_dir", "proc_path")
    files = list(dict.fromkeys((params["config"], params["include_in"])))
    folders = [os.path.dirname(params["fragment"]), params["zone_dir"]]
    try:
        found = look_at_server(files, folders, params["proc_path"])
    except OSError as error:
        raise DnsError(
            "the processes cannot be read: {0}".format(error.strerror),
            where=error.filename or params["proc_path"],
            hint="Run the task as root (become), on a host with a proc file system.",
        ) from error
    return dict(found, changed=False)


def main():
    run(
        AnsibleModule(
            argument_spec={
                "config": {"type": "path", "default": "/etc/bind/named.conf"},
                "include_in": {"type": "path", "default": "/etc/bind/named.conf.local"},
                "fragment": {"type": "path", "default": "/etc/bind/swr-zones.conf"},
                "zone_dir": {"type": "path", "default": "/var/lib/bind"},
                "proc_path": {"type": "path", "default": "/proc"},
            },
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
