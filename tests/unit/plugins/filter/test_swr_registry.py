# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter.swr_registry import FilterModule

swr_registry = FilterModule().filters()["swr_registry"]


def test_names_are_derived():
    assert swr_registry("cn-north-4") == "swr.cn-north-4.myhuaweicloud.com"
    assert swr_registry("eu-de") == "swr.eu-de.otc.t-systems.com"
    assert swr_registry("dc-1", "example.com") == "swr.dc-1.example.com"


@pytest.mark.parametrize("region", ["cn-nord-4", "", "a b", None, ["cn-north-4"]])
def test_what_is_no_region_is_an_error(region):
    with pytest.raises(AnsibleFilterError, match="swr_registry"):
        swr_registry(region)
