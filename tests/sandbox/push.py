# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pushes test images through the distribution API, to a sandbox or to a real registry."""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple
from urllib.parse import quote, urljoin, urlsplit

from .images import Image

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class PushError(Exception):
    """The registry refused something; the text has method, URL, status and the beginning of the reply."""


class Pusher:
    """A plain client of one registry, for preparing tests: no retries, one connection.

    :param url: C(http://host:port) or C(https://...). :param auth: user and password, or None.
    :param ca_path: the certificate authority to trust.
    """

    def __init__(self, url: str, auth: Optional[Tuple[str, str]] = None, ca_path: Optional[str] = None) -> None:
        self._url = url.rstrip("/")
        self._auth = auth
        self._context = ssl.create_default_context(cafile=ca_path) if url.startswith("https") else None
        self._connections: Dict[Tuple[str, str], http.client.HTTPConnection] = {}
        self._authorization: Optional[str] = None

    def __enter__(self) -> Pusher:
        return self

    def __exit__(self, *_exception: Any) -> None:
        self.close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def push(self, image: Image, repository: str, tag: Optional[str] = None) -> str:
        """Pushes an image with its children. Without a tag it is pushed by digest, which is returned."""
        for child in image.children:
            self.push(child, repository)
        for blob in image.blobs:
            if not blob.urls:
                self.push_blob(repository, blob)
        path = "/v2/{0}/manifests/{1}".format(repository, tag or image.digest)
        self._ask("PUT", path, repository, {"Content-Type": image.media_type}, image.raw, expect=(201,))
        return image.digest

    def push_blob(self, repository: str, blob: Any) -> None:
        """Pushes one blob unless the repository has it."""
        there = "/v2/{0}/blobs/{1}".format(repository, blob.digest)
        if self._ask("HEAD", there, repository, expect=(200, 404))[0] == 200:
            return
        _status, headers, _body = self._ask(
            "POST", "/v2/{0}/blobs/uploads/".format(repository), repository, expect=(202,)
        )
        location = urljoin(self._url + "/", headers["location"])
        mark = "&" if "?" in location else "?"
        self._ask(
            "PUT",
            "{0}{1}digest={2}".format(location, mark, quote(blob.digest, safe="")),
            repository,
            {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"},
            blob.chunks,
            expect=(201,),
        )

    def _ask(
        self,
        method: str,
        path: str,
        repository: str,
        headers: Optional[Mapping[str, str]] = None,
        body: Any = None,
        expect: Iterable[int] = (200,),
    ) -> Tuple[int, Dict[str, str], bytes]:
        url = urljoin(self._url + "/", path)
        status, found, text = self._send(method, url, self._authorization, headers, body)
        if status == 401 and "www-authenticate" in found:
            self._authorization = self._login(found["www-authenticate"], repository)
            status, found, text = self._send(method, url, self._authorization, headers, body)
        if status not in expect:
            raise PushError("{0} {1}: {2} {3}".format(method, url.partition("?")[0], status, text[:300]))
        return status, found, text

    def _login(self, challenge: str, repository: str) -> Optional[str]:
        basic = None
        if self._auth is not None:
            basic = "Basic " + base64.b64encode(":".join(self._auth).encode()).decode()
        if not challenge.lower().startswith("bearer"):
            return basic
        values = dict(_PARAMETER.findall(challenge))
        scope = quote("repository:{0}:pull,push".format(repository), safe="")
        mark = "&" if "?" in values["realm"] else "?"
        url = "{0}{1}service={2}&scope={3}".format(values["realm"], mark, quote(values.get("service", "")), scope)
        status, _headers, body = self._send("GET", url, basic)
        if status != 200:
            raise PushError("GET {0}: {1} {2}".format(values["realm"], status, body[:300]))
        reply = json.loads(body)
        return "Bearer " + (reply.get("token") or reply["access_token"])

    def _send(
        self,
        method: str,
        url: str,
        authorization: Optional[str],
        headers: Optional[Mapping[str, str]] = None,
        body: Any = None,
    ) -> Tuple[int, Dict[str, str], bytes]:
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.netloc)
        wanted = dict(headers or {})
        if authorization:
            wanted["Authorization"] = authorization
        target = parts.path + ("?" + parts.query if parts.query else "")
        content = body() if callable(body) else body
        connection.request(method, target, content if content is not None else b"", wanted)
        reply = connection.getresponse()
        text = reply.read()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, text

    def _connection(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        key = (scheme, netloc)
        if key not in self._connections:
            if scheme == "https":
                self._connections[key] = http.client.HTTPSConnection(netloc, timeout=60, context=self._context)
            else:
                self._connections[key] = http.client.HTTPConnection(netloc, timeout=60)
        return self._connections[key]


def push(
    image: Image,
    registry_url: str,
    repository: str,
    tag: Optional[str] = None,
    auth: Optional[Tuple[str, str]] = None,
    ca_path: Optional[str] = None,
) -> str:
    """Pushes one image through the distribution API; returns its digest.

    :raises PushError: the registry refused it.
    """
    with Pusher(registry_url, auth, ca_path) as pusher:
        return pusher.push(image, repository, tag)
