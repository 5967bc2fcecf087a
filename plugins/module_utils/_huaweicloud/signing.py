# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Huawei Cloud's request signature SDK-HMAC-SHA256.

Source: Huawei Cloud's "API Request Signing Guide" (algorithm and example), checked against the Python
package huaweicloudsdkcore 3.1.219. The SDK itself is not used: it pins a pymongo version and writes
to the user's home directory on import.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Dict, Mapping, Optional
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ALGORITHM = "SDK-HMAC-SHA256"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"

# Headers that must arrive unchanged. Others are left out, because a proxy may add or rewrite them.
_SIGNED = ("content-type", "host", "x-domain-id", "x-project-id", "x-sdk-date", "x-security-token")


def _quote(text: str) -> str:
    return quote(text, safe="~")


def _canonical_path(path: str) -> str:
    quoted = "/".join(_quote(part) for part in unquote(path).split("/"))
    return quoted if quoted.endswith("/") else quoted + "/"


def _canonical_query(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join("{0}={1}".format(_quote(key), _quote(value)) for key, value in pairs)


def signature_headers(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    access_key: str,
    secret_key: str,
    security_token: Optional[str] = None,
    date: Optional[str] = None,
) -> Dict[str, str]:
    """The headers that sign a request, to add to its others.

    :param headers: the request's other headers.
    :param date: the time of signing in UTC, such as C(20191115T033655Z); now by default.
    """
    parts = urlsplit(url)
    added = {"X-Sdk-Date": date or time.strftime(_DATE_FORMAT, time.gmtime())}
    if security_token:
        added["X-Security-Token"] = security_token
    # As an HTTP client writes the Host header: with the port only if it is not the scheme's default.
    host = parts.netloc.rpartition("@")[2]
    default_port = {"http": ":80", "https": ":443"}[parts.scheme]
    present = {"host": host[: -len(default_port)] if host.endswith(default_port) else host}
    for name, value in list(headers.items()) + list(added.items()):
        present[name.lower()] = value.strip()
    signed = [name for name in _SIGNED if name in present]
    canonical = "\n".join(
        [method.upper(), _canonical_path(parts.path), _canonical_query(parts.query)]
        + ["{0}:{1}".format(name, present[name]) for name in signed]
        + ["", ";".join(signed), hashlib.sha256(body).hexdigest()]
    )
    to_sign = "\n".join([ALGORITHM, present["x-sdk-date"], hashlib.sha256(canonical.encode("utf-8")).hexdigest()])
    signature = hmac.new(secret_key.encode("utf-8"), to_sign.encode("utf-8"), hashlib.sha256).hexdigest()
    added["Authorization"] = "{0} Access={1}, SignedHeaders={2}, Signature={3}".format(
        ALGORITHM, access_key, ";".join(signed), signature
    )
    return added


class RequestSigner:
    """Signs each attempt of a request; passed to C(requests) as C(auth).

    C(requests) needs only a callable, so this class does not import it.

    :param project_id: of the request's project.
    :param domain_id: of the account, for requests outside projects.
    :ivar skew: seconds by which this machine's clock is ahead of the server's, from its last reply; None: unknown.
    """

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        security_token: Optional[str] = None,
        project_id: Optional[str] = None,
        domain_id: Optional[str] = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.skew: Optional[float] = None
        self._domain_id = domain_id
        self._access_key = access_key
        self._secret_key = secret_key
        self._security_token = security_token
        self._project_id = project_id
        self._clock = clock

    def __call__(self, request: Any) -> Any:
        if self._project_id:
            request.headers["X-Project-Id"] = self._project_id
        if self._domain_id:
            request.headers["X-Domain-Id"] = self._domain_id
        body = request.body or b""
        request.headers.update(
            signature_headers(
                request.method,
                request.url,
                request.headers,
                body.encode("utf-8") if isinstance(body, str) else body,
                self._access_key,
                self._secret_key,
                self._security_token,
                time.strftime(_DATE_FORMAT, time.gmtime(self._clock())),
            )
        )
        request.register_hook("response", self._compare_clocks)
        return request

    def _compare_clocks(self, response: Any, **_settings: Any) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return
        self.skew = self._clock() - theirs
