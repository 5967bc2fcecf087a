# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP framing, on scripted and on arbitrary bytes."""

from __future__ import annotations

import io
import itertools
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.http_message import (
    MAX_HEADERS,
    MAX_LINE,
    MessageError,
    format_request,
    read_heads,
    read_response,
)


def read(raw, method="GET"):
    return read_response(io.BufferedReader(io.BytesIO(raw)), method)


def body_of(raw, method="GET", limit=1 << 20):
    response = read(raw, method)
    return response, response.read_all(limit)


def test_formats_a_request():
    raw = format_request("GET", "/v2/?n=1", "host:5000", [("Accept", "a"), ("Range", "bytes=1-")])
    assert raw == b"GET /v2/?n=1 HTTP/1.1\r\nHost: host:5000\r\nAccept: a\r\nRange: bytes=1-\r\n\r\n"


@pytest.mark.parametrize(
    ("path", "authority", "value"),
    [
        ("/", "host", "a\r\nX-Evil: 1"),
        ("/", "host", "a\nX-Evil: 1"),
        ("/", "host", "a\rX-Evil: 1"),
        ("/ HTTP/1.1\r\nX-Evil: 1", "host", "a"),
        ("/", "host\r\nX-Evil: 1", "a"),
        ("/", "host", "\u20ac"),
    ],
)
def test_a_request_cannot_smuggle_headers(path, authority, value):
    with pytest.raises(ValueError, match=r"line break|codec can't encode"):
        format_request("GET", path, authority, [("X", value)])


def test_reads_a_reply_with_a_length_and_leaves_the_rest():
    reader = io.BufferedReader(io.BytesIO(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 204 x\r\n\r\n"))
    response = read_response(reader, "GET")
    assert (response.status, response.length, response.keep_alive, response.finished) == (200, 3, True, False)
    assert response.read_all(10) == b"abc"
    assert response.finished
    second = read_response(reader, "GET")
    assert (second.status, second.length, second.finished) == (204, 0, True)


def test_reads_chunks_with_extensions_and_trailers():
    reader = io.BufferedReader(
        io.BytesIO(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n"
            b"0\r\nX-Trailer: 1\r\n\r\nrest"
        )
    )
    response = read_response(reader, "GET")
    assert response.length is None
    assert response.read_all(100) == b"abc0123456789"
    assert response.finished
    assert response.keep_alive
    assert reader.read() == b"rest"


def test_chunks_arrive_whatever_the_buffer():
    response = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n")
    block = memoryview(bytearray(2))
    parts = []
    while True:
        count = response.readinto(block)
        if not count:
            break
        parts.append(bytes(block[:count]))
    assert parts == [b"ab", b"cd", b"e"]
    assert response.readinto(block) == 0


def test_a_body_without_a_length_lasts_until_the_end_and_ends_the_connection():
    response, body = body_of(b"HTTP/1.1 200 OK\r\n\r\nall of it")
    assert body == b"all of it"
    assert response.length is None
    assert not response.keep_alive


@pytest.mark.parametrize(
    ("raw", "keep"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", True),
    ],
)
def test_who_may_be_asked_again(raw, keep):
    assert read(raw).keep_alive is keep


@pytest.mark.parametrize("head", [b"Content-Length: 100", b"Transfer-Encoding: chunked", b"X: y"])
@pytest.mark.parametrize(("method", "status"), [("HEAD", b"200 OK"), ("GET", b"204 No"), ("GET", b"304 Not")])
def test_replies_that_have_no_body(head, method, status):
    response, body = body_of(b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\n\r\n", method)
    assert (body, response.length, response.finished) == (b"", 0, True)


def test_passes_over_interim_replies():
    response, body = body_of(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
    )
    assert (response.status, body) == (201, b"ok")
    assert "link" not in response.headers


def test_joins_repeated_headers_and_unfolds_old_ones():
    response = read(
        b"HTTP/1.1 200 OK\r\nLINK: a\r\nLink:b\r\nX-Long: one\r\n\ttwo\r\n  three\r\nContent-Length: 0\r\n\r\n"
    )
    assert response.headers["link"] == "a, b"
    assert response.headers["x-long"] == "one two three"


def test_a_folded_line_cannot_be_a_header_of_its_own():
    response, body = body_of(b"HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 1\r\nContent-Length: 3\r\n\r\nabc")
    assert body == b"abc"
    assert response.headers["x"] == "a Content-Length: 1"


def test_equal_lengths_may_repeat():
    assert body_of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok")[1] == b"ok"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nX: y\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 000 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02F",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: first\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * MAX_LINE + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
    ],
    ids=itertools.count(),
)
def test_what_is_no_head_is_refused(raw):
    with pytest.raises(MessageError):
        read(raw)


@pytest.mark.parametrize("size", [b"-3", b"+3", b"0x3", b"1_0", b"", b"xyz", b"\xb2", b"f" * 17])
def test_a_chunk_needs_a_plain_size(size):
    with pytest.raises(MessageError):
        body_of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Length: 5\r\n\r\nabc",
        b"Content-Length: 5\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: y",
        b"Transfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_body_that_breaks_off_is_refused(raw):
    with pytest.raises(MessageError):
        body_of(b"HTTP/1.1 200 OK\r\n" + raw)


class Line(io.RawIOBase):
    """Delivers one part with each read, and is then reset."""

    def __init__(self, *parts):
        self._parts = list(parts)

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._parts:
            raise ConnectionResetError("reset")
        part = self._parts.pop(0)
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize(
    "parts",
    [
        [b"Content-Length: 90\r\n\r\n", b"abc", b"def"],
        [b"\r\n", b"abc", b"def"],
        [b"Transfer-Encoding: chunked\r\n\r\n", b"9\r\nabc", b"def"],
        [b"Transfer-Encoding: chunked\r\n\r\n", b"6\r\nabc", b"def"],
    ],
)
def test_what_arrived_before_a_break_is_not_lost(parts):
    line = io.BufferedReader(Line(b"HTTP/1.1 200 OK\r\n", *parts))
    response = read_response(line, "GET")
    block = memoryview(bytearray(64))
    assert bytes(block[: response.readinto(block)]) == b"abcdef"
    for _again in range(2):
        with pytest.raises(ConnectionResetError):
            response.readinto(block)


def test_a_peer_that_is_too_slow_makes_no_progress():
    class SlowLine(Line):
        def readinto(self, buffer):
            try:
                return super().readinto(buffer)
            except ConnectionResetError:
                raise socket.timeout from None

    line = io.BufferedReader(SlowLine(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", b"abc"))
    with pytest.raises(socket.timeout):
        read_response(line, "GET").readinto(memoryview(bytearray(64)))


def test_a_body_beyond_the_limit_is_refused():
    with pytest.raises(NotUnderstood, match="larger than 10 bytes"):
        body_of(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 11, limit=10)


@pytest.mark.parametrize("extra", [b"", b"Content-Encoding: br\r\n"])
def test_of_a_refusal_that_cannot_be_read_the_status_is_left(extra):
    assert body_of(b"HTTP/1.1 403 Forbidden\r\n" + extra + b"\r\n" + b"x" * 11, limit=10)[1] == b""


HEADS = st.sampled_from(
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 100 x\r\n\r\n", b"Content-Length: 4\r\n", b"Transfer-Encoding: chunked\r\n"]
    + [b"\r\n", b"3\r\n", b"abc", b"0\r\n\r\n", b" folded", b"X: y\r\n"]
)


@given(st.binary(max_size=200) | st.lists(HEADS | st.binary(max_size=5), max_size=12).map(b"".join))
def test_arbitrary_bytes_end_in_a_reply_or_in_a_message_error(raw):
    try:
        response = read(raw)
        body = response.read_all(1 << 16)
    except MessageError:
        return
    assert 100 <= response.status <= 999
    assert len(body) <= len(raw)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=5), st.integers(1, 30))
def test_chunks_carry_any_bytes(parts, size):
    raw = b"".join("{0:x}\r\n".format(len(part)).encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"
    response = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + raw)
    block, body = memoryview(bytearray(size)), b""
    while True:
        count = response.readinto(block)
        if not count:
            break
        body += bytes(block[:count])
    assert body == b"".join(parts)


# -- pipelined replies ---------------------------------------------------------------------------------------------

DIGEST = "sha256:" + "a" * 64
THERE = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nDocker-Content-Digest: " + DIGEST.encode() + b"\r\nConnection: "
    b"Keep-Alive\r\nX: y\r\n\r\n"
)
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\n"


