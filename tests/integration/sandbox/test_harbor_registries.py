# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints in the sandbox's Harbor: what each version stores, shows, refuses and finds out."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Registry, Swr

from .conftest import ACCESS_KEY, SECRET, SWR_NAME, VERSIONS, Caller, message

World = Callable[..., Caller]
MODERN = VERSIONS[1:]
PROBE = {"id": 1, "type": "docker-registry"}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_shown(world: World, version: str) -> None:
    call = world(version)
    assert call.endpoint(description="to the cloud") == 1
    shown = call.get("/registries/1")
    assert shown["credential"] == {"type": "basic", "access_key": ACCESS_KEY, "access_secret": "*****"}
    assert (shown["url"], shown["insecure"], shown["type"]) == ("https://" + SWR_NAME, True, "huawei-SWR")
    call("PUT", "/registries/1", {"insecure": False, "description": "", "access_key": ""})
    bare = call.get("/registries/1")
    if version == "1.10.19":
        assert bare["credential"] == {"type": "", "access_key": "", "access_secret": ""}
        assert (bare["insecure"], bare["description"], bare["status"], bare["token_service_url"]) == (False, "", "", "")
    else:
        # What is empty is left out; an empty access key has wiped the whole login.
        assert bare["credential"] == {}
        assert not {"insecure", "description", "token_service_url"} & set(bare)
        assert bare["status"] == "healthy"


@pytest.mark.parametrize("version", VERSIONS)
def test_update_is_partial_and_flat(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    nested = {"description": "new", "type": "harbor", "credential": {"access_key": "other", "access_secret": "x"}}
    assert call("PUT", "/registries/1", nested).status == 200
    shown = call.get("/registries/1")
    assert (shown["description"], shown["type"], shown["credential"]["access_key"]) == ("new", "huawei-SWR", ACCESS_KEY)
    assert call("POST", "/registries/ping", PROBE).status == 200
    # What is shown instead of the secret is a secret like any other when it comes back.
    call("PUT", "/registries/1", {"access_secret": "*****"})
    assert call("POST", "/registries/ping", PROBE).status == 400
    call("PUT", "/registries/1", {"access_secret": SECRET})
    assert call("POST", "/registries/ping", PROBE).status == 200
    if not call.harbor.specification.why_not:
        assert any("unknown credential, type" in violation for violation in call.harbor.violations)
    call.harbor.violations.clear()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("https://swr.example/", "https://swr.example"),
        ("swr.example", "http://swr.example"),
        (" https://swr.example/path/ ", "https://swr.example/path"),
    ],
)
def test_urls_are_normalized(world: World, given: str, stored: str) -> None:
    call = world("2.9.5")
    call.endpoint(url=given)
    assert call.get("/registries/1")["url"] == stored
    assert call("PUT", "/registries/1", {"url": "ftp://x"}).status == 400
    old = world("1.10.19")
    old.endpoint(url="https://swr.example/")
    assert old.get("/registries/1")["url"] == "https://swr.example/"


