# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of one Kubernetes API: objects as plain data, and lists in pages.

It uses the connections and the logins of the Python client, with its kubeconfigs, login programs and proxies, but not
its classes for objects: making them of ten thousand pods takes a minute, and custom resources have none.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, Iterator, Optional, Sequence, Tuple
from urllib.parse import urlencode

from ..._http import cause_of
from ..._http_values import LARGEST_REPLY, NotUnderstood, backoff, is_no_tls, parse_retry_after, unpack
from ..._json import check_shape, read_json
from ..._paging import INCOMPLETE_HINT, Page, read_pages
from ..._secrets import Redactor
from ..._text import safe
from ..._time_limit import WHOLE_REPLY, TimeIsUp, call_within, in_words
from ..errors import ConflictError, ForbiddenError, GoneError, TooLargeError, WorkloadsError

try:
    import urllib3
    from urllib3._collections import HTTPHeaderDict
except ImportError:
    # login.py says so: it comes with the library kubernetes.
    pass

USER_AGENT = "longshore-swr"
"""The field manager of what is changed, too."""

PAGE_SIZES = (500, 50, 5)
"""Entries of a page. The next size is for objects so large that a page of the one before would be too large."""

LARGEST_PAGE = LARGEST_REPLY
_BLOCK = 64 * 1024
_RETRIES = 3
_LONGEST_WAIT = 60.0
# 500 is what the server says while etcd elects a leader.
_PASSING = (429, 500, 502, 503, 504)
_DONE = (200, 201, 202)
_ERRORS = {403: ForbiddenError, 409: ConflictError, 410: GoneError, 422: ConflictError}
_JSON = "application/json"
_JSON_PATCH = "application/json-patch+json"
_LIST = {"metadata": {"continue": (str, None)}, "items": ([{"metadata": {"uid": str, "name": str}}], None)}
_OBJECT = {"metadata": {"uid": str, "name": str}}
_HINTS = {
    401: "The login is missing, wrong or has expired: check kubeconfig, context and api_key.",
    403: "Grant the right to {0} it, or leave it out.",
    404: "Check host: it is the address of the API server.",
}

_VERBS = {"GET": "get and list", "PATCH": "patch", "DELETE": "delete", "POST": "create"}

Query = Sequence[Tuple[str, str]]


