# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.swr_login). Its documentation is in swr_login.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import long_term_login


def swr_login(
    access_key: Any,
    secret_key: Any,
    region: Optional[str] = None,
    project_name: Optional[str] = None,
    cloud: Optional[str] = None,
    registry: Optional[str] = None,
) -> Dict[str, Any]:
    """The long-term login of an access key."""
    for name, value in (("access_key", access_key), ("secret_key", secret_key)):
        # In older releases of Ansible, a vaulted value is an object, not a str.
        if isinstance(value, (dict, list, tuple, bool)) or value is None or not str(value).strip():
            raise AnsibleFilterError("longshore.swr.swr_login: {0} must be a string that is not empty".format(name))
    credentials = Credentials(
        access_key=str(access_key).strip(),
        secret_key=str(secret_key).strip(),
        region=region,
        project_name=project_name,
        cloud=cloud,
    )
    try:
        return long_term_login(credentials, registry).as_dict()
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.swr_login: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"swr_login": swr_login}
