# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run may ask of registries and of the line: requests a second, uploads at a time, bytes a second.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional

from ansible_collections.longshore.swr.plugins.module_utils._registry.bandwidth import Bandwidth
from ansible_collections.longshore.swr.plugins.module_utils._registry.conversion import is_swr_basic
from ansible_collections.longshore.swr.plugins.module_utils._registry.retry import Pace

SWR_RATE = 18.0
"""Requests a second for SWR's basic edition, which refuses more than 20 of one account (T-Systems' SWR FAQ), with a
little room for what the account does beside the copy. Other registries show their limit by refusing."""

SWR_UPLOADS = 20
"""Layers that SWR's basic edition takes at a time of one account (user guide of SWR, "Notes and Constraints")."""


class Limits:
    """The limits of a run, from the options of a module.

    :param options: C(rate_limit), C(upload_limit), C(bandwidth_limit), C(limits_divided_by); any may be absent.
    :param everywhere: whether C(rate_limit) is for every registry; otherwise for those that are written to.
    """

    def __init__(self, options: Mapping[str, Any], everywhere: bool = True) -> None:
        self._share = max(1, int(options.get("limits_divided_by") or 1))
        self._rate: Optional[float] = options.get("rate_limit")
        self._uploads: Optional[int] = options.get("upload_limit")
        self._everywhere = everywhere
        bandwidth = options.get("bandwidth_limit")
        self.bandwidth = Bandwidth(bandwidth / self._share) if bandwidth else None

    def pace(self, registry: str, first_pause: float) -> Pace:
        """The pace for a registry: with what is known of SWR, and the user's limit where it is for every registry."""
        known = is_swr_basic(registry)
        pace = Pace(first_pause)
        self._restrict(pace, SWR_RATE if known else None, SWR_UPLOADS if known else None)
        if self._everywhere:
            self._restrict(pace, self._rate, None)
        return pace

    def restrict_destination(self, pace: Pace) -> None:
        """Apply the user's limits, which go before those that are known."""
        self._restrict(pace, self._rate, self._uploads)

    def _restrict(self, pace: Pace, rate: Optional[float], uploads: Optional[int]) -> None:
        pace.restrict(rate / self._share if rate else None, max(1, uploads // self._share) if uploads else None)
