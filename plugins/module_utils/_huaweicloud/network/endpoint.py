# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPC endpoints: the path from a VPC, or from a site connected to one, to a service such as SWR or OBS.

API reference of VPC Endpoint, CreateEndpoint, ListEndpoints, ListEndpointInfoDetails, UpdateEndpointWhite,
UpdateEndpointPolicy, DeleteEndpointPolicy, UpdateEndpointRoutetable, DeleteEndpoint, BatchAddOrRemoveResourceInstance
and ListServiceDescribeDetails.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import quote

from ..._resource import State
from ..._text import quoted, safe
from ..api.client import Cloud
from ..api.objects import replacing
from ..errors import HuaweiCloudError
from .common import NetworkObject, Project, manage
from .policies import document, statements
from .services import Api, Entry, is_id, quoted_id, tag_list, tags_given, tags_of
from .shapes import ENDPOINT

PATH = "/v1/{0}/vpc-endpoints"
_DESCRIBE = "/v1/{0}/vpc-endpoint-services/describe?"

# Fields that cannot be changed in place.
_FIXED = ("address", "description", "dns")
_INTERFACE_ONLY = ("subnet", "address", "dns", "whitelist", "policy_document")
_GATEWAY_ONLY = ("route_tables", "policy_statement")
_FAILED = ([dict], None)
_REPORT = {"error": ([{"bind_failed": _FAILED, "unbind_failed": _FAILED}], None)}
_NO_ADDRESS = "accepted, without an address"


def endpoint_service(api: Api, service: str, what: str) -> Entry:
    """VPC Endpoint's data on a service: C(id), C(service_type) and C(enable_policy).

    :param service: its name or ID.
    :param what: what it is looked up for, in words.
    :raises HuaweiCloudError: there is none, or the API refuses.
    """
    query = "id=" if is_id(service) else "endpoint_service_name="
    found = api.read(_DESCRIBE + query + quote(service, safe=""), None, "vpcep:epservices:get", what)
    if found is None:
        raise HuaweiCloudError(
            "there is no endpoint service {0}".format(quoted(service)),
            where="service",
            hint="Copy its name or ID from the console of VPC Endpoint; names are those of one region.",
        )
    if not isinstance(found.get("id"), str) or found.get("service_type") not in ("interface", "gateway"):
        raise api.not_understood("endpoint service {0}".format(quoted(service)))
    return found


