# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight finds out about registries, Harbor, a cluster, hosts and this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.integration.preflight.conftest import LINE, World
from ansible_collections.longshore.swr.tests.sandbox.auth import BasicAuth, BearerAuth, User
from ansible_collections.longshore.swr.tests.sandbox.faults import Fault

ALICE = {"username": "alice", "password": "a-long-password", "insecure": True}


def about(found: Dict[Any, Dict[str, str]], *parts: str) -> List[Any]:
    """Name and status of the checks of these parts."""
    return sorted((check["name"], check["status"]) for key, check in found.items() if key[0] in parts)


@pytest.mark.parametrize(
    "auth", [None, BasicAuth({"alice": "a-long-password"}), BearerAuth({"alice": "a-long-password"})]
)
def test_a_registry_that_answers(world: World, sandbox_registry: Callable[..., Any], auth: Any) -> None:
    source = sandbox_registry(auth=auth)
    rules = {
        source.host + "/shop/app:1": world.registry + "/team/app",
        source.host + "/shop/db": world.registry + "/team/db",
    }
    login = dict(ALICE) if auth else {"insecure": True}
    found = world.found(migration=world.migration(rules, **{source.host: login}))
    assert about(found, "migrate") == sorted(
        [
            ("registry " + source.host, "ok"),
            ("registry " + world.registry, "ok"),
            ("push to " + world.registry, "unchecked"),
        ]
    )
    accepted = "auth" if auth else "even without a login"
    assert accepted in found["migrate", "registry " + source.host]["text"]
    assert "a-long-password" not in str(found)
    # Each is asked once: the refusal that names the token server, the token, the request with it, and one for tags.
    assert len(source.log.entries()) <= 4


@pytest.mark.parametrize("auth", [BasicAuth({"alice": "another"}), BearerAuth({"alice": "another"})])
def test_a_registry_that_refuses_the_login(world: World, sandbox_registry: Callable[..., Any], auth: Any) -> None:
    source = sandbox_registry(auth=auth)
    rules = {source.host + "/shop/app:1": world.registry + "/team/app"}
    found = world.found(migration=world.migration(rules, **{source.host: dict(ALICE)}))
    check = found["migrate", "registry " + source.host]
    assert check["status"] == "failed"
    assert "HTTP 401" in check["text"]
    assert check["remedy"].startswith("Check the user and the password in auth")
    assert "a-long-password" not in str(found)


@pytest.mark.parametrize(
    ("auth", "name", "status"),
    [
        (BasicAuth({"alice": "a-long-password"}), "shop/*", "failed"),
        (BearerAuth({"alice": "a-long-password"}), "shop/app", "failed"),
        # It gives everybody a token, and the rule names no repository that could be asked for.
        (BearerAuth({"alice": "a-long-password"}), "shop/*", "ok"),
    ],
)
def test_a_source_without_a_login(
    world: World, sandbox_registry: Callable[..., Any], auth: Any, name: str, status: str
) -> None:
    source = sandbox_registry(auth=auth)
    rules = {source.host + "/" + name: world.registry + "/team"}
    found = world.found(migration=world.migration(rules, **{source.host: {"insecure": True}}))
    check = found["migrate", "registry " + source.host]
    assert check["status"] == status
    assert ("auth file" in check["remedy"]) == (status == "failed")


def test_a_destination_without_a_login(world: World, sandbox_registry: Callable[..., Any]) -> None:
    target = sandbox_registry()
    rules = {"127.0.0.1:1/shop/app:1": target.host + "/shop/app"}
    found = world.found(migration=world.migration(rules, **{target.host: {"insecure": True}}))
    assert found["migrate", "registry " + target.host]["text"] == "it answers, but there is no login to write with"
    assert found["migrate", "registry 127.0.0.1:1"]["status"] == "failed"


