# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project for AWX, run as there: a repository, an inventory from a script, and a survey's answers as texts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Dict

import pytest
import yaml

from ansible_collections.longshore.swr.tests.sandbox.images import docker_image
from ansible_collections.longshore.swr.tests.support import awx_rules

ROOT = Path(__file__).resolve().parents[3]
STATS = {"ANSIBLE_SHOW_CUSTOM_STATS": "true"}
EXPORT = ROOT / "tools" / "awx-project"


def git(folder: Path, *arguments: str) -> str:
    # Somebody without a name, so that the machine's settings do not matter.
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    line = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(line, check=True, capture_output=True, text=True, env=environ).stdout


def export(folder: Path, code: int = 0) -> str:
    done = subprocess.run([str(EXPORT), str(folder)], check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def as_awx(folder: Path, environ: Dict[str, str]) -> str:
    """The inventory of a job: what AWX has imported, printed by a script."""
    line = ["ansible-inventory", "-i", "inventory/nodes", "--list", "--export"]
    found = subprocess.run(line, cwd=folder, env=environ, check=True, capture_output=True, text=True).stdout
    script = folder.parent / "hosts"
    script.write_text("#!/bin/sh\ncat <<'END'\n{0}\nEND\n".format(found), encoding="utf-8")
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def user(playbooks: Any, tmp_path: Path) -> Any:
    """A user whose folder is the project, with the logins of an AWX credential."""
    folder = tmp_path / "project"
    export(folder)
    playbooks.folder = folder
    playbooks.environ["REGISTRY_LOGINS_FILE"] = str(playbooks.write_auth().rename(tmp_path / "logins"))
    return playbooks


def launch(user: Any, *playbooks: str, ok: bool = True, **answers: str) -> Any:
    """Jobs with the answers of a survey, to a sandbox in SWR's place."""
    sandbox = {"migrate_registry": user.swr.host, "migrate_insecure": "true", "migrate_docker_config_fallback": "false"}
    inventory = as_awx(user.folder, user.environ)
    user.write("jobs.yml", [{"import_playbook": name + ".yml"} for name in playbooks])
    return user.run("jobs.yml", "-i", inventory, "-e", json.dumps({**sandbox, **answers}), ok=ok, environ=STATS)


def test_copy_verify_and_prune(user: Any) -> None:
    for tag in ("1.0", "2.0"):
        user.source.load(docker_image(tag), "team/app", tag)
    user.write("images.yml", {user.source.host + "/team/app": ""})
    done = launch(user, "migrate", "verify", migrate_images="", migrate_arch="", verify_blobs="head")
    assert sorted(user.swr.tags("team/app")) == ["1.0", "2.0"]
    assert "Images(2) verified, 2 equal" in done.out

    # Rules of the survey take the place of the file.
    user.source.load(docker_image("3.0"), "team/app", "3.0")
    rules = [{"source": user.source.host + "/team/app", "destination": "", "tags": {"deny": ["1.0", "2.0"]}}]
    answers = {"prune_delete": "false", "prune_keep": "^2\n^4\n", "prune_maximum": "", "verify_blobs": ""}
    done = launch(user, "prune", "verify", migrate_images=yaml.safe_dump(rules), ok=False, **answers)
    assert "1 tags to delete" in done.out
    # Counters for AWX's notifications and later nodes, also of a job that fails
    assert '"missing": 1' in done.out.rpartition("verified_images")[2]
    assert '"to_delete": 1' in done.out.rpartition("pruned_tags")[2]
    assert "/team/app:1.0" in done.out
    assert "Images(1) verified, 0 equal, 0 different, 1 missing" in done.out
    assert user.swr.host + "/team/app:3.0" in done.out
    assert sorted(user.swr.tags("team/app")) == ["1.0", "2.0"]


def test_a_cut_over_without_its_volume_changes_nothing(user: Any, tmp_path: Path) -> None:
    record = tmp_path / "volume" / "cutover.jsonl"
    done = launch(user, "cutover", cutover_state="switched", cutover_record=str(record), ok=False)
    assert "There is no directory {0}".format(record.parent) in " ".join(done.out.split())
    assert "longshore.swr.cutover" not in done.out


def test_the_exported_repository(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    assert "push it" in export(folder)
    files = git(folder, "ls-files").split()
    assert {"images.yml", "inventory/nodes", "inventory/group_vars/all.yml", "collections/requirements.yml"} <= set(
        files
    )
    assert awx_rules.playbooks(folder) == [
        name for name in files if "/" not in name and name.endswith(".yml") and name != "images.yml"
    ]
    assert "up to date" in export(folder)

    # A new release: playbooks follow, what users edit stays.
    for name in ("migrate.yml", "images.yml", "inventory/group_vars/all.yml"):
        (folder / name).write_text("---\n# mine\n", encoding="utf-8")
    assert "commit them first" in export(folder, code=1)
    git(folder, "commit", "--quiet", "--all", "--message", "Mine")
    export(folder)
    assert git(folder, "show", "--format=", "--name-only").split() == ["migrate.yml"]
    assert (folder / "migrate.yml").read_text() == (ROOT / "awx" / "project" / "migrate.yml").read_text()

    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    assert "no git repository" in export(tmp_path / "other", code=1)
