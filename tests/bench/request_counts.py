# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works against the sandbox: what is asked for, SWR's manners, and a rerun of very many tags."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any, Dict, List, Sequence, Tuple

from ..sandbox import BearerAuth, Registry, Swr, workloads
from ..sandbox.images import docker_image, oci_index
from ..sandbox.swr import login_password
from ..sandbox.workloads import Item
from .servers import HERE, Sandbox, program, sandbox
from .session import Row, Session, row_of
from .tools import Task, Tool

LOGIN = ("bench", "bench-password")
ACCESS_KEY, SECRET_KEY, PROJECT = "BENCHACCESSKEY", "bench-secret-key", "cn-north-4"
RATE = 20
SWR_IMAGES = 40


def _answered(logs: Sequence[Any]) -> Dict[str, int]:
    return dict(Counter(entry.kind for log in logs for entry in log.entries()))


def _run(session: Session, tool: Tool, source: Registry, target: Registry, items: Sequence[Item], login: Any) -> Row:
    """One run between sandbox registries of this process, which does nothing else meanwhile."""
    for registry in (source, target):
        registry.log.reset()
    logins = {source.host: LOGIN, target.host: login}
    repositories = sorted({item.repository for item in items})
    task = Task(source.host, target.host, repositories, session.new_folder(), logins=logins)
    usage = session.carry_out(tool, task)
    stored = target.log.entries("upload_put", status=201)
    sent = sum(entry.bytes_in for entry in target.log.entries() if entry.kind in ("upload_put", "upload_patch"))
    arrived = sum(
        1 for item in items if item.tag in target.tags(item.repository) and not target.missing_blobs(item.repository)
    )
    row = row_of(usage, _answered([source.log, target.log]), len(stored), sent, arrived, len(items))
    row["refused"] = target.count(status=503)
    return row


# Requests


def requests(session: Session) -> None:
    """How many requests typical works take, where tokens are asked for."""
    works: List[Tuple[str, List[Item]]] = [
        ("one layer", [Item("bench/one", "latest", docker_image("one", 1, 20_000))]),
        ("two platforms", [Item("bench/two", "latest", oci_index("two", attested=False))]),
        ("100 tags", list(workloads.many_tags(100))),
        ("20 repositories", list(workloads.many_repositories(20))),
    ]
    for title, items in works:
        with ExitStack() as stack:
            source = stack.enter_context(Registry(auth=BearerAuth(dict([LOGIN]))))
            workloads.load_all(source, iter(items))
            _count(session, title, source, items)


def _count(session: Session, title: str, source: Registry, items: Sequence[Item]) -> None:
    second: Dict[str, Row] = {}

    def first(tool: Tool) -> Row:
        with Registry(auth=BearerAuth(dict([LOGIN]))) as target:
            row = _run(session, tool, source, target, items, LOGIN)
            second[tool.name] = _run(session, tool, source, target, items, LOGIN)
            return _spelled_out(row)

    session.compare("requests: {0}, new".format(title), session.tools, first, repeat=1)
    session.compare(
        "requests: {0}, again".format(title), session.tools, lambda tool: _spelled_out(second[tool.name]), repeat=1
    )


def _spelled_out(row: Row) -> Row:
    """The row with its requests by kind behind it. Its times are those of the sandbox."""
    kinds = ", ".join("{0} {1}".format(count, kind) for kind, count in row["kinds"].items())
    return dict(row, note=(row["note"] + "  " if row["note"] else "") + kinds)


# SWR


