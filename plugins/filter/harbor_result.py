# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.harbor_result). Its documentation is in harbor_result.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.role_result import role_result


def harbor_result(facts: Any) -> Dict[str, Any]:
    """What the role harbor has done and still has to do."""
    return role_result(facts)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_result": harbor_result}
