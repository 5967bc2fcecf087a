# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for Huawei Cloud's APIs, judged by Huawei's own SDK, and by requests made by hand."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_factory import obtain_login
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.config import ConfigError, plan_servers
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import (
    ERRORS,
    FLAT,
    LIST,
    Account,
    HuaweiCloudServer,
    RefusedError,
)
from ansible_collections.longshore.swr.tests.sandbox.probe import bearer
from ansible_collections.longshore.swr.tests.sandbox.swr import SwrAuth

REGISTRY = "swr.cn-north-4.myhuaweicloud.com"


@pytest.fixture
def cloud():
    accounts = [
        Account("AKPERMANENT", "permanent-secret-key", projects={"cn-north-4": "pid-1", "cn-north-4_sub": "pid-2"}),
        Account("AKTEMPORARY", "temporary-secret-key", security_token="temporary-security-token"),
    ]
    with HuaweiCloudServer(accounts) as server:
        yield server


def sdk_client(cloud, monkeypatch, tmp_path, service="swr", token=None):
    # Importing the SDK writes to the home directory.
    monkeypatch.setenv("HOME", str(tmp_path))
    reason = "huaweicloudsdkswr and huaweicloudsdkiam are not installed (pip install them to run this)"
    core = pytest.importorskip("huaweicloudsdkcore.auth.credentials", reason=reason)
    if service == "swr":
        sdk = pytest.importorskip("huaweicloudsdkswr.v2", reason=reason)
        builder = sdk.SwrClient.new_builder()
    else:
        sdk = pytest.importorskip("huaweicloudsdkiam.v3", reason=reason)
        builder = sdk.IamClient.new_builder()
    if token:
        keys = core.BasicCredentials("AKTEMPORARY", "temporary-secret-key", "pid-1").with_security_token(token)
    elif service == "iam":
        keys = core.GlobalCredentials("AKPERMANENT", "permanent-secret-key", "domain-1")
    else:
        keys = core.BasicCredentials("AKPERMANENT", "permanent-secret-key", "pid-1")
    return sdk, builder.with_credentials(keys).with_endpoints([cloud.url]).build()


@pytest.mark.parametrize("token", [None, "temporary-security-token"])
def test_the_sdk_gets_a_temporary_login(cloud, monkeypatch, tmp_path, token):
    sdk, client = sdk_client(cloud, monkeypatch, tmp_path, token=token)
    reply = client.create_secret(sdk.CreateSecretRequest(projectname="cn-north-4"))
    username, _colon, password = base64.b64decode(reply.auths[REGISTRY].auth).decode().partition(":")
    assert cloud.issued == {username: password}
    assert reply.x_swr_dockerlogin.startswith("docker login -u " + username)
    assert reply.x_swr_expireat.endswith("Z")
    assert cloud.calls[0].project_id == "pid-1"


def test_the_sdk_gets_an_enhanced_login(cloud, monkeypatch, tmp_path):
    sdk, client = sdk_client(cloud, monkeypatch, tmp_path)
    reply = client.create_authorization_token(sdk.CreateAuthorizationTokenRequest())
    assert base64.b64decode(reply.auths[REGISTRY].auth).decode().startswith("bearertoken@AKPERMANENT:")


def test_the_sdk_lists_projects(cloud, monkeypatch, tmp_path):
    sdk, client = sdk_client(cloud, monkeypatch, tmp_path, service="iam")
    reply = client.keystone_list_projects(sdk.KeystoneListProjectsRequest(name="cn-north-4_sub"))
    assert [(project.name, project.id) for project in reply.projects] == [("cn-north-4_sub", "pid-2")]


