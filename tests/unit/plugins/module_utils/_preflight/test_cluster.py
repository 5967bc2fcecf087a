# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller without the library that calls clusters."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._preflight import cluster
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.plugins.module_utils._workloads.errors import WorkloadsError


def test_a_missing_library_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    error = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'kubernetes'\n"
    monkeypatch.setattr(cluster, "KUBERNETES_IMPORT_ERROR", error)
    with pytest.raises(WorkloadsError, match="No module named 'kubernetes'") as caught:
        list(cluster.ask_cluster({}, [], False, Redactor()))
    assert caught.value.hint == "Install it: {0} -m pip install kubernetes".format(sys.executable)
