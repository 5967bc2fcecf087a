# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import client_from  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.client import HarborClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.error_replies import hint_for, read_error  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.version import HarborVersion  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor  # noqa: E402
from ansible_collections.longshore.swr.tests.support.fake_harbor import URL, FakeHarbor, Reply  # noqa: E402

NOT_FOUND = Reply("<html><head><title>404 Not Found</title></head></html>", 404)


class Recorder(FakeHarbor):
    """Keeps the requests themselves, those for the version too."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.requests = []

    def send(self, request, **settings):
        self.requests.append((request, settings))
        return super().send(request, **settings)


@pytest.mark.parametrize(
    ("version", "paths"),
    [
        ("v2.9.5-e8b44df6", ["/api/version", "/api/v2.0/systeminfo", "/api/v2.0/registries/1"]),
        ("v1.10.19-41c1a5ca", ["/api/version", "/api/systeminfo", "/api/registries/1"]),
    ],
)
def test_the_version_is_asked_once_and_says_where_the_api_is(version, paths):
    harbor = Recorder(version)
    harbor.on("GET /registries/1", {"id": 1}, {"id": 1})
    client = harbor.client
    assert client.get("/registries/1").data == {"id": 1}
    assert str(client.version) == version
    assert [request.url for request, dummy in harbor.requests] == [URL + path for path in paths]
    for request, dummy in harbor.requests:
        assert request.headers["Authorization"] == "Basic YWRtaW46cGFzcy1vZi10aGUtYWRtaW4tNTE="
        assert "Cookie" not in request.headers


def test_a_login_that_is_not_accepted_is_told_by_what_is_missing():
    # Newer versions answer this call to everybody, and keep the version to themselves.
    harbor = FakeHarbor()
    harbor._set("GET", "/api/v2.0/systeminfo", Reply({"auth_mode": "db_auth"}))
    with pytest.raises(HarborError, match=r"does not accept the login.*harbor_username"):
        dummy = harbor.client.version


@pytest.mark.parametrize(
    ("version", "info"),
    [
        (NOT_FOUND, NOT_FOUND),
        (NOT_FOUND, Reply({"some": "service"})),
        (Reply({"other": "service"}), NOT_FOUND),
        (Reply({"version": "v2.0"}), NOT_FOUND),
    ],
)
def test_what_is_no_harbor_is_told(version, info):
    harbor = FakeHarbor()
    harbor._set("GET", "/api/version", version)
    harbor._set("GET", "/api/systeminfo", info)
    harbor._set("GET", "/api/v2.0/systeminfo", info)
    with pytest.raises(HarborError, match=r"harbor\.example\.com: there is no Harbor at this address"):
        dummy = harbor.client.version


def test_other_failures_of_the_first_calls_are_passed_on():
    harbor = FakeHarbor()
    harbor._set("GET", "/api/v2.0/systeminfo", Reply({"errors": [{"code": "UNKNOWN", "message": "oh"}]}, 500))
    with pytest.raises(HarborError, match="oh") as caught:
        dummy = harbor.client.version
    assert (caught.value.status, caught.value.code) == (500, "UNKNOWN")
    harbor._set("GET", "/api/version", Reply("<html><title>502 Bad Gateway</title></html>", 502))
    with pytest.raises(HarborError, match=r"502 Bad Gateway.*containers are healthy"):
        dummy = harbor.client.version


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://harbor.example.com/", "https://harbor.example.com"),
        (" https://harbor.example.com:8443/api/v2.0/", "https://harbor.example.com:8443"),
        ("http://harbor/api", "http://harbor"),
        ("https://harbor.example.com/harbor/projects/1/repositories", "https://harbor.example.com"),
        ("https://harbor.example.com/account/sign-in", "https://harbor.example.com"),
        ("https://example.com/registry", "https://example.com/registry"),
    ],
)
def test_the_address_is_taken_as_people_write_it(given, base):
    assert HarborClient(given, "u", "p").url == base


@pytest.mark.parametrize(
    "given", ["harbor.example.com", "ftp://h", "https://", "https://[h", "https://h/?a=b", "https://h/#/login"]
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(HarborError, match=r"harbor_url: invalid URL"):
        HarborClient(given, "u", "p")


def test_an_address_with_a_login_is_refused_and_not_repeated():
    with pytest.raises(HarborError, match="must not contain a login") as caught:
        HarborClient("https://admin:secret-of-url@h", "u", "p")
    assert "secret-of-url" not in str(caught.value)


def test_pages_are_followed_by_the_query_of_the_link_alone():
    harbor = FakeHarbor()
    link = '</x?page=1&page_size=100>; rel="prev" , <http://core:8080/x?name=a&page=2&page_size=100>; rel="next"'
    harbor.on("GET /x?name=a&page=1&page_size=100", Reply([{"id": 1}], Link=link))
    harbor.on("GET /x?name=a&page=2&page_size=100", Reply([{"id": 2}], Link='</x?page=1>; rel="prev"'))
    assert [item["id"] for item in harbor.client.list("/x", [("name", "a")])] == [1, 2]


@pytest.mark.parametrize(
    "link", ["</y?page=2&n=1>", "</y?page=2&n=1>; rel='next'", "/y?page=2&n=1; rel=next", "<y?page=2&n=1>; rel=Next"]
)
def test_pages_are_followed_in_every_form_that_others_read(link):
    harbor = FakeHarbor()
    harbor.on("GET /x?page=1&page_size=100", Reply([{"id": 1}], Link=link))
    harbor.on("GET /x?page=2&n=1", [{"id": 2}])
    assert [item["id"] for item in harbor.client.list("/x")] == [1, 2]


@pytest.mark.parametrize("headers", [{"Link": "</x?page=2"}, {"Link": "page=2"}, {"X-Total-Count": "some"}])
def test_a_page_that_may_not_be_the_last_is_an_error(headers):
    harbor = FakeHarbor()
    harbor.on("GET /x?page=1&page_size=100", Reply([{"id": 1}], **headers))
    with pytest.raises(HarborError, match=r"GET|api/v2.0/x") as caught:
        list(harbor.client.list("/x"))
    assert "A list that may be incomplete" in caught.value.hint


def test_a_link_that_was_taken_away_is_made_up_for_by_the_number_of_entries():
    harbor = FakeHarbor()
    harbor.on("GET /x?page=1&page_size=100", Reply([{"id": 1}], **{"X-Total-Count": "2"}))
    harbor.on("GET /x?page=2&page_size=100", Reply([{"id": 2}], **{"X-Total-Count": "2"}))
    assert len(list(harbor.client.list("/x"))) == 2
    harbor.on("GET /x?page=2&page_size=100", Reply([], **{"X-Total-Count": "2"}))
    with pytest.raises(HarborError, match="ends after 1 of 2 entries"):
        list(harbor.client.list("/x"))


def test_a_list_that_is_given_at_once_is_read_once():
    harbor = FakeHarbor("v1.10.19-41c1a5ca")
    everything = [{"id": number, "name": "r"} for number in range(100)]
    harbor.on("GET /registries?page=1&page_size=100", everything)
    harbor.on("GET /registries?page=2&page_size=100", everything)
    assert len(list(harbor.client.list("/registries"))) == 100


def test_a_list_without_an_end_is_an_error():
    harbor = FakeHarbor()
    for number in range(1, 13):
        link = "</x?page={0}&page_size=100>; rel=next".format(number + 1)
        harbor.on("GET /x?page={0}&page_size=100".format(number), Reply([{"id": 1, "update_time": number}], Link=link))
    with pytest.raises(HarborError, match="10 pages in a row"):
        list(harbor.client.list("/x"))
    assert len(harbor.calls) == 11
    # Who needs the first entries only never comes to it.
    assert next(harbor.client.list("/x"))["id"] == 1


@pytest.mark.parametrize("data", [{}, {"errors": []}, "", 0, False, [1], [None], [[]], ["x"]])
def test_what_is_no_list_is_an_error(data):
    harbor = FakeHarbor()
    harbor.on("GET /x?page=1&page_size=100", Reply(data))
    with pytest.raises(HarborError):
        list(harbor.client.list("/x"))


def test_what_is_no_object_is_an_error():
    harbor = FakeHarbor()
    for data in ([], None, "", 1):
        harbor.on("GET /x/1", Reply(data))
        with pytest.raises(HarborError):
            harbor.client.get_object("/x/1")


def test_a_link_in_a_circle_is_an_error():
    harbor = FakeHarbor()
    harbor.on("GET /x?page=1&page_size=100", Reply([], Link='</x?page=1&page_size=100>; rel="next"'))
    with pytest.raises(HarborError, match="links back"):
        list(harbor.client.list("/x"))


def test_an_empty_list_may_be_null():
    harbor = FakeHarbor("v1.10.19-41c1a5ca")
    harbor.on("GET /registries?page=1&page_size=100", None)
    assert list(harbor.client.list("/registries")) == []


def test_a_number_is_read_from_the_location():
    harbor = FakeHarbor()
    harbor.on("POST /registries", Reply("", 201, Location="/api/v2.0/registries/17"))
    client = harbor.client
    assert client.created_id(client.post("/registries", {})) == 17
    harbor.on("POST /registries", Reply("", 201))
    with pytest.raises(HarborError, match="does not return its ID"):
        client.created_id(client.post("/registries", {}))


def test_logs_are_text():
    harbor = FakeHarbor()
    harbor.on("GET /log", Reply("2026-03-02T08:00:00Z [INFO] done\n"))
    assert harbor.client.text("/log") == "2026-03-02T08:00:00Z [INFO] done\n"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"errors": [{"code": "CONFLICT", "message": "it exists"}]}, "CONFLICT", "it exists"),
        ({"errors": [{"code": "A", "message": "one"}, {"code": "B", "message": "two"}]}, "A", "one; two"),
        ({"errors": []}, None, None),
        ({"code": 409, "message": "name 'x' is already used"}, None, "name 'x' is already used"),
        ({"code": 606, "message": "page_size in query\nshould be less"}, None, "page_size in query should be less"),
        ({"code": 400, "message": ""}, None, None),
        ({"code": "412", "message": None}, None, None),
        ("text", None, None),
        (None, None, None),
    ],
)
def test_every_form_of_errors_is_read(body, code, message):
    assert read_error(body) == (code, message)


@pytest.mark.parametrize(
    ("status", "part"),
    [(401, "robot$name"), (403, "administrator"), (301, "harbor_url"), (503, "starting"), (500, "core"), (409, None)],
)
def test_hints(status, part):
    hint = hint_for(status, None)
    assert hint is None if part is None else part in hint


def test_a_secret_in_what_harbor_says_is_masked():
    redactor = Redactor()
    params = {"harbor_url": URL, "harbor_username": "admin", "harbor_password": "pass-of-the-admin-51"}
    client = client_from(dict(params, validate_certs=False, ca_path="/x.pem", timeout=5.0), redactor)
    harbor = Recorder()
    harbor.on("GET /x", Reply({"errors": [{"code": "BAD", "message": "pass-of-the-admin-51 is bad"}]}, 400))
    client._api._session.mount("https://", harbor)
    with pytest.raises(HarborError) as caught:
        client.get("/x")
    assert caught.value.what == "******** is bad"
    dummy, settings = harbor.requests[0]
    assert (settings["verify"], settings["timeout"]) == (False, 5.0)
    assert "pass-of-the-admin-51" not in json.dumps(caught.value.as_dict())


def test_a_given_authority_is_used(tmp_path):
    authority = tmp_path / "x.pem"
    authority.write_text("")
    params = {"harbor_url": URL, "harbor_username": "a", "harbor_password": "b", "timeout": 30.0}
    client = client_from(dict(params, validate_certs=True, ca_path=str(authority)), Redactor())
    assert client._api._verify == str(authority)
    assert client_from(dict(params, validate_certs=True), Redactor())._api._verify is True


@pytest.mark.parametrize(
    ("text", "api", "number", "known"),
    [
        ("v2.9.5-e8b44df6", "v2.0", (2, 9, 5), True),
        ("v1.10.19-41c1a5ca", "1.x", (1, 10, 19), True),
        ("v2.15.0-rc1-abc", "v2.0", (2, 15, 0), True),
        ("2.4", "v2.0", (2, 4, 0), True),
        ("-", "v2.0", None, False),
        ("dev-1234", "v2.0", None, False),
    ],
)
def test_versions_are_read(text, api, number, known):
    version = HarborVersion(text, api)
    assert (version.number, version.known) == (number, known)


@pytest.mark.parametrize(
    ("feature", "last_without", "first_with"),
    [
        ("dest_namespace_replace_count", "v2.2.4", "v2.3.0"),
        ("speed", "v2.3.5", "v2.4.0"),
        ("decoration", "v2.3.5", "v2.4.0"),
        ("copy_by_chunk", "v2.6.4", "v2.7.0"),
        ("single_active_replication", "v2.13.2", "v2.14.0"),
        ("ca_certificate", "v2.14.4", "v2.15.0"),
        ("robots", "v2.1.6", "v2.2.0"),
    ],
)
def test_a_feature_is_refused_before_its_version(feature, last_without, first_with):
    HarborVersion(first_with).require(feature)
    with pytest.raises(HarborError) as caught:
        HarborVersion(last_without).require(feature, option="an_option")
    assert str(caught.value).startswith("an_option: this needs Harbor {0}".format(first_with[1:-2]))
    assert last_without in str(caught.value)


def test_an_unknown_version_may_have_what_its_api_may_have():
    assert HarborVersion("-").supports("ca_certificate")
    old = HarborVersion("-", "1.x")
    assert not old.supports("speed")
    assert old.at_least(1, 10)
    with pytest.raises(HarborError, match=r"of unknown version, API 1\.x"):
        old.require("speed")
