# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of all objects of SWR's management API.

API reference of SWR's basic edition, and its table of error codes. Huawei's Terraform provider uses the same.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

from ..._errors import LongshoreError
from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..api.client import Cloud, ServiceClient
from ..api.objects import CloudResource
from ..errors import HuaweiCloudError

CODES = "SVCSTG.SWR."
# "The name of the organization is taken"
TAKEN = "SVCSTG.SWR.4090060"
PERMISSIONS = {7: "manage", 3: "write", 1: "read"}
LEVELS = {name: level for level, name in PERMISSIONS.items()}


def permission_name(level: Any) -> Optional[str]:
    """SWR's name of a permission, None if invalid."""
    return PERMISSIONS.get(level) if isinstance(level, int) else None


HINTS = {
    "SVCSTG.SWR.4000097": "The quota of organizations is used up: delete one that is not needed, or have it raised.",
    "SVCSTG.SWR.4040058": "Create the organization first.",
    "SVCSTG.SWR.4060012": "Delete its images first.",
    "SVCSTG.SWR.4060074": "Delete its repositories first.",
    TAKEN: "Organization names are unique in a region, and this one belongs to another account: choose another.",
}

Entry = Dict[str, Any]

TEXT = (str, None)
FLAG = (bool, None)
NUMBER = (int, None)


def swr_client(cloud: Cloud) -> ServiceClient:
    """The client for SWR's API.

    :raises HuaweiCloudError: the API's address is unknown.
    """
    return cloud.client("swr", HINTS)


def is_missing(error: HuaweiCloudError, codes: Sequence[str] = ()) -> bool:
    """Whether SWR itself, not for example a proxy's page, reports a missing object.

    :param codes: further codes for that, which some calls return with status 400.
    """
    code = error.code or ""
    return code.startswith(CODES) and (error.status == 404 or code[len(CODES) :] in codes)


def read_object(ask: Callable[[], Any], what: str, codes: Sequence[str] = ()) -> Optional[Entry]:
    """The object that a call returns; None if it does not exist.

    :param ask: the call.
    :param what: the object, in words.
    :param codes: those of L(is_missing,#).
    :raises HuaweiCloudError: SWR refuses, or its reply is not an object.
    """
    try:
        reply = ask()
    except HuaweiCloudError as error:
        if is_missing(error, codes):
            return None
        raise
    if not isinstance(reply.data, dict):
        raise HuaweiCloudError("the reply of SWR does not match its API reference", where="SWR's API")
    return reply.data


def checked(found: Any, shape: Any, what: str) -> Any:
    """A part of a reply, which has this shape.

    :raises HuaweiCloudError: it has another one. What is not understood is not compared: the difference would be
        "corrected".
    """
    try:
        return check_shape(found, shape)
    except NotUnderstood as problem:
        raise not_understood(what, str(problem)) from problem


def not_understood(what: str, problem: str = "") -> HuaweiCloudError:
    """
    :param what: the subject of the reply, in words.
    :param problem: what is wrong with it.
    """
    return HuaweiCloudError(
        "the reply does not match SWR's API reference{0}".format(problem and ": " + problem),
        where=what,
        hint="Check that endpoint is SWR's API, and check it in SWR's console.",
    )


def read_list(ask: Callable[[], List[Entry]], codes: Sequence[str] = ()) -> List[Entry]:
    """The same for a list, which is empty if its parent does not exist."""
    try:
        return ask()
    except HuaweiCloudError as error:
        if is_missing(error, codes):
            return []
        raise


class SwrResource(CloudResource):
    """An object of SWR.

    :cvar missing: those of L(is_missing,#).
    :param client: for SWR's API.
    :param what: the object, in words.
    """

    missing: Sequence[str] = ()

    def __init__(self, client: ServiceClient, what: str) -> None:
        super().__init__("SWR", what)
        self.call = client.call

    def is_gone(self, error: LongshoreError) -> bool:
        return isinstance(error, HuaweiCloudError) and is_missing(error, self.missing)
