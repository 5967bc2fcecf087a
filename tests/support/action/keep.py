# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action for tests: appends its values to the file in LONGSHORE_KEPT, without the cost of a module."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp: Optional[str] = None, task_vars: Any = None) -> Dict[str, Any]:
        result: Dict[str, Any] = super().run(tmp, task_vars)
        line = json.dumps({"host": task_vars["inventory_hostname"], "values": self._task.args}) + "\n"
        # One write: hosts append at the same time.
        descriptor = os.open(os.environ["LONGSHORE_KEPT"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return dict(result, changed=False)
