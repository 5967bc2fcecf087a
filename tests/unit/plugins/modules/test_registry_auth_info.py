# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module registry_auth_info. C(_logins/test_files.py) tests what it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Set

import pytest

from ansible_collections.longshore.swr.plugins.modules import registry_auth_info


class Module:
    """What the module uses of AnsibleModule."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.params = {
            "registry": "swr.cn-north-4.myhuaweicloud.com",
            "formats": ["docker"],
            "path": str(path),
            "user": None,
            "renew_before": 3600,
            "kind": None,
            "assumed_lifetime": 21600,
            **options,
        }
        self.no_log_values: Set[str] = set()
        self.result: Dict[str, Any] = {}

    def exit_json(self, **result: Any) -> None:
        self.result = result

    def fail_json(self, **result: Any) -> None:
        self.result = dict(result, failed=True)


@pytest.mark.parametrize("name", ["renew_before", "assumed_lifetime"])
def test_a_time_that_no_login_lasts_is_refused(tmp_path: Path, name: str) -> None:
    for value, fails in ((0, False), (315360000, False), (-1, True), (10**30, True)):
        module = Module(tmp_path / "config.json", **{name: value})
        registry_auth_info.run(module)
        assert module.result.get("failed", False) is fails
        assert not fails or (module.result["error"]["where"], "from 0 to" in module.result["msg"]) == (name, True)