def test_the_login_of_swr_is_tried_in_an_organization_that_will_be_created(world: World) -> None:
    rules = {"127.0.0.1:1/shop/app:1": world.registry + "/new/app"}
    found = world.found(organizations=["new"], migration=world.migration(rules))
    assert found["migrate", "registry " + world.registry]["status"] == "ok"
    wrong = dict(world.login, password="0" * 64)
    found = world.found(organizations=["new"], migration=world.migration(rules, **{world.registry: wrong}))
    assert found["migrate", "registry " + world.registry]["status"] == "failed"


def test_a_registry_behind_the_line_that_is_still_to_come(world: World) -> None:
    away = "127.0.0.1:1"
    migration = world.migration({"127.0.0.1:2/shop/app:1": away + "/team/app"}, **{away: dict(ALICE)})
    found = world.found(registry=away, network=LINE, migration=migration)
    check = found["migrate", "registry " + away]
    assert check["status"] == "warning"
    assert check["remedy"].endswith("It may be reached once the network is there: the part network comes first")
    assert world.found(registry=away, migration=migration)["migrate", "registry " + away]["status"] == "failed"


def test_hostile_registries(world: World, sandbox_registry: Callable[..., Any]) -> None:
    faults = {
        "page": Fault(path="/v2/", action="status", status=200, html=True),
        "huge": Fault(path="/v2/", action="status", status=200, body="x" * 70_000_000),
        "redirect": Fault(path="/v2/", action="redirect", location="https://elsewhere.invalid/v2/?token=abc"),
    }
    servers = {name: sandbox_registry(faults=[fault]) for name, fault in faults.items()}
    rules = {server.host + "/shop/app:1": world.registry + "/team/" + name for name, server in servers.items()}
    auth = {server.host: {"insecure": True} for server in servers.values()}
    result = world.ask(migration=world.migration(rules, **auth))
    found = {check["name"]: check for check in result["checks"]}
    for server in servers.values():
        assert found["registry " + server.host]["status"] == "failed", found["registry " + server.host]
    assert found["registry " + world.registry]["status"] == "ok"
    assert "it is a web page" in found["registry " + servers["page"].host]["text"]
    assert "token=abc" not in str(result)
    assert len(str(result)) < 20_000


def test_what_is_slow_ends_at_the_time_limit_and_hides_nothing(
    world: World, sandbox_registry: Callable[..., Any]
) -> None:
    world.cloud.faults.add(Fault(path="/v2/manage/repos", action="delay", seconds=60))
    slow = sandbox_registry(faults=[Fault(path="/v2/", action="delay", seconds=60)])
    rules = {slow.host + "/shop/app:1": world.registry + "/team/app"}
    migration = world.migration(rules, **{slow.host: {"insecure": True}})
    found = world.found(organizations=["team"], migration=migration, time_limit=6)
    for key in (("organizations", "list of repositories"), ("migrate", "registry " + slow.host)):
        assert (found[key]["status"], found[key]["text"]) == ("failed", "there was no answer within 3 seconds")
    assert found["organizations", "organization team"]["status"] == "ok"
    assert found["migrate", "registry " + world.registry]["status"] == "ok"


def test_rules_that_cannot_be_used(world: World) -> None:
    migration = world.migration({"docker.io/library/nginx:1": world.registry + "/team/UPPER", "a b": "c"})
    found = world.found(migration=migration)
    rules = [check for check in world.ask(migration=migration)["checks"] if check["part"] == "migrate"]
    assert {check["status"] for check in rules} == {"failed"}
    assert len(rules) == 2
    assert found["organizations", "permission swr:repo:listRepos"]["status"] == "ok"


def test_a_login_of_which_a_variable_is_missing(world: World) -> None:
    login = {"username": "alice", "password": "${NO_SUCH_VARIABLE_HERE}"}
    migration = world.migration({"127.0.0.1:1/a/b:1": world.registry + "/team/b"}, **{"127.0.0.1:1": login})
    found = world.found(migration=migration)
    assert found["migrate", "rules"]["status"] == "failed"
    assert "NO_SUCH_VARIABLE_HERE" in found["migrate", "rules"]["text"]


