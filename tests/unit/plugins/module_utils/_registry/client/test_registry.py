"""The client, request by request."""

from __future__ import annotations

import ssl

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import Credential
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    ACCEPT,
    DOCKER_MANIFEST,
    digest_of,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import TransportError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.retry import Retrier
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.session import (
    REDIRECTS,
    RegistrySession,
    Request,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeClock,
    FakeTransport,
    broken,
    image_of,
    reply,
    repository,
)

APP = repository()
BASE = "https://source.example/v2/ns/app/"
CONTENT = image_of(b"{}", b"layer")
MANIFEST = parse_manifest(CONTENT, DOCKER_MANIFEST)
DIGEST = MANIFEST.digest
BLOB = digest_of(b"blob")
CHALLENGE = reply(401, www_authenticate='Bearer realm="https://auth.source.example/t",service="s"')
TOKEN = "https://auth.source.example/t?service=s&scope=repository%3Ans%2Fapp%3Apull"
FOUND = reply(200, docker_content_digest=DIGEST, content_type=DOCKER_MANIFEST)
WHOLE = reply(200, CONTENT, docker_content_digest=DIGEST, content_type=DOCKER_MANIFEST)


class Bench:
    """A client on a script of replies."""

    def __init__(self, *script, writes=False, retries=2, insecure=False, registry="source.example", credentials=None):
        self.transport = FakeTransport(script)
        self.clock = FakeClock()
        login = Credential(username="u", password="p", insecure=insecure, origin="auth")
        self.client = RegistryClient(
            RegistrySession(
                registry,
                self.transport,
                credentials or CredentialStore({registry: login}),
                Retrier(retries, 1.0, sleep=self.clock.sleep, jitter=lambda: 0.5),
                writes=writes,
                throttle=Throttle(1.0, self.clock, self.clock.sleep, jitter=lambda: 0.5),
            )
        )

    @property
    def lines(self):
        return self.transport.lines

    def authorizations(self):
        return [sent.headers.get("Authorization") for sent in self.transport.sent]


def token(value="T"):
    return reply(200, {"token": value, "expires_in": 300})


# -- authentication ------------------------------------------------------------------------------------------------


def test_answers_a_challenge_once_and_keeps_the_token():
    bench = Bench(CHALLENGE, token(), FOUND, FOUND)
    assert bench.client.head_manifest(APP, "v1").digest == DIGEST
    assert bench.client.head_manifest(APP, "v2").digest == DIGEST
    assert bench.lines == [
        "HEAD " + BASE + "manifests/v1",
        "GET " + TOKEN,
        "HEAD " + BASE + "manifests/v1",
        "HEAD " + BASE + "manifests/v2",
    ]
    assert bench.authorizations() == [None, "Basic dTpw", "Bearer T", "Bearer T"]
    assert bench.transport.sent[0].headers == {"Accept": ACCEPT}
    assert dict(bench.client.session.requests) == {"manifest_head": 3, "token": 1}


def test_a_token_that_is_no_longer_taken_is_renewed_once():
    bench = Bench(CHALLENGE, token("A"), FOUND, CHALLENGE, token("B"), FOUND)
    bench.client.head_manifest(APP, "v1")
    assert bench.client.head_manifest(APP, "v2")
    assert bench.authorizations()[2:] == ["Bearer A", "Bearer A", "Basic dTpw", "Bearer B"]


def test_a_fresh_token_that_is_not_taken_ends_the_request():
    bench = Bench(CHALLENGE, token("A"), CHALLENGE)
    with pytest.raises(RegistryError) as caught:
        bench.client.head_manifest(APP, "v1")
    assert caught.value.status == 401
    assert not caught.value.retryable
    assert "auth" in caught.value.hint
    assert len(bench.lines) == 3


def test_a_token_that_expires_on_the_way_is_worth_another_try():
    expired = reply(401, www_authenticate='Bearer realm="https://auth.source.example/t",error="invalid_token"')
    bench = Bench(CHALLENGE, token("A"), expired, expired, token("B"), FOUND)
    assert bench.client.head_manifest(APP, "v1")


def test_a_wrong_password_is_sent_once():
    basic = reply(401, www_authenticate="Basic realm=x")
    bench = Bench(basic, basic)
    for _count in range(3):
        with pytest.raises(RegistryError, match="refused the user"):
            bench.client.head_manifest(APP, "v1")
    assert bench.authorizations() == [None, "Basic dTpw"]


