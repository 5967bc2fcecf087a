# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of network objects: they belong to a project, have an ID, and a status that changes after
the reply.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..._arguments import check_ranges
from ..._http import ApiReply
from ..._resource import ResourceChange, State, bring_about
from ..._text import quoted
from ..api.client import Cloud
from ..api.identity import Identity
from ..api.objects import CloudResource, result_of
from ..api.waiter import Waiter
from ..errors import HuaweiCloudError
from .services import Api, Entry, is_id, only_id, quoted_id, tags_of
from .shapes import TAGS

INTERVAL = 3.0
"""Seconds between two looks at what is not ready yet."""

NETWORK_ARGUMENTS: Dict[str, Dict[str, Any]] = {
    "wait_timeout": {"type": "float", "default": 300},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
"""The options that the fragment C(longshore.swr.network) documents."""

TAG_ARGUMENTS: Dict[str, Dict[str, Any]] = {"tags": {"type": "dict"}}
"""The same for C(longshore.swr.network.tags)."""


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
        """The ID of a VPC given by ID or name; None if none has the name.

        :raises HuaweiCloudError: several have the name.
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

    def port_id(self, subnet_id: str, address: str) -> str:
        """The ID of the port that has an address in a subnet.

        :raises HuaweiCloudError: there is none.
        """
        # The filter is a single string.
        params = {"network_id": subnet_id, "fixed_ips": "ip_address=" + address}
        found = self.api("vpc").list("/v1/{0}/ports", "ports", "vpc:ports:get", **params)
        ports = [
            port for port in found if address in [place.get("ip_address") for place in port.get("fixed_ips") or []]
        ]
        port = only_id(ports, "port", quoted(address), "port_id")
        if port is None:
            raise HuaweiCloudError(
                "nothing in the subnet has the address {0}".format(quoted(address)),
                where="server_address",
                hint="Give the private address of a server in this subnet, or the ID of its port as port_id.",
            )
        return port

    def place(self, options: Mapping[str, Any], needed: bool) -> Optional[Dict[str, Optional[str]]]:
        """C(vpc_id) and C(subnet_id) of the options C(vpc) and C(subnet). None if there is no such VPC or subnet.

        :param needed: whether None is an error.
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


class NetworkObject(CloudResource):
    """An object with an ID and a status.

    Reading waits for a stable status, so that work started by another run is completed. Check mode does
    not wait.

    :cvar fields: those that are compared. C(desired) must not have others.
    :cvar ready: the working statuses. :cvar failed: the final failures. :cvar leaving: those of objects being
        deleted. :cvar deletable: others that allow deletion.
    :cvar stops_when_failed: whether a failed one is an error.
    :param options: including C(state) and C(wait_timeout).
    :raises LongshoreError: a number is out of range.
    :ivar found: all data last read.
    """

    fields: Sequence[str] = ()
    ready: Sequence[str] = ("ACTIVE",)
    failed: Sequence[str] = ()
    leaving: Sequence[str] = ()
    deletable: Sequence[str] = ()
    stops_when_failed = True

    def __init__(self, api: Api, what: str, options: Mapping[str, Any], check_mode: bool) -> None:
        super().__init__(api.name, what)
        if "name" in options and not any(options.get(name) for name in ("name", "id", "address")):
            raise HuaweiCloudError("it is empty", where="name", hint="Give the object a name.")
        check_ranges(options, {"wait_timeout": (0, 10**8), "bandwidth_size": (1, 10**6)})
        self.api = api
        self.options = options
        self.present = options["state"] == "present"
        self.found: Optional[State] = None
        self.id: Optional[str] = None
        self._check_mode = check_mode
        self._deleted = False

    @abstractmethod
    def find(self) -> Optional[Entry]:
        """The object that the options describe.

        :raises HuaweiCloudError: several match, or the API refuses.
        """

    @abstractmethod
    def read(self, object_id: str) -> Optional[Entry]:
        """The object with an ID; None if there is none."""

    @abstractmethod
    def described(self, entry: Entry) -> State:
        """It in this collection's terms: C(fields), and more.

        :raises HuaweiCloudError: the reply is incomplete.
        """

    def status(self, entry: Entry) -> str:
        """Its status to wait for."""
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
        if entry is not None and self.present and self.stops_when_failed and self.status(entry) in self.failed:
            raise HuaweiCloudError(
                "it is {0}".format(self.status(entry)),
                where=self.what,
                hint="Check it in the console of {0}, or delete it with state: absent.".format(self.api.name),
            )
        if entry is None:
            self.id = self.found = None
            self._deleted = False
            return None
        self.found = self.described(entry)
        return {name: self.found[name] for name in self.fields}

    def _settled(self, entry: Entry) -> Optional[Entry]:
        done: List[Optional[str]] = [None]
        if not self._deleted and self.status(entry) not in self.leaving:
            done = [*self.ready, *self.failed, *([] if self.present else [None, *self.deletable])]
        if self.status(entry) in done:
            return entry
        object_id = self.id or ""
        waiter = Waiter(self.options["wait_timeout"], INTERVAL)
        what = self.what if object_id in self.what else "{0} ({1})".format(self.what, object_id)
        return waiter.until(lambda: self.read(object_id), done, (), what, self.status)

    def created(self, reply: ApiReply, field: Optional[str] = None) -> None:
        """Store the new object's ID from the reply to its creation."""
        entry = reply.data.get(field) if field and isinstance(reply.data, dict) else reply.data
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
            raise self.api.not_understood(self.what)
        self.id = entry["id"]

    def refuse_twins(self, entries: Sequence[Entry]) -> None:
        """Two runs at once may each find nothing and create one: what has no unique name is looked for once more.

        :param entries: what the options describe now.
        :raises HuaweiCloudError: there is another one than the new one.
        """
        twins = [entry["id"] for entry in entries if entry["id"] != self.id and self.status(entry) not in self.leaving]
        if twins:
            raise HuaweiCloudError(
                "there are {0} now: this run created {1}, and another one {2}".format(
                    len(twins) + 1, self.id, " and ".join(sorted(twins))
                ),
                where=self.what,
                hint="Keep one, delete the others by id with state: absent, and let only one host run the task.",
            )

    def observe_new(self) -> State:
        """The state of a new object, once it is ready.

        :raises HuaweiCloudError: it does not exist.
        """
        found = self.observe()
        if found is None:
            raise self.not_kept([], {}, None)
        return found

    def given(self, *names: str) -> State:
        """Those of these options that are set."""
        return {name: self.options[name] for name in names if self.options.get(name) is not None}

    def refuse_changes(self, current: State, desired: State, *names: str) -> None:
        """
        :raises HuaweiCloudError: one of these fields differs, and the API cannot change it.
        """
        changes = [name for name in names if desired[name] != current[name]]
        if changes:
            raise HuaweiCloudError(
                "{0} cannot be changed".format(" and ".join(changes)),
                where=self.what,
                hint="It is {0}. Set that, or leave the option out.".format(
                    " and ".join(quoted(str(current[name])) for name in changes)
                ),
            )

    def one_of(self, entries: Sequence[Entry], kind: str) -> Optional[Entry]:
        """The only entry; None if there is none.

        :raises HuaweiCloudError: there are several.
        """
        staying = [entry for entry in entries if self.status(entry) not in self.leaving] or entries
        only_id(staying, kind, self.what, "id")
        return staying[0] if staying else None

    def by_id(self) -> Optional[Entry]:
        """The object with the ID of the option C(id).

        :raises HuaweiCloudError: it does not exist but should.
        """
        entry = self.read(self.options["id"])
        if entry is None and self.present:
            raise HuaweiCloudError("it does not exist", where=self.what, hint="Check id.")
        return entry

    def delete(self, current: State) -> None:
        try:
            self.remove()
        except HuaweiCloudError as error:
            if not self.api.is_missing(error):
                if error.status == 409:
                    error.hint = error.hint or "Delete what is in it or uses it first. Nothing was changed."
                raise
        self._deleted = True

    @abstractmethod
    def remove(self) -> None:
        """Request its deletion."""

    def settle_deletion(self) -> None:
        """Delete it and wait until it is gone."""
        self.delete({})
        self.observe()


class TaggedObject(NetworkObject):
    """An object with separate calls for its tags. They are read only if the option is set.

    :cvar tags_path: with C({0}) for the project. :cvar tag_actions: the IAM actions for reading and writing.
    """

    tags_path = ""
    tag_actions: Sequence[Optional[str]] = (None, None)

    def tags(self, object_id: str) -> Optional[Dict[str, str]]:
        """The tags, or None if they are not needed."""
        if self.options.get("tags") is None or not self.present:
            return None
        path = self.tags_path + quoted_id(object_id) + "/tags"
        found = self.api.read(path, None, self.tag_actions[0], self.what, TAGS)
        if found is None:
            raise self.api.not_understood(self.what)
        return tags_of(found["tags"])

    def write_tags(self, current: State, desired: State) -> None:
        """Change them if they differ."""
        if desired.get("tags") is not None:
            path = self.tags_path + quoted_id(self.id or "") + "/tags/action"
            self.api.change_tags(path, current.get("tags") or {}, desired["tags"], self.tag_actions[1], self.what)


def manage(resource: NetworkObject, name: str, cloud: Cloud, check_mode: bool) -> Dict[str, Any]:
    """A module's result.

    :param name: the key of the object in it.
    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    change: ResourceChange = bring_about(resource, check_mode)
    state = None if change.after is None else {**(resource.found or {}), **change.after}
    return result_of(name, state, change, cloud)
