# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triggers of a repository: a workload of CCE or CCI is updated when an image is pushed.

API reference of SWR, CreateTrigger, ListTriggersDetails, ShowTrigger, UpdateTrigger and DeleteTrigger. Only the field
C(enabled) can be changed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ..._resource import State, bring_about
from ..._text import is_printable, quoted
from ..api.client import Cloud, segment
from ..api.lists import whole
from ..api.objects import replacing, result_of
from ..errors import HuaweiCloudError
from .common import TEXT, SwrResource, checked, not_understood, read_list, read_object, swr_client
from .names import place_of

WORKLOADS = ("deployments", "statefulsets")
CONDITIONS = ("all", "tag", "regular")
TYPES = ("cce", "cci")

# This collection's names to SWR's
_FIELDS = {
    "name": "name",
    "type": "trigger_mode",
    "cluster_id": "cluster_id",
    "cluster_name": "cluster_name",
    "namespace": "cluster_ns",
    "workload_type": "app_type",
    "workload_name": "application",
    "container": "container",
    "condition_type": "trigger_type",
    "condition_value": "condition",
}
_ALL = ".*"
_SHAPE = {
    **dict.fromkeys(_FIELDS.values(), TEXT),
    **dict.fromkeys(("name", "trigger_mode", "cluster_ns", "app_type", "application", "trigger_type"), str),
    "enable": (str, bool),
}


class Trigger(SwrResource):
    """One trigger.

    :param options: C(organization), C(repository), C(enabled), C(state) and the names of C(_FIELDS).
    :raises HuaweiCloudError: an option is invalid.
    """

    def __init__(self, cloud: Cloud, options: Mapping[str, Any]) -> None:
        self._place = place_of(options)
        self._name = _check_name(options["name"])
        self._options = options
        self._wanted = None if options["state"] == "absent" else _wanted(options)
        super().__init__(swr_client(cloud), "trigger {0} of the {1}".format(self._name, self._place.what))

    @property
    def _path(self) -> str:
        return self._place.path + "/triggers"

    @property
    def _own_path(self) -> str:
        return "{0}/{1}".format(self._path, segment(self._name, "name"))

    def observe(self) -> Optional[State]:
        on = self._place.what
        found = read_object(lambda: self.call("GET", self._own_path, action="swr:repo:getTrigger", on=on), self.what)
        if found is None:
            return None
        state = described(found, self.what)
        if state["name"] != self._name:
            raise not_understood(self.what, "it is about another trigger")
        return state

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._wanted is None:
            return None
        enabled = self._options.get("enabled")
        if enabled is None:
            enabled = current is None or current["enabled"]
        return dict(self._wanted, enabled=enabled)

    def create(self, desired: State) -> None:
        body = {theirs: desired[ours] for ours, theirs in _FIELDS.items()}
        if not body["container"]:
            # All of them.
            del body["container"]
        body.update(action="update", enable=_word(desired["enabled"]))
        self.call("POST", self._path, body=body, action="swr:repo:createTrigger", on=self._place.what)

    def update(self, current: State, desired: State) -> None:
        if all(current[name] == desired[name] for name in _FIELDS):
            body = {"enable": _word(desired["enabled"])}
            self.call("PATCH", self._own_path, body=body, action="swr:repo:updateTrigger", on=self._place.what)
            return
        self.delete(current)
        with replacing("trigger"):
            self.create(desired)

    def delete(self, current: State) -> None:
        self.call("DELETE", self._own_path, action="swr:repo:deleteTrigger", on=self._place.what)


def _word(enabled: bool) -> str:
    return "true" if enabled else "false"


def _check_name(name: str) -> str:
    if name in (".", "..") or not 0 < len(name) <= 64 or not is_printable(name) or "/" in name:
        raise HuaweiCloudError(
            "invalid trigger name {0}".format(quoted(name)),
            where="name",
            hint="Use up to 64 characters, without slashes.",
        )
    return name


def _wanted(options: Mapping[str, Any]) -> State:
    """The values of all C(_FIELDS).

    :raises HuaweiCloudError: they conflict.
    """
    state = {name: options.get(name) or "" for name in _FIELDS}
    needed = ["workload_type", "workload_name", "namespace"]
    if state["type"] == "cce":
        needed += ["cluster_id", "cluster_name"]
    elif state["cluster_id"] or state["cluster_name"]:
        raise HuaweiCloudError("CCI has no clusters", where="cluster_id", hint="Leave cluster_id and cluster_name out.")
    if state["condition_type"] == "all":
        if state["condition_value"] not in ("", _ALL):
            raise HuaweiCloudError(
                "a condition for all images has no value",
                where="condition_value",
                hint="Leave it out, or set condition_type to tag or regular.",
            )
        state["condition_value"] = _ALL
    else:
        needed.append("condition_value")
    missing = [name for name in needed if not state[name]]
    if missing:
        raise HuaweiCloudError(
            "{0} {1} not set".format(" and ".join(missing), "is" if len(missing) == 1 else "are"),
            where=missing[0],
            hint="A trigger needs {0}.".format(" and ".join(missing)),
        )
    return state


def described(found: Mapping[str, Any], what: str) -> State:
    """A trigger in this collection's terms.

    :raises HuaweiCloudError: the reply is incomplete.
    """
    checked(found, _SHAPE, what)
    if str(found["enable"]).lower() not in ("true", "false"):
        raise not_understood(what)
    state: State = {ours: found.get(theirs) or "" for ours, theirs in _FIELDS.items()}
    if state["condition_type"] == "all":
        state["condition_value"] = _ALL
    return dict(state, enabled=str(found["enable"]).lower() == "true")


def manage_trigger(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Create, change or delete a trigger, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or SWR refuses.
    """
    change = bring_about(Trigger(cloud, options), check_mode)
    return result_of("trigger", change.after, change, cloud)


def list_triggers(cloud: Cloud, options: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The triggers of a repository; none if it does not exist.

    :raises HuaweiCloudError: a name is invalid, or SWR refuses.
    """
    place = place_of(options)
    client = swr_client(cloud)

    def call(*request: Any) -> Any:
        return client.call(*request, action="swr:repo:listTriggers", on=place.what)

    found = read_list(lambda: whole(call, place.path + "/triggers"))
    return [
        dict(described(entry, place.what), creator=entry.get("creator_name"), created=entry.get("created_at"))
        for entry in found
    ]
