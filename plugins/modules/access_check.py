#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_check
short_description: Prove that a node reaches Huawei Cloud SWR
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Goes the way that a container engine goes when it pushes and pulls, step by step, and says for every step whether it
    works, what was found, and what to do about it.
  - A step whose condition failed is skipped, so that a fault is reported once, where it is.
  - It reads only. The one large request that it makes (64 KiB, to find out whether large packets arrive) is refused by
    the registry.
  - It needs nothing but Python 3.9 on the node.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
options:
  region:
    description:
      - The id of the region, as in V(cn-north-4). The registry's host name is derived from it.
    type: str
  cloud:
    description:
      - The domain in which the region's host names are, as in V(myhuaweicloud.com).
      - It is known for the regions of Huawei Cloud. Set it for Huawei Cloud Stack, and for a region that this
        collection does not know yet.
    type: str
  host:
    description:
      - The registry's host name, in place of O(region), without port and path.
    type: str
  port:
    description:
      - The registry's port.
    type: int
    default: 443
  expected_addresses:
    description:
      - The addresses that the registry's name should have on this node, as of the VPC endpoint.
      - Any other address that the node finds is an error. Without them any address is right.
    type: list
    elements: str
    default: []
  obs_hosts:
    description:
      - Hosts of OBS that SWR keeps layers in, without port. All of them have to resolve.
      - The one that O(repository)'s layer comes from is found out and need not be named.
    type: list
    elements: str
    default: []
  repository:
    description:
      - An image repository as V(organization/name) that the login may pull. Only with it the login is proven, and the
        way to the layers in OBS.
    type: str
  tag:
    description:
      - The tag in O(repository).
    type: str
    default: latest
  username:
    description:
      - The user name of the login, as M(longshore.swr.login_token) returns it. Without it a token for anybody is asked
        for.
    type: str
  password:
    description:
      - The password of the login.
      - It is sent to the registry's own host only, or to one that has the same address.
    type: str
  checks:
    description:
      - The checks to make, and with them all that they depend on. By default all.
      - V(hosts.conflict) - C(/etc/hosts) gives no name two addresses.
      - V(dns.nss) - the name means O(expected_addresses), as programs of the node see it.
      - V(dns.servers) - every nameserver of C(/etc/resolv.conf), asked directly, says the same.
      - V(tcp.443) - every address takes connections at O(port).
      - V(tls.chain), V(tls.name), V(tls.expiry) - the certificate is of a trusted authority, for the name, and valid.
      - V(http.v2) - a registry answers and asks for a token.
      - V(auth.realm) - tokens come from the same server.
      - V(auth.token) - the registry gives a token.
      - V(registry.manifest) - the image can be pulled with it.
      - V(blob.redirect) - the registry says where a layer is.
      - V(blob.obs_dns) - every host of OBS resolves.
      - V(blob.obs_get) - a byte of the layer arrives, and then 64 KiB.
      - V(path.mtu) - 64 KiB arrive at the registry.
      - V(time.skew) - the node's clock and the registry's agree (a warning from 60 seconds, an error from 300).
      - V(env.proxy) - no engine would go through a proxy - in the environment, the units of Docker, containerd and
        CRI-O, and Docker's C(daemon.json).
    type: list
    elements: str
    default: []
  timeout:
    description:
      - Seconds for each step - a query, a connection, a request with its reply.
    type: float
    default: 10
  time_limit:
    description:
      - Seconds for everything. A check that has not ended then has failed.
    type: float
    default: 120
  ca_path:
    description:
      - A file or directory on the node with the certificate authorities to trust, in PEM format, in place of the node's
        own.
    type: path
  validate_certs:
    description:
      - Whether certificates have to be right.
      - With V(false) the checks of the certificate only warn, and the login is sent to whoever answers.
    type: bool
    default: true
  fail_on:
    description:
      - Whether the task fails when a check failed (V(error)), also when one warns (V(warn)), or not at all (V(never)).
      - What was found is returned in any case.
    type: str
    choices: [error, warn, never]
    default: error
