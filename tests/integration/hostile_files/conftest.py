# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another user of the host, who puts links in the place of files and directories while root works there."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import pwd
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple

import pytest
from ansible.module_utils import basic

RIVAL = 61234
"""A user id that no account has."""

TRIES = int(os.environ.get("LONGSHORE_RACE_TRIES", "100"))
SECONDS = float(os.environ.get("LONGSHORE_RACE_SECONDS", "0.5"))
"""A race is tried so often, or for so long: the default run is short."""

# What the rival does, over and over: whatever has a name that it looks for is put away, and a link has its name.
PROGRAM = r"""
import fnmatch, os, sys
folder, target, pattern, user = sys.argv[1:]
# Only now, because Python itself may lie where this user cannot go.
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
os.listdir(folder)
print("ready", flush=True)
number = 0
while True:
    try:
        names = fnmatch.filter(os.listdir(folder), pattern)
    except OSError:
        continue
    for name in names:
        path = os.path.join(folder, name)
        number += 1
        try:
            if os.path.islink(path):
                continue
            os.rename(path, os.path.join(folder, "put-away-%d" % number))
            os.symlink(target, path)
        except OSError:
            pass
"""

# linux/inotify.h: modified, attributes, written, moved from, moved to, made, removed, the thing itself removed or moved
# and opened.
_EVENTS = 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x20


class Treasure:
    """A directory and a file of root's, and what happens to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.file = folder / "secret"
        self.file.write_text('{"auths": {}}')
        self.file.chmod(0o600)
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._libc.inotify_add_watch(self._watch, os.fsencode(str(folder)), _EVENTS)

    def events(self) -> List[str]:
        """Everything that has happened since the last question."""
        found = []
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._watch, 1 << 20)
            while data:
                _descriptor, mask, _cookie, length = struct.unpack_from("iIII", data)
                found.append("{0:#x} {1}".format(mask, data[16 : 16 + length].rstrip(b"\0").decode()))
                data = data[16 + length :]
        return found

    def close(self) -> None:
        os.close(self._watch)


@pytest.fixture
def ground() -> Iterator[Path]:
    """A directory of root's that everybody may pass through, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="longshore-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def treasure(ground: Path) -> Iterator[Treasure]:
    treasure = Treasure(ground / "treasure")
    yield treasure
    treasure.close()


@pytest.fixture
def land(ground: Path, treasure: Treasure) -> Path:
    """A directory of the rival's."""
    folder = ground / "land"
    folder.mkdir(mode=0o755)
    os.chown(folder, RIVAL, RIVAL)
    return folder


def give(path: Path) -> Path:
    """A file or directory becomes the rival's."""
    os.chown(path, RIVAL, RIVAL, follow_symlinks=False)
    return path


@contextlib.contextmanager
def rival(folder: Path, target: Path, pattern: str) -> Iterator[None]:
    """Someone who puts links to C(target) in the place of everything in C(folder) whose name matches."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", PROGRAM, str(folder), str(target), pattern, str(RIVAL)],
        cwd="/",
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Tally(NamedTuple):
    """How tries ended."""

    tries: int
    events: List[str]


def race(try_once: Callable[[], Any], clear: Callable[[], None], treasure: Treasure) -> Tally:
    """Try over and over, until something has happened to the treasure.

    :param clear: makes the place as it was before.
    """
    end = time.monotonic() + SECONDS
    tries = 0
    while tries < TRIES and (tries < 10 or time.monotonic() < end):
        tries += 1
        with contextlib.suppress(FileNotFoundError):
            clear()
        try_once()
        events = treasure.events()
        if events:
            return Tally(tries, events)
    return Tally(tries, [])


def empty(folder: Path) -> None:
    """Remove all that is in a directory, whatever the rival does meanwhile."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def put(path: Path, text: str) -> None:
    """A new file, whatever the rival does meanwhile."""
    while True:
        try:
            with open(path, "x", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW)) as file:
                file.write(text)
            return
        except FileExistsError:
            path.unlink(missing_ok=True)


@pytest.fixture
def run_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Dict[str, Any]]:
    """Runs a module in this process, and gives its result."""

    def run(module: Any, check_mode: bool = False, diff: bool = False, **params: Any) -> Dict[str, Any]:
        arguments = dict(params, _ansible_check_mode=check_mode, _ansible_diff=diff, _ansible_remote_tmp=str(tmp_path))
        given = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", given)
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        # It looks at the path of the result, and fails where that has just gone.
        monkeypatch.setattr(basic.AnsibleModule, "add_path_info", lambda self, result: result)
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
            module.main()
        return json.loads(output.getvalue())

    return run


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, land: Path) -> str:
    """The name of the rival's account, whose home is his land."""
    real = pwd.getpwnam

    def getpwnam(name: str) -> Any:
        if name == "rival":
            return pwd.struct_passwd(("rival", "x", RIVAL, RIVAL, "", str(land), "/bin/sh"))
        return real(name)

    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    return "rival"
