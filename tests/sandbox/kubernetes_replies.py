# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of the sandbox's Kubernetes API: bodies of success and the C(Status) objects of failures."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from .http_message import Response
from .kubernetes_kinds import Resource

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}
MESSAGES = {
    401: "Unauthorized",
    404: "the server could not find the requested resource",
    405: "the server does not allow this method on the requested resource",
    422: "the server rejected our request due to an error in our request",
    429: "Too many requests, please try again later.",
    500: "Internal error occurred: fault of the sandbox",
    503: "the server is currently unable to handle the request",
    504: "Timeout: request did not complete within the allotted timeout",
}
TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


class StatusError(Exception):
    """The server refuses a request.

    :param message: by default the server's usual one for the status.
    :param details: C(details) of the Status; None leaves them out.
    :param metadata: C(metadata) of the Status.
    """

    def __init__(
        self,
        status: int,
        message: Optional[str] = None,
        details: Optional[Dict[str, Any]] = None,
        metadata: Optional[Dict[str, Any]] = None,
        reason: Optional[str] = None,
    ) -> None:
        super().__init__(message or MESSAGES.get(status, "fault of the sandbox"))
        self.status = status
        self.details = details
        self.metadata = metadata or {}
        self.reason = reason or REASONS.get(status, "")

    def response(self) -> Response:
        if self.status == 429:
            # The server's limiter answers before anything that knows of Status objects.
            headers = {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "1"}
            return Response(429, str(self).encode() + b"\n", headers)
        body: Dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
        }
        if self.details is not None:
            body["details"] = self.details
        return reply(dict(body, code=self.status), self.status)


def reply(value: Any, status: int = 200) -> Response:
    """A reply in JSON; bytes are one already."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Response(status, body, {"Content-Type": "application/json", "Cache-Control": "no-cache, private"})


def no_page() -> Response:
    """The reply to a path outside of all APIs, which is no Status."""
    return Response(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})


def details_of(resource: Resource, name: Optional[str] = None) -> Dict[str, Any]:
    """C(details) of a Status: what it is about."""
    found = {"name": name, "group": resource.group, "kind": resource.name}
    return {key: value for key, value in found.items() if value}


def not_found(resource: Resource, name: str) -> StatusError:
    return StatusError(404, '{0} "{1}" not found'.format(resource.qualified, name), details_of(resource, name))


def forbidden(user: str, verb: str, resource: Resource, namespace: Optional[str], name: Optional[str]) -> StatusError:
    place = 'in the namespace "{0}"'.format(namespace) if namespace else "at the cluster scope"
    what = '{0} "{1}"'.format(resource.qualified, name) if name else resource.qualified
    text = '{0} is forbidden: User "{1}" cannot {2} resource "{3}" in API group "{4}" {5}'
    message = text.format(what, user, verb, resource.name, resource.group, place)
    return StatusError(403, message, details_of(resource, name))
