# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Root works in a directory of another user, who is faster: no file of root's is opened, changed or moved."""

from __future__ import annotations

import contextlib
import grp
import json
import os
import stat
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.server.transaction import FileChange, FileTransaction
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._line_file import LineFile
from ansible_collections.longshore.swr.plugins.module_utils._registry.forecast.shard_files import ShardFiles
from ansible_collections.longshore.swr.plugins.module_utils._secrets import write_private, write_private_parts
from ansible_collections.longshore.swr.plugins.modules import hosts_file, registry_auth, registry_auth_info, zone

from .conftest import RIVAL, Treasure, empty, give, put, race, rival

pytestmark = pytest.mark.needs_root

Run = Callable[..., Dict[str, Any]]
LOGIN = {"registry": "swr.example.com", "username": "u", "password": "the-long-password"}
ENTRIES = [{"address": "10.0.0.1", "names": ["swr.example.com"]}]
ZONE = {"name": "swr.example.com", "addresses": ["10.0.0.1"], "checkzone": ""}


def is_rivals(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_uid == RIVAL and stat.S_IMODE(found.st_mode) == 0o600


# -- files that are being written --------------------------------------------------------------------------------


def test_a_credential_file_of_the_user(run_module: Run, account: str, land: Path, treasure: Treasure) -> None:
    docker = land / ".docker"

    docker.mkdir(mode=0o700)
    give(docker)

    def clear() -> None:
        empty(docker)

    with rival(docker, treasure.file, ".config.json.*"):
        assert race(lambda: run_module(registry_auth, user=account, **LOGIN), clear, treasure).events == []
    clear()
    assert run_module(registry_auth, user=account, **LOGIN)["changed"]
    assert is_rivals(docker / "config.json")


def test_a_credential_file_at_a_path(run_module: Run, account: str, land: Path, treasure: Treasure) -> None:
    path = land / "auth.json"
    options = dict(LOGIN, path=str(path), user=account)
    with rival(land, treasure.file, ".auth.json.*"):
        assert race(lambda: run_module(registry_auth, **options), lambda: empty(land), treasure).events == []
    empty(land)
    assert run_module(registry_auth, **options)["changed"]
    assert is_rivals(path)


def test_the_name_of_a_credential_file(run_module: Run, account: str, land: Path, treasure: Treasure) -> None:
    """Between a look at the file and its use it becomes a link."""
    path = land / "auth.json"
    options = dict(LOGIN, path=str(path), user=account)

    def clear() -> None:
        empty(land)
        put(path, '{"auths": {"other.example.com": {}}}')
        give(path)

    with rival(land, treasure.file, "auth.json"):
        assert race(lambda: run_module(registry_auth, **options), clear, treasure).events == []


def test_a_directory_that_is_made(run_module: Run, account: str, land: Path, treasure: Treasure) -> None:
    options = dict(LOGIN, formats=["podman"], user=account)
    with rival(land, treasure.folder, ".config"):
        assert race(lambda: run_module(registry_auth, **options), lambda: empty(land), treasure).events == []
    empty(land)
    assert run_module(registry_auth, **options)["changed"]
    for path in (land / ".config", land / ".config" / "containers"):
        found = path.lstat()
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (RIVAL, RIVAL, 0o700)


def test_zone_files_of_a_name_server(land: Path, treasure: Treasure) -> None:
    """C(/var/lib/bind) belongs to the server, which anybody may have broken into."""
    path = land / "a.zone"

    def change() -> None:
        old = b"old" if path.exists() and not path.is_symlink() else None
        files = FileTransaction([FileChange(str(path), old, b"new", 0o640, RIVAL)])
        try:
            files.prepare()
            files.commit()
        except (LongshoreError, OSError):
            pass
        finally:
            files.close()

    def clear() -> None:
        empty(land)
        put(path, "old")

    for pattern in (".a.zone.*", "a.zone"):
        with rival(land, treasure.file, pattern):
            assert race(change, clear, treasure).events == []
    clear()
    change()
    found = path.lstat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (0, RIVAL, 0o640)
    assert sorted(os.listdir(land)) == ["a.zone"]


@pytest.mark.parametrize("pattern", ["*.zone*", "*.zone"])
def test_a_zone_file(run_module: Run, land: Path, treasure: Treasure, pattern: str) -> None:
    options = dict(ZONE, path=str(land / "a.zone"), owner="root", group=grp.getgrgid(0).gr_name, mode="0644")
    with rival(land, treasure.file, pattern):
        assert race(lambda: run_module(zone, **options), lambda: empty(land), treasure).events == []
    empty(land)
    assert run_module(zone, **options)["changed"]
    assert not run_module(zone, **options)["changed"]


@pytest.mark.parametrize("pattern", [".*", "hosts"])
def test_a_hosts_file(run_module: Run, land: Path, treasure: Treasure, pattern: str) -> None:
    path = land / "hosts"

    def clear() -> None:
        empty(land)
        put(path, "127.0.0.1 localhost\n")

    clear()
    with rival(land, treasure.file, pattern):
        assert race(lambda: run_module(hosts_file, path=str(path), entries=ENTRIES), clear, treasure).events == []
    clear()
    assert run_module(hosts_file, path=str(path), entries=ENTRIES)["changed"]


@pytest.mark.parametrize("pattern", [".*", "report.json"])
def test_a_report(land: Path, treasure: Treasure, pattern: str) -> None:
    path = land / "report.json"

    def write() -> None:
        for _time in range(2):
            with contextlib.suppress(LongshoreError):
                write_private_parts(str(path), ("{", "}"))

    with rival(land, treasure.file, pattern):
        assert race(write, lambda: empty(land), treasure).events == []
    empty(land)
    write()
    assert path.read_text() == "{}"


def test_a_journal(land: Path, treasure: Treasure) -> None:
    path = land / "journal"

    def append() -> None:
        with contextlib.suppress(LongshoreError):
            file = LineFile(str(path), "journal_path")
            file.write("{}")
            file.close()

    def append_twice() -> None:
        append()
        append()

    with rival(land, treasure.file, "journal"):
        assert race(append_twice, lambda: empty(land), treasure).events == []
    empty(land)
    append()
    assert path.read_text() == "{}\n"


def test_files_of_shards(land: Path, treasure: Treasure) -> None:
    folder = land / "shards"

    def write() -> None:
        files = ShardFiles(str(folder), False)
        try:
            files.write(1, [{"source": "a/b", "destination": "c/d"}])
            files.keep(1)
        except LongshoreError:
            pass

    with rival(land, treasure.folder, "shards"):
        assert race(write, lambda: empty(land), treasure).events == []
    empty(land)
    write()
    assert os.listdir(folder) == ["shard-01.json"]


# -- links that are there already --------------------------------------------------------------------------------


def refused(treasure: Treasure, result: Dict[str, Any], path: Path) -> None:
    assert result["failed"]
    assert "{0} is a symbolic link that other users can change".format(path) in result["msg"]
    assert "Remedy: " in result["msg"]
    assert treasure.events() == []


def test_a_link_of_the_users_is_refused(run_module: Run, account: str, land: Path, treasure: Treasure) -> None:
    link = land / "auth.json"
    link.symlink_to(treasure.file)
    refused(treasure, run_module(registry_auth, path=str(link), user=account, **LOGIN), link)
    refused(treasure, run_module(registry_auth, path=str(link), registry=LOGIN["registry"], state="absent"), link)
    refused(treasure, run_module(registry_auth_info, path=str(link), registry=LOGIN["registry"]), link)
    refused(treasure, run_module(hosts_file, path=str(link), entries=ENTRIES), link)
    refused(treasure, run_module(zone, path=str(link), **ZONE), link)


def test_a_link_to_a_directory_is_refused(run_module: Run, account: str, land: Path, treasure: Treasure) -> None:
    link = land / ".docker"
    link.symlink_to(treasure.folder)
    refused(treasure, run_module(registry_auth, user=account, **LOGIN), link)
    refused(treasure, run_module(registry_auth, user=account, check_mode=True, **LOGIN), link)
    refused(treasure, run_module(registry_auth_info, user=account, registry=LOGIN["registry"]), link)


def test_a_file_of_roots_under_another_name_is_refused(
    run_module: Run, account: str, land: Path, treasure: Treasure
) -> None:
    """Where the kernel lets everybody make hard links."""
    (land / "auth.json").hardlink_to(treasure.file)
    treasure.events()
    for module, options in (
        (registry_auth, dict(LOGIN, path=str(land / "auth.json"), user=account)),
        (hosts_file, {"path": str(land / "auth.json"), "entries": ENTRIES}),
    ):
        result = run_module(module, **options)
        assert result["failed"]
        assert "other names (hard links)" in result["msg"]
    with pytest.raises(LongshoreError, match="hard links"):
        LineFile(str(land / "auth.json"), "journal_path")
    assert treasure.events() == []


def test_a_file_of_roots_that_was_moved_there_is_refused(
    run_module: Run, account: str, land: Path, treasure: Treasure
) -> None:
    """It lay in a directory of the user's, who may move it, and would be given to him with all that is in it."""
    treasure.file.rename(land / "auth.json")
    treasure.events()
    options = {"path": str(land / "auth.json"), "user": account}
    for module in (registry_auth, registry_auth_info):
        result = run_module(module, **dict(LOGIN if module is registry_auth else {"registry": "x.example"}, **options))
        assert result["failed"]
        assert "belongs to the user with the ID 0" in result["msg"]
        assert "Remedy: " in result["msg"]
    assert (land / "auth.json").stat().st_uid == 0
    assert treasure.events() == []


def test_a_link_that_only_root_can_change_is_followed(
    run_module: Run, account: str, ground: Path, land: Path, treasure: Treasure
) -> None:
    link = ground / "linked"
    link.symlink_to(land)
    assert run_module(registry_auth, path=str(link / "auth.json"), user=account, **LOGIN)["changed"]
    assert json.loads((land / "auth.json").read_text())["auths"]
    private = ground / "private"
    private.mkdir()
    (private / "up").symlink_to("../land/new")
    write_private(str(private / "up"), "x")
    assert (land / "new").read_text() == "x"


def test_a_link_in_a_directory_for_all_is_its_owners(ground: Path, treasure: Treasure) -> None:
    """As in C(/tmp): nobody else can change it there."""
    shared = ground / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "mine").symlink_to(ground / "a")
    write_private(str(shared / "mine"), "x")
    assert (ground / "a").read_text() == "x"
    (shared / "other").symlink_to(treasure.file)
    give(shared / "other")
    with pytest.raises(LongshoreError, match="symbolic link that other users can change"):
        write_private(str(shared / "other"), "x")
    shared.chmod(0o777)
    with pytest.raises(LongshoreError, match="symbolic link that other users can change"):
        write_private(str(shared / "mine"), "x")
    assert treasure.events() == []


# -- a home that is not there --------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("path", [None, "sub/auth.json"])
def test_a_home_directory_is_not_made(run_module: Run, account: str, land: Path, check_mode: bool, path: Any) -> None:
    land.rmdir()
    options = dict(LOGIN, path=str(land / path)) if path else LOGIN
    result = run_module(registry_auth, user=account, check_mode=check_mode, **options)
    assert result["failed"]
    assert "home directory of the user rival does not exist" in result["msg"]
    assert "Remedy: " in result["msg"]
    assert not land.exists()
    assert not run_module(registry_auth, user=account, registry=LOGIN["registry"], state="absent")["changed"]