class ClusterClient:
    """
    :param configuration: the library's, with the address and the login.
    :param pool: the library's connections.
    :param name: of the cluster, for messages and results: its context, or its host.
    :param headers: for every request.
    :param timeout: seconds to wait for a connection and for each part of a reply.
    :param heard: what the library complained about; part of the error where the login is refused.
    """

    def __init__(
        self,
        configuration: Any,
        pool: Any,
        name: str,
        headers: Sequence[Tuple[str, str]] = (),
        timeout: float = 30.0,
        redactor: Optional[Redactor] = None,
        heard: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._configuration = configuration
        self._pool = pool
        self.name = name
        self._headers = list(headers)
        self._timeout = timeout
        self._redactor = redactor or Redactor()
        self._heard = heard
        self._sleep = sleep

    @property
    def host(self) -> str:
        """The address of the API."""
        return str(self._configuration.host)

    def get(self, path: str, query: Query = ()) -> Any:
        """The object at a path. A request that fails for a passing reason is repeated.

        :raises ForbiddenError: the user may not read it.
        :raises GoneError: it is a page of a list that is too old.
        :raises WorkloadsError: any other failure.
        """
        return self._call("GET", path, query)

    def object(self, path: str) -> Any:
        """The object at a path, with its C(metadata).

        :raises WorkloadsError: as C(get), or it is none.
        """
        return self._object("GET", path, self.get(path))

    def patch(self, path: str, operations: Sequence[Dict[str, Any]], dry_run: bool = False) -> Any:
        """The object after a JSON patch.

        It may be sent twice, if its reply is lost: then its tests fail, though it was made.

        :raises ConflictError: a test of it failed, or the server does not take the result.
        :raises WorkloadsError: as C(get).
        """
        query = [("fieldManager", USER_AGENT), *([("dryRun", "All")] if dry_run else [])]
        return self._object("PATCH", path, self._call("PATCH", path, query, _JSON_PATCH, operations))

    def ask(self, path: str, question: Any) -> Any:
        """The answer to a question that is asked with a POST and stored nowhere, such as a SelfSubjectAccessReview.

        :raises WorkloadsError: as C(get).
        """
        return self._call("POST", path, (), _JSON, question)

    def delete(self, path: str, uid: str) -> Any:
        """Delete an object, unless another one has its name now.

        :raises WorkloadsError: as C(patch).
        """
        return self._call("DELETE", path, (), _JSON, {"preconditions": {"uid": uid}})

    def _call(self, method: str, path: str, query: Query, media_type: str = "", content: Any = None) -> Any:
        where = "{0} {1}{2}".format(method, self.host, path)
        sent = (method, path, query, media_type, None if content is None else json.dumps(content))
        for attempt in range(_RETRIES + 1):
            last = attempt == _RETRIES
            try:
                status, headers, body = self._send_in_time(where, *sent)
            except urllib3.exceptions.HTTPError as error:
                if last or isinstance(error, urllib3.exceptions.SSLError):
                    raise self._no_reply(where, error) from None
                self._sleep(backoff(attempt))
                continue
            if status in _DONE:
                return self._parsed(where, body)
            asked = parse_retry_after(headers.get("Retry-After"))
            wait = backoff(attempt) if asked is None else asked
            if last or status not in _PASSING or wait > _LONGEST_WAIT:
                raise self._refusal(where, status, body)
            self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def pages(self, path: str, query: Query = (), size: int = PAGE_SIZES[0]) -> Iterator[Dict[str, Any]]:
        """The objects of a list, read in pages as they are asked for. Objects of built-in kinds have no C(kind) there.

        :raises GoneError: the list became too old before its end. Begin again.
        :raises TooLargeError: a page is too large. Begin again with smaller ones.
        :raises WorkloadsError: as C(get), or it is no list.
        """

        def fetch(following: str) -> Page:
            place = [("continue", following)] if following else []
            found = self.get(path, [*query, ("limit", str(size)), *place])
            try:
                check_shape(found, _LIST)
                if "items" not in found:
                    raise NotUnderstood("it has no items")
            except NotUnderstood as problem:
                raise self._strange("GET {0}{1}".format(self.host, path), str(problem)) from None
            return Page(found["items"] or (), found["metadata"].get("continue") or None)

        try:
            yield from read_pages("", fetch, lambda item: item["metadata"]["uid"])
        except NotUnderstood as problem:
            where = "GET {0}{1}".format(self.host, path)
            raise WorkloadsError(str(problem), where=where, hint=INCOMPLETE_HINT) from None

    # One request

    def _send_in_time(self, where: str, *sent: Any) -> Tuple[int, Any, bytes]:
        seconds = WHOLE_REPLY * self._timeout
        try:
            return call_within(seconds, lambda: self._send(where, *sent))
        except TimeIsUp:
            what = "the reply was not complete after {0}".format(in_words(seconds))
            hint = "Check the network and the server, or raise timeout."
            raise WorkloadsError(what, where=where, hint=hint) from None

    def _send(
        self, where: str, method: str, path: str, query: Query, media_type: str, content: Optional[str]
    ) -> Tuple[int, Any, bytes]:
        response = self._pool.request(
            method,
            self.host + path + ("?" + urlencode(query) if query else ""),
            headers=self._signed(media_type),
            body=content,
            timeout=urllib3.Timeout(connect=self._timeout, read=self._timeout),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        with response:
            try:
                encoding = response.headers.get("Content-Encoding")
                body = unpack(response.stream(_BLOCK, decode_content=False), encoding, LARGEST_PAGE)
            except NotUnderstood as problem:
                response.close()
                raise TooLargeError(str(problem), where=where) from None
        return response.status, response.headers, body

    def _signed(self, media_type: str) -> Any:
        """The headers of a request, with a login that is renewed when it is due."""
        headers = HTTPHeaderDict({"User-Agent": USER_AGENT, "Accept": _JSON, "Accept-Encoding": "gzip"})
        if media_type:
            headers["Content-Type"] = media_type
        for setting in self._configuration.auth_settings().values():
            if setting.get("in") == "header" and setting.get("value"):
                value = setting["value"].strip()
                self._redactor.add(value.rpartition(" ")[2])
                headers[setting["key"]] = value
        for name, value in self._headers:
            headers.add(name, value)
        for name, value in headers.items():
            # The library's error would show it.
            if not (value.isascii() and value.isprintable()):
                what = "it has a character that cannot be sent, such as a line break"
                raise WorkloadsError(what, where=name, hint="Correct the login: api_key, kubeconfig, impersonate_user.")
        return headers

    # Failures

    def _object(self, method: str, path: str, found: Any) -> Any:
        try:
            return check_shape(found, _OBJECT)
        except NotUnderstood as problem:
            raise self._strange("{0} {1}{2}".format(method, self.host, path), str(problem)) from None

    def _parsed(self, where: str, body: bytes) -> Any:
        try:
            return check_shape(read_json(body), dict)
        except NotUnderstood as problem:
            raise self._strange(where, str(problem)) from None

    def _strange(self, where: str, problem: str) -> WorkloadsError:
        what = "the reply is not one of a Kubernetes API: {0}".format(self._redactor(safe(problem)))
        return WorkloadsError(what, where=where, hint="Check host: does a proxy or a web page answer there?")

    def _refusal(self, where: str, status: int, body: bytes) -> WorkloadsError:
        try:
            said = check_shape(read_json(body), {"message": (str, None), "reason": (str, None)})
        except NotUnderstood:
            said = {"message": body[:400].decode("utf-8", "replace")}
        what = self._redactor(safe(said.get("message") or "")) or "the request was refused"
        if status == 401 and self._heard:
            what = "{0}; {1}".format(what, self._heard)
        kind = _ERRORS.get(status, WorkloadsError)
        hint = _HINTS.get(status, "").format(_VERBS[where.partition(" ")[0]])
        return kind(what, where=where, code=said.get("reason"), status=status, hint=hint or None)

    def _no_reply(self, where: str, error: Any) -> WorkloadsError:
        text = self._redactor(safe(cause_of(error)))
        if isinstance(error, urllib3.exceptions.SSLError):
            hint = "Set ca_cert to the certificate authority of the cluster, or check host."
            if is_no_tls(text):
                hint = "The server does not speak TLS there: correct the port of host, or look for a proxy on the way."
            return WorkloadsError("TLS failed: {0}".format(text), where=where, hint=hint)
        # A refused connection is one of the timeouts there.
        refused = isinstance(error, urllib3.exceptions.NewConnectionError)
        if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
            text = "no reply within {0:g} seconds".format(self._timeout)
        return WorkloadsError("no connection: {0}".format(text), where=where, hint="Check host and the network.")
