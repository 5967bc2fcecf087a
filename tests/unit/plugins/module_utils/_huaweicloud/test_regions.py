# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import (
    REGIONS,
    api_endpoint,
    registry_host,
)


@pytest.mark.parametrize(
    ("region", "cloud", "registry", "api"),
    [
        ("cn-north-4", None, "swr.cn-north-4.myhuaweicloud.com", "https://swr-api.cn-north-4.myhuaweicloud.com"),
        ("eu-west-101", None, "swr.eu-west-101.myhuaweicloud.eu", "https://swr-api.eu-west-101.myhuaweicloud.eu"),
        ("eu-de", None, "swr.eu-de.otc.t-systems.com", "https://swr-api.eu-de.otc.t-systems.com"),
        ("my-dc-1", "cloud.example.com", "swr.my-dc-1.cloud.example.com", "https://swr-api.my-dc-1.cloud.example.com"),
        ("cn-north-4", ".Example.COM.", "swr.cn-north-4.example.com", "https://swr-api.cn-north-4.example.com"),
    ],
)
def test_hosts(region, cloud, registry, api):
    assert registry_host(region, cloud) == registry
    assert api_endpoint("swr", region, cloud) == api


def test_other_services_have_their_own_names():
    assert api_endpoint("vpcep", "cn-north-4") == "https://vpcep.cn-north-4.myhuaweicloud.com"


def test_the_table_has_the_regions_of_the_sdk_and_open_telekom_cloud():
    assert len(REGIONS) == 35 + 1
    assert [region for region, cloud in REGIONS.items() if cloud == "myhuaweicloud.eu"] == ["eu-west-101"]


def test_the_table_agrees_with_the_sdk():
    sdk = pytest.importorskip("huaweicloudsdkswr.v2.region.swr_region", reason="huaweicloudsdkswr is not installed")
    theirs = {name: region.endpoints[0] for name, region in sdk.SwrRegion.static_fields.items()}
    assert theirs == {name: api_endpoint("swr", name) for name in REGIONS if name != "eu-de"}


def test_a_misspelt_region_is_met_with_proposals():
    with pytest.raises(HuaweiCloudError) as caught:
        registry_host("cn-noth-4")
    assert "cn-north-4" in caught.value.hint
    assert "cloud" in caught.value.hint


def test_a_region_like_no_other_gets_no_proposal():
    with pytest.raises(HuaweiCloudError) as caught:
        registry_host("zzz")
    assert caught.value.hint.startswith("For a region newer")


@pytest.mark.parametrize(("region", "cloud"), [("a/b", None), ("", None), ("a.b", "c.d"), ("a", "c/d"), ("a", "b c")])
def test_what_cannot_be_in_a_host_name_is_refused(region, cloud):
    with pytest.raises(HuaweiCloudError):
        registry_host(region, cloud)


def test_the_hosts_of_iam_agree_with_the_sdk():
    sdk = pytest.importorskip("huaweicloudsdkiam.v3.region.iam_region", reason="huaweicloudsdkiam is not installed")
    theirs = {name: region.endpoints[0] for name, region in sdk.IamRegion.static_fields.items()}
    assert {name: api_endpoint("iam", name) for name in theirs if name in REGIONS} == {
        name: host for name, host in theirs.items() if name in REGIONS
    }
