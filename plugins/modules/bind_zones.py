#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bind_zones
short_description: Configure zones on a BIND server in one transaction
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Makes a BIND 9 server on the host serve zones, such as those that resolve SWR's name to a VPC endpoint.
  - All changes form one transaction. The module writes the zone files, the collection's own configuration file and one
    include line in the server's configuration, checks everything with C(named-checkconf -z), loads it with
    C(rndc reconfig) and C(rndc reload), and queries the server for its serials and the names. If any step fails, or a
    signal arrives, all files are restored, new ones are removed, and the server reloads them and is queried again.
  - One thing is not rolled back - the serial of a zone that secondaries may have fetched in the meantime increases.
    Otherwise they would keep the withdrawn zone.
  - The next run completes one that was killed, and removes the files that it left. The server also reloads when the
    collection's own files are newer than the configuration that it has loaded.
  - The server is never restarted, and keeps answering throughout.
  - The zones inherit nothing from the server's options that would change their content, such as C(allow-update) or
    C(dnssec-policy).
  - A server that is already broken or not running is refused before anything changes.
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
      - Whether the server holds the zone data itself, or transfers it from O(primaries).
    type: str
    choices: [primary, secondary]
    default: primary
  zones:
    description:
      - The zones. A zone that is no longer listed is removed.
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
          - The addresses that the name itself resolves to. On a secondary, the module waits until it serves them.
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
              - The name relative to the zone, as in V(api) or V(*). V(@) is the zone itself.
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
              - An address, for V(CNAME) a fully qualified name, for V(TXT) a string without quotes.
            type: str
            required: true
          ttl:
            description:
              - The time to live of this record, in seconds, if it differs from O(zones[].ttl).
            type: int
      nameservers:
        description:
          - The names of the zone's servers, the primary first.
        type: list
        elements: str
        default: [localhost]
      contact:
        description:
          - The mailbox of the person responsible, with a dot instead of the at sign.
        type: str
        default: hostmaster.localhost.localdomain
      ttl:
        description:
          - How long answers may be cached, in seconds.
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
          - How long secondaries keep answering without reaching the primary, in seconds.
        type: int
        default: 1209600
      serial:
        description:
          - The serial, from 1 to 4294967295, for several primaries that must share one. By default, it increases when
            the zone changes.
        type: int
  forward_zones:
    description:
      - Zones whose queries are only forwarded to given servers, such as that of OBS.
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
          - The addresses of these servers, with an optional port, as in V(10.0.0.2 port 5353).
        type: list
        elements: str
        required: true
  rpz:
    description:
      - A response policy zone. Unlike a zone, it changes the addresses of single names, or of all names below a name,
        and leaves the names around them alone.
      - It is not the usual way, because it needs an include line in the C(options) block of the server. A server that
        already has a response policy is refused.
    type: dict
    suboptions:
      name:
        description:
          - The name of the policy zone. It is never queried.
        type: str
        default: rpz.longshore.internal
      ttl:
        description:
          - How long answers may be cached, in seconds.
        type: int
        default: 300
      names:
        description:
          - The names and their addresses.
        type: list
        elements: dict
        required: true
        suboptions:
          name:
            description:
              - A fully qualified name, or V(*.) and a name for all names below it.
            type: str
            required: true
          addresses:
            description:
              - The addresses that it resolves to. If they are all IPv4 or all IPv6, it has no addresses of the other
                family.
            type: list
            elements: str
            required: true
  validate_except:
    description:
      - Names below which DNSSEC is not validated, for forward zones whose answers the server would reject as forged.
        Like O(rpz), it needs an include line in the C(options) block.
    type: list
    elements: str
    default: []
  primaries:
    description:
      - The servers that a secondary transfers its zones from, with an optional port. Required with O(kind=secondary).
    type: list
    elements: str
    default: []
  also_notify:
    description:
      - The secondaries to notify of changes, with an optional port. No others are notified.
    type: list
    elements: str
    default: []
  allow_transfer:
    description:
      - Who may transfer the zones, as addresses, networks, C(key NAME) or names of ACLs. By default, on a primary, any
        holder of O(key), otherwise nobody.
    type: list
    elements: str
    default: []
  allow_query:
    description:
      - Who may query O(zones), in the same form. By default, the server's own setting applies.
    type: list
    elements: str
    default: []
  key:
    description:
      - A TSIG key that signs transfers and notifications.
    type: dict
    suboptions:
      name:
        description:
          - The name of the key, which must be the same on all servers.
        type: str
        required: true
      algorithm:
        description:
          - The algorithm.
        type: str
        choices: [hmac-sha256, hmac-sha384, hmac-sha512, hmac-sha224, hmac-sha1]
        default: hmac-sha256
      secret:
        description:
          - The secret, as generated by C(tsig-keygen). It is written to a file that only root and O(group) can read.
          - Leave it out if the server's configuration already has the key.
        type: str
  views:
    description:
      - The views that get the zones. Required if the server has views.
    type: list
    elements: str
    default: []
  query:
    description:
      - Whether to query the server for the names. The default is V(true) without O(views), and V(false) with them,
        because the answer then depends on the view that this host is in.
    type: bool
  query_address:
    description:
      - The address to query the server at.
    type: str
    default: 127.0.0.1
  query_port:
    description:
      - The port to query the server at.
    type: int
    default: 53
  timeout:
    description:
      - How long to wait for the server to serve the zones, in seconds.
    type: int
    default: 30
  lock_timeout:
    description:
      - How long to wait for another run that changes the same server, in seconds.
    type: int
    default: 60
  config:
    description:
      - The server's main configuration file.
    type: path
    default: /etc/bind/named.conf
  include_in:
    description:
      - The configuration file that gets the include line, unless there are O(views).
    type: path
    default: /etc/bind/named.conf.local
  fragment:
    description:
      - The collection's own configuration file. Further files have the same name plus C(.views), C(.options) or
        C(.key).
    type: path
    default: /etc/bind/swr-zones.conf
  zone_dir:
    description:
      - The directory of the zone files. On a secondary, the server must be able to write to it.
    type: path
    default: /var/lib/bind
  group:
    description:
      - The group that the server runs as.
    type: str
    default: bind
  unsafe_writes:
    description:
      - Whether to write the include line into the existing file in place, for a server in a chroot whose files are
        mount points.
      - Such a write is not atomic, but it is rolled back like all others.
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
      - Options of C(rndc), such as the port.
    type: list
    elements: str
    default: []
  state:
    description:
      - Whether the server serves the zones. V(absent) removes everything that this module created.
    type: str
    choices: [present, absent]
    default: present
