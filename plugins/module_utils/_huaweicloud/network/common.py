# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects of VPC, VPC Endpoint and NAT Gateway have in common: an ID, tags, and a status
that changes after the reply.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence
from urllib.parse import quote

from ..._http import ApiReply
from ..._resource import ResourceChange, State, bring_about
from ..._text import quoted
from ..api.client import NAMES, Cloud
from ..api.identity import Identity
from ..api.lists import by_last_id, by_offset
from ..api.objects import CloudResource, result_of
from ..api.waiter import Waiter
from ..errors import HuaweiCloudError

INTERVAL = 3.0
"""Seconds between two looks at what is not ready yet."""

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)

Entry = Dict[str, Any]

NETWORK_ARGUMENTS: Dict[str, Dict[str, Any]] = {
    "tags": {"type": "dict"},
    "wait_timeout": {"type": "float", "default": 300},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
"""The options that the fragment C(longshore.swr.network) documents."""


class Service(NamedTuple):
    """What is particular to a service.

    :ivar codes: what its own error codes start with.
    :ivar missing: codes that mean that something does not exist, whatever the status.
    :ivar hints: the remedies for its codes.
    """

    codes: Sequence[str]
    missing: Sequence[str]
    hints: Mapping[str, str]


SERVICES = {
    "vpcep": Service(
        ("EndPoint.",),
        (),
        {
            "EndPoint.0020": "Check vpc and subnet: both must be in the region and the project of the key.",
            "EndPoint.2040": "Set route_tables to route tables of the VPC.",
            "EndPoint.2041": "Set address to a free address of the subnet.",
        },
    ),
    "vpc": Service(
        ("VPC.", "EIP."),
        ("VPC.0504",),
        {
            "VPC.0304": "The quota is used up: delete what is not needed, or have it raised.",
            "VPC.0502": "The account is restricted: check it in the Billing Center.",
            "VPC.2701": "Check the account's balance, and that the user has the permission.",
        },
    ),
    "nat": Service(
        ("NAT.",),
        (),
        {
            "NAT.0006": "Delete its SNAT and DNAT rules first.",
            "NAT.0008": "Add a route from the subnet to the gateway, or choose a subnet of the gateway's VPC.",
            "NAT.0009": "It is in use: delete what uses it first.",
            "NAT.0012": "The subnet already has a NAT gateway: use that one, or choose another subnet.",
        },
    ),
}


def is_id(text: str) -> bool:
    """Whether a text is an ID and no name."""
    return _ID.match(text) is not None


class Api:
    """One service, in one project.

    :ivar name: the service, for people.
    """

    def __init__(self, cloud: Cloud, project: str, service: str) -> None:
        self.name = NAMES[service]
        self._service = SERVICES[service]
        self._project = project
        self._client = cloud.client(service, self._service.hints)

    def call(self, method: str, path: str, *more: Any, **options: Any) -> ApiReply:
        """As L(ServiceClient.call,#), with C({0}) in the path for the project."""
        return self._client.call(method, path.format(self._project), *more, **options)

    def is_missing(self, error: HuaweiCloudError) -> bool:
        """Whether the service itself says that something does not exist. A proxy's page, say, does not."""
        code = error.code or ""
        return code in self._service.missing or (error.status == 404 and code.startswith(tuple(self._service.codes)))

    def read(self, path: str, field: Optional[str], action: str, what: str) -> Optional[Entry]:
        """One object; None where it does not exist.

        :param field: where it is in the reply; None: the reply is the object.
        :raises HuaweiCloudError: the API refuses, or its reply is no object.
        """
        try:
            found = self.call("GET", path, action=action, on=what).data
        except HuaweiCloudError as error:
            if self.is_missing(error):
                return None
            raise
        entry = found.get(field) if field and isinstance(found, dict) else found
        if not isinstance(entry, dict):
            raise self.not_understood(what)
        return entry

    def list(self, path: str, field: str, action: str, **params: str) -> List[Entry]:
        """A list that is cut into pages by the ID of the last entry."""

        def call(*request: Any, **more: Any) -> ApiReply:
            return self.call(*request, action=action, **more)

        return by_last_id(call, path, field, sorted(params.items()))

    def list_by_offset(self, path: str, field: str, action: str, **params: str) -> List[Entry]:
        """A list that is cut into pages by numbers."""

        def call(*request: Any, **more: Any) -> ApiReply:
            return self.call(*request, action=action, **more)

        return by_offset(call, path, lambda entry: entry.get("id"), sorted(params.items()), field)

    def change_tags(self, path: str, before: Mapping[str, str], after: Mapping[str, str], action: str, on: str) -> None:
        """Makes an object have exactly these tags."""
        gone = {key: value for key, value in before.items() if key not in after}
        new = {key: value for key, value in after.items() if before.get(key) != value}
        for word, tags in (("delete", gone), ("create", new)):
            if tags:
                self.call("POST", path, body={"action": word, "tags": tag_list(tags)}, action=action, on=on)

    def not_understood(self, what: str) -> HuaweiCloudError:
        """
        :param what: what the reply is about, in words.
        """
        return HuaweiCloudError(
            "the reply does not match the API reference of {0}".format(self.name),
            where=what,
            hint="Check that endpoints is right for this service, and check the object in the console.",
        )


def tag_list(tags: Mapping[str, str]) -> List[Dict[str, str]]:
    """Tags as the APIs have them."""
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]


