# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of the collection. A module on a node cannot read C(galaxy.yml); a test compares the two.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

VERSION = "1.0.0"
