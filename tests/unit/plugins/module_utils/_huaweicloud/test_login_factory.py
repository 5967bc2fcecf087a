# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import client_for
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_factory import (
    obtain_login,
    preview_login,
)
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.tests.sandbox.faults import Fault
from ansible_collections.longshore.swr.tests.sandbox.http_message import Response
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import (
    ERRORS,
    FLAT,
    LIST,
    Account,
    HuaweiCloudServer,
    RefusedError,
)

HOST = "swr.cn-north-4.myhuaweicloud.com"
SECRET = "permanent-secret-key"
TOKEN = "temporary-security-token"


@pytest.fixture
def cloud():
    accounts = [
        Account("AKPERMANENT", SECRET, projects={"cn-north-4": "pid-1", "cn-north-4_sub": "pid-2"}),
        Account("AKTEMPORARY", "temporary-secret-key", security_token=TOKEN),
        Account("AKDENIED", SECRET, denied=["/v2/manage/utils/secret", "/v2/manage/utils/authorizationtoken"]),
    ]
    pytest.importorskip("requests")
    with HuaweiCloudServer(accounts) as server:
        yield server


def options(cloud, **others):
    values = {"access_key": "AKPERMANENT", "secret_key": SECRET, "region": "cn-north-4"}
    values.update(others)
    if cloud is not None:
        values["endpoint"] = cloud.url
    return values


def obtain(given, tmp_path, redactor=None, **others):
    return obtain_login(given, {}, redactor or Redactor(), home=str(tmp_path), **others)


def test_a_long_term_login_calls_nothing(tmp_path):
    def never():
        raise AssertionError("no call is needed")

    obtained = obtain(options(None), tmp_path, before_call=never)
    assert obtained.as_dict()["credentials_source"] == "options"
    assert (obtained.login.kind, obtained.login.registry, obtained.warnings) == ("long_term", HOST, [])


@pytest.mark.parametrize(
    ("given", "environ", "kind", "source"),
    [
        ({"access_key": "AK", "secret_key": SECRET}, {"HW_SECURITY_TOKEN": TOKEN}, "long_term", "options"),
        ({"access_key": "AK", "secret_key": SECRET, "security_token": TOKEN}, {}, "temporary", "options"),
        (
            {},
            {"HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": SECRET, "HW_SECURITY_TOKEN": TOKEN},
            "long_term",
            "environment variables HUAWEICLOUD_SDK_*",
        ),
        (
            {},
            {"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": SECRET, "HW_SECURITY_TOKEN": TOKEN},
            "temporary",
            "environment variables HW_*",
        ),
        ({"access_key": "AK", "secret_key": SECRET, "kind": "enhanced"}, {}, "enhanced", "options"),
    ],
)
def test_a_preview_names_the_kind_and_the_source_and_calls_nothing(tmp_path, given, environ, kind, source):
    redactor = Redactor()
    found, warnings = preview_login(given, environ, redactor, home=str(tmp_path))
    assert found == {"kind": kind, "expires": kind != "long_term", "credentials_source": source}
    assert warnings == []
    assert SECRET not in redactor("x " + SECRET)


def test_a_preview_finds_the_credentials_file_and_warns_of_it(tmp_path):
    path = tmp_path / ".huaweicloud" / "credentials"
    path.parent.mkdir()
    path.write_text("[basic]\nak = AK\nsk = {0}\nsecurity_token = {1}\n".format(SECRET, TOKEN))
    path.chmod(0o644)
    found, warnings = preview_login({}, {}, Redactor(), home=str(tmp_path))
    assert (found["kind"], found["credentials_source"]) == ("temporary", str(path))
    assert "chmod 600" in warnings[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "no access key and secret key were found"),
        ({"access_key": "AK"}, "the keys are incomplete"),
        ({"access_key": "AK", "secret_key": SECRET, "duration": 900}, "only a temporary login has a duration"),
        (
            {"access_key": "AK", "secret_key": SECRET, "security_token": TOKEN, "kind": "long_term"},
            "from temporary keys",
        ),
    ],
)
def test_a_preview_refuses_what_no_login_can_be_made_from(tmp_path, given, words):
    with pytest.raises(HuaweiCloudError, match=words):
        preview_login(given, {}, Redactor(), home=str(tmp_path))


def test_a_temporary_login_for_temporary_keys(cloud, tmp_path):
    redactor = Redactor()
    given = options(cloud, access_key="AKTEMPORARY", secret_key="temporary-secret-key", security_token=TOKEN)
    login = obtain(given, tmp_path, redactor).login
    assert (login.kind, login.registry, login.username) == ("temporary", HOST, "cn-north-4@AKTEMPORARY")
    assert login.password == cloud.issued["cn-north-4@AKTEMPORARY"]
    assert login.expires_at.endswith("Z")
    (call,) = cloud.calls
    assert (call.method, call.path, call.query) == ("POST", "/v2/manage/utils/secret", "projectname=cn-north-4")
    assert {"x-sdk-date", "x-security-token", "authorization"} <= set(call.headers)
    text = "{0} {1}".format(login.password, login.auth)
    assert login.password not in redactor(text)
    for secret in ("temporary-secret-key", TOKEN, base64.b64encode(("u:" + login.password).encode()).decode()):
        assert secret not in redactor(secret)


