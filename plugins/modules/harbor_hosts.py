#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_hosts
short_description: Map host names for Harbor's containers
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Adds names and addresses to the C(extra_hosts) of C(core) and C(jobservice) in C(docker-compose.override.yml), so
    that Harbor finds a registry at a VPC endpoint. These two services connect to other registries. The hosts file of
    the host does not help, since containers have their own.
  - Everything else in the file stays as it is, comments included. O(state=absent) restores it byte for byte.
    C(./prepare) leaves this file alone.
  - The containers are recreated, which takes some seconds, and are then checked for the mapping. A run that was
    interrupted is completed by the next one.
  - It works on the host that Harbor was installed on by its installer. For Harbor's Helm chart there is
    M(longshore.swr.harbor_host_aliases).
extends_documentation_fragment:
  - longshore.swr.harbor.host_entries
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - It shows the added names only, since what others have written into the files may be passwords.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  directory:
    description:
      - The directory that Harbor was installed from, which has C(docker-compose.yml), C(harbor.yml) and C(prepare).
    type: path
    required: true
  compose_command:
    description:
      - How to call Compose, as a list of words or as one text. By default C(docker compose) or C(docker-compose),
        whichever answers.
    type: raw
  apply:
    description:
      - Whether to recreate the containers when the mapping has changed, or when they lack what was written earlier.
    type: bool
    default: true
  verify:
    description:
      - Whether to fail when the containers do not have the mapping in the end.
    type: bool
    default: true
  check_subnets:
    description:
      - Whether to fail when one of Docker's networks has a subnet that contains one of the addresses. Traffic to
        such an address never leaves the host.
    type: bool
    default: true
  no_proxy:
    description:
      - How to handle a name that Harbor would reach through the proxy in C(harbor.yml).
      - V(report) warns, and V(ignore) does not read the file.
      - V(edit) adds it to C(no_proxy) and runs C(./prepare), which regenerates C(docker-compose.yml) and
        C(common/config). Manual changes there are lost; the earlier file is kept as
        C(docker-compose.yml.before-prepare). With O(state=absent) it removes the names of O(entries) from C(no_proxy).
    type: str
    choices: [report, edit, ignore]
    default: report
  prepare_arguments:
    description:
      - The options of C(./prepare), as a list of words or as one text. By default they are derived from
        C(docker-compose.yml), as in V(--with-trivy).
    type: raw
  unit_directories:
    description:
      - Where to look for systemd units that start Harbor without the override.
    type: list
    elements: path
    default: [/etc/systemd/system, /run/systemd/system, /usr/lib/systemd/system, /lib/systemd/system]
requirements:
  - PyYAML, for the Python that runs the module
notes:
  - The earlier versions of C(docker-compose.override.yml) and C(harbor.yml) are kept next to them, with the time in
    their names.
  - Runs for the same directory wait for each other, for up to five minutes. Programs are stopped after a minute, and
    those that start containers after a quarter of an hour.
  - Whatever starts Harbor with C(-f docker-compose.yml) alone leaves the override out. Systemd units, running processes
    and C(COMPOSE_FILE) in C(.env) that do so are named in a warning.
seealso:
  - module: longshore.swr.harbor_host_aliases
  - ref: longshore.swr.harbor role <ansible_collections.longshore.swr.harbor_role>
    description: The role that uses it.
"""

EXAMPLES = r"""
- name: Map SWR's name to its VPC endpoint for Harbor's containers
  longshore.swr.harbor_hosts:
    directory: /opt/harbor
    entries:
      - address: 172.16.0.10
        names: ["{{ 'cn-north-4' | longshore.swr.swr_registry }}"]
  become: true

- name: Remove the mapping
  longshore.swr.harbor_hosts:
    directory: /opt/harbor
    state: absent
  become: true
"""

RETURN = r"""
override:
  description: The file with the mapping.
  returned: success
  type: str
  sample: /opt/harbor/docker-compose.override.yml
recreated:
  description: The services that Compose was told to recreate, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [core, jobservice]
bypasses:
  description: What starts Harbor without the override.
  returned: success
  type: list
  elements: str
  sample: [the unit /etc/systemd/system/harbor.service]
