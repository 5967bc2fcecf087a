# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints under C(/_sandbox/) that only a Harbor has."""

from __future__ import annotations

import json
from typing import Any, Dict

from .admin import Admin, reply
from .http_message import Request, Response


class HarborAdmin(Admin):
    """Beside what every sandbox server has:

    - C(POST /_sandbox/restart) with C(seconds) and C(refuse)
    - C(POST /_sandbox/push) with C(repository) and C(reference): the event that an artifact was pushed
    - C(POST /_sandbox/schedule) with C(policy): the time of a scheduled policy has come
    - C(POST /_sandbox/label) with C(repository), C(reference) and C(name)
    - C(GET /_sandbox/violations): bodies of requests that the version's description does not know
    """

    def get_health(self, _request: Request) -> Response:
        return reply({"ready": True, "kind": self._server.kind, "errors": self._server.defects})

    def get_violations(self, _request: Request) -> Response:
        return reply(self._server.violations)

    def post_restart(self, request: Request) -> Response:
        given = self._body(request)
        self._server.restart(float(given.get("seconds", 1.0)), bool(given.get("refuse", False)))
        return reply({})

    def post_push(self, request: Request) -> Response:
        given = self._body(request)
        if not given.get("repository") or not given.get("reference"):
            return reply({"error": "needs a repository and a reference"}, 400)
        started = self._server.push_event(given["repository"], given["reference"], bool(given.get("deleted")))
        return reply({"executions": [execution.id for execution in started]})

    def post_schedule(self, request: Request) -> Response:
        try:
            execution = self._server.fire_schedule(self._body(request).get("policy", ""))
        except ValueError as problem:
            return reply({"error": str(problem)}, 400)
        return reply({"execution": execution.id})

    def post_label(self, request: Request) -> Response:
        given = self._body(request)
        try:
            self._server.label(given.get("repository", ""), given.get("reference", ""), given.get("name", ""))
        except ValueError as problem:
            return reply({"error": str(problem)}, 400)
        return reply({})

    @staticmethod
    def _body(request: Request) -> Dict[str, Any]:
        try:
            given = json.loads(request.body.read() or b"{}")
        except ValueError:
            return {}
        return given if isinstance(given, dict) else {}
