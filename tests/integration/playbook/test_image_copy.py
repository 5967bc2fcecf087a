# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module image_copy and its action plugin under ansible-playbook and ansible-runner."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
PROGRESS = re.compile(r"^\[swr\] ", re.MULTILINE)


def copy_task(playbooks: Any, **options: Any) -> Any:
    """A task that copies one image, with both logins in the playbook."""
    source, swr = playbooks.source.host, playbooks.swr.host
    arguments = {
        "images": {source + "/team/app:1.0": swr + "/team/app"},
        "auth": {
            source: {"username": "team", "password": "pass-of-the-reader-93", "insecure": "true"},
            swr: {"username": "cn-north-4@SANDBOXACCESSKEY", "password": "{{ login.password }}", "insecure": True},
        },
        "docker_config_fallback": False,
    }
    arguments.update(options)
    return {"longshore.swr.image_copy": arguments, "register": "copied"}


def login_task() -> Any:
    return {"longshore.swr.login_token": {"region": "cn-north-4"}, "register": "login"}


@pytest.fixture
def world(playbooks: Any) -> Any:
    """One image. The user of the source is named as the organization, so that hiding the one would show."""
    playbooks.source.auth.users["team"] = playbooks.source.auth.users["reader"]
    playbooks.source.load(docker_image("a"), "team/app", "1.0")
    return playbooks


def test_secrets_of_the_playbook_do_not_show_but_names_do(world: Any, secrets: Any) -> None:
    run = world.play(
        [login_task(), copy_task(world), {"ansible.builtin.debug": {"var": "copied"}}],
        "-vvv",
        "--diff",
        ANSIBLE_INJECT_INVOCATION="1",
    )
    assert run.code == 0, run.text
    assert not [secret for secret in secrets if secret in run.text]
    assert "{0}/team/app:1.0 sha256:".format(world.swr.host) in run.out
    assert world.source.host in run.out
    assert '"changed": true' in run.out
    invocation = json.loads(re.search(r'"auth": (\{.*?\n {12}\})', run.out, re.DOTALL).group(1))
    assert invocation[world.source.host] == {"username": "team", "password": HIDDEN, "insecure": "true"}


def test_secret_in_the_wrong_place_does_not_show(world: Any) -> None:
    wrong = {world.source.host: "lost-secret-1", "b.example": {"pasword": "lost-secret-2"}}
    run = world.play([copy_task(world, auth=wrong)], "-vvv", ANSIBLE_INJECT_INVOCATION="1")
    assert run.code == 2
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
        "no mapping": ({"images": "a/b/c"}, "mapping"),
        "workers": ({"workers": 0}, "workers"),
        "report": ({"report_path": "/nonexistent/report.json"}, "does not exist"),
        "both": ({"images_file": "images.json"}, "mutually exclusive"),
        "neither": ({"images": None}, "images_file"),
    }
    tasks = []
    for name, (options, _expected) in cases.items():
        task = copy_task(world, auth={}, **options)
        if options.get("images", "") is None:
            del task["longshore.swr.image_copy"]["images"]
        tasks.append(dict(task, ignore_errors=True, register="result_" + name.replace(" ", "_")))
    shown = {name: "{{ result_" + name.replace(" ", "_") + " }}" for name in cases}
    path = world.folder / "results.json"
    tasks.append(
        {"ansible.builtin.copy": {"content": "{{ shown | to_json }}", "dest": str(path)}, "vars": {"shown": shown}}
    )
    run = world.play(tasks)
    assert run.code == 0, run.text
    results = json.loads(path.read_text())
    for name, (_options, expected) in cases.items():
        assert results[name]["failed"], name
        assert expected in results[name]["msg"], (name, results[name]["msg"])
        assert "Traceback" not in json.dumps(results[name]), name
    assert world.requests() == 0


def test_progress_is_shown_on_standard_error_but_not_with_no_log_or_async(world: Any) -> None:
    first = world.play([login_task(), copy_task(world)])
    assert first.code == 0, first.text
    assert len(PROGRESS.findall(first.err)) >= 2
    assert not PROGRESS.search(first.out)
    # Its directory is gone, and so is the directory of the whole run.
    assert not list((world.folder / "home" / ".ansible" / "tmp").rglob("progress.jsonl"))

    quiet = world.play(
        [
            login_task(),
            dict(copy_task(world), no_log=True),
            dict(copy_task(world), **{"async": 60, "poll": 1}),
            {"ansible.builtin.assert": {"that": ["copied.images.skipped == 1"]}},
        ]
    )
    assert quiet.code == 0, quiet.text
    assert not PROGRESS.search(quiet.text)

    path = world.folder / "mine.jsonl"
    path.write_text("not mine\n")
    own = world.play([login_task(), copy_task(world, progress_file=str(path))])
    assert PROGRESS.search(own.err)
    lines = path.read_text().splitlines()
    assert lines[0] == "not mine"
    assert json.loads(lines[-1])["images_done"] == 1


