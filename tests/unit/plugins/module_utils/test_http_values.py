# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of headers, in the forms that servers send."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._http_values import (
    LONGEST_LINK,
    NotUnderstood,
    basic_auth,
    next_page_of,
    parse_count,
    parse_retry_after,
)

HERE = "/v2/ns/app/tags/list?n=5"
NEXT = "/v2/ns/app/tags/list?last=b&n=5"


@pytest.mark.parametrize(
    ("link", "following"),
    [
        # RFC 8288
        ('<{0}>; rel="next"', NEXT),
        ("<{0}>;rel=next", NEXT),
        ('< {0} > ; rel = "next"', NEXT),
        ('<{0}>; REL="Next"', NEXT),
        ('<{0}>; rel="prev next"', NEXT),
        ('<{0}>; rel="http://example.com/x next"', NEXT),
        ('<{0}>; title="a; rel=\\"prev\\", <x>"; rel="next"', NEXT),
        ("<{0}>; title*=UTF-8''n%c3%a4chste; rel=next; hreflang=de", NEXT),
        ('<{0}>; rel="next"; rel="prev"', NEXT),
        ('<{0}>; rel="next";', NEXT),
        ('<{0}>; crossorigin; rel="next"', NEXT),
        ('<x>; rel="prev", <{0}>; rel="next"', NEXT),
        ('<x>; rel="prev" , , <{0}>; rel="next",', NEXT),
        ('<{0}>; rel="next", <x>', NEXT),
        ('<{0}>; rel="next", <{0}>; rel="next last"', NEXT),
        ('</v2/ns/app/tags/list?last=a,b;c>; rel="next"', "/v2/ns/app/tags/list?last=a,b;c"),
        ('<https://registry.example{0}>; rel="next"', "https://registry.example" + NEXT),
        ('<//registry.example{0}>; rel="next"', "//registry.example" + NEXT),
        ('<list?last=b&n=5>; rel="next"', NEXT),
        ('<?last=b&n=5>; rel="next"', NEXT),
        ('<>; rel="next"', HERE),
        # what servers send as well
        ("<{0}>", NEXT),
        ("<{0}>; title=more", NEXT),
        ('<{0}>; rel=""', NEXT),
        ("<{0}>; rel='next'", NEXT),
        ("<{0}>; title='a; b'; rel='next'", NEXT),
        ('{0}; rel="next"', NEXT),
        ("{0};rel=next", NEXT),
        ('https://registry.example{0}; rel="next"', "https://registry.example" + NEXT),
        ('/v2/ns/app/tags/list?last=a,b; rel="next"', "/v2/ns/app/tags/list?last=a,b"),
        ('/x?last=a,b; rel="prev", {0}; rel="next"', NEXT),
        ('<x>; rel="prev", {0}; rel="next"', NEXT),
        # ends
        (None, None),
        ("", None),
        (" , ", None),
        ('<{0}>; rel="prev"', None),
        ('{0}; rel="prev"', None),
        ("<{0}>; rel='first', <x>; rel=\"last prev\"", None),
        ('<{0}>; rel="describedby"', None),
        ('<{0}>; rel="nextish"', None),
        ('<{0}>; rel="prev"; title="next"', None),
    ],
)
def test_the_next_page_is_found_in_every_form_that_others_read(link, following):
    assert next_page_of(None if link is None else link.format(NEXT), HERE) == following


@pytest.mark.parametrize(
    "link",
    [
        "{0}",
        "next",
        "{0}, {0}",
        "<{0}",
        "{0}>; rel=next",
        '; rel="next"',
        'rel="next"',
        '<{0}>; rel="next',
        "<{0}>; rel='next",
        '<{0}> rel="next"',
        "<{0}>; rel=next last",
        '<{0}>; rel="next" <x>; rel="prev"',
        '<<{0}>>; rel="next"',
        '"{0}"; rel="next"',
        '<{0} x>; rel="next"',
        '<{0}\x1b[m>; rel="next"',
        '<{0}>; rel="next", <x>; rel="next"',
        '<x>; rel="prev", <{0}>',
        "<{0}>, <x>",
        "{0}; title=x",
        '{0}; rel=""',
        '<http://[>; rel="next"',
        '{{"next": "{0}"}}',
        "<x>;" * 40000,
    ],
)
def test_what_is_not_understood_is_never_the_end(link):
    with pytest.raises(NotUnderstood, match="Link header") as caught:
        next_page_of(link.format(NEXT) if "{0}" in link else link, HERE)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


ALPHABET = st.sampled_from(list("<>;,=\"' \t\\") + ["rel", "next", "prev", "/a?b", "//", "[", "\x00", "é", "::"])


@given(st.lists(ALPHABET, max_size=30).map("".join) | st.text(max_size=60))
def test_any_header_is_read_or_refused(link):
    try:
        found = next_page_of(link, HERE)
    except NotUnderstood:
        return
    assert found is None or not any(char.isspace() for char in found)
    if found is None:
        # Never the end where something is there that names no relation.
        assert not link.strip(" ,\t\r\n\f\v\x1c\x1d\x1e\x1f\x85\xa0") or "rel" in link.lower() or not link.isascii()


@pytest.mark.parametrize("piece", ["<a>;", "a,", ";", " ", '<a>; x="', "<a>,", "\\", "a", "<a>; b=c ", '";'])
def test_a_long_header_takes_no_time(piece):
    for link in (piece * (LONGEST_LINK // len(piece)), piece * LONGEST_LINK):
        with contextlib.suppress(NotUnderstood):
            next_page_of(link, HERE)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        (" 5 ", 5.0),
        ("0", 0.0),
        ("Thu, 01 Jan 1970 00:01:00 GMT", 50.0),
        ("Thu, 01 Jan 1970 00:01:00 -0000", 50.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        ("", None),
        (None, None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\u0665", None),
        ("\xb2", None),
        ("Thu, 99 Jan 1970 00:01:00 GMT", None),
    ],
)
def test_retry_after(value, seconds):
    assert parse_retry_after(value, now=10.0) == seconds


@given(
    st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d [+A-Z0-9]{0,6}")
)
def test_any_retry_after_gives_seconds_or_nothing(value):
    seconds = parse_retry_after(value)
    assert seconds is None or seconds >= 0.0


@pytest.mark.parametrize(("value", "count"), [(None, None), ("", None), ("0", 0), (" 12 ", 12)])
def test_counts(value, count):
    assert parse_count(value) == count


@pytest.mark.parametrize("value", ["-1", "1.0", "many", "\u0661", "1, 1", "9" * 16, "0x10"])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(NotUnderstood, match="number of entries"):
        parse_count(value)


def test_basic_auth_is_in_utf_8():
    assert basic_auth("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic_auth("test", "123\u00a3") == "Basic dGVzdDoxMjPCow=="