"""

EXAMPLES = r"""
- name: Resolve SWR's name to the VPC endpoint, and forward OBS to the VPC's DNS endpoint
  longshore.swr.bind_zones:
    zones:
      - name: swr.cn-north-4.myhuaweicloud.com
        addresses: [192.168.10.20]
    forward_zones:
      - name: obs.cn-north-4.myhuaweicloud.com
        forwarders: [192.168.10.53]

- name: Serve SWR's zone on a secondary
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
  description: The serials by zone. In check mode, those that the zones would have. Empty on a secondary.
  returned: success
  type: dict
  sample: {swr.cn-north-4.myhuaweicloud.com: 1785000000}
files:
  description: The files that were written or removed.
  returned: success
  type: list
  elements: str
  sample: [/etc/bind/swr-zones.conf]
reloaded:
  description: Zones whose files needed no change, but that the server had to reload because it served something else.
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
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.layout import paths_of
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.server import Server
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import ALGORITHMS, Settings, desired_of
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.zone import TYPES
from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, require_values, runner

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


CHECK_SECONDS = 300
"""For each program: named-checkconf reads all zones of a server, which may be thousands."""


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
            hint = "Install BIND, for example with bind_install of the role longshore.swr.bind."
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
    if not 0 < params["query_port"] < 65536:
        raise DnsError("invalid port {0}".format(params["query_port"]), where="query_port")
    return Server(
        desired,
        paths_of(*(os.path.abspath(params[name]) for name in ("config", "include_in", "fragment", "zone_dir"))),
        Named(runner(DnsError, CHECK_SECONDS), programs, params["config"]),
        Resolver(params["query_address"], params["query_port"]) if query else None,
        Settings(
            params["timeout"],
            group,
            params["unsafe_writes"],
            module.tmpdir,
            params["query_address"] if query and not params["views"] else "",
        ),
    )


def shown(data, change):
    """The text of a file in a diff. Of a key, only its existence is shown."""
    if data is None:
        return ""
    return "(a key, which is not shown)\n" if change.secret else data.decode("utf-8", "replace")


@reports_errors
def run(module):
    """The server in its desired state, as the module's result."""
    params = module.params
    require_values(module, "config", "include_in", "fragment", "zone_dir")
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
