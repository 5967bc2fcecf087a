# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.harbor_preflight). Its documentation is in harbor_preflight.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.preflight import preflight


def harbor_preflight(
    artifacts: Any, rules: Any, source: str, target: str, organization: str = "", copy: bool = False
) -> Dict[str, Any]:
    """The images of replication rules that SWR will reject, to copy them instead of Harbor."""
    try:
        return preflight(artifacts, rules, source, target, organization, copy)
    except (LongshoreError, ValueError) as error:
        raise AnsibleFilterError("longshore.swr.harbor_preflight: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_preflight": harbor_preflight}
