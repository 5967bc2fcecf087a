# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor: whether it is there, in a version that can replicate to SWR, and lets the user do that.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from .._harbor.api.arguments import client_from
from .._harbor.api.client import HarborClient
from .._harbor.errors import HarborError
from .._harbor.registry.model import SWR
from .._secrets import Redactor
from .checks import FAILED, OK, UNCHECKED, WARNING, Check, failure

PART = "harbor"
OLDEST = (1, 10, 5)
_READS = (
    ("/replication/adapters", "replication-adapter: list"),
    ("/registries", "registry: list"),
    ("/replication/policies", "replication-policy: list"),
)
_RIGHTS = "Use an administrator of Harbor, or give the system robot account the permission {0}."
_CHANGES = "only a change shows whether the user may create registry endpoints and replication rules"


def ask_harbor(options: Mapping[str, Any], redactor: Redactor) -> Iterator[Check]:
    """
    :param options: those of the modules for Harbor.
    :raises HarborError: it cannot be reached, or refuses the login.
    """
    client = client_from(options, redactor)
    # A wrong login shows only in the other reads: many versions tell this to everybody.
    version = _version(client)
    found = list(_reads(client))
    yield version
    yield from found
    if not found:
        yield Check(PART, "permissions", OK, "the user may read endpoints and replication rules")
        yield Check(PART, "permission to replicate", UNCHECKED, _CHANGES)


def _reads(client: HarborClient) -> Iterator[Check]:
    for path, right in _READS:
        try:
            listed, _reply = client.get_list(path)
        except HarborError as error:
            if error.status != 403:
                raise
            check = failure(PART, "permission {0}".format(right), error)
            yield check._replace(remedy=_RIGHTS.format(right))
            continue
        if path == "/replication/adapters" and SWR not in listed:
            hint = "Harbor has it from 1.10.5 on; custom builds may lack it."
            yield Check(PART, "adapter {0}".format(SWR), FAILED, "{0} does not have it".format(client.url), hint)


def _version(client: HarborClient) -> Check:
    version = client.version
    text = "{0} is Harbor {1}, and accepts the login".format(client.url, version)
    if version.number is not None and version.number < OLDEST:
        return Check(
            PART, "Harbor", FAILED, text, "Upgrade it to 1.10.5 or later: older ones have no endpoints for SWR."
        )
    if version.number is None:
        return Check(PART, "Harbor", WARNING, text, "Check that it has the provider Huawei SWR.")
    return Check(PART, "Harbor", OK, text)
