# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is replaced as a whole, with the owner, mode and labels that it had, or is as it was."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, Iterator, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._files import safe_file
from ansible_collections.longshore.swr.plugins.module_utils._files.errors import FilesError
from ansible_collections.longshore.swr.plugins.module_utils._files.safe_file import (
    Attributes,
    SafeFile,
    check_output,
    private,
    read_safely,
    read_text_safely,
)

OTHER = 61234


@pytest.fixture(autouse=True)
def _no_descriptor_is_left_open() -> Iterator[None]:
    before = set(os.listdir("/proc/self/fd"))
    yield
    assert set(os.listdir("/proc/self/fd")) <= before


def replace(path: Path, *arguments: Any) -> None:
    with SafeFile(str(path)) as file:
        file.replace(*arguments)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_file_has_the_mode_that_is_wanted_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        replace(tmp_path / "a", ("x", b"y"))
        replace(tmp_path / "b", ("x",), private())
        replace(tmp_path / "c", ("x",), Attributes(0o664))
    finally:
        os.umask(before)
    assert [mode_of(tmp_path / name) for name in "abc"] == [0o644, 0o600, 0o664]
    assert (tmp_path / "a").read_text() == "xy"
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]


def test_a_file_keeps_its_mode_unless_another_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    path.chmod(0o640)
    replace(path, ("x",))
    assert mode_of(path) == 0o640
    replace(path, ("x",), Attributes(0o600))
    assert mode_of(path) == 0o600


def test_a_file_keeps_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    try:
        os.setxattr(path, "user.note", b"kept")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    replace(path, ("x",))
    assert os.getxattr(path, "user.note") == b"kept"
    # With a mode of its own it is a private file, and an access control list must not open it.
    replace(path, ("x",), private())
    assert os.listxattr(path) == []


def test_selinux_has_its_context_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.touch()
    labels: List[Any] = []
    monkeypatch.setattr(os, "getxattr", lambda file, name: b"system_u:object_r:net_conf_t:s0")
    monkeypatch.setattr(os, "setxattr", lambda file, name, value: labels.append((name, value)))
    replace(path, ("x",), private())
    assert labels == [("security.selinux", b"system_u:object_r:net_conf_t:s0")]


def test_a_file_that_goes_meanwhile_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    keep_labels = SafeFile._copy_labels

    def copy_labels(self: SafeFile, *arguments: Any, **options: Any) -> None:
        path.unlink()
        keep_labels(self, *arguments, **options)

    monkeypatch.setattr(SafeFile, "_copy_labels", copy_labels)
    with SafeFile(str(path)) as file:
        file.replace(("new",))
    assert path.read_text() == "new"


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    for name in ("fsync", "fchmod", "replace"):
        with monkeypatch.context() as patch:

            def full(*_arguments: Any, **_options: Any) -> None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            patch.setattr(os, name, full)
            with pytest.raises(FilesError, match="cannot be written: No space left on device") as caught:
                replace(path, ("new",))
        assert caught.value.where == str(path)
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["a"]


