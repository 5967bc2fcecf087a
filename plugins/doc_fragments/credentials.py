# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options for the credentials and the region of Huawei Cloud."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - The access key (AK) of a Huawei Cloud account.
      - It is an identifier that is part of user names, and is not hidden in output.
    type: str
  secret_key:
    description:
      - The secret key (SK) that belongs to O(access_key).
    type: str
  security_token:
    description:
      - The security token that belongs to a temporary access key and secret key.
    type: str
  region:
    description:
      - The ID of the region, as in V(cn-north-4).
      - When it is not set, the environment variable E(HW_REGION_NAME) is used.
    type: str
  project_name:
    description:
      - The name of the project in the region.
        By default, it is the region's own project, which has the same name as the region.
      - When it is not set, the environment variable E(HW_PROJECT_NAME) is used,
        unless O(region) differs from E(HW_REGION_NAME).
    type: str
  project_id:
    description:
      - The ID of the project, sent along with API requests.
      - When it is not set, the project ID found together with the keys is used.
    type: str
  cloud:
    description:
      - The domain of the region's host names, as in V(myhuaweicloud.com).
      - It is known for the regions of Huawei Cloud and for C(eu-de) of Open Telekom Cloud.
        Set it for Huawei Cloud Stack, and for regions that this collection does not know yet.
      - When it is not set, the environment variable E(HW_CLOUD) is used,
        unless O(region) differs from E(HW_REGION_NAME).
    type: str
notes:
  - The keys are taken from the first source that has any of them - the options,
    the environment variables E(HUAWEICLOUD_SDK_AK), E(HUAWEICLOUD_SDK_SK), E(HUAWEICLOUD_SDK_SECURITY_TOKEN)
    and E(HUAWEICLOUD_SDK_PROJECT_ID), the environment variables E(HW_ACCESS_KEY), E(HW_SECRET_KEY)
    and E(HW_SECURITY_TOKEN), and finally the section C([basic]) of the file C(~/.huaweicloud/credentials)
    (or of the file named by E(HUAWEICLOUD_SDK_CREDENTIALS_FILE)) with C(ak), C(sk), C(security_token) and
    C(project_id).
  - Keys from different sources are never mixed. A source with only some of the keys is an error.
"""

    # How to reach the APIs.
    API = r"""
options:
  endpoint:
    description:
      - The base URL of the API of the module's own service, as in V(https://swr-api.cn-north-4.myhuaweicloud.com).
      - By default it is derived from O(region) and O(cloud).
    type: str
  endpoints:
    description:
      - The base URLs of the APIs, by service, V(swr), V(iam), V(vpc), V(vpcep) and V(nat). EIPs are managed by the API
        of V(vpc). Set it once for all modules of the action group C(longshore.swr.huaweicloud), for Huawei Cloud Stack,
        or if the APIs are reached under other names.
      - O(endpoint) takes precedence.
    type: dict
  validate_certs:
    description:
      - Whether to verify the API's TLS certificate.
    type: bool
    default: true
  ca_path:
    description:
      - The path of a file with the certificate authorities to trust for the API, in PEM format.
      - By default, those of the Python library C(requests) or of E(REQUESTS_CA_BUNDLE) are used.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection to the API, and for each part of its reply.
    type: float
    default: 30
"""

    # For modules, which read the environment of their host.
    MODULE = r"""
options: {}
notes:
  - The module runs on the host of the play, and reads environment variables and files there.
    To use those of the user who started Ansible, run it on the controller, with C(hosts) or C(delegate_to)
    set to C(localhost).
"""
