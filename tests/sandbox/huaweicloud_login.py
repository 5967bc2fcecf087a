# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWR's calls that give out logins: CreateSecret, CreateAuthorizationToken, and credentials of instances of the
Enterprise Edition."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from typing import Any, Callable, Dict, Match

from .http_message import Request, Response
from .huaweicloud_requests import BOTH, ERRORS, LIST, Account, RefusedError, reply_json

_LIFETIME = {"temporary": 6 * 3600, "enhanced": 24 * 3600}


class Logins:
    """
    :param instances: id to name of the instances of the Enterprise Edition.
    :ivar issued: user name to password of each login that was given out.
    :ivar credentials: the names of each instance's long-term credentials.
    :ivar learn: is told each login.
    """

    def __init__(self, region: str, registry: str, clock: Callable[[], float], instances: Dict[str, str]) -> None:
        self._region = region
        self._registry = registry
        self._clock = clock
        self._lock = threading.Lock()
        self.instances = instances
        self.issued: Dict[str, str] = {}
        self.credentials: Dict[str, Any] = {number: [] for number in instances}
        self.learn: Callable[[str, str], None] = lambda user, password: None
        self.routes = [
            ("POST", r"/v2/manage/utils/secret", self._create_secret),
            ("POST", r"/v2/manage/utils/authorizationtoken", self._create_token),
            ("GET", r"/v2/([^/]+)/instances", self._list_instances),
            ("GET", r"/v2/([^/]+)/instances/([^/]+)", self._one_instance),
            ("POST", r"/v2/([^/]+)/instances/([^/]+)/temp-credential", self._temporary_credential),
            ("POST", r"/v2/([^/]+)/instances/([^/]+)/long-term-credential", self._lasting_credential),
        ]

    def _create_secret(self, request: Request, account: Account, _match: Match[str], _body: Any) -> Response:
        project = request.param("projectname") or self._region
        if account.projects and project not in account.projects:
            raise RefusedError(400, "SVCSTG.SWR.4001020", "Invalid project name", LIST)
        lifetime = _LIFETIME["temporary"]
        if request.param("duration_seconds") is not None:
            text = request.param("duration_seconds") or ""
            if not text.isdigit() or not 900 <= int(text) <= 86400:
                raise RefusedError(400, "SVCSTG.SWR.4000009", "Invalid duration_seconds", LIST)
            lifetime = int(text)
        return self._issue("{0}@{1}".format(project, account.access_key), lifetime)

    def _create_token(self, _request: Request, account: Account, _match: Match[str], _body: Any) -> Response:
        return self._issue("bearertoken@" + account.access_key, _LIFETIME["enhanced"])

    def _issue(self, username: str, lifetime: int) -> Response:
        password = self._password_for(username)
        auth = base64.b64encode("{0}:{1}".format(username, password).encode()).decode()
        reply = reply_json(200, {"auths": {self._registry: {"auth": auth}}})
        reply.headers["X-Swr-Dockerlogin"] = "docker login -u {0} -p {1} {2}".format(username, password, self._registry)
        moment = time.gmtime(self._clock() + lifetime)
        reply.headers["X-Swr-Expireat"] = time.strftime("%Y-%m-%dT%H:%M:%S.811000Z", moment)
        return reply

    def _password_for(self, username: str) -> str:
        password = secrets.token_hex(32)
        with self._lock:
            self.issued[username] = password
        self.learn(username, password)
        return password

    # The Enterprise Edition

    def _list_instances(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        self._check_project(account, match.group(1))
        found = [self._described(number, match.group(1)) for number in self.instances]
        return reply_json(200, {"total": len(found), "instances": found})

    def _one_instance(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        self._check_instance(account, match)
        return reply_json(200, self._described(match.group(2), match.group(1)))

    def _described(self, number: str, project: str) -> Dict[str, Any]:
        name = self.instances[number]
        host = "{0}-{1}.swr-pro.myhuaweicloud.com".format(name, number[:6])
        return {"id": number, "name": name, "project_id": project, "status": "Running", "access_address": host}

    def _temporary_credential(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        self._check_instance(account, match)
        return self._credential("temp-" + secrets.token_hex(4), 24 * 3600)

    def _lasting_credential(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        self._check_instance(account, match)
        name = body.get("name") if isinstance(body, dict) else None
        if not isinstance(name, str) or not name or set(body) != {"name"}:
            raise RefusedError(400, "SVCSTG.SWR.4000101", "Invalid name", ERRORS)
        names = self.credentials[match.group(2)]
        if name in names:
            raise RefusedError(409, "SVCSTG.SWR.4090101", "The credential already exists", ERRORS)
        names.append(name)
        return self._credential("lt-" + name, 100 * 365 * 86400)

    def _credential(self, username: str, lifetime: int) -> Response:
        now = self._clock()
        moments = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)) for moment in (now, now + lifetime)]
        credential = {"user_id": username, "auth_token": self._password_for(username), "token_id": "1"}
        return reply_json(201, dict(credential, created_at=moments[0], expire_date=moments[1]))

    @staticmethod
    def _check_project(account: Account, project: str) -> None:
        if project not in account.projects.values():
            raise RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden", BOTH)

    def _check_instance(self, account: Account, match: Match[str]) -> None:
        self._check_project(account, match.group(1))
        if match.group(2) not in self.instances:
            raise RefusedError(404, "SVCSTG.SWR.4040100", "The instance does not exist", ERRORS)
