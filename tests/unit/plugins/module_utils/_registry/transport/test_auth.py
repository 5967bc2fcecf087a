"""Challenges, tokens, and who gets a password."""

from __future__ import annotations

import base64
import json
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.certificates import Trust
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import Credential
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.auth import (
    Authorizer,
    Challenge,
    is_password_refused,
    may_receive_password,
    parse_challenge,
    pull_scope,
    push_scope,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import TransportError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeClock,
    reply,
    repository,
)

REGISTRY = parse_target("https://source.example/v2/")
BEARER = 'Bearer realm="https://auth.source.example/token",service="source.example"'
APP, SCOPES = repository(), (pull_scope("ns/app"),)
BASIC = "Basic " + base64.b64encode(b"user:pa:ss").decode()


class TokenServer:
    """Answers with C(answers) in turn, the last one for ever, and writes down what it was asked."""

    def __init__(self, *answers):
        self.asked = []
        self._answers = list(answers)

    def __call__(self, method, target, headers, body):
        scheme, host = target.endpoint.scheme, target.endpoint.authority
        self.asked.append((method, "{0}://{1}{2}".format(scheme, host, target.path), dict(headers), body))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def token(value="T", **fields):
    return reply(200, dict(fields, token=value))


def jwt(**claims):
    return "x.{0}.y".format(base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="))


LOGIN = Credential(username="user", password="pa:ss", origin="auth.json: source.example")


def make(server, credential=LOGIN, challenge=BEARER, clock=None):
    authorizer = Authorizer(CredentialStore({"source.example": credential}), server, clock or FakeClock())
    if challenge:
        authorizer.learn(REGISTRY, challenge, APP)
    return authorizer


# -- challenges ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (BEARER, Challenge("bearer", "https://auth.source.example/token", "source.example")),
        ("bearer realm=https://a/t", Challenge("bearer", "https://a/t")),
        ('BEARER Realm="https://a/t" , error="invalid_token"', Challenge("bearer", "https://a/t")),
        (r'Bearer realm="https://a/t",service="a \"b\""', Challenge("bearer", "https://a/t", 'a "b"')),
        ('Basic realm="x", Bearer realm="https://a/t"', Challenge("bearer", "https://a/t")),
        (
            'Bearer realm="https://a/t",scope="repository:a:pull,push",service="s"',
            Challenge("bearer", "https://a/t", "s"),
        ),
        ('Negotiate, Basic realm="x"', Challenge("basic")),
        ("Basic", Challenge("basic")),
        ("Bearer", None),
        ('Bearer realm=""', None),
        ("Digest realm=x", None),
        ("", None),
    ],
)
def test_reads_challenges(header, challenge):
    assert parse_challenge(header) == challenge


@given(
    st.text() | st.lists(st.sampled_from(["Bearer ", "Basic", 'realm="', "=", ",", '"', "\\", " ", "x"])).map("".join)
)
def test_any_challenge_is_read_or_not(header):
    challenge = parse_challenge(header)
    assert challenge is None or challenge.scheme in ("basic", "bearer")


@pytest.mark.parametrize("filler", ["a" * 65000, "a=" * 30000, 'a="\\' * 15000, " , " * 20000, "a " * 30000])
def test_a_long_challenge_takes_no_long_time(filler):
    began = time.perf_counter()
    parse_challenge("Bearer " + filler)
    assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize(
    ("header", "sent", "refused"),
    [
        ("Basic realm=x", BASIC, True),
        ("", BASIC, True),
        (BEARER, BASIC, False),
        ("Basic realm=x", "Bearer T", False),
    ],
)
def test_knows_a_refused_password(header, sent, refused):
    assert is_password_refused(header, sent) is refused


# -- who gets the password -----------------------------------------------------------------------------------------

