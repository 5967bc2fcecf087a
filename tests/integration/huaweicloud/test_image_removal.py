# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was copied to SWR is deleted again, with the journal of the copy."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.sandbox import Registry, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.modules import run_module


def test_only_copies_are_deleted(world: World, sandbox_registry: Callable[..., Registry], tmp_path: Path) -> None:
    source, swr = sandbox_registry(), world.swr
    for name, tag in (("shop/cart", "1"), ("shop/cart", "2"), ("shop/deep/pay", "1"), ("shop/log", "1")):
        source.load(images.docker_image(name + tag), name, tag)
    # It was there before.
    swr.load(images.docker_image("shop/log1"), "team/log", "1")
    journal = str(tmp_path / "journal.jsonl")
    login = {"username": "cn-north-4@" + KEYS["access_key"], "password": login_password(*KEYS.values())}
    copied = run_module(
        "image_copy",
        {
            "images": {
                source.host + "/shop/cart": swr.host + "/team/cart",
                source.host + "/shop/deep/pay:1": swr.host + "/team/deep/pay:1",
                source.host + "/shop/log:1": swr.host + "/team/log:1",
            },
            "auth": {
                source.host: {"insecure": True},
                swr.host: {**login, "insecure": True},
            },
            "journal_path": journal,
        },
    )
    assert copied["images"]["copied"] == 3, copied
    # Pushed by hand since: one tag again, and another one.
    swr.load(images.docker_image("by hand"), "team/cart", "2")
    swr.load(images.docker_image("mine"), "team/cart", "mine")
    with open(journal, "a", encoding="utf-8") as handle:
        handle.write('{"event":"image","outcome":"copied","destination":"' + swr.host + "/team/cart:mine")

    options = {"journal_path": journal, "registry": swr.host}
    before = sorted(swr.storage.repositories())
    planned = world.module("image_removal", check_mode=True, **options)
    assert planned["msg"].startswith("2 images and 1 repository would be deleted; 3 left: ")
    assert sorted(swr.storage.repositories()) == before
    assert swr.tags("team/cart") == ["1", "2", "mine"]

    result = world.module("image_removal", **options)
    assert result["deleted"] == planned["deleted"] == ["team/cart:1", "team/deep/pay:1"]
    assert result["repositories"] == planned["repositories"] == ["team/deep/pay"]
    assert {one["name"]: one["reason"] for one in result["left"]} == {
        "team/cart:2": "it has changed since it was copied",
        "team/cart:mine": "no copy of it is recorded",
        "team/log:1": "it was there already",
    }
    assert "1 lines of the journal could not be read" in result["msg"]
    assert world.cloud.objects.repositories() == ["team/cart", "team/log"]
    assert (swr.tags("team/cart"), swr.tags("team/log")) == (["2", "mine"], ["1"])

    again = world.module("image_removal", **options)
    assert (again["changed"], again["left"]) == (False, result["left"])


def test_another_registry_and_a_missing_journal_change_nothing(world: World, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal.jsonl")
    refused = world.module("image_removal", journal_path=journal, registry="harbor.example.com", endpoints={})
    assert refused["failed"]
    assert "longshore.swr.image_prune" in refused["msg"]
    missing = world.module("image_removal", journal_path=journal)
    assert (missing["changed"], "does not exist, so that no copy is known" in missing["msg"]) == (False, True)
    assert world.cloud.made() == []
    assert "failed" in world.module("image_removal", journal_path="")
