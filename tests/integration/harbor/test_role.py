# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role harbor between a sandbox Harbor and a sandbox SWR."""

from __future__ import annotations

import base64
import json
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterator

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.role_runs import (
    ACCESS_KEY,
    HARBOR_PASSWORD,
    SECRET_KEY,
    Runs,
)
from ansible_collections.longshore.swr.tests.sandbox import Fault, HarborServer, Swr, images

RULE = {"name": "library-to-swr", "repositories": "library/**", "organization": "team"}


@pytest.fixture
def swr() -> Iterator[Swr]:
    with Swr({ACCESS_KEY: SECRET_KEY}, organizations=["team"]) as server:
        yield server
        assert not server.server.errors


@pytest.fixture
def harbor(request: pytest.FixtureRequest) -> Iterator[HarborServer]:
    options = {"status_lag": 0.05, "retry_delay": 0.05}
    version = getattr(request, "param", "2.9.5")
    with HarborServer(version=version, users={"admin": HARBOR_PASSWORD}, options=options) as server:
        for number in (1, 2):
            server.load(images.docker_image("app-{0}".format(number)), "library/app", "v{0}".format(number))
        server.load(images.docker_image("web"), "library/web", "v1")
        yield server
        assert not server.defects


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "user")


@pytest.fixture
def given(harbor: HarborServer, swr: Swr) -> Dict[str, Any]:
    """The variables of the role for these two."""
    return {
        "harbor_url": harbor.url,
        "harbor_username": "admin",
        "harbor_password": HARBOR_PASSWORD,
        "harbor_registry_host": harbor.registry.host,
        "harbor_region": "cn-north-4",
        "harbor_access_key": ACCESS_KEY,
        "harbor_secret_key": SECRET_KEY,
        "harbor_swr_registry": swr.host,
        "harbor_swr_url": swr.url,
        "harbor_poll_interval": 0.1,
        "harbor_settle_time": 0.3,
        "harbor_rules": [RULE],
    }


@pytest.mark.parametrize("harbor", ["1.10.19", "2.9.5"], indirect=True)
def test_from_nothing_to_images_and_back(runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]) -> None:
    swr.organizations.clear()
    given = dict(given, harbor_start="needed", harbor_preflight="fail")
    forecast = runs.role(given, "--check", "--diff")
    # The organization, the endpoint, the rule.
    assert (forecast.code, forecast.changed) == (0, 3), forecast.text
    assert not swr.organizations
    assert "library-to-swr would be started" in forecast.text
    assert not [call for call in harbor.calls if call.method != "GET"]

    first = runs.role(given, "-vvv", "--diff")
    assert (first.code, first.changed) == (0, 4), first.text
    assert swr.organizations == {"team"}
    assert swr.tags("team/app") == ["v1", "v2"]
    assert "2 of 2 repositories copied" in first.text
    result = runs.result()
    assert result["changed"]
    assert result["endpoint"]["name"] == "swr-cn-north-4"
    assert result["rules"][0]["filters"] == [{"type": "name", "value": "library/**"}]
    assert [run["status"] for run in result["executions"]] == ["Succeed"]

    swr.log.reset()
    again = runs.role(given, "-vvv", "--diff")
    assert (again.code, again.changed) == (0, 0), again.text
    assert not runs.result()["changed"]
    assert not swr.count("manifest_put")

    out = runs.role(dict(given, harbor_state="absent"), "-vvv", "--diff")
    assert (out.code, out.changed) == (0, 2), out.text
    assert not harbor.policies.stored
    assert runs.role(dict(given, harbor_state="absent")).changed == 0
    assert not runs.leaks()


