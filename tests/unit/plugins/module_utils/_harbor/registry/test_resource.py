# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.registry.model import (  # noqa: E402
    find_registry,
    registry_state,
    require_registry,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.registry.resource import manage_registry  # noqa: E402
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402

LIST = "GET /registries?page=1&page_size=100"
PING = "POST /registries/ping"
ONE = "PUT /registries/7"
POLICIES = "GET /replication/policies?page=1&page_size=100"
URL = "https://swr.cn-north-4.myhuaweicloud.com"
KEY = "cn-north-4@AK"
SECRET = "secret-of-the-endpoint-62"
OPTIONS = {
    "name": "swr",
    "type": "huawei-SWR",
    "url": URL,
    "description": "",
    "access_key": KEY,
    "access_secret": SECRET,
    "insecure": False,
    "ca_certificate": None,
    "update_secret": "auto",
    "test_connection": True,
    "state": "present",
}
# As 2.3 and later write it: what is false or empty is not there.
STORED = {
    "id": 7,
    "name": "swr",
    "type": "huawei-SWR",
    "url": URL,
    "status": "healthy",
    "credential": {"type": "basic", "access_key": KEY, "access_secret": "*****"},
    "creation_time": "2026-03-02T08:00:00.000Z",
}
BAD = Reply({"errors": [{"code": "BAD_REQUEST", "message": "the registry is unhealthy"}]}, 400)
GOOD = Reply("")
PROBE = {"id": 7, "type": "docker-registry"}
ANONYMOUS = dict(PROBE, access_key="", access_secret="")
NOBODY_ELSE = {"id": 3, "name": "swr-2", "type": "docker-registry", "url": "https://x", "credential": {}}


def harbor(*stored, version="v2.9.5-e8b44df6", then=None):
    """A Harbor with these registries, and after the first change with those."""
    fake = FakeHarbor(version)
    if then is None:
        fake.on(LIST, list(stored))
    else:
        fake.on(LIST, list(stored), then)
    fake.on(PING, GOOD)
    fake.on(ONE, GOOD)
    fake.on(POLICIES, [])
    fake.on("POST /registries", Reply("", 201, Location="/api/v2.0/registries/7"))
    return fake


def manage(fake, check_mode=False, **options):
    return manage_registry(fake.client, dict(OPTIONS, **options), check_mode)


def test_both_forms_of_a_registry_are_one():
    old = {
        "id": 7,
        "name": "swr",
        "description": "",
        "type": "huawei-SWR",
        "url": URL + "/",
        "token_service_url": "",
        "credential": {"type": "basic", "access_key": KEY, "access_secret": "*****"},
        "insecure": False,
        "status": "",
    }
    assert registry_state(old) == registry_state(STORED)
    assert registry_state({"id": 1, "name": "x", "credential": {}})["access_secret"] == ""


def test_a_registry_is_found_by_its_very_name():
    fake = harbor(NOBODY_ELSE, dict(NOBODY_ELSE, name="SWR"))
    assert find_registry(fake.client, "swr") is None
    with pytest.raises(HarborError, match=r"registry swr: .*it has SWR, swr-2"):
        require_registry(fake.client, "swr")
    assert require_registry(fake.client, "swr-2")["id"] == 3
    with pytest.raises(HarborError, match="it has none"):
        require_registry(harbor().client, "swr")


def test_a_new_one_is_sent_so():
    fake = harbor(NOBODY_ELSE, then=[NOBODY_ELSE, STORED])
    result, outcome, warnings = manage(fake, url=" HTTPS" + URL[len("https") :] + "/ ")
    assert fake.sent() == [
        (
            "POST /registries",
            {
                "name": "swr",
                "type": "huawei-SWR",
                "url": URL,
                "description": "",
                "insecure": False,
                "credential": {"type": "basic", "access_key": KEY, "access_secret": SECRET},
            },
        ),
        (PING, PROBE),
    ]
    assert result == {
        "changed": True,
        "registry": {
            "id": 7,
            "name": "swr",
            "type": "huawei-SWR",
            "url": URL,
            "description": "",
            "insecure": False,
            "ca_certificate": "",
            "access_key": KEY,
            "has_secret": True,
        },
        "connection": {
            "tested": True,
            "healthy": True,
            "message": "Harbor reaches {0}, and {1} may log in".format(URL, KEY),
        },
        "harbor_version": "v2.9.5-e8b44df6",
    }
    assert warnings == []
    assert SECRET not in json.dumps([result, outcome.diff()])
    assert outcome.diff()["after"]["access_secret"] == "(a secret, changed)"


