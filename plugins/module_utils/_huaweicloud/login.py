# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins to SWR's registry, of the basic edition's three kinds.

Sources: user manual of SWR, "Obtaining a Long-Term Docker Login Command" (the HMAC); API reference of
SWR, CreateSecret and CreateAuthorizationToken (the other two).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple

from .._http_values import basic_credentials
from .._logins.docker_config import docker_config
from .._text import is_printable, one_line, quoted, safe
from .credentials import Credentials
from .errors import HuaweiCloudError
from .regions import registry_host

LONG_TERM = "long_term"
TEMPORARY = "temporary"
ENHANCED = "enhanced"
INSTANCE = "instance"
INSTANCE_LONG_TERM = "instance_long_term"
INSTANCE_KINDS = (INSTANCE, INSTANCE_LONG_TERM)
KINDS = (LONG_TERM, TEMPORARY, ENHANCED, *INSTANCE_KINDS)

TEMPORARY_PATH = "/v2/manage/utils/secret"
ENHANCED_PATH = "/v2/manage/utils/authorizationtoken"
EXPIRY_HEADER = "X-Swr-Expireat"

_PROJECT = re.compile(r"[^\s:@]{1,64}\Z")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Login:
    """A user name and a password for one registry.

    :ivar expires: whether it expires at all.
    :ivar expires_at: when, as ISO 8601 in UTC; V(None) if it does not expire, or the API did not say.
    """

    kind: str
    registry: str
    username: str
    password: str = field(repr=False)
    expires: bool = False
    expires_at: Optional[str] = None

    @property
    def auth(self) -> Dict[str, Dict[str, str]]:
        """An entry of the C(auth) structure of image copying."""
        return {self.registry: {"username": self.username, "password": self.password}}

    @property
    def docker_config(self) -> Dict[str, Any]:
        """The content of a Docker credential file with only this login."""
        return docker_config(self.auth)

    def as_dict(self) -> Dict[str, Any]:
        """All fields, for a module result, a filter or a lookup, including the password."""
        return {
            "kind": self.kind,
            "registry": self.registry,
            "username": self.username,
            "password": self.password,
            "expires": self.expires,
            "expires_at": self.expires_at,
            "auth": self.auth,
            "docker_config": self.docker_config,
        }

    def secrets(self) -> Iterator[str]:
        """The values that must not be shown: the password, and the base64 text that contains it."""
        yield self.password
        yield basic_credentials(self.username, self.password)


def long_term_password(access_key: str, secret_key: str) -> str:
    """64 lower-case hexadecimal digits: HMAC-SHA256 of the access key under the secret key."""
    return hmac.new(secret_key.encode("utf-8"), access_key.encode("utf-8"), hashlib.sha256).hexdigest()


def project_of(credentials: Credentials) -> str:
    """The name of the project in the region: as given, else the default one, named after the region."""
    name = credentials.project_name or credentials.region
    if not name:
        raise HuaweiCloudError(
            "neither region nor project_name is known",
            where="region",
            hint="Set region, or the environment variable HW_REGION_NAME.",
        )
    # It is part of the user name, which is used in HTTP headers and shell commands.
    if not _PROJECT.match(name) or not is_printable(name):
        raise HuaweiCloudError(
            "invalid project name {0}".format(quoted(name)),
            where="project_name",
            hint="Write it as the console shows it: up to 64 characters, without blanks, colons and at signs.",
        )
    return name


def registry_of(credentials: Credentials, registry: Optional[str] = None) -> str:
    """The registry's host: as given (with an optional port), else that of the region."""
    if registry:
        host = registry.strip()
        if not _HOST.match(host):
            raise HuaweiCloudError(
                "invalid host name {0}".format(quoted(registry)),
                where="registry",
                hint="Write the host alone, with a port if needed: no scheme, no path.",
            )
        return host
    if not credentials.region:
        raise HuaweiCloudError(
            "the region is unknown",
            where="region",
            hint="Set region, or the environment variable HW_REGION_NAME, or registry.",
        )
    return registry_host(credentials.region, credentials.cloud)


def kind_of(credentials: Credentials, kind: str = "auto") -> str:
    """The kind of login to create: C(auto) depends on whether the keys are temporary.

    :raises HuaweiCloudError: for a long-term login from temporary keys, which no registry accepts.
    """
    if kind == "auto":
        return TEMPORARY if credentials.security_token else LONG_TERM
    if kind not in KINDS:
        raise HuaweiCloudError(
            "invalid login kind {0!r}".format(kind), where="kind", hint="Choose auto, {0}.".format(", ".join(KINDS))
        )
    if kind == LONG_TERM and credentials.security_token:
        raise HuaweiCloudError(
            "a long-term login cannot be created from temporary keys (there is a security token)",
            where="kind",
            hint="Choose kind=temporary, or give a permanent access key and secret key.",
        )
    return kind