no_proxy:
  description:
    - The names that C(no_proxy) does not cover, or with O(no_proxy=edit) those that were added or removed.
  returned: success
  type: list
  elements: str
  sample: [swr.cn-north-4.myhuaweicloud.com]
diff:
  description: The added names before and after.
  returned: in diff mode
  type: dict
  sample:
    before: {"core": [], "jobservice": []}
    after:
      core: ["swr.cn-north-4.myhuaweicloud.com:172.16.0.10"]
      jobservice: ["swr.cn-north-4.myhuaweicloud.com:172.16.0.10"]
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: there is no docker-compose.yml
    where:
      description: The file, directory or option that it happened at.
      type: str
      sample: /opt/harbor
    hint:
      description: How to fix it.
      type: str
      sample: Set directory to the directory that Harbor was installed from.
"""

import contextlib
import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._files.inputs import read_bytes
from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive
from ansible_collections.longshore.swr.plugins.module_utils._files.safe_file import (
    Attributes,
    SafeFile,
    private,
    read_safely,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.compose_nodes import YAML_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.installation import Installation
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    run_program,
    show_warnings,
)

LARGEST = 4 * 1024 * 1024  # bytes
LOCK_TIMEOUT = 300  # seconds; a run holds the lock while containers start

ENTRY_ARGUMENTS = {
    "address": {"type": "str"},
    "names": {"type": "list", "elements": "str", "required": True},
}
UNIT_DIRECTORIES = ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"]
ARGUMENTS = {
    "directory": {"type": "path", "required": True},
    "entries": {"type": "list", "elements": "dict", "options": ENTRY_ARGUMENTS},
    "compose_command": {"type": "raw"},
    "apply": {"type": "bool", "default": True},
    "verify": {"type": "bool", "default": True},
    "check_subnets": {"type": "bool", "default": True},
    "no_proxy": {"type": "str", "choices": ["report", "edit", "ignore"], "default": "report"},
    "prepare_arguments": {"type": "raw"},
    "unit_directories": {"type": "list", "elements": "path", "default": UNIT_DIRECTORIES},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class HostFiles:
    """The files of the host, for C(Installation)."""

    def __init__(self, module):
        self._module = module

    def read(self, path):
        """The text of a regular file, with any bytes; None if there is none."""
        data = read_safely(path, LARGEST)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def units(self, folders):
        """The text of each systemd unit, by path. Links are units stored elsewhere."""
        paths = []
        for folder in dict.fromkeys(os.path.realpath(folder) for folder in folders):
            names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
            paths += [os.path.join(folder, name) for name in names if name.endswith(".service")]
        return {
            path: read_bytes(path, LARGEST).decode("utf-8", "replace")
            for path in paths
            if os.path.isfile(path) and not os.path.islink(path)
        }

    def draft(self, text):
        """A private file with this text."""
        path = os.path.join(self._module.tmpdir, "override.yml")
        with SafeFile(path) as file:
            file.replace((text.encode("utf-8", "surrogateescape"),), private())
        return path

    def write(self, path, text, backup=True):
        """Replace a file, keeping its owner and mode."""
        with SafeFile(path) as file:
            if backup and file.status() is not None:
                file.back_up()
            file.replace((text.encode("utf-8", "surrogateescape"),))

    def copy(self, path, target):
        """Copy a file with its mode."""
        with SafeFile(path) as file, SafeFile(target) as copied:
            mode = file.status().st_mode & 0o777
            copied.replace((file.read(LARGEST),), Attributes(mode))

    def remove(self, path):
        """Remove a file."""
        with SafeFile(path) as file:
            file.remove()


@reports_errors
def run(module):
    """The mapping, as the module's result."""
    require(module, "PyYAML", YAML_IMPORT_ERROR)
    hide = redactor_of(module).add
    installation = Installation(module.params, HostFiles(module), run_program, module.check_mode, hide)
    folder = os.path.realpath(module.params["directory"])
    # If it is missing, a later error is clearer.
    with exclusive(folder, LOCK_TIMEOUT) if os.path.isdir(folder) else contextlib.nullcontext():
        result = installation.bring_about()
    return show_warnings(module, dict(result, warnings=installation.warnings))


def main():
    run(
        AnsibleModule(
            argument_spec=ARGUMENTS, required_if=[("state", "present", ["entries"])], supports_check_mode=True
        )
    )


if __name__ == "__main__":
    main()
