# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.signing import RequestSigner, signature_headers
from ansible_collections.longshore.swr.tests.sandbox.http_message import Request
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, RefusedError, SignatureVerifier

# The example of the API Request Signing Guide: public, and worth nothing.
ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
EXAMPLE_URL = (
    "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs"
    "?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
)
NOW = 1_700_000_000


def test_the_example_of_the_signing_guide():
    headers = signature_headers(
        "GET",
        EXAMPLE_URL,
        {"Content-Type": "application/json"},
        b"",
        ACCESS_KEY,
        SECRET_KEY,
        date="20191115T033655Z",
    )
    assert headers == {
        "X-Sdk-Date": "20191115T033655Z",
        "Authorization": "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
    }


def prepared(method, url, headers=None, body=None):
    request = SimpleNamespace(method=method, url=url, headers=dict(headers or {}), body=body, hooks={})
    request.register_hook = request.hooks.__setitem__
    return request


def received(sent):
    """The request as a server sees it."""
    parts = urlsplit(sent.url)
    headers = {name.lower(): value for name, value in sent.headers.items()}
    headers["host"] = parts.netloc
    target = parts.path + ("?" + parts.query if parts.query else "")
    return Request(sent.method, target, headers, None, None, parts.scheme)


def verifier(token=None, now=NOW):
    return SignatureVerifier({ACCESS_KEY: Account(ACCESS_KEY, SECRET_KEY, token)}, lambda: now)


def sign(sent, token=None, project_id=None, secret_key=SECRET_KEY):
    return RequestSigner(ACCESS_KEY, secret_key, token, project_id, clock=lambda: NOW)(sent)


NAMES = st.text(alphabet="abz09~$-_. %&=+/ü!", min_size=1, max_size=8)


@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.lists(st.text(alphabet="abz09~$-_.!ü ", min_size=1, max_size=6), min_size=1, max_size=4),
    st.lists(st.tuples(NAMES, NAMES), max_size=4),
    st.binary(max_size=40),
    st.sampled_from([None, "the-security-token"]),
)
def test_an_independent_verifier_accepts_every_signature(method, segments, query, body, token):
    from urllib.parse import quote, urlencode

    url = "https://swr-api.example.com/v2/" + "/".join(quote(segment, safe="$~") for segment in segments)
    sent = prepared(method, url + ("?" + urlencode(query) if query else ""), {"Content-Type": "application/json"}, body)
    sign(sent, token, "0123456789")
    assert verifier(token).verify(received(sent), body).access_key == ACCESS_KEY


def test_headers_of_a_temporary_key_and_a_project():
    sent = sign(prepared("POST", "https://h.example.com/x"), "the-token", "pid")
    assert sent.headers["X-Security-Token"] == "the-token"
    assert sent.headers["X-Project-Id"] == "pid"
    assert "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token," in sent.headers["Authorization"]
    assert sent.headers["X-Sdk-Date"] == "20231114T221320Z"
    assert SECRET_KEY not in str(sent)


def test_a_text_body_is_signed_as_utf8():
    sent = sign(prepared("POST", "https://h.example.com/x", body="ü"))
    assert verifier().verify(received(sent), "ü".encode())


@pytest.mark.parametrize("url", ["https://h.example.com:443/", "http://h.example.com:80/"])
def test_the_default_port_is_not_part_of_the_host(url):
    with_port = signature_headers("GET", url, {}, b"", ACCESS_KEY, SECRET_KEY, date="20191115T033655Z")
    without = signature_headers(
        "GET", url.replace(":443", "").replace(":80", ""), {}, b"", ACCESS_KEY, SECRET_KEY, date="20191115T033655Z"
    )
    assert with_port == without


def test_the_verifier_is_not_fooled():
    def refused(sent, body=b"", judge=None):
        with pytest.raises(RefusedError) as caught:
            (judge or verifier()).verify(received(sent), body)
        assert caught.value.status == 401
        return caught.value.message

    url = "https://h.example.com/x?a=1"
    assert "signature fail" in refused(sign(prepared("GET", url), secret_key="another-key"))
    assert "signature fail" in refused(sign(prepared("POST", url, body=b"a")), b"b")
    tampered = sign(prepared("GET", url))
    tampered.url = "https://h.example.com/x?a=2"
    assert "signature fail" in refused(tampered)
    assert "expired" in refused(sign(prepared("GET", url)), judge=verifier(now=NOW + 16 * 60))
    assert "security token" in refused(sign(prepared("GET", url)), judge=verifier("token"))
    assert "no signature" in refused(prepared("GET", url))
    assert "unknown access key" in refused(sign(prepared("GET", url)), judge=SignatureVerifier({}, lambda: NOW))


@pytest.mark.parametrize(
    ("date", "skew"),
    [("Tue, 14 Nov 2023 21:53:20 GMT", 1200), ("Tue, 14 Nov 2023 22:33:20 GMT", -1200), ("", None), ("soon", None)],
)
def test_the_clock_is_compared_with_that_of_the_server(date, skew):
    signer = RequestSigner(ACCESS_KEY, SECRET_KEY, clock=lambda: NOW)
    sent = signer(prepared("GET", "https://x.example/"))
    sent.hooks["response"](SimpleNamespace(headers={"Date": date}), timeout=3)
    assert signer.skew == skew


def test_a_request_about_an_account_says_so_and_signs_it():
    sent = RequestSigner(ACCESS_KEY, SECRET_KEY, domain_id="d1", clock=lambda: NOW)(
        prepared("GET", "https://x.example/")
    )
    assert sent.headers["X-Domain-Id"] == "d1"
    assert "x-domain-id" in sent.headers["Authorization"]
    verifier().verify(received(sent), b"")
