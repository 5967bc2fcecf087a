# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tags are deleted, with which requests, and which ones stay."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.removal import (  # noqa: E402
    managed_registry,
    remove_copies,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
    refusal,
)

PLACE = "/v2/manage/namespaces/team/repos/deep%24app"
LIST = "GET {0}/tags?limit=1000".format(PLACE.replace("v2", "v3"))
GET, DELETE = "GET " + PLACE, "DELETE " + PLACE
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
MISSING = refusal(404, "4040003")
EMPTY = (200, {"name": "deep/app", "is_public": False, "num_images": 0})


def tags(**digests: Optional[str]) -> Tuple[int, Any]:
    listed = [{"tag": tag, "digest": digest} for tag, digest in digests.items()]
    return 200, {"tags": listed, "has_more": False}


def tag(name: str) -> str:
    return "{0}/tags/{1}".format(DELETE, name)


def remove(fake: FakeCloud, copied: Dict[str, Optional[str]], check_mode: bool = False) -> Dict[str, Any]:
    with fake:
        return remove_copies(fake.cloud(), {"team/deep/app": copied}, check_mode)


def test_what_was_copied_goes_and_so_does_the_empty_repository() -> None:
    replies: Dict[str, List[Any]] = {LIST: [tags(v1=A, v2=B), MISSING], GET: [EMPTY, MISSING], DELETE: [(204, None)]}
    fake = FakeCloud({**replies, tag("v1"): [(204, None)], tag("v2"): [(204, None)]})
    result = remove(fake, {"v1": A, "v2": B, "v0": A})
    assert fake.calls == [LIST, tag("v1"), tag("v2"), LIST, GET, DELETE, GET]
    assert (result["changed"], result.get("failed", False)) == (True, False)
    assert result["deleted"] == ["team/deep/app:v1", "team/deep/app:v2"]
    assert result["repositories"] == ["team/deep/app"]
    assert result["msg"] == "2 images and 1 repository deleted"
    assert result["diff"]["before"] == "team/deep/app:v1\nteam/deep/app:v2\nteam/deep/app\n"


def test_a_second_run_changes_nothing() -> None:
    fake = FakeCloud({LIST: [MISSING], GET: [MISSING]})
    result = remove(fake, {"v1": A})
    assert (result["changed"], result["msg"]) == (False, "0 images and 0 repositories deleted")
    assert fake.calls == [LIST, GET]


def test_an_interrupted_run_is_continued_at_the_empty_repository() -> None:
    fake = FakeCloud({LIST: [MISSING], GET: [EMPTY, MISSING], DELETE: [(204, None)]})
    assert remove(fake, {"v1": A})["repositories"] == ["team/deep/app"]


@pytest.mark.parametrize(
    ("there", "copied", "reason"),
    [
        (A, {"v1": None}, "it was there already"),
        (A, {"v1": B}, "it has changed since it was copied"),
        (A, {"v0": A}, "no copy of it is recorded"),
        (None, {"v1": A}, "SWR does not tell its digest"),
        ("", {"v1": ""}, "no copy of it is recorded"),
    ],
)
def test_everything_else_stays_and_is_named(there: Optional[str], copied: Dict[str, Any], reason: str) -> None:
    fake = FakeCloud({LIST: [tags(v1=there)]})
    result = remove(fake, copied)
    assert fake.calls == [LIST]
    assert (result["changed"], result.get("failed", False)) == (False, False)
    assert result["left"] == [{"name": "team/deep/app:v1", "reason": reason}]
    assert "1 left: team/deep/app:v1 ({0})".format(reason) in result["msg"]


def test_a_tag_that_stays_keeps_its_repository_and_the_other_tags_of_its_image() -> None:
    fake = FakeCloud({LIST: [tags(mine=B, same=A, theirs=A), tags(same=A, theirs=A)], tag("mine"): [(204, None)]})
    result = remove(fake, {"mine": B, "same": A})
    assert fake.writes() == [tag("mine")]
    assert result["deleted"] == ["team/deep/app:mine"]
    assert [(one["name"][-6:], one["reason"]) for one in result["left"]] == [
        ("p:same", "another tag of the same image stays"),
        ("theirs", "no copy of it is recorded"),
    ]


def test_a_repository_where_nothing_was_copied_stays_even_if_it_is_empty() -> None:
    fake = FakeCloud({LIST: [MISSING]})
    assert remove(fake, {"v1": None})["changed"] is False
    assert fake.calls == [LIST]


def test_what_is_pushed_meanwhile_stays() -> None:
    fake = FakeCloud({LIST: [tags(v1=A), tags(v1=B)], tag("v1"): [(204, None)]})
    result = remove(fake, {"v1": A})
    assert fake.calls == [LIST, tag("v1"), LIST]
    assert result["left"] == [{"name": "team/deep/app:v1", "reason": "it has changed since it was copied"}]


