# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate itself: what passes, what becomes an escape, what is hidden."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.plugins.module_utils._text import (
    flat,
    hide_logins,
    is_printable,
    lines,
    logins_in,
    one_line,
    quoted,
    safe,
    shown,
)
from ansible_collections.longshore.swr.plugins.module_utils._urls import check_url, host_of

DIGEST = "sha256:" + "0a" * 32
ANY = st.text(st.characters() | st.sampled_from("\x1b\u202e\u200b\ufe0f\u3164\n\t?=&:/@ "), max_size=60)


@pytest.mark.parametrize(
    "text",
    [
        "no image team/app:1.0",
        "\u955c\u50cf\u4e0d\u5b58\u5728\uff0c\u8bf7\u68c0\u67e5",
        "caf\u00e9 \U0001f40b \u0645\u0631\u062d\u0628\u0627",
        "a  b \\x1b",
        "docker://a.io/b:1@" + DIGEST,
        "nginx:1.25@" + DIGEST,
        "the user cn-north-4@AKPERMANENT at 12:30:45, admin@example.com",
        "https://h/v2/x?n=1 and a: b@c",
        "neither Basic nor Bearer",
        "git@host:path",
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    assert (flat(text), lines(text), one_line(text), hide_logins(text)) == (text,) * 4
    assert is_printable(text)
    assert shown({text: [text, 1, None, True]}) == {text: [text, 1, None, True]}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x9bb\x7f\xad", "a\\x9bb\\x7f\\xad"),
        ("a\u202eb\u2066c\u200bd\ufeff", "a\\u202eb\\u2066c\\u200bd\\ufeff"),
        ("a\ufe0fb\u3164c", "a\\ufe0fb\\u3164c"),
        ("\ud800 \U000e0041", "\\ud800 \\U000e0041"),
        ("a\r\n\tb\u2028\u2029c\x85\xa0\u3000d", "a b c d"),
        ("\x00", "\\x00"),
    ],
)
def test_what_cannot_be_seen_becomes_an_escape(text: str, line: str) -> None:
    assert one_line(text) == flat(text) == line
    assert not is_printable(text)


def test_lines_stay_lines() -> None:
    assert lines("a\tb\n\x1bc\r\n") == "a\tb\n\\x1bc\\x0d\n"
    assert shown(("a\n\x1b", {"\x1b": "https://u:p@h"})) == ["a\n\\x1b", {"\\x1b": "https://********@h"}]


@given(ANY)
def test_nothing_gets_through(text: str) -> None:
    assert is_printable(flat(text))
    assert is_printable(lines(text).replace("\n", "").replace("\t", ""))
    assert flat(flat(text)) == flat(text)
    assert lines(lines(text)) == lines(text)
    for one in (one_line(text, 20), safe(text, 20)):
        assert len(one) <= 20
        assert is_printable(one)
    error = LongshoreError(text, where=text, code=text, hint=text)
    error.where = text
    assert is_printable(str(error))
    assert all(is_printable(part) for part in error.as_dict().values())


@pytest.mark.parametrize(
    "text",
    [
        "https://user:S3CRET-7@h/x",
        "see https://S3CRET-7@h.",
        "'user:S3CRET-7@h:5000'",
        "(u:S3CRET-7@h)",
        "Authorization: Basic S3CRET-7abc=",
        "authorization: bearer S3CRET-7abc",
        "/x?token=S3CRET-7&a=b",
        "x-amz-security-token: S3CRET-7",
        "OSSAccessKeyId=S3CRET-7",
        "X-Goog-Signature=S3CRET-7",
        "you sent [eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.S3CRET-7]",
    ],
)
def test_logins_are_hidden(text: str) -> None:
    assert "S3CRET" not in hide_logins(text)
    assert "S3CRET" not in str(LongshoreError(text))
    assert hide_logins(hide_logins(text)) == hide_logins(text)


def test_no_query_is_shown_of_what_a_server_says() -> None:
    assert safe("moved to https://h/x?sig=abc&b=c (302)") == "moved to https://h/x?******** (302)"


def test_quoting() -> None:
    assert quoted("a@" + DIGEST) == '"a@{0}"'.format(DIGEST)
    # It looked like a digest: a port is hexadecimal, too.
    assert quoted("user:pass@localhost:5000") == '"********@localhost:5000"'
    assert quoted("a\n\x1b\u202e") == '"a\\x0a\\x1b\\u202e"'


@pytest.mark.parametrize(
    "piece", ["?", "?a=", "a:", ",a:", "://", "basic ", "x-amz-", "token=", "\x1b", "@", "policy:"]
)
def test_a_megabyte_takes_no_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.monotonic()
    assert len(safe(text)) <= 400
    assert len(str(LongshoreError(text[:100_000]))) <= 100_000
    assert time.monotonic() - started < 5


def test_a_secret_is_masked_behind_the_gate_too() -> None:
    secret = "pass\tword\u200b\x1b-9"
    redact = Redactor([secret])
    assert "word" not in redact(flat("a " + secret + " b"))
    assert "word" not in redact(lines("a " + secret + " b"))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("https://u:p@h", ["u:p"]),
        ({"a": ["https://0123456789@h", 7], "ssh://git@h": None}, ["0123456789"]),
        ("u:p@h https://h/x@y", []),
    ],
)
def test_logins_in_options(value: Any, found: Any) -> None:
    assert list(logins_in(value)) == found


@pytest.mark.parametrize("url", ["https://h", " http://h:80/a/b/ ", "https://[::1]:8443"])
def test_a_url_of_a_server(url: str) -> None:
    assert check_url(url, "endpoint", LongshoreError).hostname in ("h", "::1")


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "h",
        "ftp://h",
        "https://",
        "https://h:0",
        "https://h:x",
        "https://h?a",
        "https://h#a",
        "https://a b",
    ],
)
def test_what_is_no_url_of_a_server(url: Any) -> None:
    with pytest.raises(LongshoreError, match=r"^endpoint: invalid URL .*Write it as https://host"):
        check_url(url, "endpoint", LongshoreError)


def test_the_host_of_a_url_is_harmless() -> None:
    assert host_of("https://a\x7f\u202eb:443/x") == "a\\x7f\\u202eb:443"
