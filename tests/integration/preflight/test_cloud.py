# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight finds out about the key, permissions, organizations, the network and quotas."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.integration.preflight.conftest import LINE, NAT, SECRET_KEY, World
from ansible_collections.longshore.swr.tests.sandbox.http_message import Response

REMEDY = "Grant the user the IAM permission {0}."


def reads(world: World) -> List[Tuple[str, str]]:
    """The requests of a run, each once: it asks side by side, in no particular order."""
    return sorted({(call.method, call.path) for call in world.cloud.calls})


def placed(world: World) -> None:
    """A VPC and a subnet for the NAT gateway."""
    world.cloud.vpcs.subnet(world.cloud.vpcs.vpc())


def statuses(found: Dict[Tuple[str, str], Dict[str, str]], *wanted: str) -> List[Tuple[str, str]]:
    return sorted(key for key, check in found.items() if check["status"] in wanted)


def test_a_key_and_an_organization(world: World) -> None:
    result = world.ask(organizations=["team", "shop"])
    assert not result.get("failed")
    assert not result["changed"]
    assert result["ok"]
    assert [(check["part"], check["name"], check["status"], check["text"]) for check in result["checks"]] == [
        ("account", "access key", "ok", "IAM accepts SANDBOXACCESSKEY (options)"),
        ("account", "clock", "ok", "this machine's clock agrees with that of IAM"),
        ("account", "project", "ok", "IAM has cn-north-4 (pid-1)"),
        ("organizations", "permission swr:namespace:listNamespaces", "ok", "SWR shows the user team"),
        ("organizations", "permission swr:repo:listRepos", "ok", "SWR lists the repositories"),
        ("organizations", "organization team", "ok", "it exists, and the user may manage"),
        ("organizations", "organization shop", "ok", "it does not exist yet, and will be created"),
        (
            "organizations",
            "permission swr:namespace:createNamespace",
            "unchecked",
            "only creating an organization shows whether the user has this permission",
        ),
        ("organizations", "quota of organizations", "ok", "1 of 5 are used, and 1 will be created"),
    ]
    assert result["msg"] == "9 checks: 8 ok, 1 unchecked"
    assert result["summary"] == {"ok": 8, "warning": 0, "failed": 0, "unchecked": 1}
    assert reads(world) == [
        ("GET", "/v2/manage/namespaces"),
        ("GET", "/v2/manage/namespaces/shop"),
        ("GET", "/v2/manage/projects/pid-1/quotas"),
        ("GET", "/v2/manage/repos"),
        ("GET", "/v3/projects"),
    ]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_failed_check_fails_the_task_and_keeps_the_findings(world: World, check_mode: bool) -> None:
    result = world.ask(check_mode, organizations=["theirs"], fail_on="warn")
    assert result["failed"]
    assert result["ok"]
    assert result["msg"].startswith(
        "7 checks: 6 ok, 1 warning. First: organizations: organization theirs: SWR does not"
    )
    assert "Remedy: If it is yours, grant the user the IAM permission swr:namespace:getNamespace." in result["msg"]
    assert result["table"][0].startswith("warning    organizations  organization theirs: ")
    assert not world.ask(check_mode, organizations=["theirs"], fail_on="error").get("failed")


def test_a_wrong_key_is_one_failure_and_keeps_the_rest_from_being_asked(world: World) -> None:
    found = world.found(secret_key="another-secret-key", organizations=["team"], network=LINE)
    assert statuses(found, "failed") == [("account", "access key")]
    assert "HTTP 401" in found["account", "access key"]["text"]
    assert found["organizations", "organizations"]["text"] == "it was not asked, since it needs access key"
    assert found["network", "plan of the network"]["text"] == "it was not asked, since it needs access key"
    assert reads(world) == [("GET", "/v3/projects")]


