# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests creating and deleting an organization takes, and what each answer means."""

from __future__ import annotations

import base64
import json
from typing import Any, Dict, List, Optional, Tuple
from unittest import mock

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.dockyard import (  # noqa: E402
    DockyardOrganizations,
    dockyard_client,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import manage_organization  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor  # noqa: E402
from ansible_collections.longshore.swr.tests.support.replies import reply_to  # noqa: E402

HOST = "https://swr.cn-north-4.myhuaweicloud.com"
LOGIN = {"region": "cn-north-4", "username": "cn-north-4@AK", "password": "pass-of-the-login-3"}
LIST = "GET /dockyard/v2/namespaces"
GET, POST, DELETE = LIST + "/team", "POST /dockyard/v2/namespaces", "DELETE /dockyard/v2/namespaces/team"
REPOSITORIES = "GET /dockyard/v2/repositories?filter=center::self"
TEAM = {"id": 7, "name": "team", "creator_name": "cn-north-4", "auth": 7}
STATE = {"name": "team", "creator": "cn-north-4", "permission": "manage"}


def refusal(status: int, code: str = "", message: str = "no") -> Tuple[int, Any]:
    return status, {"errors": [{"errorCode": code, "errorMessage": message}]}


class FakeSwr(requests.adapters.BaseAdapter):
    """Answers each request by a list of (status, JSON) pairs, the last of which is repeated.

    :ivar calls: each request as text, with its body after a space where it has one.
    """

    def __init__(self, **replies: Any) -> None:
        super().__init__()
        names = {"get": GET, "post": POST, "delete": DELETE, "repositories": REPOSITORIES}
        self.replies: Dict[str, List[Any]] = {names[name]: list(found) for name, found in replies.items()}
        self.calls: List[str] = []
        self.headers: Any = {}

    def send(self, request: Any, **settings: Any) -> Any:
        name = "{0} {1}".format(request.method, request.url[len(HOST) :])
        assert request.url.startswith(HOST + "/")
        self.calls.append(name + (" " + request.body.decode() if request.body else ""))
        self.headers = request.headers
        known = self.replies[name] if "offset" not in name else [(200, [])]
        status, data = known.pop(0) if len(known) > 1 else known[0]
        return reply_to(request, status, body=b"" if data is None else json.dumps(data).encode())

    def close(self) -> None:
        pass


def manage(swr: FakeSwr, present: bool = True, check_mode: bool = False, name: str = "team") -> Dict[str, Any]:
    session = requests.Session()
    session.mount("https://", swr)
    client = dockyard_client(LOGIN, Redactor(), session)
    return manage_organization(DockyardOrganizations(client.call), name, present, check_mode)


def failure(swr: FakeSwr, **how: Any) -> HuaweiCloudError:
    with mock.patch.object(ApiClient, "_backoff", return_value=0.0), pytest.raises(HuaweiCloudError) as caught:
        manage(swr, **how)
    assert LOGIN["password"] not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("absent", [refusal(404), (200, {}), (200, {"name": ""})])
def test_a_missing_organization_is_created_with_the_login(absent: Any) -> None:
    swr = FakeSwr(get=[absent, (200, TEAM)], post=[(201, {})])
    result = manage(swr)
    assert swr.calls == [GET, POST + ' {"namespace":"team"}', GET]
    login = base64.b64encode(b"cn-north-4@AK:pass-of-the-login-3").decode()
    assert swr.headers["Authorization"] == "Basic " + login
    assert result == {"changed": True, "organization": STATE, "diff": {"before": {}, "after": {"name": "team"}}}


def test_one_that_exists_is_left_alone() -> None:
    swr = FakeSwr(get=[(200, dict(TEAM, auth=1))])
    result = manage(swr)
    assert swr.calls == [GET]
    assert (result["changed"], result["organization"]["permission"]) == (False, "read")


def test_check_mode_predicts_and_changes_nothing() -> None:
    swr = FakeSwr(get=[refusal(404)])
    result = manage(swr, check_mode=True)
    assert swr.calls == [GET]
    assert result["changed"] is True
    assert result["organization"] == {"name": "team", "creator": None, "permission": None}
    gone = FakeSwr(get=[(200, TEAM)], repositories=[(200, [])])
    assert manage(gone, present=False, check_mode=True)["changed"] is True
    assert gone.calls == [GET, REPOSITORIES]


def test_one_that_somebody_creates_at_the_same_time_is_adopted() -> None:
    swr = FakeSwr(get=[refusal(404), (200, TEAM)], post=[refusal(409)])
    assert manage(swr)["organization"] == STATE


@pytest.mark.parametrize("hidden", [refusal(404), refusal(403, "SVCSTG.SWR.4030001"), refusal(400)])
def test_the_name_of_another_account_is_said_to_be_that(hidden: Any) -> None:
    swr = FakeSwr(get=[hidden], post=[refusal(409, "SVCSTG.SWR.4090060", "namespace exists")])
    error = failure(swr)
    assert (error.status, error.code) == (409, "SVCSTG.SWR.4090060")
    assert "belongs to another account" in str(error)
    assert swr.calls == [GET, POST + ' {"namespace":"team"}', GET]


def test_one_that_is_not_visible_may_still_be_created() -> None:
    swr = FakeSwr(get=[refusal(403), (200, TEAM)], post=[(200, None)])
    assert manage(swr)["changed"] is True


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ({"get": [refusal(401, "", "Authenticate Error")]}, "Check the user name and the password"),
        ({"get": [refusal(500)]}, "HTTP 500"),
        ({"get": [refusal(403, "SVCSTG.SWR.4031032")]}, "limits how often"),
        ({"get": [(200, [])]}, "not an organization"),
        ({"get": [(200, None)]}, "not an organization"),
        ({"get": [refusal(404)], "post": [refusal(400, "SVCSTG.SWR.4000097")]}, "quota of organizations is used up"),
        ({"get": [refusal(404)], "post": [refusal(403, "SVCSTG.SWR.4030001")]}, "Grant the user the IAM permission"),
        ({"get": [refusal(404)], "post": [(201, {})]}, "agreed to create the organization, but it is not visible"),
    ],
)
def test_a_failure_names_cause_and_remedy(replies: Any, words: str) -> None:
    assert words in str(failure(FakeSwr(**replies)))


