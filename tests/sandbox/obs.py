# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The object storage that SWR sends clients to for blobs: another host, signed URLs, no patience for credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any, Optional
from urllib.parse import quote

from . import faults as fault_actions
from .http_message import Request, Response
from .http_server import HttpServer
from .request_log import Entry

XML = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{0}</Code><Message>{1}</Message></Error>'
PREFIX = "/docker/registry/v2/blobs/"


def refusal(status: int, code: str, message: str) -> Response:
    return Response(status, XML.format(code, message).encode(), {"Content-Type": "application/xml"})


class ObjectStorage:
    """A second listener that serves the blobs of a sandbox registry.

    :param registry: its storage, faults and log are used; requests are logged as C(obs_get).
    :param host_name: the name in the URLs, another one than the registry's.
    :param lifetime: seconds that a signed URL is good for.
    :param address: the address to listen on, by default the registry's.
    """

    def __init__(
        self,
        registry: Any,
        host_name: str = "localhost",
        port: int = 0,
        lifetime: float = 1200.0,
        address: Optional[str] = None,
    ) -> None:
        self._registry = registry
        self._host_name = host_name
        self._key = secrets.token_bytes(16)
        self.lifetime = lifetime
        self.server = HttpServer(
            self.handle, address or registry.server.host, port, registry.server.ssl_context, registry.name + "-obs"
        )

    @property
    def host(self) -> str:
        if self.server.scheme == "https" and self.server.port == 443:
            return self._host_name
        return "{0}:{1}".format(self._host_name, self.server.port)

    @property
    def url(self) -> str:
        return "{0}://{1}".format(self.server.scheme, self.host)

    def signed_url(self, digest: str) -> str:
        """A URL for GET of the blob, good for a while."""
        path = "{0}{1}/data".format(PREFIX, digest.replace(":", "/"))
        expires = str(int(time.time() + self.lifetime))
        signature = quote(self._sign(path, expires), safe="")
        return "{0}{1}?AccessKeyId=SANDBOX&Expires={2}&Signature={3}".format(self.url, path, expires, signature)

    def _sign(self, path: str, expires: str) -> str:
        text = "GET\n\n\n{0}\n{1}".format(expires, path).encode()
        return base64.b64encode(hmac.new(self._key, text, hashlib.sha1).digest()).decode()

    def handle(self, request: Request) -> Response:
        algorithm, _slash, rest = request.path[len(PREFIX) :].partition("/")
        digest = "{0}:{1}".format(algorithm, rest.partition("/")[0])
        entry = request.entry = Entry("obs_get", request, None, digest)
        entry.query = ""  # It holds the signature.
        entry.server = "obs"
        log = self._registry.log
        log.enter("obs_get")
        try:
            response = self._answer(request, digest, entry)
            entry.status = response.status
        finally:
            log.leave("obs_get")
            log.append(entry)
        return response

    def _answer(self, request: Request, digest: str, entry: Entry) -> Response:
        found = self._registry.faults.match(entry)
        for fault in found:
            entry.fault = fault.action
            early = fault_actions.before(fault, request, self._registry)
            if early is not None:
                return early
        response = self._refuse(request) or self._content(request, digest)
        for fault in found:
            response = fault_actions.after(fault, request, response)
        return response

    def _refuse(self, request: Request) -> Optional[Response]:
        if "authorization" in request.headers:
            return refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
        if request.method != "GET":
            return refusal(403, "SignatureDoesNotMatch", "The request signature does not match")
        expires = request.param("Expires") or ""
        if not hmac.compare_digest(self._sign(request.path, expires), request.param("Signature") or ""):
            return refusal(403, "SignatureDoesNotMatch", "The request signature does not match")
        if not expires.isdigit() or int(expires) < time.time():
            return refusal(403, "AccessDenied", "Request has expired")
        return None

    def _content(self, request: Request, digest: str) -> Response:
        if not self._registry.storage.has_content(digest):
            return refusal(404, "NoSuchKey", "The specified key does not exist.")
        response = self._registry.api.blob_content(digest, request)
        for name in ("Docker-Content-Digest", "Docker-Distribution-Api-Version"):
            response.headers.pop(name, None)
        return response
