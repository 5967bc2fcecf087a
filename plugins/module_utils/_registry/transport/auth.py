# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handles a registry's 401: Basic, and Bearer tokens for scopes.

Specification: Distribution's token authentication (docs/spec/auth/token.md, oauth.md, scope.md).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import re
import threading
import time
import urllib.parse
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from ..._http_values import NotUnderstood, basic_auth
from ..._json import read_json, read_shape
from ..._lazy import pattern
from ..._text import MASK
from ..config.credentials import CredentialStore
from ..config.docker_logins import Credential
from ..errors import RegistryError
from ..model.reference import Repository
from .connection import RegistryReply, TransportError
from .error_replies import ACCESS_HINT, RETRYABLE, reply_error
from .target import MOST_REDIRECTS, REDIRECTS, Scopes, Target, parse_target, with_tls

Headers = List[Tuple[str, str]]
Fetch = Callable[[str, Target, Headers, bytes], RegistryReply]

DEFAULT_LIFETIME = 60.0
"""Lifetime of a token in seconds if its reply has none (token.md: expires_in defaults to 60)."""

LONGEST_LIFETIME = 86400.0

_SECOND_LEVELS = frozenset(
    ("ac", "co", "com", "edu", "gob", "gouv", "gov", "id", "ltd", "mil", "ne", "net", "nom", "or", "org", "plc", "sch")
)
"""Below a country's domain these are public suffixes, as in C(co.uk) and C(com.cn)."""

