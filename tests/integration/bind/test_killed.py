# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed: the next one makes the server serve what it is to, and leaves nothing of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.server import transaction
from ansible_collections.longshore.swr.tests.integration.bind.conftest import NAME, OTHER, Daemon, run, zone

SECOND = "swr.cn-east-3.myhuaweicloud.com"
BELOW = "obs." + OTHER
KEY = {"name": "transfer", "algorithm": "hmac-sha256", "secret": "c2VjcmV0LW9mLXRoZS10cmFuc2Zlci1rZXk="}
AT_RNDC = {"reconfig": ["reconfig"], "reload": ["reload", NAME]}


def kill_at(daemon: Daemon, moment: str, **options: Any) -> None:
    """A run that ends at once at C(moment), in a process of its own: nothing of it is cleaned up."""
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        return
    try:

        def run_until(command: Any) -> Any:
            words = AT_RNDC.get(moment)
            if words and list(command)[-len(words) :] == words:
                os._exit(9)
            return run(command)

        def put(_step: Any) -> None:
            # The first file is changed, the next one is not.
            if moment == "put" and getattr(put, "called", False):
                os._exit(9)
            put.called = True
            return real_put(_step)

        def commit(_self: Any) -> None:
            os._exit(9)

        real_put = transaction._Step.put
        transaction._Step.put = put
        if moment == "commit":
            transaction.FileTransaction.commit = commit
        daemon.run = run_until
        daemon.apply(**options)
    finally:
        os._exit(1)


def is_gone(daemon: Daemon) -> bool:
    # Without the forward zone below it the steady zone answers.
    return run([*daemon.programs.rndc, "zonestatus", NAME])[0] != 0 and daemon.ask(BELOW).rcode == "NXDOMAIN"


CHANGES: Dict[str, Any] = {
    "another address": ({"zones": [zone("10.0.0.2")]}, lambda daemon: daemon.ask().addresses == ("10.0.0.2",)),
    "other clients": (
        {"zones": [zone("10.0.0.1")], "allow_query": ["10.0.0.0/8"], "query": False},
        lambda daemon: daemon.ask().rcode == "REFUSED",
    ),
    "no zone": ({"forward_zones": [{"name": "a.example", "forwarders": ["10.0.0.1"]}]}, is_gone),
    "absent": ({"absent": True}, is_gone),
}


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    ("change", "moment"),
    [
        *((change, "reconfig") for change in CHANGES),
        *((change, moment) for change in ("another address", "absent") for moment in ("commit", "put")),
        ("another address", "reload"),
    ],
)
def test_the_next_run_finishes(daemon: Daemon, change: str, moment: str) -> None:
    options, is_done = CHANGES[change]
    forward = [{"name": BELOW, "forwarders": ["127.0.0.1 port 9"]}]
    daemon.apply(zones=[zone("10.0.0.1")], forward_zones=forward, key=KEY)
    kill_at(daemon, moment, **options)
    assert daemon.apply(check_mode=True, **options).changed
    assert daemon.apply(**options).changed
    assert is_done(daemon)
    assert hidden(daemon) == []
    assert not daemon.apply(**options).changed


def hidden(daemon: Daemon) -> List[str]:
    return [path for path in daemon.snapshot() if Path(path).name.startswith(".")]


def test_what_looks_like_ours_and_is_not_stays(daemon: Daemon) -> None:
    foreign = [
        daemon.etc / ".other.conf.0123456789abcdef",
        daemon.etc / ".swr-zones.conf.swp",
        daemon.zones / ".x.zone",
    ]
    for path in foreign:
        path.write_text("mine\n", encoding="utf-8")
    daemon.apply(zones=[zone("10.0.0.1")])
    assert not daemon.apply(zones=[zone("10.0.0.1")]).changed
    assert daemon.apply(absent=True).changed
    assert sorted(hidden(daemon)) == sorted(map(str, foreign))


@pytest.mark.parametrize("said", ["last configured: Mon, 01 Jan 2024 00:00:00 GMT", "last configured: never", ""])
def test_a_server_that_has_not_read_its_files(daemon: Daemon, said: str) -> None:
    daemon.apply(zones=[zone("10.0.0.1")])
    called: List[Any] = []

    def long_ago(command: Any) -> Any:
        code, output, errors = run(command)
        called.append(list(command)[-1])
        lines = [said if line.startswith("last configured") else line for line in output.splitlines()]
        return code, "\n".join(lines), errors

    daemon.run = long_ago
    assert daemon.apply(zones=[zone("10.0.0.1")]).changed is ("2024" in said)
    assert ("reconfig" in called) is ("2024" in said)
