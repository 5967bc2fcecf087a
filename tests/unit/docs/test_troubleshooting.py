# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error messages has what users see."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.support import troubleshooting
from ansible_collections.longshore.swr.tests.support.source_texts import Module


def pairs(tmp_path: Path, source: str) -> List[Tuple[str, str]]:
    """Texts and remedies of the calls of a source file."""
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    found = [pair for scope, node in Module(path).nodes((ast.Call,)) for pair in troubleshooting._calls(scope, node)]
    return [(troubleshooting._clean(text), troubleshooting._clean(remedy)) for text, remedy in found]


def test_the_page_is_up_to_date() -> None:
    assert troubleshooting.PAGE.read_text(encoding="utf-8") == troubleshooting.page(), (
        "messages have changed: run python -m tests.support.troubleshooting"
    )


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        # A constant of another file
        ("the archive ends early", "Save the image again, or fetch the file again"),
        # A table by a server's code
        ("SVCSTG.SWR.4000097", "The quota of organizations is used up"),
        # A function that chooses by the server's message
        ("fail to parse 'manifest.json'", "This registry accepts no OCI manifests"),
        # An attribute of a class, given to a function by its position
        ("nameservers do not agree: <shown>", "Every nameserver in /etc/resolv.conf must know the name"),
        # A role
        ("network_onprem_host: <onprem host> is not in the inventory", "Add it there"),
    ],
)
def test_every_way_to_write_a_remedy_is_read(text: str, remedy: str) -> None:
    assert [one for one in troubleshooting.entries() if one.text == text and one.remedy.startswith(remedy)]


def test_each_branch_keeps_its_remedy(tmp_path: Path) -> None:
    source = (
        "def check(name, full):\n"
        "    what = hint = 'unused'\n"
        "    if full:\n"
        "        what = '{0} is full'\n"
        "        hint = 'Empty {0}.'\n"
        "    else:\n"
        "        what = '{0} is empty'\n"
        "        hint = 'Fill it.'\n"
        "    raise Error(what.format(name), hint=hint.format(name))\n"
    )
    assert sorted(pairs(tmp_path, source))[:2] == [("<name> is empty", "Fill it."), ("<name> is full", "Empty <name>.")]


def test_only_assignments_that_reach_the_call_count(tmp_path: Path) -> None:
    source = (
        "def check(a):\n"
        "    hint = 'Old.'\n"
        "    hint = 'New.'\n"
        "    if a:\n"
        "        raise Error('wrong: {0!r}'.format(a.user_name), hint=hint)\n"
        "    hint = 'Later.'\n"
    )
    assert pairs(tmp_path, source) == [("wrong: '<user name>'", "New.")]


def test_what_is_only_known_at_run_time_has_no_entry(tmp_path: Path) -> None:
    assert pairs(tmp_path, "def again(error):\n    raise Error(error.what, hint=error.hint)\n") == []


def test_placeholders_are_no_markup() -> None:
    for line in troubleshooting.page().splitlines():
        assert line.count("``") in (0, 2)
        assert not {"\x02", "\x03"} & set(line)
