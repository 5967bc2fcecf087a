# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works between two real registries: on loopback, over TLS, and with a WAN between."""

from __future__ import annotations

import json
import shutil
import ssl
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from ..e2e.docker_registry import DockerRegistry
from ..sandbox import Certificates, workloads
from ..sandbox.workloads import Item
from .servers import delayed, push_all
from .session import Row, Session, row_of
from .tools import Task, Tool

ROUND_TRIP = 0.05


def work_items(name: str, scale: float) -> List[Item]:
    """The images of a work; the scale is that of sizes, or of the number of tags where there are many."""
    works: Dict[str, Callable[[], Iterator[Item]]] = {
        "a": lambda: workloads.work_a(scale),
        "b": lambda: workloads.work_b(max(4, round(1000 * scale))),
        "c": lambda: workloads.work_c(scale),
        "e": workloads.work_e,
        "shared": lambda: workloads.many_repositories(20, 4, 1, 200_000),
        "wan-40": lambda: workloads.many_tags(40, 4, 1, 100_000, repository="bench/forty"),
        "wan-b": lambda: workloads.work_b(100),
    }
    return list(works[name]())


class Place:
    """A source with a work in it, and destinations for it."""

    def __init__(self, session: Session, items: Sequence[Item], delay: float = 0.0) -> None:
        self.session = session
        self.items = items
        self.delay = delay
        self.repositories = sorted({item.repository for item in items})
        self.certificates = Certificates.shared() if session.tls else None
        self.source = self._registry().start()
        self._sizes = {digest: blob.size for item in items for digest, blob in item.image.all_blobs().items()}
        push_all(self.source, items)

    def close(self) -> None:
        self.source.stop()

    def _registry(self) -> DockerRegistry:
        return DockerRegistry(self.session.new_folder() / "registry", certificates=self.certificates)

    @contextmanager
    def destination(self) -> Iterator[DockerRegistry]:
        """An empty registry."""
        registry = self._registry().start()
        try:
            yield registry
        finally:
            registry.stop()
            remove(registry)

    def run(self, tool: Tool, registry: DockerRegistry, workers: Optional[int] = None) -> Row:
        """Copy everything to a registry, and count what both were asked."""
        before = len(self.source.accesses()), len(registry.accesses())
        with ExitStack() as stack:
            hosts = [self.source.host, registry.host]
            if self.delay:
                hosts = stack.enter_context(delayed(hosts, self.delay))
            task = Task(hosts[0], hosts[1], self.repositories, self.session.new_folder(), self.session.tls, workers)
            usage = self.session.carry_out(tool, task)
        read, written = self.source.accesses()[before[0] :], registry.accesses()[before[1] :]
        kinds = Counter(access.kind for access in [*read, *written])
        stored = [access for access in written if access.kind == "upload_put" and access.status == 201]
        sent = sum(self._sizes.get(access.digest or "", 0) for access in stored)
        return row_of(usage, kinds, len(stored), sent, self._arrived(registry), len(self.items))

    def _arrived(self, registry: DockerRegistry) -> int:
        found = 0
        for name in self.repositories:
            tags = _tags(registry, name)
            found += sum(1 for item in self.items if item.repository == name and item.tag in tags)
        return found


def remove(registry: DockerRegistry) -> None:
    """Give the space back: a work may have gigabytes."""
    shutil.rmtree(registry.folder, ignore_errors=True)


def _tags(registry: DockerRegistry, name: str) -> List[str]:
    context = ssl.create_default_context(cafile=registry.certificates.ca_path) if registry.certificates else None
    handlers: List[Any] = [urllib.request.ProxyHandler({})]
    if context is not None:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    try:
        with urllib.request.build_opener(*handlers).open("{0}/v2/{1}/tags/list".format(registry.url, name)) as reply:
            return json.load(reply)["tags"] or []
    except urllib.error.HTTPError:
        return []


@contextmanager
def place(session: Session, name: str, delay: float = 0.0) -> Iterator[Place]:
    """The place of a work."""
    session.say("{0}: making and pushing the images".format(name))
    made = Place(session, work_items(name, session.scale), delay)
    try:
        yield made
    finally:
        made.close()
        remove(made.source)


def copy_work(session: Session, name: str) -> None:
    """Everything new."""
    with place(session, name) as where:

        def run(tool: Tool) -> Row:
            with where.destination() as registry:
                return where.run(tool, registry)

        session.compare(name, session.with_limit, run)


def again(session: Session) -> None:
    """Work b once more, when all of it is there."""
    with place(session, "b") as where, where.destination() as registry:
        where.run(session.engine, registry)
        session.compare("b again", session.with_limit, lambda tool: where.run(tool, registry))


def wan(session: Session) -> None:
    """50 ms to both registries: 40 tags with 8 workers, first and again; then works with the tools' own settings."""
    delay = ROUND_TRIP / 2
    with place(session, "wan-40", delay) as where:
        second: Dict[str, List[Row]] = {}

        def first(tool: Tool) -> Row:
            with where.destination() as registry:
                row = where.run(tool, registry, workers=8)
                second.setdefault(tool.name, []).append(where.run(tool, registry, workers=8))
                return row

        session.compare("WAN 40 tags", session.with_limit, first)
        session.compare("WAN 40 tags again", session.with_limit, lambda tool: second[tool.name].pop(0))
    for name, title in (("wan-b", "WAN 100 tags of b"), ("e", "WAN e"), ("a", "WAN a")):
        with place(session, name, delay) as where:

            def run(tool: Tool, where: Place = where) -> Row:
                with where.destination() as registry:
                    # The limit of such a line is reached with many requests at once.
                    return where.run(tool, registry, workers=None if tool.compared else 32)

            session.compare(title, session.with_limit, run, repeat=1)
