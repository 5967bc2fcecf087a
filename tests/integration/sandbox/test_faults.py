# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault of the sandbox does what it says, when it is to."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.faults import ACTIONS
from ansible_collections.longshore.swr.tests.sandbox.probe import ask, bearer

IMAGE = images.docker_image("fault", layers=1, size=5000)
BLOB = IMAGE.blobs[1]
BROKEN = (http.client.HTTPException, OSError)


@pytest.fixture(params=["memory", "disk"])
def registry(request: Any, sandbox_registry: Callable[..., Registry], tmp_path: Any) -> Registry:
    registry = sandbox_registry(storage=None if request.param == "memory" else str(tmp_path))
    registry.load(IMAGE, "a/b", "1")
    return registry


def blob_url(registry: Registry) -> str:
    return "{0}/v2/a/b/blobs/{1}".format(registry.url, BLOB.digest)


def upload(registry: Registry, method: str = "PUT") -> Any:
    location = ask(registry.url + "/v2/a/b/blobs/uploads/", "POST").headers["location"]
    return ask("{0}&digest={1}".format(location, BLOB.digest), method, BLOB.data)


def raw_get(registry: Registry, path: str) -> bytes:
    """All bytes of a reply until the server ends the connection."""
    with socket.create_connection((registry.server.host, registry.server.port), timeout=10) as client:
        client.sendall("GET {0} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".format(path).encode())
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_status_with_headers_json_html_and_occurrences(registry: Registry) -> None:
    fault = registry.faults.add(
        Fault("status", kind="blob_get", status=429, headers={"Retry-After": "2"}, body={"x": 1}, nth=[2, 3])
    )
    replies = [ask(blob_url(registry)) for _time in range(4)]
    assert [reply.status for reply in replies] == [200, 429, 429, 200]
    assert replies[1].headers["retry-after"] == "2"
    assert replies[1].json() == {"x": 1}
    assert (fault.seen, fault.applied) == (4, 2)
    registry.faults.clear()
    registry.faults.add(Fault("status", path=r"/manifests/1$", method="get", status=502, html=True, times=1))
    reply = ask(registry.url + "/v2/a/b/manifests/1")
    assert (reply.status, reply.headers["content-type"]) == (502, "text/html")
    assert b"<html>" in reply.body
    assert ask(registry.url + "/v2/a/b/manifests/1").status == 200
    assert [entry.fault for entry in registry.log.entries("manifest_get")] == ["status", None]


def test_matchers_skip_and_seeded_probability(registry: Registry) -> None:
    rule: Dict[str, Any] = {"action": "status", "status": 500}
    registry.faults.add(Fault.from_mapping(dict(rule, repository="other/*")))
    registry.faults.add(Fault.from_mapping(dict(rule, digest="sha256:other")))
    registry.faults.add(Fault.from_mapping(dict(rule, kind="blob_head, blob_get", skip=1, times=1)))
    assert [ask(blob_url(registry)).status for _time in range(3)] == [200, 500, 200]
    registry.faults.clear()

    def run() -> Any:
        registry.faults.clear()
        registry.faults.add(Fault("status", status=500, probability=0.5, seed=7))
        return [ask(blob_url(registry), "HEAD").status for _time in range(20)]

    first = run()
    assert set(first) == {200, 500}
    assert run() == first


def test_connection_ends_without_a_reply(registry: Registry) -> None:
    registry.faults.add(Fault("drop", kind="blob_get", times=1))
    registry.faults.add(Fault("drop", kind="blob_head", reset=True, times=1))
    with pytest.raises(http.client.RemoteDisconnected):
        ask(blob_url(registry))
    with pytest.raises(ConnectionResetError):
        ask(blob_url(registry), "HEAD")
    assert ask(blob_url(registry)).body == BLOB.data
    assert [entry.status for entry in registry.log] == [0, 0, 200]


