# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.login_makers). Its documentation is in login_makers.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Sequence

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_sharing import makers_of


def login_makers(batch: Sequence[str], hosts: Sequence[str], hostvars: Mapping[str, Any], limit: str) -> Dict[str, str]:
    """The host that creates the login for all hosts with the same options."""
    return makers_of(batch, hosts, hostvars, limit)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"login_makers": login_makers}
