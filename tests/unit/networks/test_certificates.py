# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorities and client certificates of single registries, from the logins and the folders of Docker and Podman."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.config import certificates as module
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.certificates import Trust
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError, RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import describe_failure
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates

pytestmark = pytest.mark.needs_program("openssl")


@pytest.fixture(scope="module")
def server_files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(str(tmp_path_factory.mktemp("tls")))


@pytest.fixture(scope="module")
def client_files(server_files: Certificates) -> Certificates:
    """A client's certificate of the same authority."""
    return Certificates(os.path.dirname(server_files.ca_path), names=("a client",), label="client")


class Server:
    """Takes connections of clients with a certificate only, and writes down whose it was."""

    def __init__(self, files: Certificates) -> None:
        self.clients: List[str] = []
        self._context = files.server_context()
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.load_verify_locations(files.ca_path)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = "localhost:{0}".format(self._listener.getsockname()[1])
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            connection.settimeout(5)
            with self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secure:
                self._serve(secure)

    def _serve(self, secure: ssl.SSLSocket) -> None:
        try:
            secure.do_handshake()
            subject: Any = (secure.getpeercert() or {}).get("subject", ())
            self.clients.append(subject[0][0][1])
            secure.recv(65536)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except OSError:
            # Whoever closes with something unread resets the connection, and the client never reads why.
            with contextlib.suppress(OSError):
                secure.shutdown(socket.SHUT_WR)
                secure.recv(65536)


@pytest.fixture
def server(server_files: Certificates) -> Iterator[Server]:
    made = Server(server_files)
    yield made
    made.close()


@pytest.fixture
def certs_d(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> List[Path]:
    """The three folders of this test, in their order, with none for any host."""
    folders = [tmp_path / "user", tmp_path / "podman", tmp_path / "docker"]
    monkeypatch.setattr(module.Trust.with_folders, "__defaults__", (tuple(map(str, folders)),))
    return folders


def folder(base: Path, host: str, **files: str) -> Path:
    """A folder of C(certs.d), with copies of files; C(client_key) becomes C(client.key)."""
    made = base / host
    made.mkdir(parents=True)
    for name, path in files.items():
        shutil.copy(path, made / name.replace("_", "."))
    return made


def ask(host: str, trust: Trust) -> bytes:
    return (
        Transport(timeout=5.0, proxies={})
        .request("GET", parse_target("https://{0}/v2/".format(host), trust=trust), [])
        .body
    )


def entry(server_files: Certificates, client_files: Certificates) -> Dict[str, Any]:
    return {
        "ca_path": server_files.ca_path,
        "client_cert": client_files.certificate_path,
        "client_key": client_files.key_path,
    }


def test_an_entry_of_the_logins_names_them(
    server: Server, server_files: Certificates, client_files: Certificates, certs_d: List[Path]
) -> None:
    store = CredentialStore.from_document({server.host: entry(server_files, client_files)}, where="auth", environ={})
    assert ask(server.host, store.lookup(Repository(server.host, "a")).trust) == b"ok"
    assert server.clients == ["a client"]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["user", "podman", "docker"])
def test_folders_of_docker_and_podman_have_them(
    server: Server, server_files: Certificates, client_files: Certificates, certs_d: List[Path], place: int
) -> None:
    files = {"client_cert": client_files.certificate_path, "client_key": client_files.key_path}
    folder(certs_d[place], server.host, ca_crt=server_files.ca_path, **files)
    # A later folder for the same host does not count.
    for later in certs_d[place + 1 :]:
        folder(later, server.host, client_cert=client_files.certificate_path)
    assert ask(server.host, Trust()) == b"ok"
    assert server.clients == ["a client"]


def test_an_entry_goes_before_a_folder(
    server: Server, server_files: Certificates, client_files: Certificates, certs_d: List[Path]
) -> None:
    folder(certs_d[2], server.host, client_cert=server_files.certificate_path, client_key=server_files.key_path)
    client = ((client_files.certificate_path, client_files.key_path),)
    assert ask(server.host, Trust(True, (server_files.ca_path,), client)) == b"ok"
    assert server.clients == ["a client"]


