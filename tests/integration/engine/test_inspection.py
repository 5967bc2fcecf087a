# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found out about images, repositories and registries."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, BearerAuth, Fault, Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

from .conftest import FAST

SECRET = "a-password-nobody-may-see"


def look(host: str, login: Any = None, **options: Any) -> Any:
    """Ask one registry; names are completed by its host."""
    auth = {host: dict(login or {}, insecure=True)}
    for option in ("images", "repositories"):
        options[option] = ["{0}/{1}".format(host, name) for name in options.get(option, ())]
    result = run_info(dict(FAST, auth=auth, **options), {})
    assert result["changed"] is False
    assert result["failed"] is bool(result["failures"])
    assert SECRET not in json.dumps(result)
    return result


def only(found: List[Any]) -> Dict[str, Any]:
    assert len(found) == 1
    return found[0]


@pytest.fixture
def registry(sandbox_registry: Callable[..., Registry]) -> Registry:
    return sandbox_registry()


def test_image_in_full(registry: Registry) -> None:
    image = images.docker_image("d", layers=2, platform="linux/arm/v7")
    registry.load(image, "team/app", "1.0")
    found = only(look(registry.host, images=["team/app:1.0"])["images"])
    assert found["image"] == found["reference"] == registry.host + "/team/app:1.0"
    assert (found["exists"], found["digest"], found["media_type"]) == (True, image.digest, images.DOCKER_MANIFEST)
    assert found["platforms"] == ["linux/arm/v7"]
    layers = [blob.descriptor() for blob in image.blobs[1:]]
    assert [layer["digest"] for layer in found["layers"]] == [layer["digest"] for layer in layers]
    assert found["size"] == sum(blob.descriptor()["size"] for blob in image.blobs)
    config = found["config"]
    assert (config["os"], config["architecture"], config["variant"]) == ("linux", "arm", "v7")
    assert config["labels"] == {"sandbox.seed": "d"}
    assert config["digest"] == image.blobs[0].digest
    assert config["command"] == ["/bin/true"]
    assert registry.count() == 2


def test_index_with_its_children(registry: Registry) -> None:
    index = images.oci_index("i")
    registry.load(index, "team/app", "1.0")
    found = only(look(registry.host, images=["team/app:1.0"])["images"])
    assert found["media_type"] == images.OCI_INDEX
    assert [child["digest"] for child in found["children"]] == [child.digest for child in index.children]
    assert "unknown/unknown" not in found["platforms"]
    assert found["platforms"] == [
        child["platforms"][0] for child in found["children"] if child["platforms"] != ["unknown/unknown"]
    ]
    blobs = index.all_blobs().values()
    assert found["size"] == sum(blob.descriptor()["size"] for blob in blobs)
    assert all(child["exists"] and child["layers"] for child in found["children"])


def test_nested_index_artifact_and_foreign_layers(registry: Registry) -> None:
    registry.load(images.nested_index("n"), "team/nested", "1")
    registry.load(images.artifact("a"), "team/thing", "1")
    registry.load(images.foreign_layer_image("f"), "team/foreign", "1")
    nested, thing, foreign = look(registry.host, images=["team/nested:1", "team/thing:1", "team/foreign:1"])["images"]
    assert any("children" in child for child in nested["children"])
    assert nested["platforms"]
    assert thing["artifact_type"] == "application/vnd.sandbox.thing"
    assert "config" not in thing
    assert any(layer.get("foreign") for layer in foreign["layers"])


def test_child_that_the_registry_lacks_is_told(registry: Registry) -> None:
    index = images.manifest_list("l")
    registry.load(index, "team/app", "1")
    assert registry.storage.delete_manifest("team/app", index.children[0].digest)
    found = only(look(registry.host, images=["team/app:1"])["images"])
    assert [child["exists"] for child in found["children"]][:2] == [False, True]
    assert found["platforms"][0] == "linux/amd64"


