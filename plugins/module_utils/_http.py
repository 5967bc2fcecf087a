# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the management APIs (Huawei Cloud, Harbor): one client per API, one family of errors.

It does not know C(AnsibleModule) or any API: authentication and the parsing of error bodies are passed in.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import html
import json
import re
import time
import traceback
from http.client import RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Callable, Container, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple, Type, Union

from ._errors import LongshoreError, ServerError
from ._files.errors import FilesError
from ._files.inputs import check_authorities
from ._http_values import NotUnderstood, backoff, basic_auth, is_no_tls, parse_retry_after, unpack
from ._json import read_json
from ._networks import proxy_for
from ._text import one_line, safe
from ._time_limit import WHOLE_REPLY, TimeIsUp, call_within, in_words
from ._urls import check_url, host_of

try:
    import requests
    from requests.exceptions import ConnectTimeout, ProxyError, RequestException, SSLError, Timeout
    from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError
except ImportError:
    REQUESTS_IMPORT_ERROR: Optional[str] = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

USER_AGENT = "longshore.swr"

# Replaces a missing message of a server.
UNEXPLAINED = "the request was refused"

# A body that is not JSON (such as a proxy's page) is quoted up to this many characters.
_QUOTED = 200
_LONGEST = 1000
_BLOCK = 64 * 1024

# These can be repeated without a second effect (RFC 9110, section 9.2.2).
_IDEMPOTENT = ("GET", "HEAD")
# Replies of a gateway while the server may still be working.
_BY_A_GATEWAY = (502, 503, 504)


class ApiReply(NamedTuple):
    """A reply with an expected status.

    C(headers) ignores case. C(data) is the parsed JSON body, V(None) if there was none or it was C(null): C(has_body)
    distinguishes the two.
    """

    status: int
    headers: Mapping[str, str]
    data: Any
    has_body: bool = True


def sign_basic(username: str, password: str) -> Callable[[Any], Any]:
    """Signs requests with a user name and a password."""
    header = basic_auth(username, password)

    def sign(request: Any) -> Any:
        request.headers["Authorization"] = header
        return request

    return sign


def _no_auth(request: Any) -> Any:
    """Keeps C(requests) from using a login in the user's netrc file."""
    return request


def cause_of(error: BaseException) -> str:
    """The operating system's or TLS library's words for a failed exchange.

    The text of a C(requests) exception is unsuitable for users: it nests three classes, quotes the
    whole URL, and sometimes that of the proxy with its password.
    """
    seen = set()
    current: Optional[BaseException] = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        text = getattr(current, "verify_message", None) or getattr(current, "strerror", None)
        if text:
            return str(text)
        if isinstance(current, RemoteDisconnected):
            return "the server closed it without a reply"
        inner = [part for part in current.args if isinstance(part, BaseException)]
        reason = getattr(current, "reason", None)
        if isinstance(reason, BaseException):
            inner.insert(0, reason)
        current = inner[0] if inner else (current.__cause__ or current.__context__)
    return type(error).__name__


def _readable(text: str) -> str:
    """The message in a body that is not JSON: an HTML page's title, or else its text without the markup."""
    if re.match(r"\s*<(!doctype|html|head|body)\b", text, re.IGNORECASE):
        title = re.search(r"<title[^>]*>([^<]*\S[^<]*)</title", text, re.IGNORECASE)
        text = title.group(1) if title else re.sub(r"(?s)<(style|script)\b.*?</\1\s*>|<[^>]*>", " ", text)
        text = html.unescape(text)
    return " ".join(text.split())


def _blocks_of(response: Any) -> Iterator[bytes]:
    """The raw body. C(requests) itself would unpack it to any size."""
    with response:
        try:
            yield from response.raw.stream(_BLOCK, decode_content=False)
        except ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(error) from error
        except HTTPError as error:
            raise requests.exceptions.ConnectionError(error) from error


