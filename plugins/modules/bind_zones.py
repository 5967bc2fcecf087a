#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bind_zones
short_description: Let a BIND server serve zones, or leave it as it was
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Makes a BIND 9 server that runs on the host serve zones, such as those that let SWR's name resolve to a VPC
    endpoint.
  - It is one transaction. Zone files, the collection's own configuration file and one include line in the server's are
    written, C(named-checkconf -z) judges all of it, C(rndc reconfig) and C(rndc reload) let the server read it, and the
    server is asked for its serials and for the names. When any of it fails, or a signal arrives, all files are as they
    were before, those that were new are gone, the server has read them again and is asked again.
  - Only the serial of a zone that secondaries may have fetched meanwhile does not go back but forward. Otherwise they
    would keep what was taken back.
  - The server is never restarted, and answers all the time.
  - A server that is broken already, or does not run, is refused before anything changes.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  kind:
    description:
      - Whether the server has the zones' data itself, or gets them from O(primaries).
    type: str
    choices: [primary, secondary]
    default: primary
  zones:
    description:
      - The zones. One that is left out later is removed.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The name of the zone. A zone answers for its name and all names below it, so make it as narrow as possible.
        type: str
        required: true
      addresses:
        description:
          - The addresses that the name itself resolves to. A secondary waits until it serves these.
        type: list
        elements: str
        default: []
      records:
        description:
          - Further records. Not used on a secondary.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description:
              - The name within the zone, relative to it, as in V(api) or V(*). V(@) is the zone's own name.
            type: str
            default: "@"
          type:
            description:
              - The type of the record.
            type: str
            required: true
            choices: [A, AAAA, CNAME, TXT]
          value:
            description:
              - An address, for V(CNAME) a whole name, for V(TXT) a text without quotes.
            type: str
            required: true
          ttl:
            description:
              - How long answers may be kept, in seconds, when not O(zones[].ttl).
            type: int
      nameservers:
        description:
          - The names of the servers of the zone, that of the primary first.
        type: list
        elements: str
        default: [localhost]
      contact:
        description:
          - The mailbox of who is responsible, with a dot in the place of the at sign.
        type: str
        default: hostmaster.localhost.localdomain
      ttl:
        description:
          - How long answers may be kept, in seconds.
        type: int
        default: 300
      refresh:
        description:
          - How often secondaries ask for a new serial, in seconds.
        type: int
        default: 3600
      retry:
        description:
          - How long secondaries wait after a failure, in seconds.
        type: int
        default: 900
      expire:
        description:
          - How long secondaries answer without having reached the primary, in seconds.
        type: int
        default: 1209600
      serial:
        description:
          - The serial, from 1 to 4294967295, for several primaries that are to have the same. By default it changes
            when the zone does.
        type: int
  forward_zones:
    description:
      - Zones that other servers are asked about, and nobody else, such as that of OBS.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The name of the zone.
        type: str
        required: true
      forwarders:
        description:
          - The addresses of these servers, with a port if need be, as in V(10.0.0.2 port 5353).
        type: list
        elements: str
        required: true
  rpz:
    description:
      - A response policy zone. It changes the addresses of single names, also of all names below one, and leaves the
        other names around them as they are, which a zone does not.
      - It needs an include line in the block of the server's options, which is why it is not the usual way. A server
        that has a response policy already is refused.
    type: dict
    suboptions:
      name:
        description:
          - The name of the policy zone. It is never asked for.
        type: str
        default: rpz.longshore.internal
      ttl:
        description:
          - How long answers may be kept, in seconds.
        type: int
        default: 300
      names:
        description:
          - The names.
        type: list
        elements: dict
        required: true
        suboptions:
          name:
            description:
              - A whole name, or V(*.) and a name for all names below it.
            type: str
            required: true
          addresses:
            description:
              - What it is to resolve to. Where these are of one family there are no addresses of the other.
            type: list
            elements: str
            required: true
  validate_except:
    description:
      - Names below which DNSSEC is not validated, for forward zones whose answers the server takes for forged. It needs
        an include line in the block of the server's options as O(rpz) does.
    type: list
    elements: str
    default: []
  primaries:
    description:
      - Where a secondary gets its zones, with a port if need be. Needed with O(kind=secondary).
    type: list
    elements: str
    default: []
  also_notify:
    description:
      - The secondaries that are told about changes, with a port if need be. Others are told nothing.
    type: list
    elements: str
    default: []
  allow_transfer:
    description:
      - Who may get whole zones, as addresses, networks, C(key NAME) or names of ACLs. By default who has O(key), and on
        a secondary or without a key nobody.
    type: list
    elements: str
    default: []
  allow_query:
    description:
      - Who may ask for O(zones), in the same form. By default what the server says.
    type: list
    elements: str
    default: []
  key:
    description:
      - A TSIG key that transfers and notifications are signed with.
    type: dict
    suboptions:
      name:
        description:
          - Its name, which is the same on all servers.
        type: str
        required: true
      algorithm:
        description:
          - Its algorithm.
        type: str
        choices: [hmac-sha256, hmac-sha384, hmac-sha512, hmac-sha224, hmac-sha1]
        default: hmac-sha256
      secret:
        description:
          - The secret, as C(tsig-keygen) makes it. It is written to a file that only root and O(group) can read.
          - Leave it out when the server's configuration has the key already.
        type: str
  views:
    description:
      - The views that are to have the zones. Needed when the server has views.
    type: list
    elements: str
    default: []
  query:
    description:
      - Whether to ask the server for the names. By default it is asked unless there are O(views), because then it
        depends on the view that this host is in.
    type: bool
  query_address:
    description:
      - The address at which the server is asked.
    type: str
    default: 127.0.0.1
  query_port:
    description:
      - The port at which it is asked.
    type: int
    default: 53
  timeout:
    description:
      - How long the server may take to serve what it is to, in seconds.
    type: int
    default: 30
  lock_timeout:
    description:
      - How long to wait for another run that changes the same server, in seconds.
    type: int
    default: 60
  config:
    description:
      - The server's main file.
    type: path
    default: /etc/bind/named.conf
  include_in:
    description:
      - The file of the server's configuration that gets the include line, when it is in no view.
    type: path
    default: /etc/bind/named.conf.local
  fragment:
    description:
      - The collection's own file. Others beside it have its name and C(.views), C(.options) and C(.key).
    type: path
    default: /etc/bind/swr-zones.conf
  zone_dir:
    description:
      - The directory of zone files. On a secondary the server has to be able to write to it.
    type: path
    default: /var/lib/bind
  group:
    description:
      - The group that the server belongs to.
    type: str
    default: bind
  unsafe_writes:
    description:
      - Whether to write the include line into the file itself, for a server in C(chroot) whose files are mounts.
      - Such a write is not atomic. It is taken back like all others.
    type: bool
    default: false
  checkconf:
    description:
      - The program C(named-checkconf).
    type: str
    default: named-checkconf
  checkzone:
    description:
      - The program C(named-checkzone).
    type: str
    default: named-checkzone
  rndc:
    description:
      - The program C(rndc).
    type: str
    default: rndc
  rndc_options:
    description:
      - Its options, such as the port.
    type: list
    elements: str
    default: []
  state:
    description:
      - Whether the server is to serve the zones. With V(absent) all that this module has made is removed.
    type: str
    choices: [present, absent]
    default: present
