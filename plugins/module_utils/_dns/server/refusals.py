# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server's configuration does not allow, found before anything is changed, so that check mode finds it too.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Container, Tuple

from ..errors import DnsError
from ..named.files import NamedFiles
from ..zones.options import ServerSpec
from .layout import Paths


def choose_views(files: NamedFiles, desired: ServerSpec) -> Tuple[str, ...]:
    """The views that are to have the zones, in the server's order; none on a server without views.

    :raises DnsError: views and options do not fit.
    """
    there, wanted = files.views, desired.views
    if there and not wanted:
        raise DnsError(
            "the server has views ({0}), and zones have to be in them".format(", ".join(there)),
            where="views",
            hint="Name the views that are to have the zones.",
        )
    unknown = [view for view in wanted if view not in there]
    if unknown:
        raise DnsError("the server has no view {0}".format(", ".join(unknown)), where="views")
    return tuple(view for view in there if view in wanted)


def refuse_conflicts(
    files: NamedFiles, desired: ServerSpec, paths: Paths, owned: Container[str], views: Tuple[str, ...]
) -> None:
    """
    :param owned: zones of an earlier run.
    :param views: as L(choose_views,#) chose them.
    :raises DnsError: the server has one of the zones already, or lacks what they need.
    """
    _refuse_unknown_acls(files, desired)
    _refuse_zones_of_others(files, desired, paths, owned, views or ("",))


def _refuse_unknown_acls(files: NamedFiles, desired: ServerSpec) -> None:
    """named-checkconf lets them pass, named does not."""
    known = {place.statement.name for place in files.of_kind("acl")}
    for option in ("allow_transfer", "allow_query"):
        elements = [element.lstrip("!") for element in getattr(desired, option)]
        unknown = [name for name in elements if name.startswith('"') and name.strip('"') not in known]
        if unknown:
            raise DnsError(
                "the server has no ACL {0}".format(", ".join(unknown)),
                where=option,
                hint="Define it in the server's configuration, or give addresses.",
            )


def _refuse_zones_of_others(
    files: NamedFiles, desired: ServerSpec, paths: Paths, owned: Container[str], views: Tuple[str, ...]
) -> None:
    names = {zone.name for zone in (*desired.with_data, *desired.forward_zones)}
    included = {
        place.context[1] if place.context else ""
        for place in files.includes
        if any(files.names(place, path) for path in paths.included[:2])
    }
    for name, view, path in files.zones():
        ours = name in owned and view in included
        if name in names and view in views and not ours:
            raise DnsError(
                "the server has a zone of this name already{0}".format(" in the view " + view if view else ""),
                where="{0}, zone {1}".format(path, name),
                hint="Add the addresses to that zone, or take it out, or leave the name out here.",
            )