_TOKEN = pattern(r"[\x21-\x7e]+")
# Without the word boundary a long word would be tried from each of its letters.
_CHALLENGE_PARAMETER = pattern(r'\b([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


class Challenge(NamedTuple):
    """The content of C(WWW-Authenticate). C(scheme) is C(basic) or C(bearer)."""

    scheme: str
    realm: str = ""
    service: str = ""


class _Lesson(NamedTuple):
    """A challenge and the registry that sent it."""

    challenge: Challenge
    registry: Target


class _Token(NamedTuple):
    value: str
    renew_at: float


def pull_scope(repository: str) -> str:
    """The scope to read C(repository)."""
    return "repository:{0}:pull".format(repository)


def push_scope(repository: str) -> str:
    """The scope to read and write C(repository)."""
    return "repository:{0}:pull,push".format(repository)


def delete_scope(repository: str) -> str:
    """The scope to delete from C(repository); includes C(pull), as lookups may be needed in between."""
    return "repository:{0}:pull,delete".format(repository)


def parse_challenge(header: str) -> Optional[Challenge]:
    """The first challenge of a C(WWW-Authenticate) header that the engine supports; None if there is none."""
    basic = None
    for scheme, parameters in _split_challenges(header):
        if scheme == "bearer" and parameters.get("realm"):
            return Challenge("bearer", parameters["realm"], parameters.get("service", ""))
        if scheme == "basic":
            basic = Challenge("basic")
    return basic


def is_password_refused(header: str, sent: str) -> bool:
    """Whether a 401 only asks for the password that was already in C(sent), the Authorization header."""
    challenge = parse_challenge(header)
    return sent.startswith("Basic ") and (challenge is None or challenge.scheme == "basic")


def _split_challenges(header: str) -> List[Tuple[str, Dict[str, str]]]:
    starts = list(re.finditer(r"(?:^|,\s*)(Basic|Bearer|Digest|Negotiate|NTLM)\b", header, re.IGNORECASE))
    result = []
    for index, start in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(header)
        parameters = {}
        for match in _CHALLENGE_PARAMETER.finditer(header[start.end() : end]):
            quoted = match.group(2)
            parameters[match.group(1).lower()] = (
                re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match.group(3)
            )
        result.append((start.group(1).lower(), parameters))
    return result


def is_clear(registry: Target, realm: Target) -> bool:
    """Whether a token server lacks the TLS that its registry has."""
    return registry.endpoint.is_trusted and realm.endpoint.scheme != "https"


def may_receive_password(registry: Target, realm: Target, named: str = "") -> bool:
    """Whether a registry's password may be sent to the token server it names.

    Allowed are the same host and hosts of the same registered domain (registry-1.docker.io and auth.docker.io,
    demo-registry.cn-hangzhou.cr.aliyuncs.com and dockerauth-ee.cn-hangzhou.aliyuncs.com). Anything else, or a step
    from https down to http, could be a registry that collects passwords.

    :param named: C(host[:port]) of another one that the user trusts.
    """
    if is_clear(registry, realm):
        return False
    if realm.endpoint.authority == named:
        return True
    ours, theirs = registry.endpoint.host.lower().rstrip("."), realm.endpoint.host.lower().rstrip(".")
    return ours == theirs or (_own_domain(ours) is not None and _own_domain(ours) == _own_domain(theirs))


def _own_domain(host: str) -> Optional[str]:
    """The registered part of a host name (C(example.com), C(example.co.uk)); None for an address."""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return None
    public = 2 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS else 1
    return ".".join(labels[-public - 1 :]) if len(labels) > public else None


class Authorizer:
    """The C(Authorization) headers for one registry: learned once, cached, renewed before they expire.

    :param fetch: sends a request to a token server and returns the reply; handles retries itself.
    :param clock: seconds since any fixed moment.
    """

    def __init__(
        self,
        credentials: CredentialStore,
        fetch: Fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials = credentials
        self._fetch = fetch
        self._clock = clock
        self._lesson: Optional[_Lesson] = None
        self._tokens: Dict[Tuple[str, Scopes], _Token] = {}
        self._refusals: Dict[Tuple[str, Scopes], RegistryError] = {}
        self._locks: Dict[Tuple[str, Scopes], threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def service(self) -> str:
        """The service named in the registry's token challenge; empty before the first challenge."""
        return self._lesson.challenge.service if self._lesson is not None else ""

    def password_header(self, repository: Repository) -> Optional[str]:
        """The value that contains the user name and password themselves, or None without them."""
        credential = self._credentials.lookup(repository)
        return None if credential.anonymous or credential.identity_token else basic_header(credential)

    def header(self, repository: Repository, scopes: Scopes) -> Optional[str]:
        """The value to send, or None if the registry has not asked for one yet.

        :raises RegistryError: the token server refused, or must not receive the password.
        """
        lesson = self._lesson
        if lesson is None:
            return None
        credential = self._credentials.lookup(repository)
        if lesson.challenge.scheme == "basic":
            refusal = self._refusals.get((credential.origin, scopes))
            if refusal is not None:
                raise refusal.with_traceback(None)
            return None if credential.anonymous else basic_header(credential)
        return "Bearer " + self._token(lesson, credential, scopes)

    def learn(self, registry: Target, header: str, repository: Repository) -> None:
        """Record the challenge of a 401.

        :raises RegistryError: it asks for something that the engine does not support.
        """
        challenge = parse_challenge(header)
        if challenge is None:
            raise RegistryError(
                "the registry asks for an authentication that is neither Basic nor Bearer",
                where=str(registry),
                status=401,
            )
        if challenge.scheme == "basic" and self._credentials.lookup(repository).anonymous:
            raise missing_credentials(repository)
        self._lesson = _Lesson(challenge, registry)

    def refuse(self, repository: Repository, scopes: Scopes) -> RegistryError:
        """Record that the registry does not accept the password, and return the corresponding error.

        It is not sent there again: one try per tag would lock the user out.
        """
        credential = self._credentials.lookup(repository)
        error = RegistryError(
            "the registry refused the user and the password",
            where=str(repository),
            status=401,
            hint=access_hint(credential),
        )
        return self._refusals.setdefault((credential.origin, scopes), error)

    def forget(self, repository: Repository, scopes: Scopes, header: str) -> None:
        """Drop the token of C(header), which the registry rejected; one obtained in the meantime stays."""
        key = (self._credentials.lookup(repository).origin, scopes)
        with self._lock:
            token = self._tokens.get(key)
            if token is not None and header == "Bearer " + token.value:
                del self._tokens[key]

    def without_token(self, reply: RegistryReply, repository: Repository, scopes: Scopes) -> RegistryReply:
        """The reply with the request's token masked: some servers repeat it in their text."""
        token = self._tokens.get((self._credentials.lookup(repository).origin, scopes))
        return reply if token is None else reply._replace(body=reply.body.replace(token.value.encode(), MASK.encode()))

    def _token(self, lesson: _Lesson, credential: Credential, scopes: Scopes) -> str:
        key = (credential.origin, scopes)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            refusal = self._refusals.get(key)
            if refusal is not None:
                raise refusal.with_traceback(None)
            token = self._tokens.get(key)
            if token is None or self._clock() >= token.renew_at:
                try:
                    token = self._request_token(lesson, credential, scopes)
                except RegistryError as error:
                    if not error.retryable and not _is_passing(error):
                        # The same request gets the same answer; one try per tag would lock the user out.
                        self._refusals[key] = error
                    raise
                self._tokens[key] = token
            return token.value

    def _request_token(self, lesson: _Lesson, credential: Credential, scopes: Scopes) -> _Token:
        named = parse_target(lesson.challenge.realm, lesson.registry)
        realm = _checked(lesson.registry, with_tls(named, lesson.registry), credential)
        ask = self._post_refresh_token if credential.identity_token else self._get_token
        return self._read_token(ask(lesson, realm, credential, scopes), realm, credential, scopes)

    def _ask(
        self, lesson: _Lesson, credential: Credential, method: str, target: Target, headers: Headers, body: bytes = b""
    ) -> RegistryReply:
        """The token server's reply. Redirects are followed, with the login if the target may receive it.

        :raises RegistryError: the target may not receive it.
        """
        for _hop in range(MOST_REDIRECTS + 1):
            reply = self._fetch(method, target, headers, body)
            location = reply.headers.get("location")
            if reply.status not in REDIRECTS or not location:
                return reply
            target = _checked(lesson.registry, with_tls(parse_target(location, target), target), credential)
        raise RegistryError("more than {0} redirects of the token server".format(MOST_REDIRECTS), where=str(target))

    def _get_token(self, lesson: _Lesson, realm: Target, credential: Credential, scopes: Scopes) -> RegistryReply:
        challenge = lesson.challenge
        query = [("scope", scope) for scope in scopes]
        if challenge.service:
            query.insert(0, ("service", challenge.service))
        joint = "&" if "?" in realm.path else "?"
        target = realm._replace(path=realm.path + joint + urllib.parse.urlencode(query)) if query else realm
        headers = [] if credential.anonymous else [("Authorization", basic_header(credential))]
        return self._ask(lesson, credential, "GET", target, headers)

    def _post_refresh_token(
        self, lesson: _Lesson, realm: Target, credential: Credential, scopes: Scopes
    ) -> RegistryReply:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": credential.identity_token,
            "service": lesson.challenge.service,
            "scope": " ".join(scopes),
            "client_id": "longshore.swr",
        }
        headers = [("Content-Type", "application/x-www-form-urlencoded")]
        return self._ask(lesson, credential, "POST", realm, headers, urllib.parse.urlencode(form).encode("ascii"))

    def _read_token(self, reply: RegistryReply, realm: Target, credential: Credential, scopes: Scopes) -> _Token:
        if reply.status != 200:
            error = reply_error(reply, "no token for {0}".format(" ".join(scopes)), str(realm))
            if reply.status in (401, 403) and error.hint in (None, ACCESS_HINT):
                error.hint = access_hint(credential)
            raise error
        try:
            document = read_shape(reply.body, {"token": (str, None), "access_token": (str, None)})
            value = document["token"] if document.get("token") else document.get("access_token") or ""
            if not _TOKEN.fullmatch(value):
                raise NotUnderstood("it has no token, or one that no header can carry")
        except NotUnderstood as problem:
            what = "the token server's reply cannot be parsed: {0}".format(problem)
            raise RegistryError(what, where=str(realm), retryable=True) from problem
        lifetime = document.get("expires_in")
        stated = isinstance(lifetime, (int, float)) and lifetime > 0
        seconds = float(min(lifetime, LONGEST_LIFETIME)) if stated else _jwt_lifetime(value)
        # Renewed a little early, so that a token does not expire between the check and the request.
        return _Token(value, self._clock() + max(seconds * 0.8, seconds - 60.0))


def _checked(registry: Target, realm: Target, credential: Credential) -> Target:
    """A token server that may receive this login.

    :raises RegistryError: it must not get the password.
    """
    if credential.anonymous or may_receive_password(registry, realm, credential.token_server):
        return realm
    place = realm.endpoint.authority
    if is_clear(registry, realm):
        what = "the registry names a token server without TLS, {0}; it does not get the password"
        hint = (
            "Make the registry name the token server with https. Behind a proxy that terminates TLS, set "
            "Harbor's external_url, or for other registries have the proxy send the header X-Forwarded-Proto."
        )
    else:
        what = "the registry names a token server on an unrelated host, {0}; it does not get the password"
        hint = (
            "A token server is trusted on the registry's own domain. If you trust this one, name it in the "
            "registry's auth entry: token_server: {0}."
        )
    raise RegistryError(what.format(place), where=str(registry), hint=hint.format(place))


def _is_passing(error: RegistryError) -> bool:
    """Whether a failure after all retries says nothing about the login: no reply, or a server in trouble."""
    return isinstance(error, TransportError) or (error.status is not None and error.status in RETRYABLE)


def access_hint(credential: Credential) -> str:
    """What to do if this login was refused."""
    if credential.anonymous:
        return "Add an entry with a user and a password for this registry to the auth file."
    return "Check the user and the password in {0}, and that this user may do this in this repository.".format(
        credential.origin
    )


def missing_credentials(repository: Repository) -> RegistryError:
    """The error for a registry that requires a password but has none."""
    return RegistryError(
        "the registry asks for a user and a password, and there is none for it",
        where=str(repository),
        status=401,
        hint="Add an entry for {0} to the auth file.".format(repository.registry),
    )


def basic_header(credential: Credential) -> str:
    """The value that contains user name and password."""
    return basic_auth(credential.username, credential.password)


def _jwt_lifetime(token: str) -> float:
    """Seconds between a JWT's C(iat) and C(exp); SWR's replies often omit C(expires_in)."""
    try:
        payload = token.split(".")[1]
        claims = read_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        lifetime = float(claims["exp"]) - float(claims.get("iat") or claims["nbf"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
        return DEFAULT_LIFETIME
    return lifetime if lifetime > 0 else DEFAULT_LIFETIME
