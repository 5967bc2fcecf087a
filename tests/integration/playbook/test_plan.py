# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan, its shards, and their copies under ansible-playbook."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox import images

from .test_look import play, shown, task


@pytest.fixture
def world(playbooks: Any) -> Any:
    """Six repositories of two tags, each two of which share a layer."""
    playbooks.source.auth.users["team"] = playbooks.source.auth.users["reader"]
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


def test_three_shards_copied_by_three_tasks(world: Any, secrets: Any) -> None:
    path = world.folder / "shards"
    plan = task(world, "image_plan", images=rules(world), shards=3, shards_path=str(path))
    check = play(world, plan, check=True)
    assert (check.code, check.changed, path.exists()) == (0, 1, False), check.text
    planned = play(world, plan)
    assert (planned.code, planned.changed) == (0, 1), planned.text
    assert "[swr] planning: 12/12 images looked at" in planned.err
    it = shown(planned)
    assert [shard["images"] for shard in it["shards"]] == [4, 4, 4]
    assert it["duplicated_bytes"] == 0
    assert "ERROR" not in planned.err
    again = play(world, plan)
    assert (again.code, again.changed) == (0, 0), again.text
    copies = [task(world, "image_copy", images_file=shard["path"]) for shard in it["shards"]]
    copied = play(world, *copies)
    assert (copied.code, copied.changed) == (0, 3), copied.text
    for number in range(6):
        assert [tag for tag in world.swr.tags("team/app{0}".format(number)) if tag] == ["1", "2"]
        assert world.swr.missing_blobs("team/app{0}".format(number)) == []
    stored = [entry for entry in world.swr.log.entries("upload_put") if entry.status == 201]
    assert len(stored) == it["plan"]["blobs"]
    assert max(Counter(entry.path for entry in stored).values()) == 1
    done = play(world, plan)
    assert (shown(done)["plan"]["present"], shown(done)["shards"]) == (12, [])
    assert list(path.iterdir()) == []
    for run in (check, planned, again, copied, done):
        assert not [secret for secret in secrets if secret in run.text]


def test_problem_fails_the_task_with_its_remedy(world: Any, secrets: Any) -> None:
    new = {world.source.host + "/team/app0": world.swr.host + "/nobody/app"}
    run = play(world, task(world, "image_plan", images=new))
    assert run.code == 2
    assert "First problem: {0}/nobody: the organization nobody does not exist. Create the organization".format(
        world.swr.host
    ) in run.text.replace("\\n", " ")
    assert not [secret for secret in secrets if secret in run.text]
    assert play(world, task(world, "image_plan", images=new, fail_on="never")).code == 0


def test_wrong_options_are_refused_before_any_connection(world: Any) -> None:
    run = play(world, task(world, "image_plan", images=rules(world), shards=0))
    assert "Give a number from 1 to 1000" in run.text
    run = play(world, task(world, "image_plan", images=rules(world), quotas={"repositories": -1}))
    assert "quotas: repositories: give a whole number of 1 or more" in run.text
    assert world.requests() == 0
