# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for every module of awx.awx: writes down what AWX would be sent, in the order of the calls.

C(install) puts this file as an action plugin of each module into a collection, where Ansible finds it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

from ansible.plugins.action import ActionBase

MODULES = (
    "credential",
    "credential_type",
    "execution_environment",
    "inventory",
    "inventory_source",
    "job_template",
    "label",
    "notification_template",
    "organization",
    "project",
    "schedule",
    "workflow_job_template",
    "workflow_job_template_node",
)


class Call(NamedTuple):
    module: str
    given: Dict[str, Any]


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        result: Dict[str, Any] = super().run(tmp, task_vars)
        line = json.dumps([self._task.action.rpartition(".")[2], dict(self._task.args)])
        with open(os.environ["AWX_CALLS"], "a", encoding="utf-8") as calls:
            calls.write(line + "\n")
        return dict(result, changed=False)


def install(folder: Path) -> Dict[str, str]:
    """
    :returns: the environment in which Ansible uses it.
    """
    actions = folder / "ansible_collections" / "awx" / "awx" / "plugins" / "action"
    actions.mkdir(parents=True)
    for name in MODULES:
        shutil.copy(__file__, actions / (name + ".py"))
    paths = [str(folder), os.environ["ANSIBLE_COLLECTIONS_PATH"]]
    return {"ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(paths), "AWX_CALLS": str(folder / "calls.jsonl")}


def calls(folder: Path) -> List[Call]:
    lines = (folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    return [Call(*json.loads(line)) for line in lines]
