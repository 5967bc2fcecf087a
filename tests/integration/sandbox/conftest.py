# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the sandbox's Harbor share: a caller of its API, and an SWR that it reaches by its real name."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, Optional

import pytest

from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.probe import Reply, ask, basic
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

VERSIONS = ("1.10.19", "2.4.1", "2.9.5", "2.15.2")
SWR_NAME = "swr.cn-north-4.myhuaweicloud.com"
ACCESS_KEY = "cn-north-4@SANDBOXACCESSKEY"
SECRET = login_password("SANDBOXACCESSKEY", "sandbox-secret-key")
ADMIN = ("admin", "Harbor12345")


class Caller:
    """Calls one Harbor as a user, with nothing hidden."""

    def __init__(self, harbor: HarborServer, login: Any = ADMIN) -> None:
        self.harbor = harbor
        self.login = login

    def __call__(self, method: str, path: str, body: Any = None, headers: Optional[Dict[str, str]] = None) -> Reply:
        wanted = {} if body is None else {"Content-Type": "application/json"}
        wanted.update(basic(*self.login) if self.login else {})
        wanted.update(headers or {})
        text = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        return ask(self.harbor.api + path, method, text, wanted)

    def get(self, path: str) -> Any:
        reply = self("GET", path)
        assert reply.status == 200, (reply.status, reply.body)
        return reply.json()

    def make(self, path: str, body: Any) -> int:
        """Makes something; its number."""
        reply = self("POST", path, body)
        assert reply.status == 201, (reply.status, reply.body)
        return int(reply.headers["location"].rpartition("/")[2])

    def endpoint(self, **more: Any) -> int:
        """An endpoint for SWR, by its real name, with its login."""
        credential = {"type": "basic", "access_key": ACCESS_KEY, "access_secret": SECRET}
        body = {"name": "swr", "type": "huawei-SWR", "url": "https://" + SWR_NAME, "insecure": True}
        return self.make("/registries", dict(body, credential=credential, **more))

    def policy(self, **more: Any) -> int:
        """A policy to the endpoint 1."""
        body = {
            "name": "to-swr",
            "dest_registry": {"id": 1},
            "dest_namespace": "team",
            "filters": [{"type": "name", "value": "library/**"}],
            "trigger": {"type": "manual"},
            "override": True,
            "enabled": True,
        }
        return self.make("/replication/policies", dict(body, **more))

    def run(self, policy: int = 1) -> Dict[str, Any]:
        """An execution, at its end."""
        return self.finished(self.make("/replication/executions", {"policy_id": policy}))

    def execution(self, number: int) -> Dict[str, Any]:
        return self.get("/replication/executions/{0}".format(number))

    def finished(self, number: int) -> Dict[str, Any]:
        return self.until(number, lambda shown: shown["status"] != "InProgress")

    def until(self, number: int, holds: Callable[[Dict[str, Any]], bool]) -> Dict[str, Any]:
        deadline = time.monotonic() + 10
        while True:
            shown = self.execution(number)
            if holds(shown):
                return shown
            assert time.monotonic() < deadline, shown
            time.sleep(0.01)

    def tasks(self, execution: int) -> Any:
        return self.get("/replication/executions/{0}/tasks".format(execution))

    def log(self, execution: int, task: int) -> str:
        reply = self("GET", "/replication/executions/{0}/tasks/{1}/log".format(execution, task))
        assert (reply.status, reply.headers["content-type"]) == (200, "text/plain"), reply
        return reply.body.decode()


def prepared(world: Callable[..., Caller], version: str, *names: str, **more: Any) -> Caller:
    """A Harbor with these repositories (two tags each), an endpoint and a policy."""
    call = world(version, **more)
    for name in names or ("library/nginx",):
        for tag in ("1", "2"):
            call.harbor.load(images.docker_image("{0}:{1}".format(name, tag)), name, tag)
    call.endpoint()
    call.policy()
    return call


def message(reply: Reply) -> str:
    """The words of an error, in either shape."""
    document = reply.json()
    return document["errors"][0]["message"] if "errors" in document else document["message"]


@pytest.fixture
def secure_swr(sandbox_swr: Callable[..., Swr]) -> Swr:
    """An SWR with TLS that no Harbor trusts by itself, and the organization C(team)."""
    keys = {"SANDBOXACCESSKEY": "sandbox-secret-key"}
    return sandbox_swr(keys=keys, organizations=["team"], tls=True)


@pytest.fixture
def world(sandbox_harbor: Callable[..., HarborServer], secure_swr: Swr) -> Callable[..., Caller]:
    """Makes callers of new Harbors: C(world("2.9.5", options={...}))."""

    def make(version: str = "2.9.5", **more: Any) -> Caller:
        return Caller(sandbox_harbor(version=version, **dict({"resolve": {SWR_NAME: secure_swr}}, **more)))

    return make
