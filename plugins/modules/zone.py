#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: zone
short_description: Write a zone file that resolves a name to given addresses
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Writes the zone file of a name, such as that of SWR's registry, that should resolve to the address of a VPC
    endpoint.
  - The serial stays the same while the zone does. When the zone changes, the serial increases, even if the clock was
    set back.
  - The file is checked with C(named-checkzone) before it replaces the old one, and is replaced atomically.
  - Only the file is written. The server's configuration must reference it, and the server reads it with
    C(rndc reconfig) or C(rndc reload). M(longshore.swr.bind_zones) does all of this.
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
  name:
    description:
      - The name of the zone, such as V(swr.cn-north-4.myhuaweicloud.com). A zone answers for its name and all names
        below it, so make it as narrow as possible.
    type: str
    required: true
  path:
    description:
      - The path of the zone file. A file that this module did not create is an error, and so is a symbolic link that
        other users can change.
    type: path
    required: true
  addresses:
    description:
      - The IPv4 and IPv6 addresses that the name itself resolves to.
      - Required with O(state=present), unless O(records) has records for V(@).
    type: list
    elements: str
    default: []
  records:
    description:
      - Further records.
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
          - The time to live of this record, in seconds, if it differs from O(ttl).
        type: int
  nameservers:
    description:
      - The names of the zone's servers, the primary first.
      - Give their real names if there are secondaries. Names are fully qualified, with or without the trailing dot.
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
      - How long answers may be cached, including negative ones, in seconds. A new address takes this long to reach
        everyone.
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
      - The serial, from 1 to 4294967295, for several primaries that must share one. By default, it is derived from the
        existing file and the time.
    type: int
  checkzone:
    description:
      - The program that checks the file, searched on the C(PATH) and in C(/usr/sbin). An empty string disables the
        check.
      - The file is checked in check mode too. A missing program is an error.
    type: str
    default: named-checkzone
  backup:
    description:
      - Whether to keep a copy of the old file, with the time in its name.
    type: bool
    default: false
  owner:
    description:
      - The owner of the file, as a name or a number. By default, it is not changed.
    type: str
  group:
    description:
      - The group of the file, as a name or a number. By default, it is not changed.
    type: str
  mode:
    description:
      - The permissions of the file, as an octal number in quotes. By default, they are not changed, and a new file gets
        V(0644).
    type: raw
  state:
    description:
      - Whether the file exists. V(absent) only removes a file that this module created.
    type: str
    choices: [present, absent]
    default: present
"""

EXAMPLES = r"""
- name: Resolve SWR's name to a VPC endpoint
  longshore.swr.zone:
    name: swr.cn-north-4.myhuaweicloud.com
    path: /var/lib/bind/swr.cn-north-4.myhuaweicloud.com.zone
    addresses: [192.168.10.20]
    owner: root
    group: bind
    mode: "0644"
  register: zone

- name: Show the serial
  ansible.builtin.debug:
    msg: "{{ zone.serial }}"

- name: Write a zone with IPv6, secondaries and a name below it
  longshore.swr.zone:
    name: swr.cn-north-4.myhuaweicloud.com
    path: /var/lib/bind/swr.cn-north-4.myhuaweicloud.com.zone
    addresses: [192.168.10.20, "2001:db8::20"]
    records:
      - name: api
        type: A
        value: 192.168.10.21
    nameservers: [ns1.corp.example.com, ns2.corp.example.com]
    contact: hostmaster.corp.example.com
    ttl: 60

- name: Remove the zone file
  longshore.swr.zone:
    name: swr.cn-north-4.myhuaweicloud.com
    path: /var/lib/bind/swr.cn-north-4.myhuaweicloud.com.zone
    state: absent
"""

RETURN = r"""
name:
  description: The name of the zone, in lower case without the trailing dot.
  returned: always
  type: str
  sample: swr.cn-north-4.myhuaweicloud.com
path:
  description: The path of the file.
  returned: always
  type: str
  sample: /var/lib/bind/swr.cn-north-4.myhuaweicloud.com.zone
serial:
  description: The serial of the file. In check mode, the serial that it would have.
  returned: with O(state=present)
  type: int
  sample: 1785000000
created:
  description: Whether the file is new.
  returned: with O(state=present)
  type: bool
  sample: false
backup_file:
  description: The path of the copy of the old file.
  returned: when O(backup) is set and the file was changed
  type: str
  sample: /var/lib/bind/swr.zone.4711.2026-07-23@08:46:07~
