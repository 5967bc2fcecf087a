# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(tools/system-packages) with stand-ins for apt: when make may take it for done."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "system-packages"
LOCKED = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt-get)"
NO_LISTS = "E: Unable to lock directory /var/lib/apt/lists/"


@pytest.mark.parametrize(
    ("apt", "status", "words"),
    [
        ("exit 0", 0, "installed apache2-utils"),
        ("echo '{0}' >&2; exit 100".format(LOCKED), 1, "another program is installing packages"),
        ('case "$*" in *update) echo "{0}" >&2; exit 100;; esac'.format(NO_LISTS), 1, "another program is installing"),
        # A name that this release does not have.
        (
            "case \"$*\" in *crun*) echo 'E: Unable to locate package crun'; exit 100;; esac",
            0,
            "crun could not be installed",
        ),
    ],
)
def test_only_a_held_lock_is_no_end(tmp_path: Path, apt: str, status: int, words: str) -> None:
    for name, script in (("apt-get", apt), ("dpkg-query", "exit 1"), ("id", "echo 0")):
        path = tmp_path / name
        path.write_text("#!/bin/sh\n{0}\n".format(script), encoding="utf-8")
        path.chmod(0o755)
    environ = dict(
        os.environ, PATH="{0}:{1}".format(tmp_path, os.environ["PATH"]), POLICY_RC_D=str(tmp_path / "policy")
    )
    done = subprocess.run([str(SCRIPT)], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, words in done.stdout) == (status, True), done.stdout + done.stderr
    assert not (tmp_path / "policy").exists()
