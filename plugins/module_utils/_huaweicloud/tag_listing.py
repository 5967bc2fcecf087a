# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWR's list of a repository's tags with their digests, for the copy engine.

API reference of SWR, "Querying the Image Tag List (V3)" (ListRepositoryTagsV3): up to 1,000 tags in a call. Not every
region has it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import threading
from typing import Any, Callable, Dict, Mapping, Optional
from urllib.parse import quote

from .._http import REQUESTS_IMPORT_ERROR
from .._secrets import Redactor
from .credentials import find_credentials
from .errors import HuaweiCloudError
from .login_factory import client_for
from .regions import api_endpoint

TAGS_PER_CALL = 1000
MOST_CALLS = 1000
MISSING = (404,)

_HOST = re.compile(r"swr\.([a-z0-9-]+)\.([a-z0-9.-]+\.[a-z]+)\Z", re.IGNORECASE)

Call = Callable[..., Any]


class SwrTagApi:
    """Lists the tags of one SWR.

    :param call: C(ApiClient.call) of a client that signs.
    :ivar calls: how many requests were made.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lock = threading.Lock()
        self.calls = 0

    def tags(self, repository: str) -> Dict[str, str]:
        """Tag to digest of C(organization/repository); empty where the repository does not exist.

        :raises HuaweiCloudError: the API refuses, or its reply is not what its reference says.
        """
        organization, slash, name = repository.partition("/")
        if not slash:
            return {}
        # A slash in a repository's name is a dollar sign in this API's paths (API reference).
        path = "/v3/manage/namespaces/{0}/repos/{1}/tags".format(
            quote(organization, safe=""), quote(name.replace("/", "$"), safe="")
        )
        found: Dict[str, str] = {}
        marker: Optional[str] = None
        # The session behind it belongs to one thread at a time.
        with self._lock:
            for _page in range(MOST_CALLS):
                marker = self._read_page(path, marker, found)
                if marker is None:
                    return found
        raise HuaweiCloudError("the list of tags has no end", where=path)

    def _read_page(self, path: str, marker: Optional[str], found: Dict[str, str]) -> Optional[str]:
        """Take in one page and return the marker of the next, None after the last."""
        params = [("limit", str(TAGS_PER_CALL))] + ([("marker", marker)] if marker is not None else [])
        self.calls += 1
        try:
            data = self._call("GET", path, params=params).data
        except HuaweiCloudError as error:
            if error.status in MISSING and error.code and error.code.startswith("SVCSTG.SWR."):
                return None
            raise
        if not isinstance(data, dict) or not isinstance(data.get("tags") or [], list):
            raise HuaweiCloudError("the list of tags is not what the API's reference says", where=path)
        for entry in data.get("tags") or []:
            if isinstance(entry, dict) and isinstance(entry.get("tag"), str) and isinstance(entry.get("digest"), str):
                found[entry["tag"]] = entry["digest"]
        following = data.get("nextMarker")
        return str(following) if data.get("has_more") and following not in (None, "", marker) else None


def lister_of(
    registry: str,
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    redactor: Redactor,
    home: Optional[str] = None,
) -> Optional[SwrTagApi]:
    """What lists the tags of C(registry); None without keys, or where its API is not known.

    :param options: C(access_key), C(secret_key) and C(security_token); C(inventory_endpoints), registry to API address,
        for registries whose name does not tell; C(ca_path) and C(timeout).
    :param redactor: learns every secret as soon as it is known.
    :raises HuaweiCloudError: keys that were given are not complete, or C(requests) is not installed.
    """
    endpoint = (options.get("inventory_endpoints") or {}).get(registry) or _endpoint_of(registry)
    given = {name: options.get(name) for name in ("access_key", "secret_key", "security_token")}
    if endpoint is None:
        return None
    try:
        credentials = find_credentials(given, environ, home)
    except HuaweiCloudError:
        if any(given.values()):
            raise
        # Without keys the tags are asked for one by one, as of any other registry.
        return None
    redactor.add(*credentials.secrets())
    if REQUESTS_IMPORT_ERROR is not None:
        raise HuaweiCloudError("the Python library requests is missing", hint="Install it, or set tag_listing: never.")
    connection = {"endpoint": endpoint, "ca_path": options.get("ca_path"), "timeout": options.get("timeout")}
    return SwrTagApi(client_for("swr", credentials, connection, redactor).call)


def _endpoint_of(registry: str) -> Optional[str]:
    """The API of a registry whose name is that of a region's SWR."""
    match = _HOST.match(registry)
    return api_endpoint("swr", match.group(1).lower(), match.group(2)) if match else None
