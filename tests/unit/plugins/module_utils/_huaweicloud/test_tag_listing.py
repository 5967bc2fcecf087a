# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls the list of tags takes, and for which registries there is one."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiReply
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.tag_listing import (
    UNKNOWN,
    SwrTagApi,
    lister_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor

PATH = "/v3/manage/namespaces/team/repos/deep$er$app/tags"


class Api:
    """Answers calls in order, and remembers them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: List[Tuple[str, str, Any]] = []

    def call(self, method: str, path: str, params: Any = None) -> ApiReply:
        self.calls.append((method, path, params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return ApiReply(200, {}, answer)


def page(*tags: str, **more: Any) -> Dict[str, Any]:
    return dict({"tags": [{"tag": tag, "digest": "sha256:" + tag, "size": 1} for tag in tags]}, **more)


def test_pages_are_followed_by_their_markers() -> None:
    api = Api(page("1", "2", has_more=True, nextMarker="m1"), page("3", has_more=False, nextMarker="m2"))
    inventory = SwrTagApi(api.call)
    assert inventory.tags("team/deep/er/app") == {"1": "sha256:1", "2": "sha256:2", "3": "sha256:3"}
    assert api.calls == [
        ("GET", PATH.replace("$", "%24"), [("limit", "1000")]),
        ("GET", PATH.replace("$", "%24"), [("limit", "1000"), ("marker", "m1")]),
    ]
    assert inventory.calls == 2


def failure(*answers: Any) -> str:
    with pytest.raises(HuaweiCloudError) as caught:
        SwrTagApi(Api(*answers).call).tags("team/app")
    assert str(caught.value.where).endswith("/tags")
    return str(caught.value)


def test_a_marker_that_stays_the_same_is_an_error() -> None:
    pages = page("1", has_more=True, nextMarker="m"), page("2", has_more=True, nextMarker="m")
    assert "links back" in failure(*pages)


@pytest.mark.parametrize("more", [{"has_more": True}, {"has_more": True, "nextMarker": ""}, {"has_more": "yes"}])
def test_more_that_is_nowhere_is_an_error(more: Any) -> None:
    assert "its next page" in failure(page("1", **more))


def test_a_list_without_an_end_is_an_error() -> None:
    pages = [page("1", has_more=True, nextMarker="m{0}".format(number)) for number in range(12)]
    assert "10 pages in a row" in failure(*pages)


def test_a_list_that_does_not_say_whether_there_is_more_is_asked() -> None:
    api = Api(page("1", nextMarker="m"), page("2", nextMarker="n"), page())
    assert set(SwrTagApi(api.call).tags("team/app")) == {"1", "2"}


def test_a_repository_that_is_gone_in_between_is_an_error() -> None:
    missing = HuaweiCloudError("no such repository", status=404, code="SVCSTG.SWR.4040003")
    with pytest.raises(HuaweiCloudError, match="no such repository"):
        SwrTagApi(Api(page("1", has_more=True, nextMarker="m"), missing).call).tags("team/app")


@pytest.mark.parametrize("answer", [{"tags": None}, {"tags": []}, page()])
def test_a_repository_without_tags_is_empty(answer: Any) -> None:
    assert SwrTagApi(Api(answer).call).tags("team/app") == {}


def test_a_repository_that_does_not_exist_is_empty() -> None:
    missing = HuaweiCloudError("no such repository", status=404, code="SVCSTG.SWR.4040003")
    assert SwrTagApi(Api(missing).call).tags("team/app") == {}


def test_a_region_that_does_not_have_the_call_is_an_error() -> None:
    missing = HuaweiCloudError("The API does not exist", status=404, code="APIGW.0101")
    with pytest.raises(HuaweiCloudError, match="The API does not exist"):
        SwrTagApi(Api(missing).call).tags("team/app")


@pytest.mark.parametrize(
    "answer",
    [[], None, "text", {}, {"errors": []}, {"tags": "text"}, {"tags": {"tag": "1"}}, {"tags": 0}]
    + [{"tags": [entry]} for entry in (None, 1, "1", {}, {"tag": 1, "digest": "x"}, {"tag": None})],
)
def test_a_reply_that_is_no_list_of_tags_is_an_error(answer: Any) -> None:
    with pytest.raises(HuaweiCloudError, match="not match the API reference"):
        SwrTagApi(Api(answer).call).tags("team/app")


def test_a_digest_that_is_not_told_is_unknown_and_an_empty_tag_is_none() -> None:
    answer = {
        "tags": [{"tag": "a"}, {"tag": "", "digest": "x"}, {"tag": "b", "digest": "d"}, {"tag": "c", "digest": 1}]
    }
    assert SwrTagApi(Api(answer).call).tags("team/app") == {"a": UNKNOWN, "b": "d", "c": UNKNOWN}


def test_a_name_without_an_organization_has_no_list() -> None:
    api = Api()
    assert SwrTagApi(api.call).tags("app") == {}
    assert api.calls == []


KEYS = {"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": "the-secret-key"}


def test_swr_is_known_by_its_name_and_others_by_the_option(tmp_path: Any) -> None:
    redactor = Redactor()
    options = {"tag_listing_endpoints": {"endpoint.example.com:8443": "https://api.example.com"}}
    for registry in ("swr.cn-north-4.myhuaweicloud.com", "endpoint.example.com:8443"):
        assert isinstance(lister_of(registry, options, KEYS, redactor, str(tmp_path)), SwrTagApi)
    assert redactor("the-secret-key") != "the-secret-key"
    for registry in ("registry.example.com", "x.swr-pro.myhuaweicloud.com"):
        assert lister_of(registry, options, KEYS, redactor, str(tmp_path)) is None


def test_without_keys_there_is_no_list_and_half_of_them_is_an_error(tmp_path: Any) -> None:
    registry = "swr.cn-north-4.myhuaweicloud.com"
    assert lister_of(registry, {}, {}, Redactor(), str(tmp_path)) is None
    with pytest.raises(HuaweiCloudError, match="secret"):
        lister_of(registry, {"access_key": "AK"}, {}, Redactor(), str(tmp_path))
