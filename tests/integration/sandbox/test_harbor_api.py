# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the sandbox's Harbor answers: versions, logins, errors, pages, cookies, restarts."""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Fault, HarborServer, User
from ansible_collections.longshore.swr.tests.sandbox.probe import ask, basic

from .conftest import VERSIONS, Caller, message

World = Callable[..., Caller]


def test_version_is_found_out(world: World) -> None:
    old = world("1.10.19").harbor
    missing = ask(old.url + "/api/version")
    assert (missing.status, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (
        ask(old.url + "/api/systeminfo", headers=basic("admin", "Harbor12345"))
        .json()["harbor_version"]
        .startswith("v1.10.19-")
    )
    for version in ("2.4.1", "2.9.5", "2.15.2"):
        harbor = world(version).harbor
        assert ask(harbor.url + "/api/version").json() == {"version": "v2.0"}
        told = ask(harbor.api + "/systeminfo", headers=basic("admin", "Harbor12345")).json()
        assert told["harbor_version"] == "v{0}-0123abcd".format(version)
        # Since 2.13 only those who are logged in learn it; nobody is refused.
        for login in ({}, basic("admin", "wrong")):
            reply = ask(harbor.api + "/systeminfo", headers=login)
            assert (reply.status, "harbor_version" in reply.json()) == (200, version != "2.15.2")


def test_a_build_may_not_know_its_version(world: World) -> None:
    assert world("2.9.5", options={"build": "-"}).get("/systeminfo")["harbor_version"] == "-"


@pytest.mark.parametrize("version", ["2.1.0", "3.0.0", "2.16.0", "1.9.4", "newest"])
def test_versions_that_nobody_has_calibrated_are_refused(version: str) -> None:
    with pytest.raises(ValueError, match="is neither"):
        HarborServer(version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "path", ["/registries", "/replication/policies", "/replication/executions", "/replication/adapters"]
)
def test_who_may_call(world: World, version: str, path: str) -> None:
    call = world(version, users={"admin": "Harbor12345", "dev": User("Dev12345")})
    wanted = {"1.10.19": "UnAuthorized"}.get(version, "unauthorized")
    for login in (None, ("admin", "wrong"), ("nobody", "x")):
        reply = Caller(call.harbor, login)("GET", path)
        assert (reply.status, message(reply)) == (401, wanted)
    reply = Caller(call.harbor, ("dev", "Dev12345"))("GET", path)
    assert (reply.status, message(reply)) == (403, "dev")
    assert call("GET", path).status == 200


def test_two_shapes_of_errors(world: World) -> None:
    reply = world("2.9.5")("GET", "/registries/7")
    assert reply.json() == {"errors": [{"code": "NOT_FOUND", "message": "registry 7 not found"}]}
    reply = world("1.10.19")("GET", "/registries/7")
    assert reply.json() == {"code": 404, "message": "registry 7 not found"}
    assert reply.headers["content-type"].startswith("text/plain")
    assert world("1.10.19")("GET", "/robots").body.startswith(b"<!DOCTYPE html>")
    assert world("2.9.5")("PATCH", "/registries", {}).status == 405


def test_bodies_are_json_by_name(world: World) -> None:
    call = world("2.9.5")
    for kind, told in (("", "application/octet-stream"), ("text/plain", "text/plain")):
        reply = call("POST", "/registries", {"name": "x"}, {"Content-Type": kind})
        assert reply.status == 422
        assert 'unsupported media type "{0}"'.format(told) in message(reply)
    kind = {"Content-Type": "application/json; charset=utf-8"}
    assert call("POST", "/registries", {"name": ""}, kind).status == 400
    assert world("1.10.19")("POST", "/registries", {"name": "x"}, {"Content-Type": ""}).status == 400


@pytest.mark.parametrize("version", VERSIONS)
def test_cookies_are_a_trap(world: World, version: str) -> None:
    call = world(version)
    reply = call("GET", "/registries")
    cookie = {"Cookie": reply.headers["set-cookie"].partition(";")[0]}
    assert cookie["Cookie"].startswith("sid=")
    assert call("GET", "/registries", headers=cookie).status == 200
    refused = call("POST", "/registries", {"name": "x"}, cookie)
    if version == "1.10.19":
        assert refused.status == 422
        assert b"_xsrf" in refused.body
        assert refused.headers["content-type"].startswith("text/html")
    else:
        assert (refused.status, message(refused)) == (403, "CSRF token invalid")
    # A cookie that nobody gave out is not looked at.
    assert call("POST", "/registries", {"name": ""}, {"Cookie": "sid=unknown"}).status == 400


@pytest.mark.parametrize("version", ["2.4.1", "2.9.5"])
def test_pages(world: World, version: str) -> None:
    call = world(version)
    for number in range(23):
        call.endpoint(name="swr-{0:02d}".format(number))
    first = call("GET", "/registries")
    assert (len(first.json()), first.headers["x-total-count"]) == (10, "23")
    assert first.headers["link"] == '</api/v2.0/registries?page=2&page_size=10>; rel="next"'
    middle = call("GET", "/registries?page=2&page_size=10&q=name%3D~SWR").headers["link"]
    assert 'page=1&page_size=10&q=name=~SWR>; rel="prev" , <' in middle
    last = call("GET", "/registries?page=3&page_size=10")
    assert (len(last.json()), "next" in last.headers["link"]) == (3, False)
    assert len(call.get("/registries?page_size=100")) == 23
    for wrong, why in (("101", "less than or equal to 100"), ("ten", "must be of type int64")):
        refused = call("GET", "/registries?page_size=" + wrong)
        assert refused.status == 422
        assert why in message(refused)


def test_pages_of_1x(world: World) -> None:
    call = world("1.10.19")
    assert call("GET", "/registries").body == b"null\n"
    for number in range(12):
        call.endpoint(name="swr-{0}".format(number))
    everything = call("GET", "/registries?page_size=5")
    assert len(everything.json()) == 12
    assert not {"x-total-count", "link"} & set(everything.headers)
    for number in range(12):
        call.policy(name="to-{0}".format(number))
    reply = call("GET", "/replication/policies?page=2&page_size=5")
    assert (len(reply.json()), reply.headers["x-total-count"]) == (5, "12")
    assert 'page=3&page_size=5>; rel="next"' in reply.headers["link"]
    assert len(call.get("/replication/policies?page_size=1000")) == 12
    assert call("GET", "/replication/policies?page=0").status == 400


def names(entries: Any) -> Any:
    return sorted(entry["name"] for entry in entries)


def test_queries(world: World) -> None:
    call = world("2.4.1")
    for name in ("swr", "swr-2", "other"):
        call.endpoint(name=name)
    assert names(call.get("/registries?q=name%3Dswr")) == ["swr"]
    assert names(call.get("/registries?q=name%3D~SWR")) == ["swr", "swr-2"]
    assert names(call.get("/registries?q=name%3D%7Bswr%20other%7D")) == ["other", "swr"]
    assert names(call.get("/registries?q=colour%3Dred")) == ["other", "swr", "swr-2"]
    assert names(call.get("/registries?name=SW")) == ["swr", "swr-2"]
    assert [entry["name"] for entry in call.get("/registries?sort=-name")] == ["swr-2", "swr", "other"]
    assert call("GET", "/registries?q=swr").status == 400
    old = world("1.10.19")
    for name in ("swr", "swr-2", "other"):
        old.endpoint(name=name)
    # It knows no queries, and tells nobody.
    assert names(old.get("/registries?q=name%3Dswr")) == ["other", "swr", "swr-2"]
    assert names(old.get("/registries?name=swr")) == ["swr", "swr-2"]


def test_restarts(world: World) -> None:
    call = world("2.9.5")
    call.harbor.restart(0.1)
    away = call("GET", "/systeminfo")
    assert (away.status, away.headers["content-type"]) == (502, "text/html")
    time.sleep(0.11)
    call.endpoint()
    call.harbor.restart(0.1, refuse=True)
    refused, deadline = 0, time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if call("GET", "/registries/1").status == 200 and refused:
                break
        except OSError:
            refused += 1
    assert refused
    assert call.get("/registries/1")["name"] == "swr"


def test_faults_and_the_log(world: World) -> None:
    call = world("2.9.5")
    call.harbor.faults.add(
        Fault(kind="harbor", method="GET", path="/registries", action="status", status=503, html=True, times=1)
    )
    assert call("GET", "/registries").body.startswith(b"<html>")
    number = call.endpoint()
    call("PUT", "/registries/{0}".format(number), {"description": "new"})
    assert call.harbor.bodies("PUT", "/registries/1") == [{"description": "new"}]
    assert [entry.status for entry in call.harbor.log] == [503, 201, 200]
    assert call.harbor.count(method="PUT", status=200) == 1
    assert {entry.auth for entry in call.harbor.log} == {"basic"}
    assert [(made.user, made.path) for made in call.harbor.calls][-1] == ("admin", "/api/v2.0/registries/1")
    call.harbor.reset(content=True)
    assert (call.get("/registries"), call.harbor.count()) == ([], 1)
