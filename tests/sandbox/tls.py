# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority and certificates of servers and clients for tests, made by the C(openssl) program."""

from __future__ import annotations

import atexit
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
from typing import List, Sequence

NAMES = ("localhost", "127.0.0.1", "::1")
_lock = threading.Lock()
_shared: List[Certificates] = []


class Certificates:
    """Files C(ca.pem), C(server.pem) and C(server.key) in a directory; made when they are not there.

    :param directory: where to make them. Servers that share it share the authority.
    :param names: host names and addresses of the server.
    :param days: how long its certificate is good for; a negative number makes one that has expired.
    :param label: what the server's own files are called, where several servers share the directory.
    :raises RuntimeError: the C(openssl) program is missing or failed.
    """

    def __init__(self, directory: str, names: Sequence[str] = NAMES, days: int = 3650, label: str = "server") -> None:
        self.ca_path = os.path.join(directory, "ca.pem")
        self.certificate_path = os.path.join(directory, label + ".pem")
        self.key_path = os.path.join(directory, label + ".key")
        if not os.path.exists(self.certificate_path):
            os.makedirs(directory, exist_ok=True)
            self._make(directory, names, label, days)

    @classmethod
    def shared(cls) -> Certificates:
        """One set for the whole process; making it costs a few tens of milliseconds."""
        with _lock:
            if not _shared:
                directory = tempfile.mkdtemp(prefix="sandbox-tls-")
                atexit.register(shutil.rmtree, directory, ignore_errors=True)
                _shared.append(cls(directory))
            return _shared[0]

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate_path, self.key_path)
        return context

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_path)

    def _make(self, directory: str, names: Sequence[str], label: str, days: int) -> None:
        ca_key = os.path.join(directory, "ca.key")
        request = os.path.join(directory, label + ".csr")
        extensions = os.path.join(directory, label + ".ext")
        alternative = ",".join(
            "{0}:{1}".format("IP" if ":" in name or name.replace(".", "").isdigit() else "DNS", name) for name in names
        )
        with open(extensions, "w", encoding="ascii") as handle:
            handle.write("subjectAltName={0}\nextendedKeyUsage=serverAuth,clientAuth\n".format(alternative))
            handle.write("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n")
            # Python 3.13 and later refuse certificates without these (VERIFY_X509_STRICT).
            handle.write("subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256"]
        if not os.path.exists(self.ca_path):
            subject = ["-days", "3650", "-subj", "/CN=sandbox CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
            self._openssl(["req", "-x509", *key, *subject, "-keyout", ca_key, "-out", self.ca_path])
        self._openssl(["req", *key, "-subj", "/CN=" + names[0], "-keyout", self.key_path, "-out", request])
        self._openssl(
            ["x509", "-req", "-in", request, "-CA", self.ca_path, "-CAkey", ca_key, "-sha256"]
            + ["-set_serial", str(1 + int.from_bytes(os.urandom(8), "big"))]
            + ["-days", str(days), "-extfile", extensions, "-out", self.certificate_path]
        )

    @staticmethod
    def _openssl(arguments: List[str]) -> None:
        program = shutil.which("openssl")
        if program is None:
            raise RuntimeError("the sandbox needs the program openssl for TLS")
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError("openssl {0} failed: {1}".format(arguments[0], done.stderr.strip()))
