# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version that reports name."""

from __future__ import annotations

import yaml

from ansible_collections.longshore.swr.plugins.module_utils._version import VERSION


def test_it_is_that_of_the_collection(collection_root):
    assert yaml.safe_load((collection_root / "galaxy.yml").read_text(encoding="utf-8"))["version"] == VERSION
