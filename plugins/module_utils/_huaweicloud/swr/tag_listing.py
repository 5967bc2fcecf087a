# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWR's list of a repository's tags with their digests, for the copy engine.

API reference of SWR, "Querying the Image Tag List (V3)" (ListRepositoryTagsV3): up to 1,000 tags per call. Not every
region supports it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import threading
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple
from urllib.parse import quote

from ..._http import REQUESTS_IMPORT_ERROR
from ..._http_values import NotUnderstood
from ..._paging import Page, read_pages
from ..._secrets import Redactor
from ..api.client import client_for
from ..credentials import find_credentials
from ..errors import HuaweiCloudError
from ..regions import api_endpoint

TAGS_PER_CALL = 1000
UNKNOWN = ""
"""In the place of a digest that the list does not tell."""

MISSING = (404,)

_HOST = re.compile(r"swr\.([a-z0-9-]+)\.([a-z0-9.-]+\.[a-z]+)\Z", re.IGNORECASE)

Call = Callable[..., Any]


class SwrTagApi:
    """Lists the tags in one SWR.

    :param call: C(ApiClient.call) of a client that signs.
    :ivar calls: the number of requests sent.
    """

    # Whoever gives keys wants to know what they lack.
    unremarkable = ()

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lock = threading.Lock()
        self.calls = 0

    def read(self, repository: Any, _place: Any) -> Tuple[Sequence[Tuple[str, str]], Sequence[Any]]:
        """The whole list as one page, as the copy engine asks for it. A repository of SWR has at most 300 tags.

        :raises HuaweiCloudError: see L(tags,#).
        """
        return list(self.tags(repository.name).items()), ()

    def tags(self, repository: str) -> Dict[str, str]:
        """Tag to digest of C(organization/repository), or C(UNKNOWN); empty if the repository does not exist.

        :raises HuaweiCloudError: the API refuses, or its reply does not match its reference.
        """
        organization, slash, name = repository.partition("/")
        if not slash:
            return {}
        # A slash in a repository's name is a dollar sign in this API's paths (API reference).
        path = "/v3/manage/namespaces/{0}/repos/{1}/tags".format(
            quote(organization, safe=""), quote(name.replace("/", "$"), safe="")
        )
        try:
            # Only one thread at a time may use its session.
            with self._lock:
                return dict(read_pages("", lambda marker: self._read_page(path, marker), lambda entry: entry[0]))
        except NotUnderstood as problem:
            raise HuaweiCloudError(str(problem), where=path) from problem

    def _read_page(self, path: str, marker: str) -> Page:
        """
        :param marker: of the page; empty for the first one.
        """
        params = [("limit", str(TAGS_PER_CALL))] + ([("marker", marker)] if marker else [])
        self.calls += 1
        try:
            data = self._call("GET", path, params=params).data
        except HuaweiCloudError as error:
            missing = error.status in MISSING and error.code and error.code.startswith("SVCSTG.SWR.")
            if not missing or marker:
                raise
            return Page([])
        if not isinstance(data, dict) or not isinstance(data.get("tags", False), (list, type(None))):
            raise NotUnderstood("the list of tags does not match the API reference")
        entries = [_read_entry(entry) for entry in data["tags"] or []]
        more, following = data.get("has_more"), data.get("nextMarker")
        if more not in (True, False, None) or (more and following in (None, "")):
            raise NotUnderstood("the list of tags does not name its next page")
        following = None if more is False or following in (None, "") else str(following)
        return Page([entry for entry in entries if entry[0]], following, asked=not more)


def _read_entry(entry: Any) -> Tuple[str, str]:
    """Tag and digest. SWR lists empty strings among tags.

    :raises NotUnderstood: it has no tag.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("tag"), str):
        raise NotUnderstood("the list of tags does not match the API reference")
    digest = entry.get("digest")
    return entry["tag"], digest if isinstance(digest, str) else UNKNOWN


def lister_of(
    registry: str,
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    redactor: Redactor,
    home: Optional[str] = None,
) -> Optional[SwrTagApi]:
    """The tag lister of C(registry); None without keys, or if its API is unknown.

    :param options: C(access_key), C(secret_key) and C(security_token); C(tag_listing_endpoints), registry to API
        address, for registries with other names; C(ca_path) and C(timeout).
    :param redactor: learns every secret as soon as it is known.
    :raises HuaweiCloudError: the given keys are incomplete, or C(requests) is not installed.
    """
    endpoint = (options.get("tag_listing_endpoints") or {}).get(registry) or _endpoint_of(registry)
    given = {name: options.get(name) for name in ("access_key", "secret_key", "security_token")}
    if endpoint is None:
        return None
    try:
        credentials = find_credentials(given, environ, home)
    except HuaweiCloudError:
        if any(given.values()):
            raise
        # Without keys the tags are read one by one, as from any other registry.
        return None
    redactor.add(*credentials.secrets())
    if REQUESTS_IMPORT_ERROR is not None:
        raise HuaweiCloudError("the Python library requests is missing", hint="Install it, or set tag_listing: never.")
    connection = {"endpoint": endpoint, "ca_path": options.get("ca_path"), "timeout": options.get("timeout")}
    return SwrTagApi(client_for("swr", credentials, connection, redactor).call)


def _endpoint_of(registry: str) -> Optional[str]:
    """The API of a registry with the name of a region's SWR."""
    match = _HOST.match(registry)
    return api_endpoint("swr", match.group(1).lower(), match.group(2)) if match else None