notes:
  - The checks connect directly, whatever proxy is set. V(env.proxy) says when an engine would go another way.
  - Queries of URLs, which carry signatures, are never in the result.
seealso:
  - module: longshore.swr.login_token
"""

EXAMPLES = r"""
- name: Prove that every node reaches SWR through the VPC endpoint
  longshore.swr.access_check:
    region: cn-north-4
    expected_addresses: [172.16.0.10]

- name: Prove that a login can pull, with the layers in OBS
  longshore.swr.access_check:
    region: cn-north-4
    expected_addresses: [172.16.0.10]
    repository: team/app
    tag: "1.4"
    username: "{{ swr.username }}"
    password: "{{ swr.password }}"

- name: Look at the name only, and go on whatever is found
  longshore.swr.access_check:
    region: cn-north-4
    checks: [dns.nss, dns.servers]
    fail_on: never
  register: name
"""

RETURN = r"""
msg:
  description: One-line summary. When a check failed or warns it goes on with the first of them and its remedy.
  returned: always
  type: str
  sample: 'swr.cn-north-4.myhuaweicloud.com: 15 pass, 0 warn, 0 fail, 2 skip'
ok:
  description: Whether no check failed. A warning is no failure.
  returned: when options are valid
  type: bool
  sample: false
host:
  description: The registry's host.
  returned: when options are valid
  type: str
  sample: swr.cn-north-4.myhuaweicloud.com
port:
  description: The registry's port.
  returned: when options are valid
  type: int
  sample: 443
expected_addresses:
  description: The addresses that the name should have.
  returned: when options are valid
  type: list
  elements: str
  sample: [172.16.0.10]
addresses:
  description: The addresses that the name has on this node.
  returned: when options are valid
  type: list
  elements: str
  sample: [203.0.113.9]
obs_hosts:
  description: The hosts of OBS that were given or found out.
  returned: when options are valid
  type: list
  elements: str
  sample: [op-svc-swr-cn-north-4-backup.obs.cn-north-4.myhuaweicloud.com]
validate_certs:
  description: Whether certificates had to be right.
  returned: when options are valid
  type: bool
  sample: true
summary:
  description: How many checks ended how.
  returned: when options are valid
  type: dict
  contains:
    pass:
      description: What was looked at is right.
      type: int
      sample: 1
    warn:
      description: It works, but not well or not for long.
      type: int
      sample: 0
    fail:
      description: It does not work.
      type: int
      sample: 1
    skip:
      description: It was not looked at, because a check that it depends on failed, or an option for it is not given.
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
      description: V(error) for what failed, V(warn) for a warning, else V(none).
      type: str
      sample: error
    target:
      description: What was looked at.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com
    expected:
      description: What should be.
      type: list
      elements: str
      sample: [172.16.0.10]
    observed:
      description: What is.
      type: list
      elements: str
      sample: [203.0.113.9]
    source:
      description: Where that is from, as V(hosts), V(dns), V(tcp), V(tls) or V(http).
      type: str
      sample: dns
    duration_ms:
      description: How many milliseconds it took.
      type: int
      sample: 3
    depends_on:
      description: The checks that had to succeed first.
      type: list
      elements: str
      sample: [hosts.conflict]
    message:
      description: What was found, in words.
      type: str
      sample: the name means 203.0.113.9, not 172.16.0.10
    hint:
      description: What to do about it, empty where there is nothing to do.
      type: str
      sample: "Make the name mean the VPC endpoint's address: with the role longshore.swr.hosts ..."
    details:
      description: Numbers of the kernel about the connection, for V(path.mtu).
      type: dict
      sample: {}
error:
  description: The parts of the error, as far as they are known, when nothing was checked.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: "expected_addresses: '172.16.0' is no address"
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
        warn(module, "Certificates are not verified: whoever answers for {0} gets the login.".format(host))
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
