# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter import harbor_preflight, harbor_result

ARTIFACT = {
    "repository": "library/app",
    "digest": "sha256:a",
    "tags": ["v1"],
    "media_type": "index",
    "reason": "why",
    "refused_by_swr": True,
}
PLACES = ("harbor.example.com", "swr.cn-north-4.myhuaweicloud.com", "team")


def test_the_preflight_takes_artifacts_and_rules():
    preflight = harbor_preflight.FilterModule().filters()["harbor_preflight"]
    found = preflight([ARTIFACT], [{"name": "r"}], *PLACES)
    assert [item["rule"] for item in found["refused"]] == ["r"]


@pytest.mark.parametrize("flatten", ["2", "many"])
def test_the_preflight_names_itself_in_errors(flatten):
    preflight = harbor_preflight.FilterModule().filters()["harbor_preflight"]
    rule = {"name": "r", "repositories": "library/app", "flatten": flatten}
    with pytest.raises(AnsibleFilterError, match=r"longshore\.swr\.harbor_preflight"):
        preflight([ARTIFACT], [rule], *PLACES)


def test_the_result_is_made_of_what_was_registered():
    result = harbor_result.FilterModule().filters()["harbor_result"]
    assert result({"endpoint": {"harbor_version": "v2.9.5"}})["result"]["harbor_version"] == "v2.9.5"