def long_term_login(credentials: Credentials, registry: Optional[str] = None) -> Login:
    """The login that is valid as long as the access key. Computed, without any call."""
    kind_of(credentials, LONG_TERM)
    return Login(
        kind=LONG_TERM,
        registry=registry_of(credentials, registry),
        username="{0}@{1}".format(project_of(credentials), credentials.access_key),
        password=long_term_password(credentials.access_key, credentials.secret_key),
    )


def normal_time(text: Optional[str]) -> Optional[str]:
    """A time such as C(2026-07-23T08:46:07Z); text in any other form is returned, cleaned for display.

    Fractions of a second are dropped, so that the result is never late.
    """
    if not text:
        return None
    match = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?\Z", text.strip())
    if not match:
        return one_line(text.strip(), 100)
    zone = (match.group(3) or "Z").replace("Z", "+0000").replace(":", "")
    try:
        moment = datetime.datetime.strptime(
            "{0}T{1}{2}".format(match.group(1), match.group(2), zone), "%Y-%m-%dT%H:%M:%S%z"
        )
        return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return text.strip()


def _choose_entry(data: Any, wanted: str) -> Tuple[str, str]:
    """The entry of a reply's C(auths) for the wanted registry, or the only entry."""
    auths = data.get("auths") if isinstance(data, Mapping) else None
    entries = {
        host: entry["auth"]
        for host, entry in (auths.items() if isinstance(auths, Mapping) else ())
        if isinstance(entry, Mapping) and isinstance(entry.get("auth"), str)
    }
    if wanted in entries:
        return wanted, entries[wanted]
    if len(entries) != 1:
        hosts = safe(", ".join(sorted(entries))) or "none"
        raise HuaweiCloudError(
            "the reply has no login for {0} (it has: {1})".format(wanted, hosts),
            where="auths",
            hint="Check region and cloud.",
        )
    return next(iter(entries.items()))


def _decode(host: str, auth: str) -> Tuple[str, str]:
    try:
        username, colon, password = base64.b64decode(auth, validate=True).decode("utf-8").partition(":")
    except ValueError:
        username, colon, password = "", "", ""
    if not (username and colon and password) or not is_printable(username + password) or not _HOST.match(host):
        raise HuaweiCloudError("the reply's login for {0} cannot be decoded".format(safe(host, 100)), where="auths")
    return username, password


class LoginApi:
    """Gets logins that expire from SWR's management API.

    :param call: C(ApiClient.call) of a client for the API, or a compatible callable.
    :param learn: called with each secret as soon as it is known, before any other use.
    """

    def __init__(self, call: Callable[..., Any], learn: Callable[..., None] = lambda *secrets: None) -> None:
        self._call = call
        self._learn = learn

    def temporary(
        self, credentials: Credentials, registry: Optional[str] = None, duration: Optional[int] = None
    ) -> Login:
        """CreateSecret. It creates no object: the login simply expires.

        :param duration: validity in seconds; SWR's default if not given. Not every region
            supports the parameter, so the reply decides.
        """
        params = [("projectname", project_of(credentials))]
        if duration is not None:
            params.append(("duration_seconds", str(duration)))
        return self._login(TEMPORARY, TEMPORARY_PATH, params, credentials, registry)

    def enhanced(self, credentials: Credentials, registry: Optional[str] = None) -> Login:
        """CreateAuthorizationToken: a login with the rights that IAM grants, for new-style IAM accounts."""
        return self._login(ENHANCED, ENHANCED_PATH, [], credentials, registry)

    def _login(self, kind: str, path: str, params: Any, credentials: Credentials, registry: Optional[str]) -> Login:
        own_host = registry_of(credentials) if credentials.region else None
        host = registry_of(credentials, registry)
        # The reply also has the password in a header, as a shell command, which is ignored.
        reply = self._call("POST", path, params=params, expect=(200, 201))
        entry_host, auth = _choose_entry(reply.data, own_host or host)
        self._learn(auth)
        username, password = _decode(entry_host, auth)
        self._learn(password)
        return Login(
            kind=kind,
            registry=host if registry else entry_host,
            username=username,
            password=password,
            expires=True,
            expires_at=normal_time(reply.headers.get(EXPIRY_HEADER)),
        )
