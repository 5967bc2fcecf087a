# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that management APIs send: bounded, and what cannot be parsed is an error that names the call."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError, ServerError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood, unpack  # noqa: E402
from ansible_collections.longshore.swr.tests.support.replies import reply_to  # noqa: E402


class Always(requests.adapters.BaseAdapter):
    def __init__(self, body, headers):
        super().__init__()
        self.body, self.headers = body, headers

    def send(self, request, **_settings):
        return reply_to(request, 200, self.headers, self.body)


def call(body, **headers):
    session = requests.Session()
    session.mount("https://", Always(body, headers))
    client = ApiClient("https://api.example", LongshoreError, lambda _data: ServerError(), session=session)
    return client.call("GET", "/things").data


def bomb(size):
    """C(size) zeros, packed twice as hard as one likes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    return b"".join(packer.compress(block) for _count in range(size // len(block))) + packer.flush()


def test_a_packed_reply_is_unpacked():
    assert call(gzip.compress(b'{"a": 1}'), **{"Content-Encoding": "gzip"}) == {"a": 1}


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"[" * 50_000, {}, "nested too deeply"),
        (b"1" * 5_000, {}, "a number of 5000 digits"),
        (b'{"id": 1e999}', {}, "a number that is too large"),
        (b'{"id": NaN}', {}, "the number NaN"),
        (gzip.compress(b"{}", mtime=0), {"Content-Encoding": "br"}, "content encoding that was not requested"),
        (b"{}", {"Content-Encoding": "gzip"}, "not in gzip format"),
        (gzip.compress(b"{}", mtime=0)[:-4], {"Content-Encoding": "gzip"}, "ends in the middle"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), {"Content-Encoding": "gzip, gzip"}, "content encoding"),
    ],
)
def test_what_is_not_understood_is_an_error_with_the_call(body, headers, reason):
    with pytest.raises(LongshoreError, match=reason) as caught:
        call(body, **headers)
    assert str(caught.value).startswith("GET https://api.example/things: ")
    assert caught.value.status == 200


def test_a_reply_that_becomes_too_large_is_given_up():
    with pytest.raises(LongshoreError, match="larger than 67108864 bytes"):
        call(bomb(65 * 1024 * 1024), **{"Content-Encoding": "gzip"})


def test_what_becomes_large_is_given_up_in_little_memory():
    tracemalloc = pytest.importorskip("tracemalloc")
    body = bomb(64 * 1024 * 1024)
    tracemalloc.start()
    try:
        with pytest.raises(NotUnderstood, match="larger than 1048576 bytes"):
            unpack([body], "gzip", 1024 * 1024)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_what_is_not_packed_has_the_same_limit():
    with pytest.raises(NotUnderstood, match="larger than 10 bytes"):
        unpack(iter([b"12345", b"678901"]), None, 10)


def test_nothing_packed_again_and_again_ends():
    stream = io.BytesIO(gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 100)
    with pytest.raises(NotUnderstood, match="larger than 100 bytes"):
        unpack(iter(lambda: stream.read(20), b""), "gzip", 100)


def test_what_follows_is_refused():
    with pytest.raises(NotUnderstood, match="after the end of"):
        unpack([gzip.compress(b"{}", mtime=0), b"more"], "gzip")
