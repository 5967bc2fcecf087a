# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiReply
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import (
    LoginApi,
    kind_of,
    long_term_login,
    long_term_password,
    normal_time,
)

ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
PASSWORD = "89aca1198a970e4360203d71cdaa80cfc13ecd55ee84409719e88162d139ef34"
HOST = "swr.cn-north-4.myhuaweicloud.com"


def keys(**others):
    return Credentials(**dict({"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": "cn-north-4"}, **others))


def test_the_known_password():
    assert long_term_password(ACCESS_KEY, SECRET_KEY) == PASSWORD


def test_a_long_term_login():
    username = "cn-north-4@" + ACCESS_KEY
    assert long_term_login(keys()).as_dict() == {
        "kind": "long_term",
        "registry": HOST,
        "username": username,
        "password": PASSWORD,
        "expires": False,
        "expires_at": None,
        "auth": {HOST: {"username": username, "password": PASSWORD}},
        "docker_config": {"auths": {HOST: {"auth": base64.b64encode((username + ":" + PASSWORD).encode()).decode()}}},
    }


def test_the_host_does_not_follow_the_project():
    login = long_term_login(keys(region="eu-de", project_name="eu-de_otc"))
    assert (login.username, login.registry) == ("eu-de_otc@" + ACCESS_KEY, "swr.eu-de.otc.t-systems.com")


def test_project_and_registry_make_up_for_the_region():
    login = long_term_login(keys(region=None, project_name="p"), "swr.internal.example.com:8443")
    assert (login.username, login.registry) == ("p@" + ACCESS_KEY, "swr.internal.example.com:8443")


@pytest.mark.parametrize(
    ("others", "registry", "where"),
    [
        ({"region": None}, None, "region"),
        ({"region": None, "project_name": "p"}, None, "region"),
        ({"region": None}, "r.example.com", "region"),
        ({"project_name": "a@b"}, None, "project_name"),
        ({}, "https://r.example.com", "registry"),
        ({}, "r.example.com/ns", "registry"),
        ({"security_token": "tok-secret"}, None, "kind"),
    ],
)
def test_what_is_missing_or_wrong_is_named(others, registry, where):
    with pytest.raises(HuaweiCloudError) as caught:
        long_term_login(keys(**others), registry)
    assert caught.value.where == where
    assert SECRET_KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("token", "asked", "kind"),
    [
        (None, "auto", "long_term"),
        ("tok", "auto", "temporary"),
        (None, "temporary", "temporary"),
        ("tok", "enhanced", "enhanced"),
        (None, "enhanced", "enhanced"),
    ],
)
def test_kinds(token, asked, kind):
    assert kind_of(keys(security_token=token), asked) == kind


def test_an_unknown_kind_is_refused():
    with pytest.raises(HuaweiCloudError, match="invalid login kind"):
        kind_of(keys(), "forever")


def b64(text):
    return base64.b64encode(text.encode()).decode()


class Api:
    def __init__(self, data, headers=None):
        self.reply = ApiReply(200, headers or {}, data)
        self.calls = []
        self.learnt = []

    def __call__(self, method, path, params=None, body=None, expect=(200,)):
        self.calls.append((method, path, params, body))
        return self.reply

    def login_api(self):
        return LoginApi(self, lambda *values: self.learnt.extend(values))


def one(host=HOST, login="user:pass:word"):
    return {"auths": {host: {"auth": b64(login)}}}


EXPIRY = {"X-Swr-Expireat": "2026-07-23T08:46:07.811000Z", "X-Swr-Dockerlogin": "docker login -p header-secret"}


def test_a_temporary_login():
    api = Api(one(), EXPIRY)
    login = api.login_api().temporary(keys(project_name="p"))
    assert api.calls == [("POST", "/v2/manage/utils/secret", [("projectname", "p")], None)]
    assert (login.kind, login.registry, login.username, login.password) == ("temporary", HOST, "user", "pass:word")
    assert (login.expires, login.expires_at) == (True, "2026-07-23T08:46:07Z")
    assert api.learnt == [b64("user:pass:word"), "pass:word"]
    assert "pass" not in repr(login)


def test_a_duration_is_passed_on():
    api = Api(one(), EXPIRY)
    api.login_api().temporary(keys(), duration=900)
    assert api.calls[0][2] == [("projectname", "cn-north-4"), ("duration_seconds", "900")]


def test_an_enhanced_login():
    api = Api(one(login="bearertoken@x:tok"), {"x-swr-expireat": "odd"})
    login = api.login_api().enhanced(keys())
    assert api.calls == [("POST", "/v2/manage/utils/authorizationtoken", [], None)]
    assert (login.kind, login.username, login.password) == ("enhanced", "bearertoken@x", "tok")


def test_no_expiry_in_the_reply_is_no_promise():
    login = Api(one()).login_api().temporary(keys())
    assert (login.expires, login.expires_at) == (True, None)


def test_the_registry_by_another_name_gets_the_login_of_the_region():
    data = one()
    data["auths"]["swr.other.example.com"] = {"auth": b64("wrong:wrong")}
    login = Api(data).login_api().temporary(keys(), "vpce.example.com")
    assert (login.registry, login.username) == ("vpce.example.com", "user")


def test_the_only_entry_of_a_reply_is_taken_under_the_name_that_it_has():
    login = Api(one("swr.example.org")).login_api().temporary(keys())
    assert login.registry == "swr.example.org"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({}, "has no login"),
        (None, "has no login"),
        ([], "has no login"),
        ({"auths": []}, "has no login"),
        ({"auths": {HOST: "x"}}, "has no login"),
        ({"auths": {"a": {"auth": "x"}, "b": {"auth": "y"}}}, "(it has: a, b)"),
        ({"auths": {HOST: {"auth": "!!!"}}}, "cannot be decoded"),
        ({"auths": {HOST: {"auth": b64("nocolon-secret")}}}, "cannot be decoded"),
        ({"auths": {HOST: {"auth": base64.b64encode(b"\xff:\xff").decode()}}}, "cannot be decoded"),
        ({"auths": {HOST: {"auth": b64("user:")}}}, "cannot be decoded"),
    ],
)
def test_a_reply_that_makes_no_sense(data, what):
    with pytest.raises(HuaweiCloudError) as caught:
        Api(data).login_api().temporary(keys())
    assert what in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("2026-07-23T08:46:07.811000Z", "2026-07-23T08:46:07Z"),
        ("2024-12-26T11:22:50.769Z", "2024-12-26T11:22:50Z"),
        ("2024-12-26T11:22:50+08:00", "2024-12-26T03:22:50Z"),
        ("2024-12-26 11:22:50", "2024-12-26T11:22:50Z"),
        ("2024-13-26T11:22:50Z", "2024-13-26T11:22:50Z"),
        (" tomorrow ", "tomorrow"),
        ("", None),
        (None, None),
    ],
)
def test_times(given, normal):
    assert normal_time(given) == normal