def tags_of(found: Any) -> Dict[str, str]:
    """Tags as Ansible has them."""
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in found or [] if isinstance(tag, dict)}


class Project:
    """The services, in the project that the options name."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.id = Identity(cloud).project_id()
        self._cloud = cloud.in_project(self.id)

    def api(self, service: str) -> Api:
        """
        :param service: one of C(SERVICES).
        """
        return Api(self._cloud, self.id, service)

    def vpc_id(self, vpc: str) -> Optional[str]:
        """The ID of a VPC given by ID or name; None where none has the name.

        :raises HuaweiCloudError: several have it.
        """
        if is_id(vpc):
            return vpc
        found = self.api("vpc").list("/v1/{0}/vpcs", "vpcs", "vpc:vpcs:list")
        return only_id([entry for entry in found if entry.get("name") == vpc], "VPC", quoted(vpc), "vpc")

    def subnet_id(self, vpc_id: str, subnet: str) -> Optional[str]:
        """The same for a subnet of a VPC."""
        if is_id(subnet):
            return subnet
        found = self.api("vpc").list("/v1/{0}/subnets", "subnets", "vpc:subnets:list", vpc_id=vpc_id)
        return only_id([entry for entry in found if entry.get("name") == subnet], "subnet", quoted(subnet), "subnet")

    def place(self, options: Mapping[str, Any], needed: bool) -> Optional[Dict[str, Optional[str]]]:
        """C(vpc_id) and C(subnet_id) of the options C(vpc) and C(subnet). None where there is no such place.

        :param needed: none is an error.
        :raises HuaweiCloudError: a name is ambiguous.
        """
        vpc = self.vpc_id(options["vpc"])
        if vpc is None:
            return _no_place("VPC", options["vpc"], "vpc", needed)
        subnet = None
        if options.get("subnet"):
            subnet = self.subnet_id(vpc, options["subnet"])
            if subnet is None:
                return _no_place("subnet", options["subnet"], "subnet", needed)
        return {"vpc_id": vpc, "subnet_id": subnet}


def _no_place(kind: str, name: str, option: str, needed: bool) -> None:
    if needed:
        raise HuaweiCloudError(
            "there is no {0} named {1}".format(kind, quoted(name)),
            where=option,
            hint="Create it first, or give its ID.",
        )


def only_id(found: Sequence[Entry], kind: str, name: str, option: str) -> Optional[str]:
    """The ID of the only entry; None where there is none.

    :raises HuaweiCloudError: there are several.
    """
    if len(found) > 1:
        ids = sorted(str(entry.get("id")) for entry in found)
        raise HuaweiCloudError(
            "{0} is ambiguous: {1} {2}s match".format(name, len(ids), kind),
            where=option,
            hint="Give the ID of one: {0}.".format(", ".join(ids)),
        )
    return str(found[0].get("id")) if found else None


class NetworkObject(CloudResource):
    """An object with an ID and a status.

    A look waits until the status is one that stays, so that what another run has started is completed. Check mode does
    not wait.

    :cvar fields: those that are compared. What is in C(desired) must be one of them.
    :cvar ready: the statuses of what works. :cvar failed: those of what never will. :cvar leaving: is being deleted.
    :param options: C(state) and C(wait_timeout) among them.
    :ivar found: all that was read last.
    """

    fields: Sequence[str] = ()
    ready: Sequence[str] = ("ACTIVE",)
    failed: Sequence[str] = ()
    leaving: Sequence[str] = ()

    def __init__(self, api: Api, what: str, options: Mapping[str, Any], check_mode: bool) -> None:
        super().__init__(api.name, what)
        self.api = api
        self.options = options
        self.present = options["state"] == "present"
        self.found: Optional[State] = None
        self.id: Optional[str] = None
        self._check_mode = check_mode
        self._deleted = False

    @abstractmethod
    def find(self) -> Optional[Entry]:
        """The object that the options are about.

        :raises HuaweiCloudError: several are, or the API refuses.
        """

    @abstractmethod
    def read(self, object_id: str) -> Optional[Entry]:
        """The object with an ID; None where there is none."""

    @abstractmethod
    def described(self, entry: Entry) -> State:
        """It in this collection's words: C(fields), and more.

        :raises HuaweiCloudError: the reply does not say what it is.
        """

    def status(self, entry: Entry) -> str:
        """Its status, for waiting."""
        return str(entry.get("status"))

    def observe(self) -> Optional[State]:
        entry = self.find() if self.id is None else self.read(self.id)
        if entry is not None:
            if not isinstance(entry.get("id"), str):
                raise self.api.not_understood(self.what)
            self.id = entry["id"]
            if not self._check_mode:
                entry = self._settled(entry)
            elif self.status(entry) in self.leaving:
                entry = None
        if entry is None:
            self.id = self.found = None
            self._deleted = False
            return None
        self.found = self.described(entry)
        return {name: self.found[name] for name in self.fields}

    def _settled(self, entry: Entry) -> Optional[Entry]:
        done: List[Optional[str]] = [None]
        if not self._deleted and self.status(entry) not in self.leaving:
            done = [*self.ready, *self.failed, *([] if self.present else [None])]
        if self.status(entry) in done:
            return entry
        object_id = self.id or ""
        waiter = Waiter(self.options["wait_timeout"], INTERVAL)
        what = self.what if object_id in self.what else "{0} ({1})".format(self.what, object_id)
        return waiter.until(lambda: self.read(object_id), done, (), what, self.status)

    def created(self, reply: ApiReply, field: Optional[str] = None) -> None:
        """Takes the new object's ID from the reply that created it."""
        entry = reply.data.get(field) if field and isinstance(reply.data, dict) else reply.data
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
            raise self.api.not_understood(self.what)
        self.id = entry["id"]

    def given(self, *names: str) -> State:
        """The options among these that are set."""
        return {name: self.options[name] for name in names if self.options.get(name) is not None}

    def delete(self, current: State) -> None:
        try:
            self.remove()
        except HuaweiCloudError as error:
            if not self.api.is_missing(error):
                raise
        self._deleted = True

    @abstractmethod
    def remove(self) -> None:
        """Asks for its deletion."""

    def settle_deletion(self) -> None:
        """Deletes it and waits until it is gone."""
        self.delete({})
        self.observe()


def quoted_id(object_id: str) -> str:
    """For a path."""
    return quote(object_id, safe="").replace("{", "%7B").replace("}", "%7D")


def manage(resource: NetworkObject, name: str, cloud: Cloud, check_mode: bool) -> Dict[str, Any]:
    """A module's result.

    :param name: the key of the object in it.
    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    change: ResourceChange = bring_about(resource, check_mode)
    state = None if change.after is None else {**(resource.found or {}), **change.after}
    return result_of(name, state, change, cloud)
