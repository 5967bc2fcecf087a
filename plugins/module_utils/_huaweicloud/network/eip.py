# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elastic IPs: public addresses, which are allocated, bound to a port, unbound and released.

API reference of EIP: v3 to read, name, describe and bind, v1 to allocate, release and set bandwidths. The v1
call for changes unbinds an address unless it gets the port, so it is not used.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..._resource import State
from ..._text import quoted
from ..api.client import Cloud
from ..errors import HuaweiCloudError
from .common import Project, TaggedObject, manage
from .services import Api, Entry, is_id, quoted_id, tags_given

PATH = "/v3/{0}/eip/publicips"
_OLD = "/v1/{0}/publicips"
_BANDWIDTH = "/v1/{0}/bandwidths/"
CHARGE_MODES = ("bandwidth", "traffic")
# "The EIP is not bound"
_NOT_BOUND = "EIP.7902"
_WORDS = {"name": "alias", "description": "description"}


def read_eips(api: Api, **params: str) -> List[Entry]:
    """
    :raises HuaweiCloudError: the list cannot be read completely.
    """
    return api.list(PATH, "publicips", "vpc:publicIps:list", **params)


def bound_to(entry: Entry) -> Dict[str, str]:
    """The binding of an address: C(type), such as V(PORT) or V(NATGW), and C(id). Empty if it is free."""
    port = (entry.get("vnic") or {}).get("port_id")
    kind = entry.get("associate_instance_type") or ("PORT" if port else "")
    bound = str(entry.get("associate_instance_id") or port or "")
    return {"type": str(kind), "id": bound} if kind or bound else {}


def is_free(entry: Entry) -> bool:
    """Whether an address is unused: by its status, and without any binding."""
    return entry.get("status") == "DOWN" and not bound_to(entry)