class Endpoint(NetworkObject):
    """One endpoint. It has no name: VPC, service and, for an interface, subnet identify it.

    :param options: those of the module.
    :raises HuaweiCloudError: an option is invalid.
    """

    fields = (
        *("vpc_id", "service_id", "subnet_id", "status", "address", "description", "dns"),
        *("whitelist", "route_tables", "policy_statement", "policy_document", "tags"),
    )
    ready = ("accepted",)
    failed = ("failed", "rejected")
    leaving = ("deleting",)
    deletable = ("pendingAcceptance", _NO_ADDRESS)
    # A single one can be replaced.
    stops_when_failed = False

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        what = "VPC endpoint " + (options.get("id") or "to {0} in {1}".format(options["service"], options["vpc"]))
        super().__init__(project.api("vpcep"), what, options, check_mode)
        self._project = project
        self._place: State = {}
        self._known: Optional[Entry] = None
        self._given = _checked(options)

    def find(self) -> Optional[Entry]:
        options = self.options
        if options.get("id"):
            return self.by_id()
        place = self._project.place(options, self.present)
        if place is None:
            return None
        service = options["service"]
        service_id = service if is_id(service) else self._service(service)["id"]
        self._place = dict(place, service_id=service_id)
        found = self.one_of(self._matching(self._place), "endpoint")
        # The list does not show whether the service's owner permits its use.
        return None if found is None else self.read(str(found.get("id")))

    def _matching(self, place: State) -> List[Entry]:
        vpc, service, subnet = place["vpc_id"], place["service_id"], place["subnet_id"]
        entries = self.api.list_by_offset(PATH, "endpoints", "vpcep:endpoints:list", vpc_id=str(vpc))
        found = [entry for entry in entries if (entry["vpc_id"], entry["endpoint_service_id"]) == (vpc, service)]
        if not all(entry["service_type"] == "gateway" or entry.get("subnet_id") for entry in found):
            raise self.api.not_understood(self.what, "an interface has no subnet")
        return [
            entry for entry in found if not subnet or entry["service_type"] == "gateway" or entry["subnet_id"] == subnet
        ]

    def _service(self, service: str) -> Entry:
        if self._known is None:
            self._known = endpoint_service(self.api, service, self.what)
        return self._known

    def read(self, object_id: str) -> Optional[Entry]:
        path = PATH + "/" + quoted_id(object_id)
        return self.api.read(path, None, "vpcep:endpoints:get", self.what, ENDPOINT)

    def status(self, entry: Entry) -> str:
        # Its address is its purpose, and may come later.
        if entry.get("service_type") == "interface" and entry.get("status") == "accepted" and not entry.get("ip"):
            return _NO_ADDRESS
        return super().status(entry)

    def observe(self) -> Optional[State]:
        try:
            return super().observe()
        except HuaweiCloudError as error:
            if "pendingAcceptance" in error.what:
                error.hint = "Ask the owner of the service to accept the connection, and run the task again."
            raise

    def described(self, entry: Entry) -> State:
        return described(entry, self.api.not_understood(self.what), self.what)

    def desired(self, current: Optional[State]) -> Optional[State]:
        if not self.present:
            return None
        if current is None:
            return self._new()
        self._check_kind(str((self.found or {})["service_type"]))
        desired: State = {**current, **self._given, "status": "accepted"}
        changes = [name for name in _FIXED if desired[name] != current[name]]
        if current["status"] in self.failed or changes:
            self._may_replace(current, changes)
            if "address" not in self._given:
                del desired["address"]
        return desired

    def _new(self) -> State:
        service = self._service(self.options["service"])
        interface = service["service_type"] == "interface"
        self._check_kind(service["service_type"])
        if interface and self._place["subnet_id"] is None:
            raise HuaweiCloudError("an endpoint of this service needs a subnet", where="subnet", hint="Set subnet.")
        start: State = dict(self._place, status="accepted", description="", dns=interface, whitelist=[], tags={})
        if not interface:
            start["subnet_id"] = ""
        start.update(policy_statement=[], policy_document={})
        return {**start, **self._given}

    def _check_kind(self, kind: str) -> None:
        refused = _GATEWAY_ONLY if kind == "interface" else _INTERFACE_ONLY
        wrong = [name for name in refused if self.options.get(name) is not None]
        if wrong:
            raise HuaweiCloudError(
                "{0} does not apply to {1} endpoints".format(" and ".join(wrong), kind),
                where=self.what,
                hint="Leave it out: it is for the other type of service.",
            )
        if self._given.get("policy_statement") or self._given.get("policy_document"):
            service = self.options.get("service") or str((self.found or {}).get("service_id"))
            if self._service(service).get("enable_policy") is not True:
                raise HuaweiCloudError(
                    "endpoints of this service cannot have a policy", where=self.what, hint="Leave the policy out."
                )

    def _may_replace(self, current: State, changes: List[str]) -> None:
        if self.options.get("recreate") and self.options.get("service"):
            return
        if changes:
            what = "{0} cannot be changed".format(" and ".join(changes))
        else:
            what = "it is {0}{1}".format(current["status"], _reasons(self.found or {}))
        raise HuaweiCloudError(
            what,
            where=self.what,
            hint="To replace the endpoint, set recreate: true, with service and vpc. Its address may change. "
            "Nothing was changed.",
        )

    def create(self, desired: State) -> None:
        body = {"vpc_id": desired["vpc_id"], "endpoint_service_id": desired["service_id"]}
        optional = {
            "subnet_id": desired["subnet_id"],
            "port_ip": desired.get("address"),
            "description": desired["description"],
            "routetables": desired.get("route_tables"),
            "policy_statement": desired["policy_statement"],
            "policy_document": desired["policy_document"],
            "tags": tag_list(desired["tags"]),
        }
        body.update({name: value for name, value in optional.items() if value})
        if desired["subnet_id"]:
            body.update(enable_dns=desired["dns"], **_whitelist(desired))
        self.created(self.api.call("POST", PATH, body=body, action="vpcep:endpoints:create", on=self.what))
        self.refuse_twins(self._matching(desired))

    def update(self, current: State, desired: State) -> None:
        if current["status"] in self.failed or any(
            desired.get(name, current[name]) != current[name] for name in _FIXED
        ):
            self.settle_deletion()
            with replacing("endpoint"):
                self.create(desired)
            return
        changed = {name for name in self.fields if current[name] != desired[name]}
        if "whitelist" in changed:
            self._put("", _whitelist(desired))
        for name in ("policy_statement", "policy_document"):
            if name in changed and desired[name]:
                self._put("/policy", {name: desired[name]})
            elif name in changed:
                self.api.call("DELETE", self._own_path + "/policy", action="vpcep:endpoints:update", on=self.what)
        if "route_tables" in changed:
            self._route_tables(desired["route_tables"])
        if "tags" in changed:
            path = "/v1/{0}/endpoint/" + quoted_id(self.id or "") + "/tags/action"
            self.api.change_tags(path, current["tags"], desired["tags"], "vpcep:endpoints:update", self.what)

    @property
    def _own_path(self) -> str:
        return PATH + "/" + quoted_id(self.id or "")

    def _put(self, below: str, body: Any) -> Any:
        action = "vpcep:endpoints:update"
        return self.api.call("PUT", self._own_path + below, body=body, action=action, on=self.what).data

    def _route_tables(self, wanted: List[str]) -> None:
        """The API may succeed partially, and returns success with a report."""
        found = self._put("/routetables", {"routetables": wanted})
        self.api.check(found or {}, _REPORT, "", self.what)
        problems = []
        for error in (found or {}).get("error") or []:
            for failed in (*(error.get("bind_failed") or []), *(error.get("unbind_failed") or [])):
                words = "{0}: {1}".format(failed.get("id"), failed.get("error_message"))
                problems.append(safe(words, 300))
        if problems:
            raise HuaweiCloudError(
                "not all route tables could be changed: {0}".format("; ".join(problems)),
                where=self.what,
                hint="Check these route tables, and run the task again.",
            )

    def remove(self) -> None:
        self.api.call("DELETE", self._own_path, action="vpcep:endpoints:delete", on=self.what)

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> HuaweiCloudError:
        if found is not None and found["status"] in self.failed and self.present:
            return HuaweiCloudError(
                "it is {0}{1}".format(found["status"], _reasons(self.found or {})),
                where=self.what,
                hint="Correct what the message says, and run the task with recreate: true.",
            )
        return super().not_kept(fields, desired, found)


