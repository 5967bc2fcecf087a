# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User settings for connections and limits, with the defaults.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class ConnectionSettings:
    """How registries are connected to.

    :ivar workers: maximum number of parallel requests.
    :ivar retries: how often a failed request is retried.
    :ivar retry_delay: seconds of the first pause before that.
    :ivar longest_wait: seconds that a registry may ask for with C(Retry-After).
    :ivar timeout: seconds for connecting and for each read or write; five times as many for a whole exchange.
    :ivar minimum_bandwidth: minimum bytes a second for a blob.
    :ivar ca_path: certificates trusted in addition to the system's.
    """

    workers: int = 64
    retries: int = 3
    retry_delay: float = 0.5
    longest_wait: float = 3600.0
    timeout: float = 60.0
    minimum_bandwidth: int = 1000
    ca_path: Optional[str] = None


@dataclass(frozen=True)
class LimitSettings:
    """The limits on requests and bandwidth.

    :ivar rate_limit: requests a second to one registry.
    :ivar upload_limit: parallel blob uploads.
    :ivar bandwidth_limit: bytes a second, or a timetable of them.
    :ivar limits_divided_by: how many runs share these limits.
    """

    rate_limit: Optional[float] = None
    upload_limit: Optional[int] = None
    bandwidth_limit: Optional[str] = None
    limits_divided_by: int = 1
