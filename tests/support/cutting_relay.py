# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay that cuts every connection after a number of bytes, to simulate a bad line to a real registry."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import List, Tuple

BLOCK = 64 * 1024
BUFFER = 256 * 1024


class CuttingRelay:
    """Listens on a free loopback port; a context manager.

    :param target: address and port of the server behind it.
    :param after: total bytes in both directions before a connection is reset on both sides.
    :ivar cuts: connections cut so far. :ivar host: C(address:port) to connect to.
    """

    def __init__(self, target: str, after: int) -> None:
        address, _colon, port = target.rpartition(":")
        self._target = (address, int(port))
        self._after = after
        self._lock = threading.Lock()
        self._open: List[Tuple[socket.socket, socket.socket]] = []
        # Small buffers: data not yet forwarded is lost with the cut, as on a real line.
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.host = "127.0.0.1:{0}".format(self._listener.getsockname()[1])
        self.cuts = 0
        self._thread = threading.Thread(target=self._accept, name="cutting-relay", daemon=True)

    def __enter__(self) -> CuttingRelay:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        with self._lock:
            pairs = list(self._open)
        for pair in pairs:
            _end(pair)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            pair = (client, server)
            with self._lock:
                self._open.append(pair)
            left = [self._after]
            for here, there in (pair, pair[::-1]):
                threading.Thread(target=self._relay, args=(here, there, left, pair), daemon=True).start()

    def _relay(
        self, here: socket.socket, there: socket.socket, left: List[int], pair: Tuple[socket.socket, ...]
    ) -> None:
        block = bytearray(BLOCK)
        with contextlib.suppress(OSError):
            while True:
                count = here.recv_into(block)
                if not count:
                    break
                with self._lock:
                    left[0] -= count
                    cut = left[0] <= 0
                    # Both directions notice, but it is one cut.
                    self.cuts += cut and left[0] + count > 0
                if cut:
                    break
                there.sendall(memoryview(block)[:count])
        _end(pair)
        with self._lock:
            self._open = [other for other in self._open if other is not pair]


def _end(pair: Tuple[socket.socket, ...]) -> None:
    for side in pair:
        with contextlib.suppress(OSError):
            # A reset, as from a firewall or a broken line, which also wakes the other thread.
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            side.shutdown(socket.SHUT_RDWR)
            side.close()
