# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of the module C(workload_images).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

from ..._text import one_line
from ..model.outcome import outcome_of
from ..model.rules import parse_target
from .client import ClusterClient
from .custom_rules import CustomRules
from .gather import Gatherer, IncompleteError, Scope


def gather(params: Mapping[str, Any], connect: Callable[[], ClusterClient]) -> Dict[str, Any]:
    """Find the images of a cluster's workloads.

    :param params: the options of the module.
    :param connect: creates the client, once the options are known to be valid.
    :raises WorkloadsError: an option is invalid, or the cluster cannot be read.
    """
    target = parse_target(params["target"]) if params["target"] else None
    rules = CustomRules(params["custom_images"], params["fields"])
    scope = Scope(params["namespaces"], params["label_selectors"], params["custom_resources"])
    client = connect()
    try:
        found = Gatherer(client, scope, rules).run()
    except IncompleteError as error:
        failure = {"failed": True, "msg": str(error), "error": error.as_dict(), "missing": list(error.missing)}
        return {**failure, "warnings": []}
    result = outcome_of(found.uses, target)
    result.update(cluster=client.name, past_images=found.past, unread=found.unread, warnings=_warnings(found.unread))
    return {"changed": False, **result}


def _warnings(unread: Sequence[Mapping[str, Any]]) -> List[str]:
    """One for each namespace that was not read, or not completely."""
    text = "Not read{0}: {1} ({2})"
    return [
        text.format(
            " in namespace " + entry["namespace"] if entry["namespace"] else "",
            ", ".join(entry["kinds"]),
            one_line(entry["reason"], 300),
        )
        for entry in unread
    ]
