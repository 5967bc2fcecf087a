# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from typing import Any
from unittest import mock

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.client import HarborClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.artifacts import list_artifacts  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.info import gather  # noqa: E402
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402

PAGE = "page=1&page_size=100"
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
OPTIONS = {"policy": None, "limit": 20, "project": None, "repositories": None}


def artifact(digest, media_type, *tags, **other):
    data = {"digest": digest, "manifest_media_type": media_type, "size": 10, "type": "IMAGE"}
    return dict(data, tags=[{"name": tag} for tag in tags] or None, **other)


@pytest.fixture
def harbor():
    fake = FakeHarbor()
    fake.on("GET /projects?" + PAGE, [{"name": "team", "project_id": 2}, {"name": "library", "project_id": 1}])
    fake.on("GET /projects?name=library&" + PAGE, [{"name": "library"}, {"name": "my-library"}])
    fake.on("GET /projects/library/repositories?" + PAGE, [{"name": "library/web"}, {"name": "library/a/b"}])
    fake.on("GET /projects/team/repositories?" + PAGE, [{"name": "team/app"}])
    path = "GET /projects/{0}/repositories/{1}/artifacts?with_tag=true&" + PAGE
    fake.on(path.format("library", "a%252Fb"), [artifact("sha256:1", INDEX, "2", "1")])
    fake.on(path.format("library", "web"), [artifact("sha256:2", MANIFEST, type="CHART"), artifact("sha256:3", DOCKER)])
    fake.on(path.format("team", "app"), [])
    return fake


def test_artifacts_tell_what_swr_refuses_and_why(harbor):
    found = list_artifacts(harbor.client)
    assert [item["digest"] for item in found] == ["sha256:1", "sha256:2", "sha256:3"]
    assert found[0] == {
        "repository": "library/a/b",
        "digest": "sha256:1",
        "tags": ["1", "2"],
        "size": 10,
        "type": "image",
        "media_type": INDEX,
        "refused_by_swr": True,
        "reason": found[0]["reason"],
    }
    assert "fail to parse 'manifest.json'" in found[0]["reason"]
    assert (found[1]["refused_by_swr"], found[1]["type"], found[1]["tags"]) == (True, "chart", [])
    assert "according to its documentation" in found[1]["reason"]
    assert (found[2]["refused_by_swr"], found[2]["reason"]) == (False, None)
    for item in found[:2]:
        assert "oci-mediatypes=false" in item["reason"]
        assert "image_copy" in item["reason"]


@pytest.mark.parametrize(
    ("repository", "project", "digests"),
    [
        ("library/*", "", ["sha256:2", "sha256:3"]),
        ("library/**", "", ["sha256:1", "sha256:2", "sha256:3"]),
        ("{library,team}/web", "", ["sha256:2", "sha256:3"]),
        ("**/b", "", ["sha256:1"]),
        ("", "library", ["sha256:1", "sha256:2", "sha256:3"]),
        ("", "lib*", ["sha256:1", "sha256:2", "sha256:3"]),
        ("**/app", "library", []),
    ],
)
def test_artifacts_of_some_repositories(harbor, repository, project, digests):
    assert [item["digest"] for item in list_artifacts(harbor.client, [repository], project)] == digests


def test_one_project_is_asked_for_alone_and_others_of_like_names_are_left_out(harbor):
    list_artifacts(harbor.client, ["library/*"])
    calls = [call for call, dummy in harbor.calls]
    assert calls[0] == "GET /projects?name=library&" + PAGE
    assert not any("my-library" in call or "%252F" in call for call in calls)


def test_a_bad_pattern_is_refused(harbor):
    with pytest.raises(HarborError, match="repositories: invalid pattern 'library/\\['"):
        list_artifacts(harbor.client, ["team/*", "library/["])


def test_a_repository_that_several_patterns_match_is_asked_for_once(harbor):
    found = list_artifacts(harbor.client, ["library/**", "**/web", "team/*", "library/{a/b,web}"])
    assert [item["digest"] for item in found] == ["sha256:1", "sha256:2", "sha256:3"]
    calls = [call for call, dummy in harbor.calls]
    assert len(calls) == len(set(calls)) == 6
    assert list_artifacts(harbor.client, ["team/*", ""]) == found


def test_repositories_are_asked_for_several_at_a_time(harbor):
    # Each request waits until the other has come as well.
    meeting = threading.Barrier(2, timeout=20)
    ask = HarborClient.list

    def wait(client, path, params=()):
        if "/artifacts" in path:
            meeting.wait()
        return ask(client, path, params)

    with mock.patch.object(HarborClient, "list", wait):
        assert len(list_artifacts(harbor.client, ["library/**"])) == 3


def test_a_project_that_is_not_shown_is_not_taken_for_empty(harbor):
    harbor.on("GET /projects?name=secret&" + PAGE, [])
    harbor.on("HEAD /projects?project_name=secret", Reply(""))
    with pytest.raises(HarborError, match=r"may not see the project secret.*example of module harbor_robot") as caught:
        list_artifacts(harbor.client, ["secret/**"])
    assert caught.value.status == 403
    # One that is not there has nothing.
    harbor.on("HEAD /projects?project_name=secret", Reply("", 404))
    assert list_artifacts(harbor.client, ["secret/**"]) == []


def test_an_account_that_may_not_list_is_told_what_it_takes(harbor):
    no = Reply({"errors": [{"code": "FORBIDDEN", "message": "forbidden"}]}, 403)
    harbor.on("GET /projects/library/repositories?" + PAGE, no)
    with pytest.raises(HarborError, match=r"more permissions than replicating.*harbor_preflight=skip"):
        list_artifacts(harbor.client, ["library/**"])


