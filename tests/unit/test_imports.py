# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, and every file that modules share, is imported by the controller's Python.

The sanity test C(import) does that with the oldest Python of nodes (C(tools/sanity)).
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from ansible_collections.longshore.swr.tests.support.architecture import COLLECTION, sources

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_can_be_imported_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    files = [source.name for folder in ("modules", "module_utils") for source in sources(ROOT, "plugins/" + folder)]
    assert len(files) > 300
    for name in files:
        importlib.import_module(COLLECTION + name)
    assert capfd.readouterr() == ("", "")
