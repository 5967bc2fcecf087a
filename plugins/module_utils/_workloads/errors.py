# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of this room.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from .._errors import LongshoreError


class WorkloadsError(LongshoreError):
    """Images that workloads use cannot be found, or references to them cannot be changed."""


class ForbiddenError(WorkloadsError):
    """A cluster does not let the user read something."""


class GoneError(WorkloadsError):
    """A list in a cluster became too old before its last page was read."""


class TooLargeError(WorkloadsError):
    """A reply is larger than any that is read."""


class ConflictError(WorkloadsError):
    """A cluster does not make a change: the object is no longer what it was, or may not become what it would."""
