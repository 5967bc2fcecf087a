# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check is.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Tuple

from ..results import Result


class Check:
    """One question about the way from the node to SWR.

    :cvar id: its name in options and results.
    :cvar depends_on: checks without whose success the question makes no sense: it is skipped then.
    :cvar after: checks that have to be over before, however they ended.
    """

    id = ""
    depends_on: Tuple[str, ...] = ()
    after: Tuple[str, ...] = ()

    def run(self, context: Any) -> Result:
        """The finding.

        :raises Trouble: a step did not work; the finding is made of it with C(hint).
        """
        raise AssertionError("a check without a question")
