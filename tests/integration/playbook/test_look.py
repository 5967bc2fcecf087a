# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that look, verify and prune under ansible-playbook."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, oci_index

DEFAULTS = {"group/longshore.swr.swr": {"docker_config_fallback": False, "retries": 1, "retry_delay": 0.01}}


@pytest.fixture
def world(playbooks: Any) -> Any:
    """An image for several platforms at the source, which SWR takes converted only."""
    playbooks.source.auth.users["team"] = playbooks.source.auth.users["reader"]
    playbooks.source.load(oci_index("i"), "team/app", "1.0")
    return playbooks


def auth(world: Any) -> Dict[str, Any]:
    return {
        world.source.host: {"username": "team", "password": "pass-of-the-reader-93", "insecure": "true"},
        world.swr.host: {
            "username": "cn-north-4@SANDBOXACCESSKEY",
            "password": "{{ login.password }}",
            "insecure": True,
        },
    }


def task(world: Any, module: str, **options: Any) -> Dict[str, Any]:
    """A task of one of the modules; what they do not know of each other's options is left to the caller."""
    given = {"auth": auth(world), **options}
    return {"longshore.swr." + module: given, "register": "it", "module_defaults": DEFAULTS}


def play(world: Any, *tasks: Dict[str, Any], check: bool = False) -> Any:
    login = {"longshore.swr.login_token": {"region": "cn-north-4"}, "register": "login", "check_mode": False}
    show: List[Dict[str, Any]] = [{"ansible.builtin.debug": {"var": "it"}}]
    arguments = ["-vvv", "--diff"] + (["--check"] if check else [])
    return world.play([login, *tasks, *show], *arguments, ANSIBLE_INJECT_INVOCATION="1")


def shown(run: Any) -> Any:
    """What the last task, which shows C(it), printed."""
    return json.loads(re.findall(r"^ok: \[localhost\] => (\{.*?^\})", run.out, re.DOTALL | re.MULTILINE)[-1])["it"]


def rules(world: Any) -> Dict[str, str]:
    return {world.source.host + "/team/app": world.swr.host + "/team/app"}


def test_looks_at_both_sides(world: Any, secrets: Any) -> None:
    asked = {
        "images": [world.source.host + "/team/app:1.0", world.swr.host + "/team/app:1.0"],
        "repositories": [world.source.host + "/team/app"],
    }
    run = play(world, task(world, "image_info", **asked), check=True)
    assert run.code == 0, run.text
    assert not [secret for secret in secrets if secret in run.text]
    it = shown(run)
    assert [entry["exists"] for entry in it["images"]] == [True, False]
    assert it["images"][0]["platforms"][0] == "linux/amd64"
    assert it["repositories"][0]["tags"] == ["1.0"]
    assert it["changed"] is False


def test_failure_comes_with_all_that_was_found(world: Any, secrets: Any) -> None:
    asked = {"images": [world.source.host + "/team/app:1.0"], "registries": [world.swr.host]}
    run = play(world, dict(task(world, "image_info", **asked), ignore_errors=True))
    assert not [secret for secret in secrets if secret in run.text]
    it = shown(run)
    assert it["failed"] is True
    assert it["images"][0]["exists"] is True
    assert "Name the repositories instead" in it["msg"]


def test_verifies_what_was_converted(world: Any, secrets: Any) -> None:
    verify = task(world, "image_verify", images=rules(world), blobs="hash")
    before = play(world, verify)
    assert before.code == 2
    assert "it is not there" in before.text
    copied = play(world, task(world, "image_copy", images=rules(world)))
    assert copied.code == 0, copied.text
    for check in (False, True):
        run = play(world, verify, check=check)
        assert run.code == 0, run.text
        it = shown(run)
        assert (it["images"]["equal"], it["changed"]) == (1, False)
        assert not [secret for secret in secrets if secret in run.text]


def test_prunes_when_it_is_told_to(world: Any, secrets: Any) -> None:
    world.swr.load(docker_image("a"), "team/app", "1.0")
    world.swr.load(docker_image("b"), "team/app", "old")
    dry = play(world, task(world, "image_prune", images=rules(world)))
    assert (dry.code, dry.changed) == (0, 0), dry.text
    real = task(world, "image_prune", images=rules(world), dry_run=False)
    check = play(world, real, check=True)
    assert (check.code, check.changed) == (0, 1), check.text
    assert world.swr.tags("team/app") == ["1.0", "old"]
    assert "-{0}/team/app:old".format(world.swr.host) in check.out
    run = play(world, real)
    assert (run.code, run.changed) == (0, 1), run.text
    assert shown(run)["deleted"] == [world.swr.host + "/team/app:old"]
    assert world.swr.tags("team/app") == ["1.0"]
    again = play(world, real)
    assert (again.code, again.changed) == (0, 0)
    for one in (dry, check, run, again):
        assert not [secret for secret in secrets if secret in one.text]


@pytest.mark.parametrize("module", ["image_info", "image_verify", "image_prune"])
def test_bad_options_are_refused_before_any_connection(world: Any, module: str) -> None:
    images = ["Team/App:1"] if module == "image_info" else {"Team/App:1": world.swr.host + "/a/b"}
    wrong = {world.source.host: "lost-secret-1"}
    run = play(world, task(world, module, images=images, auth=wrong))
    assert run.code == 2
    assert "must be lower case" in run.text
    assert "lost-secret" not in run.text
    run = play(world, task(world, module, images=images, workers=0))
    assert "Give a number from 1 to 1000" in run.text
    assert world.requests() == 0
