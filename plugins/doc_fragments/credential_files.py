# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Which credential files of a node are meant
    DOCUMENTATION = r"""
options:
  registry:
    description:
      - The registry, as image names have it, with a port if needed. No scheme and no path.
    type: str
    required: true
  formats:
    description:
      - The programs whose credential files are meant.
      - V(docker) is C(~/.docker/config.json), which nerdctl reads too.
      - V(podman) is C(~/.config/containers/auth.json), which buildah and skopeo read too. Podman's own default below
        C($XDG_RUNTIME_DIR) does not outlive a reboot; this file does.
      - V(kubelet) is C(/var/lib/kubelet/config.json), whatever the user. The kubelet reads it when it pulls.
    type: list
    elements: str
    choices: [docker, podman, kubelet]
    default: [docker]
  path:
    description:
      - The path of one credential file that is at none of these places. O(formats) does not count then.
      - A symbolic link in it is followed where only root and the user of the task can change it. A link that another
        user can change is refused.
    type: path
  user:
    description:
      - The user of the host whose files are meant. The files belong to this user.
      - By default it is the user that the task runs as. For another one the task needs C(become).
      - The home directory has to exist. Where the user keeps the files behind symbolic links, run the task as this
        user (C(become_user)) and leave O(user) out.
    type: str
"""