@pytest.mark.parametrize("version", MODERN)
def test_what_is_refused(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    body = {"name": "x", "type": "huawei-SWR", "url": "https://x"}

    def refused(**more: Any) -> Any:
        reply = call("POST", "/registries", dict(body, **more))
        return reply.status, message(reply)

    assert refused(name="swr") == (409, "registry swr already exists")
    assert refused(name="") == (400, "name cannot be empty")
    assert refused(name="x" * 65) == (400, "the max length of name is 64")
    assert refused(url="") == (400, "empty string")
    # The cause stays inside.
    assert refused(type="huawei-swr") == (500, "internal server error")
    assert refused(type="docker-registry", url="http://127.0.0.1:1") == (400, "the registry is unhealthy")
    status, words = refused(insecure="yes")
    assert status == 422
    assert "cannot unmarshal string into Go struct field Registry.insecure of type bool" in words
    assert call("POST", "/registries").status == 422
    assert call("POST", "/registries", "{").status == 422
    call.endpoint(name="second")
    assert call("PUT", "/registries/2", {"name": "swr"}).status == 409
    assert call("PUT", "/registries/9", {"name": "y"}).status == 404
    call.harbor.violations.clear()


def test_what_1x_refuses(world: World) -> None:
    call = world("1.10.19")
    call.endpoint()
    body = {"name": "x", "type": "huawei-SWR", "url": "https://x"}

    def refused(**more: Any) -> Any:
        reply = call("POST", "/registries", dict(body, **more))
        return reply.status, message(reply)

    assert refused(name="swr") == (409, "name 'swr' is already used")
    assert refused(name="x" * 257) == (500, "Internal Server Error")
    assert refused(type="moon")[0] == 400
    assert refused(insecure="yes") == (400, "Invalid json request")
    assert call.make("/registries", dict(body, name="x" * 65)) == 2
    call.harbor.violations.clear()


@pytest.mark.parametrize("version", VERSIONS)
def test_delete(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    call.policy()
    refused = call("DELETE", "/registries/1")
    assert refused.status == 412
    old = "Can't delete registry 1,  1 replication policies use it as destination registry"
    new = "the registry 1 is referenced by replication policies, cannot delete it"
    assert message(refused) == (old if version == "1.10.19" else new)
    assert call("DELETE", "/replication/policies/1").status == 200
    assert call("DELETE", "/registries/1").status == 200
    assert call("DELETE", "/registries/1").status == 404
    # A number is not given again.
    assert call.endpoint() == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_the_ping_of_swr_says_yes_to_everything(world: World, secure_swr: Swr, version: str) -> None:
    call = world(version)
    wrong = {"type": "huawei-SWR", "url": "https://nowhere.invalid", "access_key": "x", "access_secret": "y"}
    assert call("POST", "/registries/ping", wrong).status == 200
    assert call("POST", "/registries/ping", {"type": "huawei-SWR"}).status == 400
    call.endpoint(url="https://nowhere.invalid", insecure=False)
    assert call("POST", "/registries/ping", {"id": 1}).status == 200
    assert secure_swr.count() == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_the_real_probe(world: World, secure_swr: Swr, version: str) -> None:
    call = world(version)
    call.endpoint()
    assert call("POST", "/registries/ping", PROBE).status == 200
    assert [(entry.kind, entry.method, entry.auth) for entry in secure_swr.log] == [
        ("ping", "GET", "none"),
        ("token", "GET", "basic"),
        ("ping", "HEAD" if version == "1.10.19" else "GET", "bearer"),
    ]
    words = "" if version == "1.10.19" else "the registry is unhealthy"

    def fails(change: Any, back: Any) -> None:
        call("PUT", "/registries/1", change)
        refused = call("POST", "/registries/ping", PROBE)
        assert (refused.status, message(refused)) == (400, words), change
        call("PUT", "/registries/1", back)

    fails({"access_secret": "old"}, {"access_secret": SECRET})
    fails({"insecure": False}, {"insecure": True})
    fails({"url": "https://nowhere.invalid"}, {"url": "https://" + SWR_NAME})
    assert call("POST", "/registries/ping", PROBE).status == 200
    missing = call("POST", "/registries/ping", {"id": 9, "type": "docker-registry"})
    assert (missing.status, message(missing)) == (404, "registry 9 not found")


def test_tls_is_verified_with_what_harbor_trusts(world: World, sandbox_swr: Callable[..., Swr], tmp_path: Any) -> None:
    swr = sandbox_swr(keys={"SANDBOXACCESSKEY": "sandbox-secret-key"}, tls=True)
    for version, more in (("2.9.5", {"ca_path": swr.ca_path}), ("2.15.2", {})):
        # The sandbox's certificate is for localhost.
        call = world(version, resolve={"localhost": swr}, **more)
        call.endpoint(url="https://localhost", insecure=False)
        assert call("POST", "/registries/ping", PROBE).status == (200 if more else 400)
    with open(str(swr.ca_path), encoding="ascii") as handle:
        authority = handle.read()
    assert call("PUT", "/registries/1", {"ca_certificate": authority}).status == 200
    assert call.get("/registries/1")["ca_certificate"] == authority
    assert call("POST", "/registries/ping", PROBE).status == 200
    assert call("PUT", "/registries/1", {"ca_certificate": "none"}).status == 400


def test_where_a_name_is_found(world: World, secure_swr: Swr, swr: Swr) -> None:
    for target, there in (
        (secure_swr.host, 200),
        (secure_swr, 200),
        ("http://" + swr.host, 200),
        (swr, 200),
        # TLS with a server that has none.
        (swr.host, 400),
        ("127.0.0.1:1", 400),
    ):
        call = world("2.9.5", resolve={SWR_NAME: target})
        call.endpoint()
        assert call("POST", "/registries/ping", PROBE).status == there, target
    call = world("2.9.5", resolve={SWR_NAME + ":8443": swr})
    call.endpoint(url="https://{0}:8443".format(SWR_NAME))
    assert call("POST", "/registries/ping", PROBE).status == 200


def test_a_plain_registry_is_probed_when_it_is_stored(world: World, sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BasicAuth({"alice": "secret"}))
    call = world("2.9.5")
    body = {"name": "plain", "type": "docker-registry", "url": registry.url}
    # Without a login it is enough that it is there.
    assert call.make("/registries", body) == 1
    for secret, status in (("wrong", 400), ("secret", 201)):
        credential = {"type": "basic", "access_key": "alice", "access_secret": secret}
        reply = call("POST", "/registries", dict(body, name="with-login", credential=credential))
        assert reply.status == status


def test_info_and_adapters(world: World) -> None:
    for version in VERSIONS:
        call = world(version)
        call.endpoint()
        swr, here = call.get("/registries/1/info"), call.get("/registries/0/info")
        assert swr["type"] == "huawei-SWR"
        assert "event_based" not in swr["supported_triggers"]
        assert "event_based" in here["supported_triggers"]
        assert here.get("supported_copy_by_chunk", False) == (version in ("2.9.5", "2.15.2"))
        assert "huawei-SWR" in call.get("/replication/adapters")
        assert "huawei-SWR" not in call.get("/replication/adapterinfos")
    narrow = {"options": {"adapters": ()}}
    assert world("2.15.2", **narrow).get("/replication/adapters") == []
    assert "huawei-SWR" in world("2.9.5", **narrow).get("/replication/adapters")
