# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests a repository takes, and what each answer means."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import (  # noqa: E402
    list_organizations,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.repository import (  # noqa: E402
    list_repositories,
    manage_repository,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
    refusal,
)

GET = "GET /v2/manage/namespaces/team/repos/deep%24app"
POST = "POST /v2/manage/namespaces/team/repos"
PATCH, DELETE = GET.replace("GET", "PATCH"), GET.replace("GET", "DELETE")
LIST = "GET /v2/manage/repos?limit=1000&offset=0"
THERE = {
    "name": "deep/app",
    "is_public": False,
    "category": "linux",
    "description": "old",
    "num_images": 0,
    "size": 5,
    "path": "swr/team/deep/app",
    "created": "2026-01-01T00:00:00Z",
}
MISSING = refusal(404, "4040003")


def manage(fake: FakeCloud, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    usual = {"organization": "team", "name": "deep/app", "state": "present"}
    with fake:
        return manage_repository(fake.cloud(), {**usual, **options}, check_mode)


def test_a_missing_repository_is_created() -> None:
    fake = FakeCloud({GET: [MISSING, (200, dict(THERE, category=None))], POST: [(201, {})]})
    result = manage(fake, description="old")
    assert fake.calls == [GET, POST + ' {"is_public":false,"description":"old","repository":"deep/app"}', GET]
    wanted = {"organization": "team", "name": "deep/app", "public": False, "description": "old"}
    assert (result["changed"], result["diff"]) == (True, {"before": {}, "after": wanted})
    assert (result["repository"]["path"], result["repository"]["size"]) == ("swr/team/deep/app", 5)


@pytest.mark.parametrize(
    ("option", "value", "body"),
    [
        ("public", True, '{"is_public":true,"category":"linux","description":"old"}'),
        ("category", "database", '{"is_public":false,"category":"database","description":"old"}'),
        ("description", "new", '{"is_public":false,"category":"linux","description":"new"}'),
        ("description", "", '{"is_public":false,"category":"linux","description":""}'),
    ],
)
def test_each_field_is_changed_once_and_keeps_the_others(option: str, value: Any, body: str) -> None:
    field = {"public": "is_public"}.get(option, option)
    fake = FakeCloud({GET: [(200, THERE), (200, dict(THERE, **{field: value}))], PATCH: [(201, {})]})
    result = manage(fake, **{option: value})
    assert fake.calls == [GET, PATCH + " " + body, GET]
    before, after = result["diff"]["before"], result["diff"]["after"]
    assert [name for name in after if before[name] != after[name]] == [option]
    again = FakeCloud({GET: [(200, dict(THERE, **{field: value}))]})
    assert manage(again, **{option: value})["changed"] is False
    assert again.calls == [GET]


@pytest.mark.parametrize("there", [MISSING, (200, THERE)])
def test_check_mode_predicts_and_changes_nothing(there: Any) -> None:
    fake = FakeCloud({GET: [there]})
    result = manage(fake, check_mode=True, public=True)
    assert (fake.calls, result["changed"]) == ([GET], True)
    assert result["repository"]["public"] is True


def test_an_empty_repository_is_deleted_once() -> None:
    fake = FakeCloud({GET: [(200, THERE), MISSING], DELETE: [(204, None)]})
    result = manage(fake, state="absent")
    assert fake.calls == [GET, DELETE, GET]
    assert (result["changed"], result["repository"]) == (True, None)
    again = FakeCloud({GET: [MISSING]})
    assert manage(again, state="absent")["changed"] is False


@pytest.mark.parametrize("check_mode", [True, False])
def test_one_with_images_stays(check_mode: bool) -> None:
    fake = FakeCloud({GET: [(200, dict(THERE, num_images=3))]})
    with pytest.raises(HuaweiCloudError, match="it has 3 images"):
        manage(fake, check_mode, state="absent")
    assert fake.calls == [GET]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"name": "App"}, "name"),
        ({"name": "a//b"}, "name"),
        ({"name": "a-.b"}, "name"),
        ({"name": "a" * 129}, "name"),
        ({"organization": "9team"}, "organization"),
    ],
)
def test_an_invalid_name_is_refused_before_anything_is_sent(options: Any, where: str) -> None:
    fake = FakeCloud({})
    with pytest.raises(HuaweiCloudError) as caught:
        manage(fake, **options)
    assert (caught.value.where, fake.calls) == (where, [])


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ({GET: [MISSING], POST: [refusal(404, "4040058")]}, "Create the organization first"),
        ({GET: [MISSING], POST: [refusal(403, "4030000")]}, "swr:repo:createRepo for the repository team/deep/app"),
        ({GET: [refusal(403, "4030000")]}, "swr:repo:getRepo for the repository team/deep/app"),
        ({GET: [refusal(403, "4031032")]}, "limits how often"),
        ({GET: [(404, {"error_code": "APIGW.0101", "error_msg": "The API does not exist"})]}, "does not have this API"),
        ({GET: [(404, "page")]}, "HTTP 404"),
        ({GET: [(200, [])]}, "not match its API reference"),
        ({GET: [(200, {"name": "app"})]}, "not match SWR's API reference"),
        ({GET: [MISSING], POST: [(201, {})]}, "agreed to create it, but it is not visible"),
        ({GET: [(200, THERE)], PATCH: [(201, {})]}, "agreed to change public, but did not"),
    ],
)
def test_a_failure_names_cause_and_remedy(replies: Any, words: str) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        manage(FakeCloud(replies), public=True)
    assert words in str(caught.value)


