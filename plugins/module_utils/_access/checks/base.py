# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base class of all checks.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Tuple

from ..results import Result


class Check:
    """One check of the path from the node to SWR.

    :cvar id: its name in options and results.
    :cvar depends_on: checks that must pass first; otherwise this one is skipped.
    :cvar after: checks that must have finished first, with any result.
    """

    id = ""
    depends_on: Tuple[str, ...] = ()
    after: Tuple[str, ...] = ()

    def run(self, context: Any) -> Result:
        """Run the check.

        :raises Trouble: a step failed; the result is built from it and C(hint).
        """
        raise AssertionError("a check without a question")
