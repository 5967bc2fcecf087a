# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints under C(/_sandbox/) by which playbooks and other programs drive a sandbox server."""

from __future__ import annotations

import json
from typing import Any

from .faults import Fault
from .http_message import Request, Response


def reply(value: Any, status: int = 200) -> Response:
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


class Admin:
    """Faults, log and content of one server over HTTP. No authentication: the server is for loopback only.

    - C(GET /_sandbox/health)
    - C(GET /_sandbox/log) entries, C(?kind=) to choose; C(GET /_sandbox/counts); C(DELETE /_sandbox/log)
    - C(GET|POST|DELETE /_sandbox/faults); POST takes one rule or a list of rules
    - C(POST /_sandbox/reset) faults and log, C(?content=true) also what was pushed
    - C(POST /_sandbox/expire_tokens)
    """

    def __init__(self, server: Any) -> None:
        self._server = server

    def handle(self, request: Request) -> Response:
        what = request.path[len("/_sandbox/") :].strip("/")
        handler = getattr(self, "{0}_{1}".format(request.method.lower(), what), None)
        if handler is None or not what.replace("_", "").isalpha():
            return reply({"error": "no such endpoint"}, 404)
        return handler(request)

    def get_health(self, _request: Request) -> Response:
        return reply({"ready": True, "kind": self._server.kind, "errors": self._server.server.errors})

    def get_log(self, request: Request) -> Response:
        return reply([entry.as_dict() for entry in self._server.log.entries(request.param("kind"))])

    def get_counts(self, _request: Request) -> Response:
        return reply(self._server.log.counts())

    def delete_log(self, _request: Request) -> Response:
        self._server.log.reset()
        return reply({})

    def get_faults(self, _request: Request) -> Response:
        return reply([fault.as_dict() for fault in self._server.faults])

    def post_faults(self, request: Request) -> Response:
        try:
            given = json.loads(request.body.read())
            rules = [Fault.from_mapping(item) for item in (given if isinstance(given, list) else [given])]
        except (ValueError, TypeError) as problem:
            return reply({"error": str(problem)}, 400)
        for rule in rules:
            self._server.faults.add(rule)
        return reply([rule.as_dict() for rule in rules], 201)

    def delete_faults(self, _request: Request) -> Response:
        self._server.faults.clear()
        return reply({})

    def post_reset(self, request: Request) -> Response:
        self._server.reset(content=request.param("content") == "true")
        return reply({})

    def post_expire_tokens(self, _request: Request) -> Response:
        self._server.expire_tokens()
        return reply({})
