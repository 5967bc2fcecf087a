# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the stand-in for Harbor behaves."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple


class Options(NamedTuple):
    """How this Harbor behaves. Times are in seconds, and much shorter than Harbor's own.

    :param status_lag: how long an execution's status follows its tasks late, from 2.8 on (Harbor: up to 30).
    :param start_delay: how long an execution has no tasks yet.
    :param task_delay: how long a task is pending.
    :param submit_delay: how long a task of 1.10 is C(Initialized).
    :param retry_delay: the pause before a failed job is tried again, the first time (Harbor: 16 and more).
    :param second: how long one of the seconds lasts that Harbor waits between tries of a blob: 2, 4, 8 and 16.
    :param workers: tasks that run at the same time.
    :param adapters: the types that C(REPLICATION_ADAPTER_WHITELIST) lets be listed, from 2.14 on; None: all.
    :param robot_prefix: what stands before the names of robot accounts; administrators can change it.
    :param build: what it tells of its version, as in C(v2.9.5-e8b44df6); C(-) for a build that does not know it.
    """

    status_lag: float = 0.1
    start_delay: float = 0.0
    task_delay: float = 0.0
    submit_delay: float = 0.0
    retry_delay: float = 0.1
    second: float = 0.005
    workers: int = 10
    adapters: Optional[Tuple[str, ...]] = None
    robot_prefix: str = "robot$"
    build: Optional[str] = None
