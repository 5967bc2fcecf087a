# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manners of the stand-in for SWR."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from typing import Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Fault, Swr, images, push
from ansible_collections.longshore.swr.tests.sandbox.probe import ask, basic, bearer
from ansible_collections.longshore.swr.tests.sandbox.swr import REFUSAL, login_password

USER = "cn-north-4@SANDBOXACCESSKEY"
PASSWORD = login_password("SANDBOXACCESSKEY", "sandbox-secret-key")
ENDPOINT = "/swr/auth/v2/registry/auth/"


def token(server: Swr, *scopes: str) -> Dict[str, str]:
    return bearer(server.url + ENDPOINT, *scopes, user=USER, password=PASSWORD)


def test_login_password_is_the_known_answer() -> None:
    # Computed with openssl from the key pair of Huawei Cloud's signing guide.
    key, secret = "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
    assert login_password(key, secret) == "89aca1198a970e4360203d71cdaa80cfc13ecd55ee84409719e88162d139ef34"


def test_challenge_and_token(swr: Swr) -> None:
    reply = ask(swr.url + "/v2/team/app/manifests/1")
    expected = 'Bearer realm="{0}{1}",service="dockyard",scope="repository:team/app:"'.format(swr.url, ENDPOINT)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, expected)
    assert ask(swr.url + "/v2/", headers=basic(USER, PASSWORD)).status == 401
    assert ask(swr.url + ENDPOINT, headers=basic(USER, "wrong")).status == 401
    assert ask(swr.url + ENDPOINT.rstrip("/"), headers=basic(USER, PASSWORD)).status == 200
    assert "expires_in" not in ask(swr.url + ENDPOINT, headers=basic(USER, PASSWORD)).json()
    echoed = token(swr, "repository:team/app:")
    assert ask(swr.url + "/v2/team/app/manifests/1", headers=echoed).status == 401
    wanted = token(swr, "repository:team/app:pull")
    assert ask(swr.url + "/v2/team/app/manifests/1", headers=wanted).code() == "MANIFEST_UNKNOWN"


def test_organization_must_exist(swr: Swr) -> None:
    url = swr.url + ENDPOINT + "?scope=repository:other/app:push,pull"
    reply = ask(url, headers=basic(USER, PASSWORD))
    assert (reply.status, reply.code()) == (401, "DENIED")
    assert reply.json()["errors"][0]["message"] == "Image organization does not exist"
    swr.organizations.add("other")
    assert ask(url, headers=basic(USER, PASSWORD)).status == 200


@pytest.mark.parametrize(
    ("manners", "index", "single"),
    [
        ({}, 400, 400),
        ({"refuse_oci_manifest": False}, 400, 201),
        ({"refuse_oci_manifest": False, "refuse_oci_index": False}, 201, 201),
    ],
)
def test_oci_is_refused(sandbox_swr: Callable[..., Swr], manners: Dict[str, bool], index: int, single: int) -> None:
    server = sandbox_swr(keys={"SANDBOXACCESSKEY": "sandbox-secret-key"}, organizations=["team"], manners=manners)
    image = images.oci_index("x", attested=False)
    server.load(image, "team/app")
    headers = token(server, "repository:team/app:pull,push")
    url = server.url + "/v2/team/app/manifests/1"
    for wanted, item in ((index, image), (single, image.children[0])):
        reply = ask(url, "PUT", item.raw, dict(headers, **{"Content-Type": item.media_type}))
        assert reply.status == wanted
        if wanted == 400:
            assert (reply.code(), reply.json()["errors"][0]["message"]) == ("MANIFEST_INVALID", REFUSAL)
    push.push(images.manifest_list("x"), server.url, "team/list", "1", (USER, PASSWORD))
    assert server.missing_blobs("team/list") == []


def test_blobs_come_from_another_host_that_wants_no_credentials(swr: Swr) -> None:
    image = images.docker_image("x")
    swr.load(image, "team/app", "1")
    blob = image.blobs[1]
    headers = token(swr, "repository:team/app:pull")
    url = "{0}/v2/team/app/blobs/{1}".format(swr.url, blob.digest)
    assert ask(url, "HEAD", headers=headers).status == 200
    reply = ask(url, headers=headers)
    assert reply.status == 307
    there = reply.headers["location"]
    assert there.startswith(swr.obs.url + "/")
    assert swr.obs.host.partition(":")[0] != swr.host.partition(":")[0]
    assert ask(there).body == blob.data
    assert ask(there, headers={"Range": "bytes=10-19"}).body == blob.data[10:20]
    assert ask(there, headers=headers).status == 400
    assert ask(there.replace("Signature=", "Signature=x")).status == 403
    swr.obs.lifetime = -10
    assert ask(ask(url, headers=headers).headers["location"]).status == 403
    assert swr.count("obs_get") == 5
    assert all("Signature" not in repr(entry.as_dict()) for entry in swr.log.entries("obs_get"))
    swr.faults.add(Fault("status", kind="obs_get", status=500))
    assert ask(there).status == 500


