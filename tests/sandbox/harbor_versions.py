# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of Harbor, and what is different between them."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)\Z")
NEWEST = (2, 15)


class Version:
    """A version that the stand-in can play.

    :param text: C(1.10.5) to C(1.10.19), C(2.3.0) to C(2.15.x).
    :raises ValueError: any other. Versions 2.0 to 2.2 have a mixture of both APIs, which nobody has calibrated.
    """

    def __init__(self, text: str) -> None:
        found = _VERSION.match(text)
        self.number = tuple(int(part) for part in found.groups()) if found else (0, 0, 0)
        if self.number[:2] != (1, 10) and not (2, 3) <= self.number[:2] <= NEWEST:
            raise ValueError("version: {0!r} is neither 1.10.x nor 2.3.x to {1}.{2}.x".format(text, *NEWEST))
        self.text = ".".join(str(part) for part in self.number)

    def at_least(self, *wanted: int) -> bool:
        return self.number >= wanted

    @property
    def modern(self) -> bool:
        """Whether it is 2.x, with the API that the OpenAPI tools made."""
        return self.number[0] >= 2

    @property
    def base(self) -> str:
        """The path of the API."""
        return "/api/v2.0" if self.modern else "/api"

    @property
    def build(self) -> str:
        """As the API tells it."""
        return "v{0}-0123abcd".format(self.text)

    @property
    def version_for_anybody(self) -> bool:
        """Whether C(systeminfo) tells the version to those who are not logged in."""
        return not self.at_least(2, 13)

    @property
    def chunked_copies(self) -> bool:
        return self.at_least(2, 7)

    @property
    def single_active(self) -> bool:
        return self.at_least(2, 14)

    @property
    def own_certificates(self) -> bool:
        """Whether a registry may have a certificate authority of its own."""
        return self.at_least(2, 15)

    @property
    def filters_resources(self) -> bool:
        """Whether the filter C(resource) does anything."""
        return not self.at_least(2, 8)

    @property
    def nested_braces(self) -> bool:
        """Whether patterns may have slashes and braces within braces (doublestar 1.3.4 instead of 1.1.1)."""
        return self.at_least(2, 10, 3) or (2, 9, 5) <= self.number < (2, 10)

    @property
    def lags(self) -> bool:
        """Whether an execution's status follows its tasks with a delay."""
        return self.at_least(2, 8)

    @property
    def checks_permissions(self) -> bool:
        """Whether the permissions of a robot account must be ones that exist."""
        return self.at_least(2, 10)
