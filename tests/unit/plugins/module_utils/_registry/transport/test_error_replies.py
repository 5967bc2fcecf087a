# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error replies as sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.error_replies import (
    ACCESS_HINT,
    OCI_REFUSED,
    RETRYABLE,
    reply_error,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import reply


def error_of(status, body=b"", **headers):
    return reply_error(reply(status, body, **headers), "cannot do it", "reg.example/ns/app:v1")


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"errors": [{"code": "DENIED", "message": "no access"}]}, "DENIED", "cannot do it: no access"),
        ({"errors": [{"code": "A", "message": "m", "detail": "more"}]}, "A", "cannot do it: m (more)"),
        ({"errors": [{"code": "A", "message": "m more", "detail": "more"}]}, "A", "cannot do it: m more"),
        ({"errors": [{"code": "A", "detail": "more"}]}, "A", "cannot do it: more"),
        ({"errors": [{"code": "A", "detail": {"x": 1}}]}, "A", "cannot do it"),
        ({"errors": [{}, {"code": "B"}]}, "B", "cannot do it"),
        ({"errors": []}, None, "cannot do it"),
        ({"errors": ["text"]}, None, "cannot do it"),
        ({"errorCode": "SVCSTG.1", "errorMessage": "m"}, "SVCSTG.1", "cannot do it: m"),
        ({"error_code": "SWR.1", "error_msg": "m"}, "SWR.1", "cannot do it: m"),
        ({"details": "incorrect username or password"}, None, "cannot do it: incorrect username or password"),
        ([{"code": 7, "message": "m"}], "7", "cannot do it: m"),
        ("text", None, "cannot do it"),
        (b"", None, "cannot do it"),
        (b"too \n many\trequests", None, "cannot do it: too many requests"),
        (b"\xff\xfe", None, "cannot do it: \ufffd\ufffd"),
        (b"[" * 100_000, None, "cannot do it: " + "[" * 297 + "..."),
    ],
    ids=range(17),
)
def test_reads_what_registries_say(body, code, text):
    error = error_of(400, body)
    assert (error.code, error.what, error.status, error.where) == (code, text, 400, "reg.example/ns/app:v1")


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        (b"<html><TITLE> 502 Bad Gateway </TITLE>", "", "502 Bad Gateway"),
        (b"  <!doctype html>", "", "no title"),
        (b"sorry", "text/html; charset=utf-8", "no title"),
    ],
)
def test_a_web_page_is_called_one(body, kind, name):
    assert "an HTML page answered ({0})".format(name) in error_of(502, body, content_type=kind).what


@pytest.mark.parametrize("status", [*sorted(RETRYABLE), 400, 401, 403, 404, 405, 413])
def test_which_replies_may_pass(status):
    assert error_of(status).retryable is (status in (408, 425, 429, 500, 502, 503, 504))


def test_content_is_no_message():
    assert error_of(206, b"\x1f\x8b the blob itself").what == "cannot do it"


def test_long_texts_are_cut():
    assert len(error_of(400, {"message": "x" * 5000}).what) < 400


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        (400, {"errors": [{"code": "MANIFEST_INVALID", "message": "Invalid image, " + OCI_REFUSED}]}, "OCI"),
        (404, {"errors": [{"code": "X", "message": "organization does not exist"}]}, "Create the organization"),
        (413, b"", "limits the size"),
        (403, {"errors": [{"code": "DENIED"}]}, ACCESS_HINT),
        (401, b"", ACCESS_HINT),
        (403, {"errors": [{"code": "QUOTA"}]}, None),
        (500, b"", None),
    ],
)
def test_names_the_remedy(status, body, hint):
    found = error_of(status, body).hint
    assert found is None if hint is None else hint in found


@pytest.mark.parametrize(
    ("header", "seconds"), [({"retry_after": "120"}, 120.0), ({"retry_after": "soon"}, None), ({}, None)]
)
def test_knows_how_long_to_wait(header, seconds):
    assert error_of(503, **header).retry_after == seconds


@given(st.binary(max_size=200), st.integers(400, 599))
def test_any_body_gives_an_error(body, status):
    assert str(error_of(status, body))