def test_work_is_done_although_the_client_hears_otherwise(registry: Registry) -> None:
    url = registry.url + "/v2/a/b/manifests/"
    headers = {"Content-Type": IMAGE.media_type}
    registry.faults.add(Fault("drop_after_work", kind="manifest_put", times=1))
    registry.faults.add(Fault("status_after", kind="manifest_put", status=500, nth=2))
    with pytest.raises(BROKEN):
        ask(url + "2", "PUT", IMAGE.raw, headers)
    assert ask(url + "3", "PUT", IMAGE.raw, headers).status == 500
    assert registry.tags("a/b") == ["1", "2", "3"]


def test_truncated_body(registry: Registry) -> None:
    registry.faults.add(Fault("truncate", after=1000))
    head, _gap, body = raw_get(registry, "/v2/a/b/blobs/" + BLOB.digest).partition(b"\r\n\r\n")
    assert "Content-Length: {0}".format(BLOB.size).encode() in head
    assert body == BLOB.data[:1000]
    assert registry.log.entries("blob_get")[0].status == 200


def test_dropped_upload_can_be_resumed_where_the_registry_allows_it(registry: Registry) -> None:
    location = ask(registry.url + "/v2/a/b/blobs/uploads/", "POST").headers["location"]
    registry.faults.add(Fault("drop_upload", kind="upload_patch", after=2000, times=1))
    with pytest.raises(BROKEN):
        ask(location, "PATCH", BLOB.data)
    assert registry.log.entries("upload_patch")[0].bytes_in == 2000
    assert ask(location).headers["range"] == "0-1999"
    assert ask(location, "PATCH", BLOB.data[2000:], {"Content-Range": "2000-{0}".format(BLOB.size - 1)}).status == 202
    assert ask("{0}&digest={1}".format(location, BLOB.digest), "PUT").status == 201


