# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serial numbers of zones: 32 bits that wrap around (RFC 1982).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Optional

from ..errors import DnsError

BITS = 32
MODULUS = 2**BITS
HALF = 2 ** (BITS - 1)


def check_serial(serial: Any, where: str) -> Optional[int]:
    """Check a serial from an option, None for none.

    :raises DnsError: it is not a valid serial (RFC 1035, section 3.3.13); to some servers, zero means none.
    """
    if serial is not None and (isinstance(serial, bool) or not isinstance(serial, int) or not 0 < serial < MODULUS):
        raise DnsError("invalid serial {0}".format(serial), where=where, hint="Use 1 to {0}.".format(MODULUS - 1))
    return serial


def is_later(serial: int, other: int) -> bool:
    """Whether C(serial) is later than C(other) (RFC 1982, section 3.2)."""
    return serial != other and (serial - other) % MODULUS < HALF


def following(previous: Optional[int], now: float) -> int:
    """The serial of a changed zone: the time if that is later than the previous serial, else one more.

    So secondaries see the change even if the clock went back or the zone counts differently.

    :param previous: the previous serial, None for a new zone.
    :param now: seconds since the epoch.
    """
    moment = int(now) % MODULUS
    if previous is None or is_later(moment, previous):
        return moment or 1
    # Zero means "no serial yet" to some servers.
    return (previous + 1) % MODULUS or 1
