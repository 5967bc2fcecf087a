# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook as a user starts it, between two real registries, with files in the forms that users bring along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import PlaybookRun, run_playbook, secret_free
from ansible_collections.longshore.swr.tests.e2e.signed_tokens import TokenServer
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher
from ansible_collections.longshore.swr.tests.sandbox.workloads import many_tags

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo, pytest.mark.needs_program("htpasswd", "openssl")]

PLAYBOOK = "longshore.swr.migrate"
SOURCE_PASSWORD = "first-$ecret"
PASSWORD = "second-secret"


class Registries(NamedTuple):
    source: DockerRegistry
    destination: DockerRegistry

    def judge(self, folder: Path) -> Skopeo:
        logins = {self.source.host: ("reader", SOURCE_PASSWORD), self.destination.host: ("writer", PASSWORD)}
        return Skopeo(folder / "judge", logins)


@pytest.fixture
def registries(docker_registry: Callable[..., DockerRegistry], token_server: Callable[..., TokenServer]) -> Registries:
    """A source with htpasswd and some images, and a destination that takes tokens."""
    source = docker_registry(users={"reader": SOURCE_PASSWORD})
    destination = docker_registry(tokens=token_server({"writer": PASSWORD}))
    with Pusher(source.url, ("reader", SOURCE_PASSWORD)) as pusher:
        for item in many_tags(4, repository="library/app"):
            pusher.push(item.image, item.repository, item.tag)
        pusher.push(images.manifest_list("base", ("linux/amd64", "linux/arm64")), "library/base", "1.0")
        pusher.push(images.oci_index("index"), "library/deep/er/index", "latest")
    return Registries(source, destination)


def migrate(folder: Path, *arguments: str, environ: Any = None, **variables: Any) -> PlaybookRun:
    variables.setdefault("state_dir", str(folder / "state"))
    return run_playbook(PLAYBOOK, folder, *arguments, variables=variables, environ=environ)


# The forms of the two tools' own documentation: {s} and {d} stand for the registries.
SYNCER_131 = {
    "auth.json": """{{
        "{s}": {{"username": "reader", "password": "${{READER}}", "insecure": true}},
        "{d}/team": {{"username": "writer", "password": "second-secret", "insecure": true}}
    }}""",
    "images.json": """{{
        "{s}/library/app:v0,v1": "{d}/team/app",
        "{s}/library/base": "{d}/team/base",
        "{s}/library/deep/er/index:latest": ""
    }}""",
}
SYNCER_15X = {
    "auth.yaml": """
{s}: {{username: reader, password: first-$$ecret, insecure: true}}
{d}:
  username: ${{WRITER_NAME}}
  password: ${{WRITER}}
  insecure: true
""",
    "images.yaml": """
{s}/library/app:/^v[01]$/: {d}/team/app
{s}/library/base:1.0:
  - {d}/team/base:1.0
  - {d}/team/base:stable
{s}/library/deep/er/index: {d}/team/index
""",
}
MIGRATOR = {
    "auth.json": """{{
        "{s}/library": {{"username": "reader", "password": "${{READER}}", "insecure": true}},
        "{d}": {{"username": "${{WRITER_NAME}}", "password": "${{WRITER}}", "insecure": true}}
    }}""",
    "images.json": """{{
        "{s}/library/app:v0": "{d}/team/app",
        "{s}/library/app:v1": "{d}/team/app:v1",
        "{s}/library/base:1.0": "{d}/team/base:stable",
        "{s}/library/base:1.0": "",
        "{s}/library/deep/er/index": "{d}/team/index"
    }}""",
}
# What has to be in the namespace "team" of the destination afterwards, and what it is in the source's "library".
APP = {"app:v0": "app:v0", "app:v1": "app:v1"}
BOTH = {"base:1.0": "base:1.0", "base:stable": "base:1.0"}
ARRIVES = {
    "image-syncer 1.3.1": (
        SYNCER_131,
        # Only the first part of a source's path is a namespace; the default one takes its place.
        {**APP, "base:1.0": "base:1.0", "deep/er/index:latest": "deep/er/index:latest"},
    ),
    "image-syncer 1.5": (SYNCER_15X, {**APP, **BOTH, "index:latest": "deep/er/index:latest"}),
    "image-migrator": (MIGRATOR, {**APP, **BOTH, "index:latest": "deep/er/index:latest"}),
}


def write_files(folder: Path, files: Dict[str, str], registries: Registries) -> Dict[str, str]:
    """The files with the registries' names in them; returns the variables that name them, as the user types them."""
    named = {}
    for name, text in files.items():
        (folder / name).write_text(text.format(s=registries.source.host, d=registries.destination.host), "utf-8")
        named[name.partition(".")[0] + "_file"] = name
    return named