@pytest.mark.parametrize(("detail", "requests"), [("presence", 1), ("manifest", 1), ("full", 9)])
def test_detail_costs_what_it_says(registry: Registry, detail: str, requests: int) -> None:
    index = images.manifest_list("l")
    registry.load(index, "team/app", "1")
    result = look(registry.host, images=["team/app:1"], detail=detail)
    found = only(result["images"])
    assert (found["exists"], found["digest"], found["media_type"]) == (True, index.digest, index.media_type)
    assert result["requests"]["total"] == registry.count() == requests
    assert ("children" in found, "size" in found) == (detail != "presence", detail == "full")


@pytest.mark.parametrize("detail", ["presence", "manifest", "full"])
def test_missing_image_and_repository_are_no_failures(registry: Registry, detail: str) -> None:
    registry.load(images.docker_image("d"), "team/app", "1")
    asked = {"images": ["team/app:2", "team/none:1"], "repositories": ["team/none"], "detail": detail}
    result = look(registry.host, **asked)
    assert [entry["exists"] for entry in result["images"]] == [False, False]
    assert only(result["repositories"])["exists"] is False
    assert only(result["repositories"])["tags"] == []
    assert result["failed"] is False


def test_environment_shows_names_unless_values_are_asked_for(registry: Registry) -> None:
    document = {"os": "linux", "architecture": "amd64"}
    document["config"] = {"Env": ["PATH=/bin", "TOKEN=abc=def", "BARE"], "ExposedPorts": {"80/tcp": {}}, "User": "u"}
    config = images.blob(json.dumps(document).encode(), images.DOCKER_CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": images.DOCKER_MANIFEST, "config": config.descriptor(), "layers": []}
    image = images._finish(manifest, images.DOCKER_MANIFEST, blobs=(config,))
    registry.load(image, "team/app", "1")
    shown = only(look(registry.host, images=["team/app:1"])["images"])["config"]
    assert shown["environment"] == {"PATH": None, "TOKEN": None, "BARE": None}
    assert (shown["exposed_ports"], shown["user"]) == (["80/tcp"], "u")
    shown = only(look(registry.host, images=["team/app:1"], environment_values=True)["images"])["config"]
    assert shown["environment"] == {"PATH": "/bin", "TOKEN": "abc=def", "BARE": ""}


def test_tags_with_and_without_digests(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(options={"page_size": 2})
    digests = {}
    for tag in ("1", "2", "3"):
        digests[tag] = registry.load(images.docker_image(tag), "team/app", tag)
    found = only(look(registry.host, repositories=["team/app"])["repositories"])
    assert (found["exists"], found["tags"]) == (True, ["1", "2", "3"])
    assert "digests" not in found
    found = only(look(registry.host, repositories=["team/app"], tag_digests=True)["repositories"])
    assert list(found["digests"].items()) == list(digests.items())


def test_catalog(registry: Registry) -> None:
    for name in ("b/two", "a/one"):
        registry.load(images.docker_image(name), name, "1")
    found = only(look(registry.host, registries=[registry.host])["registries"])
    assert found["repositories"] == [registry.host + "/a/one", registry.host + "/b/two"]


def test_catalog_with_tokens(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BearerAuth({"user": SECRET}))
    registry.load(images.docker_image("x"), "a/one", "1")
    login = {"username": "user", "password": SECRET}
    found = look(registry.host, login, registries=[registry.host], repositories=["a/one"])
    assert only(found["registries"])["repositories"] == [registry.host + "/a/one"]
    assert only(found["repositories"])["tags"] == ["1"]


def test_swr_has_no_catalog_and_says_what_else(sandbox_swr: Callable[..., Swr]) -> None:
    swr = sandbox_swr(keys={"AK": SECRET}, organizations=["team"])
    swr.load(images.docker_image("x"), "team/app", "1")
    login = {"username": "cn-north-4@AK", "password": login_password("AK", SECRET)}
    asked = {"images": ["team/app:1"], "repositories": ["team/app", "team/none"], "registries": [swr.host]}
    result = look(swr.host, login, **asked)
    assert only(result["images"])["exists"] is True
    assert [entry["exists"] for entry in result["repositories"]] == [True, False]
    assert only(result["failures"])["name"] == swr.host
    assert "Name the repositories instead" in only(result["registries"])["error"]
    assert result["msg"].startswith("1 of 4 could not be inspected")
    assert login["password"] not in json.dumps(result)


FAULTS = {
    "refused": (Fault("status", kind="manifest_get", status=403), "403"),
    "server in trouble": (Fault("status", kind="manifest_get", status=500), "500"),
    "HTML in a manifest's place": (Fault("status", kind="manifest_get", status=200, html=True), "not JSON"),
    "a page in an error's place": (Fault("status", kind="manifest_get", status=502, html=True), "502"),
    "dropped": (Fault("drop", kind="manifest_get"), "connection"),
    "broken off": (Fault("truncate", kind="manifest_get", after=20), "cut off"),
    "another manifest": (Fault("corrupt", kind="manifest_get"), "sent another manifest"),
    "damaged config": (Fault("corrupt", kind="blob_get"), "damaged"),
    "config lost": (Fault("status", kind="blob_get", status=404), "404"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_fails_its_item_and_no_other(registry: Registry, case: str) -> None:
    fault, text = FAULTS[case]
    for name in ("bad", "good"):
        registry.load(images.docker_image(name), "team/" + name, "1")
    fault = Fault.from_mapping(dict(fault.as_dict(), repository="team/bad"))
    registry.faults.add(fault)
    result = look(registry.host, images=["team/bad:1", "team/good:1"], retries=1)
    bad, good = result["images"]
    assert text in bad["error"]
    assert "exists" not in bad or bad["exists"]
    assert (good["exists"], good["size"] > 0, "error" in good) == (True, True, False)
    assert only(result["failures"])["error"] == bad["error"]
    assert bad["error"] in result["msg"]


@pytest.mark.parametrize("kind", ["manifest_head", "tags", "catalog", "manifest_get", "blob_get"])
def test_passing_fault_passes(registry: Registry, kind: str) -> None:
    registry.load(images.docker_image("x"), "team/app", "1")
    registry.faults.add(Fault("status", kind=kind, status=503, times=1))
    asked = {"images": ["team/app:1"], "repositories": ["team/app"], "registries": [registry.host]}
    assert look(registry.host, tag_digests=True, **asked)["failed"] is False


def test_fault_of_one_tag_fails_the_repository(registry: Registry) -> None:
    for tag in ("1", "2"):
        registry.load(images.docker_image(tag), "team/app", tag)
    registry.faults.add(Fault("status", kind="manifest_head", reference="2", status=403))
    found = only(look(registry.host, repositories=["team/app"], tag_digests=True)["repositories"])
    assert "403" in found["error"]
    assert list(found["digests"]) == ["1"]


def test_wrong_password_shows_nothing_of_it(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BasicAuth({"user": "the right one"}))
    asked = {"images": ["team/app:1"], "repositories": ["team/app"], "registries": [registry.host]}
    result = look(registry.host, {"username": "user", "password": SECRET}, **asked)
    assert len(result["failures"]) == 3
    assert "refused the user" in result["failures"][0]["error"]


def test_registry_that_is_not_there(unused_port: int) -> None:
    result = look("127.0.0.1:{0}".format(unused_port), images=["team/app:1", "team/app:2"], retries=0)
    assert len(result["failures"]) == 2
    assert "exists" not in result["images"][0]


def test_every_bad_name_is_told_before_any_connection() -> None:
    options = {
        "images": ["team/app", "Team/app:1", "user:" + SECRET + "@host/x/y:1"],
        "repositories": ["r.example/team/app:1", ""],
        "registries": ["https://r.example", "r.example/team"],
        "auth": {"r.example": {"pasword": SECRET}},
    }
    with pytest.raises(RulesError) as caught:
        run_info(dict(FAST, **options), {})
    assert len(caught.value.problems) == 8
    assert SECRET not in str(caught.value)
    assert 'images: item 1: "team/app": it has neither a tag nor a digest' in str(caught.value)


def test_nothing_asked_is_nothing_found() -> None:
    result = run_info(dict(FAST), {})
    assert (result["images"], result["repositories"], result["registries"]) == ([], [], [])
    assert result["failed"] is False