# Harbor

ADMIN = {"harbor_username": "admin", "harbor_password": "Harbor12345"}


@pytest.mark.parametrize("version", ["1.10.10", "2.14.0"])
def test_a_harbor(world: World, sandbox_harbor: Callable[..., Any], version: str) -> None:
    harbor = sandbox_harbor(version=version)
    found = world.found(harbor={"harbor_url": harbor.url, **ADMIN})
    assert about(found, "harbor") == [
        ("Harbor", "ok"),
        ("permission to replicate", "unchecked"),
        ("permissions", "ok"),
    ]
    assert version in found["harbor", "Harbor"]["text"]


def test_a_harbor_that_is_too_old(world: World, sandbox_harbor: Callable[..., Any]) -> None:
    harbor = sandbox_harbor(version="1.10.3")
    check = world.found(harbor={"harbor_url": harbor.url, **ADMIN})["harbor", "Harbor"]
    assert check["status"] == "failed"
    assert check["remedy"].startswith("Upgrade it to 1.10.5 or later")


def test_a_user_of_harbor_who_is_no_administrator(world: World, sandbox_harbor: Callable[..., Any]) -> None:
    harbor = sandbox_harbor(version="2.9.5", users={"admin": "Harbor12345", "bob": User("Bobs-password1")})
    options = {"harbor_url": harbor.url, "harbor_username": "bob", "harbor_password": "Bobs-password1"}
    found = world.found(harbor=options)
    failed = [check for key, check in found.items() if key[0] == "harbor" and check["status"] == "failed"]
    assert failed
    for check in failed:
        right = check["name"].replace("permission ", "")
        expected = "Use an administrator of Harbor, or give the system robot account the permission {0}.".format(right)
        assert check["remedy"] == expected
    assert "Bobs-password1" not in str(found)


def test_a_wrong_password_of_harbor(world: World, sandbox_harbor: Callable[..., Any]) -> None:
    harbor = sandbox_harbor(version="2.9.5")
    options = {"harbor_url": harbor.url, "harbor_username": "admin", "harbor_password": "wrong-password"}
    found = world.found(harbor=options)
    assert about(found, "harbor") == [("Harbor", "failed")]
    assert "harbor_password" in found["harbor", "Harbor"]["remedy"]
    assert "wrong-password" not in str(found)


# A cluster

TOKEN = "sandbox-token"


def test_a_cluster(world: World, sandbox_kubernetes: Callable[..., Any]) -> None:
    cluster = sandbox_kubernetes()
    found = world.found(cluster={"host": cluster.url, "api_key": TOKEN, "cutover": True})
    assert about(found, "discover", "cutover") == [
        ("cluster", "ok"),
        ("rights in the cluster", "ok"),
        ("rights in the cluster", "ok"),
        ("rights to pull secrets", "ok"),
    ]
    assert TOKEN not in str(found)
    assert not [entry for entry in cluster.log.entries() if entry.method not in ("GET", "POST")]
    assert {entry.path for entry in cluster.log.entries() if entry.method == "POST"} == {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    }


def test_a_cluster_with_rights_to_read_only(world: World, sandbox_kubernetes: Callable[..., Any]) -> None:
    tokens = {TOKEN: {"name": "reader", "rules": [{"verbs": ["get", "list"], "namespaces": ["shop"]}]}}
    cluster = sandbox_kubernetes(tokens=tokens)
    options = {"host": cluster.url, "api_key": TOKEN, "namespaces": ["shop"], "cutover": True}
    found = world.found(cluster=options)
    assert found["discover", "rights in the cluster"]["status"] == "ok"
    check = found["cutover", "rights in the cluster"]
    assert check["status"] == "failed"
    assert "patch deployments.apps in shop, " in check["text"]
    secrets = found["cutover", "rights to pull secrets"]
    assert secrets["status"] == "warning"
    assert ": patch serviceaccounts in shop; without them, pull secrets cannot" in secrets["text"]
    both = world.found(cluster=dict(options, namespaces=["shop", "other"], cutover=False))
    check = both["discover", "rights in the cluster"]
    assert (check["status"], "list pods in other" in check["text"]) == ("warning", True)
    assert "in shop" not in check["text"]
    everywhere = world.found(cluster=dict(options, namespaces=[], cutover=False))
    check = everywhere["discover", "rights in the cluster"]
    assert (check["status"], "list pods; without them, " in check["text"]) == ("failed", True)


