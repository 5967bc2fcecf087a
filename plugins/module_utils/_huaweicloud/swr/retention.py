# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The retention policy of a repository: the images that SWR deletes automatically.

API reference of SWR, CreateRetention, ListRetentions, UpdateRetention and DeleteRetention: a policy has one rule, and
the rule's criterion cannot be changed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..._resource import State, bring_about
from ..api.client import Cloud
from ..api.lists import whole
from ..api.objects import replacing, result_of
from ..errors import HuaweiCloudError
from .common import SwrResource, not_understood, read_list, swr_client
from .names import Place, place_of

# Option to template and parameter
TEMPLATES = {"days": ("date_rule", "days"), "newest": ("tag_rule", "num")}
# Option to kind of selector
SELECTORS = {"keep_tags": "label", "keep_matching": "regexp"}
# "It does not exist", with status 400
MISSING = ("4000306",)
MOST = 100


class RetentionPolicy(SwrResource):
    """The policy of one repository.

    :param options: C(organization), C(repository), C(days) or C(newest), C(keep_tags), C(keep_matching) and C(state).
    :raises HuaweiCloudError: an option is invalid.
    :ivar id: the id of the last policy read.
    """

    missing = MISSING

    def __init__(self, cloud: Cloud, options: Mapping[str, Any]) -> None:
        self._place = place_of(options)
        self._wanted = None if options["state"] == "absent" else _wanted(options)
        self._cloud = cloud
        self.id: Optional[int] = None
        super().__init__(swr_client(cloud), self._place.what)

    @property
    def _path(self) -> str:
        return self._place.path + "/retentions"

    @property
    def _own_path(self) -> str:
        return "{0}/{1}".format(self._path, self.id)

    def observe(self) -> Optional[State]:
        found = read_policies(self._cloud, self._place)
        if len(found) > 1:
            raise HuaweiCloudError(
                "the repository has several retention policies ({0})".format(
                    ", ".join(str(policy["id"]) for policy in found)
                ),
                where=self.what,
                hint="Delete all but one in SWR's console.",
            )
        self.id = found[0]["id"] if found else None
        return {name: item for name, item in found[0].items() if name != "id"} if found else None

    def desired(self, current: Optional[State]) -> Optional[State]:
        return self._wanted

    def create(self, desired: State) -> None:
        self.call("POST", self._path, body=_body(desired), action="swr:repo:createRetention", on=self.what)

    def update(self, current: State, desired: State) -> None:
        if all((current[name] is None) == (desired[name] is None) for name in TEMPLATES):
            action = "swr:repo:updateRetention"
            self.call("PATCH", self._own_path, body=_body(desired), action=action, on=self.what)
            return
        self.delete(current)
        with replacing("retention policy"):
            self.create(desired)

    def delete(self, current: State) -> None:
        self.call("DELETE", self._own_path, action="swr:repo:deleteRetention", on=self.what)


def _wanted(options: Mapping[str, Any]) -> State:
    given = [name for name in TEMPLATES if options.get(name) is not None]
    if len(given) != 1:
        raise HuaweiCloudError(
            "a retention policy goes either by days or by the number of newest images",
            where="days",
            hint="Set one of days and newest.",
        )
    if options[given[0]] < 1:
        raise HuaweiCloudError(
            "{0} is out of range".format(options[given[0]]), where=given[0], hint="Use a number of 1 or more."
        )
    state: State = {name: options.get(name) for name in TEMPLATES}
    for name in SELECTORS:
        patterns = options.get(name) or []
        if not all(patterns):
            raise HuaweiCloudError("an entry is empty", where=name, hint="Leave it out.")
        state[name] = sorted(set(patterns))
    return state


def _body(state: State) -> Dict[str, Any]:
    option = next(name for name in TEMPLATES if state[name] is not None)
    template, parameter = TEMPLATES[option]
    selectors = [{"kind": kind, "pattern": pattern} for name, kind in SELECTORS.items() for pattern in state[name]]
    rule = {"template": template, "params": {parameter: str(state[option])}, "tag_selectors": selectors}
    return {"algorithm": "or", "rules": [rule]}


def read_policies(cloud: Cloud, place: Place) -> List[State]:
    """The policies of a repository, each with its C(id); none if it does not exist.

    :raises HuaweiCloudError: SWR refuses, or its reply does not match its reference.
    """
    client = swr_client(cloud)

    def call(*request: Any) -> Any:
        return client.call(*request, action="swr:repo:listRetentions", on=place.what)

    found = read_list(lambda: whole(call, place.path + "/retentions", most=MOST), MISSING)
    return [_described(place, entry) for entry in found]


def _described(place: Place, found: Mapping[str, Any]) -> State:
    rules = found.get("rules")
    rule = rules[0] if isinstance(rules, list) and len(rules) == 1 else None
    if not isinstance(rule, dict) or not isinstance(found.get("id"), int):
        raise not_understood(place.what)
    state: State = {"id": found["id"], **dict.fromkeys(TEMPLATES)}
    option = next((name for name in TEMPLATES if TEMPLATES[name][0] == rule.get("template")), None)
    parameters, selectors = rule.get("params"), rule.get("tag_selectors") or []
    if option is None or not isinstance(parameters, dict) or not isinstance(selectors, list):
        raise not_understood(place.what)
    try:
        state[option] = int(parameters[TEMPLATES[option][1]])
    except (KeyError, TypeError, ValueError):
        raise not_understood(place.what) from None
    for name, kind in SELECTORS.items():
        state[name] = sorted(_patterns(place, selectors, kind))
    return state


def _patterns(place: Place, selectors: Sequence[Any], kind: str) -> List[str]:
    if not all(isinstance(selector, dict) and isinstance(selector.get("pattern"), str) for selector in selectors):
        raise not_understood(place.what)
    return [selector["pattern"] for selector in selectors if selector.get("kind") == kind]


def manage_retention(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Set, change or remove a repository's retention policy, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or SWR refuses.
    """
    policy = RetentionPolicy(cloud, options)
    change = bring_about(policy, check_mode)
    state = None if change.after is None else dict(change.after, id=policy.id)
    return result_of("policy", state, change, cloud)


def list_policies(cloud: Cloud, options: Mapping[str, Any]) -> List[State]:
    """The retention policies of the repository in the options.

    :raises HuaweiCloudError: a name is invalid, or SWR refuses.
    """
    return read_policies(cloud, place_of(options))