def heads_of(raw, count, size=7):
    stream = io.BytesIO(raw)
    return list(read_heads(lambda: stream.read(size), count))


@pytest.mark.parametrize("size", [1, 2, 63, 1000])
def test_pipelined_replies_are_read_in_order_however_they_arrive(size):
    assert heads_of(THERE + ABSENT + THERE, 3, size) == [(True, DIGEST), (False, ""), (True, DIGEST)]
    assert heads_of(b"", 0) == []


@pytest.mark.parametrize(
    "raw",
    [
        THERE,
        THERE + THERE[:-1],
        THERE + b"{}" + THERE,
        THERE + THERE + b"x",
        THERE + THERE + THERE,
        THERE.replace(b"1.1", b"1.0") + THERE,
        THERE + THERE.replace(b"200 OK", b"2000 OK"),
        THERE + THERE.replace(b"200 OK", b"401 Unauthorized"),
        THERE + THERE.replace(b"200 OK", b"100 Continue") + THERE,
        THERE + THERE.replace(b"Keep-Alive", b"close"),
        THERE + THERE.replace(b"X: y", b"connection: close"),
        THERE + THERE.replace(b"Docker-Content-Digest", b"Digest"),
        THERE + THERE.replace(b"X: y", b"docker-content-digest: " + DIGEST.replace("a", "b").encode()),
        THERE + THERE.replace(b"\r\n", b"\n"),
        THERE + b"\x16\x03\x01" * 20,
        THERE + b"x" * (MAX_LINE + 1),
    ],
)
def test_anything_unusual_among_pipelined_replies_is_an_error(raw):
    with pytest.raises(MessageError):
        heads_of(raw, 2, 100_000)


@given(
    st.lists(st.sampled_from([THERE, ABSENT, b"HTTP/1.1 200 OK\r\n", b"\r\n", b"x"]) | st.binary()), st.integers(1, 4)
)
def test_pipelined_replies_never_break_the_reader(parts, count):
    try:
        found = heads_of(b"".join(parts), count, 1000)
    except MessageError:
        return
    assert len(found) == count
    assert b"".join(parts).count(b"\r\n\r\n") >= count
