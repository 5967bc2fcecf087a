# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public NAT gateways: Internet access for subnets without public addresses.

API reference of NAT Gateway v2, CreateNatGateway, ListNatGateways, ShowNatGateway, UpdateNatGateway and
DeleteNatGateway, and the tags of v3.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ..._resource import State
from ..._text import quoted
from ..api.client import Cloud
from ..errors import HuaweiCloudError
from .common import Project, TaggedObject, manage
from .services import Api, Entry, is_id, only_id, quoted_id, tags_given

PATH = "/v2/{0}/nat_gateways"
SPECS = {"small": "1", "medium": "2", "large": "3", "extra_large": "4", "enterprise": "5"}
_NAMES = {number: name for name, number in SPECS.items()}
CHARGE_MODES = ("postpaid",)
_DOWN = "ACTIVE, but administratively down"


def gateway_id(api: Api, gateway: str) -> Optional[str]:
    """The ID of a gateway given by ID or name; None if none has the name.

    :raises HuaweiCloudError: several have the name.
    """
    if is_id(gateway):
        return gateway
    found = api.list(PATH, "nat_gateways", "nat:natGateways:list", name=gateway)
    found = [entry for entry in found if entry.get("name") == gateway and entry.get("status") != "PENDING_DELETE"]
    return only_id(found, "NAT gateway", quoted(gateway), "nat_gateway")


def gateway_status(entry: Entry) -> str:
    """Its status. Without C(admin_state_up) an active gateway accepts no rules."""
    if entry.get("status") == "ACTIVE" and entry.get("admin_state_up") is False:
        return _DOWN
    return str(entry.get("status"))


class NatGateway(TaggedObject):
    """One gateway.

    :param options: those of the module.
    """

    fields = ("name", "vpc_id", "subnet_id", "spec", "description", "enterprise_project_id", "tags")
    failed = ("INACTIVE", _DOWN)
    leaving = ("PENDING_DELETE",)
    tags_path = "/v3/{0}/nat_gateways/"

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        what = "NAT gateway {0}".format(options.get("id") or options["name"])
        super().__init__(project.api("nat"), what, options, check_mode)
        self._project = project
        self._place: State = {}

    def find(self) -> Optional[Entry]:
        if self.options.get("id"):
            return self.by_id()
        place = self._project.place(self.options, self.present)
        if place is None:
            return None
        self._place = dict(place)
        name, vpc = self.options["name"], str(place["vpc_id"])
        found = self.api.list(PATH, "nat_gateways", "nat:natGateways:list", name=name, router_id=vpc)
        return self.one_of(
            [entry for entry in found if (entry.get("name"), entry.get("router_id")) == (name, vpc)], "NAT gateway"
        )

    def read(self, object_id: str) -> Optional[Entry]:
        path = PATH + "/" + quoted_id(object_id)
        return self.api.read(path, "nat_gateway", "nat:natGateways:get", self.what)

    def status(self, entry: Entry) -> str:
        return gateway_status(entry)

    def described(self, entry: Entry) -> State:
        return dict(described(entry), tags=self.tags(entry["id"]))

    def desired(self, current: Optional[State]) -> Optional[State]:
        if not self.present:
            if current is not None:
                self._refuse_deletion()
            return None
        given = self.given("name", "spec", "description", "enterprise_project_id")
        given.update(tags_given(self.options))
        if self._place.get("subnet_id"):
            given["subnet_id"] = self._place["subnet_id"]
        if current is not None:
            desired = {**current, **given}
            self.refuse_changes(current, desired, "subnet_id", "enterprise_project_id")
            return desired
        missing = [name for name in ("subnet", "spec", "charge_mode") if not self.options.get(name)]
        if missing:
            raise HuaweiCloudError(
                "a new NAT gateway costs money, and needs {0}".format(" and ".join(missing)),
                where=self.what,
                hint="Set {0}.".format(" and ".join(missing)),
            )
        return {"vpc_id": self._place["vpc_id"], "description": "", "tags": None, **given}

    def _refuse_deletion(self) -> None:
        if (self.found or {}).get("prepaid"):
            raise HuaweiCloudError(
                "it is billed yearly or monthly", where=self.what, hint="Unsubscribe from it in the Billing Center."
            )
        for kind in ("snat_rules", "dnat_rules"):
            rules = self.api.list(
                "/v2/{0}/" + kind, kind, "nat:{0}Rules:list".format(kind[:4]), nat_gateway_id=str(self.id)
            )
            if rules:
                raise HuaweiCloudError(
                    "it has {0} {1} rule{2}".format(len(rules), kind[:4].upper(), "s" if len(rules) > 1 else ""),
                    where=self.what,
                    hint="Delete its rules first. Nothing was changed.",
                )

    def create(self, desired: State) -> None:
        body = {
            "name": desired["name"],
            "router_id": desired["vpc_id"],
            "internal_network_id": desired["subnet_id"],
            "spec": SPECS[desired["spec"]],
        }
        body.update({name: desired[name] for name in ("description", "enterprise_project_id") if desired.get(name)})
        action = "nat:natGateways:create"
        self.created(
            self.api.call("POST", PATH, body={"nat_gateway": body}, action=action, on=self.what), "nat_gateway"
        )
        if desired["tags"]:
            # A gateway accepts tags only once it exists.
            self.write_tags(self.observe_new(), desired)

    def update(self, current: State, desired: State) -> None:
        # First, because a change makes its status pending again.
        self.write_tags(current, desired)
        body = {name: desired[name] for name in ("name", "description", "spec") if desired[name] != current[name]}
        if "spec" in body:
            body["spec"] = SPECS[body["spec"]]
        if body:
            path = PATH + "/" + quoted_id(self.id or "")
            action = "nat:natGateways:update"
            self.api.call("PUT", path, body={"nat_gateway": body}, action=action, on=self.what)

    def remove(self) -> None:
        path = PATH + "/" + quoted_id(self.id or "")
        self.api.call("DELETE", path, action="nat:natGateways:delete", on=self.what)


def described(entry: Entry) -> State:
    """A gateway in this collection's terms."""
    spec = str(entry.get("spec"))
    return {
        "id": entry.get("id"),
        "name": entry.get("name") or "",
        "vpc_id": entry.get("router_id"),
        "subnet_id": entry.get("internal_network_id"),
        "spec": _NAMES.get(spec, spec),
        "description": entry.get("description") or "",
        "enterprise_project_id": entry.get("enterprise_project_id") or "0",
        "address": entry.get("ngport_ip_address"),
        "status": gateway_status(entry),
        "prepaid": bool(entry.get("billing_info")),
        "created": entry.get("created_at"),
    }


def manage_gateway(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Create, change or delete a gateway, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    return manage(NatGateway(Project(cloud), options, check_mode), "nat_gateway", cloud, check_mode)


def list_gateways(cloud: Cloud, vpc: Optional[str] = None, name: Optional[str] = None) -> List[State]:
    """All gateways, those of a VPC, or those with a name.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    project = Project(cloud)
    params = {}
    if vpc is not None:
        vpc_id = project.vpc_id(vpc)
        if vpc_id is None:
            return []
        params["router_id"] = vpc_id
    found = project.api("nat").list(PATH, "nat_gateways", "nat:natGateways:list", **params)
    return [described(entry) for entry in found if name in (None, entry.get("name"))]
