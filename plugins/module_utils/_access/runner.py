# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the checks: each once its predecessors are done, independent ones in parallel.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from .._text import safe
from .checks.base import Check
from .checks.blobs import ObsDns, ObsGet
from .checks.connection import Chain, Expiry, Mtu, Name, Skew, Tcp
from .checks.names import HostsConflict, Nss, Servers
from .checks.node import Proxy
from .checks.registry import V2, Manifest, Realm, Redirect, Token
from .context import Context
from .deadline import Deadline
from .errors import AccessError, Trouble
from .results import FAIL, SKIP, Result, failed, skipped

CHECKS: Tuple[Check, ...] = (
    HostsConflict(),
    Nss(),
    Servers(),
    Tcp(),
    Chain(),
    Name(),
    Expiry(),
    V2(),
    Realm(),
    Token(),
    Manifest(),
    Redirect(),
    ObsDns(),
    ObsGet(),
    Mtu(),
    Skew(),
    Proxy(),
)
CHECK_IDS = tuple(check.id for check in CHECKS)

_HINTS = {
    "dns": "The name does not resolve: see dns.nss and blob.obs_dns.",
    "timeout": "Packets are dropped on the way: check firewalls, routes, security groups and endpoint policies.",
    "refused": "Nothing listens there: check the address.",
    "reset": "The server, or something on the way, closes connections: look for a firewall that inspects TLS.",
    "unreachable": "The node has no route: check the routes over VPN or Direct Connect.",
    "certificate": "The server's certificate is not valid: set access_check_ca_path to its authority, or look for "
    "something on the way that presents its own.",
    "tls": "The server, or something on the way, does not speak TLS correctly: check the port, and look for a "
    "proxy or a firewall on the way.",
    "http": "Something other than SWR and OBS answers: look for a proxy or a portal on the way.",
}
_DEFECT_HINT = "This is a defect of the collection: report it with this message."
_LATE_HINT = "Something answers very slowly: see which checks took longest, or raise access_check_time_limit."


def select(wanted: Iterable[str], checks: Sequence[Check] = CHECKS) -> List[Check]:
    """The checks with these ids and all that they depend on, in their usual order; all checks if no id is given.

    :raises AccessError: an id is unknown.
    """
    names = list(wanted)
    by_id = {check.id: check for check in checks}
    unknown = sorted(set(names) - set(by_id))
    if unknown:
        raise AccessError(
            "unknown check {0}".format(", ".join(unknown)),
            where="checks",
            hint="The checks are {0}.".format(", ".join(by_id)),
        )
    taken: Dict[str, Check] = {}

    def take(name: str) -> None:
        if name not in taken:
            taken[name] = by_id[name]
            for other in by_id[name].depends_on:
                take(other)

    for name in names or by_id:
        take(name)
    return [check for check in checks if check.id in taken]


class _Run:
    """The state of one run: which checks are done."""

    def __init__(self, context: Any, checks: Sequence[Check]) -> None:
        self._context = context
        self._checks = checks
        self._lock = threading.Lock()
        self._results: Dict[str, Result] = {}
        self._over = {check.id: threading.Event() for check in checks}

    def results(self, seconds: float) -> List[Result]:
        deadline = Deadline(seconds)
        for check in self._checks:
            threading.Thread(target=self._carry_out, args=(check,), name=check.id, daemon=True).start()
        for event in self._over.values():
            event.wait(max(0.0, deadline.remaining()))
        with self._lock:
            found = dict(self._results)
        return [found.get(check.id) or self._late(check, found, seconds) for check in self._checks]

    def _carry_out(self, check: Check) -> None:
        for name in (*check.depends_on, *check.after):
            if name in self._over:
                self._over[name].wait()
        with self._lock:
            blocked = _blocked(check, self._results)
        begun = time.monotonic()
        result = blocked or self._ask(check)
        spent = int(1000 * (time.monotonic() - begun))
        with self._lock:
            self._results[check.id] = result.on(id=check.id, depends_on=check.depends_on, duration_ms=spent)
        self._over[check.id].set()

    def _ask(self, check: Check) -> Result:
        try:
            return check.run(self._context)
        except Trouble as trouble:
            return failed(trouble.text, _HINTS.get(trouble.kind, ""), target=self._context.options.host)
        except AccessError as error:
            return failed(safe(error.what), error.hint or "", target=self._context.options.host)
        except Exception as error:  # noqa: BLE001
            # The other checks are still useful. The text may contain a server's data.
            text = "the check itself failed: {0}: {1}".format(type(error).__name__, safe(error, 200))
            return failed(text, _DEFECT_HINT, target=self._context.options.host)

    def _late(self, check: Check, found: Dict[str, Result], seconds: float) -> Result:
        waiting = [name for name in (*check.depends_on, *check.after) if name in self._over and name not in found]
        if waiting:
            result = skipped("not run: {0} did not finish".format(", ".join(waiting)))
        else:
            result = failed("not finished within {0:g} seconds".format(seconds), _LATE_HINT)
        return result.on(id=check.id, depends_on=check.depends_on, duration_ms=int(1000 * seconds))


def _blocked(check: Check, results: Dict[str, Result]) -> Any:
    """Why a check must be skipped, None if it need not be."""
    bad = [name for name in check.depends_on if results[name].status in (FAIL, SKIP)]
    if not bad:
        return None
    verb = "failed" if results[bad[0]].status == FAIL else "was skipped"
    return skipped("not run: {0} {1}".format(bad[0], verb))


def run_checks(context: Context, checks: Sequence[Check] = CHECKS) -> List[Result]:
    """The results of the selected checks, in the usual order.

    :raises AccessError: the options name a check that does not exist.
    """
    chosen = select(context.options.checks, checks)
    return _Run(context, chosen).results(context.options.time_limit)
