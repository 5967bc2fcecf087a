# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options for Harbor's URL and credentials."""

    DOCUMENTATION = r"""
options:
  harbor_url:
    description:
      - The URL of Harbor, as in V(https://harbor.example.com).
      - When it is not set, the environment variable E(HARBOR_URL) is used.
    type: str
    required: true
  harbor_username:
    description:
      - The user that calls Harbor's API. A robot account is written with its prefix, as in V(robot$replicator).
      - Since Harbor 2.3 a system robot account will do, which M(longshore.swr.harbor_robot) creates with the
        permissions that replication needs. Earlier versions need an administrator.
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
      - Whether to verify the TLS certificate of Harbor. It does not apply to the registries that Harbor itself calls.
    type: bool
    default: true
  ca_path:
    description:
      - The path of a file with the certificate authorities to trust for Harbor, in PEM format.
      - By default, those of the Python library C(requests) or of E(REQUESTS_CA_BUNDLE) are used.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection to Harbor, and for each part of its reply.
    type: float
    default: 30
requirements:
  - requests
notes:
  - Harbor 1.10.5 and later are supported. Options that a version does not have are refused.
  - The module runs on the host of the play, and calls Harbor from there. Set C(delegate_to) to C(localhost) to call it
    from the controller. Harbor itself replicates, and connects to the other registries from its own host.
"""

    # Host names that Harbor's containers or pods resolve to other addresses.
    HOST_ENTRIES = r"""
options:
  entries:
    description:
      - The names and their addresses. Required with O(state=present).
    type: list
    elements: dict
    suboptions:
      address:
        description:
          - The IPv4 or IPv6 address, such as that of a VPC endpoint. Required with O(state=present).
        type: str
      names:
        description:
          - The host names for this address.
        type: list
        elements: str
        required: true
  state:
    description:
      - Whether the names are mapped to their addresses.
    type: str
    choices: [present, absent]
    default: present
"""
