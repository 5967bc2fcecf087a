# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests an organization takes with an access key."""

from __future__ import annotations

from typing import Any, Dict

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.common import swr_client  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import (  # noqa: E402
    ManagedOrganizations,
    manage_organization,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
    refusal,
)

GET = "GET /v2/manage/namespaces/team"
POST, DELETE = "POST /v2/manage/namespaces", "DELETE /v2/manage/namespaces/team"
REPOSITORIES = "GET /v2/manage/repos?namespace=team&limit=1000&offset=0"
TEAM = (200, {"id": 1, "name": "team", "creator_name": "operator", "auth": 7})
MISSING = refusal(404, "4040058")
FORBIDDEN = refusal(403, "4030000")


def manage(fake: FakeCloud, present: bool = True, check_mode: bool = False) -> Dict[str, Any]:
    with fake:
        return manage_organization(ManagedOrganizations(swr_client(fake.cloud())), "team", present, check_mode)


def test_it_is_created_once() -> None:
    fake = FakeCloud({GET: [MISSING, TEAM], POST: [(201, {})]})
    result = manage(fake)
    assert fake.calls == [GET, POST + ' {"namespace":"team"}', GET]
    assert result["organization"] == {"name": "team", "creator": "operator", "permission": "manage"}
    again = FakeCloud({GET: [TEAM]})
    assert (manage(again)["changed"], again.calls) == (False, [GET])


def test_an_empty_one_is_deleted_once() -> None:
    fake = FakeCloud({GET: [TEAM, MISSING], REPOSITORIES: [(200, [])], DELETE: [(204, None)]})
    assert manage(fake, present=False)["changed"] is True
    assert fake.calls == [GET, REPOSITORIES, DELETE, GET]
    again = FakeCloud({GET: [MISSING]})
    assert (manage(again, present=False)["changed"], again.calls) == (False, [GET])


def test_check_mode_predicts_both() -> None:
    for present, replies in ((True, {GET: [MISSING]}), (False, {GET: [TEAM], REPOSITORIES: [(200, [])]})):
        fake = FakeCloud(replies)
        assert manage(fake, present, check_mode=True)["changed"] is True
        assert fake.writes() == []


@pytest.mark.parametrize(
    ("present", "replies", "words"),
    [
        (True, {GET: [FORBIDDEN], POST: [refusal(409, "4090060")]}, "this one belongs to another account"),
        (True, {GET: [MISSING], POST: [refusal(400, "4000097")]}, "quota of organizations is used up"),
        (True, {GET: [MISSING], POST: [FORBIDDEN]}, "swr:namespace:createNamespace for the organization team"),
        (False, {GET: [FORBIDDEN]}, "swr:namespace:getNamespace for the organization team"),
        (False, {GET: [TEAM], REPOSITORIES: [(200, [{"name": "app"}])]}, "is not empty (app)"),
        (False, {GET: [TEAM], REPOSITORIES: [(200, [])], DELETE: [refusal(406, "4060074")]}, "Delete its repositories"),
    ],
)
def test_a_failure_names_cause_and_remedy(present: bool, replies: Any, words: str) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        manage(FakeCloud(replies), present)
    assert words in str(caught.value)
