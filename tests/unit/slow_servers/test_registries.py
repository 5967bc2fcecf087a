# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries that take for ever, and what waits for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.progress import (
    COPYING,
    PLANNING,
    Progress,
    render,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import (
    Slow,
    TransportError,
    Wire,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.retry import Retrier
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.throttle import Throttle
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeClock,
    FakeTransport,
    client_pool,
    store,
)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["status", "header", "body", "chunk", "endless"],
)
def test_a_reply_that_trickles_is_given_up(head: bytes, trickle: Any) -> None:
    target = parse_target("http://127.0.0.1:{0}/v2/".format(trickle(head)))
    with pytest.raises(TransportError, match=r"(cut off|no reply): not complete after 1 second") as caught:
        Transport(timeout=0.1, proxies={}).request("GET", target, [])
    assert caught.value.retryable
    assert caught.value.unreachable
    assert "timeout" in str(caught.value.hint)


def test_the_reply_of_a_proxy_that_trickles_is_given_up(trickle: Any) -> None:
    proxies = {"https": "http://127.0.0.1:{0}".format(trickle(b"HTTP/1.1 200 OK\r\nX: "))}
    with pytest.raises(TransportError, match="not complete"):
        Transport(timeout=0.1, proxies=proxies).request("GET", parse_target("https://reg.example/v2/"), [])


