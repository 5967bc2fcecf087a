# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that say where Harbor is, and who calls it."""

    DOCUMENTATION = r"""
options:
  harbor_url:
    description:
      - The address of Harbor, as in V(https://harbor.example.com).
      - When it is not set, the environment variable E(HARBOR_URL) is used.
    type: str
    required: true
  harbor_username:
    description:
      - The user that calls Harbor's API. A robot account is written with its prefix, as in V(robot$replicator).
      - An administrator may do everything. From Harbor 2.2 on a system robot account can do, which
        M(longshore.swr.harbor_robot) makes with the permissions that are needed. In 1.10 only an administrator can.
      - When it is not set, the environment variable E(HARBOR_USERNAME) is used.
    type: str
    required: true
  harbor_password:
    description:
      - The password of the user, or the secret of the robot account.
      - When it is not set, the environment variable E(HARBOR_PASSWORD) is used.
    type: str
    required: true
  validate_certs:
    description:
      - Whether to verify the TLS certificate of Harbor. The certificates of registries that Harbor itself calls are
        another matter.
    type: bool
    default: true
  ca_path:
    description:
      - The path of a file with the certificate authorities to trust for Harbor, in PEM format.
      - By default the ones that the Python library C(requests) comes with, or E(REQUESTS_CA_BUNDLE), are used.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection to Harbor, and for each part of its reply.
    type: float
    default: 30
requirements:
  - requests
notes:
  - Harbor 1.10.5 and later are supported. What a version does not have is refused when it is asked for.
  - The module runs on the host of the play, and calls Harbor from there. Set C(delegate_to) to C(localhost) to call it
    from the controller. Replication is done by Harbor itself, which connects to the other registries from where it is.
"""
