# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of the object store behind a registry: read with bounds, named with the host, and never a missing login."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import TransportError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.error_replies import (
    ACCESS_HINT,
    reply_error,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.retry import Retrier
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.session import RegistrySession
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeStream,
    FakeTransport,
    reply,
)

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
DENIED = HEAD + "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>1</RequestId></Error>"
STORE = "bucket.obs.example"


def error(status: int, body: str, host: str = STORE):
    return reply_error(reply(status, body.encode("utf-8")), "cannot read the blob", "reg.example/app blob", host)


@pytest.mark.parametrize(
    ("status", "body", "code", "said", "remedy"),
    [
        (403, DENIED, "AccessDenied", "Access Denied", "the bucket's policy"),
        (
            403,
            HEAD + "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
            "AccessDenied",
            "Request has expired",
            "clock",
        ),
        (403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", "RequestTimeTooSkewed", "", "clock"),
        (400, "<Error><Code>ExpiredToken</Code></Error>", "ExpiredToken", "", "clock"),
        (
            403,
            '<Error a="b"><Code>SignatureDoesNotMatch</Code>\n<Message>a &lt;b&gt; &amp; c</Message></Error>',
            "SignatureDoesNotMatch",
            "a <b> & c",
            "key for the store",
        ),
        (404, "<Error><Code>NoSuchKey</Code></Error>", "NoSuchKey", "", "push the image there again"),
        (403, "Forbidden", None, "Forbidden", "key for the store"),
        (401, '{"errors": [{"code": "UNAUTHORIZED", "message": "no"}]}', "UNAUTHORIZED", "no", "key for the store"),
    ],
)
def test_a_refusal_of_the_store_is_read(status: int, body: str, code: str, said: str, remedy: str) -> None:
    found = error(status, body)
    assert (found.status, found.code) == (status, code)
    assert "cannot read the blob: {0}, which the registry redirects to, refused it".format(STORE) in found.what
    assert found.what.endswith(said)
    assert remedy in str(found.hint)
    assert "auth" not in str(found.hint)


def test_a_store_that_answers_in_the_registrys_place_is_known_by_its_words() -> None:
    found = error(403, DENIED, host="")
    assert found.what == "cannot read the blob: Access Denied"
    assert found.hint != ACCESS_HINT


def test_a_store_that_is_busy_is_asked_again() -> None:
    found = error(503, "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")
    assert found.retryable
    assert found.hint is None


@pytest.mark.parametrize("host", ["", STORE])
def test_what_a_document_defines_is_not_expanded(host: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "{0}"><!ENTITY b SYSTEM "file:///etc/passwd">]>'.format("lol" * 1000)
    found = error(403, bomb + "<Error><Code>&a;&b;</Code><Message>&a;&a;&b;</Message></Error>", host)
    assert "lol" not in str(found)
    assert "root:" not in str(found)
    assert found.code == "&a;&b;"


@pytest.mark.parametrize(
    "body", ["<Error>" * 300_000, "<Error><Code>" * 200_000, "<Error><Message>" + "x" * 5_000_000, "<Error " * 300_000]
)
def test_a_long_document_makes_no_long_error(body: str) -> None:
    assert len(str(error(403, body))) < 2000


@given(st.binary(max_size=500), st.sampled_from([b"", b"<Error>", b"<Error><Code>", b"<Error><Message>"]))
def test_any_document_is_read_or_not(body: bytes, head: bytes) -> None:
    found = reply_error(reply(403, head + body), "cannot read", "reg.example", STORE)
    assert str(found).isprintable()


# -- a session, whose registry sends its clients to the store --------------------------------------------------------


def client(*script: Any) -> RegistryClient:
    session = RegistrySession("reg.example", FakeTransport(script), CredentialStore({}), Retrier(0))
    return RegistryClient(session)


APP = Repository("reg.example", "team/app")
BLOB = "sha256:" + "0" * 64
TO_THE_STORE = reply(307, location="https://{0}/b?X-Amz-Signature=secret-7".format(STORE))


def test_the_error_names_the_store_and_no_login() -> None:
    with pytest.raises(RegistryError, match=STORE) as caught:
        client(TO_THE_STORE, reply(403, DENIED.encode("utf-8"))).get_blob(APP, BLOB, 1000)
    assert "team/app" in str(caught.value.where)
    assert "Access Denied" in str(caught.value)
    assert "auth" not in str(caught.value.hint)
    assert "secret-7" not in str(caught.value)


def test_a_refusal_after_a_redirect_on_the_registrys_own_host_is_the_registrys() -> None:
    elsewhere = reply(307, location="https://reg.example/other")
    with pytest.raises(RegistryError) as caught:
        client(elsewhere, reply(403)).get_blob(APP, BLOB, 1000)
    assert "redirects to" not in str(caught.value)
    assert "auth file" in str(caught.value.hint)


def test_a_store_that_cannot_be_reached_is_named_and_the_registry_goes_on() -> None:
    gone = TransportError("cannot connect: it does not resolve", unreachable=True, where="https://" + STORE)
    one = client(TO_THE_STORE, gone, reply(200, b"blob"))
    with pytest.raises(TransportError) as caught:
        one.get_blob(APP, BLOB, 1000)
    assert "team/app" in str(caught.value.where)
    assert STORE in str(caught.value.where)
    assert one.get_blob(APP, BLOB, 1000) == b"blob"


def test_a_redirect_to_a_metadata_service_is_named_with_what_led_there() -> None:
    session = RegistrySession("reg.example", Led(), CredentialStore({}), Retrier(0))
    with pytest.raises(RegistryError, match="never connected to") as caught:
        RegistryClient(session).get_blob(APP, BLOB, 1000)
    assert str(caught.value.where) == "reg.example/team/app blob {0} (http://169.254.169.254)".format(BLOB)


class Led(Transport):
    """Connections of which the first is answered by a redirect; the others are real."""

    def __init__(self) -> None:
        super().__init__(proxies={})

    def stream(self, method: str, target: Any, headers: Any, _body: bytes = b"") -> Any:
        if target.endpoint.host == "reg.example":
            return FakeStream(reply(307, location="http://169.254.169.254/latest/meta-data/"))
        return super().stream(method, target, headers, _body)
