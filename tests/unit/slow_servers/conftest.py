# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that answer, but never to the end."""

from __future__ import annotations

import socket
import threading
from typing import Callable, Iterator, List

import pytest

Start = Callable[..., int]


class Trickle:
    """Answers each connection with C(head) and then one byte every hundredth of a second, for ever.

    :param head: what comes at once.
    """

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(self._head)
                while not self._stop.wait(0.01):
                    connection.sendall(b"x")
            except OSError:
                # The client has had enough.
                return


@pytest.fixture
def trickle() -> Iterator[Start]:
    """Starts such a server and returns its port."""
    servers: List[Trickle] = []

    def start(head: bytes) -> int:
        servers.append(Trickle(head))
        return servers[-1].port

    yield start
    for server in servers:
        server.close()


HEADS = pytest.mark.parametrize(
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
