# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small, fast HTTP/1.1 server: one thread a connection, keep-alive, streaming both ways.

It replaces C(http.server) because that parses headers with the e-mail parser and writes replies in
pieces; benches and tests with thousands of requests are to measure the client, not the sandbox.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
import time
import traceback
from typing import Dict, List, Optional, Set

from .http_connection import Connection
from .http_message import (
    BadRequestError,
    DropConnectionError,
    Handler,
    Request,
    Response,
)


class HttpServer:
    """Listens on a loopback address and hands each request to one callable.

    :param handler: takes a Request, returns a Response; may raise DropConnectionError.
    :param host: the address to bind to.
    :param port: the port; 0 lets the system choose (see the attribute C(port) after start()).
    :param ssl_context: serve TLS.
    """

    def __init__(
        self,
        handler: Handler,
        host: str = "127.0.0.1",
        port: int = 0,
        ssl_context: Optional[ssl.SSLContext] = None,
        name: str = "sandbox",
    ) -> None:
        self._handler = handler
        self.host = host
        self.port = port
        self.ssl_context = ssl_context
        self.scheme = "https" if ssl_context else "http"
        self.name = name
        self.stopping = threading.Event()
        self.errors: List[str] = []
        self._listener: Optional[socket.socket] = None
        self._acceptor: Optional[threading.Thread] = None
        self._lock = threading.Lock()
        self._connections: Dict[Connection, threading.Thread] = {}
        self.connections_accepted = 0

    def start(self) -> HttpServer:
        if self._listener is not None:
            return self
        self.stopping.clear()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            listener.listen(1024)
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._acceptor = threading.Thread(target=self._accept, name=self.name + "-accept", daemon=True)
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Closes every connection and waits for every thread."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self.stopping.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        if self._acceptor is not None:
            self._acceptor.join()
        self.drop_connections()
        deadline = time.monotonic() + 10
        for thread in self._threads():
            thread.join(max(0.0, deadline - time.monotonic()))

    def drop_connections(self) -> None:
        """Ends every open connection, as a restart of the server would."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError, ValueError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _threads(self) -> Set[threading.Thread]:
        with self._lock:
            return set(self._connections.values())

    def forget(self, connection: Connection) -> None:
        with self._lock:
            self._connections.pop(connection, None)

    def note_defect(self) -> None:
        """Keeps the exception that is being handled, which is a defect of the sandbox."""
        text = traceback.format_exc()
        self.errors.append(text)
        sys.stderr.write(text)

    def answer(self, request: Request) -> Response:
        try:
            return self._handler(request)
        except (DropConnectionError, BadRequestError, OSError):
            raise
        except Exception:  # noqa: BLE001
            # A defect of the sandbox must not look like a defect of the client under test.
            self.note_defect()
            response = Response(500, b'{"errors":[{"code":"UNKNOWN","message":"defect in the sandbox"}]}')
            response.close = True
            return response

    def _accept(self) -> None:
        listener = self._listener
        while listener is not None and not self.stopping.is_set():
            try:
                sock, peer = listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.ssl_context is not None:
                    sock = self.ssl_context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            except OSError:
                self.stopping.wait(0.01)
                continue
            connection = Connection(self, sock, peer)
            thread = threading.Thread(target=connection.run, name=self.name + "-connection", daemon=True)
            with self._lock:
                self._connections[connection] = thread
                self.connections_accepted += 1
            try:
                thread.start()
            except RuntimeError:
                # No more threads: this client is turned away, and the others go on.
                self.forget(connection)
                sock.close()
