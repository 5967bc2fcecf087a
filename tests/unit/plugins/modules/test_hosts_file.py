# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module hosts_file on real files: what it writes, when it refuses, and what a full disk leaves."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
from pathlib import Path
from typing import Any, Dict, Set

import pytest

from ansible_collections.longshore.swr.plugins.modules import hosts_file

TEXT = "127.0.0.1 localhost\n10.0.0.9 swr.example.com\n"
ENTRIES = [{"address": "10.0.0.1", "names": ["swr.example.com"]}]


class Module:
    """What the module uses of AnsibleModule."""

    def __init__(self, path: Path, check_mode: bool = False, **options: Any) -> None:
        defaults: Dict[str, Any] = {"entries": ENTRIES, "conflicts": "remove", "state": "present"}
        self.params = dict(defaults, path=str(path), **options)
        self.check_mode = check_mode
        self._diff = True
        self.no_log_values: Set[str] = set()
        self.result: Dict[str, Any] = {}

    def exit_json(self, **result: Any) -> None:
        self.result = result

    def fail_json(self, **result: Any) -> None:
        self.result = dict(result, failed=True)


def run(path: Path, **options: Any) -> Dict[str, Any]:
    module = Module(path, **options)
    hosts_file.run(module)
    return module.result


@pytest.fixture(name="hosts")
def a_hosts_file(tmp_path: Path) -> Path:
    path = tmp_path / "hosts"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_check_mode_predicts_and_writes_nothing(hosts: Path) -> None:
    predicted = run(hosts, check_mode=True)
    assert hosts.read_text(encoding="utf-8") == TEXT
    done = run(hosts)
    assert predicted == done
    assert done["changed"] is True
    assert done["diff"]["after"] == hosts.read_text(encoding="utf-8")
    assert done["conflicts"] == [{"line": 2, "text": "10.0.0.9 swr.example.com", "names": ["swr.example.com"]}]
    assert run(hosts)["changed"] is False
    assert run(hosts, state="absent")["changed"] is True
    assert hosts.read_text(encoding="utf-8") == TEXT
    assert run(hosts, state="absent")["changed"] is False


def test_conflicts_are_refused_unless_they_may_be_removed(hosts: Path) -> None:
    refused = run(hosts, conflicts="fail")
    assert "line 2: 10.0.0.9 swr.example.com" in refused["msg"]
    assert hosts.read_text(encoding="utf-8") == TEXT


def test_no_entries_are_no_request(hosts: Path) -> None:
    assert run(hosts, entries=[])["error"]["where"] == "entries"


def test_a_region_stands_for_the_name_of_its_registry(hosts: Path) -> None:
    entries = [
        {"address": "10.0.0.1", "names": ["A.example.com"], "region": "cn-north-4", "cloud": None},
        {"address": "10.0.0.2", "names": None, "region": "dc-1", "cloud": "example.com"},
    ]
    expected = [
        {"address": "10.0.0.1", "names": ["a.example.com", "swr.cn-north-4.myhuaweicloud.com"]},
        {"address": "10.0.0.2", "names": ["swr.dc-1.example.com"]},
    ]
    assert run(hosts, entries=entries)["entries"] == expected
    assert "\n10.0.0.2 swr.dc-1.example.com\n" in hosts.read_text(encoding="utf-8")
    before = hosts.read_text(encoding="utf-8")
    assert "atlantis-1" in run(hosts, entries=[{"address": "10.0.0.1", "region": "atlantis-1"}])["msg"]
    assert hosts.read_text(encoding="utf-8") == before
    assert run(hosts, state="absent")["entries"] == []


def test_a_file_that_is_not_there_is_made_readable_and_a_link_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    result = run(link)
    assert result["path"] == str(tmp_path / "real")
    assert link.is_symlink()
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o644


def test_the_mode_of_a_file_stays(hosts: Path) -> None:
    hosts.chmod(0o640)
    run(hosts)
    assert stat.S_IMODE(hosts.stat().st_mode) == 0o640


def test_a_mount_is_overwritten_in_place(hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_file, "mount_points", lambda: {str(hosts)})
    before = hosts.stat().st_ino
    assert run(hosts)["mounted"] is True
    assert hosts.stat().st_ino == before
    run(hosts, state="absent")
    assert hosts.read_text(encoding="utf-8") == TEXT


def test_a_full_disk_leaves_a_mounted_file_as_it_was(hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_file, "mount_points", lambda: {str(hosts)})
    write, calls = os.write, []

    def full_after_a_half(descriptor: int, data: bytes) -> int:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return write(descriptor, data)
        calls.append(data)
        if len(calls) == 1:
            return write(descriptor, b"half of it")
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full_after_a_half)
    assert "No space left on device" in run(hosts)["msg"]
    assert hosts.read_text(encoding="utf-8") == TEXT


def test_a_full_disk_leaves_a_file_as_it_was(hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device" in run(hosts)["msg"]
    assert hosts.read_text(encoding="utf-8") == TEXT


def test_a_run_does_not_wait_for_ever_for_another(hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_file, "LOCK_TIMEOUT", 0)
    descriptor = os.open(str(hosts.parent), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert "another run has held it" in run(hosts)["msg"]
    finally:
        os.close(descriptor)
    assert run(hosts)["changed"] is True


def test_a_damaged_block_names_the_file(hosts: Path) -> None:
    hosts.write_text("# BEGIN longshore.swr.hosts\n", encoding="utf-8")
    assert run(hosts)["error"]["where"] == str(hosts)


def test_a_folder_is_no_hosts_file(tmp_path: Path) -> None:
    (tmp_path / "hosts").mkdir()
    assert "it is a directory" in run(tmp_path / "hosts")["msg"]
    assert "does not exist" in run(tmp_path / "missing" / "hosts")["msg"]


def test_bytes_that_are_no_utf8_stay_and_show_in_the_diff(hosts: Path) -> None:
    text = b"127.0.0.1 localhost # Stra\xdfe\n10.0.0.9 swr.example.com \xe4"
    hosts.write_bytes(text)
    for mode in (True, False):
        result = run(hosts, check_mode=mode)
        assert "Stra\\xdfe" in result["diff"]["before"]
        assert result["conflicts"][0]["text"] == "10.0.0.9 swr.example.com \\xe4"
        assert json.dumps(result).isascii()
    assert b"Stra\xdfe\n10.0.0.9 \xe4 " in hosts.read_bytes()
    run(hosts, state="absent")
    assert hosts.read_bytes() == text


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.EROFS, "mounted read-only"), (errno.EPERM, "chattr -ia"), (errno.ENOSPC, "Free up space")],
)
def test_a_refusal_of_the_systems_has_its_remedy(
    hosts: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def refuse(*_names: str, **_folders: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    error = run(hosts)["error"]
    assert (error["where"], os.strerror(number) in error["what"]) == (str(hosts), True)
    assert remedy in error["hint"]
    assert os.listdir(hosts.parent) == ["hosts"]


def test_check_mode_sees_a_read_only_file_system(hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = os.statvfs(hosts)
    fields = [value | os.ST_RDONLY if at == 8 else value for at, value in enumerate(system)]
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(fields))
    monkeypatch.setattr(os, "access", lambda _name, _mode, dir_fd: False)
    assert "mounted read-only" in run(hosts, check_mode=True)["error"]["hint"]