def test_an_anonymous_one_has_no_credential():
    plain = {"id": 7, "name": "swr", "type": "docker-registry", "url": "http://plain", "credential": {}}
    fake = harbor(then=[plain])
    result = manage(fake, type="docker-registry", url="http://plain", access_key=None, access_secret=None)[0]
    assert fake.sent()[0][1] == {
        "name": "swr",
        "type": "docker-registry",
        "url": "http://plain",
        "description": "",
        "insecure": False,
    }
    assert result["connection"]["message"] == "Harbor reaches http://plain"


def test_in_check_mode_a_new_one_is_neither_written_nor_tested():
    fake = harbor()
    result, outcome, dummy = manage(fake, check_mode=True)
    assert fake.sent() == []
    assert (result["changed"], result["registry"]["id"]) == (True, None)
    assert result["connection"] == {"tested": False, "healthy": None, "message": "not tested"}
    assert outcome.diff()["before"] == {}


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_to_do_is_one_probe_and_nothing_else(check_mode):
    fake = harbor(STORED)
    result = manage(fake, check_mode=check_mode)[0]
    assert fake.sent() == [(PING, PROBE)]
    assert (result["changed"], result["connection"]["healthy"]) == (False, True)


@pytest.mark.parametrize(
    ("options", "sent", "with_secret"),
    [
        ({"description": "to SWR"}, {"description": "to SWR"}, False),
        ({"url": "https://other.example.com"}, {"url": "https://other.example.com"}, True),
        ({"access_key": "cn-north-4@AK2"}, {}, True),
        ({"insecure": True}, {"insecure": True}, True),
    ],
)
def test_a_change_is_a_partial_flat_put(options, sent, with_secret):
    key = options.get("access_key", KEY)
    after = dict(STORED, **{name: value for name, value in options.items() if name != "access_key"})
    after["credential"] = dict(STORED["credential"], access_key=key)
    fake = harbor(STORED, then=[after])
    result, outcome, dummy = manage(fake, **options)
    if with_secret:
        sent = dict(sent, credential_type="basic", access_key=key, access_secret=SECRET)
        assert fake.sent() == [(ONE, sent), (PING, PROBE)]
    else:
        assert fake.sent() == [(PING, PROBE), (ONE, sent), (PING, PROBE)]
    assert result["changed"]
    changed = {name for name, value in outcome.after.items() if outcome.before[name] != value}
    assert changed == set(options) | ({"access_secret"} if with_secret else set())


@pytest.mark.parametrize("option", ["url", "access_key"])
def test_an_address_or_a_user_changes_with_a_secret_only(option):
    fake = harbor(STORED)
    with pytest.raises(HarborError, match=r"registry swr: {0} changes, .* Set access_secret too".format(option)):
        manage(fake, **{option: "https://other.example.com", "access_secret": None})
    assert fake.sent() == []


def test_without_a_secret_the_rest_may_change():
    fake = harbor(STORED, then=[dict(STORED, insecure=True)])
    manage(fake, insecure=True, access_secret=None, url=None, access_key=None)
    assert fake.sent() == [(ONE, {"insecure": True}), (PING, PROBE)]


def test_a_wrong_secret_is_replaced_once_and_tested_again():
    fake = harbor(STORED)
    # The probe, without a login, and again after the change.
    fake.on(PING, BAD, GOOD, GOOD)
    result, outcome, dummy = manage(fake)
    assert fake.sent() == [
        (PING, PROBE),
        (PING, ANONYMOUS),
        (ONE, {"credential_type": "basic", "access_key": KEY, "access_secret": SECRET}),
        (PING, PROBE),
    ]
    assert (result["changed"], result["connection"]["healthy"]) == (True, True)
    assert outcome.diff()["before"]["access_secret"] == "(a secret, unchanged)"
    assert outcome.diff()["after"]["access_secret"] == "(a secret, changed)"
    again = harbor(STORED)
    assert not manage(again)[0]["changed"]


def test_in_check_mode_a_wrong_secret_is_told_and_left():
    fake = harbor(STORED)
    fake.on(PING, BAD, GOOD)
    result = manage(fake, check_mode=True)[0]
    assert [call for call, dummy in fake.sent()] == [PING, PING]
    assert (result["changed"], result["connection"]["tested"]) == (True, False)
    assert "failed" not in result