class ApiClient:
    """Calls one API, given by its base URL. Cookies are not kept.

    :param base_url: C(https://host[:port][/path]).
    :param error_class: the class of errors to raise.
    :param read_error: reads the parsed JSON body of an error reply.
    :param hint_for: the remedy for a status and a server's code.
    :param auth: signs each attempt, in C(requests)' form. V(None) for none.
    :param verify: V(True) for the usual certificate authorities, the path of a bundle, or V(False).
    :param timeout: seconds to wait for the connection, and for each part of the reply; the whole may take five times as
        long.
    :param retries: how often a failed request is retried.
    :param longest_wait: seconds; if a server asks for a longer wait, the request fails.
    :param redact: masks secrets in the server's messages.
    :param throttled: a server's codes for "too many requests", with any status.
    :param session: a C(requests.Session) to use instead of a new one.
    """

    def __init__(
        self,
        base_url: str,
        error_class: Type[LongshoreError],
        read_error: Callable[[Any], ServerError],
        hint_for: Callable[[int, Optional[str]], Optional[str]] = lambda status, code: None,
        auth: Optional[Callable[[Any], Any]] = None,
        verify: Union[bool, str] = True,
        timeout: float = 30.0,
        retries: int = 3,
        longest_wait: float = 60.0,
        redact: Callable[[str], str] = str,
        throttled: Container[str] = (),
        session: Any = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        parts = check_url(base_url, "endpoint", error_class)
        self._server = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        try:
            self._verify = check_authorities(verify) if isinstance(verify, str) else verify
        except FilesError as error:
            hint = "Set ca_path to a file with certificates in PEM format."
            raise error_class(error.what, where=str(verify), hint=hint) from error  # pylint: disable=bad-exception-cause
        self._base = base_url.strip().rstrip("/")
        self._error_class = error_class
        self._read_error = read_error
        self._hint_for = hint_for
        self._auth = auth or _no_auth
        self._timeout = timeout
        self._retries = retries
        self._longest_wait = longest_wait
        self._redact = redact
        self._throttled = throttled
        self._sleep = sleep
        self._clock = clock
        self._session = session or requests.Session()
        self._session.headers.update(
            {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"}
        )
        # A session cookie would replace the request's login: Harbor then requires a CSRF token as well.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Redirects are not followed, but requests would still decode the address, and fail if it cannot.
        self._session.get_redirect_target = lambda _response: None

    def call(
        self,
        method: str,
        path: str,
        params: Optional[Sequence[Tuple[str, str]]] = None,
        body: Any = None,
        expect: Sequence[int] = (200,),
        text: bool = False,
    ) -> ApiReply:
        """Send one request, retried if that is safe.

        Retried are: any request that did not reach the server or was rejected with 429, with one of the codes of
        throttling or, with a time to wait, 503; and any GET that failed with a broken connection, 502,
        503 or 504. The error of any other request that may have been carried out is C(unsettled).

        :param path: starts with a slash; already quoted.
        :param params: query parameters.
        :param body: sent as JSON if not V(None).
        :param expect: statuses that mean success.
        :param text: the reply is plain text, and C(data) is that text.
        :raises LongshoreError: in the given class, for any other outcome.
        """
        url = self._base + path
        where = "{0} {1}".format(method, url)
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                response, content = self._send_in_time(where, method, url, params, body, text)
            except RequestException as error:
                if last or not self._may_repeat_after(method, error):
                    raise self._no_reply(where, error, not self._never_arrived(error)) from None
                self._sleep(self._backoff(attempt))
                continue
            if response.status_code in expect:
                data = content.decode("utf-8", "replace") if text else self._parse(where, response, content)
                return ApiReply(response.status_code, response.headers, data, bool(content))
            said = self._said(content)
            wait = None if last else self._wait_before_repeating(method, response, said.code, attempt)
            if wait is None:
                raise self._refusal(where, response, said)
            self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _send_in_time(self, where: str, *request: Any) -> Tuple[Any, bytes]:
        seconds = WHOLE_REPLY * self._timeout
        try:
            return call_within(seconds, lambda: self._send(*request))
        except TimeIsUp:
            error = self._error_class(
                "the reply was not complete after {0}".format(in_words(seconds)),
                where=where,
                hint="Check the network and the server, or raise timeout.",
            )
            error.unsettled = error.unreachable = True
            raise error from None

    def _send(self, method: str, url: str, params: Any, body: Any, text: bool) -> Tuple[Any, bytes]:
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode("utf-8")
        headers: Dict[str, str] = {} if data is None and method in _IDEMPOTENT else {"Content-Type": "application/json"}
        if text:
            headers["Accept"] = "text/plain, */*"
        # Redirects are not followed: only the session's own header would be dropped for another
        # host, not the token of a temporary key. `verify` is given here because C(requests) prefers the
        # REQUESTS_CA_BUNDLE variable to the session's setting.
        response = self._session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            auth=self._auth,
            timeout=self._timeout,
            verify=self._verify,
            # Passed, because requests interprets NO_PROXY differently.
            proxies={self._server[0]: proxy_for(*self._server), "all": None},
            allow_redirects=False,
            stream=True,
        )
        try:
            return response, unpack(_blocks_of(response), response.headers.get("Content-Encoding"))
        except NotUnderstood as problem:
            raise self._strange("{0} {1}".format(method, url), response, str(problem)) from None

    @staticmethod
    def _never_arrived(error: Exception) -> bool:
        inner = error.args[0] if error.args else None
        refused = isinstance(getattr(inner, "reason", None), NewConnectionError)
        return refused or isinstance(error, (ConnectTimeout, SSLError))

    def _may_repeat_after(self, method: str, error: Exception) -> bool:
        if isinstance(error, SSLError):
            return False
        if self._never_arrived(error):
            return True
        return method in _IDEMPOTENT and isinstance(error, (requests.exceptions.ConnectionError, Timeout))

    def _wait_before_repeating(self, method: str, response: Any, code: Optional[str], attempt: int) -> Optional[float]:
        status = response.status_code
        asked = parse_retry_after(response.headers.get("Retry-After"), self._clock())
        turned_away = status == 429 or code in self._throttled or (status == 503 and asked is not None)
        if not turned_away and not (method in _IDEMPOTENT and status in (502, 503, 504)):
            return None
        wait = self._backoff(attempt) if asked is None else asked
        return wait if wait <= self._longest_wait else None

    _backoff = staticmethod(backoff)

    def _parse(self, where: str, response: Any, content: bytes) -> Any:
        if not content:
            return None
        try:
            return read_json(content)
        except NotUnderstood as problem:
            kind = safe(response.headers.get("Content-Type", "of no stated type"), 100)
            raise self._strange(
                where, response, "the reply ({0}) cannot be parsed: {1}".format(kind, problem)
            ) from None

    def _strange(self, where: str, response: Any, what: str) -> LongshoreError:
        hint = "Is this the API's address, or that of a proxy or a web page?"
        return self._error_class(what, where=where, status=response.status_code, hint=hint)

    def _said(self, content: bytes) -> ServerError:
        try:
            return self._read_error(read_json(content))
        except NotUnderstood:
            text = _readable(content[: 20 * _QUOTED].decode("utf-8", "replace"))
            return ServerError(message=self._redact(text)[:_QUOTED])

    def _refusal(self, where: str, response: Any, said: ServerError) -> LongshoreError:
        what = safe(self._redact(said.message or ""), _LONGEST) or UNEXPLAINED
        if response.is_redirect:
            target = host_of(response.headers["Location"]) or "another path"
            what = "the server redirects to {0}, which is not followed".format(target)
        asked = parse_retry_after(response.headers.get("Retry-After"), self._clock()) or 0.0
        if asked > self._longest_wait:
            what += "; the server asks to wait {0}, and at most {1} are allowed".format(
                in_words(asked), in_words(self._longest_wait)
            )
        refusal = self._error_class(
            what,
            where=where,
            code=said.code and one_line(said.code, 100),
            status=response.status_code,
            hint=self._hint_for(response.status_code, said.code),
        )
        refusal.unsettled = response.status_code in _BY_A_GATEWAY and said.code not in self._throttled
        return refusal

    def _no_reply(self, where: str, error: Exception, unsettled: bool) -> LongshoreError:
        if isinstance(error, SSLError):
            what = "TLS failed: {0}".format(cause_of(error))
            hint: Optional[str] = "Set ca_path to the certificate authority, or check the address."
            if is_no_tls(what):
                hint = "The server does not speak TLS there: correct the port, or write http:// if it has no TLS."
        elif isinstance(error, ProxyError):
            what = "the proxy failed: {0}".format(cause_of(error))
            hint = "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
        elif isinstance(error, Timeout):
            what = "no reply within {0:g} seconds".format(self._timeout)
            hint = "Check the network, or raise timeout."
        else:
            what = "no connection: {0}".format(cause_of(error))
            hint = "Check the address and the network."
        failure = self._error_class(self._redact(what), where=where, hint=hint)
        failure.unsettled = unsettled
        failure.unreachable = True
        return failure
