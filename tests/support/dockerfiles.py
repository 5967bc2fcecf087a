# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Dockerfiles by many authors, for tests: those in some Debian packages, which C(tools/dockerfiles) unpacks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Dict

import pytest

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "dockerfiles"
ENOUGH = 250


@cache
def _files() -> Dict[str, bytes]:
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.is_file()
    }


def real_dockerfiles() -> Dict[str, bytes]:
    """Their contents by name. Skips the test if there are too few to judge anything."""
    files = _files()
    if len(files) < ENOUGH:
        pytest.skip(
            "{0} Dockerfiles of Debian packages are here, not {1} (tools/dockerfiles)".format(len(files), ENOUGH)
        )
    return files