@pytest.mark.parametrize(("policy", "puts", "pings"), [("always", 1, 1), ("on_create", 0, 1)])
def test_the_secret_is_written_as_asked_without_a_test(policy, puts, pings):
    fake = harbor(STORED)
    result = manage(fake, update_secret=policy)[0]
    assert result["changed"] == bool(puts)
    assert sum(call == ONE for call, dummy in fake.sent()) == puts
    assert sum(call == PING for call, dummy in fake.sent()) == pings
    # And never with another address without it.
    moved = harbor(STORED, then=[dict(STORED, url="https://b")])
    manage(moved, update_secret=policy, url="https://b")
    assert moved.sent()[0][1]["access_secret"] == SECRET


def test_a_login_that_stays_wrong_fails_the_task_after_all_is_written():
    fake = harbor(STORED)
    fake.on(PING, BAD, GOOD, BAD, GOOD)
    result = manage(fake)[0]
    assert result["failed"]
    assert result["changed"]
    assert result["registry"]["id"] == 7
    assert result["msg"].startswith("registry swr: {0} answers, but refuses the login of {1}.".format(URL, KEY))
    assert "the registry is unhealthy" in result["msg"]
    assert "Check access_key and access_secret" in result["error"]["hint"]
    assert SECRET not in json.dumps(result)


def test_a_certificate_that_is_not_trusted_is_told_and_no_secret_is_sent():
    fake = harbor(STORED)
    fake.on(PING, BAD, BAD, GOOD)
    result = manage(fake)[0]
    assert fake.sent() == [(PING, PROBE), (PING, ANONYMOUS), (PING, dict(ANONYMOUS, insecure=True))]
    assert (result["failed"], result["changed"]) == (True, False)
    assert "does not trust its certificate" in result["msg"]
    assert "insecure" in result["error"]["hint"]


@pytest.mark.parametrize(
    ("stored", "pings", "said"),
    [
        (STORED, 3, "does not reach {0}, or does not trust its certificate. Harbor says".format(URL)),
        (dict(STORED, insecure=True), 2, "does not reach {0}. Harbor says".format(URL)),
    ],
)
def test_an_address_that_does_not_answer_is_told(stored, pings, said):
    fake = harbor(stored)
    fake.on(PING, BAD)
    result = manage(fake, insecure=stored.get("insecure", False))[0]
    assert said in result["msg"]
    # The secret may be right: nothing is written.
    assert [call for call, dummy in fake.sent()] == [PING] * pings
    assert result["changed"] is False
    assert "resolved" in result["error"]["hint"]
    checked = harbor(stored)
    checked.on(PING, BAD)
    assert not manage(checked, check_mode=True, insecure=stored.get("insecure", False))[0]["changed"]


def test_words_that_harbor_has_not_said_are_not_its_own():
    fake = harbor(STORED, version="v1.10.19-5dd8c3ae")
    fake.on(PING, Reply({"code": 400, "message": ""}, 400))
    message = manage(fake)[0]["msg"]
    assert "Harbor gives no reason" in message
    assert "Harbor says" not in message


def test_a_description_that_is_not_given_stays():
    fake = harbor(dict(STORED, description="by hand"))
    result = manage(fake, description=None)[0]
    assert (result["changed"], result["registry"]["description"]) == (False, "by hand")


def test_without_the_test_a_failed_probe_is_a_warning():
    fake = harbor(STORED)
    fake.on(PING, BAD)
    result, dummy, warnings = manage(fake, test_connection=False)
    assert "failed" not in result
    assert (result["changed"], result["connection"]["healthy"]) == (False, False)
    assert len(warnings) == 1
    assert "does not reach" in warnings[0]


def test_without_the_test_nothing_is_tested_where_nothing_needs_it():
    fake = harbor(STORED)
    result = manage(fake, test_connection=False, access_secret=None)[0]
    assert fake.sent() == []
    assert not result["connection"]["tested"]


def test_harbor_that_waits_for_the_registry_is_no_riddle():
    fake = harbor(STORED)
    fake.on(PING, requests.exceptions.ReadTimeout())
    result = manage(fake)[0]
    assert "Harbor says: nothing (no reply within 30 seconds)" in result["msg"]


def test_a_refused_test_is_an_error_of_its_own():
    fake = harbor(STORED)
    fake.on(PING, Reply({"errors": [{"code": "FORBIDDEN", "message": "robot$x"}]}, 403))
    with pytest.raises(HarborError, match="administrator"):
        manage(fake)


