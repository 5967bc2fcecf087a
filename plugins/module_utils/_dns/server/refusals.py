# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conflicts with a server's configuration, found before any change, so that check mode reports them too.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Container, Tuple

from ..errors import DnsError
from ..named.access import permits
from ..named.files import OPTIONS, NamedFiles
from ..named.programs import Named
from ..named.syntax import parse
from ..zones.options import ServerSpec
from .layout import Paths


def choose_views(files: NamedFiles, desired: ServerSpec) -> Tuple[str, ...]:
    """The views to put the zones in, in the server's order; none on a server without views.

    :raises DnsError: views and options do not match.
    """
    there, wanted = files.views, desired.views
    if there and not wanted:
        raise DnsError(
            "the server has views ({0}), so zones must be in views".format(", ".join(there)),
            where="views",
            hint="List the views that get the zones.",
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
    :raises DnsError: the server already has one of the zones, or lacks something they need.
    """
    _refuse_unknown_acls(files, desired)
    _refuse_options_of_others(files, desired, paths, views)
    _refuse_zones_of_others(files, desired, paths, owned, views or ("",))


def refuse_added_zones(named: Named, desired: ServerSpec, owned: Container[str], views: Tuple[str, ...]) -> None:
    """
    :raises DnsError: the server already has one of the zones, not from a file.
    """
    for zone in desired.with_data:
        if zone.name not in owned and any(named.was_added(zone.name, view) for view in views or ("",)):
            raise DnsError(
                "the server already has a zone of this name, which is in no file: it was added at run time",
                where="zone " + zone.name,
                hint='Remove it with "rndc delzone {0}", or from the catalog zone that it is in.'.format(zone.name),
            )


def refuse_unanswered(files: NamedFiles, desired: ServerSpec, address: str) -> None:
    """
    :param address: the address that queries come from.
    :raises DnsError: the server would not answer.
    """
    # A policy also applies to answers from other servers.
    kinds = {"allow-query": bool(desired.rpz or not desired.allow_query), "allow-recursion": bool(desired.rpz)}
    rules = [(place.path, place.statement) for kind in kinds if kinds[kind] for place in files.of_kind(kind, OPTIONS)]
    if desired.zones and desired.allow_query:
        written = "allow-query {{ {0} }};".format("".join(item + ";" for item in desired.allow_query))
        rules.append(("allow_query", parse(written)[0]))
    for where, rule in rules if desired.with_data else ():
        if permits(rule.body, address, files.acls()) is False:
            raise DnsError(
                "the server must be queried for the names, but would not answer {0} ({1})".format(address, rule.kind),
                where=where,
                hint="Add localhost there, or set query to false (bind_query of the role).",
            )


def _refuse_options_of_others(files: NamedFiles, desired: ServerSpec, paths: Paths, views: Tuple[str, ...]) -> None:
    """The server takes each of these once: ours would be a duplicate, or a view's would hide it."""
    ours = os.path.realpath(paths.options)
    contexts = (OPTIONS, *(("view", view) for view in views))
    for kind, option, wanted in (
        ("response-policy", "rpz", desired.rpz),
        ("validate-except", "validate_except", desired.validate_except),
    ):
        there = [place for place in files.of_kind(kind, *contexts) if place.path != ours]
        if wanted and there:
            raise DnsError(
                "the server already has the option {0}".format(kind),
                where="{0}: {1}".format(option, there[0].path),
                hint="Add the values of {0} there, and leave {0} out here.".format(option),
            )


def _refuse_unknown_acls(files: NamedFiles, desired: ServerSpec) -> None:
    """named-checkconf accepts them, named does not."""
    known = files.acls()
    for option in ("allow_transfer", "allow_query"):
        elements = [element.lstrip("!") for element in getattr(desired, option)]
        unknown = [name for name in elements if name.startswith('"') and name.strip('"') not in known]
        if unknown:
            raise DnsError(
                "the server has no ACL {0}".format(", ".join(unknown)),
                where=option,
                hint="Define it in the server's configuration, or use addresses.",
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
                "the server already has a zone of this name{0}".format(" in the view " + view if view else ""),
                where="{0}, zone {1}".format(path, name),
                hint="Add the addresses to that zone, remove it, or leave the name out here.",
            )
