# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of every kind share."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without a proxy."""
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(name + "_proxy", raising=False)
        monkeypatch.delenv(name.upper() + "_PROXY", raising=False)
    monkeypatch.delenv("REQUEST_METHOD", raising=False)
