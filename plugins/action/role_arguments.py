# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks and converts the variables of the current role, and returns them."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional

from ansible.plugins.action import ActionBase

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.plugin_utils._handover import Networks, filled
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_plan import Planner
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import ArgumentProblems, RoleSpec
from ansible_collections.longshore.swr.plugins.plugin_utils._role_variables import Defaults, Renderer


class ActionModule(ActionBase):
    """Runs on the controller, read-only, and hides its result if it has a secret. A plan has those of all parts."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        result: Dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        role = self._task._role
        if role is None:
            return dict(result, failed=True, msg="role_arguments is for a task in a role of this collection")
        entry_point = os.path.splitext(str(role._from_files.get("tasks", "main")))[0]
        defaults = Defaults(role, self._task.get_dep_chain() or [], variables)
        renderer = Renderer(self._templar, variables.get("omit"))
        try:
            spec = RoleSpec.read(role._role_path, entry_point)
            if os.path.basename(role._role_path) == "onboard" and entry_point == "main":
                planner = Planner(spec, renderer, self._loader, variables, defaults, self._is_local())
                values, more = planner.checked(), planner.made()
            else:
                values, more = self._checked(spec, entry_point, renderer, variables, defaults), {}
        except ArgumentProblems as error:
            message = "{0}: {1}".format(role.get_name(), error)
            return dict(result, failed=True, msg=message, problems=error.problems)
        except (LongshoreError, ValueError) as error:
            return dict(result, failed=True, msg="{0}: {1}".format(role.get_name(), error))
        if more or spec.has_secret(values):
            result["_ansible_no_log"] = True
        result.update({name[len(spec.prefix) :]: value for name, value in values.items()})
        return dict(result, changed=False, **more)

    def _checked(
        self, spec: RoleSpec, entry_point: str, renderer: Renderer, variables: Mapping[str, Any], defaults: Defaults
    ) -> Dict[str, Any]:
        problems = spec.misspelt(variables)
        if problems:
            raise ArgumentProblems(problems)
        values = renderer.values(list(spec.options), variables, defaults)
        # A playbook names in it the hosts that have addresses for what is left out.
        hosts = renderer.rendered(["__network_hosts"], variables).get("__network_hosts")

        def complete(given: Dict[str, Any]) -> Dict[str, Any]:
            if hosts is None:
                return given
            return filled(spec.prefix[:-1], entry_point, given, Networks(hosts, variables["hostvars"]))

        return spec.check(values, complete, is_local=self._is_local())

    def _is_local(self) -> bool:
        return bool(self._connection.transport == "local")
