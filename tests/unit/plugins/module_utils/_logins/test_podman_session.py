# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login that podman prefers to the one that is written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._logins.files import CredentialFile
from ansible_collections.longshore.swr.plugins.module_utils._logins.podman_session import (
    session_files,
    session_warnings,
)

HOST = "swr.cn-north-4.myhuaweicloud.com"
UID = 4711


def warnings(run: Path, environ: Dict[str, str], form: str = "podman", uid: int = UID) -> List[str]:
    file = CredentialFile("/home/deploy/.config/containers/auth.json", (uid, uid))
    return list(session_warnings(HOST, [(form, file)], environ, str(run)))


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_where_podman_login_writes() -> None:
    assert session_files(1000) == ["/run/user/1000/containers/auth.json", "/run/containers/1000/auth.json"]
    assert session_files(0, "/tmp/runtime")[0] == "/tmp/runtime/containers/auth.json"
    assert len(session_files(1000, "/run/user/1000")) == 2


@pytest.mark.parametrize("place", ["user/4711/containers", "containers/4711"])
@pytest.mark.parametrize(
    "content",
    [
        {"auths": {HOST: {"auth": "dTpw"}}},
        {"auths": {HOST + "/team": {"auth": "dTpw"}}},
        {"auths": {"https://" + HOST + "/v1/": {}}},
        {"auths": None, "credHelpers": {HOST: "pass"}},
    ],
)
def test_a_login_of_a_session_is_told_with_file_and_remedy(tmp_path: Path, place: str, content: Any) -> None:
    path = write(tmp_path / place / "auth.json", content)
    (text,) = warnings(tmp_path, {})
    assert text.startswith("{0} has a login to {1}, which podman prefers to that in /home/deploy/".format(path, HOST))
    assert 'Remedy: run "podman logout --authfile={0} {1}"'.format(path, HOST) in text
    assert "dTpw" not in text
    assert warnings(tmp_path, {}, "docker") == []
    assert warnings(tmp_path, {}, uid=1) == []


@pytest.mark.parametrize(
    "content", ["{ broken", "[]", "", {"auths": []}, {"auths": {"other.example": {}, HOST + ":5000": {}}}]
)
def test_a_file_without_a_login_to_the_registry_is_none_of_it(tmp_path: Path, content: Any) -> None:
    write(tmp_path / "containers" / str(UID) / "auth.json", content)
    assert warnings(tmp_path, {}) == []


def test_no_file_and_what_is_no_file(tmp_path: Path) -> None:
    assert warnings(tmp_path, {}) == []
    (tmp_path / "containers" / str(UID)).mkdir(parents=True)
    os.mkfifo(tmp_path / "containers" / str(UID) / "auth.json")
    # A pipe is not waited for.
    assert warnings(tmp_path, {}) == []


def test_the_runtime_directory_is_that_of_this_process(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "containers" / "auth.json", {"auths": {HOST: {}}})
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "mine")}
    assert len(warnings(tmp_path, environ, uid=os.getuid())) == 1
    assert warnings(tmp_path, environ) == []
