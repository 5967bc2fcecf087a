# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication policies in the sandbox's Harbor: how each version reads, refuses and shows them."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from .conftest import VERSIONS, Caller, message

World = Callable[..., Caller]
MODERN = VERSIONS[1:]
FULL = {
    "name": "to-swr",
    "description": "",
    "src_registry": None,
    "dest_registry": {"id": 1},
    "dest_namespace": "dev-container",
    "trigger": {"type": "manual", "trigger_settings": {"cron": ""}},
    "filters": [{"type": "name", "value": "library/**"}, {"type": "resource", "value": "image"}],
    "enabled": True,
    "deletion": False,
    "override": True,
}
LATER = {"dest_namespace_replace_count": -1, "speed": -1}


@pytest.mark.parametrize("version", MODERN)
def test_how_it_reads_back(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    tag = {"type": "tag", "value": "v*", "decoration": "matches"}
    call.make("/replication/policies", dict(FULL, **dict(LATER, filters=[*FULL["filters"], tag])))
    shown = call.get("/replication/policies/1")
    assert not {"deletion", "description", "replicate_deletion"} & set(shown)
    assert (shown["enabled"], shown["override"]) == (True, True)
    assert (shown["speed"], shown["dest_namespace_replace_count"]) == (0, -1)
    assert shown["trigger"] == {"type": "manual", "trigger_settings": {}}
    assert shown["filters"] == [*FULL["filters"], tag]
    source = shown["src_registry"]
    assert (source["id"], source["name"], source["type"]) == (0, "Local", "harbor")
    assert source["credential"] == {"type": "secret", "access_secret": "*****"}
    assert (shown["dest_registry"]["id"], shown["dest_registry"]["credential"]["access_secret"]) == (1, "*****")
    assert ("copy_by_chunk" in shown) == (version != "2.4.1")
    assert ("single_active_replication" in shown) == (version == "2.15.2")


def test_how_1x_reads_back(world: World) -> None:
    call = world("1.10.19")
    call.endpoint()
    decorated = [{"type": "tag", "value": "v*", "decoration": "excludes"}]
    call.make("/replication/policies", dict(FULL, **dict(LATER, filters=decorated)))
    shown = call.get("/replication/policies/1")
    # What excluded, now matches: fields that it does not know are gone.
    assert shown["filters"] == [{"type": "tag", "value": "v*"}]
    assert not {"speed", "dest_namespace_replace_count", "copy_by_chunk"} & set(shown)
    assert (shown["deletion"], shown["description"], shown["creator"]) == (False, "", "admin")
    assert shown["src_registry"]["token_service_url"] == ""
    assert shown["trigger"] == {"type": "manual", "trigger_settings": {"cron": ""}}
    call.harbor.violations.clear()


@pytest.mark.parametrize("version", VERSIONS)
def test_update_replaces_everything(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    call.make("/replication/policies", dict(FULL, description="old", deletion=True))
    least = {"name": "to-swr", "dest_registry": {"id": 1}}
    assert call("PUT", "/replication/policies/1", least).status == 200
    shown = call.get("/replication/policies/1")
    for name, empty in (("enabled", False), ("override", False), ("deletion", False), ("description", "")):
        assert shown.get(name, empty) == empty
    assert (shown["filters"], shown.get("trigger"), shown.get("dest_namespace", "")) == (None, None, "")
    # What was shown can be sent as it is.
    before = dict(FULL, description="new")
    assert call("PUT", "/replication/policies/1", before).status == 200
    shown = call.get("/replication/policies/1")
    assert call("PUT", "/replication/policies/1", shown).status == 200
    again = call.get("/replication/policies/1")
    assert {**again, "update_time": ""} == {**shown, "update_time": ""}
    assert call("PUT", "/replication/policies/1", {"dest_registry": {"id": 1}}).status == 400
    assert call("PUT", "/replication/policies/9", FULL).status == 404
    call.harbor.violations.clear()


def test_only_one_of_the_names_of_deletion_is_read(world: World) -> None:
    call = world("2.9.5")
    call.endpoint()
    call.make("/replication/policies", dict(FULL, replicate_deletion=True))
    assert "deletion" not in call.get("/replication/policies/1")
    call("PUT", "/replication/policies/1", dict(FULL, deletion=True))
    shown = call.get("/replication/policies/1")
    assert (shown["deletion"], shown["replicate_deletion"]) == (True, True)


@pytest.mark.parametrize("version", MODERN)
@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"name": ""}, 400, "empty name"),
        ({"name": "x" * 257}, 500, "internal server error"),
        ({"dest_registry": None}, 400, "either src_registry or dest_registry"),
        ({"src_registry": {"id": 1}}, 400, "either src_registry or dest_registry"),
        ({"dest_registry": {"id": 9}}, 404, "registry 9 not found"),
        ({"dest_namespace": "Team"}, 400, "invalid destination namespace: Team"),
        ({"dest_namespace_replace_count": 128}, 422, "cannot unmarshal number 128 into Go struct field"),
        ({"filters": [{"type": "name", "value": 1}]}, 400, "isn't string"),
        ({"filters": [{"type": "label", "value": "x"}]}, 400, "isn't string slice"),
        ({"filters": [{"type": "colour", "value": "x"}]}, 400, "invalid filter type"),
        ({"filters": [{"type": "resource", "value": ""}]}, 400, "invalid resource filter"),
        ({"filters": [{"type": "name", "value": "x", "decoration": "matches"}]}, 400, "only tag and label"),
        ({"filters": [{"type": "tag", "value": "x", "decoration": "not"}]}, 400, "invalid filter decoration"),
        ({"trigger": {"type": "sometimes"}}, 400, "invalid trigger type"),
        ({"trigger": {"type": "scheduled"}}, 400, "cron string cannot be empty"),
        ({"trigger": {"type": "scheduled", "trigger_settings": {"cron": "now"}}}, 400, "invalid cron string"),
    ],
)
def test_what_is_refused(world: World, version: str, change: Any, status: int, words: str) -> None:
    call = world(version)
    call.endpoint()
    reply = call("POST", "/replication/policies", dict(FULL, **change))
    assert reply.status == status
    assert words in message(reply)
    assert call.get("/replication/policies") == []


