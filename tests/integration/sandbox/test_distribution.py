# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox registry speaks the distribution API."""

from __future__ import annotations

import hashlib
import http.client
import re
import threading
from typing import Any, Callable, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Registry, images, push, workloads
from ansible_collections.longshore.swr.tests.sandbox.probe import ask

DATA = bytes(range(256)) * 40


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def start_upload(registry: Registry, repository: str = "a/b") -> str:
    reply = ask("{0}/v2/{1}/blobs/uploads/".format(registry.url, repository), "POST")
    assert reply.status == 202
    return reply.headers["location"]


def put_blob(registry: Registry, repository: str, data: bytes) -> str:
    location = start_upload(registry, repository)
    reply = ask("{0}&digest={1}".format(location, digest_of(data)), "PUT", data)
    assert reply.status == 201
    assert reply.headers["docker-content-digest"] == digest_of(data)
    return digest_of(data)


@pytest.fixture(params=["memory", "disk"])
def registry(request: Any, sandbox_registry: Callable[..., Registry], tmp_path: Any) -> Registry:
    return sandbox_registry(storage=None if request.param == "memory" else str(tmp_path / "storage"))


def test_ping_and_unknown_paths(registry: Registry) -> None:
    assert ask(registry.url + "/v2/").status == 200
    assert ask(registry.url + "/v3/").status == 404
    assert ask(registry.url + "/v2/UPPER/tags/list").code() == "NAME_INVALID"
    assert registry.log.counts() == {"ping": 1, "other": 1, "tags": 1}