def test_tags_and_catalog(swr: Swr) -> None:
    headers = token(swr, "repository:team/app:pull")
    assert ask(swr.url + "/v2/team/app/tags/list", headers=headers).json() == {"name": "team/app", "tags": None}
    swr.load(images.docker_image("x"), "team/app", "1")
    assert ask(swr.url + "/v2/team/app/tags/list", headers=headers).json()["tags"] == ["1", ""]
    assert ask(swr.url + "/v2/_catalog", headers=token(swr, "registry:catalog:*")).status == 404
    assert ask(swr.url + "/v2/team/app/referrers/sha256:" + "0" * 64, headers=headers).status == 404


def test_throttle(sandbox_swr: Callable[..., Swr]) -> None:
    server = sandbox_swr(keys={"A": "S"}, manners={"throttle": 5, "retry_after": 1})
    replies = [ask(server.url + "/v2/") for _time in range(8)]
    refused = [reply for reply in replies if reply.status == 503]
    assert len(refused) >= 3
    assert refused[0].headers["retry-after"] == "1"
    assert ask(server.url + "/_sandbox/health").status == 200


def test_limits(sandbox_swr: Callable[..., Swr]) -> None:
    server = sandbox_swr(
        keys={"SANDBOXACCESSKEY": "sandbox-secret-key"},
        organizations=["team"],
        manners={"max_tags": 1, "max_layer_size": 10_000},
    )
    image = images.docker_image("x")
    auth = (USER, PASSWORD)
    push.push(image, server.url, "team/app", "1", auth)
    push.push(image, server.url, "team/app", "1", auth)
    with pytest.raises(push.PushError, match="quota"):
        push.push(image, server.url, "team/app", "2", auth)
    with pytest.raises(push.PushError, match="SIZE_INVALID"):
        push.push(images.docker_image("y", size=20_000), server.url, "team/app", "1", auth)


def test_dockyard_calls(swr: Swr) -> None:
    swr.load(images.docker_image("x"), "team/sub/app", "1")
    url, login = swr.url + "/dockyard/v2/", basic(USER, PASSWORD)
    assert ask(url + "namespaces").status == 401
    assert ask(url + "visible/namespaces", headers=login).json() == {"namespaces": ["team"]}
    assert ask(url + "namespaces/team", headers=login).json()["name"] == "team"
    assert ask(url + "namespaces/other", headers=login).status == 404
    assert ask(url + "namespaces", "POST", json.dumps({"namespace": "other"}), login).status == 201
    assert ask(url + "namespaces", "POST", json.dumps({"namespace": "other"}), login).status == 409
    assert ask(url + "namespaces", "POST", json.dumps({"namespace": "0Bad"}), login).status == 400
    assert "other" in swr.organizations
    found = ask(url + "repositories?filter=center::self", headers=login).json()
    assert [(item["namespace"], item["name"], item["tags"]) for item in found] == [("team", "sub/app", ["1"])]
    assert swr.count("dockyard") == 8
    assert ask(url + "namespaces/team", "DELETE", headers=login).status == 406
    assert ask(url + "namespaces/other", "DELETE", headers=login).status == 204
    assert ask(url + "namespaces/other", "DELETE", headers=login).status == 404
    assert "other" not in swr.organizations


def test_a_dockyard_that_deletes_nothing(sandbox_swr: Callable[..., Swr]) -> None:
    server = sandbox_swr(keys={"A": "S"}, organizations=["team"], manners={"delete_organizations": False})
    login = basic("cn-north-4@A", login_password("A", "S"))
    assert ask(server.url + "/dockyard/v2/namespaces/team", "DELETE", headers=login).status == 405
    assert server.organizations == {"team"}


def test_further_logins_and_public_repositories(sandbox_swr: Callable[..., Swr]) -> None:
    server = sandbox_swr(keys={"A": "S"}, organizations=["team"], public=["team/open"])
    server.add_login("cn-north-4@TEMPORARY", "given-out")
    bearer(server.url + ENDPOINT, user="cn-north-4@TEMPORARY", password="given-out")
    server.add_login("cn-north-4@A", "temporary-of-a")
    for password in ("temporary-of-a", login_password("A", "S")):
        bearer(server.url + ENDPOINT, user="cn-north-4@A", password=password)
    server.load(images.docker_image("x"), "team/open", "1")
    anonymous = bearer(server.url + ENDPOINT, "repository:team/open:pull")
    assert ask(server.url + "/v2/team/open/manifests/1", headers=anonymous).status == 200


def test_a_clock_that_is_ahead(sandbox_swr: Callable[..., Swr]) -> None:
    server = sandbox_swr(keys={"A": "S"}, options={"clock": 600})
    ahead = parsedate_to_datetime(ask(server.url + "/v2/").headers["date"]).timestamp() - time.time()
    assert 590 < ahead < 610