def test_a_duration_and_a_project(cloud, tmp_path):
    obtain(options(cloud, kind="temporary", duration=900, project_name="cn-north-4_sub", project_id="pid-2"), tmp_path)
    (call,) = cloud.calls
    assert call.query == "projectname=cn-north-4_sub&duration_seconds=900"
    assert call.project_id == "pid-2"


def test_an_enhanced_login(cloud, tmp_path):
    login = obtain(options(cloud, kind="enhanced"), tmp_path).login
    assert (login.kind, login.username) == ("enhanced", "bearertoken@AKPERMANENT")
    assert [(call.method, call.path, call.query) for call in cloud.calls] == [
        ("POST", "/v2/manage/utils/authorizationtoken", "")
    ]


def test_a_wrong_secret_key(cloud, tmp_path):
    with pytest.raises(HuaweiCloudError) as caught:
        obtain(options(cloud, kind="temporary", secret_key="the-wrong-secret"), tmp_path)
    error = caught.value
    assert (error.status, error.code) == (401, "APIGW.0301")
    assert "verify aksk signature fail" in error.what
    assert "clock" in error.hint
    assert "the-wrong-secret" not in str(error)


@pytest.mark.parametrize(
    ("kind", "permission"), [("temporary", "swr::createLoginSecret"), ("enhanced", "swr::createAuthorizationToken")]
)
def test_a_missing_permission_is_named(cloud, tmp_path, kind, permission):
    with pytest.raises(HuaweiCloudError) as caught:
        obtain(options(cloud, access_key="AKDENIED", kind=kind), tmp_path)
    assert (caught.value.status, caught.value.code) == (403, "SVCSTG.SWR.4030000")
    assert permission in caught.value.hint


@pytest.mark.parametrize("shape", [FLAT, ERRORS, LIST])
def test_every_shape_of_error_is_read(cloud, tmp_path, shape):
    cloud.refuse_next(RefusedError(400, "SVCSTG.SWR.4000001", "Invalid thing", shape))
    with pytest.raises(HuaweiCloudError) as caught:
        obtain(options(cloud, kind="temporary"), tmp_path)
    assert (caught.value.code, caught.value.what) == ("SVCSTG.SWR.4000001", "Invalid thing")


def test_a_throttled_call_is_repeated_with_a_new_signature(cloud, tmp_path):
    cloud.refuse_next(RefusedError(429, "APIGW.0308", "slow down", retry_after="0"), times=2)
    assert obtain(options(cloud, kind="temporary"), tmp_path).login.password
    assert [call.status for call in cloud.calls] == [429, 429, 200]


def test_a_region_without_the_enhanced_login(cloud, tmp_path):
    cloud.answer_next(Response(404, b'{"error_code":"APIGW.0101","error_msg":"not published"}'))
    with pytest.raises(HuaweiCloudError, match="kind=temporary"):
        obtain(options(cloud, kind="enhanced"), tmp_path)


def test_no_expiry_is_warned_of(cloud, tmp_path):
    auth = base64.b64encode(b"user:some-password").decode()
    cloud.answer_next(Response(200, '{{"auths":{{"{0}":{{"auth":"{1}"}}}}}}'.format(HOST, auth).encode()))
    obtained = obtain(options(cloud, kind="temporary"), tmp_path)
    assert obtained.login.expires
    assert obtained.login.expires_at is None
    assert "did not say when" in obtained.warnings[0]


@pytest.mark.parametrize("kind", ["auto", "enhanced"])
def test_a_duration_needs_a_temporary_login(tmp_path, kind):
    with pytest.raises(HuaweiCloudError, match="only a temporary login"):
        obtain(options(None, kind=kind, duration=900), tmp_path)


@pytest.mark.parametrize("seconds", [0, -1, 899, 86401])
def test_a_duration_out_of_bounds(tmp_path, seconds):
    with pytest.raises(HuaweiCloudError, match="out of range"):
        obtain(options(None, kind="temporary", duration=seconds), tmp_path)


def test_an_api_cannot_be_found_without_a_region(tmp_path):
    pytest.importorskip("requests")
    given = options(None, kind="temporary", region=None, project_name="p")
    with pytest.raises(HuaweiCloudError, match="or endpoint"):
        obtain(given, tmp_path)