def test_a_writer_asks_for_a_token_to_push():
    bench = Bench(CHALLENGE, token(), reply(404), writes=True)
    assert bench.client.head_manifest(APP, "v1") is None
    assert bench.lines[1].endswith("scope=repository%3Ans%2Fapp%3Apull%2Cpush")


def test_a_stream_that_is_challenged_is_closed_and_opened_again():
    bench = Bench(CHALLENGE, token(), reply(200, b"blob"))
    with bench.client.open_blob(APP, BLOB) as stream:
        assert stream.read() == b"blob"
    assert [stream.closed for stream in bench.transport.streams] == [True, True]


def test_a_token_server_in_trouble_is_asked_again():
    bench = Bench(CHALLENGE, reply(502), broken(), token(), FOUND)
    assert bench.client.head_manifest(APP, "v1")
    assert [line.split("?")[0] for line in bench.lines[1:4]] == ["GET https://auth.source.example/t"] * 3


# -- retries, throttling, dead registries --------------------------------------------------------------------------


def test_repeats_what_failed_for_a_passing_reason():
    bench = Bench(broken(), reply(502), FOUND)
    assert bench.client.head_manifest(APP, "v1")
    assert bench.clock.sleeps == [1.0, 2.0]


def test_gives_up_after_the_tries():
    bench = Bench(*[reply(500)] * 3)
    with pytest.raises(RegistryError) as caught:
        bench.client.get_manifest(APP, "v1")
    assert caught.value.where == "source.example/ns/app:v1"
    assert len(bench.lines) == 3


@pytest.mark.parametrize("status", [400, 403, 418])
def test_a_final_refusal_is_not_repeated(status):
    bench = Bench(reply(status))
    with pytest.raises(RegistryError) as caught:
        bench.client.head_manifest(APP, "v1")
    assert caught.value.status == status
    assert bench.clock.sleeps == []


def test_replies_to_requests_sent_at_once_show_the_rate_also_where_the_next_one_is_refused():
    bench = Bench(FOUND, reply(503), FOUND)
    bench.client.head_manifest(APP, "v0")
    bench.transport.pipeline = lambda *given: ([(True, DIGEST)] * 19, False)
    assert bench.client.head_manifests(APP, ["v{0}".format(number) for number in range(25)]) is None
    bench.client.head_manifest(APP, "v1")
    # 20 were answered in this second, and one more after the pause.
    assert bench.client.session._throttle.rate == pytest.approx(0.9 * 20, abs=0.1)


def test_a_throttled_registry_is_left_alone_for_as_long_as_it_says():
    bench = Bench(reply(429, retry_after="7"), reply(503), FOUND)
    assert bench.client.head_manifest(APP, "v1")
    assert bench.clock.sleeps == [7.0, 2.0]


def test_a_registry_that_asks_for_too_long_a_pause_is_given_up_on():
    bench = Bench(reply(429, retry_after="86400"))
    for _count in range(3):
        with pytest.raises(RegistryError) as caught:
            bench.client.head_manifest(APP, "v1")
    assert "asks to wait 24 hours" in caught.value.hint
    assert len(bench.lines) == 1
    assert bench.clock.sleeps == []
    for action in (
        lambda: bench.client.uploads.start(APP, BLOB),
        lambda: bench.client.open_blob(APP, BLOB),
        lambda: bench.client.uploads.finish(APP, parse_target(BASE + "up"), BLOB, 0, lambda send: None),
    ):
        with pytest.raises(RegistryError) as caught:
            action()
        assert caught.value.status == 429
    assert len(bench.lines) == 1


def test_a_dead_registry_is_asked_for_one_image_only():
    bench = Bench(*[TransportError("cannot connect", unreachable=True)] * 3)
    for _count in range(3):
        with pytest.raises(TransportError):
            bench.client.head_manifest(APP, "v1")
    assert len(bench.lines) == 3


def test_a_registry_that_drops_its_first_connection_is_asked_again():
    bench = Bench(*[broken()] * 3, FOUND)
    with pytest.raises(TransportError):
        bench.client.head_manifest(APP, "v1")
    assert bench.client.head_manifest(APP, "v2")


