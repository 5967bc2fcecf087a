# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operation of the distribution API a request asks for, and what it needs to be allowed."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional, Sequence

from .auth import Need
from .http_message import Request

NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\Z")
_ROUTE = re.compile(
    r"/v2/(?P<name>.+?)/(?:(?P<area>manifests|referrers)/(?P<reference>[^/]+)|blobs/uploads(?:/(?P<upload>[^/]*))?"
    r"|blobs/(?P<digest>[^/]+)|tags/(?P<tags>list))\Z"
)
_MANIFEST = {"GET": "manifest_get", "HEAD": "manifest_head", "PUT": "manifest_put", "DELETE": "manifest_delete"}
_BLOB = {"GET": "blob_get", "HEAD": "blob_head", "DELETE": "blob_delete"}
_UPLOAD = {"PATCH": "upload_patch", "PUT": "upload_put", "GET": "upload_get", "DELETE": "upload_delete"}


class Call(NamedTuple):
    """An operation: its kind (see C(request_log.KINDS)), repository, and tag, digest or upload id."""

    kind: str
    repository: Optional[str]
    reference: Optional[str]
    mount_from: Optional[str] = None


def route(request: Request) -> Call:
    """The operation, of kind C(other) where there is none."""
    path, method = request.path, request.method
    if path in ("/v2/", "/v2"):
        return Call("ping", None, None)
    if path == "/v2/_catalog":
        return Call("catalog", None, None)
    found = _ROUTE.match(path)
    if found is None:
        return Call("other", None, None)
    name = found.group("name")
    if found.group("tags"):
        return Call("tags" if method in ("GET", "HEAD") else "other", name, None)
    if found.group("area") == "manifests":
        return Call(_MANIFEST.get(method, "other"), name, found.group("reference"))
    if found.group("area") == "referrers":
        return Call("referrers" if method == "GET" else "other", name, found.group("reference"))
    if found.group("digest"):
        return Call(_BLOB.get(method, "other"), name, found.group("digest"))
    if found.group("upload"):
        return Call(_UPLOAD.get(method, "other"), name, found.group("upload"))
    if method != "POST":
        return Call("other", name, None)
    if request.param("mount"):
        return Call("mount", name, request.param("mount"), request.param("from"))
    return Call("upload_post", name, request.param("digest"))


def needs_of(call: Call) -> Sequence[Need]:
    """The actions, by repository, that a token or user must have for the operation."""
    if call.kind == "catalog":
        return [("catalog", "*")]
    if call.repository is None:
        return []
    if call.kind in ("manifest_delete", "blob_delete"):
        return [(call.repository, "delete")]
    if call.kind.startswith("upload") or call.kind in ("mount", "manifest_put"):
        return [(call.repository, "pull"), (call.repository, "push")]
    return [(call.repository, "pull")]