RELATED = [
    ("https://registry-1.docker.io", "https://auth.docker.io/token"),
    ("https://ghcr.io", "https://ghcr.io/token"),
    ("https://quay.io", "https://quay.io/v2/auth"),
    ("https://registry.gitlab.com", "https://gitlab.com/jwt/auth"),
    ("https://gitlab.example.com:5050", "https://gitlab.example.com/jwt/auth"),
    ("https://registry.cn-hangzhou.aliyuncs.com", "https://dockerauth.cn-hangzhou.aliyuncs.com/auth"),
    ("https://demo-registry.cn-hangzhou.cr.aliyuncs.com", "https://dockerauth-ee.cn-hangzhou.aliyuncs.com/auth"),
    ("https://registry.cn-zhangjiakou.aliyuncs.com", "https://dockerauth-cn-zhangjiakou.aliyuncs.com/auth"),
    ("https://swr.cn-north-4.myhuaweicloud.com", "https://swr.cn-north-4.myhuaweicloud.com/swr/auth/v2/registry/auth"),
    ("https://registry.connect.redhat.com", "https://sso.redhat.com/auth"),
    ("https://registry.abc.cn", "https://auth.abc.cn/token"),
    ("https://registry.example.co.uk", "https://auth.example.co.uk/token"),
    ("https://REGISTRY.example.com.", "https://auth.Example.com/token"),
    ("https://example.com", "https://auth.example.com/token"),
    ("https://10.0.0.1:5000", "https://10.0.0.1:5001/token"),
    ("http://10.0.0.1:5000", "http://10.0.0.1:5001/token"),
    ("https://[::1]:5000", "https://[::1]:5001/token"),
    ("https://localhost:5000", "https://localhost/token"),
    ("http://registry:5000", "https://registry/token"),
]
UNRELATED = [
    ("https://registry-1.docker.io", "https://auth.evil.io/token"),
    ("https://registry-1.docker.io", "https://docker.io.evil.com/token"),
    ("https://registry-1.docker.io", "https://evildocker.io/token"),
    ("https://registry-1.docker.io", "http://auth.docker.io/token"),
    ("https://registry.example.co.uk", "https://auth.evil.co.uk/token"),
    ("https://registry.example.com.cn", "https://auth.evil.com.cn/token"),
    ("https://example.co.uk", "https://evil.co.uk/token"),
    ("https://quay.io", "https://evil.io/token"),
    ("https://10.0.0.1", "https://10.0.0.2/token"),
    ("https://10.0.0.1", "https://evil.0.0.1/token"),
    ("https://[fd00::1]", "https://[fd00::2]/token"),
    ("https://localhost", "https://evil/token"),
    ("https://registry", "https://registry.evil.com/token"),
    ("https://com", "https://evil.com/token"),
]


@pytest.mark.parametrize(
    ("registry", "realm", "may"), [(*pair, True) for pair in RELATED] + [(*pair, False) for pair in UNRELATED]
)
def test_who_may_receive_the_password(registry, realm, may):
    assert may_receive_password(parse_target(registry), parse_target(realm)) is may


@pytest.mark.parametrize(("registry", "realm"), UNRELATED)
def test_an_unrelated_token_server_is_not_even_asked(registry, realm):
    server = TokenServer(token())
    authorizer = make(server, challenge=None)
    authorizer.learn(parse_target(registry), 'Bearer realm="{0}"'.format(realm), APP)
    for _count in range(2):
        with pytest.raises(RegistryError, match="does not get the password") as caught:
            authorizer.header(APP, SCOPES)
    assert server.asked == []
    assert "pa:ss" not in str(caught.value)


def test_an_anonymous_user_may_ask_any_token_server():
    server = TokenServer(token())
    authorizer = make(server, Credential(), 'Bearer realm="https://elsewhere.test/t"')
    assert authorizer.header(APP, SCOPES) == "Bearer T"
    assert server.asked[0][2] == {}


def test_an_unverified_registry_may_send_to_plain_http():
    assert may_receive_password(
        parse_target("https://r.example", trust=Trust(False)), parse_target("http://r.example/t")
    )


# -- headers -------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_registry_asks():
    assert make(TokenServer(token()), challenge=None).header(APP, SCOPES) is None


def test_basic():
    assert make(TokenServer(token()), challenge="Basic realm=x").header(APP, SCOPES) == BASIC