def test_keys_that_are_missing(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = world.found(access_key=None, secret_key=None, state_dir=str(tmp_path))
    assert statuses(found, "failed") == [("account", "access key")]
    assert found["account", "access key"]["remedy"] == "Set access_key and secret_key, or one of these."
    assert found["state", "directory {0}".format(tmp_path)]["status"] in ("ok", "warning")


@pytest.mark.parametrize(
    ("ahead", "status"), [(-30, "ok"), (-70, "warning"), (300, "warning"), (-880, "failed"), (880, "failed")]
)
def test_a_clock(world: World, ahead: float, status: str) -> None:
    own = world.cloud._clock
    world.cloud._clock = lambda: own() - ahead
    check = world.found()["account", "clock"]
    assert check["status"] == status
    assert ("ahead of" if ahead > 0 else "behind") in check["text"]
    assert ("NTP" in check["remedy"]) == (status != "ok")


def test_a_clock_that_makes_the_key_useless(world: World) -> None:
    own = world.cloud._verifier._clock
    world.cloud._clock = world.cloud._verifier._clock = lambda: own() - 3600
    found = world.found()
    assert statuses(found, "failed") == [("account", "access key"), ("account", "clock")]
    assert found["account", "access key"]["remedy"].startswith("Set this machine's clock: it is 60 minutes ahead of")


def test_a_temporary_key(world: World) -> None:
    world.account.security_token = "sandbox-session-token"
    result = world.ask(security_token="sandbox-session-token")
    assert "sandbox-session-token" not in str(result)
    unchecked = [check["name"] for check in result["checks"] if check["status"] == "unchecked"]
    assert unchecked == ["access key", "permission swr::createLoginSecret"]


def test_a_region_without_a_project(world: World) -> None:
    found = world.found(region="cn-east-3", network=LINE)
    assert statuses(found, "failed") == [("account", "project")]
    assert found["account", "project"]["text"] == 'project_name: the account has no projects named "cn-east-3"'
    assert found["organizations", "permission swr:namespace:listNamespaces"]["status"] == "ok"


def test_a_region_that_is_misspelt(world: World) -> None:
    found = world.found(region="cn-nort-4", endpoints=None, registry=None)
    assert statuses(found, "ok") == []
    assert "Did you mean cn-north-4" in found["account", "project"]["remedy"]
    assert world.cloud.calls == []


def test_a_given_project_is_not_looked_up(world: World) -> None:
    found = world.found(project_id="pid-1", organizations=["team"])
    assert statuses(found, "ok")[:3] == [("account", "access key"), ("account", "clock"), ("account", "project")]
    assert ("GET", "/v3/projects") not in reads(world)


def test_an_iam_that_is_not_reached_keeps_nothing_but_the_network_from_being_asked(world: World) -> None:
    places = {"swr": world.cloud.url, "iam": world.cloud.url.replace("http:", "https:")}
    found = world.found(endpoints=places, network=LINE)
    assert statuses(found, "failed") == [("account", "project")]
    assert found["account", "access key"]["status"] == "unchecked"
    assert found["organizations", "permission swr:namespace:listNamespaces"]["status"] == "ok"
    assert found["network", "plan of the network"]["status"] == "unchecked"


def test_an_swr_that_is_not_reached_is_one_failure(world: World) -> None:
    places = {"iam": world.cloud.url, "swr": world.cloud.url.replace("http:", "https:")}
    found = world.found(endpoints=places, organizations=["a", "b"])
    listed = "permission swr:namespace:listNamespaces"
    assert statuses(found, "failed") == [("organizations", listed), ("organizations", "quota of organizations")]
    assert found["organizations", "organizations"]["text"] == "it was not asked, since it needs list of organizations"


def test_organizations(world: World) -> None:
    world.swr.organizations.update(["one", "two", "three"])
    world.cloud.objects.rights["one"] = {world.account.user_id: {"auth": 1}}
    rules = {"127.0.0.1:1/a/b": world.registry + "/one/b", "127.0.0.1:1/a/c": world.registry + "/other/c"}
    found = world.found(organizations=["team", "four", "five", "bad name"], migration=world.migration(rules))
    part = "organizations"
    assert statuses({key: check for key, check in found.items() if key[0] == part}, "failed") == [
        (part, "organization bad name"),
        (part, "organization one"),
        (part, "organization other"),
        (part, "quota of organizations"),
    ]
    assert found[part, "organization one"]["text"] == "rules copy images there, and the user may only read"
    assert "Add it to the organizations to create" in found[part, "organization other"]["remedy"]
    assert found[part, "quota of organizations"]["text"] == "4 of 5 are used, and 2 will be created"
    assert "have it raised" in found[part, "quota of organizations"]["remedy"]


def test_a_private_line(world: World) -> None:
    found = world.found(network=LINE)
    assert statuses(found, "failed", "warning") == []
    plan = found["network", "plan of the network"]["text"]
    assert plan.startswith("private line: create VPC shop, create subnet nodes, create VPC endpoint for SWR ")
    assert [key[1] for key in statuses(found, "unchecked")] == [
        "permission vpc:subnets:create",
        "permission vpc:vpcs:create",
        "permission vpcep:endpoints:create",
    ]
    assert found["network", "quota of VPCs"]["text"] == "0 of 5 are used, and 1 will be created"
    assert found["network", "quota of VPC endpoints"]["text"] == "0 of 50 are used, and 2 will be created"


def test_a_nat_gateway_has_no_quota_that_can_be_read(world: World) -> None:
    placed(world)
    found = world.found(network=NAT)
    assert statuses(found, "failed", "warning") == []
    assert found["network", "quota of EIPs"]["text"] == "0 of 10 are used, and 1 will be created"
    for name in ("quota of NAT gateways", "quota of SNAT rules"):
        assert found["network", name] == {
            "part": "network",
            "name": name,
            "status": "unchecked",
            "text": "the API does not tell it; 1 will be created",
            "remedy": "",
        }


def test_quotas_of_the_network_that_are_used_up(world: World) -> None:
    world.cloud.vpcs.quotas.update(vpc=0, subnet=-1, endpoint=1)
    found = world.found(network=LINE)
    assert statuses(found, "failed") == [("network", "quota of VPC endpoints"), ("network", "quota of VPCs")]
    assert "have the quota raised" in found["network", "quota of VPCs"]["remedy"]
    assert found["network", "quota of subnets"]["text"] == "0 of any number are used, and 1 will be created"


def test_a_network_that_is_there_needs_nothing(world: World) -> None:
    vpc = world.cloud.vpcs.vpc()
    world.cloud.vpcs.subnet(vpc)
    found = world.found(network=dict(LINE, scenario="intranet"))
    assert statuses(found, "failed", "warning", "unchecked") == []
    assert found["network", "plan of the network"]["text"] == "intranet: nothing to change"
    assert world.found(network={"scenario": "intranet"}).keys().isdisjoint({("network", "plan of the network")})


def test_a_plan_that_cannot_be_carried_out(world: World) -> None:
    found = world.found(network=dict(LINE, charge_mode=None))
    assert found["network", "plan of the network"]["status"] == "failed"
    assert "needs charge_mode" in found["network", "plan of the network"]["text"]
    assert found["network", "quotas of VPC"]["status"] == "unchecked"
    found = world.found(network=dict(LINE, charge_mode=None), names="variables")
    assert "Set network_charge_mode to" in found["network", "plan of the network"]["remedy"]


DENIALS = {
    "iam:projects:listProjects": ("GET /v3/projects", "failed"),
    "swr:namespace:listNamespaces": ("GET /v2/manage/namespaces", "unchecked"),
    "swr:namespace:getNamespace": ("GET /v2/manage/namespaces/shop", "warning"),
    "swr:repo:listRepos": ("GET /v2/manage/repos", "unchecked"),
    "vpc:vpcs:list": ("GET /v1/pid-1/vpcs", "failed"),
    "vpc:subnets:list": ("GET /v1/pid-1/subnets", "failed"),
    "vpc:quotas:list": ("GET /v1/pid-1/quotas", "unchecked"),
    "vpcep:quotas:get": ("GET /v1/pid-1/quotas", "unchecked"),
    "vpcep:epservices:get": ("GET /v1/pid-1/vpc-endpoint-services/describe", "failed"),
    "vpcep:endpoints:list": ("GET /v1/pid-1/vpc-endpoints", "failed"),
    "nat:natGateways:list": ("GET /v2/pid-1/nat_gateways", "failed"),
    "nat:snatRules:list": ("GET /v2/pid-1/snat_rules", "failed"),
    "vpc:publicIps:list": ("GET /v3/pid-1/eip/publicips", "failed"),
    "vpc:routeTables:list": ("GET /v1/pid-1/routetables", "failed"),
    "vpc:ports:get": ("GET /v1/pid-1/ports", "failed"),
}
SCENARIOS = {
    "vpcep": LINE,
    "nat": NAT,
    "vpc:publicIps": NAT,
    "vpc:routeTables": NAT,
    "vpc:ports": dict(NAT, scenario="public_single", server_address="192.168.0.7"),
}


@pytest.mark.parametrize("action", DENIALS)
def test_each_permission_that_is_missing_is_named(world: World, action: str) -> None:
    """One denial is one finding with the action that is missing; all other questions are answered."""
    place, status = DENIALS[action]
    network = next((value for prefix, value in SCENARIOS.items() if action.startswith(prefix)), LINE)
    region = "cn-north-4"
    if action == "vpc:routeTables:list":
        # In cn-north-4 default routes are no obstacle.
        region = "cn-south-1"
        world.account.projects[region] = "pid-1"
    if network is not LINE:
        placed(world)
    world.account.denied.append(place)
    found = world.found(organizations=["shop"], network=network, region=region)
    about = [check for check in found.values() if action in check["remedy"]]
    assert [check["status"] for check in about] == [status]
    assert "HTTP 403" in about[0]["text"] or action == "swr:namespace:getNamespace"
    assert len(statuses(found, "failed", "warning")) == (status != "unchecked")


def test_a_quota_of_organizations_that_must_not_be_read(world: World) -> None:
    world.account.denied.append("/v2/manage/projects/pid-1/quotas")
    check = world.found(organizations=["shop"])["organizations", "quota of organizations"]
    assert check["status"] == "unchecked"
    assert "HTTP 403" in check["text"]


HOSTILE = {
    "huge": Response(200, b'{"namespaces": [' + b'"x", ' * 15_000_000 + b"1]}", {"Content-Type": "application/json"}),
    "not JSON": Response(200, b"<html><title>Sign in</title></html>", {"Content-Type": "text/html"}),
    "a redirect": Response(302, b"", {"Location": "https://elsewhere.invalid/login?token=abc"}),
    "another shape": Response(200, b'{"namespaces": {"name": 7}}', {"Content-Type": "application/json"}),
    "controls": Response(400, b'{"errorCode": "x\\u001b[2J", "errorMessage": "a\\nb\\u202ec"}', {}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_replies_are_findings(world: World, kind: str) -> None:
    """The first reply is that to the question about the key."""
    world.cloud.answer_next(HOSTILE[kind])
    result = world.ask(project_id="pid-1", organizations=["team"])
    assert [check["name"] for check in result["checks"] if check["status"] != "ok"] == ["access key"]
    text = str(result)
    assert "\\x1b[2J" not in text.replace("\\\\", "\\") or "\x1b" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "token=abc" not in text
    assert len(text) < 20_000


@pytest.mark.parametrize(
    ("options", "where", "what"),
    [
        ({"network": {"scenario": "tunnel"}}, "network", "value of scenario must be one of"),
        ({"network": {"vpc": "shop"}}, "network", "missing required arguments: scenario"),
        ({"network": dict(LINE, vpcs="shop")}, "network", "vpcs. Supported parameters include"),
        ({"migration": {"image": {}, "auth": {"a": "b"}}}, "migration", "image. Supported parameters include"),
        ({"harbor": {"harbor_url": "https://harbor.example.com"}}, "harbor", "harbor_password, harbor_username"),
        ({"cluster": {"contexts": "prod"}}, "cluster", "contexts. Supported parameters include"),
        ({"time_limit": 0}, "time_limit", "0.0 is out of range"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_asked(
    world: World, options: Dict[str, Any], where: str, what: str
) -> None:
    result = world.ask(**options)
    assert result["failed"]
    assert result["error"]["where"] == where
    assert what in result["error"]["what"]
    assert world.cloud.calls == []
    assert SECRET_KEY not in str(result)
