# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This machine and the hosts: the state directory, and what was found out about each host.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Iterator, List, Mapping, Sequence

from .._time_limit import in_words
from .account import SKEW_WARNED
from .checks import FAILED, OK, WARNING, Check

STATE, NODES = "state", "nodes"
MOST_HOSTS = 100
"""Hosts with a problem that have a check of their own."""

_SKEW_FAILED = 300.0
_LEAST_BYTES, _FEW_BYTES = 50 * 1000**2, 1000**3
_SPACE = "Make room, or choose another directory."


def state_directory(path: str) -> Iterator[Check]:
    """Whether reports and journals can be written there."""
    name = "directory {0}".format(path)
    place = os.path.abspath(path)
    while not os.path.lexists(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        yield Check(STATE, name, FAILED, "{0} is not a directory".format(place), "Choose another directory.")
        return
    if not os.access(place, os.W_OK | os.X_OK):
        hint = "Let this user write there, or choose another directory."
        yield Check(STATE, name, FAILED, "this user may not write in {0}".format(place), hint)
        return
    space = os.statvfs(place)
    free = space.f_bavail * space.f_frsize
    text = "{0} in {1}, which has {2:,} MB left".format(
        "it can be created" if place != os.path.abspath(path) else "it can be written", place, free // 1000**2
    )
    status = FAILED if free < _LEAST_BYTES else WARNING if free < _FEW_BYTES else OK
    yield Check(STATE, name, status, text, "" if status == OK else _SPACE)


def hosts(facts: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """
    :param facts: one mapping for each host: C(name), and if known C(reachable), C(error), C(clock_offset) in seconds
        and C(become).
    """
    found: List[Check] = []
    good = 0
    for host in facts:
        checks = list(_host(host))
        found += checks
        good += not checks
    yield from found[:MOST_HOSTS]
    if found[MOST_HOSTS:]:
        yield Check(NODES, "further hosts", FAILED, "{0} more problems of hosts".format(len(found) - MOST_HOSTS))
    if good:
        yield Check(NODES, "hosts", OK, "{0} of {1} hosts answer as they should".format(good, len(facts)))


def _host(host: Mapping[str, Any]) -> Iterator[Check]:
    name = "host {0}".format(host["name"])
    error = host.get("error") or "no reason is known"
    if host.get("reachable") is False:
        hint = "Check its address, its port for SSH and the login, or take it out of its group."
        yield Check(NODES, name, FAILED, "it cannot be reached: {0}".format(error), hint)
        return
    if host.get("become") is False:
        hint = "Let the user of the connection become root: ansible_become_password, or a rule for sudo."
        yield Check(NODES, name, FAILED, "the user cannot become root: {0}".format(error), hint)
    offset = host.get("clock_offset")
    if offset is not None and abs(offset) >= SKEW_WARNED:
        status = FAILED if abs(offset) >= _SKEW_FAILED else WARNING
        text = "its clock is {0} {1} this machine's".format(
            in_words(abs(offset)), "ahead of" if offset > 0 else "behind"
        )
        yield Check(
            NODES, name, status, text, "Set its clock, and keep it right with NTP: tokens and TLS depend on it."
        )
