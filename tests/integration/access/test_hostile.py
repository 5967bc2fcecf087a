# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that send anything: the checks find a fault, never fall over, and give no secret away."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from typing import Any, Callable, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.tests.integration.access.conftest import IMAGE, World, by_status, finding


@contextlib.contextmanager
def server(context: Any, answer: bytes) -> Iterator[int]:
    """Sends the same bytes to everybody, over TLS, and ends the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _peer = listener.accept()
                with contextlib.suppress(OSError, ValueError), context.wrap_socket(sock, server_side=True) as tls:
                    tls.recv(65536)
                    tls.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def no_defect(result: Dict[str, Any]) -> None:
    assert [check for check in result["checks"] if "the check itself failed" in check["message"]] == []


GARBAGE = [
    b"",
    b"\0" * 100,
    b"HTTP/1.1",
    b"HTTP/1.1 999999999999 x\r\n\r\n",
    b"HTTP/1.1 -1 x\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    b"HTTP/1.1 401 x\r\n" + b"A: b\r\n" * 500 + b"\r\n",
    b"HTTP/1.1 401 x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer " + b'a="' * 1000 + b"\r\n\r\n",
    b'HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm="https://[::1"\r\nContent-Length: -5\r\n\r\n',
    b'HTTP/1.1 401 \xff\xfe\r\nWWW-Authenticate: Bearer realm="https://\xff\xfe/"\r\nDate: \xff\r\n\r\n',
    b"HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer x=y\r\nDate: Mon, 99 Xxx 99999999999 99:99:99 +9999999\r\n\r\n",
    b"HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer x=y\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 302 x\r\nLocation: https://a/?Signature=abc\r\n\r\n",
]


@pytest.mark.parametrize("answer", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_for_a_registry(world: World, certificates: Callable[..., Any], answer: bytes) -> None:
    with server(certificates().server_context(), answer) as port:
        result = world.check(port=port)
    no_defect(result)
    assert len(by_status(result, "fail")) == 1
    assert by_status(result, "fail")[0] in ("http.v2", "auth.realm")


BODIES: List[Any] = [
    "",
    "[]",
    "null",
    "{",
    "[" * 100_000,
    "\ud83d",
    '{"token": 5}',
    '{"token": "a\\r\\nX: y"}',
    '{"token": ""}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_garbage_for_a_token(world: World, body: str) -> None:
    world.fault(kind="token", action="status", status=200, body=body.encode("utf-8", "replace"))
    result = world.check()
    no_defect(result)
    assert by_status(result, "fail") == ["auth.token"]


MANIFESTS: List[Any] = [
    "",
    "[]",
    "[" * 100_000,
    {"layers": 5, "config": []},
    {"layers": [{"digest": "../../../etc", "size": 1}], "config": None},
    {"layers": [{"digest": 5}, None, "x"]},
    {"manifests": [{"digest": IMAGE.digest}, {"digest": "sha256:x"}]},
    {"errors": [{"code": {}, "message": ["https://a/?Signature=abc"]}]},
]


@pytest.mark.parametrize("body", MANIFESTS, ids=range(len(MANIFESTS)))
def test_garbage_for_a_manifest(world: World, body: Any) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    world.fault(kind="manifest_get", action="status", status=200, body=raw.encode())
    result = world.check()
    no_defect(result)
    assert by_status(result, "fail") == ["blob.redirect"]


LOCATIONS = [
    "",
    "nonsense",
    "https://",
    "https://[::1/",
    "ftp://a/b?Signature=abc",
    "https://a:99999/",
    "https://a/\u00e4",
    "//a/b",
]


@pytest.mark.parametrize("location", LOCATIONS)
def test_garbage_for_a_redirect(world: World, location: str) -> None:
    world.fault(kind="blob_get", action="headers", headers={"Location": location})
    result = world.check()
    no_defect(result)
    assert [name for name in by_status(result, "fail") if not name.startswith("blob.")] == []
    assert by_status(result, "fail")


def test_a_redirect_with_a_line_break_sends_nothing(world: World) -> None:
    world.fault(kind="blob_get", action="headers", headers={"Location": "https://a/x y?Signature=abc"})
    result = world.check()
    no_defect(result)
    assert by_status(result, "fail") == ["blob.redirect"]


def test_errors_of_a_server_are_shown_without_signatures(world: World) -> None:
    body = {
        "errors": [
            {"code": "DENIED", "message": "no https://obs.example/x?Signature=abc&x-obs-security-token=t0k \u001b[31m"}
        ]
    }
    world.fault(kind="token", action="status", status=403, body=body)
    message = finding(world.check(), "auth.token")["message"]
    assert "DENIED" in message
    assert "abc" not in message
    assert "t0k" not in message
    assert "\x1b" not in message
