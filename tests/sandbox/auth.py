# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: no authentication, Basic, or Bearer with a token endpoint of its own."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import json
import secrets
import threading
import time
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union
from urllib.parse import parse_qs

from .http_message import Request, Response

ALL_ACTIONS = ("pull", "push", "delete")
Need = Tuple[str, str]


class Permission(NamedTuple):
    """Actions on the repositories that a shell pattern matches (C(*) crosses slashes)."""

    repository: str
    actions: Tuple[str, ...] = ALL_ACTIONS


class User:
    """A user with a password.

    :param permissions: what the user may do; by default everything everywhere.
    """

    def __init__(self, password: str, permissions: Optional[Iterable[Permission]] = None) -> None:
        self.password = password
        self.permissions = (Permission("*"),) if permissions is None else tuple(permissions)


Users = Mapping[str, Union[str, User]]


def allowed(permissions: Sequence[Permission], repository: str) -> FrozenSet[str]:
    """The actions that the permissions grant on a repository; C(*) is the catalog's."""
    everywhere = any(permission.repository == "*" for permission in permissions)
    return frozenset(["*"] if everywhere and repository == "catalog" else ()) | frozenset(
        action
        for permission in permissions
        if permission.repository == "*" or fnmatch.fnmatchcase(repository, permission.repository)
        for action in permission.actions
    )


def error(
    status: int, code: str, message: str, headers: Optional[Dict[str, str]] = None, detail: Any = None
) -> Response:
    """A reply in the error format of the distribution specification."""
    body = json.dumps({"errors": [{"code": code, "message": message, "detail": detail}]}).encode()
    return Response(status, body, dict(headers or {}, **{"Content-Type": "application/json; charset=utf-8"}))


def basic_credentials(request: Request) -> Optional[Tuple[str, str]]:
    """User and password of a Basic Authorization header, or None."""
    scheme, _space, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _colon, password = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


class NoAuth:
    """Everybody may do everything."""

    kind = "none"
    token_path: Optional[str] = None

    def check(self, request: Request, needs: Sequence[Need], realm: Optional[str] = None) -> Optional[Response]:
        """The refusal of a request that needs these actions on these repositories, or None where it may pass."""
        return None

    def may(self, request: Request, repository: str, action: str) -> bool:
        return self.check(request, [(repository, action)]) is None

    def expire_tokens(self) -> None:
        """Every token given out so far is expired from now on."""


class BasicAuth(NoAuth):
    """User and password with each request."""

    kind = "basic"

    def __init__(self, users: Users, anonymous: Iterable[Permission] = (), realm: str = "sandbox") -> None:
        self.users = {name: user if isinstance(user, User) else User(user) for name, user in users.items()}
        self.anonymous = tuple(anonymous)
        self.realm = realm

    def user(self, name: str, password: str) -> Optional[User]:
        found = self.users.get(name)
        return found if found is not None and found.password == password else None

    def check(self, request: Request, needs: Sequence[Need], realm: Optional[str] = None) -> Optional[Response]:
        challenge = {"WWW-Authenticate": 'Basic realm="{0}"'.format(realm or self.realm)}
        if "authorization" not in request.headers:
            if needs and all(action in allowed(self.anonymous, name) for name, action in needs):
                return None
            return error(401, "UNAUTHORIZED", "authentication required", challenge)
        credentials = basic_credentials(request)
        user = self.user(*credentials) if credentials else None
        if user is None:
            return error(401, "UNAUTHORIZED", "authentication required", challenge)
        if any(action not in allowed(user.permissions, name) for name, action in needs):
            return error(403, "DENIED", "requested access to the resource is denied")
        return None


class _Token:
    __slots__ = ("access", "expires", "uses")

    def __init__(self, access: Dict[str, FrozenSet[str]], expires: float) -> None:
        self.access = access
        self.expires = expires
        self.uses = 0


