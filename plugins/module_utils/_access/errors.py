# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the reachability checks.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from .._errors import LongshoreError
from .._text import safe


class AccessError(LongshoreError):
    """The checks cannot start: an option is invalid."""


class Trouble(Exception):
    """One step of a check failed.

    :param kind: C(dns), C(timeout), C(refused), C(unreachable), C(reset), C(tls), C(certificate), C(http), C(other).
    :param text: a readable description.
    :param code: for C(certificate) OpenSSL's number of the verification error.
    """

    def __init__(self, kind: str, text: str, code: int = 0) -> None:
        self.kind = kind
        self.text = safe(text)
        super().__init__(self.text)
        self.code = code