def test_the_sdk_lists_tags_with_their_digests(monkeypatch, tmp_path, sandbox_registry):
    registry = sandbox_registry()
    for number in range(5):
        registry.load(images.docker_image(str(number)), "team/deep/app", str(number))
    account = Account("AKPERMANENT", "permanent-secret-key")
    with HuaweiCloudServer([account], images=registry, page=3) as server:
        sdk, client = sdk_client(server, monkeypatch, tmp_path)
        ask = sdk.ListRepositoryTagRequest(namespace="team", repository="deep$app", limit=1000)
        first = client.list_repository_tag(ask)
        ask.marker = first.next_marker
        second = client.list_repository_tag(ask)
    assert (first.has_more, second.has_more) == (True, False)
    found = {entry.tag: entry.digest for entry in first.tags + second.tags}
    assert found == {tag: registry.manifest("team/deep/app", tag).digest for tag in registry.tags("team/deep/app")}


def test_the_sdk_reads_the_flat_error(cloud, monkeypatch, tmp_path):
    sdk, client = sdk_client(cloud, monkeypatch, tmp_path)
    exceptions = pytest.importorskip("huaweicloudsdkcore.exceptions.exceptions")
    cloud.refuse_next(RefusedError(400, "APIGW.0308", "slow down"))
    with pytest.raises(exceptions.ClientRequestException) as caught:
        client.create_secret(sdk.CreateSecretRequest())
    assert (caught.value.status_code, caught.value.error_code) == (400, "APIGW.0308")


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (FLAT, {"error_code": "C", "error_msg": "m", "request_id": "sandbox"}),
        (ERRORS, {"errors": [{"errorCode": "C", "errorMessage": "m"}]}),
        (LIST, [{"errorCode": "C", "errorMessage": "m"}]),
    ],
)
def test_the_shapes_of_errors(cloud, shape, body):
    cloud.refuse_next(RefusedError(429, "C", "m", shape, retry_after="3"))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(cloud.url + "/v3/projects", timeout=10)
    with caught.value as error:
        assert (error.code, error.headers["Retry-After"], json.loads(error.read())) == (429, "3", body)


def test_an_unsigned_request_is_refused_and_recorded_without_secrets(cloud):
    request = urllib.request.Request(
        cloud.url + "/v2/manage/utils/secret", data=b"", headers={"Authorization": "Basic c2VjcmV0"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    with caught.value as error:
        assert (error.code, json.loads(error.read())["error_code"]) == (401, "APIGW.0301")
    assert cloud.issued == {}
    assert cloud.calls[0].access_key is None
    assert "c2VjcmV0" not in repr(cloud.calls)


def test_a_cloud_is_configured_with_its_users_organizations_and_faults(tmp_path):
    fault = {"action": "status", "status": 503, "method": "DELETE", "times": 1}
    instance = {
        "name": "cloud",
        "kind": "huaweicloud",
        "tls": True,
        "accounts": [{"access_key": "AK", "secret_key": "SK", "projects": {"cn-north-4": "pid-1"}}],
        "users": {"u1": "alice"},
        "organizations": ["team"],
        "foreign": ["theirs"],
        "quota": 2,
        "faults": [fault],
    }
    (plan,) = plan_servers({"instances": [instance]})
    with plan.server as cloud:
        assert cloud.describe() == {"kind": "huaweicloud", "url": cloud.url, "ca_path": cloud.ca_path}
        assert cloud.url.startswith("https://")
        assert cloud.objects.organizations == {"team"}
        assert [one.status for one in cloud.faults] == [503]
    with pytest.raises(ConfigError, match="quotas"):
        plan_servers({"instances": [{**instance, "quotas": 3}]})


def test_a_swr_takes_the_logins_that_its_cloud_issues():
    cloud, swr = (
        plan.server
        for plan in plan_servers(
            {
                "instances": [
                    {
                        "name": "cloud",
                        "kind": "huaweicloud",
                        "accounts": [{"access_key": "AK", "secret_key": "SK"}],
                        "swr": "swr",
                    },
                    {"name": "swr", "kind": "swr", "keys": {"AK": "SK"}, "organizations": ["team"]},
                ]
            }
        )
    )
    with cloud, swr:
        options = {"access_key": "AK", "secret_key": "SK", "region": "cn-north-4", "endpoint": cloud.url}
        login = obtain_login(dict(options, kind="temporary"), {}, Redactor()).login
        assert login.password in cloud.issued.values()
        bearer(swr.url + SwrAuth.token_path, user=login.username, password=login.password)
