# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the role bind looks on distributions that cannot run here, and what it makes of a server's process.

The paths are those of the distributions' packages (Debian's bind9, Red Hat's bind and bind-chroot, SUSE's bind), the
facts those that Ansible gathers from their os-release.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]


def detected(folder: Path, hosts: Dict[str, Dict[str, Any]]) -> Dict[str, Any]:
    """What the role makes of each host's facts and variables: C(bind_detected), or the words of its refusal."""
    given = {name: "{{{{ facts.{0} }}}}".format(name) for name in facts("", "", "")}
    found = "{{ dict(groups.all | zip(groups.all | map('extract', hostvars, 'bind_detected'))) | to_json }}"
    tasks = [
        {"ansible.builtin.set_fact": dict(given, cacheable=True)},
        {
            "block": [{"ansible.builtin.include_role": {"name": "longshore.swr.bind", "tasks_from": "layout.yml"}}],
            "rescue": [{"ansible.builtin.set_fact": {"bind_detected": "{{ ansible_failed_result.msg }}"}}],
        },
        {
            "ansible.builtin.copy": {
                "content": found,
                "dest": str(folder / "found.json"),
            },
            "run_once": True,
        },
    ]
    common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": common}}), encoding="utf-8")
    book = folder / "playbook.yml"
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    environ = dict(os.environ, ANSIBLE_NOCOLOR="1", LC_ALL="C.UTF-8", ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default")
    environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(ROOT / ".cache" / "collections"))
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(folder / "hosts.yml"), str(book)],
        env=environ,
        cwd=str(folder),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "found.json").read_text(encoding="utf-8"))


def facts(distribution: str, version: str, family: str) -> Dict[str, Any]:
    return {
        "distribution": distribution,
        "distribution_version": version,
        "distribution_major_version": version.split(".", maxsplit=1)[0],
        "os_family": family,
    }


DEBIAN = {
    "family": "Debian",
    "config": "/etc/bind/named.conf",
    "include_in": "/etc/bind/named.conf.local",
    "fragment": "/etc/bind/swr-zones.conf",
    "zone_dir": "/var/lib/bind",
    "group": "bind",
    "service": "named",
    "packages": ["bind9", "bind9-utils"],
    "kind": "primary",
}
RED_HAT = {
    "family": "RedHat",
    "config": "/etc/named.conf",
    "include_in": "/etc/named.conf",
    "fragment": "/etc/named/swr-zones.conf",
    "zone_dir": "/var/named",
    "group": "named",
    "service": "named",
    "packages": ["bind", "bind-utils"],
    "kind": "primary",
}
SUSE = dict(RED_HAT, family="Suse", fragment="/etc/named.d/swr-zones.conf", zone_dir="/var/lib/named/master")
# Before the package and the service were renamed.
OLD_DEBIAN = dict(DEBIAN, packages=["bind9", "bind9utils"], service="bind9")
# As Ansible names them. Of the family it knows nothing on Huawei Cloud EulerOS.
DISTRIBUTIONS = {
    "debian-12": (facts("Debian", "12.11", "Debian"), DEBIAN),
    "ubuntu-24.04": (facts("Ubuntu", "24.04", "Debian"), DEBIAN),
    "ubuntu-18.04": (
        facts("Ubuntu", "18.04", "Debian"),
        dict(DEBIAN, packages=["bind9", "bind9utils"], service="bind9"),
    ),
    "debian-10": (facts("Debian", "10.13", "Debian"), OLD_DEBIAN),
    "rhel-9": (facts("RedHat", "9.4", "RedHat"), RED_HAT),
    "rocky-8": (facts("Rocky", "8.9", "RedHat"), RED_HAT),
    "alma-9": (facts("AlmaLinux", "9.4", "RedHat"), RED_HAT),
    "centos-9": (facts("CentOS", "9", "RedHat"), RED_HAT),
    "euleros-2": (facts("EulerOS", "2.0", "RedHat"), RED_HAT),
    "openeuler-22.03": (facts("openEuler", "22.03", "RedHat"), RED_HAT),
    "hce-2.0": (facts("Huawei Cloud EulerOS", "2.0", "Huawei Cloud EulerOS"), RED_HAT),
    "sles-15": (facts("SLES", "15.5", "Suse"), SUSE),
    "leap-15": (facts("openSUSE Leap", "15.6", "Suse"), SUSE),
}
CHROOT = {
    "Debian": {},
    "RedHat": {"service": "named-chroot", "packages": ["bind", "bind-utils", "bind-chroot"]},
    "Suse": {"packages": ["bind", "bind-utils", "bind-chrootenv"]},
}
# The distributions let named write to these, and to nothing else that zones are in.
WRITABLE = {"Debian": "/var/cache/bind", "RedHat": "/var/named/slaves", "Suse": "/var/lib/named/slave"}