"""

import grp
import os
import pwd
import stat
import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import zone_of
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.serial import check_serial
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.zone import MARK, TYPES, check_name, update
from ansible_collections.longshore.swr.plugins.module_utils._files.errors import MissingDirectoryError
from ansible_collections.longshore.swr.plugins.module_utils._files.inputs import decode
from ansible_collections.longshore.swr.plugins.module_utils._files.safe_file import Attributes, SafeFile
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, runner
from ansible_collections.longshore.swr.plugins.module_utils._secrets import write_private

RECORD = {
    "name": {"type": "str", "default": "@"},
    "type": {"type": "str", "required": True, "choices": list(TYPES)},
    "value": {"type": "str", "required": True},
    "ttl": {"type": "int"},
}


def check(module, zone, text):
    """Check the text with BIND's own program, in a private directory.

    :raises DnsError: the program rejects it, or is not installed.
    """
    if not module.params["checkzone"]:
        return
    program = module.get_bin_path(module.params["checkzone"], opt_dirs=["/usr/sbin", "/sbin", "/usr/local/sbin"])
    if program is None:
        raise DnsError(
            "{0} is not installed".format(module.params["checkzone"]),
            where="checkzone",
            hint="Install BIND's utilities (bind9-utils, bind-utils), or give an empty text for no check.",
        )
    temporary = os.path.join(module.tmpdir, "zone")
    write_private(temporary, text)
    code, output, errors = runner(DnsError, 300)([program, zone.name, temporary])
    if code != 0:
        raise DnsError("{0} refuses the zone: {1}".format(program, (output + errors).strip()), where=zone.name)


def identity(value, database, option):
    """The id of a user or a group; None for none.

    :raises DnsError: there is no such user or group.
    """
    if value is None or value.isdigit():
        return None if value is None else int(value)
    try:
        return database(value)
    except KeyError:
        raise DnsError("there is no {0} {1!r} on this host".format(option, value), where=option) from None


def attributes_of(params):
    """The desired attributes of the file.

    :raises DnsError: an option is invalid.
    """
    mode = params["mode"]
    try:
        # YAML converts an unquoted octal number.
        mode = mode if mode is None or isinstance(mode, int) else int(str(mode), 8)
    except ValueError:
        mode = -1
    if mode is not None and not 0 <= mode <= 0o7777:
        raise DnsError("{0!r} is not a mode".format(params["mode"]), where="mode", hint='Write it as "0644".')
    return Attributes(
        mode,
        identity(params["owner"], lambda name: pwd.getpwnam(name).pw_uid, "owner"),
        identity(params["group"], lambda name: grp.getgrnam(name).gr_gid, "group"),
    )


def fits(status, wanted):
    """Whether a file has these attributes."""
    found = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    return all(value in (None, there) for value, there in zip(wanted, found))


def present(module, file):
    """Create or update the file."""
    params, path = module.params, module.params["path"]
    zone, attributes = zone_of(params), attributes_of(params)
    serial = check_serial(params["serial"], "serial")
    status = file.status()
    current = None if status is None else decode(file.read(), path)
    wanted = update(zone, current, time.time(), serial, where=path)
    changed = wanted.text != current
    result = {"name": zone.name, "path": path, "serial": wanted.serial, "created": current is None}
    if changed:
        check(module, zone, wanted.text)
    result["changed"] = changed or not fits(status, attributes)
    if result["changed"] and not module.check_mode:
        if changed and params["backup"] and current is not None:
            result["backup_file"] = file.back_up()
        file.replace((wanted.text,), attributes)
    if module._diff:
        result["diff"] = {"before_header": path, "after_header": path, "before": current or "", "after": wanted.text}
    return result


def absent(module, file):
    """Remove the file."""
    path = module.params["path"]
    name = check_name(module.params["name"], "name")
    current = None if file is None or file.status() is None else decode(file.read(), path)
    result = {"changed": current is not None, "name": name, "path": path}
    if current is None:
        return result
    if MARK not in current:
        raise DnsError("the file was not created by this module, and is left alone", where=path)
    if module._diff:
        result["diff"] = {"before_header": path, "after_header": path, "before": current, "after": ""}
    if not module.check_mode:
        if module.params["backup"]:
            result["backup_file"] = file.back_up()
        file.remove()
    return result


@reports_errors
def run(module):
    """The file in its desired state, as the module's result."""
    work = present if module.params["state"] == "present" else absent
    try:
        with SafeFile(module.params["path"]) as file:
            return work(module, file)
    except MissingDirectoryError:
        if work is present:
            raise
        return absent(module, None)


def main():
    run(
        AnsibleModule(
            argument_spec={
                "name": {"type": "str", "required": True},
                "path": {"type": "path", "required": True},
                "addresses": {"type": "list", "elements": "str", "default": []},
                "records": {"type": "list", "elements": "dict", "default": [], "options": RECORD},
                "nameservers": {"type": "list", "elements": "str", "default": ["localhost"]},
                "contact": {"type": "str", "default": "hostmaster.localhost.localdomain"},
                "ttl": {"type": "int", "default": 300},
                "refresh": {"type": "int", "default": 3600},
                "retry": {"type": "int", "default": 900},
                "expire": {"type": "int", "default": 1209600},
                "serial": {"type": "int"},
                "checkzone": {"type": "str", "default": "named-checkzone"},
                "backup": {"type": "bool", "default": False},
                "owner": {"type": "str"},
                "group": {"type": "str"},
                "mode": {"type": "raw"},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
