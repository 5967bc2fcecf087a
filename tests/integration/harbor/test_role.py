# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role harbor between sandbox Harbors and a sandbox SWR: what it does in which order, in one run of many steps.

What it computes, and what its modules do, is tested where that is.
"""

from __future__ import annotations

import base64
import contextlib
import json
import urllib.request
from typing import Any, Dict, Iterator

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.role_runs import (
    ACCESS_KEY,
    HARBOR_PASSWORD,
    SECRET_KEY,
    Steps,
    attempts,
    harbor_variables,
    step,
)
from ansible_collections.longshore.swr.tests.sandbox import Fault, HarborServer, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates

TOKEN = "token-of-the-session-5"
RULE = {"name": "library-to-swr", "repositories": "library/**", "organization": "team"}
# Each is invalid for another reason, but for the last.
INVALID_RULES = [
    {"name": "no organization", "organization": ""},
    {"name": "tags", "tags": "v*", "exclude_tags": "x"},
    {"name": "labels", "labels": ["a"], "exclude_labels": ["b"]},
    {"name": "flatten", "flatten": "foo"},
    {"name": "twice"},
    {"name": "twice"},
    {"name": "valid"},
]
# What cannot be carried out, and the words that say so
REFUSED: Dict[str, Any] = {
    "temporary": ({"harbor_security_token": TOKEN}, "Harbor stores the password permanently"),
    "no_password": ({"harbor_password": ""}, "HARBOR_PASSWORD"),
    "half_a_login": ({"harbor_swr_username": "u"}, "harbor_swr_password"),
    "invalid_rules": (
        {"harbor_rules": [dict({"organization": "team"}, **rule) for rule in INVALID_RULES]},
        "Invalid rule twice: it needs an organization",
    ),
    "no_organization_of_swr": (
        {"harbor_rules": [dict(RULE, organization="1team")]},
        "invalid organization name '1team'",
    ),
    "missing": (
        {"harbor_organizations": "check", "harbor_rules": [dict(RULE, organization="no")]},
        "This login sees no organization no in SWR",
    ),
}


def call(harbor: HarborServer, path: str, body: Any) -> None:
    """What somebody else has done in Harbor before."""
    login = base64.b64encode("admin:{0}".format(HARBOR_PASSWORD).encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": "Basic " + login}
    request = urllib.request.Request(harbor.api + path, json.dumps(body).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 201


def make_endpoint(harbor: HarborServer, swr: Swr, name: str, password: str) -> None:
    login = {"type": "basic", "access_key": "cn-north-4@" + ACCESS_KEY, "access_secret": password}
    call(harbor, "/registries", {"name": name, "type": "huawei-SWR", "url": swr.url, "credential": login})
    rule = {"name": "library-to-swr", "dest_registry": {"id": 1}, "dest_namespace": "other", "enabled": True}
    call(harbor, "/replication/policies", rule)


class Site:
    """An SWR, Harbors that replicate to it, and what the role did with them."""

    def __init__(self, stack: contextlib.ExitStack, folder: Any) -> None:
        organizations = ["other", "team", "old", "today"]
        # Harbor and SWR have certificates of two private authorities.
        tls = Certificates(str(folder / "tls"))
        self.swr = stack.enter_context(Swr({ACCESS_KEY: SECRET_KEY}, organizations=organizations, tls=tls))
        harbors = {}
        for name, version, more in (
            ("adopting", "2.9.5", {}),
            ("refusing", "2.9.5", {"tls": True}),
            ("old", "1.10.19", {}),
            ("slow", "2.9.5", {"options": {"task_delay": 3600.0}}),
        ):
            more["options"] = {"status_lag": 0.05, "retry_delay": 0.05, **more.get("options", {})}
            harbor = HarborServer(version, {"admin": HARBOR_PASSWORD}, ca_path=self.swr.ca_path, **more)
            harbors[name] = stack.enter_context(harbor)
            for number in (1, 2):
                harbor.load(images.docker_image("app-{0}".format(number)), "library/app", "v{0}".format(number))
        self.adopting, self.refusing, self.old, self.slow = list(harbors.values())
        self._prepare()
        self.folder = folder
        self.steps = Steps(folder, self._plays(), None, TOKEN)

    def _prepare(self) -> None:
        make_endpoint(self.adopting, self.swr, "mine", "an-old-login")
        self.refusing.load(images.oci_index("today"), "library/today", "v1")
        self.refusing.load(images.docker_image("yesterday"), "library/today", "v0")
        self.refusing.load(images.oci_index("other"), "other/today", "v1")
        self.old.load(images.docker_image("web"), "library/web", "v1")
        self.swr.faults.add(Fault(kind="manifest_put", repository="old/web", action="status", status=500))
        make_endpoint(self.slow, self.swr, "swr-cn-north-4", login_password(ACCESS_KEY, SECRET_KEY))
        call(self.slow, "/replication/executions", {"policy_id": 1})
        theirs = {"name": "theirs", "dest_registry": {"id": 1}, "dest_namespace": "other", "enabled": True}
        call(self.slow, "/replication/policies", theirs)

    def given(self, harbor: HarborServer, *rules: Dict[str, Any], **more: Any) -> Dict[str, Any]:
        usual = {"swr_registry": self.swr.host, "swr_url": self.swr.url, "swr_ca_path": self.swr.ca_path}
        usual.update({"ca_path": harbor.ca_path or "", "rules": list(rules), **more})
        return {**harbor_variables(harbor), **{"harbor_" + name: value for name, value in usual.items()}}

    def pages(self, name: str) -> Dict[str, Any]:
        return {"html_path": str(self.folder / (name + ".html")), "junit_path": str(self.folder / (name + ".xml"))}

    def page(self, name: str) -> str:
        return (self.folder / (name + ".html")).read_text()

    def _plays(self) -> Any:
        # As texts, which a survey of AWX gives, and empty ones for questions without an answer.
        names = ("cloud", "project_name", "security_token", "swr_username", "swr_password", "ca_path", "swr_ca_path")
        empty = dict.fromkeys((*names, "endpoint_description"), "")
        wanted = dict(RULE, organization="new", tags="v*", flatten="none", trigger="scheduled", cron="0 30 2 * * *")
        labels = {"name": "labels", "labels": ["a", "b"], "flatten": 1, "enabled": "true"}
        adopt = {"endpoint_name": "mine", "organization": "team", "start": "always", "wait_timeout": "60"}
        adopt.update(preflight="skip", insecure="true", wait="true", **empty)
        today = dict(RULE, organization="today")
        copy = {"start": "needed", "copy_refused": True}
        slow = self.given(self.slow, RULE, state="absent")
        old = self.given(
            self.old, dict(RULE, organization="old"), start="needed", preflight="skip", **self.pages("old")
        )
        faults = self.swr.url + "/_sandbox/faults"
        mend = {"ansible.builtin.uri": {"url": faults, "method": "DELETE", "ca_path": self.swr.ca_path}}
        login = {"url_username": "admin", "url_password": HARBOR_PASSWORD, "force_basic_auth": True}
        theirs = self.slow.api + "/replication/policies/2"
        withdraw = {"ansible.builtin.uri": {"url": theirs, "method": "DELETE", **login}, "no_log": True}
        invalid = self.given(self.slow, RULE, preflight="skip")
        return [
            step("adopt", self.given(self.adopting, dict(wanted, speed=1024), labels, **adopt)),
            step("refuse", self.given(self.refusing, today, preflight="fail", start="needed", **self.pages("refuse"))),
            step("copy", self.given(self.refusing, today, **copy, **self.pages("copy"))),
            step("copy_again", self.given(self.refusing, today, **copy)),
            attempts("invalid", {key: {**invalid, **variables} for key, (variables, _words) in REFUSED.items()}),
            step("fail", dict(old, harbor_fail_on_error=False)),
            step("retry", {**old, "harbor_html_path": ""}, before=[mend]),
            step("keep", slow),
            step("stop", dict(slow, harbor_stop_executions=True)),
            step("remove", slow, before=[withdraw]),
        ]


@pytest.fixture(scope="module", name="site")
def a_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with contextlib.ExitStack() as stack:
        site = Site(stack, tmp_path_factory.mktemp("site"))
        yield site
        assert not site.swr.server.errors
        assert not [harbor.defects for harbor in (site.adopting, site.refusing, site.old, site.slow) if harbor.defects]


def test_what_is_there_is_adopted_and_an_old_login_replaced(site: Site) -> None:
    result = site.steps.result("adopt")
    assert len(site.adopting.registries.stored) == 1
    assert len(site.adopting.policies.stored) == 2
    policy = site.adopting.policy("library-to-swr")
    assert (policy.id, policy.cron is not None) == (1, True)
    assert result["endpoint"]["insecure"] is True
    assert result["connection"]["healthy"] is True
    assert [rule["dest_namespace"] for rule in result["rules"]] == ["new", "team"]
    assert [rule["dest_namespace_replace_count"] for rule in result["rules"]] == [0, 1]
    assert result["rules"][1]["filters"] == [{"type": "label", "value": ["a", "b"], "decoration": "matches"}]


def test_missing_organizations_are_created_and_rules_started(site: Site) -> None:
    result = site.steps.result("adopt")
    assert site.swr.organizations == {"new", "other", "team", "old", "today"}
    assert (result["organizations"], result["changed"]) == (["new", "team"], True)
    assert {run["rule"]: run["status"] for run in result["executions"]} == {
        "library-to-swr": "Succeed",
        "labels": "Succeed",
    }
    assert site.swr.tags("new/library/app") == ["v1", "v2"]
    assert "It must be created first" not in site.steps.run.text
    # The organization; the endpoint's loop is one task, and so is that of the rules and that of the executions.
    assert site.steps.changed("adopt") == 4


def test_what_swr_refuses_is_named_before_anything_is_created(site: Site) -> None:
    assert "SWR's basic edition will refuse 1 of the artifacts" in site.steps.failure("refuse")
    assert "oci-mediatypes=false" in site.steps.failure("refuse")
    text = site.steps.run.text
    assert "library-to-swr: library/today:v1: application/vnd.oci.image.index.v1+json" in text
    assert "other/today" not in text
    assert site.steps.changed("refuse") == 0
    page = site.page("refuse")
    assert "SWR&#x27;s basic edition refuses its format" in page
    assert "Nothing was changed." in page
    assert 'failures="0" errors="1"' in (site.folder / "refuse.xml").read_text()


def test_what_swr_refuses_is_copied_on_request_and_covers_the_failure(site: Site) -> None:
    result = site.steps.result("copy")
    assert [(run["status"], run["covered"]) for run in result["executions"]] == [("Failed", True)]
    assert (result["copied"]["copied"], result["problems"]) == (1, [])
    assert site.swr.tags("today/today") == ["v0", "v1"]
    index = site.swr.manifest("today/today", "v1")
    assert index.media_type == "application/vnd.docker.distribution.manifest.list.v2+json"
    assert "1 of 2 repositories copied" in "\n".join(result["summary"])
    assert {name: count for name, count in result["counts"].items() if count} == {"copied": 1, "converted": 1}
    assert "2 of 2 repositories arrived" in site.page("copy")
    # Harbor has done what it can, and the rest is there.
    assert site.steps.result("copy_again")["executions"] == []
    assert (site.steps.result("copy_again")["changed"], site.steps.changed("copy_again")) == (False, 0)
    assert len(site.refusing.bodies("POST", "/replication/executions")) == 1


def test_a_failure_is_told_and_tried_again_with_harbor_1_10(site: Site) -> None:
    result = site.steps.result("fail")
    assert [problem.partition(": ")[0] for problem in result["problems"]] == ["rule library-to-swr"]
    assert "failed: library/web" in "\n".join(result["summary"])
    assert "1 of 2 repositories failed" in site.page("old")
    assert len(result["executions"]) == len(site.steps.result("retry")["executions"]) == 1
    assert site.steps.result("retry")["problems"] == []
    assert site.swr.tags("old/web") == ["v1"]


def test_a_rule_that_runs_is_removed_on_request_only(site: Site) -> None:
    assert "stop_executions" in site.steps.failure("keep")
    assert site.steps.changed("stop") == 1


def test_an_endpoint_that_others_use_stays(site: Site) -> None:
    stopped, removed = site.steps.result("stop"), site.steps.result("remove")
    assert (stopped["removed_rules"], stopped["endpoint_used_by"]) == (["library-to-swr"], ["theirs"])
    assert (removed["removed_rules"], removed["endpoint_used_by"]) == ([], [])
    assert (removed["changed"], site.steps.changed("remove")) == (True, 1)
    assert not site.slow.policies.stored
    assert not site.slow.registries.stored


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_carried_out_is_refused_with_the_reason(site: Site, key: str) -> None:
    assert REFUSED[key][1] in site.steps.failure("invalid", key)
    # Nothing was created before it was known that everything can be.
    assert len(site.slow.bodies("POST", "/replication/policies")) == 2
    assert len(site.slow.bodies("POST", "/registries")) == 1


def test_every_invalid_rule_is_named(site: Site) -> None:
    results = site.steps.run.value("invalid_rules", "invalid")["results"]
    refused = [rule["name"] for rule, result in zip(INVALID_RULES, results) if result.get("failed")]
    assert refused == [rule["name"] for rule in INVALID_RULES if rule["name"] != "valid"]
