# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of IAM that other services' clients need: projects, the account, and its users."""

from __future__ import annotations

from typing import Any, Dict, Match

from .http_message import Request, Response
from .huaweicloud_requests import Account, RefusedError, reply_json


class Iam:
    """
    :param users: id to name of the account's users.
    """

    def __init__(self, users: Dict[str, str]) -> None:
        self.users = users
        self.routes = [
            ("GET", r"/v3/projects", self._projects),
            ("GET", r"/v3/auth/domains", self._domains),
            ("GET", r"/v3/users", self._list_users),
            ("GET", r"/v3/users/([^/]+)", self._one_user),
        ]

    @staticmethod
    def _projects(request: Request, account: Account, _match: Match[str], _body: Any) -> Response:
        wanted = request.param("name")
        projects = [
            {"id": number, "name": name, "enabled": True, "is_domain": False}
            for name, number in sorted(account.projects.items())
            if wanted in (None, name)
        ]
        return reply_json(200, {"projects": projects, "links": {"next": None, "previous": None}})

    @staticmethod
    def _domains(_request: Request, account: Account, _match: Match[str], _body: Any) -> Response:
        domain = {"id": account.domain_id, "name": "sandbox", "enabled": True, "description": ""}
        return reply_json(200, {"domains": [domain], "links": {"next": None, "previous": None}})

    def _list_users(self, request: Request, account: Account, _match: Match[str], _body: Any) -> Response:
        self._allow(request, account, "iam:users:listUsers")
        wanted = request.param("name")
        users = [self._user(user_id) for user_id, name in sorted(self.users.items()) if wanted in (None, name)]
        return reply_json(200, {"users": users, "links": {"next": None, "previous": None}})

    def _one_user(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        self._allow(request, account, "iam:users:getUser")
        if match.group(1) not in self.users:
            raise RefusedError(404, "IAM.0004", "Could not find user: " + match.group(1))
        return reply_json(200, {"user": self._user(match.group(1))})

    def _user(self, user_id: str) -> Dict[str, Any]:
        return {"id": user_id, "name": self.users[user_id], "enabled": True, "domain_id": "sandbox"}

    @staticmethod
    def _allow(request: Request, account: Account, action: str) -> None:
        """Users belong to the account and to no project, so that the request must name the account."""
        if request.headers.get("x-domain-id") != account.domain_id:
            raise RefusedError(403, "IAM.0002", "You are not authorized to perform the requested action.")
        if not account.looks_up_users:
            raise RefusedError(403, "IAM.0002", "Policy doesn't allow {0} to be performed.".format(action))
