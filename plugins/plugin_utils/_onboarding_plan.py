# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the variables of a whole onboarding, on all hosts, and decides which parts run where.

Nothing connects to the hosts: their variables are those of the inventory.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterable, List, Mapping, Sequence, Tuple

from ansible.errors import AnsibleError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.names import check_organization
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.removal import managed_registry
from ansible_collections.longshore.swr.plugins.module_utils._logins.files import check_registry
from ansible_collections.longshore.swr.plugins.module_utils._text import one_line, quoted
from ansible_collections.longshore.swr.plugins.plugin_utils._collection_variables import CollectionVariables
from ansible_collections.longshore.swr.plugins.plugin_utils._handover import Networks, Promised, filled
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_parts import (
    ALWAYS,
    CONTROLLER,
    NAMES,
    OF_ACCOUNT,
    PARTS,
    Part,
    is_preflight_alone,
    is_selected,
    selected,
)
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_preflight import preflight_options
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import (
    FARTHEST,
    ArgumentProblems,
    RoleSpec,
    distance,
    from_text,
    is_unset,
)
from ansible_collections.longshore.swr.plugins.plugin_utils._role_variables import Defaults, Renderer

Values = Dict[str, Any]

_ROLES = ("onboard", *dict.fromkeys(part.role for part in PARTS))
_SHOWN = 3
_SAME = ("region", "registry", "access_key")
_TAGS = (*ALWAYS, "all", "tagged", "untagged", "always", "never")