def test_dropped_upload_is_gone_where_it_does_not(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(options={"resumable": False})
    location = ask(registry.url + "/v2/a/b/blobs/uploads/", "POST").headers["location"]
    registry.faults.add(Fault("drop_upload", kind="upload_patch", after=2000, times=1))
    with pytest.raises(BROKEN):
        ask(location, "PATCH", BLOB.data)
    assert ask(location).code() == "BLOB_UPLOAD_UNKNOWN"


def test_wrong_bodies(registry: Registry) -> None:
    registry.faults.add(Fault("corrupt", nth=1))
    registry.faults.add(Fault("corrupt", nth=2, offset=0))
    registry.faults.add(Fault("wrong_size", nth=3))
    registry.faults.add(Fault("wrong_size", nth=4, delta=10))
    registry.faults.add(Fault("wrong_digest", nth=5))
    bodies = [ask(blob_url(registry)) for _time in range(5)]
    data = BLOB.data
    assert len(bodies[0].body) == len(data)
    assert [index for index in range(len(data)) if bodies[0].body[index] != data[index]] == [len(data) // 2]
    assert bodies[1].body[1:] == data[1:]
    assert bodies[1].body[0] != data[0]
    assert bodies[2].body == data[:-1]
    assert bodies[3].body == data + bytes(10)
    assert bodies[4].headers["docker-content-digest"] == "sha256:" + "0" * 64


def test_wrong_size_of_a_head(registry: Registry) -> None:
    registry.faults.add(Fault("wrong_size", kind="blob_head", delta=-3))
    assert ask(blob_url(registry), "HEAD").headers["content-length"] == str(BLOB.size - 3)


def test_headers_redirect_and_chunked_reply(registry: Registry) -> None:
    registry.faults.add(Fault("headers", nth=1, headers={"docker-content-digest": "", "X-Odd": "1"}))
    registry.faults.add(Fault("redirect", nth=2, location="http://elsewhere.invalid{path}"))
    registry.faults.add(Fault("chunked", nth=3))
    first, second, third = (ask(blob_url(registry) + "?a=1") for _time in range(3))
    assert "docker-content-digest" not in first.headers
    assert first.headers["x-odd"] == "1"
    assert second.status == 307
    assert second.headers["location"] == "http://elsewhere.invalid/v2/a/b/blobs/{0}?a=1".format(BLOB.digest)
    assert third.body == BLOB.data
    assert third.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in third.headers


def test_what_the_registry_cannot_do(registry: Registry) -> None:
    for action in ("no_head", "no_range", "no_chunked"):
        registry.faults.add(Fault(action))
    assert ask(blob_url(registry), "HEAD").status == 405
    assert ask(blob_url(registry), headers={"Range": "bytes=10-"}).body == BLOB.data
    location = ask(registry.url + "/v2/a/b/blobs/uploads/", "POST").headers["location"]
    assert ask(location, "PATCH", BLOB.data).status == 405
    assert upload(registry).status == 201
    mount = "{0}/v2/c/d/blobs/uploads/?mount={1}&from=a/b".format(registry.url, BLOB.digest)
    registry.faults.add(Fault("no_mount", nth=1))
    registry.faults.add(Fault("no_mount", nth=2, status=404))
    assert [ask(mount, "POST").status for _time in range(3)] == [202, 404, 201]


def test_slow_and_delayed(registry: Registry) -> None:
    registry.faults.add(Fault("slow", kind="blob_get", rate=BLOB.size * 5, times=1))
    registry.faults.add(Fault("delay", kind="blob_head", seconds=0.2, times=1))
    started = time.monotonic()
    assert ask(blob_url(registry)).body == BLOB.data
    assert time.monotonic() - started > 0.15
    started = time.monotonic()
    assert ask(blob_url(registry), "HEAD").status == 200
    assert time.monotonic() - started > 0.15


def test_hang_ends_with_the_client_and_with_the_server() -> None:
    before = threading.active_count()
    ended = threading.Event()

    def wait_for_nothing() -> None:
        with contextlib.suppress(*BROKEN):
            ask(registry.url + "/v2/")
        ended.set()

    with Registry() as registry:
        registry.faults.add(Fault("hang"))
        with pytest.raises(OSError, match="timed out"):
            ask(registry.url + "/v2/", timeout=0.2)
        assert registry.log.wait(lambda log: len(log) == 1)
        client = threading.Thread(target=wait_for_nothing)
        client.start()
        assert registry.log.wait(lambda log: log.running("ping") == 1)
        assert not ended.is_set()
    assert ended.wait(5)
    client.join()
    assert threading.active_count() == before


def test_token_faults(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BearerAuth({"alice": "secret"}))
    endpoint = registry.url + "/token"
    registry.faults.add(Fault("status", kind="token", status=503, times=1))
    assert ask(endpoint).status == 503
    headers = bearer(endpoint, user="alice", password="secret")
    registry.faults.add(Fault("expire_tokens", kind="ping", nth=2))
    assert [ask(registry.url + "/v2/", headers=headers).status for _time in range(3)] == [200, 401, 401]
    registry.faults.add(Fault("token_realm", location="http://127.0.0.1:9/token"))
    assert 'realm="http://127.0.0.1:9/token"' in ask(registry.url + "/v2/").headers["www-authenticate"]


def test_admin_endpoint(registry: Registry) -> None:
    url = registry.url + "/_sandbox/"
    assert ask(url + "health").json()["ready"] is True
    rule = json.dumps([{"kind": "blob_get", "action": "status", "status": 503, "times": 1}])
    assert ask(url + "faults", "POST", rule).status == 201
    assert [ask(blob_url(registry)).status for _time in range(2)] == [503, 200]
    assert ask(url + "counts").json() == {"blob_get": 2}
    assert [entry["status"] for entry in ask(url + "log?kind=blob_get").json()] == [503, 200]
    assert ask(url + "faults").json()[0]["applied"] == 1
    wrong = ask(url + "faults", "POST", '{"action": "explode", "kind": "blob"}')
    assert wrong.status == 400
    assert "explode" in wrong.json()["error"]
    assert "'blob'" in wrong.json()["error"]
    assert "colour" in ask(url + "faults", "POST", '{"action": "drop", "colour": 1}').json()["error"]
    assert ask(url + "reset?content=true", "POST").status == 200
    assert (len(registry.log), len(registry.faults), registry.tags("a/b")) == (0, 0, [])
    assert ask(url + "nothing").status == 404


def test_lists_whose_pages_are_named_in_another_form(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(options={"page_size": 1})
    for tag in ("1", "2"):
        registry.load(IMAGE, "a/b", tag)
    registry.faults.add(Fault("link", kind="tags", link="{url}; rel='next'"))
    first = ask(registry.url + "/v2/a/b/tags/list?n=5")
    assert (first.json()["tags"], first.headers["link"]) == (["1"], "/v2/a/b/tags/list?last=1&n=1; rel='next'")
    assert "link" not in ask(registry.url + "/v2/a/b/tags/list?last=1&n=1").headers


def test_lists_without_an_end(registry: Registry) -> None:
    registry.faults.add(Fault("endless", kind="tags,catalog"))
    for path, field in (("/v2/a/b/tags/list", "tags"), ("/v2/_catalog", "repositories")):
        found, following = [], path + "?n=5"
        for _page in range(3):
            reply = ask(registry.url + following)
            found += reply.json()[field]
            assert reply.headers["link"].endswith('>; rel="next"')
            assert "<{0}>".format(following) not in reply.headers["link"]
            following = reply.headers["link"][1:].partition(">")[0]
        assert len(found) == 1


def test_lists_with_other_entries(registry: Registry) -> None:
    registry.faults.add(Fault("entries", kind="tags,catalog", body=["sha256:x", None]))
    assert ask(registry.url + "/v2/a/b/tags/list").json()["tags"] == ["1", "sha256:x", None]
    assert ask(registry.url + "/v2/_catalog").json()["repositories"] == ["a/b", "sha256:x", None]
    assert ask(registry.url + "/v2/no/such/tags/list").status == 404
    with pytest.raises(ValueError, match="a list is needed"):
        Fault("entries")


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_that_is_documented_is_carried_out(sandbox_registry: Callable[..., Registry], action: str) -> None:
    registry = sandbox_registry(auth=BearerAuth({}))
    registry.load(IMAGE, "a/b", "1")
    values: Dict[str, Any] = {"status": {"status": 500}, "status_after": {"status": 500}, "hang": {"times": 0}}
    values["entries"] = {"body": []}
    extra = values.get(action, {"location": "http://127.0.0.1:9/"} if action in ("redirect", "token_realm") else {})
    registry.faults.add(Fault(action, **extra))
    try:
        ask(blob_url(registry), "HEAD")
    except BROKEN:
        assert action in ("drop", "drop_after_work", "truncate")
    assert registry.server.errors == []
    hit = action not in ("hang", "no_mount", "no_chunked")
    assert registry.log.entries("blob_head")[0].fault == (action if hit else None)


def test_defects_of_the_sandbox_are_not_hidden() -> None:
    with Registry() as registry:
        registry.faults = None  # type: ignore[assignment]
        assert ask(registry.url + "/v2/").status == 500
        assert "AttributeError" in registry.server.errors[0]


def test_an_unwanted_large_body_does_not_cost_the_reply(registry: Registry) -> None:
    registry.faults.add(Fault("status", kind="upload_put", status=503, times=1))
    location = ask(registry.url + "/v2/a/b/blobs/uploads/", "POST").headers["location"]
    reply = ask("{0}&digest={1}".format(location, BLOB.digest), "PUT", bytes(4_000_000))
    assert reply.status == 503
    assert reply.headers["connection"] == "close"


def test_what_is_not_http_is_refused(registry: Registry) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/2\r\n\r\n", b"GET / HTTP/1.1\r\nX\r\n\r\n"):
        with socket.create_connection((registry.server.host, registry.server.port), timeout=10) as client:
            client.sendall(data)
            assert client.recv(100).startswith(b"HTTP/1.1 400 ")
