# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry that has any number of images and keeps none: each is made up when it is asked for.

C(synthetic_registry.py --tags 500 [--empty]) prints its port as JSON. C(--empty) has no manifest and no blob, as a
destination before the copy. It can be read only; its images have a config, a layer of the registry, one of the
repository and one of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import resource
from functools import lru_cache
from typing import Any, Dict, List, Tuple

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
SIZES = {"config": 3_000, "registry": 30_000_000, "repository": 5_000_000, "own": 400_000}


def digest_of(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=100_000)
def manifest(repository: str, tag: str) -> Tuple[bytes, str]:
    """The bytes and the digest of an image's manifest."""

    def blob(kind: str, name: str, media_type: str) -> Any:
        return {"mediaType": media_type, "size": SIZES[kind], "digest": digest_of(kind + name)}

    layer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    image = "{0}:{1}".format(repository, tag)
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": blob("config", image, "application/vnd.docker.container.image.v1+json"),
        "layers": [blob("registry", "", layer), blob("repository", repository, layer), blob("own", image, layer)],
    }
    raw = json.dumps(document).encode()
    return raw, "sha256:" + hashlib.sha256(raw).hexdigest()


@lru_cache(maxsize=4)
def tag_list(repository: str, first: int, last: int) -> bytes:
    tags = ["v{0:06d}".format(number) for number in range(first, last)]
    return json.dumps({"name": repository, "tags": tags}).encode()


class Light(asyncio.Protocol):
    """One connection."""

    def __init__(self, tags: int, empty: bool, made: Dict[str, str]) -> None:
        self._tags = tags
        self._empty = empty
        self._made = made
        self._rest = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"\x16"):
            # A client that tries TLS first.
            self._transport.close()
            return
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        replies = []
        for request in requests:
            method, target = request.split(b"\r\n", 1)[0].decode().split(" ")[:2]
            status, headers, body = self._answer(target)
            head = ["HTTP/1.1 " + status, "Content-Length: {0}".format(len(body)), *headers, "", ""]
            replies.append("\r\n".join(head).encode() + (b"" if method == "HEAD" else body))
        self._transport.write(b"".join(replies))

    def _answer(self, target: str) -> Tuple[str, List[str], bytes]:
        path, _mark, query = target.partition("?")
        if path == "/v2/":
            # Some tools ask first whether it is a registry at all.
            return "200 OK", [], b"{}"
        repository, _slash, rest = path[len("/v2/") :].rpartition("/tags/list")
        if repository and not rest and not self._empty:
            first = int(query.rpartition("last=v")[2]) + 1 if "last=" in query else 0
            last = min(first + 1000, self._tags)
            link = '</v2/{0}/tags/list?n=1000&last=v{1:06d}>; rel="next"'.format(repository, last - 1)
            return "200 OK", ["Link: " + link] if last < self._tags else [], tag_list(repository, first, last)
        repository, _slash, reference = path[len("/v2/") :].rpartition("/manifests/")
        if repository and not self._empty:
            raw, digest = manifest(repository, self._made.get(reference, reference))
            # A manifest is also asked for by its digest, once it is known.
            self._made[digest] = self._made.get(reference, reference)
            return "200 OK", ["Content-Type: " + MANIFEST, "Docker-Content-Digest: " + digest], raw
        return "404 Not Found", ["Content-Type: application/json"], b'{"errors":[{"code":"NAME_UNKNOWN"}]}'


async def serve(tags: int, empty: bool) -> None:
    made: Dict[str, str] = {}
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Light(tags, empty, made), "127.0.0.1", 0, backlog=4096)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=500, help="tags of each repository")
    parser.add_argument("--empty", action="store_true")
    given = parser.parse_args()
    asyncio.run(serve(given.tags, given.empty))
