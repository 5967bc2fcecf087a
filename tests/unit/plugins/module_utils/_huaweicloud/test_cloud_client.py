# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the APIs are, and what their refusals say."""

from __future__ import annotations

from typing import Any, Dict, Optional

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import (  # noqa: E402
    Cloud,
    cloud_from,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.identity import Identity  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor  # noqa: E402
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    IAM,
    SWR,
    FakeCloud,
)

GET = "GET /v2/manage/namespaces"
PROJECTS = "GET IAM/v3/projects?name=cn-north-4"


def keys(**fields: Any) -> Credentials:
    return Credentials("AK", "secret", **fields)


@pytest.mark.parametrize(
    ("fields", "options", "service", "url"),
    [
        ({"region": "cn-north-4"}, {}, "swr", SWR),
        ({"region": "cn-north-4"}, {}, "iam", IAM),
        ({"region": "eu-west-101"}, {}, "swr", "https://swr-api.eu-west-101.myhuaweicloud.eu"),
        ({"region": "eu-west-101"}, {}, "iam", "https://iam.eu-west-101.myhuaweicloud.eu"),
        ({"region": "ap-southeast-3"}, {}, "swr", "https://swr-api.ap-southeast-3.myhuaweicloud.com"),
        ({"region": "dc-1", "cloud": "hcs.example"}, {}, "iam", "https://iam.dc-1.hcs.example"),
        ({}, {"endpoints": {"swr": "https://swr.example", "iam": "https://iam.example"}}, "iam", "https://iam.example"),
        (
            {},
            {"endpoint": "https://one.example", "endpoints": {"swr": "https://two.example"}},
            "swr",
            "https://one.example",
        ),
        # The option is about the module's own service alone.
        ({"region": "cn-north-4"}, {"endpoint": "https://one.example"}, "iam", IAM),
    ],
)
def test_where_an_api_is(fields: Dict[str, Any], options: Dict[str, Any], service: str, url: str) -> None:
    client = Cloud("swr", keys(**fields), options, str).client(service)
    assert client._client._base == url


@pytest.mark.parametrize(
    ("fields", "options", "where"),
    [({}, {}, "region"), ({"region": "mars-1"}, {}, "region"), ({}, {"endpoints": {"ftp": "https://x"}}, "endpoints")],
)
def test_an_api_that_cannot_be_found_is_named(fields: Dict[str, Any], options: Dict[str, Any], where: str) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        Cloud("swr", keys(**fields), options, str).client("swr")
    assert caught.value.where == where


def test_the_keys_are_found_and_learnt() -> None:
    redactor = Redactor()
    environ = {"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": "a-secret-key-9", "HW_REGION_NAME": "cn-north-4"}
    cloud = cloud_from("swr", {}, environ, redactor, home="/nowhere")
    assert (cloud.credentials.region, redactor("a-secret-key-9")) == ("cn-north-4", "********")


def refused(status: int, code: str, action: Optional[str] = None, **fields: Any) -> HuaweiCloudError:
    fake = FakeCloud({GET: [(status, {"error_code": code, "error_msg": "no"})]})
    with fake:
        client = fake.cloud(keys(region="cn-north-4", **fields)).client("swr", {"SVCSTG.SWR.1": "Do this."})
        with pytest.raises(HuaweiCloudError) as caught:
            client.call("GET", "/v2/manage/namespaces", action=action, on="organization team")
    return caught.value


def test_a_refusal_says_what_can_be_done() -> None:
    assert refused(400, "SVCSTG.SWR.1").hint == "Do this."
    assert "swr:x:y for the organization team" in str(refused(403, "SVCSTG.SWR.4030000", "swr:x:y"))
    assert "limits how often" in str(refused(403, "EndPoint.0022", "swr:x:y"))
    assert "limits how often" in str(refused(429, "APIGW.0308"))
    assert "clock" in str(refused(401, "APIGW.0301"))
    assert "Get new temporary keys" in str(refused(401, "APIGW.0301", security_token="token"))


def test_what_a_region_does_not_offer_has_no_status() -> None:
    error = refused(404, "APIGW.0101")
    assert (error.status, error.code) == (None, "APIGW.0101")
    assert "SWR in cn-north-4" in str(error)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"projects": []}, "no projects"),
        ({"projects": [{"id": "a", "name": "cn-north-4"}, {"id": "b", "name": "cn-north-4"}]}, "2 projects"),
        ({"projects": [{"id": "a", "name": "cn-north-4_sub"}]}, "no projects"),
        ({"projects": [{"name": "cn-north-4"}]}, ""),
        ({}, ""),
    ],
)
def test_a_project_that_is_not_found_is_an_error(reply: Any, words: str) -> None:
    fake = FakeCloud({PROJECTS: [(200, reply)]})
    with fake, pytest.raises(HuaweiCloudError) as caught:
        Identity(fake.cloud()).project_id()
    assert words in str(caught.value)


def test_the_id_of_a_project_is_looked_up_by_its_name_once_it_is_needed() -> None:
    fake = FakeCloud({PROJECTS: [(200, {"projects": [{"id": "pid", "name": "cn-north-4"}]})]})
    with fake:
        assert Identity(fake.cloud()).project_id() == "pid"
        assert Identity(fake.cloud(keys(project_id="given"))).project_id() == "given"
    assert fake.calls == [PROJECTS]
    forbidden = FakeCloud({PROJECTS: [(403, {"error": {"code": 403, "message": "no"}})]})
    with forbidden, pytest.raises(HuaweiCloudError, match="project_id"):
        Identity(forbidden.cloud()).project_id()
