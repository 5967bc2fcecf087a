# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mount points, with a folder that stands for C(/proc)."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.longshore.swr.plugins.module_utils._files.mounts import mount_points


def test_mount_points_are_what_the_system_calls_them(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "mountinfo").write_bytes(
        b"1 0 0:1 / / rw - ext4 none rw\n2 1 0:1 /x /a\\040b\\134\xff rw - ext4 none rw\nhalf a line\n"
    )
    assert mount_points(str(tmp_path), "1") == {"/", "/a b\\\udcff"}


def test_a_process_that_has_ended_sees_none(tmp_path: Path) -> None:
    assert mount_points(str(tmp_path), "1") == set()
