# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Harbor that replicates to an SWR, and the modules that make it do so, in the process of the test."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import ADMIN, SECRET, Caller
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr, images
from ansible_collections.longshore.swr.tests.support.modules import run_module

# Harbor's own times, scaled down with those of the sandbox.
QUICK = {"poll_interval": 0.1, "settle_time": 0.6, "wait_timeout": 30}


class World:
    """One Harbor with an endpoint and a policy.

    :ivar outputs: all that modules have written, for a look for secrets.
    """

    def __init__(self, harbor: HarborServer, swr: Swr) -> None:
        self.harbor = harbor
        self.swr = swr
        self.api = Caller(harbor)
        self.outputs: List[str] = []
        self.login: Tuple[str, str] = ADMIN

    def prepare(self, **policy: Any) -> World:
        self.api.endpoint()
        self.api.policy(**policy)
        return self

    def load(self, count: int = 2) -> World:
        """Images C(library/app0) and so on."""
        for number in range(count):
            self.harbor.load(images.docker_image("app{0}".format(number)), "library/app{0}".format(number), "1.0")
        return self

    def module(self, module_name: str, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        """Runs a module; its result, whether it failed or not."""
        login = {
            "harbor_url": self.harbor.url,
            "harbor_username": self.login[0],
            "harbor_password": self.login[1],
        }
        result = run_module(module_name, {**login, **options}, check_mode)
        self.outputs.append(json.dumps(result))
        return result

    def run(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        """Runs the policy; the result of a success."""
        result = self.attempt(check_mode, **options)
        assert not result.get("failed"), result
        return result

    def fail(self, **options: Any) -> Dict[str, Any]:
        """The same, of a failure."""
        result = self.attempt(**options)
        assert result.get("failed"), result
        return result

    def attempt(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        chosen: Dict[str, Any] = dict(QUICK, policy="to-swr")
        chosen.update(options)
        given = {name: value for name, value in chosen.items() if value is not None}
        return self.module("harbor_replication_execution", check_mode, **given)

    def robot(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        return self.module("harbor_robot", check_mode, **dict({"name": "replicator"}, **options))

    def arrived(self) -> List[str]:
        """Repositories of the organization in SWR."""
        return sorted(name for name in self.swr.storage.repositories() if name.startswith("team/"))

    def assert_no_secret_was_shown(self, *more: Optional[str]) -> None:
        text = "\n".join(self.outputs)
        assert [secret for secret in (ADMIN[1], SECRET, *more) if secret and secret in text] == []
