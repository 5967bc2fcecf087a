# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of Harbor, and their features.

Harbor silently ignores unknown fields in a request, so an unsupported option must be detected
beforehand.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Optional, Tuple

from ..errors import HarborError

# The first version with the feature in its OpenAPI description.
FEATURES = {
    "dest_namespace_replace_count": (2, 3),
    "speed": (2, 4),
    "decoration": (2, 4),
    "copy_by_chunk": (2, 7),
    "single_active_replication": (2, 14),
    "ca_certificate": (2, 15),
    "robots": (2, 2),
}
_VERSION = re.compile(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9])")


class HarborVersion:
    """The version of one Harbor.

    Custom builds may not know their version (C(-)). Then only the API is known: that of 1.x has no later
    features; that of 2.x may have all, and reading back shows what it ignored.

    :ivar text: as Harbor writes it, such as C(v2.9.5-e8b44df6).
    :ivar api: C(v2.0), or C(1.x).
    """

    def __init__(self, text: str, api: str = "v2.0") -> None:
        self.text = text
        self.api = api
        found = _VERSION.match(text)
        self.number: Optional[Tuple[int, int, int]] = None
        if found:
            self.number = (int(found.group(1)), int(found.group(2)), int(found.group(3) or 0))

    def __str__(self) -> str:
        return self.text if self.known else "of unknown version, API {0}".format(self.api)

    @property
    def known(self) -> bool:
        return self.number is not None

    @property
    def is_1x(self) -> bool:
        """Whether it has the API of 1.10, without C(/v2.0) in its paths."""
        return self.api == "1.x"

    def at_least(self, *wanted: int) -> bool:
        """Whether it is, or if unknown may be, this version or a newer one."""
        if self.number is None:
            return not self.is_1x or wanted < (2,)
        return self.number >= wanted

    @property
    def nested_braces(self) -> bool:
        """Whether braces in patterns may contain slashes, braces and empty options: since 2.11, 2.10.3 and 2.9.5."""
        return self.at_least(2, 10, 3) or (self.at_least(2, 9, 5) and not self.at_least(2, 10))

    def supports(self, feature: str) -> bool:
        """Whether it has, or if unknown may have, a feature of C(FEATURES)."""
        return self.at_least(*FEATURES[feature])

    def require(self, feature: str, option: Optional[str] = None) -> None:
        """
        :param feature: one of C(FEATURES).
        :param option: the name of the option that needs it, if different.
        :raises HarborError: this version does not have it.
        """
        if not self.supports(feature):
            raise HarborError(
                "this needs Harbor {0}.{1} or later, and this is {2}".format(*FEATURES[feature], self),
                where=option or feature,
                hint="Leave the option out, or upgrade Harbor.",
            )
