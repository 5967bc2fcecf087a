# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Harbor with a policy that has never run."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (
    CREATED,
    NEWEST,
    POLICIES,
    POLICY,
    START,
    WORKING,
)


@pytest.fixture
def harbor() -> FakeHarbor:
    harbor = FakeHarbor()
    harbor.on(POLICIES, [dict(POLICY, id=2, name="to-swr-old"), POLICY])
    harbor.on(WORKING, [])
    harbor.on(NEWEST, [])
    harbor.on(START, CREATED)
    return harbor
