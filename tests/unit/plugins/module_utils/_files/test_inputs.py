# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to be read: regular ones, and no more of them than can be handled; and one run at a time."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._files import inputs
from ansible_collections.longshore.swr.plugins.module_utils._files.errors import FilesError
from ansible_collections.longshore.swr.plugins.module_utils._files.inputs import (
    check_authorities,
    lines_of,
    open_regular,
    parts_of,
    read_bytes,
)
from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(path)
    assert read_bytes(str(tmp_path / "link"), 5) == b"12345"
    with pytest.raises(FilesError, match="more than 4 bytes") as caught:
        read_bytes(str(path), 4)
    assert caught.value.hint


@pytest.mark.parametrize(("path", "words"), [("none", "does not exist"), ("\0", "is not a path"), (".", "a directory")])
def test_what_cannot_be_read_is_named(tmp_path: Path, path: str, words: str) -> None:
    with pytest.raises(FilesError, match=words):
        read_bytes(os.path.join(str(tmp_path), path))


def test_a_file_that_grows_while_it_is_read_ends(tmp_path: Path) -> None:
    """As those of C(/proc), whose size is nought."""
    path = tmp_path / "a"
    path.touch()
    descriptor = open_regular(str(path))
    try:
        parts = parts_of(descriptor, str(path), 10)
        path.write_bytes(b"x" * 11)
        with pytest.raises(FilesError, match="more than 10 bytes"):
            list(parts)
    finally:
        os.close(descriptor)


def test_a_pipe_that_has_taken_the_place_of_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the opening."""
    os.mkfifo(tmp_path / "pipe")
    real = os.stat(__file__)
    monkeypatch.setattr(os, "stat", lambda *arguments, **options: real)
    with pytest.raises(FilesError, match="a named pipe"):
        open_regular(str(tmp_path / "pipe"))


def test_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one\ntwo\nlast")
    assert list(lines_of(str(path), 12)) == [b"one\n", b"two\n", b"last"]
    with pytest.raises(FilesError, match="more than 11 bytes"):
        list(lines_of(str(path), 11))
    with pytest.raises(FileNotFoundError):
        list(lines_of(str(tmp_path / "none"), 1))
    monkeypatch.setattr(inputs, "_LONGEST_LINE", 2)
    assert list(lines_of(str(path), 12)) == [b"on", b"e\n", b"tw", b"o\n", b"la", b"st"]


def test_authorities_are_a_file_or_a_directory(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "ca.pem"):
        assert check_authorities(str(path)) == str(path)
    for name, words in (("none", "No such file"), ("pipe", "a named pipe")):
        with pytest.raises(FilesError, match=words):
            check_authorities(str(tmp_path / name))


def test_one_run_at_a_time(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        started = time.monotonic()
        with pytest.raises(FilesError, match=r"another run has held it for 0\.2 s"), exclusive(str(tmp_path), 0.2):
            pass
        assert time.monotonic() - started >= 0.2
    finally:
        os.close(descriptor)
    with exclusive(str(tmp_path), 0):
        pass
    with pytest.raises(FilesError, match="cannot be opened"), exclusive(str(tmp_path / "none"), 0):
        pass