@pytest.mark.slow
@pytest.mark.parametrize("form", sorted(ARRIVES))
def test_files_of_other_tools_work_unchanged(registries: Registries, tmp_path: Path, form: str) -> None:
    files, wanted = ARRIVES[form]
    variables = write_files(tmp_path, files, registries)
    environ = {
        "READER": SOURCE_PASSWORD,
        "WRITER": PASSWORD,
        "WRITER_NAME": "writer",
        "DEFAULT_REGISTRY": registries.destination.host,
        "DEFAULT_NAMESPACE": "team",
    }

    first = migrate(tmp_path, environ=environ, **variables)
    assert first.code == 0, first.text
    second = migrate(tmp_path, "-vvv", environ=environ, **variables)

    assert second.code == 0, second.text
    assert first.counter("changed") >= 1
    assert second.counter("changed") == 0
    judge = registries.judge(tmp_path)
    for copied, original in wanted.items():
        there = "{0}/team/{1}".format(registries.destination.host, copied)
        assert judge.raw(there) == judge.raw("{0}/library/{1}".format(registries.source.host, original))
        judge.pull(there, "pulled")
    assert registries.destination.missing() == []
    kept = "".join(path.read_text("utf-8") for path in sorted((tmp_path / "state").iterdir()))
    secret_free(first.text + second.text + kept, SOURCE_PASSWORD, PASSWORD)
    assert "Images({0}) migration finished, 0 images tasks failed, 0 tasks generate failed".format(len(wanted)) in kept


@pytest.mark.slow
def test_one_failure_fails_the_play_after_the_rest_was_copied(registries: Registries, tmp_path: Path) -> None:
    lost = next(item for item in many_tags(4, repository="library/app")).image.blobs[-1].digest
    registries.source.blob_file(lost).unlink()
    variables = write_files(
        tmp_path, dict(SYNCER_15X, **{"images.yaml": "{s}/library/app: {d}/team/app\n"}), registries
    )
    environ = {"WRITER": PASSWORD, "WRITER_NAME": "writer"}

    run = migrate(tmp_path, "-e", "retries=0", environ=environ, **variables)

    assert run.code == 2
    assert run.counter("failed") == 1
    assert lost in run.text
    assert "library/app:v0" in run.text
    assert "Traceback" not in run.text
    report = json.loads((tmp_path / "state" / "report.json").read_text("utf-8"))
    assert report["images"] == {"total": 4, "copied": 3, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 1}
    assert registries.destination.missing() == []
    secret_free(run.text, SOURCE_PASSWORD, PASSWORD)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["READER", "WRITER"])
def test_a_wrong_password_is_told_by_its_entry(registries: Registries, tmp_path: Path, wrong: str) -> None:
    variables = write_files(tmp_path, MIGRATOR, registries)
    environ = {
        "READER": SOURCE_PASSWORD,
        "WRITER": PASSWORD,
        "WRITER_NAME": "writer",
        "DEFAULT_REGISTRY": registries.destination.host,
        "DEFAULT_NAMESPACE": "team",
        wrong: "not-the-password",
    }

    run = migrate(tmp_path, "-vvv", environ=environ, **variables)

    entry = registries.source.host + "/library" if wrong == "READER" else registries.destination.host
    assert run.code == 2
    assert 'auth.json: "{0}"'.format(entry) in run.text.replace('\\"', '"')
    assert "Traceback" not in run.text
    secret_free(run.text, SOURCE_PASSWORD, PASSWORD, "not-the-password")


@pytest.mark.slow
def test_bad_files_are_refused_before_anybody_is_asked(registries: Registries, tmp_path: Path) -> None:
    files = {
        "auth.json": '{{"{d}": {{"username": "writer", "password": "$NOT_SET_ANYWHERE", "insecure": true}}}}',
        "images.yaml": "{s}/library/app:v0,v1: {d}/team/app:only\n{s}/library/base: {d}/team/base:1.0\n",
    }
    variables = write_files(tmp_path, files, registries)
    before = registries.source.count() + registries.destination.count()

    rules = migrate(tmp_path, **variables)
    # Which logins are needed is known once the rules are.
    write_files(tmp_path, {"images.yaml": "{s}/library/base: {d}/team/base\n"}, registries)
    logins = migrate(tmp_path, **variables)

    for run, words in (
        (rules, ("images.yaml", "library/app:v0,v1", "library/base")),
        (logins, ("auth.json", "NOT_SET_ANYWHERE")),
    ):
        assert run.code == 2
        assert [word for word in words if word not in run.text] == []
        assert "Traceback" not in run.text
    assert registries.source.count() + registries.destination.count() == before


@pytest.mark.slow
def test_check_mode_writes_nothing(registries: Registries, tmp_path: Path) -> None:
    variables = write_files(tmp_path, MIGRATOR, registries)
    environ = {
        "READER": SOURCE_PASSWORD,
        "WRITER": PASSWORD,
        "WRITER_NAME": "writer",
        "DEFAULT_REGISTRY": registries.destination.host,
        "DEFAULT_NAMESPACE": "team",
    }

    run = migrate(tmp_path, "--check", "--diff", environ=environ, **variables)

    assert run.code == 0, run.text
    assert "5 would be copied" in run.text
    assert registries.destination.host + "/team/app:v0 sha256:" in run.text
    assert [line for line in registries.destination.accesses() if line.method not in ("GET", "HEAD")] == []
    assert not (tmp_path / "state").exists()
    secret_free(run.text, SOURCE_PASSWORD, PASSWORD)
