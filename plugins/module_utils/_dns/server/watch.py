# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what a server serves with the desired state.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import time
from typing import Callable, Dict, Iterable, Mapping, Optional, Sequence, Tuple

from ..client import DnsReply
from ..errors import DnsError
from ..named.programs import Named
from ..zones.options import ServerSpec, ZoneSpec
from ..zones.serial import is_later

_PAUSE = 0.2
_REFRESH_EVERY = 2.0


class Watch:
    """Observes a server.

    :param ask: queries it for addresses; None if it would not answer this host from the correct view.
    :param timeout: seconds within which the server must serve the desired state.
    :ivar view: the view that has the zones, empty for none.
    :ivar serials: the zones' desired serials; None on a secondary.
    """

    def __init__(
        self, desired: ServerSpec, named: Named, ask: Optional[Callable[[str, str], DnsReply]], timeout: float
    ) -> None:
        self._desired = desired
        self._named = named
        self._ask = ask
        self._timeout = timeout
        self.view = ""
        self.serials: Dict[str, Optional[int]] = {}

    def serial(self, name: str) -> Optional[int]:
        """The serial being served, None if the zone is not loaded."""
        return self._named.serial(name, self.view)

    def stale(self, ask: bool) -> Tuple[str, ...]:
        """The zones that the server does not serve as desired.

        :param ask: whether to query names too, not only serials.
        """
        return tuple(zone.name for zone in self._desired.with_data if self._problem(zone, ask))

    def await_served(self, gone: Sequence[str]) -> None:
        """Wait until the server serves the desired state.

        :param gone: zones that it must no longer serve.
        :raises DnsError: it does not in time.
        """
        self._await(lambda: self._all_served(gone))

    def answers(self, names: Iterable[str]) -> Dict[str, DnsReply]:
        """The server's current answers, for a later comparison."""
        found = {}
        for name in names if self._ask else ():
            with contextlib.suppress(DnsError):
                found[name] = self._ask(name, "A")
        return found

    def await_answers(self, before: Mapping[str, DnsReply]) -> None:
        """Wait until the server gives its earlier answers again.

        :raises DnsError: it does not in time.
        """
        self._await(lambda: self._differing(before))

    def _problem(self, zone: ZoneSpec, ask: bool = True) -> Optional[str]:
        """Why the server does not serve a zone as desired, None if it does."""
        serial, wanted = self.serial(zone.name), self.serials[zone.name]
        if serial is None:
            return "the zone {0} is not loaded".format(zone.name)
        if wanted is not None and serial != wanted:
            return "the zone {0} has the serial {1}, not {2}".format(zone.name, serial, wanted)
        # A secondary may already be past the awaited serial.
        awaited = zone.serial if zone.zone is None else None
        if awaited not in (None, serial) and not is_later(serial, awaited):
            return "the zone {0} has the serial {1}, not {2} or later".format(zone.name, serial, awaited)
        for name, addresses in zone.asked if self._ask and ask else ():
            problem = self._wrong_answer(name, addresses)
            if problem:
                return problem
        return None

    def _wrong_answer(self, name: str, addresses: Optional[Tuple[str, ...]]) -> Optional[str]:
        replies = [self._ask(name, kind) for kind in ("A", "AAAA")]
        found = tuple(sorted(address for reply in replies for address in reply.addresses))
        rcodes = [reply.rcode for reply in replies if reply.rcode != "NOERROR"]
        if rcodes:
            return "the server answers {0} for {1}".format(rcodes[0], name)
        if not found if addresses is None else found != addresses:
            return "the server resolves {0} to {1}, not {2}".format(
                name, ", ".join(found) or "nowhere", ", ".join(addresses or ("an address",))
            )
        return None

    def _await(self, problem: Callable[[], Optional[str]]) -> None:
        deadline = time.monotonic() + self._timeout
        refreshed = time.monotonic()
        while True:
            try:
                found, where = problem(), None
            except DnsError as error:
                found, where = error.what, error.where
            if not found:
                return
            if time.monotonic() > deadline:
                raise DnsError(found, where=where, hint="See the log of named.")
            if self._desired.kind == "secondary" and time.monotonic() - refreshed > _REFRESH_EVERY:
                refreshed = time.monotonic()
                for zone in self._desired.zones:
                    # A zone that is not loaded yet cannot be refreshed; if it stays so, the code above reports it.
                    with contextlib.suppress(DnsError):
                        self._named.refresh(zone.name, self.view)
            time.sleep(_PAUSE)

    def _all_served(self, gone: Sequence[str]) -> Optional[str]:
        for zone in self._desired.with_data:
            problem = self._problem(zone)
            if problem:
                return problem
        for name in gone:
            if self.serial(name) is not None:
                return "the zone {0} is still there".format(name)
        return None

    def _differing(self, before: Mapping[str, DnsReply]) -> Optional[str]:
        for name, reply in before.items():
            now = self._ask(name, "A")
            if now != reply:
                return "{0} is {1} now".format(name, ", ".join(now.addresses) or now.rcode)
        return None
