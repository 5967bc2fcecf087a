# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a role's variables, whose templates stay as they are until then.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Mapping, Sequence

from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import is_unset


class Renderer:
    """Renders templates of variables.

    :param templar: an action's own.
    :param left_out: the mark of C(omit).
    """

    def __init__(self, templar: Any, left_out: Any) -> None:
        self._templar = templar
        self._left_out = left_out

    def rendered(self, names: Iterable[str], variables: Mapping[str, Any]) -> Dict[str, Any]:
        """The values of those variables that there are.

        :raises AnsibleError: one of them cannot be rendered.
        """
        templar = self._templar.copy_with_new_env(available_variables=variables)
        values: Dict[str, Any] = templar.template({name: variables[name] for name in names if name in variables})
        plain: Dict[str, Any] = _plain(values, self._left_out)
        return plain

    def values(self, names: Sequence[str], variables: Mapping[str, Any], defaults: Defaults) -> Dict[str, Any]:
        """The set variables, else the role's defaults; variables with empty strings count as not set."""
        given = self.rendered([name for name in names if defaults.is_given(name, variables)], variables)
        given = {name: value for name, value in given.items() if not is_unset(value)}
        others = {name: value for name, value in variables.items() if name not in names}
        rest = [name for name in names if name not in given]
        return {**given, **self.rendered(rest, {**defaults.templates, **others, **given})}


class Defaults:
    """The defaults of a role. Those of the roles that include it count more: they know what it is included for.

    :param chain: the roles that include each other, with this one.
    :param variables: those of the task.
    :ivar templates: by name.
    :ivar constants: the variables that the role has besides.
    """

    def __init__(self, role: Any, chain: Sequence[Any], variables: Mapping[str, Any]) -> None:
        parents = [one for one in chain if one is not role]
        # Here, and among the variables of a task, the role's own come first.
        self._of_ansible: Mapping[str, Any] = role.get_default_vars(parents)
        self.templates = dict(self._of_ansible)
        self.constants: Mapping[str, Any] = dict(role._role_vars)
        for parent in parents:
            self.templates.update(parent._default_vars)
        # What the inventory, the command line or a fact has, even if it is the same.
        self._set = set(variables["hostvars"].raw_get(variables["inventory_hostname"])) if parents else set()

    def is_given(self, name: str, variables: Mapping[str, Any]) -> bool:
        """Whether a variable has anything but its default."""
        if name not in variables:
            return False
        return name in self._set or not (name in self._of_ansible and variables[name] == self._of_ansible[name])


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
