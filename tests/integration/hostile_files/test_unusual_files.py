# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths at which there is no regular file: nothing is replaced, nothing waits, and nothing is read without an end.

All devices are made in the test's own directory: a defect destroys these, and none of the machine's.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import stat
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.system import System
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.files import NamedFiles
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.transaction import FileChange, FileTransaction
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._logins.podman_session import session_warnings
from ansible_collections.longshore.swr.plugins.modules import (
    access_check,
    harbor_replication_execution,
    hosts_file,
    image_copy,
    image_info,
    image_plan,
    image_prune,
    image_report,
    image_verify,
    login_token,
    registry_auth,
    registry_auth_info,
    zone,
)
from ansible_collections.longshore.swr.plugins.plugin_utils._progress_action import Follower

Run = Callable[..., Dict[str, Any]]

KINDS = ["directory", "pipe", "socket", "null", "zero"]
NAMES = {"pipe": "a named pipe", "socket": "a socket", "null": "a device", "zero": "a device"}
ENDLESS = "endless"
# Nobody listens there, and nobody is to be asked.
IMAGES = {"127.0.0.1:9/team/app:1": "127.0.0.1:9/team/app"}
COPY = {"images": IMAGES, "docker_config_fallback": False, "retries": 0}
LOGIN = {"registry": "swr.example.com", "username": "u", "password": "the-long-password"}
ENTRIES = [{"address": "10.0.0.1", "names": ["swr.example.com"]}]
HARBOR = {"harbor_url": "http://127.0.0.1:9", "harbor_username": "u", "harbor_password": "the-long-password"}


@pytest.fixture(autouse=True)
def _never_waits() -> Iterator[None]:
    """Whoever opens the pipe would wait for ever, and whoever reads the device would fill the machine's memory."""

    def give_up(*_arguments: Any) -> None:
        raise AssertionError("it waits for the other end of a pipe, or reads without an end")

    memory = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, memory[1]))
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    resource.setrlimit(resource.RLIMIT_AS, memory)


