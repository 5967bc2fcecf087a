# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that a copy can be: all the bytes, one request each, and no check, plan, retry or record.

C(relay.py SOURCE DESTINATION THREADS REPOSITORY...) reads all manifests, uploads each blob once, mounts it in the other
repositories and puts the manifests. A tag that the destination has with the same digest is left out, as by any tool.
"""

from __future__ import annotations

import http.client
import json
import queue
import sys
import threading
from typing import Any, Callable, Dict, List, Sequence, Set, Tuple
from urllib.parse import urlsplit

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
BLOCK = 256 * 1024


class Lines(threading.local):
    """One connection a thread and host."""

    def __init__(self) -> None:
        self.open: Dict[str, http.client.HTTPConnection] = {}

    def to(self, host: str) -> http.client.HTTPConnection:
        if host not in self.open:
            self.open[host] = http.client.HTTPConnection(host, timeout=300)
            self.open[host].connect()
        return self.open[host]


LINES = Lines()


def ask(host: str, method: str, path: str, headers: Any = None, body: bytes = b"") -> Tuple[Any, bytes]:
    line = LINES.to(host)
    line.request(method, path, body or None, headers or {})
    reply = line.getresponse()
    content = reply.read()
    if reply.status >= 400 and not (method == "HEAD" and reply.status == 404):
        raise RuntimeError("{0} {1}: {2} {3!r}".format(method, path, reply.status, content[:200]))
    return reply, content


def in_threads(count: int, jobs: Sequence[Callable[[], None]]) -> None:
    """All jobs; the first error ends the program."""
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    errors: List[BaseException] = []

    def work() -> None:
        while not errors:
            try:
                waiting.get_nowait()()
            except queue.Empty:
                return
            except BaseException as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)

    threads = [threading.Thread(target=work) for _number in range(min(count, len(jobs)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


class Copy:
    def __init__(self, source: str, destination: str, threads: int) -> None:
        self.source, self.destination, self.threads = source, destination, threads
        self.manifests: List[List[Tuple[str, str, str, bytes]]] = [[], []]
        self.blobs: Dict[str, Tuple[int, Set[str]]] = {}
        self.lock = threading.Lock()

    def run(self, repositories: Sequence[str]) -> None:
        tags = []
        for name in repositories:
            found = json.loads(ask(self.source, "GET", "/v2/{0}/tags/list?n=100000".format(name))[1])["tags"]
            tags += [(name, tag) for tag in found]
        self.all(lambda item: self.look(*item), tags)
        order = sorted(self.blobs.items(), key=lambda item: -item[1][0])
        self.all(lambda item: self.move(item[0], item[1][0], sorted(item[1][1])), order)
        for level in self.manifests:
            self.all(lambda item: self.put(*item), level)

    def all(self, work: Callable[[Any], None], items: Sequence[Any]) -> None:
        in_threads(self.threads, [lambda item=item: work(item) for item in items])

    def look(self, name: str, tag: str) -> None:
        path = "/v2/{0}/manifests/{1}".format(name, tag)
        there, _nothing = ask(self.destination, "HEAD", path, {"Accept": ACCEPT})
        if there.status == 200:
            here, _nothing = ask(self.source, "HEAD", path, {"Accept": ACCEPT})
            if here.getheader("Docker-Content-Digest") == there.getheader("Docker-Content-Digest"):
                return
        self.read(name, tag)

    def read(self, name: str, reference: str) -> None:
        reply, content = ask(self.source, "GET", "/v2/{0}/manifests/{1}".format(name, reference), {"Accept": ACCEPT})
        document = json.loads(content)
        children = document.get("manifests", ())
        with self.lock:
            self.manifests[1 if children else 0].append((name, reference, reply.getheader("Content-Type"), content))
            for blob in [*document.get("layers", ()), *([document["config"]] if "config" in document else [])]:
                self.blobs.setdefault(blob["digest"], (blob["size"], set()))[1].add(name)
        for child in children:
            self.read(name, child["digest"])

    def move(self, digest: str, size: int, names: Sequence[str]) -> None:
        opened, _nothing = ask(self.destination, "POST", "/v2/{0}/blobs/uploads/".format(names[0]))
        where = urlsplit(opened.getheader("Location"))
        line = LINES.to(self.source)
        line.request("GET", "/v2/{0}/blobs/{1}".format(names[0], digest))
        reply = line.getresponse()
        out = LINES.to(self.destination)
        out.putrequest("PUT", "{0}?{1}&digest={2}".format(where.path, where.query, digest))
        out.putheader("Content-Length", str(size))
        out.endheaders()
        block = memoryview(bytearray(min(BLOCK, max(1, size))))
        while True:
            count = reply.readinto(block)
            if not count:
                break
            out.sock.sendall(block[:count])
        answer = out.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError("PUT of {0}: {1}".format(digest, answer.status))
        for name in names[1:]:
            ask(self.destination, "POST", "/v2/{0}/blobs/uploads/?mount={1}&from={2}".format(name, digest, names[0]))

    def put(self, name: str, reference: str, media_type: str, content: bytes) -> None:
        path = "/v2/{0}/manifests/{1}".format(name, reference)
        ask(self.destination, "PUT", path, {"Content-Type": media_type}, content)


if __name__ == "__main__":
    Copy(sys.argv[1], sys.argv[2], int(sys.argv[3])).run(sys.argv[4:])