class Eip(TaggedObject):
    """One address.

    :param options: those of the module.
    :raises HuaweiCloudError: an option is invalid.
    """

    fields = (
        *("name", "description", "port_id", "bandwidth_size", "charge_mode", "bandwidth_id", "enterprise_project_id"),
        "tags",
    )
    ready = ("DOWN", "ACTIVE", "ELB", "VPN")
    failed = ("ERROR", "BIND_ERROR", "FREEZED")
    leaving = ("PENDING_DELETE", "NOTIFY_DELETE")
    tags_path = "/v2.0/{0}/publicips/"

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        what = "EIP {0}".format(options.get("id") or options.get("address") or options["name"])
        super().__init__(project.api("vpc"), what, options, check_mode)
        self._project = project
        # The port that reading must show after a bind call; empty for none.
        self._expected: Optional[str] = None

    def find(self) -> Optional[Entry]:
        options = self.options
        if options.get("id"):
            return self.by_id()
        if options.get("address"):
            found = read_eips(self.api, public_ip_address=options["address"])
            found = [entry for entry in found if entry.get("public_ip_address") == options["address"]]
            if not found and self.present:
                raise HuaweiCloudError("it does not exist", where=self.what, hint="Check address.")
            return self.one_of(found, "EIP")
        entry = self.one_of(self._named(), "EIP")
        return self._reused() if entry is None and self.present and options.get("reuse") else entry

    def _named(self) -> List[Entry]:
        name = self.options["name"]
        found = read_eips(self.api, alias=name)
        if not all(entry.get("alias") for entry in found):
            raise self.api.not_understood(self.what, "it lists EIPs without the name asked for")
        return [entry for entry in found if entry["alias"] == name]

    def _reused(self) -> Optional[Entry]:
        """A free one without a name, so that no other task claims it."""
        project = self.options.get("enterprise_project_id")
        for entry in sorted(read_eips(self.api, status="DOWN"), key=lambda entry: str(entry.get("id"))):
            matches = project in (None, entry.get("enterprise_project_id") or "0")
            if matches and is_free(entry) and not entry.get("alias"):
                return entry
        return None

    def read(self, object_id: str) -> Optional[Entry]:
        return self.api.read(PATH + "/" + quoted_id(object_id), "publicip", "vpc:publicIps:get", self.what)

    def status(self, entry: Entry) -> str:
        status = super().status(entry)
        if self._expected is None or status not in ("DOWN", "ACTIVE"):
            return status
        shown = bound_to(entry)
        if (shown.get("id", ""), status) == (self._expected, "ACTIVE" if self._expected else "DOWN"):
            return status
        return "{0}, and not {1} yet".format(status, "bound" if self._expected else "unbound")

    def described(self, entry: Entry) -> State:
        return dict(described(entry), tags=self.tags(entry["id"]))

    def desired(self, current: Optional[State]) -> Optional[State]:
        found = self.found or {}
        if not self.present:
            if current is not None:
                self._refuse_release(found)
            return None
        if self.options.get("server_address"):
            self.options = dict(self.options, port_id=self._port_of_server())
        given = {**self.given(*(name for name in self.fields if name != "tags")), **tags_given(self.options)}
        if current is None:
            return self._new(given)
        desired = {**current, **given}
        self.refuse_changes(current, desired, "enterprise_project_id", "bandwidth_id")
        if found["shared"]:
            self.refuse_changes(current, desired, "bandwidth_size", "charge_mode")
        other = found["bound_to"] if "port_id" in given and found["bound_to"].get("id", "") != given["port_id"] else {}
        if other and (given["port_id"] or other["type"] != "PORT"):
            raise HuaweiCloudError(
                "it is bound to {0} {1}".format(other["type"], quoted(other["id"])),
                where=self.what,
                hint='Unbind it first, from a port with port_id: "". Nothing was changed.',
            )
        if desired["port_id"] != current["port_id"]:
            self._refuse_taken(desired["port_id"])
        return desired

    def _port_of_server(self) -> str:
        place = self._project.place(self.options, needed=True) or {}
        return self._project.port_id(str(place["subnet_id"]), self.options["server_address"])

    def _refuse_taken(self, port: Optional[str]) -> None:
        """Before an address is paid for that cannot be bound: refuse a port that has one."""
        if not port:
            return
        other = [entry for entry in read_eips(self.api) if bound_to(entry).get("id") == port and entry["id"] != self.id]
        if other:
            raise HuaweiCloudError(
                "the port has an EIP already: {0}".format(
                    " and ".join("{0} ({1})".format(entry.get("public_ip_address"), entry["id"]) for entry in other)
                ),
                where=self.what,
                hint="Use that one, or unbind it first. Nothing was changed.",
            )

    def _new(self, given: State) -> State:
        shared = bool(given.get("bandwidth_id"))
        needed = ("name",) if shared else ("name", "charge_mode", "bandwidth_size")
        missing = [name for name in needed if not given.get(name)]
        if missing:
            raise HuaweiCloudError(
                "a new EIP costs money, and needs {0}".format(" and ".join(missing)),
                where=self.what,
                hint="Set {0}, or use an existing one.".format(" and ".join(missing)),
            )
        if shared and (given.get("charge_mode") or given.get("bandwidth_size")):
            raise HuaweiCloudError(
                "a shared bandwidth has a size and a charge mode of its own",
                where="bandwidth_id",
                hint="Leave charge_mode and bandwidth_size out.",
            )
        self._refuse_taken(given.get("port_id"))
        return {"description": "", "port_id": "", "tags": None, **given}

    def _refuse_release(self, found: State) -> None:
        if found.get("prepaid"):
            raise HuaweiCloudError(
                "it is billed yearly or monthly", where=self.what, hint="Unsubscribe from it in the Billing Center."
            )
        if found["bound_to"]:
            raise HuaweiCloudError(
                "it is in use, bound to {type} {id}".format(**found["bound_to"]),
                where=self.what,
                hint='Unbind it first, from a port with port_id: "". Nothing was changed.',
            )

    def create(self, desired: State) -> None:
        bandwidth: Dict[str, Any] = {"share_type": "WHOLE", "id": desired.get("bandwidth_id")}
        if not desired.get("bandwidth_id"):
            bandwidth = {
                "share_type": "PER",
                "name": self.options.get("bandwidth_name") or desired["name"],
                "size": desired["bandwidth_size"],
                "charge_mode": desired["charge_mode"],
            }
        body: Dict[str, Any] = {"publicip": {"type": self.options["type"], "alias": desired["name"]}}
        body["bandwidth"] = bandwidth
        if desired.get("enterprise_project_id"):
            body["enterprise_project_id"] = desired["enterprise_project_id"]
        reply = self.api.call("POST", _OLD, body=body, action="vpc:publicIps:create", on=self.what)
        self.created(reply, "publicip")
        self.refuse_twins(self._named())
        current = self.observe_new()
        self.update(current, {**current, **desired})

    def update(self, current: State, desired: State) -> None:
        changed = [name for name in self.fields if desired[name] != current[name]]
        own = PATH + "/" + quoted_id(self.id or "")
        words = {theirs: desired[ours] for ours, theirs in _WORDS.items() if ours in changed}
        if words:
            self.api.call("PUT", own, body={"publicip": words}, action="vpc:publicIps:update", on=self.what)
        if "bandwidth_size" in changed or "charge_mode" in changed:
            if not current["bandwidth_id"]:
                raise self.api.not_understood(self.what, "it has no bandwidth")
            body = {"bandwidth": {"size": desired["bandwidth_size"], "charge_mode": desired["charge_mode"]}}
            path = _BANDWIDTH + quoted_id(str(current["bandwidth_id"]))
            self.api.call("PUT", path, body=body, action="vpc:bandwidths:update", on=self.what)
        self.write_tags(current, desired)
        if "port_id" in changed:
            self._bind(own, desired["port_id"])

    def _bind(self, own: str, port: str) -> None:
        action = "vpc:publicIps:update"
        if port:
            body = {"publicip": {"associate_instance_type": "PORT", "associate_instance_id": port}}
            self.api.call("POST", own + "/associate-instance", body=body, action=action, on=self.what)
        else:
            try:
                self.api.call("POST", own + "/disassociate-instance", action=action, on=self.what)
            except HuaweiCloudError as error:
                if error.code != _NOT_BOUND:
                    raise
        self._expected = port

    def remove(self) -> None:
        path = _OLD + "/" + quoted_id(self.id or "")
        self.api.call("DELETE", path, action="vpc:publicIps:delete", on=self.what)