def call(harbor: HarborServer, path: str, body: Any) -> None:
    """What somebody else has made in Harbor before."""
    login = base64.b64encode("admin:{0}".format(HARBOR_PASSWORD).encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": "Basic " + login}
    request = urllib.request.Request(harbor.api + path, json.dumps(body).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 201


def test_what_is_there_is_adopted_and_an_old_login_replaced(
    runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]
) -> None:
    old = {"type": "basic", "access_key": "cn-north-4@" + ACCESS_KEY, "access_secret": "an-old-login"}
    call(harbor, "/registries", {"name": "mine", "type": "huawei-SWR", "url": swr.url, "credential": old})
    rule = {"name": "library-to-swr", "dest_registry": {"id": 1}, "dest_namespace": "other", "enabled": True}
    call(harbor, "/replication/policies", rule)
    wanted = dict(RULE, tags="v*", flatten="none", trigger="scheduled", cron="0 30 2 * * *", speed=1024)
    # Two more rules: one that chooses by labels, one that is disabled and so never started.
    others = [{"name": "labels", "labels": ["a", "b"], "flatten": 1}, {"name": "off", "enabled": False}]
    given = dict(given, harbor_endpoint_name="mine", harbor_rules=[wanted, *others], harbor_organization="team")
    done = runs.role(dict(given, harbor_start="always", harbor_preflight="skip"))
    assert (done.code, done.changed) == (0, 3), done.text
    assert len(harbor.registries.stored) == 1
    assert len(harbor.policies.stored) == 3
    policy = harbor.policy("library-to-swr")
    assert (policy.id, policy.cron is not None) == (1, True)
    result = runs.result()
    assert [rule["dest_namespace"] for rule in result["rules"]] == ["team"] * 3
    assert [rule["dest_namespace_replace_count"] for rule in result["rules"]] == [0, 1, -1]
    assert result["rules"][1]["filters"] == [{"type": "label", "value": ["a", "b"], "decoration": "matches"}]
    assert {run["rule"]: run["status"] for run in result["executions"]} == {
        "library-to-swr": "Succeed",
        "labels": "Succeed",
    }
    assert swr.tags("team/library/app") == ["v1", "v2"]
    assert not runs.leaks()


def test_what_swr_refuses_is_named_before_and_copied_on_request(
    runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]
) -> None:
    harbor.load(images.oci_index("today"), "library/today", "v1")
    harbor.load(images.docker_image("yesterday"), "library/today", "v0")
    harbor.load(images.oci_index("other"), "other/today", "v1")
    refused = runs.role(dict(given, harbor_preflight="fail", harbor_start="needed"))
    assert refused.code == 2
    assert "library/today:v1: application/vnd.oci.image.index.v1+json" in refused.text
    assert "other/today" not in refused.text
    assert "oci-mediatypes=false" in refused.text
    assert not [entry for entry in harbor.calls if entry.method != "GET"]

    failed = runs.role(dict(given, harbor_start="needed"))
    assert failed.code == 2
    assert "Invalid image, fail to parse 'manifest.json'" in failed.text.replace("\\", "")
    assert "2 of 3 repositories copied" in failed.text

    given = dict(given, harbor_start="needed", harbor_copy_refused=True)
    elsewhere = dict(given, harbor_rules=[dict(RULE, organization="not-made-yet")], harbor_endpoint_name="other")
    forecast = runs.role(elsewhere, "--check")
    assert forecast.code == 0, forecast.text
    assert "2 images would be copied" in forecast.text
    swr.log.reset()
    copied = runs.role(given, "-vvv")
    # The endpoint and the rule are there, and Harbor has done what it can: only the image is missing.
    assert (copied.code, copied.changed) == (0, 1), copied.text
    assert runs.result()["copied"]["copied"] == 1
    assert swr.tags("team/today") == ["v0", "v1"]
    assert swr.manifest("team/today", "v1").media_type == "application/vnd.docker.distribution.manifest.list.v2+json"
    again = runs.role(given)
    assert (again.code, again.changed) == (0, 0), again.text
    assert len([entry for entry in harbor.calls if entry.method == "POST" and "executions" in entry.path]) == 1
    # In one go: what Harbor reports as failed is covered.
    at_once = runs.role(dict(given, harbor_start="always"))
    assert at_once.code == 0, at_once.text
    assert [(run["status"], run["covered"]) for run in runs.result()["executions"]] == [("Failed", True)]
    assert not runs.leaks()


def test_a_failure_is_told_and_tried_again(runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]) -> None:
    given = dict(given, harbor_start="needed", harbor_preflight="skip")
    swr.faults.add(Fault(kind="manifest_put", repository="team/web", action="status", status=500))
    failed = runs.role(dict(given, harbor_fail_on_error=False))
    assert failed.code == 0, failed.text
    assert len(runs.result()["problems"]) == 1
    assert runs.result()["problems"][0].startswith("rule library-to-swr: ")
    assert "failed: library/web" in failed.text
    swr.faults.clear()
    done = runs.role(given)
    assert (done.code, done.changed) == (0, 1), done.text
    assert swr.tags("team/web") == ["v1"]
    assert not runs.leaks()


