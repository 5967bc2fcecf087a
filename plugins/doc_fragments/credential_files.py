# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The credential files of a node
    DOCUMENTATION = r"""
options:
  registry:
    description:
      - The registry as written in image names, with a port if needed, without a scheme or path.
    type: str
    required: true
  formats:
    description:
      - The programs whose credential files to use.
      - V(docker) is C(~/.docker/config.json), which nerdctl reads too.
      - V(podman) is C(~/.config/containers/auth.json), which buildah and skopeo read too. Unlike Podman's own default
        below C($XDG_RUNTIME_DIR), it survives a reboot.
      - V(kubelet) is C(/var/lib/kubelet/config.json), regardless of O(user). The kubelet reads it when it pulls.
    type: list
    elements: str
    choices: [docker, podman, kubelet]
    default: [docker]
  path:
    description:
      - The path of a single credential file elsewhere. O(formats) is then ignored.
      - Symbolic links in it are followed if only root and the user of the task can change them. A link that another
        user can change is refused.
    type: path
  user:
    description:
      - The user on the host whose files to use. The files belong to this user.
      - By default, it is the user that the task runs as. For another user the task needs C(become).
      - The user's home directory must exist. If the files are behind symbolic links, run the task as this user
        (C(become_user)) and leave O(user) out.
    type: str
"""
