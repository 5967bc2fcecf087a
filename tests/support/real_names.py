# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy that leads names in documents to servers on this machine, so that what is printed there runs unchanged."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from types import TracebackType
from typing import Dict, List, Mapping, Optional, Tuple, Type
from urllib.parse import urlsplit

Address = Tuple[str, int]


class Names:
    """Answers C(CONNECT) for these names; all others are refused, so that nothing leaves the machine.

    :param servers: the URL of the server behind each name, which is asked for by port 443.
    :ivar refused: the names that were asked for and are not known.
    """

    def __init__(self, servers: Mapping[str, str]) -> None:
        parts = {name: urlsplit(url) for name, url in servers.items()}
        self._addresses: Dict[str, Address] = {name: (url.hostname, url.port) for name, url in parts.items()}
        self.refused: List[str] = []
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return "http://127.0.0.1:{0}".format(self._server.server_address[1])

    def __enter__(self) -> Names:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _address(self, target: str) -> Optional[Address]:
        host, _colon, port = target.rpartition(":")
        if host in ("127.0.0.1", "localhost"):
            return host, int(port)
        if port != "443" or host not in self._addresses:
            self.refused.append(target)
            return None
        return self._addresses[host]

    def _handler(self) -> Type[socketserver.StreamRequestHandler]:
        names = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                method, target, _version = self.rfile.readline(1000).decode("latin-1").split()
                while self.rfile.readline(10000).strip():
                    pass
                address = names._address(target) if method == "CONNECT" else None
                if address is None:
                    self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    return
                with socket.create_connection(address, timeout=60) as peer:
                    self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                    back = threading.Thread(target=_pass_on, args=(peer, self.connection), daemon=True)
                    back.start()
                    _pass_on(self.connection, peer)
                    back.join()

        return Handler


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            piece = source.recv(65536)
            if not piece:
                break
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