def test_basic_without_a_login_is_an_error_that_says_what_to_do():
    with pytest.raises(RegistryError, match="there is none") as caught:
        make(TokenServer(token()), Credential(), "Basic realm=x")
    assert "source.example" in caught.value.hint
    assert not caught.value.retryable


def test_a_login_that_turns_out_to_be_missing_for_another_repository_sends_nothing():
    store = CredentialStore({"source.example/ns": LOGIN})
    authorizer = Authorizer(store, TokenServer(token()), FakeClock())
    authorizer.learn(REGISTRY, "Basic realm=x", APP)
    assert authorizer.header(repository("other/app"), SCOPES) is None


def test_an_unknown_way_to_log_in_is_an_error():
    with pytest.raises(RegistryError, match="neither Basic nor Bearer"):
        make(TokenServer(token()), challenge="Digest realm=x")


def test_a_refused_password_is_not_sent_again():
    authorizer = make(TokenServer(token()), challenge="Basic realm=x")
    error = authorizer.refuse(APP, SCOPES)
    for _count in range(2):
        with pytest.raises(RegistryError, match="refused the user") as caught:
            authorizer.header(APP, SCOPES)
        assert caught.value is error
    assert "auth.json" in error.hint
    assert authorizer.header(APP, (push_scope("ns/app"),)) == BASIC


# -- tokens --------------------------------------------------------------------------------------------------------


def test_asks_for_a_token_with_service_scopes_and_password():
    server = TokenServer(token())
    assert make(server).header(APP, (push_scope("ns/app"), pull_scope("ns/base"))) == "Bearer T"
    url = (
        "https://auth.source.example/token?service=source.example"
        "&scope=repository%3Ans%2Fapp%3Apull%2Cpush&scope=repository%3Ans%2Fbase%3Apull"
    )
    assert server.asked == [("GET", url, {"Authorization": BASIC}, b"")]


def test_adds_to_the_query_of_a_realm():
    server = TokenServer(token())
    make(server, challenge='Bearer realm="https://source.example/t?account=x"').header(APP, SCOPES)
    assert server.asked[0][1] == "https://source.example/t?account=x&scope=repository%3Ans%2Fapp%3Apull"


def test_an_identity_token_is_exchanged():
    server = TokenServer(reply(200, {"access_token": "A"}))
    credential = Credential(username="user", identity_token="ID", origin="docker")
    assert make(server, credential).header(APP, SCOPES) == "Bearer A"
    ((method, url, headers, body),) = server.asked
    assert (method, url) == ("POST", "https://auth.source.example/token")
    assert headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert body == (
        b"grant_type=refresh_token&refresh_token=ID&service=source.example"
        b"&scope=repository%3Ans%2Fapp%3Apull&client_id=longshore.swr"
    )


def test_a_token_is_kept_for_its_scopes():
    server = TokenServer(token("A"), token("B"))
    authorizer = make(server)
    assert [authorizer.header(APP, SCOPES) for _count in range(3)] == ["Bearer A"] * 3
    assert authorizer.header(APP, (push_scope("ns/app"),)) == "Bearer B"
    assert len(server.asked) == 2


def test_two_logins_of_one_registry_do_not_share_a_token():
    server = TokenServer(token("A"), token("B"))
    other = Credential(username="other", password="secret", origin="auth.json: source.example/other")
    store = CredentialStore({"source.example": LOGIN, "source.example/other": other})
    authorizer = Authorizer(store, server, FakeClock())
    authorizer.learn(REGISTRY, BEARER, APP)
    assert authorizer.header(APP, SCOPES) == "Bearer A"
    assert authorizer.header(repository("other/app"), SCOPES) == "Bearer B"