class Planner:
    """Checks everything, and makes the plan of an onboarding.

    :param spec: the role C(onboard)'s own.
    :param variables: those of the task.
    :param is_local: whether its host is the controller.
    """

    def __init__(
        self,
        spec: RoleSpec,
        renderer: Renderer,
        loader: Any,
        variables: Mapping[str, Any],
        defaults: Defaults,
        is_local: bool,
    ) -> None:
        self._is_local = is_local
        self._spec = spec
        self._renderer = renderer
        self._loader = loader
        self._variables = variables
        self._defaults = defaults
        self._own: Values = {}
        self._listed: List[str] = []
        self._where: Dict[str, List[str]] = {}
        self._raised: List[str] = []
        self._roles = os.path.join(str(variables["role_path"]), os.pardir)
        self._collection = CollectionVariables(self._roles, _ROLES)
        self._role_defaults: Dict[str, Mapping[str, Any]] = {}
        self._problems: Dict[str, List[str]] = {}
        self._notes: Dict[str, List[str]] = {}
        self._on: Dict[str, List[str]] = {}
        self._values: Dict[str, Values] = {}

    def checked(self) -> Values:
        """The role's own variables.

        :raises ArgumentProblems: all problems of all parts, on all hosts.
        """
        here = str(self._variables["inventory_hostname"])
        try:
            values = self._renderer.values(list(self._spec.options), self._variables, self._defaults)
        except AnsibleError:
            values, errors = self._rendered(self._spec.options, {**self._defaults.templates, **self._variables})
            if not errors:
                raise
            self._add(self._problems, self._causes(errors), here)
        self._listed = self._parts_in(values)
        try:
            self._own = self._spec.check(values, is_local=self._is_local)
        except ArgumentProblems as error:
            self._add(self._problems, error.problems, here)
        self._check_tags()
        wanted = self._wanted()
        for host, parts in self._places().items():
            self._check_host(host, parts, wanted)
        self._check_wanted(wanted)
        self._check_removal(here)
        if self._problems:
            raise ArgumentProblems(_joined(self._problems))
        return self._own

    def made(self) -> Values:
        """What to run where, as C(plan): C(parts) by host; C(places), the hosts of each kind; C(notes), what may be
        meant otherwise; C(preflight), what to look at from here; and C(needs_account), whether to ask about
        the account.
        """
        run, skip = self._tags()
        backwards = self._own.get("onboard_state") == "absent"
        images = bool(self._own.get("onboard_delete_images"))
        asked = {host: selected(names, run, skip, self._listed, backwards, images) for host, names in self._on.items()}
        here = asked[str(self._variables["inventory_hostname"])]
        # Images are deleted without a look at where they came from.
        looked_at = preflight_options([name for name in here if not backwards or name != "migrate"], self._values)
        parts = {host: [] if is_preflight_alone(run, self._listed) else names for host, names in asked.items()}
        needs_account = not is_unset(self._own.get("onboard_region")) or any(
            name in OF_ACCOUNT for names in asked.values() for name in names
        )
        return {
            "plan": {
                "parts": parts,
                "places": self._where,
                "notes": _joined(self._notes),
                "preflight": looked_at,
                "needs_account": needs_account,
            }
        }

    def _parts_in(self, values: Values) -> List[str]:
        """What C(onboard_parts) names, also where another variable is wrong."""
        name = "onboard_parts"
        try:
            return list(from_text(values.get(name) or [], self._spec.options[name], name))
        except ValueError:
            return []

    def _check_tags(self) -> None:
        for option, tags in zip(("--tags", "--skip-tags"), self._tags()):
            for tag in {*tags} - {*NAMES, *_TAGS}:
                near = min(NAMES, key=lambda known: (distance(tag, known), known))
                # Other tags may be of another playbook, which imports this one.
                if distance(tag, near) <= FARTHEST:
                    self._add(self._problems, ["{0}: {1} is no part: write {2}".format(option, quoted(tag), near)], "")

    def _wanted(self) -> List[str]:
        wanted = []
        for name in self._listed:
            if name in NAMES:
                wanted.append(name)
            elif name not in ALWAYS:
                near = min(NAMES, key=lambda known: (distance(name, known, 4), known))
                text = "onboard_parts: {0} is no part: write {1}, or another one of {2}"
                self._add(self._problems, [text.format(quoted(str(name)), near, ", ".join(NAMES))], "")
        return wanted

    def _places(self) -> Dict[str, List[Part]]:
        """All hosts, with the parts that may run on them."""
        self._where = places = self._renderer.rendered(["__onboard_places"], self._variables)["__onboard_places"]
        here = self._variables["inventory_hostname"]
        hosts: Dict[str, List[Part]] = {}
        for part in PARTS:
            for host in places[part.place]:
                hosts.setdefault(str(host), []).append(part)
        if here == places[CONTROLLER][0]:
            # It checks for all.
            return hosts
        return {here: hosts.get(here, [part for part in PARTS if part.place == CONTROLLER])}

    def _check_host(self, host: str, parts: Sequence[Part], wanted: Sequence[str]) -> None:
        raw = self._raw(host)
        self._add(self._problems, self._collection.misspelt(raw), host)
        base = {**self._defaults.templates, **self._defaults.constants, **raw}
        if is_unset(raw.get("onboard_access_key")) != is_unset(raw.get("onboard_secret_key")):
            text = "onboard_access_key and onboard_secret_key belong together: set both, or none of them"
            self._add(self._problems, [text], host)
        self._check_shared(host, base)
        # Without the defaults of the role, which a task has among its variables.
        named = self._variables["hostvars"].raw_get(host)
        on: Dict[str, None] = {}
        for part in parts:
            spec = self._collection.spec(part.role, part.entry_point)
            values, errors, problems = self._part_values(part, spec, base)
            if wanted and part.name not in wanted:
                continue
            # What cannot be rendered was meant to switch it on.
            is_on = not errors.keys().isdisjoint(part.switches) or self._is_on(
                part, spec, values, named, is_wanted=bool(wanted)
            )
            if part.name in ("migrate", "verify") and "discover" in on:
                is_on = is_on or not is_unset(values.get("discover_target"))
            if is_on:
                on.setdefault(part.name)
                self._add(self._notes, self._differences(part, values, base), host)
            if is_on or wanted:
                self._add(self._problems, self._causes(errors) + problems, host)
        self._on[host] = list(on)

    def _check_shared(self, host: str, base: Mapping[str, Any]) -> None:
        """Names that many parts use: what is wrong with one is said once."""
        names = ["onboard_" + name for name in ("region", "cloud", "registry", "organization")]
        given, errors = self._rendered(names, base)
        self._add(self._problems, self._causes(errors), host)
        region, cloud, registry, organization = (
            "" if is_unset(given.get(name)) else str(given[name]) for name in names
        )
        checks: List[Tuple[str, str, Callable[[], str]]] = [
            ("onboard_region", "" if registry else region, lambda: registry_host(region, cloud or None)),
            ("onboard_registry", registry, lambda: check_registry(registry)),
            ("onboard_organization", organization, lambda: check_organization(organization)),
        ]
        for name, value, check in checks:
            try:
                if value:
                    check()
            except LongshoreError as error:
                self._raised.append(str(error))
                self._add(self._problems, [str(LongshoreError(**{**error.as_dict(), "where": name}))], host)

    def _rendered(self, names: Iterable[str], variables: Mapping[str, Any]) -> Tuple[Values, Dict[str, str]]:
        """The values of those that there are; and by name why others cannot be rendered."""
        values: Values = {}
        errors: Dict[str, str] = {}
        for name in (name for name in names if name in variables):
            try:
                values.update(self._renderer.rendered([name], variables))
            except AnsibleError as error:
                errors[name] = one_line(str(error), 500)
        return values, errors

    def _causes(self, errors: Mapping[str, str]) -> List[str]:
        """What to say about variables that cannot be rendered: each cause only once."""
        problems = []
        for name, text in errors.items():
            if not any(raised in text for raised in self._raised):
                self._raised.append(text)
                problems.append("{0}: {1}".format(name, text))
        return problems

    def _raw(self, host: str) -> Dict[str, Any]:
        """The variables of a host, not rendered."""
        if host == self._variables["inventory_hostname"]:
            return dict(self._variables)
        hostvars = self._variables["hostvars"]
        return {**dict(hostvars.raw_get(host)), "hostvars": hostvars}

    def _part_values(
        self, part: Part, spec: RoleSpec, base: Mapping[str, Any]
    ) -> Tuple[Values, Dict[str, str], List[str]]:
        """The values that the variables of a part have, but for its own defaults; why others cannot be rendered; and
        what is wrong with the values.
        """
        if part.role not in self._role_defaults:
            path = os.path.join(self._roles, part.role, "defaults", "main.yml")
            self._role_defaults[part.role] = self._loader.load_from_file(path) or {}
        variables = {**self._role_defaults[part.role], **base}
        more = ("discover_target",) if part.role == "migrate" else ()
        names = [name for name in (*spec.options, *more) if name in base]
        values, errors = self._rendered(names, variables)
        problems: List[str] = []
        given = {name: value for name, value in values.items() if name in spec.options}
        try:
            checked = spec.check(
                given,
                lambda known: filled(part.role, part.entry_point, known, self._networks(part)),
                is_local=self._is_local,
                broken=errors,
            )
            if base["inventory_hostname"] == self._variables["inventory_hostname"]:
                self._values[part.name] = checked
        except ArgumentProblems as error:
            problems = error.problems
        except ValueError as error:
            problems = [str(error)]
        return values, errors, problems

    def _networks(self, part: Part) -> Networks:
        """What addresses that are left out may come from: not from a network that the tags leave out."""
        on = [host for host, names in self._on.items() if "network" in names]
        # Where another variable is wrong, _own is empty.
        is_left_out = self._variables.get("onboard_state") != "absent" and [
            name for name in ("network", part.name) if is_selected(name, *self._tags())
        ] == [part.name]
        return Networks([], {}) if is_left_out or not on else Promised()

    def _tags(self) -> Tuple[List[str], List[str]]:
        """Those to run and to skip."""
        run, skip = (list(self._variables.get(name) or []) for name in ("ansible_run_tags", "ansible_skip_tags"))
        return run, skip

    @staticmethod
    def _is_on(part: Part, spec: RoleSpec, values: Values, named: Mapping[str, Any], is_wanted: bool) -> bool:
        if part.switches == ("cutover_*",):
            return is_wanted or any(not is_unset(named.get(name)) for name in spec.options)
        for name in part.switches:
            value = values.get(name)
            if is_unset(value):
                continue
            try:
                if from_text(value, spec.options[name], name) not in (False, [], {}):
                    return True
            except ValueError:
                # It was meant to be on.
                return True
        return False

    def _differences(self, part: Part, values: Values, base: Mapping[str, Any]) -> List[str]:
        """What a part has otherwise than the onboarding, which may be meant so."""
        found = []
        for name in _SAME:
            own, shared = "{0}_{1}".format(part.role, name), "onboard_" + name
            if is_unset(base.get(own)) or is_unset(base.get(shared)) or own not in values:
                continue
            try:
                common = self._renderer.rendered([shared], base)[shared]
            except AnsibleError:
                continue
            if not is_unset(common) and not is_unset(values[own]) and str(values[own]) != str(common):
                found.append("{0} is another one than {1}".format(own, shared))
        return found

    def _check_wanted(self, wanted: Sequence[str]) -> None:
        there = {name for names in self._on.values() for name in names}
        for name in wanted:
            if name not in there and self._variables["inventory_hostname"] in self._on:
                switches = [switch for part in PARTS if part.name == name for switch in part.switches]
                text = "onboard_parts: {0} is in the list, but no host has {1}: set it, or take {0} out of the list"
                self._add(self._problems, [text.format(name, " or ".join(dict.fromkeys(switches)))], "")

    def _check_removal(self, here: str) -> None:
        """Whether there is an API to delete images with, as far as the variables tell."""
        values, is_absent = self._values.get("migrate", {}), self._own.get("onboard_state") == "absent"
        if not (is_absent and self._own.get("onboard_delete_images") and "migrate" in self._on.get(here, [])):
            return
        registry, region, cloud = (values.get("migrate_" + name) for name in ("registry", "region", "cloud"))
        try:
            if registry or region:
                has_endpoint = bool((self._own.get("onboard_endpoints") or {}).get("swr"))
                managed_registry(registry or None, region or None, cloud or None, has_endpoint)
        except LongshoreError as error:
            self._add(self._problems, ["onboard_delete_images: {0}".format(error)], here)

    @staticmethod
    def _add(found: Dict[str, List[str]], texts: Sequence[str], host: str) -> None:
        for text in texts:
            hosts = found.setdefault(text, [])
            if host and host not in hosts:
                hosts.append(host)


def _joined(found: Mapping[str, Sequence[str]]) -> List[str]:
    """The texts, with the hosts that each is about."""
    return [text + _names(hosts) for text, hosts in found.items()]


def _names(hosts: Sequence[str]) -> str:
    if not hosts or list(hosts) == ["localhost"]:
        return ""
    more = " and {0} more".format(len(hosts) - _SHOWN) if len(hosts) > _SHOWN else ""
    return " ({0}{1})".format(", ".join(hosts[:_SHOWN]), more)