def test_a_registry_that_answered_once_is_asked_again():
    bench = Bench(FOUND, *[broken()] * 3, FOUND)
    bench.client.head_manifest(APP, "v1")
    with pytest.raises(TransportError):
        bench.client.head_manifest(APP, "v2")
    assert bench.client.head_manifest(APP, "v3")


# -- tags ----------------------------------------------------------------------------------------------------------


def test_follows_the_pages():
    bench = Bench(
        reply(200, {"tags": ["a", "b"]}, link='</v2/ns/app/tags/list?last=b&n=1000>; rel="next"'),
        reply(200, {"tags": ["c"]}),
    )
    assert bench.client.tags(APP) == ["a", "b", "c"]
    assert bench.lines == ["GET " + BASE + "tags/list?n=1000", "GET " + BASE + "tags/list?last=b&n=1000"]


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ("<https://elsewhere.test/v2/ns/app/tags/list?last=b>; rel=next", "tags/list?last=b"),
        ("<//elsewhere.test/v2/ns/app/tags/list?last=b>;rel=NEXT", "tags/list?last=b"),
        ('<list?last=b>; rel="next"', "tags/list?last=b"),
        ('<?last=b>; title=x; rel="prev next"', "tags/list?last=b"),
        ('</v2/x?last=a>; rel="prev", </v2/ns/app/tags/list?last=b,c>; Rel = "next"', "tags/list?last=b,c"),
        ("</v2/ns/app/tags/list?last=a>", "tags/list?last=a"),
        ("/v2/ns/app/tags/list?last=a; rel='next'", "tags/list?last=a"),
        ('</v2/x?last=a>; rel="prev"', None),
    ],
)
def test_every_manner_of_naming_the_next_page(link, following):
    bench = Bench(reply(200, {"tags": ["a"]}, link=link), reply(200, {"tags": ["z"]}))
    assert bench.client.tags(APP) == (["a", "z"] if following else ["a"])
    assert bench.lines[1:] == (["GET " + BASE + following] if following else [])


@pytest.mark.parametrize(
    ("link", "what"),
    [("nonsense", "cannot be parsed"), ('</v2/ns/app/tags/list?n=1000>; rel="next"', "links back")],
)
def test_a_list_that_may_not_be_whole_is_refused(link, what):
    for work in (lambda client: client.tags(APP), lambda client: client.referrers(APP, DIGEST)):
        body = {"tags": ["a"], "manifests": []}
        bench = Bench(reply(200, body, link=link), *[reply(200, body, link="<?n=1000>; rel=next")] * 2)
        with pytest.raises(RegistryError, match=what) as caught:
            work(bench.client)
        assert caught.value.where.startswith(str(APP))
        assert "A list that may be incomplete" in caught.value.hint


@pytest.mark.parametrize("tags", [None, []])
def test_no_tags(tags):
    assert Bench(reply(200, {"tags": tags})).client.tags(APP) == []


def test_entries_that_are_no_tags_are_listed_apart():
    listing = Bench(reply(200, {"tags": ["a", None, "", 7, "b", "a", 7]})).client.list_tags(APP)
    assert listing.names == ["a", "b"]
    assert [(entry.shown, entry.is_text) for entry in listing.invalid] == [("null", False), ("7", False)]


@pytest.mark.parametrize(
    "body",
    [b"<html>", {}, {"name": "ns/app"}, [], "text", {"tags": "abc"}, {"tags": {"a": 1}}, {"tags": 7}, b"[" * 100_000],
)
def test_what_is_no_list_of_tags_is_refused(body):
    with pytest.raises(RegistryError, match="invalid list of tags"):
        Bench(reply(200, body)).client.tags(APP)


@pytest.mark.parametrize(
    "tag", ["../../other/manifests/v1", "a?b", "a b", "a\nb", "a/b", "-a", "x" * 129, "\ud800", "x" * 9999]
)
def test_a_tag_cannot_lead_to_another_path(tag):
    listing = Bench(reply(200, {"tags": ["good", tag]})).client.list_tags(APP)
    assert listing.names == ["good"]
    (entry,) = listing.invalid
    assert entry.shown.isprintable()
    assert len(entry.shown) < 250
    assert entry.is_text is (len(tag) < 9999)


