# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to one registry: authenticated, redirected, paced, tried again.

What belongs to every request is here; what the requests mean is the client's matter (C(client)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ssl
import threading
import urllib.parse
from collections import Counter
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, TypeVar, Union

from ..config.credentials import CredentialStore
from ..errors import RegistryError
from ..model.reference import Repository, api_host
from .auth import Authorizer, Scopes, access_hint, basic_header, is_password_refused, pull_scope, push_scope
from .connection import RegistryReply, TransportError
from .error_replies import ACCESS_HINT, reply_error
from .pool import Stream, Transport
from .retry import THROTTLED, Retrier
from .target import Endpoint, Target, parse_target
from .throttle import Throttle

T = TypeVar("T")

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5


class RegistrySession:
    """The requests of one registry. Used by any number of threads.

    :param registry: C(host[:port]) as references name it.
    :param writes: whether tokens are asked for that may push; the destination of a copy.
    :param throttle: how fast it may be asked; shared by the sessions of one registry.
    :ivar requests: how many requests were made, by kind.
    """

    def __init__(
        self,
        registry: str,
        transport: Transport,
        credentials: CredentialStore,
        retrier: Retrier,
        writes: bool = False,
        throttle: Optional[Throttle] = None,
    ) -> None:
        self.registry = registry
        self.requests: Counter[str] = Counter()
        self._transport = transport
        self._credentials = credentials
        self._retrier = retrier
        self._writes = writes
        self._throttle = throttle or Throttle()
        self._authorizer = Authorizer(credentials, self._fetch_token)
        self._lock = threading.Lock()
        self._base: Dict[Union[bool, str], Target] = {}
        self._down: Optional[RegistryError] = None
        self._answered = False
        self._introduction = threading.Lock()
        self._introduced = False

    def get_by_login(
        self, kind: str, repository: Repository, path: str, expected: Sequence[int], what: str, where: str
    ) -> RegistryReply:
        """Ask another interface on the registry's host, with user and password (Basic) and without cookies.

        Redirects are not followed: the password is for this host. Without a password nothing of the login is sent.
        """
        credential = self._credentials.lookup(repository)
        headers = [("Accept", "application/json")]
        if credential.password:
            headers.append(("Authorization", basic_header(credential)))

        def unit() -> RegistryReply:
            target = self._resolve(repository)._replace(path=path)
            self._wait_turn()
            self._count(kind)
            reply: RegistryReply = self._check(self._transport.request("GET", target, headers), expected, what, where)
            return reply

        try:
            return self._retry(unit)
        except RegistryError as error:
            if error.hint == ACCESS_HINT:
                error.hint = access_hint(credential)
            raise

    def _call(
        self,
        kind: str,
        method: str,
        repository: Repository,
        path: str,
        expected: Sequence[int],
        what: str,
        where: str,
        headers: Sequence[Tuple[str, str]] = (),
        body: bytes = b"",
    ) -> RegistryReply:
        return self._retry(lambda: self._once(kind, method, repository, path, expected, what, where, headers, body))

    def _once(self, *args: Any, **kwargs: Any) -> RegistryReply:
        reply: RegistryReply = self._exchange(*args, **kwargs)
        return reply

    def _exchange(self, *args: Any, **kwargs: Any) -> Any:
        """One request, see L(_ask,#). The very first one goes alone, and learns for all how to be authenticated:
        otherwise each worker would be sent away once."""
        if not self._introduced:
            with self._introduction:
                if not self._introduced:
                    try:
                        return self._ask(*args, **kwargs)
                    finally:
                        # Whatever came of it: the others are not to wait for one after the other.
                        self._introduced = True
        return self._ask(*args, **kwargs)

    def _ask(
        self,
        kind: str,
        method: str,
        repository: Repository,
        path: str,
        expected: Sequence[int],
        what: str,
        where: str,
        headers: Sequence[Tuple[str, str]] = (),
        body: bytes = b"",
        stream: bool = False,
        scopes: Optional[Scopes] = None,
    ) -> Any:
        """One request with authentication and redirects; its answer's status is one of C(expected)."""
        scopes = scopes or self._scopes(repository)
        base = self._resolve(repository)
        # A page's or an upload's own path comes whole; all others are below the repository.
        target = base._replace(path=path if path.startswith("/") else "/v2/{0}/{1}".format(repository.name, path))
        send = self._transport.stream if stream else self._transport.request
        answer: Any = None
        for last in (False, True):
            authorization = self._authorization(repository, scopes, target)
            self._wait_turn()
            self._count(kind)
            try:
                answer = send(*((method, target, list(headers) + authorization) + (() if stream else (body,))))
            except TransportError as error:
                self._name(error, where)
                raise
            if answer.status != 401:
                break
            challenge = answer.headers.get("www-authenticate", "")
            password_refused = authorization and is_password_refused(challenge, authorization[0][1])
            if last and not password_refused:
                break
            if stream:
                answer.close()
            if password_refused:
                raise self._authorizer.refuse(repository, scopes)
            if authorization:
                self._authorizer.forget(repository, scopes, authorization[0][1])
            self._authorizer.learn(target, challenge, repository)
        if answer.status in REDIRECTS and answer.status not in expected and method in ("GET", "HEAD"):
            answer = self._follow(kind, method, target, answer, headers, stream)
        try:
            return self._check(answer, expected, what, where)
        except RegistryError as error:
            if error.hint == ACCESS_HINT:
                error.hint = access_hint(self._credentials.lookup(repository))
            raise

    @property
    def service(self) -> str:
        """What the registry calls itself when it asks for a token; empty as long as it has not."""
        return self._authorizer.service

    def get_with_password(self, kind: str, repository: Repository, path: str, what: str) -> RegistryReply:
        """GET of something that the registry's host serves beside its own API, for the password instead of a token.

        :param repository: whose login is used.
        :raises RegistryError: any reply but 200.
        """
        target = self._resolve(repository)._replace(path=path)
        value = self._authorizer.password_header(repository)
        headers = [("Authorization", value)] if value else []

        def unit() -> RegistryReply:
            self._wait_turn()
            self._count(kind)
            reply: RegistryReply = self._check(
                self._transport.request("GET", target, headers), (200,), what, str(target)
            )
            return reply

        return self._retry(unit)

    def _follow(
        self, kind: str, method: str, target: Target, answer: Any, headers: Sequence[Tuple[str, str]], stream: bool
    ) -> Any:
        """Go where a redirect points, without credentials: the signed URL of an object store refuses others."""
        for _hop in range(MOST_REDIRECTS):
            location = answer.headers.get("location", "")
            if stream:
                answer.close()
            if not location:
                raise RegistryError("a redirect to nowhere", where=str(target), status=answer.status)
            target = parse_target(location, base=target)
            self._count("redirected_" + kind)
            send = self._transport.stream if stream else self._transport.request
            answer = send(method, target, list(headers))
            if answer.status not in REDIRECTS:
                return answer
        if stream:
            answer.close()
        raise RegistryError("more than {0} redirects".format(MOST_REDIRECTS), where=str(target))

    def _name(self, error: TransportError, where: str) -> None:
        """Let an error name the image or the blob beside the URL; one that every request would meet keeps to that."""
        if (self._answered or not error.unreachable) and error.where and "://" in error.where:
            error.where = "{0} ({1})".format(where, error.where) if where not in error.where else error.where

    def _check(self, answer: Any, expected: Sequence[int], what: str, where: str) -> Any:
        self._answered = True
        if answer.status not in THROTTLED:
            self._throttle.served()
        if answer.status in expected:
            return answer
        reply = answer
        if isinstance(answer, Stream):
            with answer:
                reply = RegistryReply(answer.status, answer.headers, answer.read())
        error = reply_error(reply, what, where)
        if reply.status == 401 and "invalid_token" in reply.headers.get("www-authenticate", ""):
            # Expired between the check and the registry (RFC 6750, section 3.1); a refused scope is called otherwise.
            error.retryable = True
        pointless = self._throttle.throttled(error.retry_after) if reply.status in THROTTLED else None
        if pointless:
            error.retryable = False
            error.hint = pointless
            self._down = error
        raise error

    def _retry(self, unit: Callable[[], T]) -> T:
        try:
            return self._retrier.run(unit)
        except TransportError as error:
            if error.unreachable and not self._answered:
                # Nobody is there. The other images would each wait as long to find the same.
                self._down = error
            raise

    def _wait_turn(self) -> None:
        """Return when the registry may be asked; raise at once where asking is known to be in vain."""
        if self._down is None:
            self._throttle.wait()
        if self._down is not None:
            raise self._down.with_traceback(None)

    def _fetch_token(self, method: str, target: Target, headers: List[Tuple[str, str]], body: bytes) -> RegistryReply:
        def unit() -> RegistryReply:
            self._wait_turn()
            self._count("token")
            reply = self._transport.request(method, target, headers, body)
            if reply.status in THROTTLED or reply.status >= 500:
                self._check(reply, (), "no token", str(target))
            return reply

        return self._retrier.run(unit)

    def _authorization(self, repository: Repository, scopes: Scopes, target: Target) -> List[Tuple[str, str]]:
        if target.endpoint != self._resolve(repository).endpoint:
            # An upload that the registry sent elsewhere: the password is not for that host.
            return []
        value = self._authorizer.header(repository, scopes)
        return [("Authorization", value)] if value else []

    def _scopes(self, repository: Repository) -> Scopes:
        return (push_scope(repository.name) if self._writes else pull_scope(repository.name),)

    def _count(self, kind: str) -> None:
        with self._lock:
            self.requests[kind] += 1

    def _resolve(self, repository: Repository) -> Target:
        """Where the registry is. An insecure one is asked with TLS first, and without where it has none."""
        verify = self._credentials.lookup(repository).verify
        base = self._base.get(verify)
        if base is not None:
            return base
        with self._lock:
            base = self._base.get(verify)
            if base is None:
                base = parse_target("https://{0}/v2/".format(api_host(self.registry)), verify=verify)
                if not verify:
                    base = self._probe(base)
                self._base[verify] = base
            return base

    def _probe(self, secure: Target) -> Target:
        endpoint = secure.endpoint
        explicit = urllib.parse.urlsplit("//" + api_host(self.registry)).port is not None
        plain = secure._replace(endpoint=endpoint._replace(scheme="http", port=endpoint.port if explicit else 80))
        try:
            self._transport.release(self._transport.acquire(endpoint), reusable=True)
        except TransportError as error:
            speaks_no_tls = isinstance(error.__cause__, (ssl.SSLError, ConnectionResetError))
            if speaks_no_tls or not explicit:
                return plain if self._reachable(plain.endpoint) or speaks_no_tls else secure
        return secure

    def _reachable(self, endpoint: Endpoint) -> bool:
        try:
            self._transport.release(self._transport.acquire(endpoint), reusable=True)
        except TransportError:
            return False
        return True
