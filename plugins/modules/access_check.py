#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_check
short_description: Check that a node can reach Huawei Cloud SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Follows the path of a container engine that pushes and pulls, step by step, and reports for each step whether it
    works, what was found, and how to fix it.
  - Steps that depend on a failed one are skipped, so a fault is reported once, at its origin.
  - Changes nothing. Its only large request (64 KiB, to test whether large packets arrive) is refused by the registry.
  - Needs only Python 3.9 on the node.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
options:
  region:
    description:
      - The ID of the region, as in V(cn-north-4). The registry's host name is derived from it.
    type: str
  cloud:
    description:
      - The domain of the region's host names, as in V(myhuaweicloud.com).
      - It is known for the regions of Huawei Cloud. Set it for Huawei Cloud Stack, and for regions that this collection
        does not know yet.
    type: str
  host:
    description:
      - The registry's host name, instead of O(region), without port or path.
    type: str
  port:
    description:
      - The registry's port.
    type: int
    default: 443
  expected_addresses:
    description:
      - The addresses that the registry's name should resolve to on this node, such as that of the VPC endpoint.
      - Any other address is an error. By default, any address is accepted.
    type: list
    elements: str
    default: []
  obs_hosts:
    description:
      - OBS hosts that store SWR's layers, without port. All of them must resolve.
      - The host that serves the layer of O(repository) is detected and need not be listed.
    type: list
    elements: str
    default: []
  repository:
    description:
      - An image repository, as V(organization/name), that the login may pull. It is needed to check the login and the
        path to the layers in OBS.
    type: str
  tag:
    description:
      - The tag in O(repository).
    type: str
    default: latest
  username:
    description:
      - The user name of the login, as M(longshore.swr.login_token) returns it. By default, an anonymous token is
        requested.
    type: str
  password:
    description:
      - The password of the login.
      - It is sent only to the registry's own host, or to a host with the same address.
    type: str
  checks:
    description:
      - The checks to run. The checks that they depend on run as well. By default, all checks run.
      - V(hosts.conflict) - C(/etc/hosts) gives no name two addresses.
      - V(dns.nss) - the name resolves to O(expected_addresses) for programs on the node.
      - V(dns.servers) - every nameserver in C(/etc/resolv.conf), asked directly, answers the same.
      - V(tcp.443) - every address accepts connections on O(port).
      - V(tls.chain), V(tls.name), V(tls.expiry) - the certificate is from a trusted authority, for the name, and valid.
      - V(http.v2) - a registry answers and asks for a token.
      - V(auth.realm) - tokens come from the same server.
      - V(auth.token) - the registry issues a token.
      - V(registry.manifest) - the image's manifest can be pulled with the token.
      - V(blob.redirect) - the registry redirects to a layer.
      - V(blob.obs_dns) - every OBS host resolves.
      - V(blob.obs_get) - one byte of the layer arrives, and then 64 KiB.
      - V(path.mtu) - 64 KiB arrive at the registry.
      - V(time.skew) - the clocks of the node and the registry agree (a warning from 60 seconds, an error from 300).
      - V(env.proxy) - no engine uses a proxy, according to the environment, the units of Docker, containerd and CRI-O,
        and Docker's C(daemon.json).
    type: list
    elements: str
    default: []
  timeout:
    description:
      - The time limit of each step (a query, a connection, a request and its reply), in seconds.
    type: float
    default: 10
  time_limit:
    description:
      - The time limit of the whole run, in seconds. Checks that have not finished by then fail.
    type: float
    default: 120
  ca_path:
    description:
      - A file or directory on the node with the certificate authorities to trust, in PEM format, instead of the node's
        own.
    type: path
  validate_certs:
    description:
      - Whether certificates must be valid.
      - With V(false) the certificate checks only warn, and the login is sent to whatever server answers.
    type: bool
    default: true
  fail_on:
    description:
      - Whether the task fails if a check fails (V(error)), also if one warns (V(warn)), or never (V(never)).
      - The findings are returned in any case.
    type: str
    choices: [error, warn, never]
    default: error
notes:
  - The checks connect directly, even if a proxy is set. V(env.proxy) reports engines that would use one.
  - The query strings of URLs, which carry signatures, are never in the result.
seealso:
  - module: longshore.swr.login_token
"""

EXAMPLES = r"""
- name: Check that every node reaches SWR through the VPC endpoint
  longshore.swr.access_check:
    region: cn-north-4
    expected_addresses: [172.16.0.10]

- name: Check that a login can pull, including layers from OBS
  longshore.swr.access_check:
    region: cn-north-4
    expected_addresses: [172.16.0.10]
    repository: team/app
    tag: "1.4"
    username: "{{ swr.username }}"
    password: "{{ swr.password }}"