def test_a_full_page_without_a_link_is_gone_on_from():
    full = reply(200, {"tags": ["t{0}".format(number) for number in range(1000)]})
    bench = Bench(full, reply(200, {"tags": ["z"]}))
    assert len(bench.client.tags(APP)) == 1001
    assert bench.lines[1] == "GET " + BASE + "tags/list?n=1000&last=t999"
    for second in (full, reply(200, {"tags": None}), reply(404), reply(400)):
        assert len(Bench(full, second).client.tags(APP)) == 1000
    with pytest.raises(RegistryError):
        Bench(full, reply(500), retries=0).client.tags(APP)
    # A link says whether there is more.
    assert len(Bench(full._replace(headers={"link": '<x>; rel="prev"'})).client.tags(APP)) == 1000


def test_where_it_has_to_be_certain_every_last_page_is_gone_on_from():
    bench = Bench(reply(200, {"tags": ["a", "b c"]}), reply(200, {"tags": ["b c"]}))
    assert bench.client.list_tags(APP, proven=True).names == ["a"]
    assert bench.lines[1:] == ["GET " + BASE + "tags/list?n=1000&last=a"]
    assert Bench(reply(200, {"tags": []})).client.list_tags(APP, proven=True).names == []


@pytest.mark.parametrize("code", ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"])
def test_one_unknown_repository_does_not_mean_that_there_are_no_referrers(code):
    unknown = reply(404, {"errors": [{"code": code}]})
    bench = Bench(unknown, reply(200, {"manifests": []}), reply(404), reply(404))
    assert bench.client.referrers(APP, DIGEST) is None
    assert bench.client.referrers(APP, DIGEST) == []
    bench = Bench(reply(404))
    assert (bench.client.referrers(APP, DIGEST), bench.client.referrers(APP, DIGEST)) == (None, None)
    assert len(bench.lines) == 1


def test_an_unknown_repository_is_an_error():
    with pytest.raises(RegistryError, match="not known") as caught:
        Bench(reply(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "not known"}]})).client.tags(APP)
    assert caught.value.status == 404


# -- manifests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [405, 501])
def test_a_registry_without_head_is_asked_by_get_from_then_on(status):
    bench = Bench(reply(status), WHOLE, WHOLE, reply(404))
    assert bench.client.head_manifest(APP, "v1").digest == DIGEST
    assert bench.client.head_manifest(APP, "v2").media_type == DOCKER_MANIFEST
    assert bench.client.head_manifest(APP, "v3") is None
    assert [sent.method for sent in bench.transport.sent] == ["HEAD", "GET", "GET", "GET"]


def test_a_reply_without_a_digest_is_looked_at_whole():
    bench = Bench(reply(200), reply(200, CONTENT, content_type=DOCKER_MANIFEST), FOUND)
    assert bench.client.head_manifest(APP, "v1").digest == DIGEST
    assert bench.client.head_manifest(APP, "v2").digest == DIGEST
    assert [sent.method for sent in bench.transport.sent] == ["HEAD", "GET", "HEAD"]


def test_reads_a_manifest_and_checks_it():
    bench = Bench(WHOLE, reply(404))
    assert bench.client.get_manifest(APP, "v1") == MANIFEST
    assert bench.client.get_manifest(APP, DIGEST) is None
    assert bench.lines == ["GET " + BASE + "manifests/v1", "GET " + BASE + "manifests/" + DIGEST]


@pytest.mark.parametrize("reference", ["v1", DIGEST])
def test_a_manifest_that_was_damaged_is_read_again(reference):
    damaged = reply(200, CONTENT[:-1] + b" }", docker_content_digest=DIGEST, content_type=DOCKER_MANIFEST)
    assert Bench(damaged, WHOLE).client.get_manifest(APP, reference) == MANIFEST
    with pytest.raises(RegistryError, match="sent another manifest") as caught:
        Bench(*[damaged] * 3).client.get_manifest(APP, reference)
    assert caught.value.where.startswith("source.example/ns/app")


def test_a_header_cannot_make_a_manifest_of_another_digest():
    with pytest.raises(RegistryError, match="sent another manifest"):
        Bench(*[WHOLE] * 3).client.get_manifest(APP, digest_of(b"other"))


def put(bench, reference="v1", manifest=MANIFEST):
    return bench.client.put_manifest(APP, reference, manifest)


