"""Blobs from one registry to another: read on after a break, never completed when damaged."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import blob_reader as blobs
from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import Descriptor, digest_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer.blob_copy import (
    MOUNTED,
    UPLOADED,
    copy_blob,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.session import RegistrySession
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    FakeStream,
    FakeTransport,
    broken,
    no_wait_retrier,
    reply,
    repository,
)

CONTENT = bytes(range(256)) * 4
BLOB = Descriptor(digest_of(CONTENT), len(CONTENT), "layer")
GET, POST, PUT, MOUNT = "GET", "POST", "PUT", "MOUNT"


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(blobs, "BLOCK", 100)


class Bench:
    """Two clients on scripts; the destination takes everything unless its script says otherwise."""

    def __init__(self, source, destination=None, blob=BLOB, mount_from=None, retries=2):
        self.source = FakeTransport(source)
        self.destination = FakeTransport(destination or [reply(202, location="/up")] + [reply(201)])
        self.attempted = []
        self.moved = []
        upload = self.destination.upload

        def recording(method, target, headers, length, write_body, budget=None):
            parts = []
            self.attempted.append(parts)
            write_body(lambda block: parts.append(bytes(block)))
            return upload(method, target, headers, length, lambda send: [send(part) for part in parts])

        self.destination.upload = recording
        self._arguments = (blob, no_wait_retrier(retries), self.moved.append, mount_from)

    def run(self):
        blob, retrier, on_bytes, mount_from = self._arguments

        def client(registry, transport, writes):
            throttle = Throttle(0.0, sleep=lambda _seconds: None)
            return RegistryClient(RegistrySession(registry, transport, CredentialStore({}), retrier, writes, throttle))

        return copy_blob(
            client("source.example", self.source, False),
            repository(),
            client(DESTINATION, self.destination, True),
            repository(registry=DESTINATION),
            blob,
            retrier,
            on_bytes,
            mount_from,
        )

    @property
    def ranges(self):
        return [sent.headers.get("Range") for sent in self.source.sent]

    @property
    def posts(self):
        return [sent.method for sent in self.destination.sent]


def part(start, breaks_after=None, status=206, content=CONTENT, **headers):
    """The rest of the blob from C(start) on, with the header that says so."""
    headers.setdefault("content_range", "bytes {0}-{1}/{2}".format(start, len(content) - 1, len(content)))
    return FakeStream(reply(status, content[start:], **headers), breaks_after)


def whole(content=CONTENT, breaks_after=None, length=-1):
    return FakeStream(reply(200, content), breaks_after, length)


def test_streams_block_by_block():
    bench = Bench([whole()])
    assert bench.run() == UPLOADED
    assert b"".join(bench.attempted[0]) == CONTENT
    assert max(map(len, bench.attempted[0])) == 100
    assert [str(sent) for sent in bench.source.sent] == ["GET https://source.example/v2/ns/app/blobs/" + BLOB.digest]
    assert bench.destination.lines == [
        "POST https://destination.example/v2/ns/app/blobs/uploads/",
        "PUT https://destination.example/up?digest=" + BLOB.digest.replace(":", "%3A"),
    ]
    assert sum(bench.moved) == len(CONTENT)
    assert all(stream.closed for stream in bench.source.streams)


def test_an_empty_blob():
    empty = Descriptor(digest_of(b""), 0, "layer")
    bench = Bench([whole(b"")], blob=empty)
    assert bench.run() == UPLOADED
    assert bench.attempted == [[]]


def test_a_blob_of_another_algorithm():
    bench = Bench([whole()], blob=BLOB._replace(digest=digest_of(CONTENT, "sha512")))
    assert bench.run() == UPLOADED


def test_reads_on_from_where_it_broke_within_one_upload():
    bench = Bench([whole(breaks_after=350), part(350, breaks_after=70), part(420)])
    assert bench.run() == UPLOADED
    assert bench.ranges == [None, "bytes=350-", "bytes=420-"]
    assert b"".join(bench.attempted[0]) == CONTENT
    assert bench.posts == [POST, PUT]


def test_each_block_has_its_own_tries():
    script = (
        [whole(breaks_after=100)] + [part(start, breaks_after=100) for start in range(100, 1000, 100)] + [part(1000)]
    )
    assert Bench(script, retries=1).run() == UPLOADED


def test_a_registry_that_cannot_read_from_the_middle_sends_it_all_again():
    bench = Bench([whole(breaks_after=350), whole()])
    assert bench.run() == UPLOADED
    assert b"".join(bench.attempted[0]) == CONTENT


def test_a_break_while_reading_past_what_is_known():
    bench = Bench([whole(breaks_after=350), whole(breaks_after=120), whole()])
    assert bench.run() == UPLOADED
    assert b"".join(bench.attempted[0]) == CONTENT
    assert all(stream.closed for stream in bench.source.streams)


def test_an_end_while_reading_past_what_is_known():
    short = FakeStream(reply(200, CONTENT[:50]), length=None)
    assert Bench([whole(breaks_after=350), short, whole()]).run() == UPLOADED


@pytest.mark.parametrize(
    "answer",
    [
        *[part(350, content_range=text) for text in ("", "bytes 0-1023/1024", "bytes 35-", "bytes 351-1023/1024")],
        part(360, content_range="bytes 350-1023/1024"),
        FakeStream(reply(416, b"")),
    ],
    ids=["unnamed", "from the start", "shorter", "later", "too small", "416"],
)
def test_a_registry_that_does_not_go_on_where_it_is_asked_to_is_read_from_the_start(answer):
    bench = Bench([whole(breaks_after=350), answer, whole()], retries=1)
    assert bench.run() == UPLOADED
    assert b"".join(bench.attempted[0]) == CONTENT
    assert bench.ranges == [None, "bytes=350-", None]
    assert all(stream.closed for stream in bench.source.streams)


@pytest.mark.parametrize("wrong", [CONTENT + b"x", CONTENT[:-1], b""])
def test_a_length_that_is_not_the_manifests_is_refused_before_an_upload(wrong):
    bench = Bench([whole(wrong)] * 3)
    with pytest.raises(RegistryError, match="the registry offers {0} bytes".format(len(wrong))):
        bench.run()
    assert bench.destination.sent == []


def test_a_body_without_a_length_that_ends_early_is_read_on():
    bench = Bench([FakeStream(reply(200, CONTENT[:200]), length=None), part(200)])
    assert bench.run() == UPLOADED
    assert bench.ranges == [None, "bytes=200-"]


def test_what_comes_after_the_end_is_not_read():
    assert Bench([whole(CONTENT + b"more", length=None)]).run() == UPLOADED


DAMAGED = CONTENT[:-1] + b"\0"


def test_a_damaged_blob_is_never_completed_and_read_again():
    opened = reply(202, location="/up")
    bench = Bench([whole(DAMAGED), whole()], [opened, opened, reply(201)])
    assert bench.run() == UPLOADED
    assert len(b"".join(bench.attempted[0])) < len(CONTENT)
    assert b"".join(bench.attempted[1]) == CONTENT
    assert bench.posts == [POST, POST, PUT]
    assert sum(bench.moved) == len(CONTENT)


def test_a_blob_that_stays_damaged_is_an_error_that_says_where():
    bench = Bench([whole(DAMAGED)] * 1, [reply(202, location="/up")] * 3, retries=0)
    with pytest.raises(RegistryError, match="are not the blob") as caught:
        bench.run()
    assert caught.value.code == "DIGEST_INVALID"
    assert caught.value.where == "source.example/ns/app blob " + BLOB.digest
    assert bench.posts == [POST]
    assert sum(bench.moved) == 0


def test_a_small_damaged_blob_does_not_send_a_byte():
    small = Descriptor(digest_of(b"good"), 4, "config")
    bench = Bench([whole(b"evil")], [reply(202, location="/up")], blob=small, retries=0)
    with pytest.raises(RegistryError):
        bench.run()
    assert bench.attempted == [[]]


def test_a_damaged_empty_blob_is_an_error():
    wrong = Descriptor(digest_of(b"x"), 0, "config")
    with pytest.raises(RegistryError, match="are not the blob"):
        Bench([whole(b"")], [reply(202, location="/up")], blob=wrong, retries=0).run()


def test_a_blob_that_the_source_does_not_have_asks_nothing_of_the_destination():
    bench = Bench([reply(404)])
    with pytest.raises(RegistryError) as caught:
        bench.run()
    assert caught.value.status == 404
    assert bench.destination.sent == []


def test_a_source_that_stays_away_is_not_tried_the_product_of_both():
    bench = Bench([whole(breaks_after=100)] + [broken()] * 2, retries=2)
    with pytest.raises(RegistryError):
        bench.run()
    assert len(bench.source.sent) == 3
    assert bench.posts == [POST]


def test_a_destination_that_refuses_for_a_passing_reason_gets_it_all_again():
    opened = reply(202, location="/up")
    bench = Bench([whole(), whole(), whole()], [opened, reply(500), opened, reply(502), opened, reply(201)])
    assert bench.run() == UPLOADED
    assert bench.posts == [POST, PUT] * 3
    assert sum(bench.moved) == len(CONTENT)


def test_a_destination_that_refuses_is_not_asked_again():
    bench = Bench([whole()], [reply(202, location="/up"), reply(403)])
    with pytest.raises(RegistryError) as caught:
        bench.run()
    assert caught.value.where.startswith(DESTINATION)


def test_a_mount_needs_no_source():
    bench = Bench([], [reply(201, location="/blob")], mount_from="ns/base")
    assert bench.run() == MOUNTED
    assert bench.source.sent == []
    assert bench.moved == []


def test_a_mount_that_becomes_an_upload_sends_the_bytes_there():
    bench = Bench([whole()], [reply(202, location="/up"), reply(201)], mount_from="ns/base")
    assert bench.run() == UPLOADED
    assert bench.posts == [POST, PUT]


def test_a_mount_that_is_not_known_is_an_upload():
    bench = Bench([whole()], [reply(405), reply(202, location="/up"), reply(201)], mount_from="ns/base")
    assert bench.run() == UPLOADED
    assert bench.posts == [POST, POST, PUT]
