# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.access_html). Its documentation is in access_html.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
from ansible_collections.longshore.swr.plugins.module_utils._access.report.html import render_page
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError


def access_html(results: Any) -> str:
    """One HTML page with the table and the findings."""
    try:
        return render_page(aggregate(results))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.access_html: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"access_html": access_html}
