# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Huawei's own SDK judges both sides: it drives the sandbox's cloud, and its models judge what the modules send."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, List

import pytest

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.integration.huaweicloud.test_swr_playbook import INFO, OBJECTS, absent
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Call
from ansible_collections.longshore.swr.tests.support import huawei_sdk

REASON = "huaweicloudsdkswr and huaweicloudsdkiam are not installed"
# In the API reference of February 2026, and not in the SDK.
NEWER = {"create_secret: query duration_seconds"}


class Sdk:
    """Both packages, and clients for the sandbox's cloud. Importing them writes to the home directory."""

    def __init__(self, url: str = "http://127.0.0.1") -> None:
        core = pytest.importorskip("huaweicloudsdkcore.auth.credentials", reason=REASON)
        self.http = pytest.importorskip("huaweicloudsdkcore.http.http_config", reason=REASON)
        self.swr = pytest.importorskip("huaweicloudsdkswr.v2", reason=REASON)
        self.iam = pytest.importorskip("huaweicloudsdkiam.v3", reason=REASON)
        basic = core.BasicCredentials(*KEYS.values(), "pid-1")
        everywhere = core.GlobalCredentials(*KEYS.values(), "d0000000000000000000000000000001")
        config = self.http.HttpConfig.get_default_config()
        config.ignore_ssl_verification = True
        self.swr_client = self._client(self.swr.SwrClient, basic, url, config)
        self.iam_client = self._client(self.iam.IamClient, everywhere, url, config)

    @staticmethod
    def _client(kind: Any, credentials: Any, url: str, config: Any) -> Any:
        return kind.new_builder().with_credentials(credentials).with_endpoints([url]).with_http_config(config).build()

    def call(self, name: str, body: Any = None, **fields: Any) -> Any:
        """One call of SWR, as C(call("show_repository", namespace="team", repository="app"))."""
        request = getattr(self.swr, "".join(word.title() for word in name.split("_")) + "Request")(**fields)
        if body is not None:
            request.body = body
        return getattr(self.swr_client, name)(request)


@pytest.fixture(autouse=True)
def another_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(name="sdk")
def an_sdk(sandbox_cloud: Callable[..., Any], another_home: None) -> Sdk:
    cloud = sandbox_cloud(organizations=["team"], users={"u1": "alice"}, instances={"e0f1a2b3": "shop"})
    made = Sdk(cloud.url)
    made.cloud = cloud
    return made


def repository(sdk: Sdk, name: str = "app") -> Any:
    body = sdk.swr.CreateRepoRequestBody(repository=name, is_public=False, category="linux", description="d")
    sdk.call("create_repo", body, namespace="team")
    return {"namespace": "team", "repository": name.replace("/", "$")}


def test_organizations(sdk: Sdk) -> None:
    sdk.call("create_namespace", sdk.swr.CreateNamespaceRequestBody(namespace="dev"))
    found = sdk.call("list_namespaces").namespaces
    assert (found[0].name, found[0].creator_name, found[0].auth) == ("dev", "operator", 7)
    assert sdk.call("show_namespace", namespace="dev").name == "dev"
    user = sdk.swr.UserAuth(user_id="u1", user_name="alice", auth=3)
    sdk.call("create_namespace_auth", [user], namespace="dev")
    user.auth = 7
    sdk.call("update_namespace_auth", [user], namespace="dev")
    shown = sdk.call("show_namespace_auth", namespace="dev")
    assert (shown.others_auths[0].auth, shown.self_auth.user_name, shown.creator_name) == (7, "operator", "operator")
    sdk.call("delete_namespace_auth", ["u1"], namespace="dev")
    assert not sdk.call("show_namespace_auth", namespace="dev").others_auths
    sdk.call("delete_namespaces", namespace="dev")
    assert [entry.name for entry in sdk.call("list_namespaces").namespaces] == ["team"]


