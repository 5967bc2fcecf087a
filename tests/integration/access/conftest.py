# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node and an SWR over TLS, with whatever is wrong between them."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.context import Context, Options
from ansible_collections.longshore.swr.plugins.module_utils._access.errors import Trouble
from ansible_collections.longshore.swr.plugins.module_utils._access.job import report
from ansible_collections.longshore.swr.plugins.module_utils._access.runner import run_checks
from ansible_collections.longshore.swr.plugins.module_utils._access.system import System
from ansible_collections.longshore.swr.plugins.module_utils._access.tls import Trust
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.sandbox.faults import Fault
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates

HOST = "swr.test-1.cloud.example"
OBS = "op-svc-swr-a.obs.test-1.cloud.example"
ACCESS_KEY, SECRET_KEY = "ACCESSKEYOFTHENODE", "secret-key-of-the-node-81"
USER, PASSWORD = "cn-north-4@" + ACCESS_KEY, login_password(ACCESS_KEY, SECRET_KEY)
IMAGE = docker_image("the image of the node", size=200_000)


class Node(System):
    """A node whose names, files, clock and environment the test writes; its network is the real one."""

    def __init__(self) -> None:
        super().__init__({})
        self.names: Dict[str, List[str]] = {HOST: ["127.0.0.1"], OBS: ["127.0.0.1"]}
        self.files: Dict[str, str] = {}
        self.clock_offset = 0.0

    def now(self) -> float:
        return super().now() + self.clock_offset

    def read(self, path: str) -> Optional[str]:
        return self.files.get(path)

    def names_in(self, directory: str) -> List[str]:
        inside = (path[len(directory) + 1 :] for path in self.files if path.startswith(directory + "/"))
        return [name for name in inside if "/" not in name]

    def resolve(self, name: str, deadline: Any) -> List[str]:
        if name not in self.names:
            raise Trouble("dns", "Name or service not known")
        return self.names[name]


class World:
    """A node, an SWR, and a run of the checks.

    :ivar options: of the run, see C(context.Options).
    """

    def __init__(self, swr: Swr, ca_path: str) -> None:
        self.swr = swr
        self.node = Node()
        self.ca_path = ca_path
        self.redactor = Redactor()
        self.text = ""
        self.options: Dict[str, Any] = {
            "host": HOST,
            "port": swr.server.port,
            "expected_addresses": ("127.0.0.1",),
            "repository": "team/app",
            "tag": "1.0",
            "username": USER,
            "password": PASSWORD,
            "timeout": 5.0,
            "time_limit": 60.0,
        }

    def fault(self, **parts: Any) -> None:
        self.swr.faults.add(Fault(**parts))

    def check(self, fail_on: str = "error", **options: Any) -> Dict[str, Any]:
        """The result of the module, in which no secret may show."""
        wanted = Options(**dict(self.options, **options))
        context = Context(wanted, self.node, Trust(self.ca_path), self.redactor.add)
        result = report(context, run_checks(context), fail_on)
        self.text = json.dumps(result)
        secrets = [PASSWORD, SECRET_KEY, context.token]
        if context.blob is not None:
            secrets.append(context.blob.url.partition("?")[2])
        assert [secret for secret in secrets if secret and secret in self.text] == []
        assert "Signature=" not in self.text
        return result

    def statuses(self, **options: Any) -> Dict[str, str]:
        return {check["id"]: check["status"] for check in self.check(**options)["checks"]}


def by_status(result: Mapping[str, Any], status: str) -> List[str]:
    return [check["id"] for check in result["checks"] if check["status"] == status]


def finding(result: Mapping[str, Any], name: str) -> Dict[str, Any]:
    return next(check for check in result["checks"] if check["id"] == name)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Certificates]:
    """Certificates for these names and days, each kind made once."""
    made: Dict[Tuple[Any, ...], Certificates] = {}

    def make(names: Tuple[str, ...] = (HOST, OBS), days: int = 3650) -> Certificates:
        if (names, days) not in made:
            made[(names, days)] = Certificates(str(tmp_path_factory.mktemp("tls") / "made"), names, days)
        return made[(names, days)]

    return make


@pytest.fixture
def make_world(sandbox_swr: Callable[..., Swr], certificates: Callable[..., Certificates]) -> Callable[..., World]:
    """Makes worlds whose SWR has one image and a certificate as wanted."""

    def make(names: Tuple[str, ...] = (HOST, OBS), days: int = 3650) -> World:
        tls = certificates(names, days)
        swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=tls, obs_host=OBS)
        swr.load(IMAGE, "team/app", "1.0")
        swr.faults.add(Fault(action="headers", kind="ping", headers={"Date": formatdate(usegmt=True)}))
        return World(swr, tls.ca_path)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