def test_puts_a_manifest_byte_for_byte():
    bench = Bench(reply(201, docker_content_digest=DIGEST))
    put(bench)
    (sent,) = bench.transport.sent
    assert (str(sent), sent.body) == ("PUT " + BASE + "manifests/v1", CONTENT)
    assert sent.headers == {"Content-Type": DOCKER_MANIFEST}


def test_what_was_stored_must_be_what_was_sent():
    with pytest.raises(RegistryError, match="stored something else") as caught:
        put(Bench(reply(201, docker_content_digest=digest_of(b"other"))))
    assert DIGEST in str(caught.value)


def test_a_silent_registry_is_asked_what_it_stored():
    bench = Bench(reply(201), FOUND)
    put(bench)
    assert bench.lines[1] == "HEAD " + BASE + "manifests/v1"
    with pytest.raises(RegistryError, match="its digest is nothing"):
        put(Bench(reply(201), reply(404)))


def test_the_same_bytes_under_another_algorithm_are_the_same():
    bench = Bench(reply(201, docker_content_digest=DIGEST))
    put(bench, manifest=parse_manifest(CONTENT, DOCKER_MANIFEST, digest_of(CONTENT, "sha512")))
    assert len(bench.lines) == 1


LOST = reply(400, {"errors": [{"code": "DIGEST_INVALID", "message": "provided digest did not match"}]})


def test_a_manifest_that_was_lost_among_other_pushes_is_sent_again():
    bench = Bench(LOST, reply(201, docker_content_digest=DIGEST))
    put(bench)
    assert [sent.body for sent in bench.transport.sent] == [CONTENT] * 2
    with pytest.raises(RegistryError, match="DIGEST_INVALID") as caught:
        put(Bench(*[LOST] * 3))
    assert not caught.value.retryable


def test_a_refused_manifest_names_the_reason():
    refused = reply(
        400, {"errors": [{"code": "MANIFEST_INVALID", "message": "Invalid image, fail to parse 'manifest.json'"}]}
    )
    with pytest.raises(RegistryError, match="MANIFEST_INVALID") as caught:
        put(Bench(refused))
    assert "OCI" in caught.value.hint


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_token_that_the_registry_repeats_is_not_shown(status):
    secret = "opaque/S3CRET" * 50
    bench = Bench(
        CHALLENGE, token(secret), reply(status, {"errors": [{"code": "X", "message": "[" + secret + "] is no"}]})
    )
    with pytest.raises(RegistryError, match=r"\[\*{8}\] is no") as caught:
        bench.client.session.ask(Request("x", "GET", APP, "manifests/v1", (200,), "cannot", "here"))
    assert "S3CRET" not in str(caught.value)


# -- blobs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "there"), [(200, True), (404, False), *[(code, True) for code in REDIRECTS]])
def test_looks_up_a_blob_without_following_redirects(status, there):
    bench = Bench(reply(status, location="https://elsewhere.test/"))
    assert bench.client.has_blob(APP, BLOB) is there
    assert bench.lines == ["HEAD " + BASE + "blobs/" + BLOB]


def test_a_registry_that_cannot_look_up_blobs_is_asked_once():
    bench = Bench(reply(405))
    assert [bench.client.has_blob(APP, BLOB) for _count in range(3)] == [False] * 3
    assert len(bench.lines) == 1


def test_reads_a_small_blob_again_when_it_breaks():
    bench = Bench(reply(500), broken(), reply(200, b"blob"))
    assert bench.client.get_blob(APP, BLOB, 100) == b"blob"


def test_reads_from_the_middle():
    bench = Bench(reply(206, b"ob"))
    bench.client.open_blob(APP, BLOB, 2)
    assert bench.transport.sent[0].headers == {"Range": "bytes=2-"}


def test_a_part_that_was_not_asked_for_is_refused():
    with pytest.raises(RegistryError, match="cannot read the blob") as caught:
        Bench(reply(206, b"ob")).client.open_blob(APP, BLOB)
    assert caught.value.where.endswith("blob " + BLOB)


def test_a_redirect_is_followed_without_credentials():
    bench = Bench(
        CHALLENGE, token(), reply(307, location="https://obs.elsewhere.test/b?Signature=x"), reply(200, b"blob")
    )
    assert bench.client.open_blob(APP, BLOB).read() == b"blob"
    last = bench.transport.sent[-1]
    assert last.url == "https://obs.elsewhere.test/b?Signature=x"
    assert last.headers == {}
    assert bench.client.session.requests["redirected_blob_get"] == 1