def test_repositories(sdk: Sdk) -> None:
    place = repository(sdk, "deep/app")
    shown = sdk.call("show_repository", **place)
    assert (shown.name, shown.is_public, shown.category, shown.description) == ("deep/app", False, "linux", "d")
    body = sdk.swr.UpdateRepoRequestBody(is_public=True, category="database", description="e")
    sdk.call("update_repo", body, **place)
    listed = sdk.call("list_repos_details", namespace="team", limit=10, offset=0)
    assert [(entry.name, entry.is_public, entry.category) for entry in listed.body] == [("deep/app", True, "database")]
    assert listed.content_range == "0-1/1"
    user = sdk.swr.UserAuth(user_id="u1", user_name="alice", auth=1)
    sdk.call("create_user_repository_auth", [user], **place)
    sdk.call("update_user_repository_auth", [sdk.swr.UserAuth(user_id="u1", user_name="alice", auth=3)], **place)
    assert sdk.call("show_user_repository_auth", **place).others_auths[0].auth == 3
    sdk.call("delete_user_repository_auth", ["u1"], **place)
    sdk.call("delete_repo", **place)
    assert not sdk.call("list_repos_details", namespace="team", limit=10, offset=0).body


def test_sharing(sdk: Sdk) -> None:
    place = repository(sdk)
    body = sdk.swr.CreateRepoDomainsRequestBody("partner", "read", "forever", "d")
    sdk.call("create_repo_domains", body, **place)
    change = sdk.swr.UpdateRepoDomainsRequestBody("read", "2999-01-01T00:00:00.000Z", "e")
    sdk.call("update_repo_domains", change, **place, access_domain="partner")
    shown = sdk.call("show_access_domain", **place, access_domain="partner")
    assert (shown.exist, shown.status, shown.deadline[:10], shown.description) == (True, True, "2999-01-01", "e")
    assert [entry.access_domain for entry in sdk.call("list_repo_domains", **place).body] == ["partner"]
    sdk.call("delete_repo_domains", **place, access_domain="partner")


def test_retention(sdk: Sdk) -> None:
    place = repository(sdk)
    selector = sdk.swr.TagSelector(kind="label", pattern="latest")

    def rules(days: str) -> Any:
        return [sdk.swr.Rule(template="date_rule", params={"days": days}, tag_selectors=[selector])]

    body = sdk.swr.CreateRetentionRequestBody(algorithm="or", rules=rules("30"))
    number = sdk.call("create_retention", body, **place).id
    change = sdk.swr.UpdateRetentionRequestBody(algorithm="or", rules=rules("60"))
    sdk.call("update_retention", change, **place, retention_id=number)
    found = sdk.call("list_retentions", **place).body
    assert [(policy.id, policy.rules[0].params, policy.rules[0].tag_selectors[0].pattern) for policy in found] == [
        (number, {"days": "60"}, "latest")
    ]
    sdk.call("delete_retention", **place, retention_id=number)
    assert not sdk.call("list_retentions", **place).body


def test_synchronization(sdk: Sdk) -> None:
    place = repository(sdk)
    body = sdk.swr.CreateImageSyncRepoRequestBody("cn-east-3", "east", True, True)
    sdk.call("create_image_sync_repo", body, **place)
    found = sdk.call("list_image_auto_sync_repos_details", **place).body
    assert [(sync.remote_region_id, sync.remote_namespace, sync.sync_auto, sync.override) for sync in found] == [
        ("cn-east-3", "east", True, True)
    ]
    sdk.call("delete_image_sync_repo", sdk.swr.DeleteImageSyncRepoRequestBody("cn-east-3", "east"), **place)


