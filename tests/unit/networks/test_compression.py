# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies that a server or something on the way compressed, though nobody asked for that."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.blob_reader import BlobReader
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import Descriptor, digest_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import Connection, Wire
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.http_message import Gunzip, MessageError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import Endpoint, parse_target
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeStream,
    no_wait_retrier,
    reply,
    repository,
)

TEXT = b'{"a": 1}' * 1000


def unpacked(raw: bytes, step: int = 7, room: int = 1000) -> bytes:
    """What a body is when it comes C(step) bytes at a time and is read C(room) at a time."""
    source = io.BytesIO(raw)

    def read(buffer: memoryview) -> int:
        return source.readinto(buffer[:step])

    reader, block, parts = Gunzip(read), memoryview(bytearray(room)), []
    while True:
        count = reader.readinto(block)
        if not count:
            return b"".join(parts)
        parts.append(bytes(block[:count]))


@given(st.binary(max_size=3000), st.integers(1, 5000), st.integers(1, 5000), st.booleans())
def test_a_body_is_what_it_was_before(content: bytes, step: int, room: int, two: bool) -> None:
    raw = gzip.compress(content, mtime=0) + (gzip.compress(content, mtime=0) if two else b"")
    assert unpacked(raw, step, room) == content * (2 if two else 1)


@pytest.mark.parametrize("content", [b"", b"\x1f", b"{}", TEXT])
def test_what_only_claims_to_be_compressed_passes_as_it_is(content: bytes) -> None:
    assert unpacked(content) == content


@pytest.mark.parametrize(
    "raw",
    [gzip.compress(TEXT)[:-9], gzip.compress(TEXT) + b"rubbish", b"\x1f\x8b" + b"x" * 50],
    ids=["short", "rubbish behind", "rubbish"],
)
def test_what_is_damaged_is_an_error(raw: bytes) -> None:
    with pytest.raises(MessageError, match="compressed reply"):
        unpacked(raw)


def test_nothing_that_is_packed_again_and_again_has_an_end() -> None:
    nothing = gzip.compress(b"", mtime=0)
    with pytest.raises(MessageError, match="without content"):
        unpacked(nothing * 100_000, step=65536)


class Server:
    """The socket of a server that has answered already."""

    def __init__(self, body: bytes, encoding: str) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Length: {0}\r\nContent-Encoding: {1}\r\n\r\n".format(len(body), encoding)
        self._source = io.BytesIO(head.encode("ascii") + body)
        self.sent = b""

    def settimeout(self, _seconds: float) -> None:
        """It never waits."""

    def recv_into(self, buffer: Any) -> int:
        return self._source.readinto(buffer)

    def send(self, data: Any) -> int:
        self.sent += bytes(data)
        return len(data)

    def close(self) -> None:
        """Nothing is open."""


def transport(server: Server, monkeypatch: pytest.MonkeyPatch) -> Transport:
    made = Transport(proxies={})
    connection = Connection(Endpoint("http", "reg.example", 80), Wire(server, 5.0), "", [])
    monkeypatch.setattr(made, "acquire", lambda _endpoint: connection)
    return made


TARGET = parse_target("http://reg.example/v2/")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP "])
def test_a_whole_reply_is_unpacked_and_none_was_asked_for(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(gzip.compress(TEXT), encoding)
    assert transport(server, monkeypatch).request("GET", TARGET, []).body == TEXT
    assert b"\r\nAccept-Encoding: identity\r\n" in server.sent


def test_the_reply_to_an_upload_is_unpacked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(gzip.compress(TEXT), "gzip")
    assert transport(server, monkeypatch).upload("PUT", TARGET, [], 1, lambda send: send(b"x")).body == TEXT


def test_a_small_reply_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([engine.compress(bytes(1 << 20)) for _count in range(80)] + [engine.flush()])
    assert len(bomb) < 100_000
    with pytest.raises(RegistryError, match="larger than"):
        transport(Server(bomb, "gzip"), monkeypatch).request("GET", TARGET, [])


# -- blobs: the size tells whether they are compressed --------------------------------------------------------------

CONFIG = b'{"os": "linux"}' * 100
LAYER = gzip.compress(b"layer" * 100, mtime=0)


class Source:
    """A registry with one blob, sent as C(body). C(cut) bytes of the first reply arrive."""

    def __init__(self, body: bytes, cut: Any = None, ranges: bool = True) -> None:
        self._body, self._cut, self._ranges = body, cut, ranges
        self.offsets: List[int] = []

    def open_blob(self, _repository: Any, _digest: str, offset: int = 0) -> FakeStream:
        self.offsets.append(offset)
        headers: Dict[str, str] = {"content_encoding": "gzip"}
        status = 206 if offset and self._ranges else 200
        if status == 206:
            headers["content_range"] = "bytes {0}-".format(offset)
        cut, self._cut = self._cut, None
        return FakeStream(reply(status, self._body[offset if status == 206 else 0 :], **headers), breaks_after=cut)


def read(source: Source, blob: bytes) -> bytes:
    parts: List[bytes] = []
    descriptor = Descriptor(digest_of(blob), len(blob), "layer")
    BlobReader(source, repository(), descriptor, no_wait_retrier()).send_to(lambda block: parts.append(bytes(block)))
    return b"".join(parts)


@pytest.mark.parametrize(
    ("blob", "body"),
    [
        (CONFIG, gzip.compress(CONFIG)),
        (LAYER, gzip.compress(LAYER)),
        # As Apache calls every file of that kind: it IS the layer.
        (LAYER, LAYER),
    ],
    ids=["config", "layer", "named so"],
)
def test_a_blob_is_unpacked_where_it_is_not_itself(blob: bytes, body: bytes) -> None:
    assert read(Source(body), blob) == blob


@pytest.mark.parametrize("ranges", [True, False])
def test_reading_on_begins_anew_where_pieces_cannot_be_unpacked(ranges: bool) -> None:
    source = Source(gzip.compress(CONFIG), cut=700, ranges=ranges)
    assert read(source, CONFIG) == CONFIG
    assert source.offsets == [0, 700, 0] if ranges else [0, 700]


def test_reading_on_goes_on_where_the_layer_is_only_named_so() -> None:
    source = Source(LAYER, cut=20)
    assert read(source, LAYER) == LAYER
    assert source.offsets == [0, 20]