"""

EXAMPLES = r"""
- name: Let SWR's name be the VPC endpoint, and OBS be asked of the VPC's DNS endpoint
  longshore.swr.bind_zones:
    zones:
      - name: swr.cn-north-4.myhuaweicloud.com
        addresses: [192.168.10.20]
    forward_zones:
      - name: obs.cn-north-4.myhuaweicloud.com
        forwarders: [192.168.10.53]

- name: The same on a secondary
  longshore.swr.bind_zones:
    kind: secondary
    primaries: [192.168.1.53]
    zone_dir: /var/cache/bind
    zones:
      - name: swr.cn-north-4.myhuaweicloud.com
        addresses: [192.168.10.20]
    key:
      name: swr-transfer
      secret: "{{ swr_transfer_secret }}"
"""

RETURN = r"""
serials:
  description: The serials that the zones have, or would have in check mode, by zone. On a secondary there are none.
  returned: success
  type: dict
  sample: {swr.cn-north-4.myhuaweicloud.com: 1785000000}
files:
  description: The files that were changed, written or removed.
  returned: success
  type: list
  elements: str
  sample: [/etc/bind/swr-zones.conf]
reloaded:
  description: Zones whose files were as they are to be, and that the server did not serve so until it was told to.
  returned: success
  type: list
  elements: str
  sample: []
