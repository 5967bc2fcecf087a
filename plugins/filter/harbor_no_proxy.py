# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.harbor_no_proxy). Its documentation is in harbor_no_proxy.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.no_proxy import adjust


def harbor_no_proxy(text: Any, names: Any, present: bool = True) -> Dict[str, Any]:
    """What C(harbor.yml) says of the names, and the file as it ought to be."""
    try:
        return adjust(str(text), [str(name) for name in names], present)._asdict()
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.harbor_no_proxy: {0}".format(error)) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_no_proxy": harbor_no_proxy}