def test_another_type_is_tested_as_what_it_is():
    stored = dict(STORED, type="docker-hub")
    fake = harbor(stored)
    manage(fake, type="docker-hub")
    assert fake.sent() == [(PING, {"id": 7, "type": "docker-hub"})]


def test_the_type_cannot_change():
    fake = harbor(dict(STORED, type="harbor"))
    with pytest.raises(HarborError, match=r"it is of type harbor, .* cannot change that to huawei-SWR.*state=absent"):
        manage(fake)
    assert fake.sent() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": None}, "a new registry needs a URL"),
        ({"url": "swr.example.com"}, "url: invalid URL .*https://host: without a scheme"),
        ({"url": "ftp://swr.example.com"}, "url: invalid URL"),
        ({"url": "https://u:p@swr.example.com"}, "url: the URL must not contain a login"),
        ({"url": "https://"}, "url: invalid URL"),
        ({"url": "https://[swr"}, "url: invalid URL"),
        ({"name": "x" * 65}, "the name has 65 bytes"),
        ({"access_secret": "*****"}, "consists of asterisks"),
        ({"access_secret": None}, "a user name needs a secret"),
        ({"access_key": None}, "a secret needs a user name"),
        ({"access_key": ""}, "a secret needs a user name"),
        ({"access_key": "", "access_secret": None}, "SWR requires a login"),
        ({"ca_certificate": "-----BEGIN"}, r"ca_certificate: this needs Harbor 2\.15 or later, and this is v2\.9\.5"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(options, said):
    fake = harbor()
    with pytest.raises(HarborError, match=said):
        manage(fake, **options)
    assert fake.sent() == []


def test_an_empty_user_name_does_not_wipe_a_login_of_swr():
    fake = harbor(STORED)
    with pytest.raises(HarborError, match="SWR requires a login"):
        manage(fake, access_key="", access_secret=None)
    assert fake.sent() == []


def test_a_login_can_be_removed_from_other_types():
    stored = dict(STORED, type="docker-registry")
    fake = harbor(stored, then=[dict(stored, credential={})])
    result, outcome, dummy = manage(fake, type="docker-registry", access_key="", access_secret=None)
    assert fake.sent()[0] == (ONE, {"access_key": "", "access_secret": ""})
    assert outcome.after["access_secret"] == ""
    assert not result["registry"]["has_secret"]


def test_a_lost_secret_is_given_back():
    lost = dict(STORED, credential={"type": "basic", "access_key": KEY})
    fake = harbor(lost, then=[STORED])
    assert manage(fake)[0]["changed"]
    assert fake.sent()[0][1]["access_secret"] == SECRET


def test_a_certificate_authority_is_compared_without_its_last_line_end():
    pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    fake = harbor(dict(STORED, ca_certificate=pem), version="v2.15.2-1")
    assert not manage(fake, ca_certificate=pem.strip())[0]["changed"]
    fake = harbor(STORED, version="v2.15.2-1", then=[dict(STORED, ca_certificate=pem)])
    assert manage(fake, ca_certificate=pem)[0]["changed"]
    assert fake.sent()[0][1]["ca_certificate"] == pem.strip()
    windows = pem.replace("\n", "\r\n")
    assert not manage(harbor(dict(STORED, ca_certificate=pem), version="v2.15.2-1"), ca_certificate=windows)[0][
        "changed"
    ]
    fake = harbor(version="v2.15.2-1", then=[dict(STORED, ca_certificate=pem)])
    manage(fake, ca_certificate=pem)
    assert fake.sent()[0][1]["ca_certificate"] == pem.strip()


def test_an_authority_and_no_verification_are_not_for_one_registry():
    # Harbor would verify, and the task would say that it does not.
    fake = harbor(dict(STORED, ca_certificate="PEM"), version="v2.15.2-1")
    with pytest.raises(
        HarborError, match=r"insecure: with its own certificate authority.* ca_certificate to an empty string"
    ):
        manage(fake, insecure=True)
    fake = harbor(dict(STORED, ca_certificate="PEM"), version="v2.15.2-1", then=[dict(STORED, insecure=True)])
    manage(fake, insecure=True, ca_certificate="")
    assert fake.sent()[0][1]["ca_certificate"] == ""


def test_a_certificate_that_its_own_authority_did_not_make_is_told():
    fake = harbor(dict(STORED, ca_certificate="PEM"), version="v2.15.2-1")
    fake.on(PING, BAD, BAD, GOOD)
    assert "does not trust its certificate" in manage(fake)[0]["msg"]
    assert fake.sent()[2][1] == dict(ANONYMOUS, insecure=True, ca_certificate="")


def test_one_that_another_has_made_meanwhile_is_adopted():
    fake = harbor()
    fake.on(LIST, [], [dict(STORED, description="by hand")], [STORED])
    fake.on("POST /registries", Reply({"code": 409, "message": "name 'swr' is already used"}, 409))
    result, outcome, dummy = manage(fake)
    assert [call for call, dummy in fake.sent()] == ["POST /registries", PING, ONE, PING]
    assert result["changed"]
    assert outcome.before["description"] == "by hand"


def test_a_health_check_of_harbors_own_gets_a_hint():
    fake = harbor()
    fake.on("POST /registries", BAD)
    fake.on("GET /replication/adapters", ["docker-registry"])
    with pytest.raises(HarborError, match=r"Harbor tried the connection .* unhealthy .*Check url"):
        manage(fake, type="docker-registry")


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"errors": [{"code": "UNKNOWN", "message": "internal server error"}]}, 500),
        Reply(
            {"code": 400, "message": "health check failed: no adapter factory for type 'huawei-swr' registered"}, 400
        ),
    ],
)
def test_a_type_that_harbor_does_not_know_is_told(reply):
    fake = harbor()
    fake.on("POST /registries", reply)
    fake.on("GET /replication/adapters", ["huawei-SWR", "harbor"])
    with pytest.raises(HarborError, match=r"does not list its type 'huawei-swr'; it lists harbor, huawei-SWR"):
        manage(fake, type="huawei-swr")
    with pytest.raises(HarborError) as caught:
        manage(fake)
    assert "does not list" not in str(caught.value)


