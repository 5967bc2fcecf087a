# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks and converts the variables of the current role, and returns them."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, Optional

from ansible.plugins.action import ActionBase

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.plugin_utils._handover import Networks, filled
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import RoleSpec, is_unset


class ActionModule(ActionBase):
    """Runs on the controller, read-only, and hides its result if it has a secret."""

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
        try:
            entry_point = _entry_point(role)
            spec = RoleSpec.read(role._role_path, entry_point)
            problems = spec.misspelt(variables)
            if problems:
                raise ValueError("; ".join(problems))
            values = self._values(spec, variables, role.get_default_vars(self._task.get_dep_chain()))
            values = spec.check(values, lambda given: self._filled(spec, entry_point, given, variables))
        except (LongshoreError, ValueError) as error:
            return dict(result, failed=True, msg="{0}: {1}".format(role.get_name(), error))
        if spec.has_secret(values):
            result["_ansible_no_log"] = True
        result.update({name[len(spec.prefix) :]: value for name, value in values.items()})
        return dict(result, changed=False)

    def _values(self, spec: RoleSpec, variables: Mapping[str, Any], defaults: Mapping[str, Any]) -> Dict[str, Any]:
        """The set variables, else the role's defaults; variables with empty strings count as not set."""
        left_out = variables.get("omit")
        given = self._rendered([name for name in spec.options if _is_given(name, variables, defaults)], variables)
        given = {name: value for name, value in given.items() if not is_unset(_plain(value, left_out))}
        others = {name: value for name, value in variables.items() if name not in spec.options}
        rest = [name for name in spec.options if name not in given]
        values: Dict[str, Any] = _plain({**given, **self._rendered(rest, {**defaults, **others, **given})}, left_out)
        return values

    def _filled(
        self, spec: RoleSpec, entry_point: str, given: Dict[str, Any], variables: Mapping[str, Any]
    ) -> Dict[str, Any]:
        """The values, with addresses from the hosts that a playbook names in C(__network_hosts)."""
        hosts = self._rendered(["__network_hosts"], variables).get("__network_hosts")
        if hosts is None:
            return given
        return filled(spec.prefix[:-1], entry_point, given, Networks(hosts, variables["hostvars"]))

    def _rendered(self, names: List[str], variables: Mapping[str, Any]) -> Dict[str, Any]:
        templar = self._templar.copy_with_new_env(available_variables=variables)
        values: Dict[str, Any] = templar.template({name: variables[name] for name in names if name in variables})
        return values


def _plain(value: Any, left_out: Any) -> Any:
    """A value without marks of omitted or vaulted values, which ansible-core 2.18 leaves in it.

    :param left_out: the mark of C(omit). If it is the whole value, returns None.
    """
    if isinstance(value, dict):
        return {name: _plain(item, left_out) for name, item in value.items() if not _is_mark(item, left_out)}
    if isinstance(value, list):
        return [_plain(item, left_out) for item in value if not _is_mark(item, left_out)]
    if _is_mark(value, left_out):
        return None
    return str(value) if getattr(value, "__ENCRYPTED__", False) else value


def _is_mark(value: Any, left_out: Any) -> bool:
    return isinstance(value, str) and value == left_out


def _is_given(name: str, variables: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    return name in variables and not (name in defaults and variables[name] == defaults[name])


def _entry_point(role: Any) -> str:
    return os.path.splitext(str(role._from_files.get("tasks", "main")))[0]
