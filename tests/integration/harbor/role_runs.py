# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the role harbor: many steps in one ansible-playbook, each on an inventory host of its own.

A step's recap is that of its host, and what it left is kept under the name of the step.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ansible_collections.longshore.swr.tests.sandbox import HarborServer
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, keep, play, secret_free

HARBOR_PASSWORD = "pass-of-harbors-admin-81"
ACCESS_KEY = "SANDBOXACCESSKEY"
SECRET_KEY = "sk-of-the-account-47"
FILE_PASSWORD = "pass-in-harbor-yml-64"
SECRETS = (HARBOR_PASSWORD, SECRET_KEY, FILE_PASSWORD, login_password(ACCESS_KEY, SECRET_KEY))
QUICK = {"harbor_poll_interval": 0.1, "harbor_settle_time": 0.3}


def harbor_variables(harbor: HarborServer) -> Dict[str, Any]:
    """Where a sandbox Harbor is, and who calls it."""
    return {
        "harbor_url": harbor.url,
        "harbor_username": "admin",
        "harbor_password": HARBOR_PASSWORD,
        "harbor_registry_host": harbor.registry.host,
        "harbor_region": "cn-north-4",
        "harbor_access_key": ACCESS_KEY,
        "harbor_secret_key": SECRET_KEY,
        **QUICK,
    }


def include(variables: Mapping[str, Any], entry: str = "main") -> Dict[str, Any]:
    role = {"name": "longshore.swr.harbor", "tasks_from": entry}
    return {"ansible.builtin.include_role": role, "vars": dict(variables)}


def step(name: str, variables: Mapping[str, Any], entry: str = "main", before: Sequence[Any] = ()) -> Dict[str, Any]:
    """A play that runs the role on the host C(name), and goes on after a failure.

    It keeps C(result), which is C(harbor_result), and after a failure C(failure).
    """
    block = {
        "block": [*before, include(variables, entry)],
        "rescue": [keep(failure="ansible_failed_result")],
        "always": [keep(result="harbor_result | default({})")],
    }
    return play([block], hosts=name)


def attempts(name: str, cases: Mapping[str, Mapping[str, Any]], entry: str = "main") -> Dict[str, Any]:
    """A play in which the role fails many times, and keeps each failure under the key of its variables."""
    blocks = [
        {"block": [include(variables, entry)], "rescue": [keep(**{key: "ansible_failed_result"})]}
        for key, variables in cases.items()
    ]
    return play(blocks, hosts=name)


class Steps:
    """One ansible-playbook with the plays of C(step) and C(attempts)."""

    def __init__(
        self, folder: Path, plays: List[Dict[str, Any]], environ: Optional[Mapping[str, str]] = None, *secrets: str
    ) -> None:
        playbook = Playbook(folder, environ, [*SECRETS, *secrets])
        hosts = {"all": {"hosts": {str(item["hosts"]): {} for item in plays}}}
        self.run: Run = playbook.run(plays, "-vvv", "--diff", inventory=hosts, timeout=900)
        secret_free(json.dumps(self.run.kept), *SECRETS, *secrets)

    def result(self, name: str) -> Any:
        """What a step that must not have failed left."""
        assert "failure" not in self.run.kept[name], self.run.kept[name]
        return self.run.value("result", name)

    def changed(self, name: str) -> int:
        return self.run.recap[name]["changed"]

    def failure(self, name: str, key: str = "failure") -> str:
        """What is said about a failure, in one line."""
        return " ".join(json.dumps(self.run.value(key, name), ensure_ascii=False).split())
