# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a path to a directory and a name: what is followed, what is refused, and what is made."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._files import walk as room
from ansible_collections.longshore.swr.plugins.module_utils._files.errors import FilesError, MissingDirectoryError
from ansible_collections.longshore.swr.plugins.module_utils._files.walk import Folder, NewDirectories, walk

OTHER = 61234


@pytest.fixture(autouse=True)
def _no_descriptor_is_left_open() -> Iterator[None]:
    before = set(os.listdir("/proc/self/fd"))
    yield
    assert set(os.listdir("/proc/self/fd")) <= before


@pytest.fixture
def ground() -> Iterator[Path]:
    """A directory of root's that everybody may pass through, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="longshore-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def led_to(path: object) -> str:
    """Where a path leads, links resolved."""
    folder, name = walk(str(path))
    os.close(folder.descriptor)
    return os.path.join(folder.path, name)


def exposed(path: Path) -> bool:
    folder, _name = walk(str(path / "x"))
    try:
        return folder.shared
    finally:
        os.close(folder.descriptor)


def test_a_path_leads_where_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "to-b").symlink_to("a/b")
    (tmp_path / "absolute").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "up").symlink_to("../to-b/file")
    (tmp_path / "file-link").symlink_to("absolute/b/../up")
    monkeypatch.chdir(tmp_path / "a")
    for path in (
        tmp_path / "a" / "b" / "file",
        "{0}//a/./b/../b//file".format(tmp_path),
        tmp_path / "to-b" / ".." / "file",
        tmp_path / "absolute" / "b" / "file",
        tmp_path / "a" / "up",
        tmp_path / "file-link",
        "b/file",
        "up",
        "/../../{0}/a/file".format(tmp_path),
    ):
        assert led_to(path) == os.path.realpath(str(path))


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(FilesError, match="is not a path"):
        walk(path)


@pytest.mark.parametrize("path", ["/", "/..", "."])
def test_the_root_is_no_file(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    with pytest.raises(FilesError, match="it is a directory"):
        walk(path)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(FilesError, match="Too many levels of symbolic links"):
        walk(str(tmp_path / "a" / "x"))


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(FilesError, match="Not a directory") as caught:
        walk(str(tmp_path / "a" / "x"))
    assert str(tmp_path / "a") in str(caught.value)


def test_a_missing_directory_is_named_or_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x"
    with pytest.raises(MissingDirectoryError, match="{0} does not exist".format(tmp_path / "a")):
        walk(str(path))
    before = os.umask(0)
    try:
        folder, name = walk(str(path), NewDirectories())
    finally:
        os.umask(before)
    os.close(folder.descriptor)
    assert (folder.path, name) == (str(path.parent), "x")
    assert [stat.S_IMODE(made.stat().st_mode) for made in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o755, False), (0o700, False), (0o1777, True), (0o777, True), (0o757, True)],
)
def test_who_can_put_something_in_a_directory(tmp_path: Path, mode: int, expected: bool) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    folder.chmod(mode)
    assert exposed(folder) is expected


def test_a_group_of_one_is_its_users(monkeypatch: pytest.MonkeyPatch) -> None:
    users = {1000: ("ann", 1000), 1001: ("ben", 1001), 1002: ("cid", 100)}
    groups = {1000: ("ann", []), 1001: ("ben", ["ben", "eve"]), 100: ("cid", [])}
    monkeypatch.setattr(
        pwd, "getpwuid", lambda uid: pwd.struct_passwd((users[uid][0], "", uid, users[uid][1], "", "", ""))
    )
    monkeypatch.setattr(grp, "getgrgid", lambda gid: grp.struct_group((groups[gid][0], "", gid, groups[gid][1])))
    room._is_own_group.cache_clear()
    try:
        pairs = ((1000, 1000), (1001, 1001), (1000, 1002), (7, 1000), (7, 7))
        assert [room._is_own_group(*pair) for pair in pairs] == [True, False, False, False, False]
    finally:
        room._is_own_group.cache_clear()


@pytest.mark.needs_root
class TestAsRoot:
    """Only root can make files of others."""

    def test_a_directory_of_another_user_exposes_what_is_below_it(self, tmp_path: Path) -> None:
        (tmp_path / "a" / "b" / "c").mkdir(parents=True)
        os.chown(tmp_path / "a", OTHER, OTHER)
        assert not exposed(tmp_path)
        assert exposed(tmp_path / "a")
        assert exposed(tmp_path / "a" / "b" / "c")

    def test_a_group_that_may_write_is_others(self, tmp_path: Path) -> None:
        folder = tmp_path / "a"
        folder.mkdir()
        os.chown(folder, 0, OTHER)
        folder.chmod(0o755)
        assert not exposed(folder)
        folder.chmod(0o1775)
        assert exposed(folder)

    def test_a_sticky_directory_keeps_what_is_ours(self, tmp_path: Path) -> None:
        shared = tmp_path / "a"
        (shared / "b").mkdir(parents=True)
        shared.chmod(0o1777)
        assert not exposed(shared / "b")
        os.chown(shared / "b", OTHER, OTHER)
        assert exposed(shared / "b")

    @pytest.mark.parametrize("owner", [(0, 0), (OTHER, OTHER)])
    def test_directories_are_made_for_a_user(self, ground: Path, owner: tuple) -> None:
        """In a directory of root's, and in one of the user's."""
        home = ground / "home"
        home.mkdir(mode=0o755)
        os.chown(home, *owner)
        before = (os.geteuid(), os.getegid(), os.getgroups())
        folder, _name = walk(str(home / "a" / "b" / "x"), NewDirectories(0o750, (OTHER, OTHER)))
        os.close(folder.descriptor)
        for made in (home / "a", home / "a" / "b"):
            found = made.stat()
            assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (OTHER, OTHER, 0o750)
        assert (os.geteuid(), os.getegid(), os.getgroups()) == before

    def test_no_directory_is_made_for_a_user_where_another_could_move_it(self, ground: Path) -> None:
        (ground / "land").mkdir(mode=0o755)
        os.chown(ground / "land", OTHER + 1, OTHER + 1)
        with pytest.raises(FilesError, match="the directory cannot be created: Permission denied"):
            walk(str(ground / "land" / "a" / "x"), NewDirectories(owner=(OTHER, OTHER)))
        assert os.geteuid() == 0
        assert os.listdir(ground / "land") == []

    def test_a_directory_that_is_moved_away_leads_to_nothing_else(self, tmp_path: Path) -> None:
        """The way up is the way down that was taken."""
        (tmp_path / "a" / "b").mkdir(parents=True)
        trail = [Folder(os.open("/", os.O_RDONLY), "/", False)]
        try:
            name = room._follow(trail, str(tmp_path / "a" / "b" / ".." / "x"), None)
            assert (trail[-1].path, name) == (str(tmp_path / "a"), "x")
        finally:
            room._close(trail)