def make(path: Path, kind: str) -> os.stat_result:
    """Something that is not a regular file, or is larger than any that is meant."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(path.parent):
            server.bind(path.name)
    elif kind == ENDLESS:
        path.touch()
        os.truncate(path, 1 << 40)
    else:
        try:
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, {"null": 3, "zero": 5}[kind]))
        except PermissionError:
            pytest.skip("making a device needs root")
    return path.lstat()


def same(path: Path, before: os.stat_result) -> bool:
    """Whether it is what it was, and nothing lies beside it."""
    now = path.lstat()
    return (now.st_ino, now.st_mode, now.st_uid, now.st_mtime_ns) == (
        before.st_ino,
        before.st_mode,
        before.st_uid,
        before.st_mtime_ns,
    ) and os.listdir(path.parent) == [path.name]


def says(message: str, kind: str, path: Path) -> bool:
    words = {"directory": "is a directory", ENDLESS: "more than"}.get(
        kind, "it is {0}, not a regular".format(NAMES.get(kind))
    )
    return words in message and str(path) in message


OUTPUTS = [
    *((image_copy, name, COPY) for name in ("report_path", "html_report_path", "output_success_images")),
    *((image_copy, name, COPY) for name in ("output_failed_images", "progress_file", "journal_path", "log_path")),
    (image_plan, "progress_file", COPY),
    (image_plan, "journal_path", COPY),
    (image_verify, "report_path", COPY),
    (image_verify, "journal_path", COPY),
    (image_prune, "report_path", COPY),
    (image_report, "report_path", {"reports": [], "expected_shards": 0}),
    (image_report, "html_report_path", {"reports": [], "expected_shards": 0}),
    (harbor_replication_execution, "progress_file", dict(HARBOR, policy="x")),
    (hosts_file, "path", {"entries": ENTRIES}),
    (zone, "path", {"name": "swr.example.com", "addresses": ["10.0.0.1"], "checkzone": ""}),
    (zone, "path", {"name": "swr.example.com", "state": "absent"}),
    (registry_auth, "path", LOGIN),
    (registry_auth, "path", {"registry": LOGIN["registry"], "state": "absent"}),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("module", "option", "options"),
    OUTPUTS,
    ids=["{0}-{1}".format(module.__name__.rpartition(".")[2], option) for module, option, _options in OUTPUTS],
)
def test_what_is_no_file_is_never_replaced(
    run_module: Run, tmp_path: Path, kind: str, module: Any, option: str, options: Dict[str, Any]
) -> None:
    path = tmp_path / "here" / "it"
    before = make(path, kind)
    for check_mode in (True, False):
        result = run_module(module, check_mode=check_mode, **dict(options, **{option: str(path)}))
        assert result["failed"]
        assert says(result["msg"], kind, path)
        assert "requests" not in result
        assert same(path, before)


def carry_out(files: FileTransaction) -> None:
    try:
        files.prepare()
        files.commit()
    finally:
        files.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_never_replaced_by_a_name_server(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "here" / "it"
    before = make(path, kind)
    for change in (FileChange(str(path), None, b"new"), FileChange(str(path), b"old", b"new", in_place=True)):
        with pytest.raises(LongshoreError) as caught:
            carry_out(FileTransaction([change]))
        assert says(str(caught.value), kind, path)
        assert same(path, before)
    with pytest.raises(LongshoreError) as caught:
        NamedFiles(str(path))
    assert says(str(caught.value), kind, path)


@pytest.mark.parametrize("kind", [*KINDS, ENDLESS])
def test_a_record_that_is_no_file(run_module: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "here" / ".longshore.swr.json"
    make(path, kind)
    (tmp_path / "here" / "auth.json").write_text('{"auths": {"swr.example.com": {"auth": "dTpw"}}}')
    for module, options in ((registry_auth, LOGIN), (registry_auth_info, {"registry": LOGIN["registry"]})):
        result = run_module(module, path=str(tmp_path / "here" / "auth.json"), **options)
        assert result["failed"]
        assert says(result["msg"], kind, path)


INPUTS = [
    (image_copy, "images_file", {"docker_config_fallback": False}),
    (image_copy, "auth_file", COPY),
    (image_copy, "ca_path", dict(COPY, images={"swr.example.invalid/a/b:1": "swr.example.invalid/c/d"})),
    (image_plan, "journal_path", COPY),
    (image_verify, "journal_path", COPY),
    (image_info, "auth_file", {"images": list(IMAGES)}),
    (registry_auth, "path", LOGIN),
    (registry_auth_info, "path", {"registry": LOGIN["registry"]}),
    (hosts_file, "path", {"entries": ENTRIES}),
    (harbor_replication_execution, "ca_path", dict(HARBOR, policy="x")),
]


@pytest.mark.parametrize("kind", ["pipe", "socket", "zero", ENDLESS])
@pytest.mark.parametrize(
    ("module", "option", "options"),
    INPUTS,
    ids=["{0}-{1}".format(module.__name__.rpartition(".")[2], option) for module, option, _options in INPUTS],
)
def test_what_has_no_end_is_not_read(
    run_module: Run, tmp_path: Path, kind: str, module: Any, option: str, options: Dict[str, Any]
) -> None:
    path = tmp_path / "here" / "it"
    before = make(path, kind)
    result = run_module(module, **dict(options, **{option: str(path)}))
    assert result["failed"]
    found = result["msg"] + str(result.get("failures", ""))
    assert str(path) in found
    assert same(path, before)


@pytest.mark.parametrize("kind", ["pipe", "zero", ENDLESS])
def test_reports_without_an_end(run_module: Run, tmp_path: Path, kind: str) -> None:
    make(tmp_path / "here" / "shard-1.json", kind)
    result = run_module(image_report, reports=[str(tmp_path / "here")])
    assert result["failed"]
    assert says(result["msg"], kind, tmp_path / "here" / "shard-1.json")


@pytest.mark.parametrize("kind", ["pipe", "zero", ENDLESS])
def test_logins_and_keys_without_an_end(
    run_module: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "here" / "config.json"
    make(path, kind)
    monkeypatch.setenv("DOCKER_CONFIG", str(path.parent))
    result = run_module(image_copy, images=IMAGES, retries=0)
    assert result["failed"]
    assert says(str(result), kind, path)
    monkeypatch.setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", str(path))
    result = run_module(login_token, region="cn-north-4")
    assert result["failed"]
    assert says(result["msg"], kind, path)


@pytest.mark.parametrize("kind", ["pipe", "zero", ENDLESS])
def test_what_a_node_has_without_an_end(run_module: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "containers" / str(os.getuid()) / "auth.json"
    make(path, kind)

    class File:
        uid, path = os.getuid(), "x"

    assert list(session_warnings("swr.example.com", [("podman", File())], {}, str(tmp_path))) == []
    text = System({}).read(str(path))
    assert text is None or len(text) <= 1024 * 1024
    if kind != ENDLESS:
        result = run_module(access_check, host="swr.example.invalid", ca_path=str(path), timeout=1)
        assert result["failed"]
        assert "certificate authorities cannot be read" in result["msg"]


@pytest.mark.parametrize("kind", ["pipe", "zero", ENDLESS])
def test_what_is_no_progress_file_is_not_followed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "here" / "progress"
    follower = Follower(str(path), lambda event: None)
    make(path, kind)
    started = time.monotonic()
    with follower:
        pass
    assert time.monotonic() - started < 4


def test_a_masked_unit_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "docker.service").symlink_to(os.devnull)
    assert System({}).read(str(tmp_path / "docker.service")) == ""
