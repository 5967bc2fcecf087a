# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules image_info, image_verify and image_prune."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, oci_index
from ansible_collections.longshore.swr.tests.support.playbook import keep

from .conftest import LOGIN


@pytest.fixture
def world(playbooks: Any) -> Any:
    """An image for several platforms at the source, which SWR takes converted only."""
    playbooks.source.load(oci_index("i"), "team/app", "1.0")
    return playbooks


def rules(world: Any) -> Dict[str, str]:
    return {world.source.host + "/team/app": world.swr.host + "/team/app"}


def test_under_ansible_playbook_nothing_secret_is_shown(world: Any) -> None:
    world.swr.load(docker_image("b"), "team/app", "old")
    info = world.task("image_info", images=[world.source.host + "/team/app:1.0"], registries=[world.swr.host])
    verify = world.task("image_verify", images=rules(world), blobs="hash")
    prune = world.task("image_prune", images=rules(world), dry_run=False)
    run = world.play(
        [
            LOGIN,
            dict(info, ignore_errors=True, register="info"),
            dict(verify, ignore_errors=True, register="before"),
            world.task("image_copy", images=rules(world)),
            dict(verify, register="after"),
            dict(prune, check_mode=True),
            keep(info="info", before="before.msg", after="[after.images.equal, after.changed]"),
        ],
        "-vvv",
        "--diff",
        environ={"ANSIBLE_INJECT_INVOCATION": "1"},
    )
    assert_all_that_was_found(run.value("info"))
    assert "it is not there" in run.text
    assert run.value("after") == [1, False]
    # The copy, and what the pruning would change.
    assert run.changed == 2
    assert "-{0}/team/app:old".format(world.swr.host) in run.out
    assert world.swr.tags("team/app") == ["1.0", "old"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_looks_at_both_sides(world: Any, check_mode: bool) -> None:
    it = world.module(
        "image_info",
        check_mode,
        images=[world.source.host + "/team/app:1.0", world.swr.host + "/team/app:1.0"],
        repositories=[world.source.host + "/team/app"],
    )
    assert [entry["exists"] for entry in it["images"]] == [True, False]
    assert it["images"][0]["platforms"][0] == "linux/amd64"
    assert it["repositories"][0]["tags"] == ["1.0"]
    assert it["changed"] is False


def assert_all_that_was_found(it: Dict[str, Any]) -> None:
    assert it["failed"] is True
    assert it["images"][0]["exists"] is True
    assert "Name the repositories instead" in it["msg"]


def test_failure_comes_with_all_that_was_found(world: Any) -> None:
    asked = {"images": [world.source.host + "/team/app:1.0"], "registries": [world.swr.host]}
    assert_all_that_was_found(world.module("image_info", **asked))


def test_verifies_what_was_converted(world: Any) -> None:
    before = world.module("image_verify", images=rules(world), blobs="hash")
    assert before["failed"]
    assert "it is not there" in str(before)
    assert world.module("image_copy", images=rules(world))["images"]["copied"] == 1
    for check_mode in (False, True):
        it = world.module("image_verify", check_mode, images=rules(world), blobs="hash")
        assert (it["images"]["equal"], it["changed"]) == (1, False)


def test_prunes_when_it_is_told_to(world: Any) -> None:
    world.swr.load(docker_image("a"), "team/app", "1.0")
    world.swr.load(docker_image("b"), "team/app", "old")
    assert world.module("image_prune", images=rules(world))["changed"] is False
    check = world.module("image_prune", True, images=rules(world), dry_run=False)
    assert check["changed"] is True
    assert world.swr.tags("team/app") == ["1.0", "old"]
    assert world.swr.host + "/team/app:old" in check["diff"]["before"]
    assert world.swr.host + "/team/app:old" not in check["diff"]["after"]
    it = world.module("image_prune", images=rules(world), dry_run=False)
    assert it["changed"] is True
    assert it["deleted"] == [world.swr.host + "/team/app:old"]
    assert world.swr.tags("team/app") == ["1.0"]
    assert world.module("image_prune", images=rules(world), dry_run=False)["changed"] is False


@pytest.mark.parametrize("module", ["image_info", "image_verify", "image_prune"])
def test_bad_options_are_refused_before_any_connection(world: Any, module: str) -> None:
    images = ["Team/App:1"] if module == "image_info" else {"Team/App:1": world.swr.host + "/a/b"}
    it = world.module(module, images=images, auth={world.source.host: "lost-secret-1"})
    assert it["failed"]
    assert "must be lower case" in it["msg"]
    assert "lost-secret" not in str(it)
    assert "Give a number from 1 to 1000" in world.module(module, images=images, workers=0)["msg"]
    assert world.requests() == 0
