# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses the host that creates a login for all hosts of a play that need the same one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence


def makers_of(
    batch: Sequence[str], hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]], limit: str
) -> Dict[str, str]:
    """The host that creates the login, by the key of the login's options.

    A host that has already created one, as in an earlier batch, comes first, else the first one in the batch that needs
    one.

    :param batch: the hosts in the current batch.
    :param hosts: all hosts of the play.
    :param hostvars: of each host: C(__login_shared), the login created (C(key), and C(until) as ISO 8601 in UTC),
        whether it needs one (C(__login_due)), and with which options (C(__login_key)).
    :param limit: a login that expires earlier is not used.
    """
    makers: Dict[str, str] = {}
    for host in hosts:
        shared = hostvars[host].get("__login_shared") or {}
        # As text, which sorts by time.
        if str(shared.get("until") or "") > limit:
            makers.setdefault(str(shared["key"]), host)
    for host in batch:
        if hostvars[host].get("__login_due"):
            makers.setdefault(str(hostvars[host]["__login_key"]), host)
    return makers