class BearerAuth(BasicAuth):
    """Tokens from an own endpoint, as the distribution project's token specification describes.

    :param ttl: seconds that a token is good for.
    :param max_uses: requests that a token is good for; None for no limit.
    :param realm: the URL of the token endpoint; by default this server's own C(token_path).
    :param tell_expiry: whether the reply has C(expires_in); SWR's often has not.
    """

    kind = "bearer"
    token_path = "/token"

    def __init__(
        self,
        users: Users,
        anonymous: Iterable[Permission] = (),
        realm: Optional[str] = None,
        service: str = "sandbox",
        ttl: float = 300.0,
        max_uses: Optional[int] = None,
        tell_expiry: bool = True,
    ) -> None:
        super().__init__(users, anonymous)
        self.realm_url = realm
        self.service = service
        self.ttl = ttl
        self.max_uses = max_uses
        self.tell_expiry = tell_expiry
        self._lock = threading.Lock()
        self._tokens: Dict[str, _Token] = {}
        self._refresh: Dict[str, str] = {}

    # The registry's side

    def scope_text(self, needs: Sequence[Need]) -> str:
        """The scope parameter of the challenge."""
        actions: Dict[str, List[str]] = {}
        for name, action in needs:
            actions.setdefault(name, []).append(action)
        return " ".join(
            "{0}:{1}:{2}".format("registry" if wanted == ["*"] else "repository", name, ",".join(wanted))
            for name, wanted in actions.items()
        )

    def challenge(self, request: Request, needs: Sequence[Need], realm: Optional[str], problem: str) -> Response:
        url = realm or self.realm_url or request.base_url + (self.token_path or "")
        text = 'Bearer realm="{0}",service="{1}"'.format(url, self.service)
        if needs:
            text += ',scope="{0}"'.format(self.scope_text(needs))
        if problem:
            text += ',error="{0}"'.format(problem)
        return error(401, "UNAUTHORIZED", "authentication required", {"WWW-Authenticate": text})

    def check(self, request: Request, needs: Sequence[Need], realm: Optional[str] = None) -> Optional[Response]:
        scheme, _space, value = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return self.challenge(request, needs, realm, "")
        token = self._tokens.get(value.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            return self.challenge(request, needs, realm, "invalid_token")
        with self._lock:
            token.uses += 1
            spent = self.max_uses is not None and token.uses > self.max_uses
        if spent or time.monotonic() > token.expires:
            return self.challenge(request, needs, realm, "invalid_token")
        if any(action not in token.access.get(name, ()) for name, action in needs):
            return self.challenge(request, needs, realm, "insufficient_scope")
        return None

    def expire_tokens(self) -> None:
        with self._lock:
            for token in self._tokens.values():
                token.expires = 0.0

    def issue(self, permissions: Sequence[Permission], scopes: Iterable[str], known: bool) -> str:
        """A token for the part of the scopes that the permissions grant."""
        access: Dict[str, FrozenSet[str]] = {}
        for scope in scopes:
            kind, _colon, rest = scope.partition(":")
            name, _colon, actions = rest.rpartition(":")
            wanted = frozenset(actions.split(","))
            if kind == "repository":
                granted = allowed(permissions, name)
                access[name] = access.get(name, frozenset()) | (granted if "*" in wanted else granted & wanted)
            elif kind == "registry" and name == "catalog" and known:
                access["catalog"] = wanted
        parts = [
            base64.urlsafe_b64encode(json.dumps(part, sort_keys=True).encode()).decode().rstrip("=")
            for part in ({"typ": "JWT"}, {"access": {name: sorted(actions) for name, actions in access.items()}})
        ]
        text = ".".join([*parts, secrets.token_urlsafe(24)])
        with self._lock:
            self._tokens[text] = _Token(access, time.monotonic() + self.ttl)
        return text

    # The token endpoint

    def token_reply(self, token: str, refresh: Optional[str] = None) -> Response:
        body: Dict[str, Any] = {"token": token, "access_token": token}
        if self.tell_expiry:
            body["expires_in"] = int(self.ttl)
            body["issued_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if refresh:
            body["refresh_token"] = refresh
        return Response(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def refuse_scopes(self, scopes: Iterable[str]) -> Optional[Response]:
        """For servers that refuse a token (not just an action) for some scopes."""
        return None

    def serve_token(self, request: Request) -> Response:
        if request.method == "GET":
            return self._get_token(request)
        if request.method == "POST":
            return self._post_token(request)
        return error(405, "UNSUPPORTED", "method not allowed")

    def _get_token(self, request: Request) -> Response:
        scopes = [part for value in request.query.get("scope", []) for part in value.split()]
        if "authorization" not in request.headers:
            return self.refuse_scopes(scopes) or self.token_reply(self.issue(self.anonymous, scopes, False))
        credentials = basic_credentials(request)
        user = self.user(*credentials) if credentials else None
        if user is None or credentials is None:
            return error(401, "UNAUTHORIZED", "incorrect username or password")
        refused = self.refuse_scopes(scopes)
        if refused is not None:
            return refused
        refresh = self._new_refresh(credentials[0]) if request.param("offline_token") == "true" else None
        return self.token_reply(self.issue(user.permissions, scopes, True), refresh)

    def _post_token(self, request: Request) -> Response:
        form = parse_qs(request.body.read().decode("utf-8", "replace"))
        grant = form.get("grant_type", [""])[0]
        scopes = [part for value in form.get("scope", []) for part in value.split()]
        refresh: Optional[str] = None
        if grant == "refresh_token":
            refresh = form.get("refresh_token", [""])[0]
            user = self.users.get(self._refresh.get(refresh, ""))
        elif grant == "password":
            name = form.get("username", [""])[0]
            user = self.user(name, form.get("password", [""])[0])
            if user is not None and form.get("access_type", [""])[0] == "offline":
                refresh = self._new_refresh(name)
        else:
            return error(400, "UNSUPPORTED", "unknown grant type")
        if user is None:
            return error(401, "UNAUTHORIZED", "incorrect username or password")
        return self.refuse_scopes(scopes) or self.token_reply(self.issue(user.permissions, scopes, True), refresh)

    def add_refresh_token(self, user: str, token: str) -> None:
        """Makes an identity token known, as a login with C(docker login) leaves it in auth files."""
        self._refresh[token] = user

    def _new_refresh(self, user: str) -> str:
        token = secrets.token_urlsafe(24)
        self.add_refresh_token(user, token)
        return token