@pytest.mark.parametrize("page", [(404, {"error_code": "APIGW.0101", "error_msg": "no"}), (404, "page")])
def test_what_is_not_said_by_swr_is_not_taken_for_absent(page: Any) -> None:
    with pytest.raises(HuaweiCloudError):
        manage(FakeCloud({GET: [page]}), state="absent")


def test_a_creation_whose_reply_is_lost_is_not_made_twice() -> None:
    lost = requests.exceptions.ReadTimeout()
    fake = FakeCloud({GET: [MISSING, (200, THERE)], POST: [lost]})
    assert manage(fake)["changed"] is True
    assert [call.partition(" {")[0] for call in fake.calls] == [GET, POST, GET, GET]


def test_a_throttled_creation_is_repeated() -> None:
    fake = FakeCloud({GET: [MISSING, (200, THERE)], POST: [refusal(403, "4031042"), (201, {})]})
    assert manage(fake)["changed"] is True
    assert len(fake.writes()) == 2


def found(fake: FakeCloud, *which: Any) -> List[str]:
    with fake:
        return ["{organization}/{name}".format(**entry) for entry in list_repositories(fake.cloud(), *which)]


def test_repositories_are_listed_to_the_last_page() -> None:
    entries = [{"namespace": "team", "name": "app{0}".format(number), "is_public": True} for number in range(3)]
    second = LIST.replace("offset=0", "offset=2")
    fake = FakeCloud(
        {
            LIST: [(200, entries[:2], {"Content-Range": "0-2/3"})],
            second: [(200, entries[2:], {"Content-Range": "2-1/3"})],
        }
    )
    assert found(fake) == ["team/app0", "team/app1", "team/app2"]
    assert fake.calls == [LIST, second]


def test_only_the_repository_of_that_name_is_returned() -> None:
    entries = [{"namespace": "team", "name": name, "is_public": False} for name in ("app", "app2")]
    fake = FakeCloud({"GET /v2/manage/repos?namespace=team&name=app&limit=1000&offset=0": [(200, entries)]})
    assert found(fake, "team", "app") == ["team/app"]


def test_organizations_are_listed() -> None:
    entries = [{"id": 1, "name": "team", "creator_name": "operator", "auth": 3}]
    fake = FakeCloud({"GET /v2/manage/namespaces": [(200, {"namespaces": entries})]})
    with fake:
        organizations = list_organizations(fake.cloud())
    assert organizations == [{"name": "team", "creator": "operator", "permission": "write"}]
    fake = FakeCloud({"GET /v2/manage/namespaces?namespace=other": [(200, {"namespaces": entries})]})
    with fake:
        assert list_organizations(fake.cloud(), "other") == []


def test_a_nested_name_is_looked_for_among_all() -> None:
    entries = [{"namespace": "team", "name": name, "is_public": False} for name in ("deep/app", "app")]
    fake = FakeCloud({"GET /v2/manage/repos?namespace=team&limit=1000&offset=0": [(200, entries)]})
    assert found(fake, "team", "deep/app") == ["team/deep/app"]
