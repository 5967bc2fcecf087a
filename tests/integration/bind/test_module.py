# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module bind_zones under ansible-playbook, with a real named."""

from __future__ import annotations

import grp
import json
from typing import Any, Dict

from ansible_collections.longshore.swr.tests.integration.bind.conftest import NAME, Daemon
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Task, keep, play, secret_free

SECRET = "c2VjcmV0LW9mLXRoZS10cmFuc2Zlci1rZXk="


def options_of(daemon: Daemon) -> Dict[str, Any]:
    """What leads the module to a server."""
    places = dict(zip(("config", "include_in", "fragment", "zone_dir"), daemon.paths))
    group = grp.getgrgid(daemon.group).gr_name
    return dict(places, group=group, query_port=daemon.port, rndc_options=["-c", str(daemon.rndc_conf)])


def test_the_module(daemon: Daemon) -> None:
    where = options_of(daemon)
    zones = [{"name": NAME, "addresses": ["10.0.0.1"]}]
    options = dict(where, zones=zones, key={"name": "swr-transfer", "secret": SECRET})
    playbook = Playbook(daemon.folder, secrets=[SECRET])

    def task(register: str, **more: Any) -> Task:
        return {"longshore.swr.bind_zones": dict(options, **more), "register": register, "ignore_errors": True}

    before = daemon.snapshot()
    run = playbook.run([play([task("applied"), keep(applied="applied")])], "-vvv", "--check", "--diff")
    predicted = run.value("applied")
    assert predicted["changed"]
    assert "A 10.0.0.1" in run.text
    assert 'zone "{0}"'.format(NAME) in run.text
    assert daemon.snapshot() == before
    wrong = task("failed", zones=[dict(zones[0], name=" " + NAME)])
    tasks = [task("applied"), task("again"), wrong, keep(applied="applied", again="again", failed="failed")]
    run = playbook.run([play(tasks)], "-vvv", "--diff")
    applied, again, failed = (run.value(name) for name in ("applied", "again", "failed"))
    assert applied["changed"]
    assert applied["files"] == predicted["files"]
    assert daemon.ask().addresses == ("10.0.0.1",)
    assert not again["changed"]
    assert again["serials"] == applied["serials"]
    assert failed["failed"]
    assert "no spaces" in failed["msg"]
    secret_free(json.dumps([predicted, applied, again, failed]), SECRET)
    removed = run_module("bind_zones", dict(where, state="absent"))
    assert removed["changed"]
    assert daemon.snapshot() == before
