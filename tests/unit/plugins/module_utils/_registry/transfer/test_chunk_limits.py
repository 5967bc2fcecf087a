# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What registries and proxies say of the size of chunks ends no upload that can be made in another way."""

from __future__ import annotations

import re

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import chunking
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import Descriptor, digest_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer.blob_copy import copy_blob
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeTransport,
    client_pool,
    no_wait_retrier,
    reply,
    repository,
    store,
)

KIB = 1024
CONTENT = bytes(range(251)) * 50
BLOB = Descriptor(digest_of(CONTENT), len(CONTENT), "layer")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(chunking, "LEAST_CHUNK", KIB)
    monkeypatch.setattr(chunking, "LEAST_SENT", 1)


class Uploads:
    """A registry that takes uploads as far as its limits allow.

    :param whole: bytes of a request's body at most; more is refused with 413.
    :param most: bytes of a chunk at most; more is refused with 416.
    :param least: bytes of a chunk at least, the last one excepted; said in the reply that opens an upload.
    :param loses: bytes that are lost after the first chunk.
    """

    def __init__(self, whole=6 * KIB, most=None, least=None, loses=0):
        self.whole, self.most, self.least, self.loses = whole, most, least, loses
        self.held = b""
        self.stored = None
        self.chunks = []

    def __call__(self, sent):
        if sent.method == "HEAD":
            return reply(404)
        if sent.method == "POST":
            self.held = b""
            return reply(202, location="/up", **({"oci_chunk_min_length": str(self.least)} if self.least else {}))
        if sent.method == "GET":
            return self.state(204)
        if len(sent.body) > self.whole:
            return reply(413)
        return self.patch(sent) if sent.method == "PATCH" else self.put(sent)

    def state(self, status):
        return reply(status, location="/up", range="0-{0}".format(max(0, len(self.held) - 1)))

    def patch(self, sent):
        start, size = int(re.match("[0-9]+", sent.headers["Content-Range"]).group()), len(sent.body)
        self.chunks.append(size)
        last = start + size == BLOB.size
        if start != len(self.held) or (self.most and size > self.most):
            return reply(416, {"errors": [{"code": "SIZE_INVALID"}]})
        if self.least and size < self.least and not last:
            return reply(400, {"errors": [{"code": "SIZE_INVALID"}]})
        self.held += sent.body
        answer = self.state(202)
        self.held, self.loses = self.held[: len(self.held) - self.loses], 0
        return answer

    def put(self, sent):
        self.stored = self.held + sent.body
        return reply(201)


def push(registry, retries=2):
    moved = []
    retrier = no_wait_retrier(retries)
    source = client_pool(FakeTransport(lambda _sent: reply(200, CONTENT)), store(), retrier)
    destination = client_pool(FakeTransport(registry), store(), retrier, 0.0)
    copy_blob(
        source.source(SOURCE),
        repository(),
        destination.destination(DESTINATION),
        repository(registry=DESTINATION),
        BLOB,
        retrier,
        moved.append,
    )
    assert sum(moved) == BLOB.size
    return registry


def test_chunks_that_are_too_large_become_smaller():
    registry = push(Uploads(most=2 * KIB))
    assert registry.stored == CONTENT
    assert registry.chunks[0] > 2 * KIB >= max(registry.chunks[-5:])


def test_a_registry_that_has_less_than_it_said_is_asked_what_it_has():
    registry = push(Uploads(loses=100))
    assert registry.stored == CONTENT
    assert len(registry.chunks) < 10


@pytest.mark.parametrize("least", [5 * KIB, 6 * KIB])
def test_no_chunk_is_smaller_than_the_registry_takes(least):
    registry = push(Uploads(least=least, whole=8 * KIB))
    assert registry.stored == CONTENT
    assert all(size >= least for size in registry.chunks[:-1])


@pytest.mark.parametrize("least", [7 * KIB, 10**17, 10**30])
def test_limits_that_contradict_each_other_end_in_an_error(least):
    registry = Uploads(least=least)
    with pytest.raises(RegistryError, match="cannot store the blob"):
        push(registry)
    assert registry.stored is None
    assert len(registry.chunks) < 20


def test_a_registry_that_says_416_to_everything_ends_in_an_error():
    registry = Uploads(most=1)
    with pytest.raises(RegistryError, match="cannot store the blob"):
        push(registry)
    assert len(registry.chunks) < 20