def test_a_range_goes_along_with_a_redirect():
    bench = Bench(reply(307, location="https://obs.elsewhere.test/b"), reply(206, b"ob"))
    bench.client.open_blob(APP, BLOB, 2)
    assert bench.transport.sent[-1].headers == {"Range": "bytes=2-"}


def test_a_chain_of_redirects_has_an_end_and_leaves_no_stream_open():
    bench = Bench(*[reply(302, location="/again")] * 6)
    with pytest.raises(RegistryError, match="more than 5 redirects"):
        bench.client.open_blob(APP, BLOB)
    assert all(stream.closed for stream in bench.transport.streams)


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ("", "redirect to nowhere"),
        ("ftp://user:S3CRET-7@x/?sig=S3CRET-7", "neither http nor https"),
        ("/v2/x\rEvil: 1", "control characters"),
        ("https://x.test/\x00", "control characters"),
        ("http://[::1/?sig=S3CRET-7", "cannot be read"),
        ("http://user:S3CRET-7@x:99999/", "cannot be read"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_an_error_that_names_both_places(location, text):
    bench = Bench(reply(302, location=location))
    with pytest.raises(RegistryError, match=text) as caught:
        bench.client.get_manifest(APP, "v1")
    assert caught.value.where == "https://source.example/v2/ns/app/manifests/v1"
    assert "S3CRET" not in str(caught.value)
    assert len(bench.transport.sent) == 1


def test_a_redirect_to_a_name_with_spaces_is_followed():
    bench = Bench(reply(302, location="/a b?c=d e"), reply(200, b"x"))
    bench.client.open_blob(APP, BLOB)
    assert bench.transport.sent[-1].url == "https://source.example/a%20b?c=d%20e"


def test_an_object_store_that_refuses_is_an_error_without_the_signature():
    bench = Bench(reply(307, location="https://obs.elsewhere.test/b?Signature=secret"), reply(403, b"<Error/>"))
    with pytest.raises(RegistryError) as caught:
        bench.client.open_blob(APP, BLOB)
    assert caught.value.status == 403
    assert "secret" not in str(caught.value)


# -- uploads -------------------------------------------------------------------------------------------------------

UPLOADS = BASE + "blobs/uploads/"
MOUNT = UPLOADS + "?mount={0}&from=ns%2Fbase".format(BLOB.replace(":", "%3A"))


def opened(location="/v2/ns/app/blobs/uploads/1?_state=x"):
    return reply(202, location=location)


MOUNTED = reply(201, location="/v2/ns/app/blobs/" + BLOB)


def test_mounts():
    bench = Bench(MOUNTED, writes=True)
    assert bench.client.uploads.start(APP, BLOB, "ns/base") is None
    assert bench.lines == ["POST " + MOUNT]


def test_a_mount_asks_for_the_right_to_read_the_other_repository():
    bench = Bench(CHALLENGE, token(), MOUNTED, writes=True)
    bench.client.uploads.start(APP, BLOB, "ns/base")
    assert bench.lines[1].endswith("scope=repository%3Ans%2Fapp%3Apull%2Cpush&scope=repository%3Ans%2Fbase%3Apull")


def test_a_mount_that_becomes_an_upload_is_used_as_one():
    bench = Bench(opened())
    assert bench.client.uploads.start(APP, BLOB, "ns/base").path == "/v2/ns/app/blobs/uploads/1?_state=x"
    assert len(bench.lines) == 1


@pytest.mark.parametrize("status", [405, 501])
def test_a_registry_that_cannot_mount_is_not_asked_again(status):
    bench = Bench(reply(status), opened(), opened())
    assert bench.client.uploads.start(APP, BLOB, "ns/base")
    assert bench.client.uploads.start(APP, BLOB, "ns/base")
    assert bench.lines == ["POST " + MOUNT, "POST " + UPLOADS, "POST " + UPLOADS]


@pytest.mark.parametrize("status", [200, 204, 302, 400, 403, 404, 408, 409, 500, 502, 504])
def test_one_mount_that_is_refused_is_an_upload_and_says_nothing_of_the_next(status):
    bench = Bench(reply(status), opened(), MOUNTED)
    assert bench.client.uploads.start(APP, BLOB, "ns/base")
    assert bench.client.uploads.start(APP, BLOB, "ns/base") is None
    assert bench.lines == ["POST " + MOUNT, "POST " + UPLOADS, "POST " + MOUNT]


def test_a_mount_from_a_repository_that_may_not_be_read_is_an_upload():
    bench = Bench(CHALLENGE, reply(403), token(), opened())
    assert bench.client.uploads.start(APP, BLOB, "ns/base")
    assert bench.lines[-1] == "POST " + UPLOADS


@pytest.mark.parametrize("answer", [reply(201), reply(202), reply(201, b"<html>")])
def test_a_mount_that_does_not_say_where_is_none(answer):
    bench = Bench(answer, opened())
    assert bench.client.uploads.start(APP, BLOB, "ns/base")
    assert bench.lines[-1] == "POST " + UPLOADS


@pytest.mark.parametrize("answer", [reply(429), reply(503), broken()])
def test_a_mount_that_has_to_wait_does(answer):
    with pytest.raises(RegistryError) as caught:
        Bench(answer).client.uploads.start(APP, BLOB, "ns/base")
    assert caught.value.retryable


def test_an_upload_without_a_place_may_pass():
    with pytest.raises(RegistryError, match="without a location") as caught:
        Bench(reply(202)).client.uploads.start(APP, BLOB)
    assert caught.value.retryable


def finish(bench, body=b"blob"):
    target = bench.client.uploads.start(APP, BLOB)
    bench.client.uploads.finish(APP, target, BLOB, len(body), lambda send: send(body))


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/up?_state=x", "https://source.example/up?_state=x&digest="),
        ("/up", "https://source.example/up?digest="),
        ("1", BASE + "blobs/uploads/1?digest="),
        ("https://source.example/up", "https://source.example/up?digest="),
        ("http://source.example/up", "https://source.example/up?digest="),
        ("https://obs.elsewhere.test/up", "https://obs.elsewhere.test/up?digest="),
        ("https://source.example:8443/up", "https://source.example:8443/up?digest="),
    ],
)
def test_sends_the_bytes_where_the_registry_says_and_the_password_to_itself_only(location, expected):
    bench = Bench(CHALLENGE, token(), opened(location), reply(201))
    finish(bench)
    sent = bench.transport.sent[-1]
    assert str(sent) == "PUT " + expected + BLOB.replace(":", "%3A")
    assert sent.body == b"blob"
    home = expected.startswith("https://source.example/")
    assert sent.headers == dict(
        {"Content-Type": "application/octet-stream"}, **({"Authorization": "Bearer T"} if home else {})
    )


