# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS handshakes that each test one property of a server's certificate.

OpenSSL reports only the first defect of a certificate. To tell chain, name and dates apart, each gets a handshake of
its own, with the other checks off.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from typing import Any, Dict, Optional

from .._files.errors import FilesError
from .._files.inputs import check_authorities
from .._text import safe
from .deadline import Deadline
from .errors import AccessError, Trouble
from .system import trouble_of

# openssl/x509_vfy.h. Python does not name these flags, but passes them on.
_NO_CHECK_TIME = 0x200000
_X509_STRICT = 0x20
NOT_YET_VALID, EXPIRED = 9, 10
HOST_MISMATCH, ADDRESS_MISMATCH = 62, 64


class Trust:
    """Which certificates are trusted.

    :param ca_path: a file or directory of certificate authorities (PEM), instead of the node's own.
    :raises AccessError: it cannot be used.
    """

    def __init__(self, ca_path: Optional[str] = None) -> None:
        self._ca_path = ca_path
        self.context()

    def context(self, verify: bool = True, name: bool = True, time: bool = True) -> ssl.SSLContext:
        """What to verify: the chain, and with it the name and the dates."""
        path = self._ca_path
        try:
            if path and os.path.isdir(path):
                context = ssl.create_default_context(capath=path)
            else:
                context = ssl.create_default_context(cafile=path and check_authorities(path))
        except (OSError, ValueError, FilesError) as error:
            raise AccessError(
                "the certificate authorities cannot be read: {0}".format(safe(error, 160)),
                where="ca_path",
                hint="Use an existing file on the node with certificates in PEM format.",
            ) from error
        # The engines, written in Go, are less strict than Python 3.13.
        context.verify_flags = ssl.VerifyFlags(int(context.verify_flags) & ~_X509_STRICT)
        context.hostname_checks_common_name = False
        context.check_hostname = verify and name
        context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
        if not time:
            context.verify_flags = ssl.VerifyFlags(int(context.verify_flags) | _NO_CHECK_TIME)
        return context


def shake_hands(sock: socket.socket, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """Start TLS on a connection. On failure the socket is closed.

    :raises Trouble: C(certificate) with OpenSSL's code, C(tls), or the connection's error.
    """
    try:
        sock.settimeout(deadline.left())
        return context.wrap_socket(sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        sock.close()
        text = safe(error.verify_message or error.reason or error, 160)
        raise Trouble("certificate", text, int(error.verify_code or 0)) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        sock.close()
        raise Trouble("reset", "the server ended the connection") from error
    except ssl.SSLError as error:
        sock.close()
        if "timed out" in str(error):
            raise Trouble("timeout", "no answer within {0:g} seconds".format(deadline.seconds)) from error
        raise Trouble("tls", safe((error.reason or str(error)).replace("_", " ").lower(), 120)) from error
    except OSError as error:
        sock.close()
        trouble = trouble_of(error)
        if trouble.kind == "timeout":
            trouble = Trouble("timeout", "no answer within {0:g} seconds".format(deadline.seconds))
        raise trouble from error
    except (ValueError, Trouble) as error:
        sock.close()
        raise error if isinstance(error, Trouble) else Trouble("tls", safe(error, 120)) from error


def certificate_of(sock: ssl.SSLSocket) -> Dict[str, Any]:
    """The verified certificate of the other side; the connection is closed."""
    with contextlib.closing(sock):
        return sock.getpeercert() or {}


def names_of(certificate: Dict[str, Any]) -> Any:
    """The names and addresses that a certificate is for."""
    return tuple(safe(value, 120) for _kind, value in certificate.get("subjectAltName", ())[:20])
