# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a Docker daemon on a unix socket: lists images and exports one."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
import urllib.parse
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple

from . import archives


class Daemon:
    """A context manager that answers C(GET /images/json) and C(GET /images/{id}/get).

    :param images: the uncompressed layers of each, by name.
    :ivar exports: the number of requested images.
    :ivar cut: break the export off. :ivar refusal: a status and document for every export.
    """

    def __init__(self, folder: Path, images: Dict[str, Sequence[bytes]]) -> None:
        self.path = folder / "d.sock"
        self.exports = 0
        self.cut = False
        self.refusal: Optional[Tuple[int, Any]] = None
        self.images = {}
        for name, layers in images.items():
            # The ID is the digest of the config, as in Docker's own store.
            files = archives.docker_files([([name], layers)])
            config = next(content for path, content in files if path.endswith(".json") and path != "manifest.json")
            self.images["sha256:" + archives.sha256(config)] = (name, archives.tar_bytes(files))
        self._server = _Server(str(self.path), self)

    def __enter__(self) -> Daemon:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, daemon: Daemon) -> None:
        self.daemon = daemon
        super().__init__(path, _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_arguments: Any) -> None:
        """No log: the tests check what arrives."""

    def do_GET(self) -> None:
        daemon: Daemon = self.server.daemon  # type: ignore[attr-defined]
        parts = urllib.parse.unquote(self.path).strip("/").split("/")
        if parts == ["images", "json"]:
            entries = [{"Id": identity, "RepoTags": [name]} for identity, (name, _tar) in daemon.images.items()]
            self._send(200, json.dumps([*entries, {"Id": "sha256:" + "0" * 64, "RepoTags": None}]).encode())
        elif len(parts) == 3 and parts[0] == "images" and parts[2] == "get":
            daemon.exports += 1
            if daemon.refusal is not None:
                self._send(daemon.refusal[0], json.dumps(daemon.refusal[1]).encode())
            else:
                content = daemon.images[parts[1]][1]
                self._send(200, content, len(content) // 2 if daemon.cut else None)
        else:
            self._send(404, b'{"message": "page not found"}')

    def _send(self, status: int, content: bytes, only: Optional[int] = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:only])
