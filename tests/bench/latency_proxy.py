# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay that adds a delay each way and no limit of bandwidth: a WAN between processes on one machine.

C(latency_proxy.py --delay 0.025 127.0.0.1:5000 ...) listens on a port for each target, prints the ports as one line of
JSON and runs until it is ended. It is a program of its own: in the process of what it serves it would cost that time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections import deque
from typing import Any, Deque, List, Optional, Sequence, Tuple

MOST_BYTES = 64 * 1024 * 1024
"""Bytes under way in one direction of a connection: 2.5 GB/s at 25 ms."""


class Half(asyncio.Protocol):
    """One side of a relayed connection: what arrives here leaves at the other side C(delay) seconds later.

    :param opens: seconds that the peer's first bytes take in addition: what TCP's handshake would have cost it.
    """

    def __init__(self, delay: float, opens: float = 0.0) -> None:
        self._delay = delay
        self._opens = opens
        self._loop = asyncio.get_running_loop()
        self._due: Deque[bytes] = deque()
        self._bytes = 0
        self._not_before = 0.0
        self._paused = False
        self.transport: Any = None
        self.other: Optional[Half] = None
        self.ready = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._not_before = self._loop.time() + self._opens
        self.ready.set()

    def data_received(self, data: bytes) -> None:
        self._put(data)
        self._bytes += len(data)
        if self._bytes > MOST_BYTES and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        # The other direction may still have to say something.
        self._put(b"")
        return True

    def connection_lost(self, _error: Optional[Exception]) -> None:
        if self.other is not None and self.other.transport is not None:
            self._loop.call_later(self._delay, self.other.transport.close)

    def _put(self, data: bytes) -> None:
        self._due.append(data)
        self._loop.call_at(max(self._loop.time(), self._not_before) + self._delay, self._deliver)

    def _deliver(self) -> None:
        # Timers of the same moment may run in any order: the order of the bytes is that of the queue.
        data = self._due.popleft()
        self._bytes -= len(data)
        if self._paused and self._bytes < MOST_BYTES // 2:
            self._paused = False
            self.transport.resume_reading()
        target = self.other.transport if self.other is not None else None
        if target is None or target.is_closing():
            return
        if data:
            target.write(data)
        else:
            with contextlib.suppress(OSError):
                # The peer may have gone meanwhile, and then it needs no end.
                target.write_eof()


async def _relay(client: Half, target: Tuple[str, int], delay: float) -> None:
    await client.ready.wait()
    server = Half(delay)
    client.other, server.other = server, client
    try:
        await client._loop.create_connection(lambda: server, *target)
    except OSError:
        client.transport.abort()


async def listen(targets: Sequence[Tuple[str, int]], delay: float) -> List[Any]:
    """Servers on ports that the system chooses, in the order of their targets."""
    loop = asyncio.get_running_loop()
    running = set()

    def accept(target: Tuple[str, int]) -> Half:
        half = Half(delay, opens=2 * delay)
        task = loop.create_task(_relay(half, target, delay))
        running.add(task)
        task.add_done_callback(running.discard)
        return half

    return [
        await loop.create_server(lambda target=target: accept(target), "127.0.0.1", 0, backlog=512)
        for target in targets
    ]


async def serve(targets: Sequence[Tuple[str, int]], delay: float) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    servers = await listen(targets, delay)
    sys.stdout.write(json.dumps([server.sockets[0].getsockname()[1] for server in servers]) + "\n")
    sys.stdout.flush()
    await stop.wait()
    for server in servers:
        server.close()


def main(argv: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.025, help="seconds each way")
    parser.add_argument("targets", nargs="+", help="address:port")
    options = parser.parse_args(argv)
    targets = [(host, int(port)) for host, _colon, port in (text.rpartition(":") for text in options.targets)]
    asyncio.run(serve(targets, options.delay))
    return 0


if __name__ == "__main__":
    sys.exit(main())