- name: Check the name only, and continue whatever the result
  longshore.swr.access_check:
    region: cn-north-4
    checks: [dns.nss, dns.servers]
    fail_on: never
  register: name
"""

RETURN = r"""
msg:
  description: One-line summary, followed by the first failure or warning and how to fix it.
  returned: always
  type: str
  sample: 'swr.cn-north-4.myhuaweicloud.com: 15 pass, 0 warn, 0 fail, 2 skip'
ok:
  description: Whether no check failed. Warnings do not count.
  returned: when options are valid
  type: bool
  sample: false
host:
  description: The registry's host name.
  returned: when options are valid
  type: str
  sample: swr.cn-north-4.myhuaweicloud.com
port:
  description: The registry's port.
  returned: when options are valid
  type: int
  sample: 443
expected_addresses:
  description: The addresses that the name should resolve to.
  returned: when options are valid
  type: list
  elements: str
  sample: [172.16.0.10]
addresses:
  description: The addresses that the name resolves to on this node.
  returned: when options are valid
  type: list
  elements: str
  sample: [203.0.113.9]
obs_hosts:
  description: The OBS hosts, given or detected.
  returned: when options are valid
  type: list
  elements: str
  sample: [op-svc-swr-cn-north-4-backup.obs.cn-north-4.myhuaweicloud.com]
validate_certs:
  description: Whether certificates had to be valid.
  returned: when options are valid
  type: bool
  sample: true
summary:
  description: Number of checks by status.
  returned: when options are valid
  type: dict
  contains:
    pass:
      description: It works.
      type: int
      sample: 1
    warn:
      description: It works, but not well or not for much longer.
      type: int
      sample: 0
    fail:
      description: It does not work.
      type: int
      sample: 1
    skip:
      description: Not checked, because a check that it depends on failed or an option for it is not set.
      type: int
      sample: 15
checks:
  description: The findings, in the order of O(checks).
  returned: when options are valid
  type: list
  elements: dict
  contains:
    id:
      description: The check, see O(checks).
      type: str
      sample: dns.nss
    status:
      description: V(pass), V(warn), V(fail) or V(skip).
      type: str
      sample: fail
    severity:
      description: V(error) for a failure, V(warn) for a warning, otherwise V(none).
      type: str
      sample: error
    target:
      description: The subject of the check.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com
    expected:
      description: The expected values.
      type: list
      elements: str
      sample: [172.16.0.10]
    observed:
      description: The values found.
      type: list
      elements: str
      sample: [203.0.113.9]
    source:
      description: The source of the values, such as V(hosts), V(dns), V(tcp), V(tls) or V(http).
      type: str
      sample: dns
    duration_ms:
      description: Duration in milliseconds.
      type: int
      sample: 3
    depends_on:
      description: The checks that had to succeed first.
      type: list
      elements: str
      sample: [hosts.conflict]
    message:
      description: The finding in words.
      type: str
      sample: the name resolves to 203.0.113.9, not 172.16.0.10
    hint:
      description: How to fix it. Empty if there is nothing to fix.
      type: str
      sample: "Make the name resolve to the VPC endpoint's address: with the role longshore.swr.hosts ..."
    details:
      description: The kernel's figures for the connection, for V(path.mtu).
      type: dict
      sample: {}
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: "expected_addresses: invalid address '172.16.0'"
    where:
      description: The option.
      type: str
      sample: ca_path
    hint:
      description: How to fix it.
      type: str
      sample: Correct the options; nothing was checked.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._access.job import run_access_check
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, warn

ARGUMENTS = {
    "region": {"type": "str"},
    "cloud": {"type": "str"},
    "host": {"type": "str"},
    "port": {"type": "int", "default": 443},
    "expected_addresses": {"type": "list", "elements": "str", "default": []},
    "obs_hosts": {"type": "list", "elements": "str", "default": []},
    "repository": {"type": "str"},
    "tag": {"type": "str", "default": "latest"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "checks": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "float", "default": 10},
    "time_limit": {"type": "float", "default": 120},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "fail_on": {"type": "str", "choices": ["error", "warn", "never"], "default": "error"},
}


@reports_errors
def run(module):
    """The findings, as the module's result."""
    params = module.params
    host = params["host"] or registry_host(params["region"], params["cloud"])
    redactor = redactor_of(module)
    result = run_access_check(params, host, os.environ, redactor.add)
    if not params["validate_certs"]:
        warn(module, "Certificates are not verified: any server that answers for {0} gets the login.".format(host))
    return redactor.clean(result)


def main():
    run(
        AnsibleModule(
            argument_spec=ARGUMENTS,
            mutually_exclusive=[("region", "host")],
            required_one_of=[("region", "host")],
            required_together=[("username", "password")],
            required_by={"cloud": ["region"]},
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
