# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about SWR's hosts.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from ..._lazy import pattern

_SWR_BASIC = pattern(r"swr\.[a-z0-9-]+\.(myhuaweicloud\.(com|eu)|otc\.t-systems\.com)$")


def is_swr_basic(registry: str) -> bool:
    """Whether the host belongs to SWR's basic edition. Enterprise Edition (C(swr-pro)) accepts OCI images."""
    return bool(_SWR_BASIC.match(registry))