@pytest.mark.parametrize(
    ("fields", "lifetime"),
    [
        ({"expires_in": 300}, 240.0),
        ({"expires_in": 3600}, 3540.0),
        ({"expires_in": 60}, 48.0),
        ({}, 48.0),
        ({"expires_in": 0}, 48.0),
        ({"expires_in": -5}, 48.0),
        ({"expires_in": "600"}, 48.0),
        ({"expires_in": None}, 48.0),
        ({"expires_in": 10**90}, 86340.0),
        ({"token": jwt(iat=1000, exp=1600)}, 540.0),
        ({"token": jwt(nbf=1000, exp=1300)}, 240.0),
        ({"token": jwt(iat=1000, exp=900)}, 48.0),
        ({"token": jwt(iat=0, exp=10**400)}, 48.0),
        ({"token": jwt(sub="x")}, 48.0),
        ({"token": "a.!!!.b"}, 48.0),
        ({"token": "a." + base64.b64encode(b"[7]").decode() + ".b"}, 48.0),
    ],
    ids=range(16),
)
def test_a_token_is_renewed_before_it_ends(fields, lifetime):
    clock = FakeClock()
    server = TokenServer(reply(200, dict({"token": "T"}, **fields)), token("new"))
    authorizer = make(server, clock=clock)
    authorizer.header(APP, SCOPES)
    clock.now += lifetime - 0.5
    assert authorizer.header(APP, SCOPES) != "Bearer new"
    clock.now += 1
    assert authorizer.header(APP, SCOPES) == "Bearer new"
    assert len(server.asked) == 2


def test_threads_that_want_the_same_token_ask_once():
    barrier, got = threading.Barrier(8, timeout=5), []
    held = threading.Event()

    def fetch(*_request):
        asked.append(1)
        held.wait(0.05)
        return token()

    asked = []
    authorizer = make(fetch)

    def want():
        barrier.wait()
        got.append(authorizer.header(APP, SCOPES))

    threads = [threading.Thread(target=want) for _count in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert got == ["Bearer T"] * 8
    assert len(asked) == 1


def test_forgets_a_token_that_is_not_taken_but_not_its_successor():
    server = TokenServer(token("A"), token("B"), token("C"))
    authorizer = make(server)
    first = authorizer.header(APP, SCOPES)
    authorizer.forget(APP, SCOPES, first)
    assert authorizer.header(APP, SCOPES) == "Bearer B"
    authorizer.forget(APP, SCOPES, first)
    assert authorizer.header(APP, SCOPES) == "Bearer B"
    authorizer.forget(APP, (push_scope("x"),), first)
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refused_login_is_not_tried_again(status):
    server = TokenServer(reply(status, {"errors": [{"code": "UNAUTHORIZED", "message": "no"}]}))
    authorizer = make(server)
    errors = []
    for _count in range(3):
        with pytest.raises(RegistryError) as caught:
            authorizer.header(APP, SCOPES)
        errors.append(caught.value)
    assert len(server.asked) == 1
    assert errors[0] is errors[1] is errors[2]
    assert errors[0].status == status
    if status in (401, 403):
        assert "auth.json: source.example" in errors[0].hint
    with pytest.raises(RegistryError):
        authorizer.header(APP, (push_scope("ns/app"),))
    assert len(server.asked) == 2


def test_a_refused_anonymous_user_is_told_to_log_in():
    with pytest.raises(RegistryError) as caught:
        make(TokenServer(reply(401)), Credential()).header(APP, SCOPES)
    assert "Add an entry" in caught.value.hint


@pytest.mark.parametrize(
    "failure",
    [TransportError("nobody", retryable=False), RegistryError("down", status=503), RegistryError("down", status=500)],
    ids=["no reply", "throttled", "trouble"],
)
def test_a_passing_outage_of_the_token_server_is_not_a_refusal(failure):
    server = TokenServer(failure, token())
    authorizer = make(server)
    with pytest.raises(RegistryError):
        authorizer.header(APP, SCOPES)
    assert authorizer.header(APP, SCOPES) == "Bearer T"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b"null",
        b"[" * 100_000,
        {"token": ""},
        {"token": 7},
        {"token": {"a": 1}},
        {"token": "a\r\nX-Evil: 1"},
        {"token": "\u20ac"},
    ],
    ids=range(10),
)
def test_a_reply_without_a_usable_token_may_pass(body):
    with pytest.raises(RegistryError, match="reply cannot be parsed") as caught:
        make(TokenServer(reply(200, body))).header(APP, SCOPES)
    assert caught.value.retryable
