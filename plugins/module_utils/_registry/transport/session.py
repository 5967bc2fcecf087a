# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to one registry: authenticated, redirected, throttled, retried.

This part is common to all requests; their meaning is left to the client (C(client)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, TypeVar

from ..config.certificates import Trust
from ..config.credentials import CredentialStore
from ..errors import RegistryError
from ..model.quota import PULL, SPENT
from ..model.reference import Repository, api_host
from .auth import Authorizer, Scopes, access_hint, is_password_refused, pull_scope, push_scope
from .connection import Connection, RegistryReply, TransportError
from .error_replies import ACCESS_HINT, reply_error
from .pool import Stream, Transport, find_scheme, let_go, whole
from .retry import THROTTLED, Retrier
from .target import MOST_REDIRECTS, REDIRECTS, Request, Target, parse_target, with_tls
from .throttle import Throttle

T = TypeVar("T")
Answer = TypeVar("Answer", RegistryReply, Stream)
Headers = List[Tuple[str, str]]
Send = Callable[[str, Target, Headers, bytes], Answer]
WriteBody = Callable[[Callable[[Any], None]], None]

_SAME_METHOD = (307, 308)
"""Redirects that repeat the same request elsewhere, including its body (RFC 9110, section 15.4)."""


class RegistrySession:
    """The requests to one registry. Thread-safe.

    :param registry: C(host[:port]) as references name it.
    :param writes: whether to ask for tokens with push permission; for the destination of a copy.
    :param throttle: the registry's throttle; shared by its sessions.
    :ivar requests: number of requests, by kind. :ivar introduced: whether the first one has ended.
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
        self._base: Dict[Trust, Target] = {}
        """By certificate settings, as in endpoints."""
        self._reached: Dict[Trust, Target] = {}
        """Those to which L(connect,#) opened a connection."""
        self._down: Dict[bool, RegistryError] = {}
        """Why all requests (False), or those for manifests (True), are now useless."""
        self._answered = False
        self._introduction = threading.Lock()
        self.introduced = False

    @property
    def service(self) -> str:
        """The registry's name in its token challenge; empty before the first one."""
        return self._authorizer.service

    # -- requests ----------------------------------------------------------------------------------------------

    def call(self, request: Request) -> RegistryReply:
        """The reply, with as many retries as allowed."""
        return self.retry(lambda: self.ask(request))

    def ask(self, request: Request, sent: Optional[Connection] = None) -> RegistryReply:
        """The reply, in one try.

        :param sent: the connection from L(send_ahead,#).
        """
        if sent is None:
            return self._introduce(request, self._transport.request)
        unread = [sent]

        def send(method: str, target: Target, headers: Headers, body: bytes) -> RegistryReply:
            return self._transport.request(method, target, headers, body, unread.pop() if unread else None)

        try:
            return self._introduce(request, send)
        finally:
            for connection in unread:
                connection.close()

    def send_ahead(self, request: Request) -> Optional[Connection]:
        """Send a request now, and read its reply with L(ask,#), so that another registry can be asked meanwhile.

        :return: its connection, which must be passed on or closed; None: the request was not sent.
        """
        if not self.introduced or self._throttle.rate is not None:
            return None
        self._wait_turn()
        login = self._authorization(request, self._scopes_of(request))
        return self._transport.send_ahead(request.method, self._target(request), [*request.headers, *login])

    def stream(self, request: Request) -> Stream:
        """A reply with its body still on the wire, in one try."""
        return self._introduce(request, self._transport.stream)

    def send(self, request: Request, length: int, write_body: WriteBody, budget: Optional[int] = None) -> RegistryReply:
        """Send a body of C(length) bytes from C(write_body), in one try. A redirect requests the bytes again.

        :param budget: see L(pool.Transport.upload,#).
        """
        target = self._target(request)
        scopes = self._scopes_of(request)
        authorization = self._authorization(request, scopes)

        def send(method: str, target: Target, headers: Headers, _body: bytes) -> RegistryReply:
            return self._transport.upload(method, target, headers, length, write_body, budget)

        with self._throttle.upload_slot():
            reply = self._exchange(request, target, authorization, send)
            if reply.status in REDIRECTS:
                reply, _place = self._follow(request, target, authorization, reply, send)
        try:
            return self._judge(request, reply)
        except RegistryError as error:
            if error.status == 401 and authorization and authorization[0][1].startswith("Bearer "):
                # The token expired on the way: resend the bytes with a new one. A refused password stays refused.
                self._authorizer.forget(request.repository, scopes, authorization[0][1])
                error.retryable = True
            raise

    def call_with_password(self, request: Request, patience: Optional[float] = None) -> RegistryReply:
        """Call another API on the registry's host, with user name and password (Basic) and without cookies.

        Redirects are not followed: the password is for this host. Without a password no part of the login is sent.

        :param patience: seconds until the reply has to begin, in one try without consequences for other requests.
        """
        value = self._authorizer.password_header(request.repository)
        login = [("Authorization", value)] if value else []
        send = partial(self._transport.request_within, patience) if patience else self._transport.request

        def unit() -> RegistryReply:
            reply = self._exchange(request, self._target(request), login, send)
            if patience and reply.status not in request.expected:
                raise reply_error(reply, request.what, request.where)
            return self._judge(request, reply)

        return unit() if patience else self.retry(unit)

    def heads(
        self, kind: str, repository: Repository, paths: Sequence[str], headers: Headers, patience: Optional[float]
    ) -> Optional[List[Tuple[bool, str]]]:
        """Replies to HEAD requests sent at once on one connection (L(connection.Connection.pipeline,#)).

        :param kind: the kind they are counted as.
        :return: None: send them one by one. A reply was unusual, or a rate or a proxy forbids it.
        """
        if not self.introduced or self._throttle.rate is not None:
            return None
        self._wait_turn()
        base, value = self.base(repository), self._authorizer.header(repository, self.scopes(repository))
        login = [("Authorization", value)] if value else []
        paths = ["/v2/{0}/{1}".format(repository.name, path) for path in paths]
        replies, usual = self._transport.pipeline(base.endpoint, paths, headers + login, patience)
        if replies:
            # Also where the next one was refused: the throttle learns the rate from these.
            self._throttle.served(len(replies))
        with self._lock:
            self.requests[kind] += len(replies)
        return replies if usual else None

    def retry(self, unit: Callable[[], T]) -> T:
        """Run a unit of several requests, with as many retries as allowed."""
        try:
            return self._retrier.run(unit)
        except TransportError as error:
            if error.unreachable and not self._answered:
                # Unreachable. Other images would each wait as long to find the same.
                self._down[False] = error
            raise

    def scopes(self, repository: Repository) -> Scopes:
        """The default scopes of tokens."""
        return (push_scope(repository.name) if self._writes else pull_scope(repository.name),)

    def connect(self, repository: Repository) -> None:
        """Open a connection before there is something to ask. A failure is left for the first request to find."""
        with self._introduction, contextlib.suppress(RegistryError):
            if not self.introduced:
                base = self.base(repository)
                self._transport.release(self._transport.acquire(base.endpoint), reusable=True)
                self._reached[base.endpoint.trust] = base

    # -- one request -------------------------------------------------------------------------------------------

    def _introduce(self, request: Request, send: Send[Answer]) -> Answer:
        """The very first request goes alone, and learns the authentication for all: otherwise each worker would be
        rejected once."""
        if not self.introduced:
            with self._introduction:
                if not self.introduced:
                    try:
                        return self._ask(request, send)
                    finally:
                        # Whatever the result: the others must not wait one after the other.
                        self.introduced = True
        return self._ask(request, send)

    def _ask(self, request: Request, send: Send[Answer]) -> Answer:
        """One request with authentication and redirects; returns an answer with an expected status."""
        repository, scopes = request.repository, self._scopes_of(request)
        target = self._target(request)
        for last in (False, True):
            authorization = self._authorization(request, scopes)
            answer, place = self._exchange(request, target, authorization, send), target
            if answer.status in REDIRECTS:
                answer, place = self._follow(request, target, authorization, answer, send)
            if answer.status != 401 or place.endpoint != target.endpoint or not self._is_own(request):
                break
            challenge = answer.headers.get("www-authenticate", "")
            password_refused = bool(authorization) and is_password_refused(challenge, authorization[0][1])
            if last and not password_refused:
                break
            let_go(answer)
            if password_refused:
                raise self._authorizer.refuse(repository, scopes)
            if authorization:
                self._authorizer.forget(repository, scopes, authorization[0][1])
            if challenge or not authorization:
                self._authorizer.learn(target, challenge, repository)
        host = place.endpoint.authority
        return self._judge(request, answer, host if host != target.endpoint.authority else "")

    def _exchange(self, request: Request, target: Target, authorization: Headers, send: Send[Answer]) -> Answer:
        self._wait_turn(request.kind == PULL)
        self._count(request.kind)
        answer = self._send(request, target, authorization, send)
        if target.endpoint.trust not in self._base and self._proves(request, target, answer.status):
            self._base[target.endpoint.trust] = Target(target.endpoint, "/v2/")
        return answer

    def _send(self, request: Request, target: Target, login: Headers, send: Send[Answer]) -> Answer:
        try:
            return send(request.method, target, [*request.headers, *login], request.body)
        except RegistryError as error:
            self._name(error, request.where)
            raise

    def _follow(
        self, request: Request, target: Target, authorization: Headers, answer: Answer, send: Send[Answer]
    ) -> Tuple[Answer, Target]:
        """Follow redirects; returns the final answer and its target.

        Another host gets no login: it is not for that host, and the signed URL of an object store refuses others.
        Requests that write follow redirects that keep the method.
        """
        own, hops = target.endpoint, 0
        statuses = REDIRECTS if request.method in ("GET", "HEAD") else _SAME_METHOD
        while answer.status in statuses and answer.status not in request.expected:
            location = answer.headers.get("location", "")
            let_go(answer)
            if not location:
                raise RegistryError("a redirect to nowhere", where=str(target), status=answer.status)
            if hops == MOST_REDIRECTS:
                raise RegistryError("more than {0} redirects".format(MOST_REDIRECTS), where=str(target))
            hops += 1
            target = with_tls(parse_target(location, base=target), target)
            login: Headers = authorization if target.endpoint == own else []
            # The redirecting server is reachable, even if the target is not.
            self._answered = True
            self._count("redirected_" + request.kind)
            answer = self._send(request, target, login, send)
        return answer, target

    def _name(self, error: RegistryError, where: str) -> None:
        """Add the image or the blob to the URL in an error, unless every request would meet the same error."""
        if (self._answered or not getattr(error, "unreachable", True)) and error.where and "://" in error.where:
            error.where = "{0} ({1})".format(where, error.where) if where not in error.where else error.where

    def _judge(self, request: Request, answer: Answer, host: str = "") -> Answer:
        """The answer, if its status is one of those expected.

        :param host: the server that answered, if redirected to another one.
        :raises RegistryError: it is not expected.
        """
        self._note(answer.status)
        pull = request.kind == PULL
        self._throttle.take_quota(answer.headers, pull and answer.status == 200)
        if answer.status in request.expected:
            return answer
        reply = self._authorizer.without_token(whole(answer), request.repository, self._scopes_of(request))
        error = self._refusal(reply, request.what, request.where, host, pull)
        if error.hint == ACCESS_HINT:
            error.hint = access_hint(self._credentials.lookup(request.repository))
        raise error

    def _note(self, status: int) -> None:
        self._answered = True
        if status not in THROTTLED:
            self._throttle.served()

    def _refusal(
        self, reply: RegistryReply, what: str, where: str, host: str = "", pull: bool = False
    ) -> RegistryError:
        error = reply_error(reply, what, where, host)
        if reply.status == 401 and "invalid_token" in reply.headers.get("www-authenticate", ""):
            # Expired between the check and the request (RFC 6750, section 3.1); a refused scope has another code.
            error.retryable = True
        spent = pull and error.code == SPENT and self._throttle.quota is not None and error.retry_after is None
        pointless = self._throttle.throttled(error.retry_after, spent) if reply.status in THROTTLED else None
        if pointless:
            # Not specific to this image. Without pulls left, images already read can still be copied.
            error.where, error.hint, error.retryable = self.registry, pointless, False
            self._down[spent] = error
        return error

    def _wait_turn(self, pull: bool = False) -> None:
        """Return when the registry may be asked; raise at once if asking is known to be useless."""
        for waited in (False, True):
            error = self._down.get(False) or (self._down.get(True) if pull else None)
            if error is not None:
                raise error.with_traceback(None)
            if not waited:
                self._throttle.wait(pull)

    def _count(self, kind: str) -> None:
        with self._lock:
            self.requests[kind] += 1

    # -- login -------------------------------------------------------------------------------------------------

    def _fetch_token(self, method: str, target: Target, headers: Headers, body: bytes) -> RegistryReply:
        def unit() -> RegistryReply:
            self._wait_turn()
            self._count("token")
            reply = self._transport.request(method, target, headers, body)
            if reply.status in THROTTLED or reply.status >= 500:
                self._note(reply.status)
                raise self._refusal(reply, "no token", str(target))
            return reply

        return self._retrier.run(unit)

    def _authorization(self, request: Request, scopes: Scopes) -> Headers:
        if not self._is_own(request):
            # An upload that the registry sent elsewhere: the password is not for that host.
            return []
        value = self._authorizer.header(request.repository, scopes)
        return [("Authorization", value)] if value else []

    def _scopes_of(self, request: Request) -> Scopes:
        return request.scopes or self.scopes(request.repository)

    # -- location ----------------------------------------------------------------------------------------------

    def base(self, repository: Repository) -> Target:
        """The registry's address. An insecure one is asked with TLS first, then without if it has none.

        The result is remembered once it has answered: being down for now says nothing.
        """
        trust = self._credentials.lookup(repository).trust
        base = self._base.get(trust) or self._reached.get(trust)
        if base is not None:
            return base
        secure = parse_target("https://{0}/v2/".format(api_host(self.registry)), trust=trust)
        if not trust.verify and False in self._down:
            raise self._down[False].with_traceback(None)
        return secure if trust.verify else find_scheme(self._transport, secure, api_host(self.registry))

    @staticmethod
    def _proves(request: Request, target: Target, status: int) -> bool:
        """Whether an answer shows that the registry exists. Servers send 400 for plain HTTP on a TLS port."""
        return isinstance(request.path, str) and (status != 400 or target.endpoint.scheme == "https")

    def _is_own(self, request: Request) -> bool:
        """Whether it goes to the registry itself."""
        return not isinstance(request.path, Target) or request.path.endpoint == self.base(request.repository).endpoint

    def _target(self, request: Request) -> Target:
        if isinstance(request.path, Target):
            return request.path
        start = "" if request.path.startswith("/") else "/v2/{0}/".format(request.repository.name)
        return Target(self.base(request.repository).endpoint, start + request.path)
