# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Harbor's API: address, version, paginated lists.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union
from urllib.parse import parse_qsl, urlsplit

from ..._http import ApiClient, ApiReply, sign_basic
from ..._http_values import NotUnderstood, next_page_of, parse_count
from ..._json import check_shape
from ..._paging import INCOMPLETE_HINT, Page, read_pages
from ..._text import safe
from ..._urls import check_url
from ..errors import HarborError
from .error_replies import hint_for, read_error
from .shapes import shape_of
from .version import HarborVersion

# Larger pages are rejected with status 422.
PAGE_SIZE = 100
# Paths that people copy from a browser or from the API's description.
_API_PATH = re.compile(r"/(api(/v2\.0)?|(harbor|account)(/.*)?)\Z")

_NUMBER = re.compile(r"[0-9]{1,18}\Z")

Params = Sequence[Tuple[str, str]]


def _address(url: str) -> str:
    """The address of Harbor without the path of its API.

    :raises HarborError: it is invalid, or contains more than an address.
    """
    parts = check_url(url, "harbor_url", HarborError, "Use harbor_username and harbor_password.")
    return "{0}://{1}{2}".format(parts.scheme, parts.netloc, _API_PATH.sub("", parts.path.rstrip("/")))


class HarborClient:
    """The client of one Harbor, with its login.

    The login is sent with each request, cookies never: Harbor rejects a request with a session cookie
    unless it also carries a CSRF token.

    :param url: C(https://host[:port]).
    :param username: a user, or a robot account with its prefix.
    :param verify: V(True) for the usual certificate authorities, the path of a bundle, or V(False).
    :param timeout: seconds to wait for the connection, and for each part of the reply.
    :param retries: how often a request is retried if that is safe.
    :param redact: masks secrets in Harbor's replies.
    :param session: a C(requests.Session) to use instead of a new one.
    :raises HarborError: the address is invalid.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        verify: Union[bool, str] = True,
        timeout: float = 30.0,
        retries: int = 3,
        redact: Callable[[str], str] = str,
        session: Any = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url = _address(url)
        self._api = ApiClient(
            self.url,
            HarborError,
            read_error,
            hint_for=hint_for,
            auth=sign_basic(username, password),
            verify=verify,
            timeout=timeout,
            retries=retries,
            redact=redact,
            session=session,
            sleep=sleep,
            clock=clock,
        )
        self._version: Optional[HarborVersion] = None

    @property
    def host(self) -> str:
        """The host in the address, without a port."""
        return urlsplit(self.url).hostname or ""

    @property
    def version(self) -> HarborVersion:
        """Harbor's version, fetched once.

        :raises HarborError: there is no Harbor, or it rejects the login.
        """
        if self._version is None:
            self._version = self._ask_version()
        return self._version

    @property
    def base(self) -> str:
        """The base path of the API: C(/api/v2.0), or C(/api) in 1.10."""
        return "/api" if self.version.is_1x else "/api/v2.0"

    def _ask_version(self) -> HarborVersion:
        api = self._ask_api()
        path = "/api/systeminfo" if api == "1.x" else "/api/v2.0/systeminfo"
        try:
            info = self._api.call("GET", path).data
        except HarborError as error:
            if error.status == 404:
                raise self._no_harbor() from error
            raise
        if not isinstance(info, dict) or "auth_mode" not in info:
            raise self._no_harbor()
        if "harbor_version" not in info:
            # Newer versions reveal it only to logged-in users, but answer everybody here.
            raise HarborError(
                "Harbor does not accept the login", where="GET {0}{1}".format(self.url, path), hint=hint_for(401, None)
            )
        return HarborVersion(str(info["harbor_version"]), api)

    def _ask_api(self) -> str:
        """C(v2.0) or C(1.x). The latter does not know the call and returns a page."""
        try:
            answer = self._api.call("GET", "/api/version").data
        except HarborError as error:
            if error.status == 404:
                return "1.x"
            raise
        if not isinstance(answer, dict) or not isinstance(answer.get("version"), str):
            raise self._no_harbor()
        return answer["version"]

    def _no_harbor(self) -> HarborError:
        return HarborError(
            "there is no Harbor at this address",
            where=self.url,
            hint="Check harbor_url: the URL of Harbor's web interface, without a path.",
        )

    def get(self, path: str, params: Params = ()) -> ApiReply:
        """
        :param path: below C(base), quoted: C(/registries/1).
        :raises HarborError: from all of these methods, for any unexpected status.
        """
        return self._api.call("GET", self.base + path, list(params) or None)

    def get_object(self, path: str) -> ApiReply:
        """Get a JSON object.

        :raises HarborError: also if the reply is not such an object.
        """
        reply = self.get(path)
        self._check(path, reply, shape_of(path))
        return reply

    def get_list(self, path: str, params: Params = ()) -> Tuple[List[Any], ApiReply]:
        """Get an unpaginated list, or one page of a paginated one, with the whole reply.

        1.10 sends C(null) for an empty list.

        :raises HarborError: also if the reply is not a list of such objects.
        """
        reply = self.get(path, params)
        self._check(path, reply, ([shape_of(path)], None))
        return reply.data or [], reply

    def exists(self, path: str, params: Params = ()) -> bool:
        """Whether a HEAD request finds it."""
        return self._api.call("HEAD", self.base + path, list(params), expect=(200, 404)).status == 200

    def _check(self, path: str, reply: ApiReply, shape: Any) -> None:
        try:
            if not reply.has_body:
                raise NotUnderstood("it is empty")
            check_shape(reply.data, shape)
        except NotUnderstood as problem:
            raise HarborError(
                "the reply is not valid for Harbor: {0}".format(problem),
                where="GET {0}{1}{2}".format(self.url, self.base, path),
                hint="Check whether a proxy answers instead of Harbor.",
            ) from problem

    def text(self, path: str) -> str:
        """The reply of a call that returns plain text, such as a task's log."""
        return self._api.call("GET", self.base + path, text=True).data

    def post(self, path: str, body: Any, expect: Sequence[int] = (201,)) -> ApiReply:
        """A call that creates something. The reply is empty: see C(created_id)."""
        return self._api.call("POST", self.base + path, body=body, expect=expect)

    def put(self, path: str, body: Any, expect: Sequence[int] = (200,)) -> ApiReply:
        return self._api.call("PUT", self.base + path, body=body, expect=expect)

    def patch(self, path: str, body: Any, expect: Sequence[int] = (200,)) -> ApiReply:
        return self._api.call("PATCH", self.base + path, body=body, expect=expect)

    def delete(self, path: str, expect: Sequence[int] = (200,)) -> ApiReply:
        return self._api.call("DELETE", self.base + path, expect=expect)

    def list(self, path: str, params: Params = ()) -> Iterator[Dict[str, Any]]:
        """All entries of a list; pages are read on demand.

        1.10 sends some lists in one reply, whatever page is requested.

        :raises HarborError: also if the reply is not a list of such objects, or the list may be incomplete.
        """
        number = count = 0

        def fetch(query: Params) -> Page:
            nonlocal number, count
            entries, reply = self.get_list(path, query)
            number, count = number + 1, count + len(entries)
            total = parse_count(reply.headers.get("X-Total-Count"))
            following = next_page_of(reply.headers.get("Link"), self.base + path)
            if following is not None:
                # Only the query matters: behind a proxy the host and the path may differ.
                return Page(entries, tuple(parse_qsl(urlsplit(following).query, keep_blank_values=True)), total)
            if entries and (len(entries) >= PAGE_SIZE if total is None else count < total):
                return Page(entries, _page(params, number + 1), total, asked=True)
            return Page(entries, total=total)

        try:
            yield from read_pages(_page(params, 1), fetch, _identity)
        except NotUnderstood as problem:
            raise HarborError(str(problem), where=self.url + self.base + path, hint=INCOMPLETE_HINT) from problem

    def created_id(self, reply: ApiReply) -> int:
        """The id of an object that a POST created; only the header C(Location) has it.

        :raises HarborError: the header is missing or invalid.
        """
        location = reply.headers.get("Location") or ""
        number = urlsplit(location).path.rstrip("/").rpartition("/")[2]
        if not _NUMBER.match(number):
            raise HarborError(
                "Harbor created it, but does not return its ID (Location: {0})".format(safe(location) or "none"),
                where=self.url,
            )
        return int(number)


def required(data: Mapping[str, Any], name: str) -> Any:
    """A field that Harbor never omits.

    :raises HarborError: it is missing, or is neither a string nor a number.
    """
    value = data.get(name)
    if not isinstance(value, (str, int)):
        raise HarborError(
            "the reply has no {0}, which Harbor always sends".format(name),
            hint="Check whether a proxy answers instead of Harbor.",
        )
    return value


def _page(params: Params, number: int) -> Params:
    return (*params, ("page", str(number)), ("page_size", str(PAGE_SIZE)))


def _identity(entry: Dict[str, Any]) -> str:
    """Identifies an entry of a list. Its other fields may change between two pages."""
    names = {name: entry[name] for name in ("id", "name", "digest") if name in entry}
    return json.dumps(names or entry, sort_keys=True)