def test_every_distribution_has_its_own_paths_with_a_chroot_and_without(tmp_path: Path) -> None:
    hosts, expected = {}, {}
    for name, (values, layout) in DISTRIBUTIONS.items():
        hosts[name] = {"facts": values}
        expected[name] = layout
        hosts[name + "-chroot"] = {"facts": values, "bind_chroot": True}
        expected[name + "-chroot"] = dict(layout, **CHROOT[layout["family"]])
        hosts[name + "-secondary"] = {"facts": values, "bind_primaries": ["192.0.2.1"]}
        expected[name + "-secondary"] = dict(layout, kind="secondary", zone_dir=WRITABLE[layout["family"]])
    assert detected(tmp_path, hosts) == expected


def test_a_distribution_without_a_name_is_told_by_what_is_there_and_all_of_it_can_be_given(tmp_path: Path) -> None:
    odd = facts("Deepin", "23", "Deepin")

    def marked(**there: bool) -> Dict[str, Any]:
        found = [{"item": {"family": name}, "stat": {"exists": exists}} for name, exists in there.items()]
        return {"results": found}

    given = {
        "bind_family": "RedHat",
        "bind_config": "/srv/named.conf",
        "bind_include_in": "/srv/local.conf",
        "bind_fragment": "/srv/swr.conf",
        "bind_zone_dir": "/srv/zones",
        "bind_group": "dns",
        "bind_service": "dns-server",
        "bind_packages": ["isc-bind"],
    }
    hosts = {
        "by-mark": {"facts": odd, "__bind_marked": marked(Debian=False, Suse=True, RedHat=False)},
        # What Ansible says of the family comes last.
        "by-family": {"facts": facts("Mint", "1", "Debian"), "__bind_marked": marked(Debian=False, RedHat=False)},
        "mark-first": {"facts": facts("Odd", "1", "Debian"), "__bind_marked": marked(Debian=False, RedHat=True)},
        "unknown": {"facts": odd, "__bind_marked": marked(Debian=False, Suse=False, RedHat=False)},
        "given": dict(given, facts=odd),
        # Debian and RedHat are names of distributions as well.
        "red-hat-on-debian": {"facts": DISTRIBUTIONS["debian-12"][0], "bind_family": "RedHat"},
        "suse-on-old-ubuntu": {"facts": DISTRIBUTIONS["ubuntu-18.04"][0], "bind_family": "Suse"},
        "debian-on-red-hat": {"facts": DISTRIBUTIONS["rhel-9"][0], "bind_family": "Debian"},
    }
    found = detected(tmp_path, hosts)
    assert found["by-mark"] == SUSE
    assert found["by-family"] == DEBIAN
    assert found["mark-first"] == RED_HAT
    assert found["red-hat-on-debian"] == RED_HAT
    assert found["suse-on-old-ubuntu"] == SUSE
    assert found["debian-on-red-hat"] == DEBIAN
    assert "Nothing is known of Deepin" in found["unknown"]
    assert "bind_family" in found["unknown"]
    wanted = {name[5:]: value for name, value in given.items()}
    assert found["given"] == dict(wanted, kind="primary")


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
        given = {
            "files": [str(path) for path in self.files.values()],
            "folders": [str(path) for path in self.folders.values()],
            "proc": str(self.proc),
            "selinux": str(enforce),
        }
        text = (ROOT / "roles" / "bind" / "vars" / "main.yml").read_text(encoding="utf-8")
        command = [sys.executable, "-c", yaml.safe_load(text)["__bind_look"]]
        done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(name="host")
def a_host(tmp_path: Path) -> Host:
    return Host(tmp_path)


NOTHING = {"pid": 0, "root": "/", "unseen": [], "in_place": False, "label": ""}


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
    assert host.look(selinux="1")["label"] == "var_t"
    assert host.look(selinux="0")["label"] == ""
