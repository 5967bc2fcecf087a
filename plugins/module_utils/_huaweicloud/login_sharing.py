# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login for the hosts of a play that need the same: which host makes it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence


def makers_of(
    batch: Sequence[str], hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]], limit: str
) -> Dict[str, str]:
    """The host that makes the login, by the key of the options that it is made with.

    A host that has made one already, as in an earlier batch, comes first, else the first host of the batch that needs
    one.

    :param batch: the hosts that are worked on now.
    :param hosts: all hosts of the play.
    :param hostvars: of each host: C(__login_shared), the login that it made (C(key), and C(until) as ISO 8601 in UTC),
        and whether it needs one (C(__login_due)) of which options (C(__login_key)).
    :param limit: a login that ends earlier is of no use.
    """
    makers: Dict[str, str] = {}
    for host in hosts:
        shared = hostvars[host].get("__login_shared") or {}
        # As text, whose order is that of time.
        if str(shared.get("until") or "") > limit:
            makers.setdefault(str(shared["key"]), host)
    for host in batch:
        if hostvars[host].get("__login_due"):
            makers.setdefault(str(hostvars[host]["__login_key"]), host)
    return makers