def test_what_1x_refuses(world: World) -> None:
    call = world("1.10.19")
    call.endpoint()
    call.policy()
    wrong = dict(FULL, name="", filters=[{"type": "resource", "value": "artifact"}])
    assert message(call("POST", "/replication/policies", wrong)) == (
        "name cannot be empty \nfilters invalid resource filter: artifact \n"
    )
    taken = call("POST", "/replication/policies", FULL)
    assert (taken.status, message(taken)) == (409, "policy to-swr already exists")
    nowhere = call("POST", "/replication/policies", dict(FULL, name="x", dest_registry={"id": 9}))
    assert (nowhere.status, message(nowhere)) == (400, "registry 9 not found")
    # It does not look at the namespace.
    assert call("POST", "/replication/policies", dict(FULL, name="x", dest_namespace="Team")).status == 201


@pytest.mark.parametrize("version", MODERN)
def test_names_are_taken_once(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    call.policy()
    call.policy(name="other")
    taken = call("POST", "/replication/policies", FULL)
    assert (taken.status, message(taken)) == (409, "replication policy to-swr already exists")
    assert call("PUT", "/replication/policies/2", FULL).status == 409
    # The newest comes first.
    assert [entry["name"] for entry in call.get("/replication/policies")] == ["other", "to-swr"]
    assert [entry["name"] for entry in call.get("/replication/policies?q=name%3Dother")] == ["other"]
    assert [entry["name"] for entry in call.get("/replication/policies?name=O")] == ["other", "to-swr"]


CRON = {
    "0 0 2 * * *": ("1.10.19", "2.4.1", "2.9.5", "2.15.2"),
    "0 */10 * * * *": ("1.10.19", "2.4.1", "2.9.5", "2.15.2"),
    "0 30 1-5,8 ? JAN-mar mon,fri": ("1.10.19", "2.4.1", "2.9.5", "2.15.2"),
    "5 0 2 * * *": ("1.10.19", "2.4.1"),
    "0 * * * * *": ("1.10.19", "2.4.1"),
    "0 2 * * *": ("1.10.19", "2.4.1"),
    "@daily": ("1.10.19", "2.4.1"),
    "@every 1h30m": ("1.10.19", "2.4.1"),
    "0 0 24 * * *": (),
    "0 0 5-2 * * *": (),
    "0 0 */0 * * *": (),
    "0 0 2 * * * *": (),
    "0 0 2": (),
}


@pytest.mark.parametrize("cron", CRON)
def test_cron_by_version(world: World, cron: str) -> None:
    accepted = []
    for version in VERSIONS:
        call = world(version)
        call.endpoint()
        trigger = {"type": "scheduled", "trigger_settings": {"cron": cron}}
        if call("POST", "/replication/policies", dict(FULL, trigger=trigger)).status == 201:
            accepted.append(version)
            assert call.get("/replication/policies/1")["trigger"] == trigger
    assert tuple(accepted) == CRON[cron]


def test_charts_are_a_kind_of_resource_before_2_8(world: World) -> None:
    found = {}
    for version in VERSIONS:
        call = world(version)
        call.endpoint()
        kinds = ("image", "artifact", "chart")
        policies = [dict(FULL, name=kind, filters=[{"type": "resource", "value": kind}]) for kind in kinds]
        found[version] = [call("POST", "/replication/policies", policy).status for policy in policies]
    assert found == {
        "1.10.19": [201, 400, 201],
        "2.4.1": [201, 201, 201],
        "2.9.5": [201, 201, 400],
        "2.15.2": [201, 201, 400],
    }


def test_single_active_and_events_exclude_each_other(world: World) -> None:
    call = world("2.15.2")
    call.endpoint()
    body = dict(FULL, single_active_replication=True)
    assert call("POST", "/replication/policies", dict(body, trigger={"type": "event_based"})).status == 500
    call.make("/replication/policies", body)
    assert call.get("/replication/policies/1")["single_active_replication"] is True


@pytest.mark.parametrize("version", VERSIONS)
def test_pull_is_the_other_way_round(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    call.make("/replication/policies", dict(FULL, src_registry={"id": 1}, dest_registry={"id": 0}))
    shown = call.get("/replication/policies/1")
    assert (shown["src_registry"]["name"], shown["dest_registry"]["name"]) == ("swr", "Local")