def test_a_token_that_ends_during_an_upload_is_worth_another_try_with_a_new_one():
    bench = Bench(CHALLENGE, token("A"), opened(), reply(401), token("B"), opened(), reply(201))
    with pytest.raises(RegistryError) as caught:
        finish(bench)
    assert caught.value.retryable
    finish(bench)
    assert bench.authorizations()[-1] == "Bearer B"


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (404, "BLOB_UPLOAD_UNKNOWN", True),
        (400, "DIGEST_INVALID", True),
        (404, "NAME_UNKNOWN", False),
        (403, "DENIED", False),
        (500, "UNKNOWN", True),
        (301, None, False),
    ],
)
def test_which_refused_uploads_are_worth_another_try(status, code, again):
    bench = Bench(opened(), reply(status, {"errors": [{"code": code}]} if code else b""))
    with pytest.raises(RegistryError, match="cannot store the blob") as caught:
        finish(bench)
    assert caught.value.retryable is again


# -- where the registry is -----------------------------------------------------------------------------------------


def test_docker_hub_has_another_host_than_its_name():
    bench = Bench(FOUND, registry="docker.io")
    bench.client.head_manifest(repository("library/nginx", "docker.io"), "v1")
    assert bench.lines == ["HEAD https://registry-1.docker.io/v2/library/nginx/manifests/v1"]


def test_a_registry_has_the_authorities_of_its_entry():
    login = CredentialStore({"source.example": Credential(ca_path="/ca.pem", origin="auth")})
    bench = Bench(FOUND, FOUND, credentials=login)
    for _count in range(2):
        bench.client.head_manifest(APP, "v1")
        assert bench.client.session.base(APP).endpoint.trust.authorities == ("/ca.pem",)