def described(entry: Entry) -> State:
    """An address in this collection's terms."""
    bandwidth = entry.get("bandwidth") or {}
    bound = bound_to(entry)
    return {
        "id": entry.get("id"),
        "address": entry.get("public_ip_address") or entry.get("public_ipv6_address"),
        "name": entry.get("alias") or "",
        "description": entry.get("description") or "",
        "status": "free" if is_free(entry) else "bound" if bound else "unavailable",
        "api_status": entry.get("status"),
        "bound_to": bound,
        "port_id": bound.get("id", "") if bound.get("type", "PORT") == "PORT" else "",
        "private_address": (entry.get("vnic") or {}).get("private_ip_address") or None,
        "bandwidth_id": bandwidth.get("id"),
        "bandwidth_name": bandwidth.get("name") or "",
        "bandwidth_size": bandwidth.get("size"),
        "charge_mode": bandwidth.get("charge_mode"),
        "shared": bandwidth.get("share_type") == "WHOLE",
        "enterprise_project_id": entry.get("enterprise_project_id") or "0",
        "prepaid": bool(entry.get("billing_info")),
        "created": entry.get("created_at"),
        "updated": entry.get("updated_at"),
    }


def resolve(api: Api, wanted: Sequence[str]) -> Dict[str, str]:
    """The IDs by address of EIPs given by address, ID or name.

    :raises HuaweiCloudError: there is none, or several.
    """
    entries = read_eips(api)
    found = {}
    for text in wanted:
        matching = [entry for entry in entries if text in (entry.get("id"), entry.get("public_ip_address"))]
        if not matching and not is_id(text):
            matching = [entry for entry in entries if entry.get("alias") == text]
        if len(matching) != 1:
            raise HuaweiCloudError(
                "{0} EIPs match {1}".format(len(matching) or "no", quoted(text)),
                where="eips",
                hint="Give each by its ID, its address or a name that only one has.",
            )
        found[str(matching[0].get("public_ip_address"))] = str(matching[0].get("id"))
    return found


def manage_eip(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Allocate, change, bind, unbind or release an address, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    return manage(Eip(Project(cloud), options, check_mode), "eip", cloud, check_mode)


def list_eips(cloud: Cloud, name: Optional[str] = None, address: Optional[str] = None) -> List[State]:
    """All addresses, those with a name, or the given one.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    params = {} if address is None else {"public_ip_address": address}
    found = read_eips(Project(cloud).api("vpc"), **params)
    states = [described(entry) for entry in found]
    return [state for state in states if name in (None, state["name"]) and address in (None, state["address"])]