def test_a_cluster_that_refuses_the_login(world: World, sandbox_kubernetes: Callable[..., Any]) -> None:
    cluster = sandbox_kubernetes()
    found = world.found(cluster={"host": cluster.url, "api_key": "expired-token"})
    assert about(found, "discover") == [("cluster", "failed")]
    assert "HTTP 401" in found["discover", "cluster"]["text"]
    assert "expired-token" not in str(found)


def test_a_cluster_that_does_not_say_what_the_user_may_do(world: World, sandbox_kubernetes: Callable[..., Any]) -> None:
    fault = Fault(path="/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", action="status", status=403)
    cluster = sandbox_kubernetes(faults=[fault])
    found = world.found(cluster={"host": cluster.url, "api_key": TOKEN})
    assert about(found, "discover") == [("cluster", "ok"), ("rights in the cluster", "unchecked")]


# Hosts and this machine


def test_hosts(world: World) -> None:
    facts = [
        {"name": "good", "clock_offset": -3.0, "become": True},
        {"name": "away", "reachable": False, "error": "ssh: connect to host away port 22: No route to host"},
        {"name": "late", "clock_offset": -90},
        {"name": "wrong", "clock_offset": 3600, "become": False, "error": "Missing sudo password"},
        {"name": "unknown"},
    ]
    found = world.ask(hosts=facts)["checks"]
    assert [(check["name"], check["status"], check["text"]) for check in found if check["part"] == "nodes"] == [
        ("host away", "failed", "it cannot be reached: ssh: connect to host away port 22: No route to host"),
        ("host late", "warning", "its clock is 90 seconds behind this machine's"),
        ("host wrong", "failed", "the user cannot become root: Missing sudo password"),
        ("host wrong", "failed", "its clock is 60 minutes ahead of this machine's"),
        ("hosts", "ok", "2 of 5 hosts answer as they should"),
    ]


def test_many_hosts_that_are_away(world: World) -> None:
    found = world.ask(hosts=[{"name": "n{0}".format(number), "reachable": False} for number in range(3000)])["checks"]
    nodes = [check for check in found if check["part"] == "nodes"]
    assert len(nodes) == 101
    assert nodes[-1]["text"] == "2900 more problems of hosts"


def test_a_directory(world: World, tmp_path: Path) -> None:
    def check(path: Path) -> Dict[str, str]:
        return world.found(state_dir=str(path))["state", "directory {0}".format(path)]

    assert check(tmp_path)["text"].startswith("it can be written in {0}, which has ".format(tmp_path))
    assert check(tmp_path / "new" / "state")["text"].startswith("it can be created in {0}, ".format(tmp_path))
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("")
    assert check(tmp_path / "file" / "state")["status"] == "failed"
    os.symlink(str(tmp_path / "nowhere"), str(tmp_path / "link"))
    assert check(tmp_path / "link")["status"] == "failed"


def test_a_directory_without_room_or_rights(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "directory {0}".format(tmp_path)
    space = list(os.statvfs(tmp_path))
    for free, status in ((10, "failed"), (200, "warning"), (5000, "ok")):
        space[0:2], space[4] = [1000**2, 1000**2], free
        monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(space))
        assert world.found(state_dir=str(tmp_path))["state", name]["status"] == status
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    check = world.found(state_dir=str(tmp_path))["state", name]
    assert check["text"] == "this user may not write in {0}".format(tmp_path)
