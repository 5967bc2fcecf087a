# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a registry sends the login: realms and redirects, up to TLS on its own host, and never into the clear."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.certificates import Trust
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import Credential
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.auth import Authorizer, pull_scope
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeClock,
    reply,
    repository,
)

APP, SCOPES = repository(), (pull_scope("ns/app"),)
LOGIN = Credential(username="user", password="pa:ss", origin="auth")
TOKEN = Credential(username="user", identity_token="ID-token-7", origin="auth")


class TokenServers:
    """Redirects what it has a place for, and gives a token everywhere else.

    :ivar asked: the method and the URL, without its query, of every request, and whether it had the login.
    """

    def __init__(self, redirects: Dict[str, str], status: int = 307) -> None:
        self._redirects, self._status = redirects, status
        self.asked: List[Tuple[str, str, bool]] = []

    def __call__(self, method: str, target: Any, headers: Any, body: bytes) -> Any:
        self.asked.append((method, str(target), "Authorization" in dict(headers) or b"ID-token-7" in body))
        place = self._redirects.get(str(target))
        return reply(self._status, location=place) if place else reply(200, {"token": "T"})

    @property
    def urls(self) -> List[str]:
        return [url for _method, url, _login in self.asked]


def ask(registry: str, realm: str, credential: Credential = LOGIN, verify: bool = True, **options: Any) -> TokenServers:
    """Get a token; the requests for it."""
    server = TokenServers(**options) if options else TokenServers({})
    authorizer = Authorizer(CredentialStore({"source.example": credential}), server, FakeClock())
    authorizer.learn(parse_target(registry, trust=Trust(verify)), 'Bearer realm="{0}",service="s"'.format(realm), APP)
    assert authorizer.header(APP, SCOPES) == "Bearer T"
    return server


@pytest.mark.parametrize("credential", [LOGIN, TOKEN, Credential()], ids=["password", "token", "anonymous"])
@pytest.mark.parametrize(
    ("registry", "realm", "asked"),
    [
        ("https://reg.example/", "http://reg.example/t", "https://reg.example/t"),
        ("https://reg.example/", "http://REG.example./t", "https://reg.example/t"),
        ("https://reg.example/", "http://reg.example:80/t", "https://reg.example/t"),
        ("https://reg.example/", "http://reg.example:443/t", "https://reg.example/t"),
        ("https://reg.example:8443/", "http://reg.example/t", "https://reg.example:8443/t"),
        ("https://reg.example:8443/", "http://reg.example:8443/t", "https://reg.example:8443/t"),
        ("https://reg.example/", "http://reg.example:5001/t", "https://reg.example:5001/t"),
        ("https://[fd00::1]/", "http://[fd00::1]/t", "https://[fd00::1]/t"),
        ("https://reg.example/", "https://reg.example:5001/t", "https://reg.example:5001/t"),
        ("https://reg.example/", "/service/token", "https://reg.example/service/token"),
        ("http://reg.example:5000/", "http://reg.example:5001/t", "http://reg.example:5001/t"),
    ],
)
def test_a_realm_on_the_registrys_own_host_has_its_tls(
    registry: str, realm: str, asked: str, credential: Credential
) -> None:
    assert ask(registry, realm, credential).urls == [asked]


def test_an_insecure_registry_is_asked_where_it_says() -> None:
    assert ask("https://reg.example/", "http://reg.example/t", verify=False).urls == ["http://reg.example/t"]


@pytest.mark.parametrize("credential", [LOGIN, TOKEN], ids=["password", "token"])
def test_a_realm_without_tls_on_another_host_does_not_get_the_login_even_where_it_is_named(
    credential: Credential,
) -> None:
    named = Credential(**dict(vars(credential), token_server="auth.other.example"))
    for realm in ("http://auth.reg.example/t", "http://auth.other.example/t"):
        with pytest.raises(RegistryError, match="token server without TLS, auth") as caught:
            ask("https://reg.example/", realm, named)
        assert "external_url" in str(caught.value.hint)
        assert "token_server" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("credential", [LOGIN, TOKEN], ids=["password", "token"])
@pytest.mark.parametrize(
    ("location", "then"),
    [
        ("/t/", "https://reg.example/t/"),
        ("https://auth.reg.example/t", "https://auth.reg.example/t"),
        # The proxy that ends TLS says so once more.
        ("http://reg.example/t/", "https://reg.example/t/"),
    ],
)
def test_redirects_are_followed_with_the_login(status: int, credential: Credential, location: str, then: str) -> None:
    redirects = {"https://reg.example/t": location}
    server = ask("https://reg.example/", "https://reg.example/t", credential, redirects=redirects, status=status)
    method = "POST" if credential is TOKEN else "GET"
    assert server.asked == [(method, "https://reg.example/t", True), (method, then, True)]


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("https://auth.evil.example2/t", "on an unrelated host"),
        ("http://auth.reg.example/t", "without"),
        ("//evil.test/t", "on an unrelated host"),
        ("ftp://reg.example/t", "neither http nor https"),
        ("/t\rX-Evil: 1", "control characters"),
        ("http://[::1/t", "cannot be read"),
    ],
)
def test_a_redirect_that_leads_away_does_not_get_the_login(location: str, why: str) -> None:
    server = TokenServers({"https://reg.example/t": location})
    authorizer = Authorizer(CredentialStore({"source.example": LOGIN}), server, FakeClock())
    authorizer.learn(parse_target("https://reg.example/"), 'Bearer realm="https://reg.example/t"', APP)
    for _count in range(2):
        with pytest.raises(RegistryError, match=why) as caught:
            authorizer.header(APP, SCOPES)
        assert not caught.value.retryable
    assert server.urls == ["https://reg.example/t"]


@pytest.mark.parametrize("realm", ["/t\rX-Evil: 1", "http://[::1/t", "https://reg.example:x/t"])
def test_a_realm_that_is_no_url_is_an_error_of_the_registrys(realm: str) -> None:
    with pytest.raises(RegistryError, match="a URL ") as caught:
        ask("https://reg.example/", realm)
    assert caught.value.where == "https://reg.example/"


def test_redirects_in_a_circle_end() -> None:
    server = TokenServers({"https://reg.example/t": "/t"})
    authorizer = Authorizer(CredentialStore({"source.example": LOGIN}), server, FakeClock())
    authorizer.learn(parse_target("https://reg.example/"), 'Bearer realm="https://reg.example/t"', APP)
    with pytest.raises(RegistryError, match="more than 5 redirects"):
        authorizer.header(APP, SCOPES)
    assert len(server.asked) == 6
