#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: containerd_registry
short_description: Ensure that containerd reads hosts.toml files
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Checks whether the CRI plugin of containerd, through which Kubernetes pulls images, reads the C(hosts.toml) files of
    a directory, and on request sets C(config_path) so that it does. containerd must be restarted afterwards.
  - The effective configuration is used, with defaults and imported files (C(containerd config dump)). Without the
    program C(containerd), only the file is read.
  - Mirrors and certificates in the configuration itself are refused, because containerd does not load the plugin if
    C(config_path) is set along with them. Empty tables are allowed.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - It only shows C(config_path), because the file may contain passwords.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  directory:
    description:
      - The directory with a subdirectory for each registry.
    type: path
    default: /etc/containerd/certs.d
  config:
    description:
      - The configuration file of containerd.
    type: path
    default: /etc/containerd/config.toml
  set_config_path:
    description:
      - Whether to set C(config_path) in O(config) if containerd does not read O(directory). Otherwise the module fails.
      - A list of several directories, which is the default of containerd 2, is replaced by O(directory) alone, because
        containerd 2.1 and 2.2 take such a list for the name of one directory when they pull images.
    type: bool
    default: false
seealso:
  - ref: longshore.swr.login role <ansible_collections.longshore.swr.login_role>
    description: The role that uses it, writes the files and restarts containerd.
"""

EXAMPLES = r"""
- name: Make containerd read hosts.toml files
  longshore.swr.containerd_registry:
    set_config_path: true
  register: containerd
  become: true

- name: Restart containerd
  ansible.builtin.service:
    name: containerd
    state: restarted
  become: true
  when: containerd is changed
"""

RETURN = r"""
config_path:
  description: The directories that containerd reads, or would read in check mode. Empty if there are none.
  returned: success
  type: str
  sample: /etc/containerd/certs.d
version:
  description: The version of the configuration format, V(0) if containerd is not installed.
  returned: success
  type: int
  sample: 2
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._files.inputs import decode
from ansible_collections.longshore.swr.plugins.module_utils._files.safe_file import SafeFile, private, read_text_safely
from ansible_collections.longshore.swr.plugins.module_utils._files.walk import NewDirectories
from ansible_collections.longshore.swr.plugins.module_utils._logins.containerd import (
    NEW_FILE,
    refuse_hidden,
    refuse_unread,
    registries_of,
    with_config_path,
)
from ansible_collections.longshore.swr.plugins.module_utils._logins.toml import with_absolute
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, run_to_end, warn
from ansible_collections.longshore.swr.plugins.module_utils._text import safe

LIST = (
    "config_path names several directories ({0}). containerd 2.1 and 2.2 take them for one when they pull images. "
    "Remedy: set set_config_path (login_containerd_set_config_path of the role)."
)


class Containerd:
    """The configuration of the containerd on this host."""

    def __init__(self, module):
        self._module = module
        self._program = module.get_bin_path("containerd", opt_dirs=["/usr/local/bin", "/usr/sbin"])
        self.path = module.params["config"]
        self.text = read_text_safely(self.path)

    @property
    def is_there(self):
        """Whether there is anything to look at."""
        return self._program is not None or self.text is not None

    def effective(self, text):
        """The registry settings that containerd makes of a configuration, None for no file.

        :raises LongshoreError: it does not accept it.
        """
        if self._program is None:
            return registries_of(text, self.path)
        words = ["config", "default"]
        if text is not None:
            draft = os.path.join(self._module.tmpdir, "config.toml")
            with SafeFile(draft) as file:
                # containerd looks for what it imports beside the file.
                file.replace((with_absolute(text, "imports", os.path.dirname(self.path)),), private())
            words = ["--config", draft, "config", "dump"]
        try:
            code, output, errors = run_to_end([self._program, *words])
        except OSError as error:
            raise LongshoreError(str(error.strerror), where=self._program) from None
        if code != 0:
            raise LongshoreError(
                "containerd does not accept it: {0}".format(safe(errors.decode("utf-8", "replace"))),
                where=self.path,
                hint="Repair it until containerd config dump succeeds.",
            )
        return registries_of(decode(output, self.path), self.path)


@reports_errors
def run(module):
    """The settings, as the module's result."""
    directory, wanted = module.params["directory"], module.params["set_config_path"]
    containerd = Containerd(module)
    path, text = containerd.path, containerd.text
    if not containerd.is_there:
        return {"changed": False, "version": 0, "config_path": ""}
    found = containerd.effective(text)
    refuse_hidden(found, path)
    if not wanted:
        refuse_unread(found, directory, path)
    several = found.version == 3 and found.enabled and ":" in found.config_path
    if several and not wanted:
        warn(module, LIST.format(found.config_path))
    if not wanted or not found.enabled or (found.reads(directory) and not several):
        return {"changed": False, "version": found.version, "config_path": found.config_path}
    new = with_config_path(NEW_FILE.format(min(found.version, 2)) if text is None else text, directory, path)
    after = containerd.effective(new)
    refuse_hidden(after, path)
    if after.config_path != directory:
        raise LongshoreError(
            "config_path would stay {0}".format(safe(after.config_path) or "empty"),
            where=path,
            hint="A file that this one imports sets it, or replaces the whole table. Set it there.",
        )
    if not module.check_mode:
        with SafeFile(path, NewDirectories(0o755)) as file:
            file.replace((new,))
    result = {"changed": True, "version": after.version, "config_path": after.config_path}
    if module._diff:
        sides = ["config_path = {0}\n".format(item.config_path) for item in (found, after)]
        result["diff"] = {"before_header": path, "after_header": path, "before": sides[0], "after": sides[1]}
    return result


def main():
    run(
        AnsibleModule(
            argument_spec={
                "directory": {"type": "path", "default": "/etc/containerd/certs.d"},
                "config": {"type": "path", "default": "/etc/containerd/config.toml"},
                "set_config_path": {"type": "bool", "default": False},
            },
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