def test_triggers(sdk: Sdk) -> None:
    place = repository(sdk)
    body = sdk.swr.CreateTriggerRequestBody(
        action="update",
        app_type="deployments",
        application="cart",
        cluster_id="c1",
        cluster_name="production",
        cluster_ns="shop",
        condition=".*",
        enable="true",
        name="rollout",
        trigger_mode="cce",
        trigger_type="all",
    )
    sdk.call("create_trigger", body, **place)
    sdk.call("update_trigger", sdk.swr.UpdateTriggerRequestBody(enable="false"), **place, trigger="rollout")
    assert sdk.call("show_trigger", **place, trigger="rollout").enable == "false"
    assert [entry.application for entry in sdk.call("list_triggers_details", **place).body] == ["cart"]
    sdk.call("delete_trigger", **place, trigger="rollout")


def test_instances_and_users(sdk: Sdk) -> None:
    assert sdk.call("list_instance").instances[0].access_address.endswith(".swr-pro.myhuaweicloud.com")
    assert sdk.call("create_instance_temp_credential", instance_id="e0f1a2b3").auth_token
    body = sdk.swr.CreateLongTermCredentialRequestBody(name="builder")
    assert sdk.call("create_instance_lt_credential", body, instance_id="e0f1a2b3").user_id == "lt-builder"
    domains = sdk.iam_client.keystone_list_auth_domains(sdk.iam.KeystoneListAuthDomainsRequest())
    assert domains.domains[0].name == "sandbox"
    users = sdk.iam_client.keystone_list_users(sdk.iam.KeystoneListUsersRequest(name="alice"))
    assert [user.id for user in users.users] == ["u1"]
    assert sdk.iam_client.keystone_show_user(sdk.iam.KeystoneShowUserRequest(user_id="u1")).user.name == "alice"


def test_every_request_of_the_modules_is_one_that_the_sdk_knows(world: World) -> None:
    sdk = Sdk()
    known = huawei_sdk.operations(sdk.swr, sdk.swr.SwrClient) + huawei_sdk.operations(sdk.iam, sdk.iam.IamClient)
    for name, options, change in OBJECTS:
        for given in (options, {**options, **(change or {})}):
            assert "failed" not in world.module(name, **given)
    for key, (name, options) in INFO.items():
        assert key in world.module(name, **options)
    world.module("retention_policy", organization="dev", repository="deep/app", newest=5, keep_matching=["^v"])
    world.module("permissions", organization="dev", users=[{"user_id": "u3", "permission": "read"}])
    for step in absent():
        name = next(key for key in step if key.startswith("longshore.swr."))
        assert "failed" not in world.module(name.rpartition(".")[2], **step[name])
    for options in (
        {"kind": "temporary", "duration": 900},
        {"kind": "enhanced"},
        {"kind": "instance", "instance": "shop"},
        {"kind": "instance_long_term", "instance": "shop", "credential_name": "builder"},
    ):
        assert "failed" not in world.module("login_token", **options)

    names, found = set(), []
    for call in world.cloud.calls:
        package = sdk.iam if call.path.startswith("/v3/") and "manage" not in call.path else sdk.swr
        name, problems = huawei_sdk.problems(package, known, call)
        names.add(name)
        found += problems
    assert set(found) == NEWER
    assert len(names) >= 36, sorted(str(name) for name in names)


@pytest.mark.parametrize(
    ("query", "body", "words"),
    [
        ("", {"namespace": "x"}, []),
        ("a=1", {"namespace": "x"}, ["query a"]),
        ("", {"namespace": 1}, ["body.namespace: int where str is expected"]),
        ("", {"name": "x"}, ["body.name: unknown"]),
        ("", ["x"], ["body: no object"]),
        ("", None, ["body: expected CreateNamespaceRequestBody"]),
    ],
)
def test_the_judge_sees_what_is_wrong(query: str, body: Any, words: List[str]) -> None:
    sdk = Sdk()
    known = huawei_sdk.operations(sdk.swr, sdk.swr.SwrClient)
    call = Call("POST", "/v2/manage/namespaces", query, [], None, None, 201, body)
    assert huawei_sdk.problems(sdk.swr, known, call) == (
        "create_namespace",
        ["create_namespace: " + text for text in words],
    )
