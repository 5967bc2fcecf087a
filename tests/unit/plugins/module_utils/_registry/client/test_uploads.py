# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of an upload in chunks, exactly, and what follows from the replies."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.client.uploads import UploadState
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.session import RegistrySession
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeTransport,
    no_wait_retrier,
    reply,
    repository,
    store,
)

APP = repository()
DIGEST = "sha256:" + "1" * 64
UP = "https://source.example/v2/ns/app/blobs/uploads/1?_state=a"
NEXT = "/v2/ns/app/blobs/uploads/1?_state=b"
TOKEN_CHALLENGE = reply(401, www_authenticate='Bearer realm="https://auth.source.example/t",service="s"')
BASIC_CHALLENGE = reply(401, www_authenticate="Basic realm=x")


class Bench:
    def __init__(self, *script):
        self.transport = FakeTransport(list(script))
        credentials = store(source_dot_example=("u", "p"))
        throttle = Throttle(0.0, sleep=lambda _seconds: None)
        session = RegistrySession("source.example", self.transport, credentials, no_wait_retrier(), True, throttle)
        self.client = RegistryClient(session)

    def log_in(self):
        self.client.has_blob(APP, DIGEST)
        del self.transport.sent[:]

    def chunk(self, start=100, body=b"x" * 50, url=UP):
        state = UploadState(parse_target(url), start)
        return self.client.uploads.send_chunk(APP, state, DIGEST, len(body), lambda send: send(body))

    def status(self, url=UP):
        return self.client.uploads.status(APP, parse_target(url), DIGEST)

    @property
    def authorizations(self):
        return [sent.headers.get("Authorization") for sent in self.transport.sent]


def test_a_chunk_names_its_place_and_the_reply_the_next():
    bench = Bench(reply(202, location=NEXT, range="0-149"))
    state = bench.chunk()
    (sent,) = bench.transport.sent
    assert str(sent) == "PATCH " + UP
    assert sent.headers == {"Content-Type": "application/octet-stream", "Content-Range": "100-149"}
    assert sent.body == b"x" * 50
    assert str(state.target) == "https://source.example/v2/ns/app/blobs/uploads/1"
    assert (state.target.path, state.received) == (NEXT, 150)
    assert bench.client.session.requests == {"upload_patch": 1}


@pytest.mark.parametrize(
    ("headers", "received"),
    [
        ({"range": "0-149"}, 150),
        ({"range": "bytes=0-119"}, 120),
        ({"range": "0-0"}, 0),
        ({}, 150),
        ({"range": "nonsense"}, 150),
        ({"range": "0-" + "9" * 40}, 150),
    ],
)
def test_what_a_registry_says_that_it_has(headers, received):
    state = Bench(reply(202, **headers)).chunk()
    assert state.received == received
    assert state.target == parse_target(UP)


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        (reply(204, location=NEXT, range="0-149"), 150),
        (reply(204, range="0-0"), 0),
        (reply(204), None),
        (reply(404), None),
        (reply(400), None),
        (reply(405), None),
    ],
)
def test_asks_what_there_is_of_an_upload(answer, received):
    bench = Bench(answer)
    state = bench.status()
    assert bench.transport.lines == ["GET " + UP]
    assert (state and state.received) == received


def test_a_registry_in_trouble_is_no_answer():
    with pytest.raises(RegistryError, match="cannot ask for the state") as caught:
        Bench(reply(500)).status()
    assert caught.value.retryable


def test_a_token_that_ended_is_renewed_to_ask_for_the_state():
    tokens = [reply(200, {"token": name, "expires_in": 300}) for name in "AB"]
    bench = Bench(TOKEN_CHALLENGE, tokens[0], reply(200), reply(401), tokens[1], reply(204, range="0-9"))
    bench.log_in()
    assert bench.status().received == 10
    assert [line for line in bench.authorizations if line.startswith("Bearer")] == ["Bearer A", "Bearer B"]


def test_a_token_that_ends_in_a_chunk_is_worth_another_try():
    tokens = [reply(200, {"token": name, "expires_in": 300}) for name in "AB"]
    bench = Bench(TOKEN_CHALLENGE, tokens[0], reply(200), reply(401), tokens[1], reply(202, range="0-149"))
    bench.log_in()
    with pytest.raises(RegistryError) as caught:
        bench.chunk()
    assert caught.value.retryable
    assert bench.chunk().received == 150
    assert bench.authorizations[-1] == "Bearer B"


def test_a_password_that_is_refused_in_the_middle_is_not_sent_again():
    bench = Bench(BASIC_CHALLENGE, reply(200), BASIC_CHALLENGE, BASIC_CHALLENGE)
    bench.log_in()
    with pytest.raises(RegistryError) as caught:
        bench.chunk()
    assert not caught.value.retryable
    assert "Check the user and the password" in caught.value.hint
    with pytest.raises(RegistryError) as caught:
        bench.client.uploads.finish(APP, parse_target(UP), DIGEST, 0, lambda send: None)
    assert not caught.value.retryable
    assert bench.authorizations == ["Basic dTpw"] * 2


def test_an_upload_on_another_host_gets_no_credentials():
    elsewhere = "https://storage.example.net/upload?signature=s"
    bench = Bench(TOKEN_CHALLENGE, reply(200, {"token": "A"}), reply(200), reply(202), reply(401))
    bench.log_in()
    bench.chunk(url=elsewhere)
    with pytest.raises(RegistryError) as caught:
        bench.status(elsewhere)
    assert caught.value.status == 401
    assert bench.authorizations == [None, None]