def test_absent_is_deleted_once():
    fake = harbor(STORED, then=[])
    fake.on("DELETE /registries/7", Reply(""))
    result, outcome, dummy = manage(fake, state="absent")
    assert [call for call, dummy in fake.sent()] == ["DELETE /registries/7"]
    assert (result["changed"], result["registry"]) == (True, None)
    assert outcome.diff()["after"] == {}
    assert manage(harbor(), state="absent")[0]["changed"] is False
    checked = harbor(STORED)
    assert manage(checked, check_mode=True, state="absent")[0]["changed"]
    assert checked.sent() == []


USERS = [
    {"id": 1, "name": "z-push", "dest_registry": {"id": 7}, "src_registry": {"id": 0}},
    {"id": 2, "name": "a-pull", "dest_registry": None, "src_registry": {"id": 7}},
    {"id": 3, "name": "other", "dest_registry": {"id": 8}},
]


def test_in_check_mode_its_users_may_be_removed_before():
    fake = harbor(STORED)
    fake.on(POLICIES, USERS)
    result, dummy, warnings = manage(fake, check_mode=True, state="absent")
    assert (result["changed"], fake.sent()) == (True, [])
    said = "registry swr: it is in use by the replication policies a-pull, z-push. They must be removed first."
    assert warnings == [said]
    fake.on(POLICIES, USERS[2:])
    assert manage(fake, check_mode=True, state="absent")[2] == []


@pytest.mark.parametrize(
    ("users", "what", "hint"),
    [
        (USERS, "it is in use by the replication policies a-pull, z-push: ", "harbor_replication_policy"),
        ([], "it is in use: ", "proxy cache projects"),
    ],
)
def test_one_that_is_in_use_is_not_deleted_and_its_users_are_named(users, what, hint):
    fake = harbor(STORED)
    fake.on(POLICIES, users)
    message = "the registry 7 is referenced by replication policies, cannot delete it"
    fake.on("DELETE /registries/7", Reply({"errors": [{"code": "PRECONDITION", "message": message}]}, 412))
    with pytest.raises(HarborError) as caught:
        manage(fake, state="absent")
    error = caught.value
    assert (error.what, error.where, error.status, error.code) == (what + message, "registry swr", 412, "PRECONDITION")
    assert hint in error.hint


def test_harbor_that_keeps_another_value_is_an_error():
    fake = harbor(STORED)
    with pytest.raises(HarborError, match="kept other values of description"):
        manage(fake, description="new")
    fake = harbor(STORED)
    fake.on("DELETE /registries/7", Reply(""))
    with pytest.raises(HarborError, match="the registry is there"):
        manage(fake, state="absent")