def test_nothing_listens(tmp_path, monkeypatch):
    pytest.importorskip("requests")
    with HuaweiCloudServer([]) as server:
        url = server.url
    monkeypatch.setattr(ApiClient, "_backoff", staticmethod(lambda attempt: 0.0))
    with pytest.raises(HuaweiCloudError, match="no connection") as caught:
        obtain(options(None, kind="temporary", endpoint=url), tmp_path)
    assert "Connection refused" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "url", "verify", "timeout"),
    [
        ({}, "https://swr-api.cn-north-4.myhuaweicloud.com/x", True, 30.0),
        ({"validate_certs": True, "ca_path": "ca.pem", "timeout": 5.0}, None, "ca.pem", 5.0),
        ({"validate_certs": False, "ca_path": "ca.pem", "endpoint": "https://a.example.com/"}, None, False, 30.0),
    ],
)
def test_how_an_api_is_reached(monkeypatch, tmp_path, given, url, verify, timeout):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.pem").write_text("")
    requests = pytest.importorskip("requests")
    replies = pytest.importorskip("ansible_collections.longshore.swr.tests.support.replies")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    seen = []

    def send(self, request, **settings):
        seen.append((request, settings))
        return replies.reply_to(request)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    keys = Credentials("AK", SECRET, region="cn-north-4", project_id="pid")
    client_for("swr", keys, given, str).call("GET", "/x")
    request, settings = seen[0]
    assert request.url == (url or given.get("endpoint", "https://swr-api.cn-north-4.myhuaweicloud.com/") + "x")
    assert (settings["verify"], settings["timeout"]) == (verify, timeout)
    assert request.headers["Authorization"].startswith("SDK-HMAC-SHA256 Access=AK, ")
    assert request.headers["X-Project-Id"] == "pid"


def instance_login(cloud, tmp_path, **given):
    options = {"access_key": "AKPERMANENT", "secret_key": SECRET, "region": "cn-north-4", "kind": "instance"}
    options.update({"endpoints": {"swr": cloud.url, "iam": cloud.url}, "instance": "shop"}, **given)
    redactor = Redactor()
    login = obtain_login(options, {}, redactor, home=str(tmp_path)).login
    assert redactor(login.password) != login.password
    return login


@pytest.fixture
def enterprise():
    accounts = [Account("AKPERMANENT", SECRET, projects={"cn-north-4": "pid-1"})]
    with HuaweiCloudServer(accounts, instances={"e0f1a2b3": "shop", "e9f9a9b9": "other"}) as server:
        yield server


@pytest.mark.parametrize("instance", ["shop", "e0f1a2b3"])
def test_a_temporary_login_to_an_instance(enterprise, tmp_path, instance):
    login = instance_login(enterprise, tmp_path, instance=instance)
    assert (login.registry, login.kind, login.expires) == ("shop-e0f1a2.swr-pro.myhuaweicloud.com", "instance", True)
    assert enterprise.issued == {login.username: login.password}
    assert login.expires_at.endswith("Z")
    assert [(call.method, call.path) for call in enterprise.calls] == [
        ("GET", "/v3/projects"),
        ("GET", "/v2/pid-1/instances"),
        ("POST", "/v2/pid-1/instances/e0f1a2b3/temp-credential"),
    ]
    assert (
        instance_login(enterprise, tmp_path, project_id="pid-1", registry="r.example:8443").registry == "r.example:8443"
    )
    assert len(enterprise.calls) == 5


def test_a_lasting_credential_of_an_instance_is_made_once(enterprise, tmp_path):
    lasting = {"kind": "instance_long_term", "credential_name": "builder"}
    login = instance_login(enterprise, tmp_path, **lasting)
    assert (login.username, enterprise.logins.credentials["e0f1a2b3"]) == ("lt-builder", ["builder"])
    with pytest.raises(HuaweiCloudError) as caught:
        instance_login(enterprise, tmp_path, **lasting)
    assert "Choose another name" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"instance": "nobody's"}, "there is no instance"),
        ({"project_name": "cn-north-4_x"}, 'no projects named "cn-north-4_x"'),
        ({"project_id": "pid-9"}, "swr:instance:list"),
    ],
)
def test_an_instance_that_is_not_found_is_named(enterprise, tmp_path, given, words):
    with pytest.raises(HuaweiCloudError) as caught:
        instance_login(enterprise, tmp_path, **given)
    assert words in str(caught.value)
    assert enterprise.issued == {}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"instance": None}, "instance"),
        ({"credential_name": "x"}, "credential_name"),
        ({"kind": "instance_long_term"}, "credential_name"),
        ({"kind": "instance_long_term", "credential_name": "Builder"}, "credential_name"),
        ({"duration": 900}, "duration"),
    ],
)
def test_options_of_an_instance_are_checked_before_anything_is_sent(enterprise, tmp_path, given, where):
    with pytest.raises(HuaweiCloudError) as caught:
        instance_login(enterprise, tmp_path, **given)
    assert (caught.value.where, enterprise.calls) == (where, [])


@pytest.mark.parametrize(
    "body",
    ["", "[]", '{"user_id": "u"}', '{"user_id": "a:b", "auth_token": "p"}', '{"user_id": "u", "auth_token": ""}'],
)
def test_a_credential_that_is_not_understood_is_an_error(enterprise, tmp_path, body):
    enterprise.faults.add(Fault(action="status", status=200, body=body, path="temp-credential"))
    with pytest.raises(HuaweiCloudError) as caught:
        instance_login(enterprise, tmp_path)
    assert "has no login" in str(caught.value) or "JSON" in str(caught.value)