def test_an_old_harbor_knows_tags_only():
    fake = FakeHarbor("v1.10.19-41c1a5ca")
    fake.on("GET /projects?name=library&" + PAGE, [{"name": "library", "project_id": 1}])
    fake.on("GET /repositories?project_id=1&" + PAGE, [{"name": "library/a/b"}])
    tags = [{"name": "2", "digest": "sha256:1", "size": 5}, {"name": "1", "digest": "sha256:1", "size": 5}]
    fake.on("GET /repositories/library/a/b/tags?" + PAGE, [*tags, {"name": "3", "digest": "sha256:2", "size": 6}])
    found = list_artifacts(fake.client, ["library/**"])
    assert [(item["digest"], item["tags"], item["size"]) for item in found] == [
        ("sha256:1", ["1", "2"], 5),
        ("sha256:2", ["3"], 6),
    ]
    assert (found[0]["media_type"], found[0]["refused_by_swr"]) == (None, None)
    assert "does not report the format" in found[0]["reason"]


def test_only_what_is_asked_for_is_asked_for():
    fake = FakeHarbor()
    assert gather(fake.client, dict(OPTIONS, gather=["version"])) == {
        "version": {"version": "v2.9.5-e8b44df6", "api": "v2.0", "known": True}
    }
    assert fake.calls == []


def test_registries_policies_and_adapters_have_no_secrets():
    fake = FakeHarbor()
    registry = {
        "id": 7,
        "name": "swr",
        "type": "huawei-SWR",
        "credential": {"access_key": "k", "access_secret": "*****"},
    }
    fake.on("GET /registries?" + PAGE, [registry])
    fake.on("GET /replication/policies?" + PAGE, [{"id": 5, "name": "to-swr", "dest_registry": registry}])
    fake.on("GET /replication/adapters", ["huawei-SWR", "harbor"])
    found = gather(fake.client, dict(OPTIONS, gather=["adapters", "policies", "registries"]))
    assert list(found) == ["adapters", "registries", "policies"]
    assert found["adapters"] == ["harbor", "huawei-SWR"]
    assert (found["registries"][0]["has_secret"], found["registries"][0]["id"]) == (True, 7)
    assert (found["policies"][0]["registry"], found["policies"][0]["trigger"]) == ("swr", "manual")
    assert "*****" not in str(found)
    assert "access_secret" not in str(found)


def executions(*numbers):
    return [
        {"id": number, "policy_id": 5 + number % 2, "status": "Succeed", "total": 3, "succeed": 3} for number in numbers
    ]


def test_a_limit_below_zero_is_refused():
    with pytest.raises(HarborError, match="limit: -1 is too small"):
        gather(FakeHarbor().client, dict(OPTIONS, gather=["executions"], limit=-1))


def test_executions_have_the_name_of_their_policy_and_a_limit():
    fake = FakeHarbor()
    fake.on("GET /replication/policies?" + PAGE, [{"id": 5, "name": "to-swr"}])
    fake.on("GET /replication/executions?sort=-start_time&" + PAGE, executions(4, 3, 2))
    found = gather(fake.client, dict(OPTIONS, gather=["executions"], limit=2))["executions"]
    assert [(item["id"], item["policy"]) for item in found] == [(4, "to-swr"), (3, None)]
    assert found[0]["counts"] == {"total": 3, "succeed": 3, "failed": 0, "in_progress": 0, "stopped": 0}
    fake.on("GET /replication/executions?policy_id=5&sort=-start_time&" + PAGE, executions(4, 2))
    found = gather(fake.client, dict(OPTIONS, gather=["executions"], policy="to-swr"))["executions"]
    assert [item["id"] for item in found] == [4, 2]
    with pytest.raises(HarborError, match="no replication policy with this name"):
        gather(fake.client, dict(OPTIONS, gather=["executions"], policy="other"))


def test_robots_are_shown_without_their_secrets():
    fake = FakeHarbor()
    robot = {"id": 1, "name": "robot$x", "level": "system", "secret": "shown-once", "disable": True, "duration": -1}
    fake.on("GET /robots?" + PAGE, [robot])
    found = gather(fake.client, dict(OPTIONS, gather=["robots"]))["robots"][0]
    assert (found["name"], found["disabled"], found["duration"]) == ("robot$x", True, -1)
    assert "shown-once" not in str(found)
    with pytest.raises(HarborError, match=r"gather: robots: this needs Harbor 2\.2"):
        gather(FakeHarbor("v1.10.19-41c1a5ca").client, dict(OPTIONS, gather=["robots"]))


@pytest.mark.parametrize(
    ("subset", "path"), [("artifacts", "/projects"), ("executions", "/replication/policies"), ("executions", "/x")]
)
@pytest.mark.parametrize("entry", [{}, {"name": None}, {"id": [], "name": {}}])
def test_an_entry_without_what_harbor_always_sends_is_an_error(subset: str, path: str, entry: Any) -> None:
    harbor = FakeHarbor()
    harbor.on("GET {0}?page=1&page_size=100".format(path), [entry])
    harbor.on("GET /replication/policies?page=1&page_size=100", [entry] if path != "/x" else [])
    harbor.on("GET /replication/executions?sort=-start_time&page=1&page_size=100", [entry])
    options = {"gather": [subset], "repositories": None, "project": None, "policy": None, "limit": 5}
    with pytest.raises(HarborError, match="Harbor"):
        gather(harbor.client, options)