"""

import grp
import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._dns.client import Resolver
from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.programs import Named, Programs
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.layout import Paths
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.server import Server
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import ALGORITHMS, Settings, desired_of
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.zone import TYPES
from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors

LIST = {"type": "list", "elements": "str", "default": []}
RECORD = {
    "name": {"type": "str", "default": "@"},
    "type": {"type": "str", "required": True, "choices": list(TYPES)},
    "value": {"type": "str", "required": True},
    "ttl": {"type": "int"},
}
ZONE = {
    "name": {"type": "str", "required": True},
    "addresses": LIST,
    "records": {"type": "list", "elements": "dict", "default": [], "options": RECORD},
    "nameservers": {"type": "list", "elements": "str", "default": ["localhost"]},
    "contact": {"type": "str", "default": "hostmaster.localhost.localdomain"},
    "ttl": {"type": "int", "default": 300},
    "refresh": {"type": "int", "default": 3600},
    "retry": {"type": "int", "default": 900},
    "expire": {"type": "int", "default": 1209600},
    "serial": {"type": "int"},
}
FORWARD = {
    "name": {"type": "str", "required": True},
    "forwarders": {"type": "list", "elements": "str", "required": True},
}
REWRITTEN = {
    "name": {"type": "str", "required": True},
    "addresses": {"type": "list", "elements": "str", "required": True},
}
RPZ = {
    "name": {"type": "str", "default": "rpz.longshore.internal"},
    "ttl": {"type": "int", "default": 300},
    "names": {"type": "list", "elements": "dict", "required": True, "options": REWRITTEN},
}
KEY = {
    "name": {"type": "str", "required": True},
    "algorithm": {"type": "str", "choices": list(ALGORITHMS), "default": ALGORITHMS[0]},
    "secret": {"type": "str", "no_log": True},
}


def program(module, option):
    """The path of one of BIND's programs.

    :raises DnsError: it is not installed.
    """
    found = module.get_bin_path(module.params[option], opt_dirs=["/usr/sbin", "/sbin", "/usr/local/sbin"])
    if found is None:
        raise DnsError(
            "{0} is not installed".format(module.params[option]),
            where=option,
            hint="Install BIND and its utilities (bind9 and bind9-utils, or bind and bind-utils).",
        )
    return found


def server_of(module, desired):
    """The server of this host.

    :raises DnsError: there is none.
    """
    params = module.params
    for option in ("config", "zone_dir", "fragment"):
        path = params[option] if option != "fragment" else os.path.dirname(params[option])
        if not os.path.exists(path):
            hint = "Install BIND, for instance with bind_install of the role longshore.swr.bind."
            if option != "config":
                hint = "Make this directory, or name the one of the distribution."
            raise DnsError("it does not exist", where="{0}: {1}".format(option, path), hint=hint)
    try:
        group = grp.getgrnam(params["group"]).gr_gid
    except KeyError:
        raise DnsError("there is no group {0}".format(params["group"]), where="group") from None
    programs = Programs(
        (program(module, "checkconf"),),
        (program(module, "checkzone"),),
        (program(module, "rndc"), *params["rndc_options"]),
    )
    query = not params["views"] if params["query"] is None else params["query"]
    return Server(
        desired,
        Paths(*(os.path.abspath(params[name]) for name in ("config", "include_in", "fragment", "zone_dir"))),
        Named(module.run_command, programs, params["config"]),
        Resolver(params["query_address"], params["query_port"]) if query else None,
        Settings(params["timeout"], group, params["unsafe_writes"], module.tmpdir),
    )


def shown(data, change):
    """The text of a file in a diff. Of a key nothing is shown but that it is there."""
    if data is None:
        return ""
    return "(a key, which is not shown)\n" if change.secret else data.decode("utf-8", "replace")


@reports_errors
def run(module):
    """The server as it is to be, as the module's result."""
    params = module.params
    desired = desired_of(params) if params["state"] == "present" else None
    server = server_of(module, desired)
    with exclusive(os.path.dirname(os.path.abspath(params["config"])), params["lock_timeout"]):
        outcome = server.bring_about(module.check_mode)
    result = {
        "changed": outcome.changed,
        "serials": outcome.serials,
        "files": [change.path for change in outcome.changes],
        "reloaded": list(outcome.reloaded),
    }
    if module._diff:
        result["diff"] = [
            {
                "before_header": change.path,
                "after_header": change.path,
                "before": shown(change.old, change),
                "after": shown(change.new, change),
            }
            for change in outcome.changes
        ]
    return result


def main():
    run(
        AnsibleModule(
            argument_spec={
                "kind": {"type": "str", "choices": ["primary", "secondary"], "default": "primary"},
                "zones": {"type": "list", "elements": "dict", "default": [], "options": ZONE},
                "forward_zones": {"type": "list", "elements": "dict", "default": [], "options": FORWARD},
                "rpz": {"type": "dict", "options": RPZ},
                "validate_except": LIST,
                "primaries": LIST,
                "also_notify": LIST,
                "allow_transfer": LIST,
                "allow_query": LIST,
                "key": {"type": "dict", "options": KEY, "no_log": False},
                "views": LIST,
                "query": {"type": "bool"},
                "query_address": {"type": "str", "default": "127.0.0.1"},
                "query_port": {"type": "int", "default": 53},
                "timeout": {"type": "int", "default": 30},
                "lock_timeout": {"type": "int", "default": 60},
                "config": {"type": "path", "default": "/etc/bind/named.conf"},
                "include_in": {"type": "path", "default": "/etc/bind/named.conf.local"},
                "fragment": {"type": "path", "default": "/etc/bind/swr-zones.conf"},
                "zone_dir": {"type": "path", "default": "/var/lib/bind"},
                "group": {"type": "str", "default": "bind"},
                "unsafe_writes": {"type": "bool", "default": False},
                "checkconf": {"type": "str", "default": "named-checkconf"},
                "checkzone": {"type": "str", "default": "named-checkzone"},
                "rndc": {"type": "str", "default": "rndc"},
                "rndc_options": LIST,
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