def test_another_host_is_not_shown_the_clients_certificate(client_files: Certificates) -> None:
    base = parse_target("https://reg.example/", trust=Trust(True, ("ca",), (("cert", "key"),)))
    assert parse_target("https://reg.example:5001/t", base).endpoint.trust.client == (("cert", "key"),)
    assert parse_target("/t", base).endpoint.trust.client == (("cert", "key"),)
    assert parse_target("https://store.example/b", base).endpoint.trust == Trust(True, ("ca",), ())


def test_a_server_that_wants_a_certificate_says_so(
    server: Server, server_files: Certificates, certs_d: List[Path]
) -> None:
    with pytest.raises(RegistryError, match="wants another client certificate") as caught:
        ask(server.host, Trust(True, (server_files.ca_path,)))
    assert not caught.value.retryable
    assert "client_cert" in str(caught.value.hint)


@pytest.mark.parametrize(
    "reason", ["SSLV3_ALERT_BAD_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_CERTIFICATE_EXPIRED"]
)
def test_a_certificate_that_a_server_refuses_is_no_passing_failure(reason: str) -> None:
    refusal = ssl.SSLError(1, "refused")
    refusal.reason = reason
    error = describe_failure(refusal, "no reply", "https://reg.example/")
    assert reason in str(error)
    assert not error.retryable


# -- what is wrong with them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("there", "missing"), [("client.cert", "client.key"), ("client.key", "client.cert")])
def test_half_a_pair_in_a_folder_is_named(certs_d: List[Path], there: str, missing: str) -> None:
    (certs_d[2] / "reg.example").mkdir(parents=True)
    (certs_d[2] / "reg.example" / there).write_text("x")
    with pytest.raises(RegistryError, match="{0} is missing".format(missing)) as caught:
        ask("reg.example", Trust())
    assert caught.value.where == str(certs_d[2] / "reg.example" / there)


def test_half_a_pair_in_an_entry_is_named() -> None:
    for one, other in (("client_cert", "client_key"), ("client_key", "client_cert")):
        with pytest.raises(RulesError, match="it has a {0} and no {1}".format(one, other)):
            CredentialStore.from_document({"r.io": {one: "/a"}}, where="auth", environ={})


def wrong(kind: str, path: Path, client: Certificates, server: Certificates) -> str:
    """A key that cannot be used, and what is said of it."""
    if kind == "pipe":
        os.mkfifo(path)
        return "named pipe"
    if kind == "no key":
        path.write_text("nothing of the kind")
        return "PEM"
    if kind == "another's":
        shutil.copy(server.key_path, path)
        return "key values mismatch"
    if kind == "passphrase":
        command = [
            "openssl",
            "ec",
            "-aes256",
            "-passout",
            "pass:secret-word-9",
            "-in",
            client.key_path,
            "-out",
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True)
        return "the key has a passphrase"
    return "does not exist"


@pytest.mark.parametrize("kind", ["absent", "pipe", "no key", "another's", "passphrase"])
def test_a_key_that_cannot_be_used_is_named(
    kind: str, tmp_path: Path, server_files: Certificates, client_files: Certificates, certs_d: List[Path]
) -> None:
    key = tmp_path / "client.key"
    said = wrong(kind, key, client_files, server_files)
    with pytest.raises(RegistryError, match=said) as caught:
        ask("reg.example", Trust(True, (), ((client_files.certificate_path, str(key)),)))
    assert str(key) in str(caught.value.where)
    assert not caught.value.retryable


@pytest.mark.parametrize("host", ["..", ".", "..:443"])
def test_a_host_is_no_way_out_of_the_folder(host: str, certs_d: List[Path]) -> None:
    folder(certs_d[2].parent, "x")
    (certs_d[2].parent / "half.key").write_text("x")
    certs_d[2].mkdir()
    assert Trust().with_folders([host], [str(certs_d[2])]) == Trust()
