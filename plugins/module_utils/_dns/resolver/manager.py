# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out which program manages C(/etc/resolv.conf).

A manager is one that runs and whose mark the file bears: a link to where it writes, or its name in a comment. A file
that none of them writes was written by hand.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from ..._files.mounts import mount_points
from ..errors import DnsError
from ..processes import PROC, pids_of, text_of

CONNECTIONS = "/run/NetworkManager/system-connections"
_LARGEST = 1024 * 1024
# The names of processes as the kernel keeps them, cut off after 15 characters.
_RESOLVED = "systemd-resolved"[:15]


class Node(NamedTuple):
    """What tells the managers apart.

    :param link: what the file is a link to, empty where it is none.
    :param comments: the comments in it.
    :param resolved: whether systemd-resolved runs; C(network_manager) and C(dhclient) likewise.
    :param by_netplan: whether NetworkManager has connections that netplan made.
    """

    link: str = ""
    comments: str = ""
    resolved: bool = False
    network_manager: bool = False
    by_netplan: bool = False
    dhclient: bool = False


def manager_of(node: Node) -> str:
    """The manager, as a choice of the role's C(resolver_manager)."""
    if node.resolved and node.link.startswith("/run/systemd/resolve/"):
        return "systemd_resolved"
    if node.network_manager and ("NetworkManager" in node.comments or node.link.startswith("/run/NetworkManager/")):
        return "netplan" if node.by_netplan else "networkmanager"
    if "netconfig" in node.comments or node.link.startswith("/run/netconfig/"):
        return "wicked"
    if node.link.startswith(("/run/resolvconf/", "/etc/resolvconf/run/")):
        return "resolvconf"
    return "dhclient" if node.dhclient else "static"


def look_at_resolver(
    path: str, systemctl: Callable[[], Optional[str]], proc: str = PROC, connections: str = CONNECTIONS
) -> Dict[str, Any]:
    """What manages the file, and what else its setup depends on.

    :param path: of resolv.conf.
    :param systemctl: gives the output of C(systemctl --version), None where there is none.
    :param connections: the directory of connections that others made for NetworkManager.
    :raises DnsError: the file or the processes cannot be read.
    """
    try:
        text = _read(path)
        node = Node(
            link=os.path.realpath(path) if os.path.islink(path) else "",
            comments=" ".join(re.findall(r"^[#;].*$", text, re.MULTILINE)),
            resolved=bool(pids_of(_RESOLVED, proc)),
            network_manager=bool(pids_of("NetworkManager", proc)),
            by_netplan=any(name.startswith("netplan-") for name in _names_in(connections)),
            dhclient=bool(pids_of("dhclient", proc)),
        )
        mounted, nscd = path in mount_points(proc), bool(pids_of("nscd", proc))
    except OSError as error:
        raise DnsError("cannot be read: {0}".format(error.strerror), where=str(error.filename or path)) from error
    version = re.match(r"systemd ([0-9]+)", systemctl() or "")
    return {
        "manager": manager_of(node),
        "link": node.link,
        "mounted": mounted,
        "nameservers": re.findall(r"^nameserver\s+(\S+)", text, re.MULTILINE),
        "systemd": int(version.group(1)) if version else 0,
        "nscd": nscd,
    }


def _read(path: str) -> str:
    """The text of the file, empty where there is none: a link may lead to what no program has written yet."""
    try:
        return text_of(path)
    except FileNotFoundError:
        return ""


def _names_in(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
