# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the role bind looks on distributions that cannot run here.

The paths are those of the distributions' packages (Debian's bind9, Red Hat's bind and bind-chroot, SUSE's bind), the
facts those that Ansible gathers from their os-release.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play


def detected(folder: Path, hosts: Dict[str, Dict[str, Any]]) -> Dict[str, Any]:
    """What the role makes of each host's facts and variables: C(bind_detected), or the words of its refusal."""
    given = {name: "{{{{ facts.{0} }}}}".format(name) for name in facts("", "", "")}
    tasks = [
        {"ansible.builtin.set_fact": dict(given, cacheable=True)},
        {
            "block": [{"ansible.builtin.include_role": {"name": "longshore.swr.bind", "tasks_from": "layout.yml"}}],
            "rescue": [{"ansible.builtin.set_fact": {"bind_detected": "{{ ansible_failed_result.msg }}"}}],
        },
        keep(detected="bind_detected"),
    ]
    # What the first task of the role makes of the variables.
    checked = {name: {"__bind": {**DEFAULTS, **of_role(given)}} for name, given in hosts.items()}
    inventory = {"all": {"hosts": {name: {**given, **checked[name]} for name, given in hosts.items()}}}
    run = Playbook(folder).run([play(tasks, hosts="all")], inventory=inventory)
    return {name: run.value("detected", name) for name in hosts}


def of_role(variables: Dict[str, Any]) -> Dict[str, Any]:
    return {name[len("bind_") :]: value for name, value in variables.items() if name.startswith("bind_")}


DEFAULTS = {"family": "auto", "chroot": False, "primaries": []}


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


GIVEN = {
    "bind_family": "RedHat",
    "bind_config": "/srv/named.conf",
    "bind_include_in": "/srv/local.conf",
    "bind_fragment": "/srv/swr.conf",
    "bind_zone_dir": "/srv/zones",
    "bind_group": "dns",
    "bind_service": "dns-server",
    "bind_packages": ["isc-bind"],
}
ODD = facts("Deepin", "23", "Deepin")


def marked(**there: bool) -> Dict[str, Any]:
    """What the role has registered of the directories that distributions have."""
    found = [{"item": {"family": name}, "stat": {"exists": exists}} for name, exists in there.items()]
    return {"results": found}


def test_every_distribution_has_its_paths_an_unknown_one_is_told_by_what_is_there_and_all_can_be_given(
    tmp_path: Path,
) -> None:
    hosts: Dict[str, Dict[str, Any]] = {
        "by-mark": {"facts": ODD, "__bind_marked": marked(Debian=False, Suse=True, RedHat=False)},
        # What Ansible says of the family comes last.
        "by-family": {"facts": facts("Mint", "1", "Debian"), "__bind_marked": marked(Debian=False, RedHat=False)},
        "mark-first": {"facts": facts("Odd", "1", "Debian"), "__bind_marked": marked(Debian=False, RedHat=True)},
        "unknown": {"facts": ODD, "__bind_marked": marked(Debian=False, Suse=False, RedHat=False)},
        "given": dict(GIVEN, facts=ODD),
        # Debian and RedHat are names of distributions as well.
        "red-hat-on-debian": {"facts": DISTRIBUTIONS["debian-12"][0], "bind_family": "RedHat"},
        "suse-on-old-ubuntu": {"facts": DISTRIBUTIONS["ubuntu-18.04"][0], "bind_family": "Suse"},
        "debian-on-red-hat": {"facts": DISTRIBUTIONS["rhel-9"][0], "bind_family": "Debian"},
    }
    expected = {
        "by-mark": SUSE,
        "by-family": DEBIAN,
        "mark-first": RED_HAT,
        "red-hat-on-debian": RED_HAT,
        "suse-on-old-ubuntu": SUSE,
        "debian-on-red-hat": DEBIAN,
        "given": dict({name[5:]: value for name, value in GIVEN.items()}, kind="primary"),
    }
    for name, (values, layout) in DISTRIBUTIONS.items():
        hosts[name] = {"facts": values}
        expected[name] = layout
        # A chroot is about programs, a secondary about directories: one host shows both.
        both = name + "-chroot-secondary"
        hosts[both] = {"facts": values, "bind_chroot": True, "bind_primaries": ["192.0.2.1"]}
        directory = WRITABLE[layout["family"]]
        expected[both] = dict(layout, kind="secondary", zone_dir=directory, **CHROOT[layout["family"]])
    found = detected(tmp_path, hosts)
    unknown = found.pop("unknown")
    assert found == expected
    assert "Deepin is not a known distribution" in unknown
    assert "bind_family" in unknown
