# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan, its shards, and their copies under ansible-playbook."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.support.playbook import keep

from .conftest import LOGIN


@pytest.fixture
def world(playbooks: Any) -> Any:
    """Six repositories of two tags, each two of which share a layer."""
    for number in range(6):
        base = images.layer("base{0}".format(number // 2), 50_000, False, images.DOCKER_LAYER)
        for tag in ("1", "2"):
            own = images.layer("own{0}{1}".format(number, tag), 2_000, False, images.DOCKER_LAYER)
            image = images.docker_image("{0}{1}".format(number, tag), layers=[base, own])
            playbooks.source.load(image, "team/app{0}".format(number), tag)
    return playbooks


def rules(world: Any) -> Dict[str, str]:
    name = "{0}/team/app{1}".format
    return {name(world.source.host, number): name(world.swr.host, number) for number in range(6)}


def test_three_shards_copied_by_three_tasks(world: Any) -> None:
    path = world.folder / "shards"
    plan = world.task("image_plan", images=rules(world), shards=3, shards_path=str(path))
    copy = dict(world.task("image_copy", images_file="{{ item.path }}"), loop="{{ it.shards }}")
    # Ansible changes nothing else here.
    planned = world.play([LOGIN, plan, keep(it="it"), dict(copy, register="copied")], "-vvv", "--diff")
    assert planned.count("failed") == 0
    assert planned.out.count("\nchanged: [localhost]") == 4
    assert "[swr] localhost: planning: 12/12 images checked" in planned.err
    assert "ERROR" not in planned.err
    it = planned.value("it")
    assert [shard["images"] for shard in it["shards"]] == [4, 4, 4]
    assert it["duplicated_bytes"] == 0
    for number in range(6):
        assert [tag for tag in world.swr.tags("team/app{0}".format(number)) if tag] == ["1", "2"]
        assert world.swr.missing_blobs("team/app{0}".format(number)) == []
    stored = [entry for entry in world.swr.log.entries("upload_put") if entry.status == 201]
    assert len(stored) == it["plan"]["blobs"]
    assert max(Counter(entry.path for entry in stored).values()) == 1
    done = world.module("image_plan", images=rules(world), shards=3, shards_path=str(path))
    assert (done["plan"]["present"], done["shards"]) == (12, [])
    assert list(path.iterdir()) == []


def test_a_second_plan_changes_nothing_and_check_mode_predicts_the_first(world: Any) -> None:
    options = {"images": rules(world), "shards": 3, "shards_path": str(world.folder / "shards")}
    assert world.module("image_plan", True, **options)["changed"] is True
    assert not (world.folder / "shards").exists()
    assert [world.module("image_plan", **options)["changed"] for dummy in range(2)] == [True, False]


def test_problem_fails_the_task_with_its_remedy(world: Any) -> None:
    new = {world.source.host + "/team/app0": world.swr.host + "/nobody/app"}
    it = world.module("image_plan", images=new)
    assert it["failed"]
    assert "First problem: {0}/nobody: the organization nobody does not exist. Create the organization".format(
        world.swr.host
    ) in it["msg"].replace("\n", " ")
    assert not world.module("image_plan", images=new, fail_on="never")["failed"]


def test_wrong_options_are_refused_before_any_connection(world: Any) -> None:
    assert "Give a number from 1 to 1000" in world.module("image_plan", images=rules(world), shards=0)["msg"]
    it = world.module("image_plan", images=rules(world), quotas={"repositories": -1})
    assert "quotas: repositories: give a whole number of 1 or more" in it["msg"]
    assert world.requests() == 0