def test_an_empty_organization_is_deleted() -> None:
    other = [{"namespace": "teams", "name": "app", "total_range": 1}]
    swr = FakeSwr(get=[(200, TEAM), refusal(404)], repositories=[(200, other)], delete=[(204, None)])
    result = manage(swr, present=False)
    assert swr.calls == [GET, REPOSITORIES, DELETE, GET]
    assert result == {"changed": True, "organization": None, "diff": {"before": STATE, "after": {}}}
    again = FakeSwr(get=[refusal(404)])
    assert manage(again, present=False)["changed"] is False
    assert again.calls == [GET]


def test_one_that_somebody_deletes_at_the_same_time_is_gone() -> None:
    swr = FakeSwr(get=[(200, TEAM), (200, {})], repositories=[(200, [])], delete=[refusal(404)])
    assert manage(swr, present=False)["changed"] is True


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        # What cannot be seen is not taken for deleted.
        ({"get": [refusal(403)]}, "HTTP 403"),
        ({"repositories": [(200, [{"namespace": "team", "name": "b/c"}])]}, "is not empty (b/c)"),
        ({"repositories": [(200, [{"namespace": "team", "name": n} for n in "dcba"])]}, "(a, b, c, ...)"),
        ({"repositories": [(200, [{"namespace": "x", "name": "b", "total_range": 9}])]}, "ends after 1 of 9 entries"),
        ({"repositories": [(200, None)]}, "not a list of repositories"),
        ({"repositories": [(200, [None])]}, "not a list of repositories"),
        ({"delete": [refusal(406, "SVCSTG.SWR.4060074", "not empty")]}, "Delete its repositories first"),
        ({"delete": [refusal(405)]}, "does not let a registry login delete"),
        ({"delete": [(204, None)]}, "agreed to delete the organization, but it is still there"),
    ],
)
def test_what_cannot_be_deleted_is_refused_with_the_reason(replies: Any, words: str) -> None:
    swr = FakeSwr(**dict({"get": [(200, TEAM)], "repositories": [(200, [])]}, **replies))
    assert words in str(failure(swr, present=False))
    assert [call for call in swr.calls if call.startswith("DELETE")] == ([DELETE] if "delete" in replies else [])


@pytest.mark.parametrize("name", ["a", "dev-container", "a.b", "a__b", "a_1-b.c", "a" * 64])
def test_a_valid_name_is_sent(name: str) -> None:
    swr = FakeSwr()
    swr.replies[LIST + "/" + name] = [(200, {"name": name})]
    assert manage(swr, name=name)["changed"] is False


@pytest.mark.parametrize(
    "name", ["", "A", "Team", "1a", "-a", "a-", "a_", "a..b", "a-.b", "a___b", "a b", "a/b", "a\n", "ü", "a" * 65]
)
def test_an_invalid_name_is_refused_before_anything_is_sent(name: str) -> None:
    swr = FakeSwr()
    error = failure(swr, name=name)
    assert (error.where, swr.calls) == ("name", [])
    assert "invalid organization name" in str(error)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"region": "eu-de"}, "https://swr.eu-de.otc.t-systems.com"),
        ({"region": "my-1", "cloud": "cloud.example.com"}, "https://swr.my-1.cloud.example.com"),
        ({"registry": "swr.example.com:8443", "region": "cn-north-4"}, "https://swr.example.com:8443"),
        ({"endpoint": "http://127.0.0.1:5000/", "registry": "swr.example.com"}, "http://127.0.0.1:5000"),
    ],
)
def test_where_the_registry_is(options: Any, url: str) -> None:
    client = dockyard_client(dict(options, username="u", password="p"), str)
    assert client._base == url


@pytest.mark.parametrize(
    ("options", "where"),
    [({}, "registry"), ({"registry": "https://swr.example.com"}, "registry"), ({"region": "mars-1"}, "region")],
)
def test_an_unknown_registry_is_refused(options: Any, where: Optional[str]) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        dockyard_client(dict(options, username="u", password="p"), str)
    assert caught.value.where == where
