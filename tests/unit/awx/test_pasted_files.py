# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people paste into AWX's forms, or from which they read with from_yaml, is YAML without tags of Ansible."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Dict, List

import pytest
import yaml

AWX = Path(__file__).resolve().parents[3] / "awx"
FILES = sorted([*AWX.glob("*_credential_type.yml"), *AWX.glob("*_messages.yml"), *AWX.glob("surveys/*.yml")])
# Debian's packages of Node.js
MODULES = "/usr/share/nodejs"
# As AWX's forms do it
LOAD = """
const {load} = require("js-yaml"), {readFileSync} = require("fs");
console.log(JSON.stringify(process.argv.slice(1).map((path) => load(readFileSync(path, "utf8")))));
"""


def test_there_are_files() -> None:
    assert len(FILES) > 10


def javascript(paths: List[Path]) -> subprocess.CompletedProcess[str]:
    environ: Dict[str, str] = {"PATH": os.environ["PATH"], "NODE_PATH": MODULES}
    line = ["node", "-e", LOAD, *map(str, paths)]
    return subprocess.run(line, env=environ, check=False, capture_output=True, text=True)


@pytest.mark.needs_program("node")
def test_both_readers_find_the_same(tmp_path: Path) -> None:
    if javascript([]).returncode != 0:
        pytest.skip("needs the library js-yaml (Debian: node-js-yaml)")
    done = javascript(FILES)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES]
    # It would see the tag that Ansible alone knows.
    (tmp_path / "tagged.yml").write_text('key: !unsafe "{{ key }}"\n', encoding="utf-8")
    assert "unknown tag" in javascript([tmp_path / "tagged.yml"]).stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_plain_yaml(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)
