# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Harbor reaches other registries: by their URL for real, with TLS and tokens, and Go's words for failures."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import quote, urlencode, urljoin, urlsplit

from .harbor_versions import Version

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_REPOSITORY = re.compile(r"/v2/(?P<name>.+?)/(?:manifests/|blobs/|tags/list)")
REDIRECTS = (301, 302, 303, 307, 308)
TIMEOUT = 30.0
STEP = 64 * 1024


class Endpoint(NamedTuple):
    """A registry as Harbor has stored it."""

    url: str
    access_key: str = ""
    access_secret: str = ""
    insecure: bool = False
    ca_certificate: str = ""

    @property
    def basic(self) -> Optional[str]:
        if not self.access_key and not self.access_secret:
            return None
        text = "{0}:{1}".format(self.access_key, self.access_secret)
        return "Basic " + base64.b64encode(text.encode()).decode()


class UpstreamError(Exception):
    """Another registry refused, or could not be reached; the text is what Harbor writes.

    :ivar status: of the reply; 0 where there was none.
    """

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Answer(NamedTuple):
    """A reply with the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outside:
    """The way out of one Harbor.

    :param resolve: host name (with or without port) to where it is really found: another sandbox server, or
        C(address:port); with C(http://) in front it is spoken to without TLS whatever the URL says.
    :param ca_path: a file with authorities that this Harbor trusts beside the system's.
    """

    def __init__(self, version: Version, resolve: Optional[Mapping[str, Any]] = None, ca_path: Optional[str] = None):
        self.version = version
        self.resolve = dict(resolve or {})
        self._ca_path = ca_path
        self._contexts: Dict[Tuple[bool, str], ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def _context(self, endpoint: Endpoint) -> ssl.SSLContext:
        # An authority of the endpoint's own goes before C(insecure).
        key = (endpoint.insecure and not endpoint.ca_certificate, endpoint.ca_certificate)
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = self._new_context(*key)
            return self._contexts[key]

    def _new_context(self, insecure: bool, certificate: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=certificate or None)
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self._ca_path and not certificate:
            context.load_verify_locations(cafile=self._ca_path)
        return context

    def _where(self, scheme: str, netloc: str) -> Tuple[str, int, bool]:
        """Address, port, and whether TLS is spoken."""
        host = urlsplit("//" + netloc).hostname or ""
        target = self.resolve.get(netloc) or self.resolve.get(host)
        if target is None:
            parts = urlsplit("//" + netloc)
            return parts.hostname or "", parts.port or (443 if scheme == "https" else 80), scheme == "https"
        if not isinstance(target, str):
            target = target.url
        plain = target.startswith("http://")
        parts = urlsplit(target if "://" in target else "//" + target)
        return parts.hostname or "", parts.port or 443, scheme == "https" and not plain

    def ask(
        self,
        endpoint: Endpoint,
        method: str,
        url: str,
        headers: Optional[Mapping[str, str]] = None,
        body: Optional[Iterable[Any]] = None,
        length: int = 0,
    ) -> Answer:
        """One request. GETs follow redirects, without the login where the host is another one.

        :param body: the parts of the body, C(length) bytes together.
        :raises UpstreamError: there was no reply.
        """
        wanted = dict(headers or {})
        first = urlsplit(url).netloc
        for _redirect in range(10):
            answer = self._ask(endpoint, method, url, wanted, body, length)
            if answer.status not in REDIRECTS or method not in ("GET", "HEAD"):
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            if urlsplit(url).netloc != first:
                wanted.pop("Authorization", None)
        raise UpstreamError("{0}: stopped after 10 redirects".format(self._call(method, url)))

    def _ask(
        self, endpoint: Endpoint, method: str, url: str, headers: Mapping[str, str], body: Any, length: int
    ) -> Answer:
        parts = urlsplit(url)
        connection: Optional[http.client.HTTPConnection] = None
        try:
            connection = self._connect(endpoint, parts.scheme, parts.netloc)
            target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", parts.netloc)
            connection.putheader("User-Agent", "harbor-registry-client")
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None or method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(length))
            connection.endheaders()
            # A server that refuses early has its reply read, not the broken pipe reported.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for part in body or ():
                    connection.send(part)
            reply = connection.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException) as problem:
            raise UpstreamError(
                "{0}: {1}".format(self._call(method, url), self._words(problem, parts.netloc))
            ) from None
        finally:
            if connection is not None:
                connection.close()
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, content)

    def _connect(self, endpoint: Endpoint, scheme: str, netloc: str) -> http.client.HTTPConnection:
        address, port, tls = self._where(scheme, netloc)
        connection = http.client.HTTPConnection(address, port, timeout=TIMEOUT)
        connection.connect()
        if tls:
            name = urlsplit("//" + netloc).hostname
            try:
                connection.sock = self._context(endpoint).wrap_socket(connection.sock, server_hostname=name)
            except OSError:
                connection.close()
                raise
        return connection

    def _call(self, method: str, url: str) -> str:
        """A request as Go's errors begin: since Go 1.14 with quotes."""
        name = method.capitalize()
        return '{0} "{1}"'.format(name, url) if self.version.modern else "{0} {1}".format(name, url)

    def _words(self, problem: Exception, netloc: str) -> str:
        host = urlsplit("//" + netloc).hostname or ""
        if isinstance(problem, socket.gaierror):
            return "dial tcp: lookup {0} on 127.0.0.11:53: no such host".format(host)
        if isinstance(problem, ssl.SSLCertVerificationError):
            # Go 1.20, so from 2.8 on, says who complains.
            prefix = "tls: failed to verify certificate: " if self.version.at_least(2, 8) else ""
            return prefix + self._certificate_words(problem, host)
        if isinstance(problem, ssl.SSLError):
            return "http: server gave HTTP response to HTTPS client"
        if isinstance(problem, ConnectionRefusedError):
            address, port, _tls = self._where("https", netloc)
            return "dial tcp {0}:{1}: connect: connection refused".format(address, port)
        if isinstance(problem, (ConnectionResetError, http.client.RemoteDisconnected)):
            return "EOF"
        if isinstance(problem, (socket.timeout, TimeoutError)):
            return "net/http: timeout awaiting response headers"
        return str(problem)

    @staticmethod
    def _certificate_words(problem: ssl.SSLCertVerificationError, host: str) -> str:
        text = problem.verify_message
        if "expired" in text:
            return "x509: certificate has expired or is not yet valid"
        if "Hostname mismatch" in text or "IP address mismatch" in text:
            return "x509: certificate is not valid for any names, but wanted to match {0}".format(host)
        return "x509: certificate signed by unknown authority"


class RegistryClient:
    """The distribution API of one registry, with the scheme of authentication that it asks for.

    :raises UpstreamError: (all calls) with the registry's own words.
    """

    def __init__(self, outside: Outside, endpoint: Endpoint) -> None:
        self.outside = outside
        self.endpoint = endpoint
        self._challenge: Optional[str] = None
        self._tokens: Dict[str, Tuple[str, float]] = {}

    def ping(self) -> None:
        """Reaches the registry with the stored login."""
        self.ask("GET" if self.outside.version.modern else "HEAD", "/v2/")

    def ask(
        self,
        method: str,
        path: str,
        headers: Optional[Mapping[str, str]] = None,
        body: Optional[Callable[[], Iterator[Any]]] = None,
        length: int = 0,
        missing: bool = False,
    ) -> Answer:
        """
        :param path: the path, or a whole URL.
        :param missing: 404 is an answer, too.
        """
        url = urljoin(self.endpoint.url + "/", path)
        wanted = dict(headers or {})
        wanted.update(self._authorization(method, url))
        parts = body() if body is not None else None
        answer = self.outside.ask(self.endpoint, method, url, wanted, parts, length)
        if not 200 <= answer.status < 300 and not (missing and answer.status == 404):
            text = "http status code: {0}, body: {1}"
            raise UpstreamError(text.format(answer.status, answer.body.decode("utf-8", "replace")), answer.status)
        return answer

    def _authorization(self, method: str, url: str) -> Dict[str, str]:
        parts, own = urlsplit(url), urlsplit(self.endpoint.url)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            return {}
        if self._challenge is None:
            answer = self.outside.ask(self.endpoint, "GET", self.endpoint.url + "/v2/")
            self._challenge = answer.headers.get("www-authenticate", "")
        scheme = self._challenge.partition(" ")[0].lower()
        if scheme == "bearer":
            return {"Authorization": "Bearer " + self._token(method, parts.path)}
        if scheme == "basic" and self.endpoint.basic:
            return {"Authorization": self.endpoint.basic}
        return {}

    def _token(self, method: str, path: str) -> str:
        scope = _scope(method, path)
        text, expires = self._tokens.get(scope, ("", 0.0))
        if time.monotonic() < expires:
            return text
        values = dict(_PARAMETER.findall(self._challenge or ""))
        query = [("service", values.get("service", ""))] + ([("scope", scope)] if scope else [])
        realm = values.get("realm", "")
        url = "{0}{1}{2}".format(realm, "&" if "?" in realm else "?", urlencode(query))
        headers = {"Authorization": self.endpoint.basic} if self.endpoint.basic else {}
        answer = self.outside.ask(self.endpoint, "GET", url, headers)
        if answer.status != 200:
            told = answer.body.decode("utf-8", "replace")
            raise UpstreamError("http status code: {0}, body: {1}".format(answer.status, told), answer.status)
        reply = json.loads(answer.body)
        text = reply.get("token") or reply.get("access_token") or ""
        self._tokens[scope] = (text, time.monotonic() + float(reply.get("expires_in") or 60) / 2)
        return text

    # Blobs and lists

    def has_blob(self, repository: str, digest: str) -> bool:
        return self.ask("HEAD", "/v2/{0}/blobs/{1}".format(repository, digest), missing=True).status != 404

    def push_blob(self, repository: str, digest: str, length: int, body: Callable[[], Iterator[Any]]) -> None:
        started = self.ask("POST", "/v2/{0}/blobs/uploads/".format(repository))
        location = urljoin(self.endpoint.url + "/", started.headers.get("location", ""))
        mark = "&" if "?" in location else "?"
        where = "{0}{1}digest={2}".format(location, mark, quote(digest, safe=""))
        self.ask("PUT", where, {"Content-Type": "application/octet-stream"}, body, length)

    def push_manifest(self, repository: str, reference: str, media_type: str, raw: bytes) -> None:
        path = "/v2/{0}/manifests/{1}".format(repository, reference)
        self.ask("PUT", path, {"Content-Type": media_type}, lambda: iter((raw,)), len(raw))

    def names(self, path: str, key: str) -> List[str]:
        """A list of the registry: repositories of the catalog, or tags; all its pages."""
        found: List[str] = []
        following: Optional[str] = path
        while following:
            answer = self.ask("GET", following)
            found.extend(json.loads(answer.body).get(key) or ())
            link = re.search(r'<([^>]*)>\s*;\s*rel="?next', answer.headers.get("link", ""))
            following = link.group(1) if link else None
        return found


def _scope(method: str, path: str) -> str:
    found = _REPOSITORY.search(path)
    if found:
        actions = {"GET": "pull", "HEAD": "pull", "DELETE": "*"}.get(method, "pull,push")
        return "repository:{0}:{1}".format(found.group("name"), actions)
    return "registry:catalog:*" if path.endswith("/v2/_catalog") else ""