def test_login_is_asked_of_a_docker_credential_helper(world: Any, secrets: Any) -> None:
    programs = world.folder / "programs"
    programs.mkdir()
    helper = programs / "docker-credential-vault"
    # The registry comes on standard input; what the arguments are is kept to be looked at.
    helper.write_text(
        '#!/bin/sh\necho "$@" > "$0.arguments"\ncat > "$0.input"\n'
        'echo \'{"Username": "reader", "Secret": "pass-of-the-reader-93"}\'\n'
    )
    helper.chmod(0o755)
    configuration = world.folder / "docker"
    configuration.mkdir()
    (configuration / "config.json").write_text(json.dumps({"credHelpers": {world.source.host: "vault"}}))
    task = copy_task(world, docker_config_fallback=True)
    task["longshore.swr.image_copy"]["auth"][world.source.host] = {"insecure": True}
    run = world.play(
        [login_task(), task],
        "-vvv",
        DOCKER_CONFIG=str(configuration),
        PATH="{0}:{1}".format(programs, world.environ["PATH"]),
    )
    assert run.code == 0, run.text
    assert Path(str(helper) + ".arguments").read_text().split() == ["get"]
    assert Path(str(helper) + ".input").read_text().strip() == world.source.host
    assert not [secret for secret in secrets if secret in run.text]


def test_ansible_runner_shows_progress_events_and_no_secrets(world: Any, secrets: Any) -> None:
    runner = pytest.importorskip("ansible_runner")
    # Not in the environment, which ansible-runner itself writes into an artifact.
    world.write("auth.json", {world.source.host: {"username": "reader", "password": secrets[0], "insecure": True}})
    world.write("images.json", {world.source.host + "/team/app:1.0": world.swr.host + "/team/app"})
    project = world.folder / "runner" / "project"
    project.mkdir(parents=True)
    (project / "wrapper.yml").write_text("- ansible.builtin.import_playbook: longshore.swr.migrate\n")
    secret = world.write("secrets.yml", {"migrate_secret_key": secrets[1], "migrate_access_key": "SANDBOXACCESSKEY"})
    environ = {name: value for name, value in world.environ.items() if value not in secrets}
    del environ["HW_ACCESS_KEY"]
    done = runner.run(
        private_data_dir=str(world.folder / "runner"),
        playbook="wrapper.yml",
        cmdline="-vvv -e @{0}".format(secret),
        extravars={
            "images_file": str(world.folder / "images.json"),
            "auth_file": str(world.folder / "auth.json"),
            "region": "cn-north-4",
            "migrate_registry": world.swr.host,
            "migrate_insecure": True,
            "migrate_docker_config_fallback": False,
        },
        envvars=environ,
        quiet=True,
    )
    events = list(done.events)
    assert done.rc == 0, "\n".join(event["stdout"] for event in events)
    shown = [event for event in events if event["event"] == "verbose" and PROGRESS.search(event["stdout"])]
    assert len(shown) >= 2
    artifacts = [path for path in (world.folder / "runner" / "artifacts").rglob("*") if path.is_file()]
    assert len(artifacts) > 10
    for path in artifacts:
        text = path.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], path


def test_swr_is_asked_for_its_list_of_tags_with_the_key_of_the_environment(world: Any, secrets: Any) -> None:
    world.source.load(docker_image("b"), "team/app", "2.0")
    account = Account("SANDBOXACCESSKEY", "sk-of-the-account-47")
    with HuaweiCloudServer([account], images=world.swr) as api:
        options = {
            "images": {world.source.host + "/team/app": world.swr.host + "/team/app"},
            "inventory_endpoints": {world.swr.host: api.url},
        }
        tasks = [login_task(), copy_task(world, **options), {"ansible.builtin.debug": {"var": "copied.requests"}}]
        assert world.play(tasks).code == 0
        again = world.play(tasks, "-vvv")
    assert again.code == 0, again.text
    assert '"tag_listing": 1' in again.out
    assert [call.status for call in api.calls] == [404, 200]
    assert not [secret for secret in secrets if secret in again.text]