def test_a_blob_that_trickles_is_given_up(trickle: Any) -> None:
    target = parse_target(
        "http://127.0.0.1:{0}/v2/".format(trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"))
    )
    with Transport(timeout=0.1, proxies={}, minimum_bandwidth=1000).stream("GET", target, []) as stream:
        # A block is read as a whole.
        block = memoryview(bytearray(9999))
        with pytest.raises(TransportError, match="bytes in 1 second, which is less than minimum_bandwidth"):
            stream.readinto(block)


class Peer:
    """A socket whose other side gives and takes C(step) bytes after C(seconds), by a clock of its own."""

    def __init__(self, clock: FakeClock, seconds: float, step: int) -> None:
        self._clock, self._seconds, self._step = clock, seconds, step
        self.timeouts: List[float] = []

    def settimeout(self, seconds: float) -> None:
        self.timeouts.append(seconds)

    def recv_into(self, buffer: Any) -> int:
        self._clock.now += self._seconds
        return min(self._step, len(buffer))

    def send(self, data: Any) -> int:
        self._clock.now += self._seconds
        return min(self._step, len(data))


def moved(wire: Wire, send: bool, total: int) -> int:
    """Move so many bytes in one direction, and say how many went before it was given up."""
    done = 0
    try:
        while done < total:
            if send:
                wire.send(b"x" * 1000)
                done += 1000
            else:
                done += wire.readinto(bytearray(1000))
    except Slow:
        return done
    return done


@pytest.mark.parametrize("send", [False, True])
@pytest.mark.parametrize(("seconds", "arrives"), [(0.9, True), (1.1, False)])
def test_a_blob_moves_at_the_least_bandwidth_or_not_at_all(send: bool, seconds: float, arrives: bool) -> None:
    clock = FakeClock()
    wire = Wire(Peer(clock, seconds, 1000), 60.0, 1000.0, clock)
    wire.start(blob=True)
    assert (moved(wire, send, 1_000_000) == 1_000_000) is arrives


def test_our_own_pauses_do_not_count() -> None:
    clock = FakeClock()
    wire = Wire(Peer(clock, 0.1, 1000), 60.0, 1000.0, clock)
    wire.start(blob=True)
    for _count in range(1000):
        clock.now += 3600.0
        wire.send(b"x" * 1000)


def test_a_long_blob_is_no_long_exchange() -> None:
    clock = FakeClock()
    wire = Wire(Peer(clock, 10.0, 1_000_000), 60.0, 1000.0, clock)
    wire.start(blob=True)
    for _count in range(100):
        wire.readinto(bytearray(1_000_000))
    # The reply to it has its own time.
    wire.start()
    wire.readinto(bytearray(1))


def test_no_read_outlasts_the_whole() -> None:
    clock = FakeClock()
    peer = Peer(clock, 50.0, 1)
    wire = Wire(peer, 60.0, 0.0, clock)
    for _count in range(6):
        wire.readinto(bytearray(1))
    assert peer.timeouts[-2:] == [60.0, 50.0]
    with pytest.raises(Slow):
        wire.readinto(bytearray(1))


# -- a pause that a server asks for ---------------------------------------------------------------------------------


def refusing(retry_after: float, status: int = 500) -> Any:
    def unit() -> None:
        raise RegistryError("not now", status=status, retryable=True, retry_after=retry_after)

    return unit


@pytest.mark.parametrize("status", [429, 500])
@pytest.mark.parametrize(("seconds", "words"), [(3601.0, "61 minutes"), (1e9, "11575 days"), (float("inf"), "days")])
def test_a_pause_beyond_the_limit_is_an_error_that_says_so(status: int, seconds: float, words: str) -> None:
    clock = FakeClock()
    with pytest.raises(RegistryError) as caught:
        Retrier(3, sleep=clock.sleep).run(refusing(seconds, status))
    assert clock.sleeps == []
    assert caught.value.retryable is False
    assert words in str(caught.value.hint)
    assert "at most 60 minutes are allowed (longest_wait)" in str(caught.value.hint)


def test_the_limit_can_be_set() -> None:
    with pytest.raises(RegistryError, match="at most 10 seconds"):
        Retrier(3, longest_wait=10.0).run(refusing(11.0))
    assert "10 seconds" in str(Throttle(longest_wait=10.0).throttled(11.0))


def test_nobody_sits_out_a_pause_that_is_given_up_on() -> None:
    clock = FakeClock()
    throttle = Throttle(1.0, clock, clock.sleep)
    assert "61 minutes" in str(throttle.throttled(3601.0))
    throttle.wait()
    assert clock.sleeps == []


def test_a_pause_is_known_while_it_lasts() -> None:
    seen: List[Any] = []
    retrier = Retrier(1, sleep=lambda _seconds: seen.extend(retrier.waits))
    with pytest.raises(RegistryError):
        retrier.run(refusing(77.0))
    assert [wait.why for wait in seen] == ["not now"]
    assert retrier.waits == []


WAIT = (1600.0, "reg.example", "it refused requests")


def progress(tmp_path: Path, clock: FakeClock, waits: List[Any]) -> Tuple[Progress, Callable[[], List[str]]]:
    path = tmp_path / "progress"
    made = Progress(str(path), 30.0, clock=clock, waits=lambda: waits)
    return made, lambda: [render(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def test_progress_says_at_once_what_it_waits_for_and_once(tmp_path: Path) -> None:
    clock, waits = FakeClock(), []
    made, lines = progress(tmp_path, clock, waits)
    made.images_total = 1000
    made.enter(PLANNING)
    assert "waiting" not in lines()[-1]
    waits += [WAIT, (1003.0, "other.example", "not now")]
    for _count in range(20):
        clock.now += 1.0
        made.image_planned()
    said = [line for line in lines() if "waiting" in line]
    assert said == ["[swr] planning: 1/1000 images checked, waiting 09:59 for reg.example: it refused requests"]
    made.enter(COPYING)
    assert lines()[-1].endswith(", 0 failed, waiting 09:40 for reg.example: it refused requests")


def test_a_short_pause_is_not_worth_a_line(tmp_path: Path) -> None:
    clock = FakeClock()
    made, _lines = progress(tmp_path, clock, [(clock.now + 4.0, "reg.example", "it refused requests")])
    clock.now += 1.0
    made.image_planned()
    assert not (tmp_path / "progress").read_text(encoding="utf-8")


def test_the_pauses_of_a_run_are_those_of_its_registries_and_its_tries() -> None:
    pool = client_pool(FakeTransport([]), store(), Retrier(0))
    client = pool.destination("reg.example")
    assert pool.waits() == []
    client.session._throttle.throttled(600.0)
    (wait,) = pool.waits()
    assert (wait.where, wait.why) == ("reg.example", "it refused requests")
