# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the objects of all services, and modules' results about them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator, List, Mapping, Optional

from ..._resource import Resource, ResourceChange, State
from ..errors import HuaweiCloudError
from .client import Cloud


@contextlib.contextmanager
def replacing(what: str) -> Iterator[None]:
    """For a creation that replaces a deleted object: errors mention the deletion.

    :raises HuaweiCloudError: the creation fails.
    """
    try:
        yield
    except HuaweiCloudError as error:
        error.what = "the {0} was deleted to be replaced, and the new one was refused: {1}".format(what, error.what)
        error.hint = "{0}Run the task again, which creates it.".format(error.hint + " " if error.hint else "")
        raise


class CloudResource(Resource):
    """An object of a service.

    :param service: its name in messages: C(SWR).
    :param what: the object, in words.
    """

    # Some calls refuse a second object with status 400.
    taken = (400, 409)

    def __init__(self, service: str, what: str) -> None:
        self._service_name = service
        self.what = what

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> HuaweiCloudError:
        if fields:
            what = "{0} agreed to change {1}, but did not".format(self._service_name, " and ".join(sorted(fields)))
        elif found is None:
            what = "{0} agreed to create it, but it is not visible".format(self._service_name)
        else:
            what = "{0} agreed to delete it, but it is still there".format(self._service_name)
        return HuaweiCloudError(
            what, where=self.what, hint="Check it in the console of {0}.".format(self._service_name)
        )


def result_of(name: str, state: Optional[Mapping[str, Any]], change: ResourceChange, cloud: Cloud) -> Dict[str, Any]:
    """A module's result.

    :param name: the key of the object in it.
    :param state: all known fields of the object; None: it is absent.
    """
    return {
        name: None if state is None else dict(state),
        "changed": change.changed,
        "diff": change.diff(),
        "warnings": list(cloud.credentials.warnings),
    }


def listed(name: str, found: List[Any], cloud: Cloud) -> Dict[str, Any]:
    """The result of an info module."""
    return {name: found, "changed": False, "warnings": list(cloud.credentials.warnings)}
