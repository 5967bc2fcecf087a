# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time limit for calls that have none."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._time_limit import TimeIsUp, call_within


def test_the_result_is_the_calls_own() -> None:
    assert call_within(60, lambda: None) is None
    assert call_within(60, lambda: [1]) == [1]


def test_an_error_is_raised_where_the_caller_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        call_within(60, lambda: 1 // 0)


def test_a_call_that_does_not_return_is_left_behind() -> None:
    released = threading.Event()
    with pytest.raises(TimeIsUp):
        call_within(0.01, released.wait)
    released.set()
