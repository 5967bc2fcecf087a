# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that write the results of access checks."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter import access_html, access_report, access_table

RESULTS = {"n": {"msg": "x", "checks": [{"id": "dns.nss", "status": "fail", "message": "wrong", "hint": "repair it"}]}}


@pytest.mark.parametrize("plugin", [access_html, access_report, access_table])
def test_what_is_no_result_is_refused(plugin: Any) -> None:
    (call,) = plugin.FilterModule().filters().values()
    with pytest.raises(AnsibleFilterError, match="expected a dictionary"):
        call([1])


def test_the_same_finding_in_three_forms() -> None:
    assert access_report.access_report(RESULTS)["failing"] == ["n"]
    assert access_report.access_report(RESULTS, "never")["failing"] == []
    assert "    Remedy: repair it" in access_table.access_table(RESULTS)
    assert "<b>What to do:</b> repair it" in access_html.access_html(RESULTS)