def _reasons(state: Mapping[str, Any]) -> str:
    return "".join(": " + safe(str(error), 300) for error in (state.get("errors") or [])[:3])


def _whitelist(state: Mapping[str, Any]) -> Dict[str, Any]:
    listed = state["whitelist"]
    return {"enable_whitelist": listed is None or bool(listed), "whitelist": listed or []}


def _checked(options: Mapping[str, Any]) -> State:
    """The settable fields from the options.

    :raises HuaweiCloudError: they conflict.
    """
    given: State = {name: options[name] for name in ("address", "description", "dns") if options.get(name) is not None}
    for name in ("whitelist", "route_tables"):
        if options.get(name) is not None:
            given[name] = sorted(set(options[name]))
    if given.get("route_tables") == []:
        raise HuaweiCloudError(
            "it is empty", where="route_tables", hint="Leave it out for the VPC's default route table."
        )
    if options.get("policy_statement") is not None:
        given["policy_statement"] = statements(options["policy_statement"], "policy_statement")
    if options.get("policy_document") is not None:
        given["policy_document"] = document(options["policy_document"], "policy_document")
    return dict(given, **tags_given(options))


def described(entry: Entry, problem: HuaweiCloudError, what: str) -> State:
    """An endpoint in this collection's terms.

    :param problem: raised if the reply is not a complete endpoint.
    :param what: the endpoint, in words.
    """
    kind = entry.get("service_type")
    if kind not in ("interface", "gateway") or not isinstance(entry.get("id"), str):
        raise problem
    interface = kind == "interface"
    status = str(entry.get("status"))
    errors = [error for error in entry.get("error") or [] if isinstance(error, dict)]
    listed = sorted(str(item) for item in entry.get("whitelist") or [])
    return {
        "id": entry["id"],
        "vpc_id": entry.get("vpc_id"),
        "service": entry.get("endpoint_service_name"),
        "service_id": entry.get("endpoint_service_id"),
        "service_type": kind,
        "subnet_id": (entry.get("subnet_id") or "") if interface else "",
        # Its current or imminent state: only a failure is a difference.
        "status": status if status in Endpoint.failed else "accepted",
        "api_status": status,
        "errors": ["{0}: {1}".format(error.get("error_code"), error.get("error_message")) for error in errors],
        "frozen": "frozen" in (entry.get("active_status") or []),
        "enabled": entry.get("enable_status") != "disable",
        "address": entry.get("ip") or None,
        "dns_names": [str(name) for name in entry.get("dns_names") or []],
        "dns": interface and bool(entry.get("enable_dns")),
        "description": entry.get("description") or "",
        # An inactive one allows everybody, an active but empty one (None) nobody.
        "whitelist": (listed or None) if entry.get("enable_whitelist") else [],
        "route_tables": sorted(str(item) for item in entry.get("routetables") or []),
        "policy_statement": [] if interface else statements(entry.get("policy_statement"), what),
        "policy_document": document(entry.get("policy_document"), what) if interface else {},
        "tags": tags_of(entry.get("tags")),
        "created": entry.get("created_at"),
        "updated": entry.get("updated_at"),
    }


def manage_endpoint(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Create, change, replace or delete an endpoint, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    endpoint = Endpoint(Project(cloud), options, check_mode)
    result = manage(endpoint, "endpoint", cloud, check_mode)
    state = result["endpoint"] or {}
    if state.get("frozen"):
        result["warnings"].append("The endpoint is frozen: check the account in the Billing Center.")
    if state.get("enabled") is False:
        result["warnings"].append("The owner of the service has disabled the endpoint: nothing can pass.")
    return result


def list_endpoints(cloud: Cloud, vpc: Optional[str] = None, service: Optional[str] = None) -> List[State]:
    """All endpoints, or those of a VPC or to a service, each given by name or ID.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    project = Project(cloud)
    api = project.api("vpcep")
    params = {}
    if vpc is not None:
        vpc_id = project.vpc_id(vpc)
        if vpc_id is None:
            return []
        params["vpc_id"] = vpc_id
    found = api.list_by_offset(PATH, "endpoints", "vpcep:endpoints:list", **params)
    states = [described(entry, api.not_understood("VPC endpoints"), "VPC endpoints") for entry in found]
    return [state for state in states if service in (None, state["service"], state["service_id"])]