def no_tls(url):
    error = TransportError("TLS failed")
    error.__cause__ = ssl.SSLError(1, "wrong version number")
    return error if url.startswith("https") else None


def refused(url):
    return TransportError("refused") if url.startswith("https") else None


@pytest.mark.parametrize(
    ("registry", "answers", "expected"),
    [
        ("reg.example:5000", lambda _url: None, "https://reg.example:5000"),
        ("reg.example:5000", no_tls, "http://reg.example:5000"),
        ("reg.example:5000", refused, "https://reg.example:5000"),
        ("reg.example", refused, "http://reg.example"),
        ("reg.example", no_tls, "http://reg.example"),
        ("reg.example", lambda _url: TransportError("dead"), "https://reg.example"),
    ],
)
def test_an_insecure_registry_is_asked_without_tls_only_where_it_has_none(registry, answers, expected):
    bench = Bench(FOUND, FOUND, insecure=True, registry=registry)
    bench.transport.refuse_connection = answers
    where = repository(registry=registry)
    bench.client.head_manifest(where, "v1")
    tried = list(bench.transport.connects)
    bench.client.head_manifest(where, "v2")
    assert bench.lines == ["HEAD {0}/v2/ns/app/manifests/v{1}".format(expected, number) for number in (1, 2)]
    assert bench.transport.connects == tried


def test_a_secure_registry_is_never_asked_without_tls():
    bench = Bench(FOUND)
    bench.transport.refuse_connection = no_tls
    bench.client.head_manifest(APP, "v1")
    assert bench.transport.connects == []
    assert bench.lines[0].startswith("HEAD https://")


# -- lists and deletion --------------------------------------------------------------------------------------------


def test_catalog_is_read_page_by_page_with_a_scope_of_its_own():
    pages = (
        reply(200, {"repositories": ["a/b"]}, link='</v2/_catalog?last=a%2Fb&n=1>; rel="next"'),
        reply(200, {"repositories": ["c"]}),
    )
    bench = Bench(CHALLENGE, token(), *pages)
    assert bench.client.list_repositories().names == ["a/b", "c"]
    assert bench.lines == [
        "GET https://source.example/v2/_catalog?n=1000",
        "GET https://auth.source.example/t?service=s&scope=registry%3Acatalog%3A%2A",
        "GET https://source.example/v2/_catalog?n=1000",
        "GET https://source.example/v2/_catalog?last=a%2Fb&n=1",
    ]


@pytest.mark.parametrize("status", [403, 404, 405])
def test_registry_without_a_catalog_is_told_with_the_alternative(status):
    with pytest.raises(RegistryError) as caught:
        Bench(reply(status)).client.list_repositories()
    assert caught.value.status == status
    assert "Name the repositories instead" in caught.value.hint


@pytest.mark.parametrize("body", [b"<html>", b"[]", {}, {"repositories": "a"}, {"names": ["a"]}])
def test_catalog_that_is_none_is_refused(body):
    with pytest.raises(RegistryError, match="repositor"):
        Bench(reply(200, body)).client.list_repositories()


def test_a_name_cannot_lead_to_another_path():
    listing = Bench(reply(200, {"repositories": ["a/b", "../../etc", "A"]})).client.list_repositories()
    assert (listing.names, [entry.text for entry in listing.invalid]) == (["a/b"], ["../../etc", "A"])


@pytest.mark.parametrize(("status", "deleted"), [(202, True), (200, True), (404, False)])
def test_deletes_with_the_right_to(status, deleted):
    bench = Bench(CHALLENGE, token(), reply(status))
    assert bench.client.delete_manifest(APP, "v1") is deleted
    assert bench.lines[1].endswith("scope=repository%3Ans%2Fapp%3Apull%2Cdelete")
    assert bench.lines[2] == "DELETE " + BASE + "manifests/v1"


@pytest.mark.parametrize(("reference", "what"), [("v1", "cannot delete the tag"), (DIGEST, "cannot delete the man")])
def test_refused_deletion_is_an_error(reference, what):
    with pytest.raises(RegistryError, match=what) as caught:
        Bench(reply(405, {"errors": [{"code": "UNSUPPORTED"}]})).client.delete_manifest(APP, reference)
    assert (caught.value.status, caught.value.code) == (405, "UNSUPPORTED")
