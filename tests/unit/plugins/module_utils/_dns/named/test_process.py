# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a BIND server's process tells, with a folder that stands for C(/proc)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.named.process import look_at_server


class Host:
    """A folder that stands for C(/proc), with servers in it, and one for the files of a host."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.proc = folder, folder / "proc"
        self.files = {name: folder / name for name in ("named.conf", "local.conf")}
        self.folders = {name: folder / name for name in ("fragments", "zones")}
        for path in self.files.values():
            path.write_text("// a file\n", encoding="utf-8")
        for path in self.folders.values():
            path.mkdir()
        self.process("self", "python3", Path("/"))

    def process(self, pid: str, comm: str, root: Path, ids: int = 1, mounts: Sequence[Path] = ()) -> None:
        place = self.proc / pid
        place.mkdir(parents=True)
        (place / "root").symlink_to(root)
        (place / "comm").write_text(comm + "\n", encoding="utf-8")
        (place / "cmdline").write_text("{0}\0-u\0bind\0".format(comm), encoding="utf-8")
        (place / "status").write_text("Name:\t{0}\nNSpid:{1}\n".format(comm, ("\t" + pid) * ids), encoding="utf-8")
        lines = "".join("1 2 0:1 / {0} rw - ext4 none rw\n".format(path) for path in mounts)
        (place / "mountinfo").write_text("1 0 0:1 / / rw - ext4 none rw\n" + lines, encoding="utf-8")

    def root(self, *mounted: Path) -> Path:
        """A root for a chroot in which only these are the same as outside."""
        root = self.folder / "chroot"
        for path in [*self.files.values(), *self.folders.values()]:
            inside = Path(str(root) + str(path))
            inside.parent.mkdir(parents=True, exist_ok=True)
            if path in mounted:
                inside.symlink_to(path)
            elif path.is_dir():
                inside.mkdir()
            else:
                inside.write_text("// a copy\n", encoding="utf-8")
        return root

    def look(self, selinux: Optional[str] = None) -> Dict[str, Any]:
        enforce = self.folder / "enforce"
        if selinux is not None:
            enforce.write_text(selinux, encoding="utf-8")
        files, folders = list(map(str, self.files.values())), list(map(str, self.folders.values()))
        return look_at_server(files, folders, str(self.proc), str(enforce))


@pytest.fixture(name="host")
def a_host(tmp_path: Path) -> Host:
    return Host(tmp_path)


NOTHING = {"pid": 0, "root": "/", "unseen": [], "in_place": False, "selinux_type": ""}


def test_no_server_and_one_of_a_container(host: Host) -> None:
    host.process("7", "named", Path("/srv"), ids=2)
    host.process("8", "nginx", Path("/srv"))
    assert host.look() == NOTHING


def test_a_server_without_a_chroot(host: Host) -> None:
    host.process("7", "named", Path("/"))
    assert host.look() == dict(NOTHING, pid=7)


def test_a_chroot_with_mounts_gets_its_line_in_place(host: Host) -> None:
    """As bind-chroot makes it: directories are mounted whole, and the main file as a single file."""
    everything = [*host.files.values(), *host.folders.values()]
    root = host.root(*everything)
    host.process("7", "named", root, mounts=[host.files["named.conf"]])
    assert host.look() == dict(NOTHING, pid=7, root=str(root), in_place=True)


def test_a_chroot_whose_directories_are_mounted_whole(host: Host) -> None:
    root = host.root(*host.files.values(), *host.folders.values())
    host.process("7", "named", root, mounts=list(host.folders.values()))
    assert host.look() == dict(NOTHING, pid=7, root=str(root))


def test_a_chroot_with_copies_is_seen(host: Host) -> None:
    root = host.root(host.folders["zones"])
    host.process("7", "named", root)
    copies: List[str] = [str(path) for path in (*host.files.values(), host.folders["fragments"])]
    assert host.look() == dict(NOTHING, pid=7, root=str(root), unseen=copies)


def test_a_process_that_has_just_ended_is_passed_over(host: Host) -> None:
    host.process("7", "named", Path("/"))
    host.process("8", "named", Path("/srv"))
    (host.proc / "8" / "root").unlink()
    (host.proc / "9").mkdir()
    assert host.look() == dict(NOTHING, pid=7)


def test_a_root_that_may_not_be_followed_is_taken_from_the_command_line(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str) -> str:
        raise PermissionError(path)

    root = host.root(*host.files.values(), *host.folders.values())
    host.process("7", "named", Path("/nowhere"))
    (host.proc / "7" / "cmdline").write_text("named\0-t\0{0}/\0-u\0bind\0".format(root), encoding="utf-8")
    host.process("8", "named", Path("/nowhere"))
    monkeypatch.setattr(os, "readlink", refused)
    assert host.look() == dict(NOTHING, pid=7, root="{0}/".format(root))
    (host.proc / "7" / "comm").write_text("other\n", encoding="utf-8")
    assert host.look() == dict(NOTHING, pid=8)


def test_a_file_that_is_a_mount_of_this_host(host: Host) -> None:
    (host.proc / "self" / "mountinfo").write_text(
        "1 2 0:1 / {0} rw - ext4 none rw\n".format(host.files["local.conf"]), encoding="utf-8"
    )
    assert host.look() == dict(NOTHING, in_place=True)


def test_the_label_of_the_directory_of_zones(host: Host) -> None:
    label = "system_u:object_r:var_t:s0"
    try:
        os.setxattr(host.folders["zones"], "security.selinux", label.encode() + b"\0")
    except OSError:
        pytest.skip("labels cannot be written here")
    assert host.look(selinux="1")["selinux_type"] == "var_t"
    assert host.look(selinux="0")["selinux_type"] == ""
