# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.access_table). Its documentation is in access_table.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
from ansible_collections.longshore.swr.plugins.module_utils._access.report.table import render_table
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError


def access_table(results: Any) -> List[str]:
    """The lines of a table, nodes by checks, and the findings with their remedies."""
    try:
        return render_table(aggregate(results))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.access_table: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"access_table": access_table}