def test_what_cannot_be_carried_out_is_refused_with_the_reason(
    runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]
) -> None:
    swr.faults.add(Fault(kind="dockyard", method="POST", action="status", status=409))
    two = {"repositories": "library/**", "organization": "team"}
    cases = [
        ({"harbor_security_token": "token-of-the-session-5"}, "Harbor keeps the password for good"),
        ({"harbor_password": ""}, "HARBOR_PASSWORD"),
        ({"harbor_swr_username": "u"}, "harbor_swr_password"),
        ({"harbor_rules": [{"name": "a"}]}, "Rule a: it needs an organization"),
        ({"harbor_rules": [dict(two, name="a", tags="v*", exclude_tags="x")]}, "either tags or exclude_tags"),
        ({"harbor_rules": [dict(two, name="a"), dict(two, name="a")]}, "a name that no other rule has"),
        ({"harbor_rules": [dict(two, name="a", organization="Team")]}, "a small letter, then small letters"),
        ({"harbor_rules": [dict(two, name="a", flatten=2)]}, "levels are to be replaced"),
        ({"harbor_rules": [dict(two, name="a", flatten="foo")]}, "flatten of all, none or a number"),
        ({"harbor_rules": [dict(two, name="a", trigger="scheduled", cron="@daily")]}, "is no schedule"),
        ({"harbor_organization": "gone", "harbor_rules": [{"name": "a"}]}, "it answers 409 to the attempt"),
        (
            {"harbor_organizations": "check", "harbor_rules": [{"name": "a", "organization": "no"}]},
            "no: there is no such",
        ),
        (
            {"harbor_swr_username": "cn-north-4@X", "harbor_swr_password": "wrong-login-8"},
            "whether the access key is active",
        ),
        ({"harbor_url": "http://127.0.0.1:1"}, "127.0.0.1:1"),
    ]
    found = runs.attempts([dict(given, **variables) for variables, _words in cases], "-vvv")
    for text, (_variables, words) in zip(found, cases):
        assert words in text
    # Nothing was made before it was known that all can be.
    assert not harbor.policies.stored
    assert not harbor.registries.stored
    assert swr.organizations == {"team"}
    assert not runs.leaks("token-of-the-session-5", "wrong-login-8")


def test_a_survey_may_give_everything_as_text(
    runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]
) -> None:
    names = (
        "cloud",
        "project_name",
        "security_token",
        "swr_username",
        "swr_password",
        "ca_path",
        "endpoint_description",
    )
    off = dict(RULE, name="off", enabled="false", repositories="other/**")
    texts = dict(given, harbor_start="needed", harbor_wait="true", harbor_wait_timeout="60", harbor_rules=[RULE, off])
    texts.update({"harbor_" + name: "" for name in names})
    forecast = runs.role(texts, "--check")
    assert forecast.code == 0, forecast.text
    assert "library-to-swr would be started" in forecast.text
    assert "off would be started" not in forecast.text
    assert runs.role(texts).code == 0
    assert [run["rule"] for run in runs.result()["executions"]] == ["library-to-swr"]
    assert swr.tags("team/app") == ["v1", "v2"]
    assert not runs.leaks()


def test_absent_stops_what_runs_when_asked(runs: Runs, swr: Swr, given: Dict[str, Any]) -> None:
    options = {"status_lag": 0.05, "task_delay": 60.0}
    with HarborServer(users={"admin": HARBOR_PASSWORD}, options=options) as slow:
        slow.load(images.docker_image("app"), "library/app", "v1")
        given = dict(given, harbor_url=slow.url, harbor_preflight="skip")
        absent = dict(given, harbor_state="absent")
        found = runs.attempts(
            [
                dict(given, harbor_start="always", harbor_wait=False),
                absent,
                dict(absent, harbor_stop_executions=True),
            ]
        )
        assert (found[0], found[2]) == ("", "")
        assert "stop_executions" in found[1]
        assert not slow.policies.stored
        assert not slow.registries.stored


def test_a_private_line_with_the_name_of_swr_and_with_another(
    runs: Runs, sandbox_swr: Callable[..., Swr], given: Dict[str, Any]
) -> None:
    real, other = "swr.cn-north-4.myhuaweicloud.com", "vpcep-1.cn-north-4.myhuaweicloud.com"
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=True)
    resolve = {real: swr, other: swr}
    with HarborServer(users={"admin": HARBOR_PASSWORD}, options={"status_lag": 0.05}, resolve=resolve) as harbor:
        harbor.load(images.docker_image("app"), "library/app", "v1")
        # This host does not reach SWR under these names, Harbor does.
        usual = {"harbor_network": "private_endpoint", "harbor_organizations": "ignore", "harbor_url": harbor.url}
        line = {
            **{name: value for name, value in given.items() if "swr" not in name},
            **usual,
            "harbor_start": "needed",
        }
        found = runs.attempts(
            [
                dict(line, harbor_swr_registry=other),
                dict(line, harbor_swr_registry=other, harbor_insecure=True),
            ]
        )
        assert "certificate" in found[0]
        assert found[1] == ""
        assert runs.result()["endpoint"]["url"] == "https://" + other
        assert runs.result()["endpoint"]["insecure"]
        assert swr.tags("team/app") == ["v1"]
        assert not runs.leaks()
