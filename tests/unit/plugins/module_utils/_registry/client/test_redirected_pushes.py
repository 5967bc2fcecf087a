# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is pushed follows redirects that keep the method, and an upload goes on where its last answer came from."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import chunking
from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    DOCKER_MANIFEST,
    Descriptor,
    digest_of,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer.blob_copy import copy_blob
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.session import RegistrySession
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    SOURCE,
    FakeTransport,
    image_of,
    no_wait_retrier,
    reply,
    repository,
    store,
)

APP = repository()
HOME = "https://source.example"
OTHER = "https://other.example"
UPLOADS = "/v2/ns/app/blobs/uploads/"
CONTENT = bytes(range(256)) * 40
BLOB = Descriptor(digest_of(CONTENT), len(CONTENT), "layer")
DIGEST = "?digest=" + BLOB.digest.replace(":", "%3A")
MANIFEST = parse_manifest(image_of(b"{}", b"layer"), DOCKER_MANIFEST)
CHALLENGE = reply(401, www_authenticate='Bearer realm="https://auth.source.example/t",service="s"')
TOKEN = reply(200, {"token": "T", "expires_in": 300})
LOGIN = "Bearer T"


class Bench:
    """A destination on a script of replies, and what it was sent after the login."""

    def __init__(self, *script):
        self.transport = FakeTransport([CHALLENGE, TOKEN, reply(404), *script])
        credentials = store(source_dot_example=("u", "p"))
        throttle = Throttle(0.0, sleep=lambda _seconds: None)
        session = RegistrySession(SOURCE, self.transport, credentials, no_wait_retrier(0), True, throttle)
        self.client = RegistryClient(session)
        self.client.has_blob(APP, BLOB.digest)
        del self.transport.sent[:]
        self.moved = []

    def push(self):
        """Copy the blob from another client."""
        source = RegistryClient(
            RegistrySession(SOURCE, FakeTransport(lambda _sent: reply(200, CONTENT)), store(), no_wait_retrier(0))
        )
        return copy_blob(source, APP, self.client, APP, BLOB, no_wait_retrier(0), self.moved.append)

    @property
    def sent(self):
        return [(str(sent), sent.headers.get("Authorization")) for sent in self.transport.sent]


def elsewhere(path, status=307, host=OTHER):
    return reply(status, location=host + path)


@pytest.mark.parametrize("status", [307, 308])
def test_an_upload_follows_with_its_bytes_and_without_its_login(status):
    bench = Bench(elsewhere(UPLOADS, status), reply(202, location="u1"), elsewhere("/store", status, HOME), reply(201))
    bench.push()
    assert bench.sent == [
        ("POST " + HOME + UPLOADS, LOGIN),
        ("POST " + OTHER + UPLOADS, None),
        ("PUT " + OTHER + UPLOADS + "u1" + DIGEST, None),
        ("PUT " + HOME + "/store", None),
    ]
    assert [sent.body for sent in bench.transport.sent[2:]] == [CONTENT, CONTENT]
    assert sum(bench.moved) == len(CONTENT)


@pytest.mark.parametrize("host", ["", HOME, "http://source.example"])
def test_a_redirect_on_the_same_host_keeps_the_login(host):
    bench = Bench(elsewhere("/moved/", host=host), reply(202, location="u1"), reply(201))
    bench.push()
    assert [login for _line, login in bench.sent] == [LOGIN] * 3
    assert bench.sent[-1][0] == "PUT " + HOME + "/moved/u1" + DIGEST


def test_a_chunk_is_sent_again_from_its_own_beginning(monkeypatch):
    monkeypatch.setattr(chunking, "LEAST_CHUNK", 1024)
    monkeypatch.setattr(chunking, "LEAST_SENT", 1)
    bench = Bench(
        reply(202, location="u1"),
        reply(413),
        reply(204, range="0-0"),
        reply(202, location="u2", range="0-5119"),
        elsewhere("/two/u2"),
        reply(202, location="u3", range="0-10239"),
        reply(201),
    )
    bench.push()
    halves = [CONTENT[:5120], CONTENT[5120:]]
    assert [sent.body for sent in bench.transport.sent if sent.method == "PATCH"] == [halves[0], halves[1], halves[1]]
    assert bench.sent[-2:] == [("PATCH " + OTHER + "/two/u2", None), ("PUT " + OTHER + "/two/u3" + DIGEST, None)]
    assert sum(bench.moved) == len(CONTENT)


def test_a_manifest_follows_with_its_bytes():
    digest = reply(201, docker_content_digest=MANIFEST.digest)
    bench = Bench(elsewhere("/v2/ns/app/manifests/v1"), digest)
    bench.client.put_manifest(APP, "v1", MANIFEST)
    assert bench.sent[1] == ("PUT " + OTHER + "/v2/ns/app/manifests/v1", None)
    assert [sent.body for sent in bench.transport.sent] == [MANIFEST.content] * 2
    assert bench.transport.sent[1].headers["Content-Type"] == DOCKER_MANIFEST


@pytest.mark.parametrize(("status", "there"), [(200, True), (404, False)])
def test_a_blob_is_looked_up_in_the_registry_that_takes_the_place_of_another(status, there):
    path = "/v2/ns/app/blobs/" + BLOB.digest
    bench = Bench(elsewhere(path + "?ns=x"), elsewhere(path), reply(status))
    assert bench.client.has_blob(APP, BLOB.digest) is there
    assert bench.sent[-1] == ("HEAD " + OTHER + path, None)


def test_an_endless_chain_ends():
    bench = Bench(*[elsewhere("/round")] * 9)
    with pytest.raises(RegistryError, match="more than 5 redirects"):
        bench.push()
    assert len(bench.sent) == 6


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_may_change_the_method_is_not_followed(status):
    bench = Bench(elsewhere("/x", status))
    with pytest.raises(RegistryError):
        bench.client.put_manifest(APP, "v1", MANIFEST)
    assert len(bench.sent) == 1


def test_another_host_that_asks_for_a_login_gets_none():
    bench = Bench(elsewhere("/x"), reply(401, www_authenticate='Bearer realm="https://other.example/t"'))
    with pytest.raises(RegistryError) as caught:
        bench.client.put_manifest(APP, "v1", MANIFEST)
    assert caught.value.status == 401
    assert [login for _line, login in bench.sent] == [LOGIN, None]


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("u1", HOME + UPLOADS + "u1"),
        ("?_state=a", HOME + UPLOADS + "?_state=a"),
        ("//source.example/up", HOME + "/up"),
        ("http://source.example:443/up", HOME + "/up"),
        ("/up?", HOME + "/up"),
        ("/up#part", HOME + "/up"),
    ],
)
def test_a_place_is_relative_to_the_request_that_was_answered(location, there):
    bench = Bench(reply(202, location=location), reply(201))
    bench.push()
    joint = DIGEST if "?" not in there else "&" + DIGEST[1:]
    assert bench.sent[1] == ("PUT " + there + joint, LOGIN)
