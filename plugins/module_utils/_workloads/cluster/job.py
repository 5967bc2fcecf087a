# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facade of the module C(workload_images).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

from ..._text import one_line
from ..model.outcome import parse_output, show_found, write_images_json
from ..model.rules import find_rules
from ..model.table import render_table
from ..model.use import Use
from .client import ClusterClient
from .custom_rules import CustomRules
from .gather import Gatherer
from .reader import IncompleteError, Scope

MOST_SHOWN = 500
"""References and reasons in a result; AWX drops a result that is too large."""


def run_gathering(params: Mapping[str, Any], connect: Callable[[], ClusterClient], check_mode: bool) -> Dict[str, Any]:
    """Find the images of a cluster's workloads, and the rules that copy them.

    :param params: the options of the module.
    :param connect: creates the client, once the options are known to be valid.
    :raises LongshoreError: an option is invalid, or the cluster cannot be read.
    """
    target = parse_output(params["target"], params["dest"])
    rules = CustomRules(params["custom_images"], params["resource_fields"])
    scope = Scope(params["namespaces"], params["label_selectors"], params["custom_resources"])
    client = connect()
    try:
        gathered = Gatherer(client, scope, rules).run()
    except IncompleteError as error:
        return failure_of(error)
    found = find_rules(gathered.uses, target)
    text = "{0} images in {1} references, in {2}; {3} to copy"
    result = {
        "changed": bool(params["dest"]) and write_images_json(params["dest"], found, check_mode),
        "msg": text.format(len(found.images), len(gathered.uses), client.name, len(found.rules)),
        "cluster": client.name,
        **show_found(found),
        "references": [_shown(use) for use in gathered.uses[:MOST_SHOWN]],
        "references_total": len(gathered.uses),
        "past_images": gathered.past,
        "unread": gathered.unread[:MOST_SHOWN],
        "table": render_table(found.images),
        "warnings": warnings_of(gathered.unread),
    }
    return {**result, "dest": params["dest"]} if params["dest"] else result


def failure_of(error: IncompleteError) -> Dict[str, Any]:
    """The result when a cluster could not be read to the end."""
    failure = {"failed": True, "msg": str(error), "error": error.as_dict(), "missing": list(error.missing)}
    return {**failure, "warnings": []}


def _shown(use: Use) -> Dict[str, Any]:
    return {
        "owner": use.owner,
        "manager": use.manager,
        "path": use.path,
        "container": use.container,
        "kind": use.kind,
        "image": use.image,
        "running": [one for one in use.running.split(", ") if one],
        "editable": use.editable,
        "note": use.reason,
    }


def warnings_of(unread: Sequence[Mapping[str, Any]]) -> List[str]:
    """One for what was not read, however many namespaces it is."""
    if not unread:
        return []
    first = unread[0]
    text = "{0} not read{1}: {2}. All that was not read is in the result as unread."
    place = " in the namespace {0}{1}".format(
        first["namespace"], " and {0} more".format(len(unread) - 1) if len(unread) > 1 else ""
    )
    kinds = ", ".join(first["kinds"][:20]) + (" ..." if len(first["kinds"]) > 20 else "")
    return [text.format(kinds, place if first["namespace"] else "", one_line(first["reason"], 300))]
