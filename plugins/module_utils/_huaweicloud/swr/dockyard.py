# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations, with a login to SWR's registry (C(_dockyard)).

The C(DELETE) is by analogy with the documented API, C(/v2/manage/namespaces/{namespace}).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, List, Mapping, Optional

from ..._dockyard import (
    NAMESPACES,
    REPOSITORIES,
    Entry,
    organization_path,
    read_organization,
    read_repositories,
)
from ..._http import ApiClient, sign_basic
from ..._http_values import NotUnderstood
from ..._resource import State
from ..errors import THROTTLED, HuaweiCloudError, hide_authorization, hint_for, read_error
from ..regions import registry_host
from .common import HINTS, TAKEN, permission_name

_REGISTRY = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?\Z", re.IGNORECASE)


def dockyard_client(options: Mapping[str, Any], redact: Callable[[str], str], session: Any = None) -> ApiClient:
    """A client for the API that logs in as C(docker login) does.

    :param options: C(username) and C(password); C(endpoint), or C(registry), or C(region) and C(cloud); and
        C(validate_certs), C(ca_path) and C(timeout).
    :param session: a C(requests.Session) to use instead of a new one.
    :raises HuaweiCloudError: the registry's address is unknown.
    """
    verify: Any = options.get("ca_path") or True
    if options.get("validate_certs") is False:
        verify = False
    return ApiClient(
        _endpoint(options),
        HuaweiCloudError,
        read_error,
        hint_for=_hint,
        auth=sign_basic(options["username"], options["password"]),
        verify=verify,
        timeout=options.get("timeout") or 30.0,
        redact=lambda text: redact(hide_authorization(text)),
        throttled=THROTTLED,
        session=session,
    )


def _endpoint(options: Mapping[str, Any]) -> str:
    endpoint, registry = options.get("endpoint"), options.get("registry")
    if endpoint:
        return str(endpoint)
    if not registry:
        if not options.get("region"):
            raise HuaweiCloudError(
                "the registry is unknown", where="registry", hint="Set region, registry or endpoint."
            )
        registry = registry_host(options["region"], options.get("cloud"))
    if not _REGISTRY.match(registry):
        raise HuaweiCloudError(
            "invalid registry {0!r}".format(registry),
            where="registry",
            hint="Write the host as image names have it, without a scheme and a path. A URL goes into endpoint.",
        )
    return "https://" + registry


def _hint(status: int, code: Optional[str]) -> Optional[str]:
    if status == 401:
        return (
            "Check the user name and the password, that the access key is enabled, "
            "and that the project in the user name is the region's."
        )
    if status == 409:
        code = TAKEN
    return HINTS.get(code or "") or hint_for(status, code)


class DockyardOrganizations:
    """Organizations, with a login to the registry.

    :param call: C(ApiClient.call) of C(dockyard_client).
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def find(self, name: str) -> Optional[State]:
        """The organization, None if it does not exist.

        :raises HuaweiCloudError: SWR refuses, or its reply cannot be parsed.
        """
        path = organization_path(name)
        try:
            found = read_organization(self._call("GET", path).data, name)
        except HuaweiCloudError as error:
            if error.status == 404:
                return None
            raise
        except NotUnderstood as problem:
            raise _not_understood(str(problem), path) from problem
        if found is None:
            return None
        return {
            "name": name,
            "creator": found.get("creator_name"),
            "permission": permission_name(found.get("auth")),
        }

    def create(self, name: str) -> None:
        """
        :raises HuaweiCloudError: with status 409 if it exists.
        """
        self._call("POST", NAMESPACES, body={"namespace": name}, expect=(200, 201))

    def delete(self, name: str) -> None:
        """
        :raises HuaweiCloudError: with status 404 if it does not exist.
        """
        try:
            self._call("DELETE", organization_path(name), expect=(200, 202, 204))
        except HuaweiCloudError as error:
            if error.status in (405, 501):
                error.hint = "SWR does not let a registry login delete organizations: delete it in SWR's console."
            raise

    def repositories(self, name: str) -> List[str]:
        """The repositories in an organization.

        :raises HuaweiCloudError: they cannot be listed completely.
        """
        try:
            found = read_repositories(self._fetch)
        except NotUnderstood as problem:
            raise HuaweiCloudError(
                "it is unknown whether the organization is empty: {0}".format(problem),
                where="GET " + REPOSITORIES,
                hint="Delete the organization in SWR's console.",
            ) from problem
        return [str(item.get("name")) for item in found if item.get("namespace") == name]

    def _fetch(self, path: str) -> List[Entry]:
        found = self._call("GET", path).data
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise _not_understood("the reply is not a list of repositories", path)
        return found


def _not_understood(what: str, path: str) -> HuaweiCloudError:
    return HuaweiCloudError(
        what,
        where="GET " + path,
        hint="Check that registry or endpoint is SWR's registry, not a proxy or web page.",
    )
