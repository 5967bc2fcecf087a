# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of SWR's management API and of IAM that are right but for one value: a result, or an error for the user."""

from __future__ import annotations

import json
from typing import Any, Dict
from unittest import mock

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import Cloud  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.identity import Identity  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.instance_login import (  # noqa: E402
    InstanceLogins,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr import (  # noqa: E402
    organization,
    permissions,
    region_sync,
    repository,
    retention,
    sharing,
    trigger,
)
from ansible_collections.longshore.swr.tests.support.replies import reply_to  # noqa: E402
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import crashes  # noqa: E402

PLACE = {"organization": "team", "repository": "app", "state": "present"}
USER = {"user_id": "u", "user_name": "alice", "auth": 3}
REPOSITORY = {"name": "app", "namespace": "team", "is_public": True, "category": "linux", "num_images": 1, "size": 5}
SHARE = {"access_domain": "partner", "deadline": "2999-01-01T00:00:00Z", "status": True, "exist": True}
RULE = {"template": "date_rule", "params": {"days": "3"}, "tag_selectors": [{"kind": "label", "pattern": "v1"}]}
SYNC = {"remoteRegionId": "cn-east-3", "remoteNamespace": "east", "override": True, "syncAuto": True}
TRIGGER = {
    "name": "t",
    "enable": "true",
    "trigger_mode": "cci",
    "trigger_type": "all",
    "condition": ".*",
    "cluster_ns": "n",
    "app_type": "deployments",
    "application": "w",
    "creator_name": "u",
}
INSTANCE = {"id": "i1", "name": "shop", "access_address": "shop.swr-pro.myhuaweicloud.com"}
CREDENTIAL = {"user_id": "u", "auth_token": "p", "expire_date": "2999-01-01T00:00:00Z"}
KEYS = Credentials("AK", "SK", project_id="pid", region="cn-north-4")


def run(manage: Any, **options: Any) -> Any:
    return lambda cloud: manage(cloud, {**PLACE, **options}, True)


def credential(cloud: Any) -> Any:
    logins = InstanceLogins(cloud)
    with mock.patch.object(logins, "_find", return_value=INSTANCE):
        return logins.make("instance", "shop").as_dict()


USES: Dict[str, Any] = {
    "organizations": (
        {"namespaces": [{"name": "team", "creator_name": "u", "auth": 7}]},
        organization.list_organizations,
    ),
    "permissions": (
        {"self_auth": USER, "others_auths": [dict(USER, user_id="v", user_name="bob")], "creator_name": "u"},
        run(permissions.manage_permissions, users=[{"user_name": "bob", "permission": "read"}], exclusive=True),
    ),
    "repository": (REPOSITORY, run(repository.manage_repository, name="app", public=False)),
    "repository that goes": (
        dict(REPOSITORY, num_images=0),
        run(repository.manage_repository, name="app", state="absent"),
    ),
    "repositories": ([REPOSITORY], repository.list_repositories),
    "sharing": (SHARE, run(sharing.manage_sharing, account="partner", description="x")),
    "sharings": ([SHARE], lambda cloud: sharing.list_sharings(cloud, PLACE)),
    "retention": ([{"id": 1, "rules": [RULE]}], run(retention.manage_retention, days=5)),
    "synchronization": ([SYNC], run(region_sync.manage_sync, target_region="cn-east-3", target_organization="east")),
    "trigger": (
        TRIGGER,
        run(
            trigger.manage_trigger,
            name="t",
            type="cci",
            namespace="n",
            workload_type="deployments",
            workload_name="w",
            condition_type="all",
        ),
    ),
    "triggers": ([TRIGGER], lambda cloud: trigger.list_triggers(cloud, PLACE)),
    "instances": ({"instances": [INSTANCE]}, lambda cloud: InstanceLogins(cloud)._find("/v2/pid/instances", "shop")),
    "credential": (CREDENTIAL, credential),
    "project": (
        {"projects": [{"id": "pid", "name": "cn-north-4"}]},
        lambda cloud: Identity(Cloud("swr", Credentials("AK", "SK", region="cn-north-4"), {}, str)).project_id(),
    ),
    "user by name": (
        {"users": [{"id": "u", "name": "alice"}], "domains": [{"id": "d"}]},
        lambda cloud: Identity(cloud).user_named("alice"),
    ),
    "user by ID": (
        {"user": {"id": "u", "name": "alice"}, "domains": [{"id": "d"}]},
        lambda cloud: Identity(cloud).user_with_id("u"),
    ),
}


class Answer(requests.adapters.BaseAdapter):
    """Answers everything alike."""

    def __init__(self, document: Any) -> None:
        super().__init__()
        self.body = json.dumps(document).encode()

    def send(self, request: Any, **_settings: Any) -> Any:
        return reply_to(request, 200, {}, self.body)

    def close(self) -> None:
        """Nothing is open."""


def ask(document: Any, use: Any) -> Any:
    session = requests.Session()
    session.mount("https://", Answer(document))
    with mock.patch.object(requests, "Session", return_value=session):
        result = use(Cloud("swr", KEYS, {}, str))
    # A module's result is JSON.
    return json.dumps(result)


@pytest.mark.parametrize("name", sorted(USES))
def test_replies_about_objects(name: str) -> None:
    document, use = USES[name]
    ask(document, use)
    assert crashes(document, lambda other: ask(other, use)) == []
