#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resolver_check
short_description: Check a node's DNS settings for SWR and how names resolve
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Checks DNS servers and domains before they are configured, and names afterwards.
  - Names are resolved as programs do it (C(getaddrinfo), IPv4 and IPv6), so C(/etc/hosts) and C(/etc/nsswitch.conf)
    count as well as DNS.
  - Either fails and reports all problems, or returns the addresses of O(names) and O(entries).
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
options:
  servers:
    description:
      - The DNS servers that the node will use. Each must be the IP address of another host.
    type: list
    elements: str
    default: []
  domains:
    description:
      - The domains that the node will use O(servers) for.
    type: list
    elements: str
    default: []
  swr_addresses:
    description:
      - The addresses of SWR's VPC endpoint, which does not answer DNS queries. None of O(servers) may be one of them.
    type: list
    elements: str
    default: []
  swr_names:
    description:
      - SWR's host names. None of O(servers) may be an address that one of them resolves to on this node. Names that do
        not resolve are ignored.
    type: list
    elements: str
    default: []
  names:
    description:
      - Names that must resolve, to any address.
    type: list
    elements: str
    default: []
  entries:
    description:
      - Names that must resolve to exactly the given addresses, like O(longshore.swr.hosts_file#module:entries).
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description:
          - An IPv4 or IPv6 address.
        type: str
        required: true
      names:
        description:
          - The names that must resolve to it. A name in several entries must resolve to all their addresses.
        type: list
        elements: str
        required: true
  timeout:
    description:
      - How long to wait for the addresses of a name, in seconds.
    type: float
    default: 30
seealso:
  - module: longshore.swr.resolver_info
  - module: longshore.swr.hosts_file
  - module: longshore.swr.access_check
"""

EXAMPLES = r"""
- name: Refuse SWR's endpoint as a DNS server
  longshore.swr.resolver_check:
    servers: [172.16.0.12]
    domains: [obs.cn-north-4.myhuaweicloud.com]
    swr_addresses: [172.16.0.10]
    swr_names: [swr.cn-north-4.myhuaweicloud.com]

- name: Check that SWR's name resolves to the VPC endpoint
  longshore.swr.resolver_check:
    entries:
      - address: 172.16.0.10
        names: [swr.cn-north-4.myhuaweicloud.com]

- name: Wait until names resolve after a restart of the resolver
  longshore.swr.resolver_check:
    names: [swr.cn-north-4.myhuaweicloud.com]
  register: check
  until: check is succeeded
  retries: 5
  delay: 1
"""

RETURN = r"""
answers:
  description: The addresses of O(names) and of the names in O(entries), sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name, in lower case.
      type: str
    addresses:
      description: Its addresses, IPv4 first.
      type: list
      elements: str
  sample: [{"name": "swr.cn-north-4.myhuaweicloud.com", "addresses": ["172.16.0.10"]}]
error:
  description: The parts of the error.
  returned: failure
  type: dict
  contains:
    what:
      description: All problems.
      type: str
      sample: "servers: 172.16.0.10 is the endpoint of SWR, which does not answer DNS queries"
    hint:
      description: How to fix it.
      type: str
      sample: Name the VPC endpoint of the DNS service as the server.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._dns.resolver.check import run_resolver_check
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors

LIST = {"type": "list", "elements": "str", "default": []}
ENTRY = {
    "address": {"type": "str", "required": True},
    "names": {"type": "list", "elements": "str", "required": True},
}


@reports_errors
def run(module):
    """The answers, as the module's result."""
    return run_resolver_check(module.params)


def main():
    run(
        AnsibleModule(
            argument_spec={
                "servers": LIST,
                "domains": LIST,
                "swr_addresses": LIST,
                "swr_names": LIST,
                "names": LIST,
                "entries": {"type": "list", "elements": "dict", "default": [], "options": ENTRY},
                "timeout": {"type": "float", "default": 30},
            },
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
