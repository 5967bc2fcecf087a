# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's services, in one project: calls, lists, tags, and the meaning of their error codes.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..._http import ApiReply
from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..._resource import State
from ..api.client import NAMES, Cloud, segment
from ..api.lists import by_last_id, by_offset
from ..errors import HuaweiCloudError
from .shapes import SHAPES

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)

Entry = Dict[str, Any]


class Service(NamedTuple):
    """The specifics of a service.

    :ivar codes: the prefix of its own error codes.
    :ivar missing: codes for missing objects, with any status.
    :ivar hints: the remedies for its codes, with C({grant}) for that of a missing permission.
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
            "VPC.0510": "The EIP or the port is bound already: unbind it first, or use another one.",
            "VPC.2701": "{grant} If the user has it, check the account's balance.",
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
    """Whether a text is an ID, not a name."""
    return _ID.match(text) is not None


class Api:
    """One service, in one project.

    :ivar name: the service's name in messages.
    """

    def __init__(self, cloud: Cloud, project: str, service: str) -> None:
        self.name = NAMES[service]
        self._service = SERVICES[service]
        self._project = segment(project, "project_id")
        self._client = cloud.client(service, self._service.hints)

    def call(self, method: str, path: str, *more: Any, **options: Any) -> ApiReply:
        """As L(ServiceClient.call,#), with C({0}) in the path for the project."""
        return self._client.call(method, path.format(self._project), *more, **options)

    def is_missing(self, error: HuaweiCloudError) -> bool:
        """Whether the service itself, not for example a proxy's page, reports a missing object."""
        code = error.code or ""
        return code in self._service.missing or (error.status == 404 and code.startswith(tuple(self._service.codes)))

    def read(
        self, path: str, field: Optional[str], action: Optional[str], what: str, shape: Any = None
    ) -> Optional[Entry]:
        """One object; None if it does not exist.

        :param field: its field in the reply; None: the reply is the object.
        :param shape: of the object, if C(SHAPES) does not have it for the field.
        :raises HuaweiCloudError: the API refuses, or its reply is not such an object.
        """
        try:
            found = self.call("GET", path, action=action, on=what).data
        except HuaweiCloudError as error:
            if self.is_missing(error):
                return None
            raise
        entry = found.get(field) if field and isinstance(found, dict) else found
        self.check(entry, shape or SHAPES.get(field or "", dict), field or "", what)
        return dict(entry)

    def list(self, path: str, field: str, action: str, **params: str) -> List[Entry]:
        """A list paginated by the ID of the last entry."""

        def call(*request: Any, **more: Any) -> ApiReply:
            return self.call(*request, action=action, **more)

        path = path.format(self._project)
        return self._checked(by_last_id(call, path, field, sorted(params.items())), field)

    def list_by_offset(self, path: str, field: str, action: str, **params: str) -> List[Entry]:
        """A list paginated by offset."""

        def call(*request: Any, **more: Any) -> ApiReply:
            return self.call(*request, action=action, **more)

        path = path.format(self._project)
        found = by_offset(call, path, lambda entry: entry.get("id"), sorted(params.items()), field)
        return self._checked(found, field)

    def _checked(self, entries: List[Entry], field: str) -> List[Entry]:
        self.check(entries, [SHAPES.get(field, dict)], field, "list of {0}".format(field.replace("_", " ")))
        return entries

    def check(self, found: Any, shape: Any, place: str, what: str) -> None:
        """Check a part of a reply.

        :raises HuaweiCloudError: it has another shape, or an empty ID.
        """
        try:
            check_shape(found, shape, place)
        except NotUnderstood as problem:
            raise self.not_understood(what, str(problem)) from problem
        if any(entry.get("id") == "" for entry in (found if isinstance(found, list) else [found])):
            raise self.not_understood(what, "an ID is empty")

    def change_tags(
        self, path: str, before: Mapping[str, str], after: Mapping[str, str], action: Optional[str], on: str
    ) -> None:
        """Give an object exactly these tags."""
        gone = {key: value for key, value in before.items() if key not in after}
        new = {key: value for key, value in after.items() if before.get(key) != value}
        for word, tags in (("delete", gone), ("create", new)):
            if tags:
                self.call("POST", path, body={"action": word, "tags": tag_list(tags)}, action=action, on=on)

    def not_understood(self, what: str, problem: str = "") -> HuaweiCloudError:
        """
        :param what: the subject of the reply, in words.
        :param problem: what is wrong with it.
        """
        return HuaweiCloudError(
            "the reply does not match the API reference of {0}{1}".format(self.name, problem and ": " + problem),
            where=what,
            hint="Check that endpoints is right for this service, and check the object in the console.",
        )


def tag_list(tags: Mapping[str, str]) -> List[Dict[str, str]]:
    """Tags in the APIs' form."""
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]


def tags_of(found: Any) -> Dict[str, str]:
    """Tags in Ansible's form."""
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in found or [] if isinstance(tag, dict)}


def tags_given(options: Mapping[str, Any]) -> State:
    """The option C(tags), for comparison.

    :raises HuaweiCloudError: a value is a list or a mapping.
    """
    if options.get("tags") is None:
        return {}
    if any(isinstance(value, (dict, list)) for value in options["tags"].values()):
        raise HuaweiCloudError("a tag is not a string", where="tags", hint="Write a mapping of keys to strings.")
    # No value is an empty one.
    return {"tags": {str(key): "" if value is None else str(value) for key, value in options["tags"].items()}}


def quoted_id(object_id: str) -> str:
    """An ID quoted for a path.

    :raises HuaweiCloudError: it would be a step in the path.
    """
    return segment(object_id, "id")


def only_id(found: Sequence[Entry], kind: str, name: str, option: str) -> Optional[str]:
    """The ID of the only entry; None if there is none.

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