def test_what_the_content_raises_is_passed_on(tmp_path: Path) -> None:
    def parts() -> Iterator[str]:
        yield "half"
        raise KeyError("the other half")

    (tmp_path / "a").write_text("old")
    with pytest.raises(KeyError):
        replace(tmp_path / "a", parts())
    assert (tmp_path / "a").read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_is_kept(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    replace(tmp_path / "link", ("x",))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def test_a_name_of_the_greatest_length(tmp_path: Path) -> None:
    replace(tmp_path / ("n" * 255), ("x",))
    assert os.listdir(tmp_path) == ["n" * 255]


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert read_safely(str(path)) is None
    assert read_safely(str(tmp_path / "none" / "a")) is None
    path.write_bytes(b"\xef\xbb\xbf\xc3\xa4")
    assert read_safely(str(path)) == b"\xef\xbb\xbf\xc3\xa4"
    assert read_text_safely(str(path)) == "ä"
    assert read_safely(str(path), 5) == path.read_bytes()
    with pytest.raises(FilesError, match="more than 4 bytes"):
        read_safely(str(path), 4)
    path.write_bytes(b"ok\nsecret\xff")
    with pytest.raises(FilesError, match="line 2 is not valid UTF-8") as caught:
        read_text_safely(str(path))
    assert "secret" not in str(caught.value)


def test_writing_into_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("a longer text")
    before = path.stat().st_ino
    with SafeFile(str(path)) as file:
        file.overwrite(b"short")
        assert path.read_text() == "short"
        file.overwrite(b"")
        assert path.read_text() == ""
    assert path.stat().st_ino == before
    with SafeFile(str(tmp_path / "none")) as file, pytest.raises(FilesError, match="No such file"):
        file.overwrite(b"x")
    assert not (tmp_path / "none").exists()


def test_appending(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for text in (b"one", b"two"):
        with SafeFile(str(path)) as file:
            descriptor = file.append()
        os.write(descriptor, text)
        os.close(descriptor)
    assert path.read_text() == "onetwo"
    assert mode_of(path) == 0o600


def test_a_file_goes_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    os.utime(path, (1, 1))
    before = path.stat()
    with SafeFile(str(path)) as file:
        staged = file.stage(("new",))
        aside = file.link_aside()
        file.put(staged)
        assert path.read_text() == "new"
        file.put_back(aside)
        assert path.read_text() == "old"
        now = path.stat()
        assert now.st_ino == before.st_ino
        assert now.st_mtime > 1
        assert file.remove()
        assert not file.remove()
        assert file.siblings() == []


def test_a_backup_is_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    os.utime(path, (1, 1))
    with SafeFile(str(path)) as file:
        backup = Path(file.back_up())
        file.replace(("new",))
    assert (path.read_text(), backup.read_text()) == ("new", "old")
    assert (mode_of(backup), backup.stat().st_mtime) == (0o640, 1)
    assert backup.name.startswith("a.{0}.".format(os.getpid()))
    assert backup.name.endswith("~")


def test_an_output_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    check_output("report_path", str(tmp_path / "a"))
    for path, words in (("none/a", "does not exist"), (".", "is a directory")):
        with pytest.raises(FilesError, match=words) as caught:
            check_output("report_path", str(tmp_path / path))
        assert "report_path" in str(caught.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("replaced", "read_only", "refused"),
    [(True, "file", False), (True, "folder", True), (False, "file", True), (False, "folder", False)],
)
def test_what_has_to_be_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool, read_only: str, refused: bool
) -> None:
    (tmp_path / "a").touch()
    closed = {"file": "a", "folder": "."}[read_only]
    monkeypatch.setattr(os, "access", lambda name, mode, dir_fd: name != closed)
    with SafeFile(str(tmp_path / "a")) as file:
        if refused:
            with pytest.raises(FilesError, match="Permission denied"):
                file.check_writable(replaced)
        else:
            file.check_writable(replaced)


def test_a_hard_link_in_a_private_directory_is_nobody_elses(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.link(tmp_path / "a", tmp_path / "b")
    assert read_safely(str(tmp_path / "b")) == b""
    replace(tmp_path / "b", ("x",))
    assert (tmp_path / "a").read_text() == ""


def test_something_else_in_its_place_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o777)
    rename = os.replace

    def rename_and_swap(*arguments: Any, **options: Any) -> None:
        rename(*arguments, **options)
        (tmp_path / "a").unlink()
        (tmp_path / "a").symlink_to("/etc/passwd")

    monkeypatch.setattr(safe_file.os, "replace", rename_and_swap)
    with pytest.raises(FilesError, match="another process has replaced it"):
        replace(tmp_path / "a", ("x",))


@pytest.mark.needs_root
class TestAsRoot:
    """Only root can give files away."""

    def test_owners_are_kept_or_given(self, tmp_path: Path) -> None:
        path = tmp_path / "a"
        path.touch()
        os.chown(path, OTHER, OTHER + 1)
        replace(path, ("x",))
        assert (path.stat().st_uid, path.stat().st_gid) == (OTHER, OTHER + 1)
        replace(path, ("x",), Attributes(None, None, 7))
        assert (path.stat().st_uid, path.stat().st_gid) == (OTHER, 7)
        replace(path, ("x",), private((8, 9)))
        assert (path.stat().st_uid, path.stat().st_gid, mode_of(path)) == (8, 9, 0o600)
        replace(path, ("x",), private())
        assert (path.stat().st_uid, path.stat().st_gid) == (0, 0)

    def test_a_new_file_gets_its_owner_before_its_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path, seen, rename = tmp_path / "a", [], os.replace

        def look(name: str, *arguments: Any, **options: Any) -> None:
            found = (tmp_path / name).stat()
            seen.append((found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)))
            rename(name, *arguments, **options)

        monkeypatch.setattr(safe_file.os, "replace", look)
        replace(path, ("x",), Attributes(0o640, 8, 9))
        assert seen == [(8, 9, 0o640)]


def test_what_a_killed_run_has_left_is_no_other_name(tmp_path: Path) -> None:
    """Where other users can make links, those of a run that was killed lie beside the file, and no others count."""
    tmp_path.chmod(0o777)
    path = tmp_path / "a"
    path.write_text("x")
    with SafeFile(str(path)) as killed:
        killed.link_aside()
    assert read_safely(str(path)) == b"x"
    # Somebody's link to a file that lies elsewhere, which pretends to be such a rest.
    (tmp_path / "elsewhere").write_text("secret")
    os.link(tmp_path / "elsewhere", tmp_path / "b")
    os.link(tmp_path / "elsewhere", tmp_path / ".b.0123456789abcdef")
    with pytest.raises(FilesError, match="hard links"):
        read_safely(str(tmp_path / "b"))
