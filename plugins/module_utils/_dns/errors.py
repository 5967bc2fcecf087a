# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This module is private to the collection: no other collection may import it."""

from __future__ import annotations

from .._errors import LongshoreError


class DnsError(LongshoreError):
    """A zone cannot be rendered, or a file is not the collection's."""
