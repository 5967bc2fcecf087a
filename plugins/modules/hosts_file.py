#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hosts_file
short_description: Manage a block of entries in a hosts file
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Writes all entries as one managed block at the end of a hosts file, or removes the block.
  - Detects lines outside the block that give one of its names another address. Programs would get both addresses and
    use them in turn, which looks like an intermittent fault.
  - Names that O(conflicts=remove) takes out of such lines are kept there in a comment, so that O(state=absent) restores
    the file byte for byte.
  - The file is replaced atomically. If it is a mount point, as in containers, it is overwritten in place, and restored
    if that fails. A lock on its directory keeps concurrent runs apart.
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
  path:
    description:
      - The hosts file, or a template for it. A symbolic link is followed, unless other users can change it.
    type: path
    default: /etc/hosts
  entries:
    description:
      - The entries of the block. Required with O(state=present).
      - A name has one address, or one IPv4 and one IPv6 address.
    type: list
    elements: dict
    suboptions:
      address:
        description:
          - An IPv4 or IPv6 address.
        type: str
        required: true
      names:
        description:
          - The host names for this address. Each entry needs this or O(entries[].region).
        type: list
        elements: str
      region:
        description:
          - The ID of a region, as in V(cn-north-4). It adds SWR's host name in that region.
        type: str
      cloud:
        description:
          - The domain of the host names in O(entries[].region), for a region that this collection does not know.
        type: str
  conflicts:
    description:
      - How to handle lines outside the block that give one of its names another address.
      - V(fail) fails and writes nothing. V(remove) takes the names out of these lines.
    type: str
    choices: [fail, remove]
    default: fail
  state:
    description:
      - Whether the block exists.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - ref: longshore.swr.hosts role <ansible_collections.longshore.swr.hosts_role>
    description: The role on top of it, which also handles cloud-init's templates and caches and checks what names
      resolve to.
"""

EXAMPLES = r"""
- name: Resolve SWR's name to the VPC endpoint
  longshore.swr.hosts_file:
    entries:
      - address: 172.16.0.10
        region: cn-north-4
    conflicts: remove

- name: Remove the block
  longshore.swr.hosts_file:
    state: absent
"""

RETURN = r"""
path:
  description: The file, after following symbolic links.
  returned: success
  type: str
  sample: /etc/hosts
entries:
  description: The entries of the block, with names in lower case. Empty with O(state=absent).
  returned: success
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
    names:
      description: The names for this address.
      type: list
      elements: str
  sample: [{"address": "172.16.0.10", "names": ["swr.cn-north-4.myhuaweicloud.com"]}]
mounted:
  description: Whether the file is a mount point.
  returned: success
  type: bool
conflicts:
  description: The lines outside the block that gave one of its names another address.
  returned: success
  type: list
  elements: dict
  contains:
    line:
      description: The number of the line in the file without the block.
      type: int
    text:
      description: The line.
      type: str
    names:
      description: The conflicting names.
      type: list
      elements: str
  sample: [{"line": 4, "text": "10.0.0.9 swr.example.com", "names": ["swr.example.com"]}]
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._files.errors import FilesError
from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive
from ansible_collections.longshore.swr.plugins.module_utils._files.mounts import mount_points
from ansible_collections.longshore.swr.plugins.module_utils._files.safe_file import SafeFile
from ansible_collections.longshore.swr.plugins.module_utils._hosts_file import (
    HostsFileError,
    find_conflicts,
    original,
    parse_entries,
    render,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors

LOCK_TIMEOUT = 30  # seconds; a run holds the lock for milliseconds


def overwrite(file, old, new):
    """Write into the file itself. On failure the old content is restored."""
    try:
        file.overwrite(new)
    except FilesError as error:
        # The file still has the blocks of its old content: it was not truncated yet.
        file.overwrite(old)
        raise FilesError("{0}. The file is as it was".format(error.what), where=error.where, hint=error.hint) from error


def named(entry):
    """An entry in the block's form: with SWR's name if it has a region."""
    names = list(entry.get("names") or [])
    if entry.get("region"):
        names.append(registry_host(entry["region"], entry.get("cloud")))
    return {"address": entry["address"], "names": names}


@reports_errors
def run(module):
    options = module.params
    given = options["entries"] or [] if options["state"] == "present" else []
    entries = parse_entries([named(entry) for entry in given])
    if options["state"] == "present" and not entries:
        raise HostsFileError("there are none", where="entries", hint="Name at least one, or use state=absent.")
    with SafeFile(options["path"]) as file, exclusive(os.path.dirname(file.path), LOCK_TIMEOUT):
        path, data = file.path, file.read() or b""
        # Its bytes are kept unchanged.
        old = data.decode("utf-8", "surrogateescape")
        try:
            conflicts = find_conflicts(original(old), entries)
            new = render(old, entries)
        except HostsFileError as error:
            raise HostsFileError(error.what, where=path, hint=error.hint) from error
        if conflicts and options["conflicts"] == "fail":
            lines = "; ".join("line {0}: {1}".format(conflict.line, conflict.text) for conflict in conflicts)
            raise HostsFileError(
                "lines outside of the managed block give its names other addresses: {0}".format(lines),
                where=path,
                hint="Remove them, or set conflicts to remove (hosts_conflicts of the role).",
            )
        mounted = path in mount_points()
        if new != old and module.check_mode:
            file.check_writable(not mounted)
        elif new != old:
            wanted = new.encode("utf-8", "surrogateescape")
            if mounted:
                overwrite(file, data, wanted)
            else:
                file.replace((wanted,))
    result = {
        "changed": new != old,
        "path": path,
        "entries": [dict(entry._asdict(), names=list(entry.names)) for entry in entries],
        "mounted": mounted,
        "conflicts": [dict(conflict._asdict(), names=list(conflict.names)) for conflict in conflicts],
    }
    if module._diff:
        result["diff"] = {"before_header": path, "after_header": path, "before": old, "after": new}
    return result


def main():
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "default": "/etc/hosts"},
            "entries": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "address": {"type": "str", "required": True},
                    "names": {"type": "list", "elements": "str"},
                    "region": {"type": "str"},
                    "cloud": {"type": "str"},
                },
                "required_one_of": [("names", "region")],
                "required_by": {"cloud": ["region"]},
            },
            "conflicts": {"type": "str", "choices": ["fail", "remove"], "default": "fail"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["entries"])],
        supports_check_mode=True,
    )
    run(module)


if __name__ == "__main__":
    main()
