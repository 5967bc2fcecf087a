# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module image_copy, and its action plugin under ansible-playbook."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image

from .conftest import ACCESS_KEY, LOGIN, PASSWORD, SECRET_KEY

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
PROGRESS = re.compile(r"^\[swr\] ", re.MULTILINE)


@pytest.fixture
def world(playbooks: Any) -> Any:
    """One image."""
    playbooks.source.load(docker_image("a"), "team/app", "1.0")
    return playbooks


def one_image(world: Any) -> Any:
    return {world.source.host + "/team/app:1.0": world.swr.host + "/team/app"}


def test_secrets_of_the_playbook_do_not_show_but_names_do(world: Any) -> None:
    run = world.play(
        [LOGIN, world.task("image_copy", images=one_image(world)), {"ansible.builtin.debug": {"var": "it"}}],
        "-vvv",
        "--diff",
        environ={"ANSIBLE_INJECT_INVOCATION": "1"},
    )
    assert "{0}/team/app:1.0 sha256:".format(world.swr.host) in run.out
    assert world.source.host in run.out
    assert '"changed": true' in run.out
    invocation = json.loads(re.search(r'"auth": (\{.*?\n {12}\})', run.out, re.DOTALL).group(1))
    assert invocation[world.source.host] == {"username": "team", "password": HIDDEN, "insecure": "true"}


def test_secret_in_the_wrong_place_does_not_show(world: Any) -> None:
    wrong = {world.source.host: "lost-secret-1", "b.example": {"pasword": "lost-secret-2"}}
    run = world.play(
        [world.task("image_copy", images=one_image(world), auth=wrong)],
        "-vvv",
        ok=False,
        environ={"ANSIBLE_INJECT_INVOCATION": "1"},
    )
    assert "lost-secret" not in run.text
    assert "did you mean password" in run.text
    assert world.requests() == 0


def test_every_bad_option_is_refused_before_any_connection(world: Any) -> None:
    source, swr = world.source.host, world.swr.host
    cases = {
        "no repository": ({"images": {source + "/:1": swr + "/team/app"}}, "source"),
        "unpaired tags": ({"images": {source + "/a/b:1,2": swr + "/team/app:x"}}, "tag"),
        "tag for all": ({"images": {source + "/a/b": swr + "/team/app:x"}}, "tag"),
        "no default": ({"images": {source + "/a/b": ""}}, "default_registry"),
        "unset variable": ({"images": {source + "/a/b": "${NOT_SET_AT_ALL}/a/b"}}, "NOT_SET_AT_ALL"),
        "no rule": ({"images": "a/b/c"}, "rule with source and destination"),
        "workers": ({"workers": 0}, "workers"),
        "report": ({"report_path": "/nonexistent/report.json"}, "does not exist"),
        "both": ({"images_file": "images.json"}, "mutually exclusive"),
        "neither": ({"images": None}, "images_file"),
    }
    for name, (options, expected) in cases.items():
        given = {"images": one_image(world), "auth": {}, **options}
        result = world.module("image_copy", **{key: value for key, value in given.items() if value is not None})
        assert result["failed"], name
        assert expected in result["msg"], (name, result["msg"])
        assert "Traceback" not in json.dumps(result), name
    assert world.requests() == 0


def test_progress_is_shown_on_standard_error_but_not_with_no_log_or_async(world: Any) -> None:
    task = world.task("image_copy", images=one_image(world))
    path = world.folder / "mine.jsonl"
    path.write_text("not mine\n")
    own = world.task("image_copy", images=one_image(world), progress_file=str(path))
    first = world.play([LOGIN, task, own])
    # The image and the end, of each.
    assert len(PROGRESS.findall(first.err)) >= 4
    assert not PROGRESS.search(first.out)
    # Its directory is gone, and so is the directory of the whole run.
    assert not list((world.folder / "home" / ".ansible" / "tmp").rglob("progress.jsonl"))
    lines = path.read_text().splitlines()
    assert lines[0] == "not mine"
    assert json.loads(lines[-1])["images_done"] == 1

    quiet = world.play(
        [
            LOGIN,
            dict(task, no_log=True),
            dict(task, **{"async": 60, "poll": 1}),
            {"ansible.builtin.assert": {"that": ["it.images.skipped == 1"]}},
        ]
    )
    assert not PROGRESS.search(quiet.text)


def test_login_is_asked_of_a_docker_credential_helper(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = world.folder / "programs"
    programs.mkdir()
    helper = programs / "docker-credential-vault"
    # The registry comes on standard input; what the arguments are is kept to be looked at.
    helper.write_text(
        '#!/bin/sh\necho "$@" > "$0.arguments"\ncat > "$0.input"\n'
        'echo \'{{"Username": "reader", "Secret": "{0}"}}\'\n'.format(PASSWORD)
    )
    helper.chmod(0o755)
    world.write("config.json", {"credHelpers": {world.source.host: "vault"}})
    monkeypatch.setenv("DOCKER_CONFIG", str(world.folder))
    monkeypatch.setenv("PATH", os.pathsep.join([str(programs), os.environ["PATH"]]))
    auth = {**world.auth(), world.source.host: {"insecure": True}}
    result = world.module("image_copy", images=one_image(world), auth=auth, docker_config_fallback=True)
    assert result["images"]["copied"] == 1
    assert Path(str(helper) + ".arguments").read_text().split() == ["get"]
    assert Path(str(helper) + ".input").read_text().strip() == world.source.host


def test_swr_is_asked_for_its_list_of_tags_with_the_key_of_the_environment(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        world.source.load(docker_image(number), "team/app", "2.{0}".format(number))
    monkeypatch.setenv("HW_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("HW_SECRET_KEY", SECRET_KEY)
    with HuaweiCloudServer([Account(ACCESS_KEY, SECRET_KEY)], images=world.swr) as api:
        options = {
            "images": {world.source.host + "/team/app": world.swr.host + "/team/app"},
            "tag_listing_endpoints": {world.swr.host: api.url},
        }
        assert world.module("image_copy", **options)["images"]["copied"] == 10
        again = world.module("image_copy", **options)
    assert again["images"]["skipped"] == 10
    assert again["requests"]["by_registry"][world.swr.host] == {
        "manifest_head": 2,
        "tag_listing": 1,
        "tags": 2,
        "token": 1,
    }
    assert [call.status for call in api.calls] == [404, 200]