def swr(session: Session) -> None:
    """SWR's manners: 20 requests a second, more get 503; OCI refused; BuildKit's images with attestations."""
    items = [
        Item("bench/swr", "v{0}".format(number), oci_index("swr/{0}".format(number))) for number in range(SWR_IMAGES)
    ]
    login = ("{0}@{1}".format(PROJECT, ACCESS_KEY), login_password(ACCESS_KEY, SECRET_KEY))
    second: Dict[str, Row] = {}
    with Registry(auth=BearerAuth(dict([LOGIN]))) as source:
        workloads.load_all(source, iter(items))

        def first(tool: Tool) -> Row:
            manners = {"throttle": RATE}
            with Swr({ACCESS_KEY: SECRET_KEY}, PROJECT, ["bench"], manners=manners) as target:
                row = _with_floor(_run(session, tool, source, target, items, login), target)
                # The second run is not to find the throttle shut by the first.
                time.sleep(1.5)
                second[tool.name] = _with_floor(_run(session, tool, source, target, items, login), target)
                return row

        session.compare("SWR", session.tools, first, repeat=1)
        session.compare("SWR again", session.tools, lambda tool: second[tool.name], repeat=1)


def _with_floor(row: Row, target: Swr) -> Row:
    """The row with the time that its requests need at the rate that SWR answers."""
    answered = len(target.log) - row["refused"] - target.count("obs_get")
    floor = answered / RATE
    row["floor"] = floor
    text = "{0} answered, {1:.0f} s at {2} a second; {3} x 503".format(answered, floor, RATE, row["refused"])
    row["note"] = (row["note"] + "  " if row["note"] else "") + text
    return row


# Very many tags


def resync(session: Session) -> None:
    """10,000 tags (at scale 1), all of them there: memory, requests a tag, and whether the rate stays."""
    count = max(100, round(10_000 * session.scale))
    images = [{"workload": "many_tags", "options": {"count": count, "shared_layers": 1, "own_layers": 0}}]
    with ExitStack() as stack:
        session.say("{0} tags again: making the images".format(count))
        folder = session.new_folder()

        def start() -> List[Sandbox]:
            return [stack.enter_context(sandbox(folder, name, images=images)) for name in ("source", "destination")]

        both = start()

        def run(tool: Tool) -> Row:
            try:
                return attempt(tool)
            except Exception:
                # The next tool finds registries that nobody has overloaded.
                both[:] = start()
                raise

        def attempt(tool: Tool) -> Row:
            for registry in both:
                registry.forget()
            task = Task(both[0].host, both[1].host, ["bench/tags"], session.new_folder())
            usage = session.carry_out(tool, task)
            kinds: Counter[str] = Counter()
            for registry in both:
                kinds.update(registry.counts())
            row = row_of(usage, kinds, kinds["upload_put"], 0, count, count)
            row["rates"] = _rates(both[1])
            early, late = row["rates"]
            row["note"] = (
                "{0:.2f} requests a tag; {1:.0f} tags a second in the first quarter, {2:.0f} in the last".format(
                    sum(kinds.values()) / count, early, late
                )
            )
            return row

        session.compare("{0:,} tags again".format(count), [session.engine, *session.peers], run, repeat=1)


def light(session: Session) -> None:
    """The same between registries that only make up tags: it shows the tools, and not the servers."""
    count = max(100, round(10_000 * session.scale))
    command = [sys.executable, str(HERE / "synthetic_registry.py"), "--tags", str(count)]
    with program(command) as source, program(command) as target:
        hosts = ["127.0.0.1:{0}".format(one["port"]) for one in (source, target)]

        def run(tool: Tool) -> Row:
            task = Task(hosts[0], hosts[1], ["bench/tags"], session.new_folder())
            return row_of(session.carry_out(tool, task), {}, 0, 0, count, count)

        # The relay reads only one page of tags.
        session.compare("{0:,} tags again, light".format(count), session.tools, run)


def _rates(registry: Sandbox) -> Tuple[float, float]:
    """Requests a second at the destination, in the first and in the last quarter of them."""
    times = sorted(entry["time"] for entry in registry.entries())
    quarter = len(times) // 4
    if quarter < 2:
        return 0.0, 0.0
    early, late = times[:quarter], times[-quarter:]
    return tuple(  # type: ignore[return-value]
        (len(part) - 1) / max(part[-1] - part[0], 1e-6) for part in (early, late)
    )
