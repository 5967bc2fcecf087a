# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of an onboarding: the role of each, where it runs, which variables switch it on, and what it needs.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Iterable, List, NamedTuple, Sequence, Tuple

CONTROLLER, HARBOR, DNS_SERVERS, NODES = "controller", "harbor", "dns_servers", "nodes"
PLACES = (CONTROLLER, HARBOR, DNS_SERVERS, NODES)
ALWAYS = ("preflight", "report")
"""What is no part to switch, and may be named like one."""
REMOVABLE = ("network", "organizations", "harbor", "bind", "hosts", "resolver", "login", "cutover")
"""The parts that make something which can be taken back."""
OF_ACCOUNT = ("network", "organizations", "harbor", "login")
"""The parts that need an access key whatever their variables are."""


class Part(NamedTuple):
    """A part of an onboarding.

    :ivar place: the hosts that it runs on, one of C(PLACES).
    :ivar switches: it is on if one of these variables is set. An asterisk stands for any of the role.
    :ivar needs: the parts that it does not run without.
    """

    name: str
    role: str
    entry_point: str
    place: str
    switches: Tuple[str, ...]
    needs: Tuple[str, ...] = ()


PARTS = (
    Part("network", "network", "main", CONTROLLER, ("network_scenario",)),
    Part("organizations", "organizations", "main", CONTROLLER, ("organizations_list",)),
    Part("audit", "audit", "main", CONTROLLER, ("audit_path", "audit_images", "audit_images_file")),
    Part(
        "discover",
        "discover",
        "main",
        CONTROLLER,
        ("discover_kubeconfig", "discover_contexts", "discover_host", "discover_paths"),
    ),
    Part(
        "migrate",
        "migrate",
        "main",
        CONTROLLER,
        ("migrate_images", "migrate_images_file"),
        ("network", "organizations", "discover"),
    ),
    Part("harbor", "harbor", "private_endpoint", HARBOR, ("harbor_directory", "harbor_namespace"), ("network",)),
    Part("harbor", "harbor", "main", CONTROLLER, ("harbor_rules",), ("network", "organizations", "harbor")),
    Part(
        "bind",
        "bind",
        "main",
        DNS_SERVERS,
        ("bind_regions", "bind_zones", "bind_forward_zones", "bind_rpz_names"),
        ("network",),
    ),
    Part("hosts", "hosts", "main", NODES, ("hosts_endpoints", "hosts_entries"), ("network",)),
    Part("resolver", "resolver", "main", NODES, ("resolver_enabled",), ("network", "bind")),
    Part("login", "login", "main", NODES, ("login_region", "login_registry"), ("network",)),
    Part(
        "access_check",
        "access_check",
        "main",
        NODES,
        ("access_check_region", "access_check_host"),
        ("network", "bind", "hosts", "resolver", "login"),
    ),
    Part(
        "cutover",
        "cutover",
        "main",
        CONTROLLER,
        ("cutover_*",),
        (
            "network",
            "organizations",
            "discover",
            "migrate",
            "bind",
            "hosts",
            "resolver",
            "login",
            "access_check",
        ),
    ),
    Part("verify", "migrate", "verify", CONTROLLER, ("migrate_images", "migrate_images_file"), ("migrate",)),
)
NAMES = tuple(dict.fromkeys(part.name for part in PARTS))


def parts_of(name: str) -> List[Part]:
    """Both of Harbor, one of any other."""
    return [part for part in PARTS if part.name == name]


def needs_of(name: str, backwards: bool) -> List[str]:
    """The parts that must have ended well before a part runs. Harbor's own hosts and the controller have the same one.

    :param backwards: when all is taken back, those that needed it.
    """
    if backwards:
        found = [part.name for part in PARTS if name in part.needs]
    else:
        found = [need for part in parts_of(name) for need in part.needs]
    return list(dict.fromkeys(found))


def is_selected(name: str, run_tags: Iterable[str], skip_tags: Iterable[str]) -> bool:
    """Whether the tags of the command line select a part, as they would a task with its name as the only tag."""
    skipped = {name, "all", "tagged"} & set(skip_tags)
    return not skipped and bool({name, "all", "tagged"} & set(run_tags))


def is_preflight_alone(run_tags: Iterable[str], listed: Iterable[str]) -> bool:
    """Whether only the preflight is asked for, which looks at all parts, and none runs.

    :param listed: what C(onboard_parts) has.
    """
    return any(names and names <= set(ALWAYS) for names in (set(run_tags), set(listed)))


def selected(
    on: Iterable[str],
    run_tags: Sequence[str],
    skip_tags: Iterable[str],
    listed: Iterable[str],
    backwards: bool,
    images: bool = False,
) -> List[str]:
    """Those of the parts that are on which this run looks at, in their order.

    :param images: whether copied images are taken back, too.
    """
    tags = ["all"] if is_preflight_alone(run_tags, listed) else run_tags
    able = (*REMOVABLE, *(("migrate",) if images else ())) if backwards else NAMES
    return [name for name in NAMES if name in {*on} & {*able} and is_selected(name, tags, skip_tags)]
