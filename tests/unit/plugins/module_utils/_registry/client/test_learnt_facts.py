# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of a registry was learnt from an answer of it; what a fault suggests holds for one try."""

from __future__ import annotations

import ssl

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import Credential
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import TransportError
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeTransport,
    client_pool,
    no_wait_retrier,
    reply,
    repository,
)

HOST = "reg.example:5000"
APP = repository(registry=HOST)
DIGEST = "sha256:" + "1" * 64
FOUND = reply(200, docker_content_digest=DIGEST)
DEAD, RESET, NO_TLS, UP = "dead", "reset", "no TLS", "up"


def failure(state, url):
    """How connecting fails in a state of the registry."""
    if state == UP or (state == NO_TLS and url.startswith("http:")):
        return None
    error = TransportError("cannot connect", unreachable=True)
    causes = {NO_TLS: ssl.SSLError(1, "wrong version number"), RESET: ConnectionResetError()}
    error.__cause__ = causes.get(state)
    return error


class Insecure:
    """An insecure registry that passes through states, one for each request."""

    def __init__(self, *states, retries=5):
        self.states = list(states)
        self.transport = FakeTransport(self.answer)
        self.transport.refuse_connection = lambda url: failure(self.states[0], url)
        login = CredentialStore({HOST: Credential(insecure=True, origin="auth")})
        self.client = client_pool(self.transport, login, no_wait_retrier(retries)).source(HOST)

    def answer(self, sent):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        error = failure(state, sent.url)
        if error is not None:
            raise error
        return FOUND

    def look(self):
        return self.client.head_manifest(APP, "v1")


@pytest.mark.parametrize("first", [(DEAD,), (DEAD, DEAD, DEAD), (RESET, DEAD)])
def test_a_registry_without_tls_that_is_down_at_first_is_not_taken_for_one_with_tls(first):
    registry = Insecure(*first, NO_TLS)
    assert registry.look()
    assert registry.transport.lines[-1].startswith("HEAD http://")
    probes = len(registry.transport.connects)
    assert registry.look()
    assert len(registry.transport.connects) == probes


def test_a_registry_with_tls_that_breaks_off_at_first_is_not_taken_for_one_without():
    registry = Insecure(RESET, UP)
    assert registry.look()
    assert registry.look()
    assert registry.transport.lines[-1].startswith("HEAD https://")


def test_what_a_tls_port_says_to_plain_http_is_no_answer_of_a_registry():
    registry = Insecure(NO_TLS)
    registry.transport._answer = lambda sent: reply(400) if sent.url.startswith("http:") else FOUND
    with pytest.raises(RegistryError):
        registry.look()
    registry.states[:] = [UP]
    assert registry.look()


def test_a_registry_that_stays_down_is_not_looked_for_by_everybody():
    registry = Insecure(DEAD, retries=1)
    for _count in range(24):
        with pytest.raises(RegistryError):
            registry.look()
    assert len(registry.transport.sent) == 2
    assert len(registry.transport.connects) <= 4


def test_a_connection_that_was_opened_before_is_not_looked_for_again():
    registry = Insecure(NO_TLS)
    registry.client.session.connect(APP)
    tried = list(registry.transport.connects)
    assert registry.transport.sent == []
    assert registry.look()
    assert registry.transport.lines == ["HEAD http://{0}/v2/{1}/manifests/v1".format(APP.registry, APP.name)]
    assert registry.transport.connects == tried


def test_a_connection_that_cannot_be_opened_is_left_to_the_first_request():
    registry = Insecure(DEAD, DEAD, NO_TLS)
    registry.client.session.connect(APP)
    assert registry.look()
    assert registry.transport.lines[-1].startswith("HEAD http://")