def test_monolithic_upload_and_ranges(registry: Registry) -> None:
    digest = put_blob(registry, "a/b", DATA)
    url = "{0}/v2/a/b/blobs/{1}".format(registry.url, digest)
    head = ask(url, "HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(DATA)), b"")
    assert ask(url).body == DATA
    part = ask(url, headers={"Range": "bytes=100-"})
    assert (part.status, part.body) == (206, DATA[100:])
    assert part.headers["content-range"] == "bytes 100-{0}/{1}".format(len(DATA) - 1, len(DATA))
    assert ask(url, headers={"Range": "bytes=5-9"}).body == DATA[5:10]
    assert ask(url, headers={"Range": "bytes=-7"}).body == DATA[-7:]
    assert ask(url, headers={"Range": "bytes={0}-".format(len(DATA))}).status == 416
    assert ask("{0}/v2/other/blobs/{1}".format(registry.url, digest)).code() == "BLOB_UNKNOWN"
    assert ask(url, "DELETE").status == 202
    assert ask(url, "HEAD").status == 404


def test_chunked_upload_checks_the_range_and_tells_its_state(registry: Registry) -> None:
    location = start_upload(registry)
    first = ask(location, "PATCH", DATA[:1000], {"Content-Range": "0-999"})
    assert (first.status, first.headers["range"]) == (202, "0-999")
    wrong = ask(first.headers["location"], "PATCH", DATA[2000:], {"Content-Range": "2000-{0}".format(len(DATA) - 1)})
    assert (wrong.status, wrong.headers["range"]) == (416, "0-999")
    state = ask(first.headers["location"])
    assert (state.status, state.headers["range"]) == (204, "0-999")
    second = ask(first.headers["location"], "PATCH", iter([DATA[1000:3000], DATA[3000:]]))
    assert second.status == 202
    done = ask("{0}&digest={1}".format(second.headers["location"], digest_of(DATA)), "PUT")
    assert done.status == 201
    assert ask("{0}/v2/a/b/blobs/{1}".format(registry.url, digest_of(DATA))).body == DATA
    assert registry.log.entries("upload_patch")[0].bytes_in == 1000


def test_wrong_digest_is_refused_and_ends_the_upload(registry: Registry) -> None:
    location = start_upload(registry)
    assert ask("{0}&digest={1}".format(location, digest_of(b"other")), "PUT", DATA).code() == "DIGEST_INVALID"
    assert ask(location).code() == "BLOB_UPLOAD_UNKNOWN"
    cancelled = start_upload(registry)
    assert ask(cancelled, "DELETE").status == 204
    assert ask(cancelled, "DELETE").status == 404
    assert registry.storage.blobs() == set()


def test_single_post_and_sha512(registry: Registry) -> None:
    url = "{0}/v2/a/b/blobs/uploads/?digest={1}"
    assert ask(url.format(registry.url, digest_of(DATA)), "POST", DATA).status == 201
    digest = "sha512:" + hashlib.sha512(DATA).hexdigest()
    assert ask(url.format(registry.url, digest), "POST", DATA).status == 201
    assert ask("{0}/v2/a/b/blobs/{1}".format(registry.url, digest)).body == DATA


def test_mount(registry: Registry) -> None:
    digest = put_blob(registry, "a/b", DATA)
    url = "{0}/v2/c/d/blobs/uploads/?mount={1}&from=".format(registry.url, digest)
    refused = ask(url + "nowhere", "POST")
    assert refused.status == 202
    assert "location" in refused.headers
    assert ask(url + "a/b", "POST").status == 201
    assert ask("{0}/v2/c/d/blobs/{1}".format(registry.url, digest), "HEAD").status == 200
    assert registry.count("mount") == 2


def test_manifest_needs_its_blobs_and_children(registry: Registry) -> None:
    image = images.oci_index("x", attested=False)
    url = "{0}/v2/a/b/manifests/".format(registry.url)
    headers = {"Content-Type": image.media_type}
    assert ask(url + "1", "PUT", image.raw, headers).code() == "MANIFEST_BLOB_UNKNOWN"
    child = image.children[0]
    refused = ask(url + child.digest, "PUT", child.raw, {"Content-Type": child.media_type})
    assert (refused.status, refused.code()) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert push.push(image, registry.url, "a/b", "1") == image.digest
    assert registry.missing_blobs("a/b") == []
    assert ask(url + "sha256:" + "0" * 64, "PUT", image.raw, headers).code() == "DIGEST_INVALID"
    assert ask(url + "2", "PUT", b"{", headers).code() == "MANIFEST_INVALID"
    assert ask(url + "2", "PUT", image.raw, {"Content-Type": "text/plain"}).code() == "MANIFEST_INVALID"


def test_manifest_is_kept_byte_for_byte_and_deleted_by_tag_and_digest(registry: Registry) -> None:
    image = images.docker_image("x")
    push.push(image, registry.url, "a/b", "1")
    url = "{0}/v2/a/b/manifests/".format(registry.url)
    got = ask(url + "1", headers={"Accept": image.media_type})
    assert got.body == image.raw
    assert got.headers["content-type"] == image.media_type
    assert got.headers["docker-content-digest"] == image.digest
    head = ask(url + image.digest, "HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(image.raw)))
    assert ask(url + "1", headers={"Accept": images.OCI_INDEX}).code() == "MANIFEST_UNKNOWN"
    assert ask(url + "1", "DELETE").status == 202
    assert ask(url + "1").status == 404
    assert ask(url + image.digest, "DELETE").status == 202
    assert ask(url + image.digest).status == 404


def test_tags_and_catalog_page(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(options={"page_size": 30})
    items = workloads.load_all(registry, workloads.many_tags(40))
    pages: List[List[str]] = []
    url = registry.url + "/v2/bench/tags/tags/list?n=25"
    while url:
        reply = ask(url)
        pages.append(reply.json()["tags"])
        link = re.match(r'<(.*)>; rel="next"', reply.headers.get("link", ""))
        url = registry.url + link.group(1) if link else ""
    assert [len(page) for page in pages] == [25, 15]
    assert [tag for page in pages for tag in page] == sorted(item.tag for item in items)
    assert len(ask(registry.url + "/v2/bench/tags/tags/list").json()["tags"]) == 30
    assert ask(registry.url + "/v2/none/tags/list").code() == "NAME_UNKNOWN"
    assert ask(registry.url + "/v2/_catalog").json() == {"repositories": ["bench/tags"]}


def test_referrers(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry()
    image = images.oci_image("x")
    signature = images.artifact("signature", "application/vnd.sandbox.signature", subject=image)
    push.push(image, registry.url, "a/b", "1")
    push.push(signature, registry.url, "a/b")
    url = "{0}/v2/a/b/referrers/{1}".format(registry.url, image.digest)
    assert [item["digest"] for item in ask(url).json()["manifests"]] == [signature.digest]
    filtered = ask(url + "?artifactType=other")
    assert filtered.json()["manifests"] == []
    assert filtered.headers["oci-filters-applied"] == "artifactType"


def test_content_on_disk_outlives_the_server(sandbox_registry: Callable[..., Registry], tmp_path: Any) -> None:
    image = images.docker_image("x")
    with Registry(storage=str(tmp_path)) as first:
        push.push(image, first.url, "a/b", "1")
        push.push(image, first.url, "a/b", "2")
        assert ask(first.url + "/v2/a/b/manifests/2", "DELETE").status == 202
        start_upload(first)
    second = sandbox_registry(storage=str(tmp_path))
    assert second.tags("a/b") == ["1"]
    assert second.missing_blobs("a/b") == []
    second.reset(content=True)
    assert second.storage.repositories() == []


@pytest.mark.parametrize("make", list(images.FACTORIES.values()), ids=list(images.FACTORIES))
def test_every_kind_of_image_is_the_same_each_time_and_can_be_pushed(
    sandbox_registry: Callable[..., Registry], make: Callable[..., images.Image]
) -> None:
    registry = sandbox_registry()
    image = make("seed")
    assert make("seed") == image or make("seed").raw == image.raw
    assert make("other").digest != image.digest
    push.push(image, registry.url, "a/b", "1")
    assert registry.missing_blobs("a/b") == []
    assert registry.manifest("a/b", "1").raw == image.raw  # type: ignore[union-attr]


def test_many_clients_at_once_and_a_clean_stop() -> None:
    before = threading.active_count()
    with Registry() as registry:
        failures: List[str] = []

        def work(number: int) -> None:
            connection = http.client.HTTPConnection(registry.host)
            for _round in range(20):
                connection.request("GET", "/v2/")
                reply = connection.getresponse()
                if reply.read() != b"{}" or reply.status != 200:
                    failures.append(str(number))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert registry.count("ping") == 160
        assert registry.server.connections_accepted == 8
    assert threading.active_count() == before
