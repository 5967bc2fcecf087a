# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that are no time to wait. YAML has infinity and what is not a number too, and so have texts of a survey."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.resolver.check import run_resolver_check
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import client_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor

HARBOR = {"harbor_url": "http://h", "harbor_username": "u", "harbor_password": "p", "validate_certs": True}
KEYS = {"access_key": "AK", "secret_key": "secret-of-the-key", "region": "cn-north-4"}
NAMES: Dict[str, Any] = {name: [] for name in ("servers", "domains", "swr_addresses", "swr_names", "names", "entries")}


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, -1.0, 0.0, 1e30], ids=str)
@pytest.mark.parametrize(
    "use",
    [
        lambda seconds: client_from(dict(HARBOR, timeout=seconds), Redactor()),
        lambda seconds: run_resolver_check(dict(NAMES, timeout=seconds)),
        lambda seconds: cloud_from("swr", dict(KEYS, timeout=seconds), {}, Redactor()),
    ],
    ids=["harbor", "resolver_check", "huaweicloud"],
)
def test_a_timeout_out_of_range_is_refused(use: Callable[[float], Any], seconds: float) -> None:
    use(30.0)
    with pytest.raises(LongshoreError, match=r"^timeout: .* is out of range\. Remedy: Give a number from 0\.1 to "):
        use(seconds)
