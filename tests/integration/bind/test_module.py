# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module bind_zones under ansible-playbook, with a real named."""

from __future__ import annotations

import grp
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Tuple

from ansible_collections.longshore.swr.tests.integration.bind.conftest import NAME, Daemon

SECRET = "c2VjcmV0LW9mLXRoZS10cmFuc2Zlci1rZXk="


def play(daemon: Daemon, options: Dict[str, Any], *arguments: str) -> Tuple[Dict[str, Any], str]:
    """A play with the module as its one task: the result, and all output."""
    places = dict(zip(("config", "include_in", "fragment", "zone_dir"), daemon.paths))
    options = dict(places, group=grp.getgrgid(daemon.group).gr_name, query_port=daemon.port, **options)
    options["rndc_options"] = ["-c", str(daemon.rndc_conf)]
    result = daemon.folder / "result.json"
    tasks = [
        {"longshore.swr.bind_zones": options, "register": "done", "ignore_errors": True},
        {"ansible.builtin.copy": {"content": "{{ done | to_json }}", "dest": str(result)}, "check_mode": False},
    ]
    interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    book = daemon.folder / "play.yml"
    book.write_text(
        json.dumps(
            [{"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": interpreter, "tasks": tasks}]
        )
    )
    done = subprocess.run(
        ["ansible-playbook", str(book), "-vvv", *arguments],
        env={
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"]),
            "HOME": str(daemon.folder),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        },
        cwd=daemon.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert SECRET not in text
    return json.loads(result.read_text()), text


def test_the_module(daemon: Daemon) -> None:
    options = {
        "zones": [{"name": NAME, "addresses": ["10.0.0.1"]}],
        "key": {"name": "swr-transfer", "secret": SECRET},
    }
    before = daemon.snapshot()
    predicted, text = play(daemon, options, "--check", "--diff")
    assert predicted["changed"]
    assert "A 10.0.0.1" in text
    assert 'zone "{0}"'.format(NAME) in text
    assert daemon.snapshot() == before
    applied, _text = play(daemon, options, "--diff")
    assert applied["changed"]
    assert applied["files"] == predicted["files"]
    assert daemon.ask().addresses == ("10.0.0.1",)
    again, _text = play(daemon, options, "--diff")
    assert not again["changed"]
    assert again["serials"] == applied["serials"]
    failed, _text = play(daemon, dict(options, zones=[{"name": " " + NAME, "addresses": ["10.0.0.1"]}]))
    assert failed["failed"]
    assert "no spaces" in failed["msg"]
    removed, _text = play(daemon, {"state": "absent"})
    assert removed["changed"]
    assert daemon.snapshot() == before
