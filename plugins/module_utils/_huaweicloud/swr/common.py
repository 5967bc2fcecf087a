# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all objects of SWR's management API have in common.

API reference of SWR's basic edition, and its table of error codes. Huawei's Terraform provider relies on the same.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence

from ..._resource import Resource, ResourceChange, State
from ..api.client import Cloud, ServiceClient
from ..errors import HuaweiCloudError

CODES = "SVCSTG.SWR."
# "The name of the organization is taken"
TAKEN = "SVCSTG.SWR.4090060"
PERMISSIONS = {7: "manage", 3: "write", 1: "read"}
LEVELS = {name: level for level, name in PERMISSIONS.items()}


def permission_name(level: Any) -> Optional[str]:
    """The name of a permission as SWR writes it, None for what is none."""
    return PERMISSIONS.get(level) if isinstance(level, int) else None


HINTS = {
    "SVCSTG.SWR.4000097": "The quota of organizations is used up: delete one that is not needed, or have it raised.",
    "SVCSTG.SWR.4040058": "Create the organization first.",
    "SVCSTG.SWR.4060012": "Delete its images first.",
    "SVCSTG.SWR.4060074": "Delete its repositories first.",
    TAKEN: "Organization names are unique in a region, and this one belongs to another account: choose another.",
}

Entry = Dict[str, Any]


def swr_client(cloud: Cloud) -> ServiceClient:
    """The client for SWR's API.

    :raises HuaweiCloudError: it is unknown where the API is.
    """
    return cloud.client("swr", HINTS)


def is_missing(error: HuaweiCloudError, codes: Sequence[str] = ()) -> bool:
    """Whether SWR itself says that something does not exist. A proxy's page, say, does not.

    :param codes: numbers that mean it besides, which some functions have with status 400.
    """
    code = error.code or ""
    return code.startswith(CODES) and (error.status == 404 or code[len(CODES) :] in codes)


def read_object(ask: Callable[[], Any], what: str, codes: Sequence[str] = ()) -> Optional[Entry]:
    """The object that a call returns; None where it does not exist.

    :param ask: the call.
    :param what: the object, in words.
    :param codes: those of L(is_missing,#).
    :raises HuaweiCloudError: SWR refuses, or its reply is no object.
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


def not_understood(what: str) -> HuaweiCloudError:
    """
    :param what: what the reply is about, in words.
    """
    return HuaweiCloudError(
        "the reply does not match SWR's API reference",
        where=what,
        hint="Check that endpoint is SWR's API, and check it in SWR's console.",
    )


def read_list(ask: Callable[[], List[Entry]], codes: Sequence[str] = ()) -> List[Entry]:
    """The same for a list, which is empty where that what it belongs to does not exist."""
    try:
        return ask()
    except HuaweiCloudError as error:
        if is_missing(error, codes):
            return []
        raise


@contextlib.contextmanager
def replacing(what: str) -> Iterator[None]:
    """For a creation that replaces what is deleted already: a failure says so.

    :raises HuaweiCloudError: whatever fails.
    """
    try:
        yield
    except HuaweiCloudError as error:
        error.what = "the {0} was deleted to be replaced, and the new one was refused: {1}".format(what, error.what)
        error.hint = "{0}Run the task again, which creates it.".format(error.hint + " " if error.hint else "")
        raise


class SwrResource(Resource):
    """An object of SWR.

    :param client: for SWR's API.
    :param what: the object, in words.
    """

    def __init__(self, client: ServiceClient, what: str) -> None:
        self.call = client.call
        self.what = what

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> HuaweiCloudError:
        if fields:
            what = "SWR agreed to change {0}, but did not".format(" and ".join(sorted(fields)))
        elif found is None:
            what = "SWR agreed to create it, but it is not visible"
        else:
            what = "SWR agreed to delete it, but it is still there"
        return HuaweiCloudError(what, where=self.what, hint="Check it in SWR's console.")


def result_of(name: str, state: Optional[Mapping[str, Any]], change: ResourceChange, cloud: Cloud) -> Dict[str, Any]:
    """A module's result.

    :param name: the key of the object in it.
    :param state: all that is known of the object; None: it is absent.
    """
    return {
        name: None if state is None else dict(state),
        "changed": change.changed,
        "diff": change.diff(),
        "warnings": list(cloud.credentials.warnings),
    }


def listed(name: str, found: List[Any], cloud: Cloud) -> Dict[str, Any]:
    """The result of a module that only looks."""
    return {name: found, "changed": False, "warnings": list(cloud.credentials.warnings)}
