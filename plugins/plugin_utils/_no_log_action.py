# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs the module of the same name and hides its result from output.

A module cannot do that by itself: values that it marks as secret are removed from the result, so that
the registered variable would have asterisks as the password.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Optional

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display


class NoLogAction(ActionBase):
    """Results are censored as with C(no_log), but not errors: they have no secrets, and must be readable.

    :cvar secret: the key that makes a result secret; None if every result is.
    """

    TRANSFERS_FILES = False
    # The result of an asynchronous task is kept in a file on the target, with the password.
    _supports_async = False
    _supports_check_mode = True
    secret: Optional[str] = None

    def run(self, tmp: Any = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        result: Dict[str, Any] = super().run(tmp, task_vars)
        result.update(self._execute_module(task_vars=task_vars))
        if not result.get("failed") and (self.secret is None or result.get(self.secret)):
            self._show(result.get("warnings") or ())
            result["_ansible_no_log"] = True
        return result

    @staticmethod
    def _show(warnings: Iterable[Any]) -> None:
        """Show warnings if hiding the result would hide them too.

        That is the case up to ansible-core 2.18, with warnings as plain strings; later releases show them separately
        from the result.
        """
        for warning in warnings:
            if isinstance(warning, str):
                Display().warning(warning)
