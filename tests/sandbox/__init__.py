# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for registries and clouds that tests, the demo and users' Molecule scenarios talk to."""

from __future__ import annotations

from .auth import BasicAuth, BearerAuth, NoAuth, Permission, User
from .faults import Fault
from .harbor import HarborServer
from .registry import Registry
from .swr import Swr
from .tls import Certificates

__all__ = [
    "BasicAuth",
    "BearerAuth",
    "Certificates",
    "Fault",
    "HarborServer",
    "NoAuth",
    "Permission",
    "Registry",
    "Swr",
    "User",
]