def test_check_mode_only_reads() -> None:
    fake = FakeCloud({LIST: [tags(v1=A, v2=B)]})
    result = remove(fake, {"v1": A, "v2": B}, check_mode=True)
    assert fake.calls == [LIST]
    assert (result["changed"], result["msg"]) == (True, "2 images and 1 repository would be deleted")


def test_what_swr_counts_besides_tags_keeps_the_repository() -> None:
    more = (200, dict(EMPTY[1], num_images=2))
    fake = FakeCloud({LIST: [tags(v1=A), MISSING], tag("v1"): [(204, None)], GET: [more]})
    result = remove(fake, {"v1": A})
    assert fake.writes() == [tag("v1")]
    assert (result.get("failed", False), result["left"]) == (
        False,
        [{"name": "team/deep/app", "reason": "SWR still counts 2 images in it"}],
    )


@pytest.mark.parametrize(
    ("after", "message"),
    [(tags(v1=A, kept=B), "agreed to delete tags"), (MISSING, "tags to keep are gone")],
)
def test_a_deletion_with_another_effect_is_an_error(after: Any, message: str) -> None:
    fake = FakeCloud({LIST: [tags(v1=A, kept=B), after], tag("v1"): [(204, None)]})
    result = remove(fake, {"v1": A})
    assert (result.get("failed", False), result["changed"]) == (True, True)
    assert message in result["failures"][0]
    assert message in result["msg"]
    assert fake.writes() == [tag("v1")]


@pytest.mark.parametrize("reply", [MISSING, requests.ConnectionError("reset")])
def test_a_lost_reply_and_somebody_else_who_deletes_it_are_no_errors(reply: Any) -> None:
    fake = FakeCloud({LIST: [tags(v1=A), MISSING], GET: [MISSING], tag("v1"): [reply]})
    assert "failed" not in remove(fake, {"v1": A})


def test_a_deletion_that_did_not_arrive_is_an_error() -> None:
    fake = FakeCloud({LIST: [tags(v1=A)], tag("v1"): [requests.ConnectionError("reset")]})
    result = remove(fake, {"v1": A})
    assert (result.get("failed", False), result["deleted"]) == (True, [])


def test_a_refusal_names_the_permission_and_stops_in_this_repository_only() -> None:
    other = LIST.replace("deep%24app", "other")
    replies: Dict[str, List[Any]] = {LIST: [tags(v1=A, v2=B)], tag("v1"): [refusal(403, "4030000")]}
    fake = FakeCloud({**replies, other: [tags(w=B)]})
    with fake:
        result = remove_copies(fake.cloud(), {"team/deep/app": {"v1": A, "v2": B}, "team/other": {}}, False)
    assert fake.writes() == [tag("v1")]
    assert "swr:repo:deleteRepoTag for the repository team/deep/app:v1" in result["failures"][0]
    assert result["counts"] == {"deleted": 0, "repositories": 0, "left": 1, "failed": 1}


def test_a_list_that_is_refused_deletes_nothing() -> None:
    fake = FakeCloud({LIST: [refusal(403, "4030000")]})
    result = remove(fake, {"v1": A})
    assert (result.get("failed", False), result["changed"], fake.writes()) == (True, False, [])


def test_a_name_that_swr_cannot_have_is_not_asked_for() -> None:
    fake = FakeCloud({})
    with fake:
        result = remove_copies(fake.cloud(), {"team": {"v1": A}, "team/..": {"v1": A}}, False)
    assert fake.calls == []
    assert result["counts"]["failed"] == 2


OWN = "swr.cn-north-4.myhuaweicloud.com"


@pytest.mark.parametrize(
    ("registry", "has_endpoint", "expected"),
    [
        (None, False, OWN),
        (OWN.upper(), False, OWN),
        (OWN, True, OWN),
        ("Registry.example.com:5000", True, "registry.example.com:5000"),
        ("swr.example.com", True, "swr.example.com"),
    ],
)
def test_the_registry_is_that_of_the_api(registry: Optional[str], has_endpoint: bool, expected: str) -> None:
    assert managed_registry(registry, "cn-north-4", None, has_endpoint) == expected


@pytest.mark.parametrize(
    ("registry", "has_endpoint"),
    [
        ("registry.example.com", False),
        ("swr.cn-east-3.myhuaweicloud.com", False),
        ("swr.cn-east-3.myhuaweicloud.com", True),
    ],
)
def test_another_registry_is_refused_with_the_remedy(registry: str, has_endpoint: bool) -> None:
    with pytest.raises(HuaweiCloudError, match=r"is not the registry of SWR in cn-north-4.*longshore.swr.image_prune"):
        managed_registry(registry, "cn-north-4", None, has_endpoint)


@pytest.mark.parametrize("registry", [None, OWN])
def test_without_a_region_nothing_is_deleted(registry: Optional[str]) -> None:
    with pytest.raises(HuaweiCloudError, match="the region of the registry is unknown"):
        managed_registry(registry, None, None, True)
