# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects two rooms for modules that copy images: the copy engine, and SWR's API for its lists.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Optional

from ._module import redactor_of
from ._registry.model.swr import is_swr_basic
from ._registry.run.tag_listing import Lister, ListerFor, check_endpoints


def tag_listers(module: Any) -> ListerFor:
    """A function that returns the lister of an SWR's tags with digests, by the module's options, or None.

    :raises LongshoreError: an endpoint is not valid.
    """
    params = module.params
    check_endpoints(params["tag_listing_endpoints"])

    def lister_for(registry: str) -> Optional[Lister]:
        known = is_swr_basic(registry) or registry in params["tag_listing_endpoints"]
        if params["tag_listing"] == "never" or not known:
            return None
        # Only here: its dependency (requests) takes longer to import than everything else.
        from ._huaweicloud.swr.tag_listing import lister_of

        return lister_of(registry, params, os.environ, redactor_of(module))

    return lister_for
