# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token server whose tokens a real registry believes: JSON Web Tokens with a signature and a certificate.

The form is that of the distribution project's token authentication specification. The sandbox has the token endpoint
with its users, permissions and faults; only what it gives out is different here.
"""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import time
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ..sandbox import BearerAuth, Certificates, Permission, Registry
from ..sandbox.auth import allowed

ISSUER = "token server of the tests"
# The registry accepts tokens this much longer than they say, for clocks that differ.
LEEWAY = 60.0


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode("ascii").rstrip("=")


class SignedTokens(BearerAuth):
    """Bearer authentication whose tokens can be checked by whoever has the certificate authority.

    :param lifetime: seconds for which the registry accepts a token.
    """

    def __init__(self, users: Any, certificates: Certificates, lifetime: float = 300.0, **options: Any) -> None:
        super().__init__(users, ttl=lifetime, **options)
        self._lifetime = lifetime
        self._certificate = ssl.PEM_cert_to_DER_cert(Path(certificates.certificate_path).read_text(encoding="ascii"))
        self._key = load_pem_private_key(Path(certificates.key_path).read_bytes(), None)

    def issue(self, permissions: Sequence[Permission], scopes: Iterable[str], known: bool) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": self.service,
            "sub": "someone" if known else "",
            "iat": now,
            "nbf": now - 60,
            "exp": int(now + self._lifetime - LEEWAY),
            "jti": secrets.token_hex(8),
            "access": _granted(permissions, scopes, known),
        }
        header = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(self._certificate).decode("ascii")]}
        text = ".".join(_encode(json.dumps(part).encode()) for part in (header, claims))
        return "{0}.{1}".format(text, _encode(self._sign(text.encode("ascii"))))

    def _sign(self, text: bytes) -> bytes:
        # A JSON Web Signature has the two numbers side by side, 32 bytes each (RFC 7518, section 3.4).
        numbers = decode_dss_signature(self._key.sign(text, ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)


def _granted(permissions: Sequence[Permission], scopes: Iterable[str], known: bool) -> List[Dict[str, Any]]:
    access = []
    for scope in scopes:
        kind, _colon, rest = scope.partition(":")
        name, _colon, actions = rest.rpartition(":")
        wanted = set(actions.split(","))
        granted = wanted & allowed(permissions, name) if kind == "repository" else (wanted if known else set())
        if granted:
            access.append({"type": kind, "name": name, "actions": sorted(granted)})
    return access


class TokenServer:
    """The endpoint on a port of its own, and what a registry's configuration says of it.

    :ivar requests: the log of what it was asked. :param lifetime: see SignedTokens.
    """

    def __init__(self, folder: Path, users: Any, lifetime: float = 300.0, **options: Any) -> None:
        self._certificates = Certificates(str(folder))
        self.auth = SignedTokens(users, self._certificates, lifetime, **options)
        self.server = Registry(auth=self.auth, name="tokens")

    def __enter__(self) -> TokenServer:
        self.server.start()
        return self

    def __exit__(self, *_exception: Any) -> None:
        self.server.stop()

    def registry_settings(self) -> Dict[str, str]:
        return {
            "realm": "{0}{1}".format(self.server.url, self.auth.token_path),
            "service": self.auth.service,
            "issuer": ISSUER,
            "rootcertbundle": self._certificates.ca_path,
        }

    def count(self, auth: Optional[str] = None) -> int:
        """Tokens asked for, with that kind of Authorization header."""
        return self.server.count("token") if auth is None else self.server.count("token", auth=auth)
