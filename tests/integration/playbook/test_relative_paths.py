# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a relative path starts: one place for the lookup and the modules, and one for the role and the playbooks.

In each place is a file of the same name with a mistake of its own, and the error tells which was read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play


def failing(name: str, tasks: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Keeps the message that the tasks fail with."""
    return [{"block": tasks, "rescue": [keep(**{name: "ansible_failed_result.msg"})]}]


def test_each_path_is_looked_for_in_one_place(tmp_path: Path) -> None:
    playbook = Playbook(tmp_path)
    (tmp_path / "plays").mkdir()
    for folder, host in (("", "of-the-shell"), ("plays/", "of-the-play")):
        playbook.write(folder + "images.json", {"a.example.com/team/app:1": {"username": host, "password": "x"}})
        playbook.write(folder + "rules.json", {"a.example.com/{0}/x y".format(host): "b.example.com/team/app"})
        playbook.write(folder + "auth.json", {host + ".example.com": {"username": "u", "password": "p"}})
    role = {"name": "longshore.swr.migrate"}
    steps = [
        *failing("module", [{"longshore.swr.image_copy": {"images_file": "rules.json"}}]),
        keep(logins="lookup('longshore.swr.registry_logins', 'auth.json', '')"),
        *failing("role", [{"include_role": role, "vars": {"migrate_images_file": "rules.json"}}]),
        *failing(
            "plan",
            [{"include_role": {**role, "tasks_from": "plan"}, "vars": {"migrate_images_file": "rules.json"}}],
        ),
        *failing(
            "empty",
            [
                {
                    "longshore.swr.image_copy": {
                        "images": ["nginx"],
                        "images_file": "",
                        "auth_file": "",
                        "report_path": "",
                    }
                }
            ],
        ),
    ]
    playbook.write("plays/site.yml", [play(steps, connection="local")])
    kept = playbook.run("plays/site.yml").kept["localhost"]
    assert "of-the-play/x y" in kept["module"]
    assert list(kept["logins"]) == ["of-the-play.example.com"]
    assert "of-the-shell/x y" in kept["role"]
    assert "of-the-shell/x y" in kept["plan"]
    assert '"nginx" has no tag' in kept["empty"]


def test_the_first_command_of_the_documentation(tmp_path: Path, collection_root: Path) -> None:
    """Behind the collection's own playbook, too, a path starts where the command was given."""
    playbook = Playbook(tmp_path)
    playbook.write("images.json", {"a.example.com/its/x y": "b.example.com/team/app"})
    playbook.write("auth.json", {})
    guide = (collection_root / "docs" / "docsite" / "rst" / "guide_start.rst").read_text(encoding="utf-8")
    (command,) = [line.split() for line in guide.splitlines() if "$ ansible-playbook longshore.swr.migrate" in line]
    run = playbook.run(command[2], *command[3:], ok=False)
    assert "a.example.com/its/x y" in run.text
