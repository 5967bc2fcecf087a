# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all that find images return of them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Optional

from ..._files.safe_file import SafeFile, check_output, read_safely
from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..errors import WorkloadsError
from .rules import Found, Target, find_rules, parse_target, render_images_json
from .table import render_table
from .use import CONTAINER, Use

_REASON = {"reason": str}
_LISTS = {
    "unread": {"namespace": str, "kinds": [str], **_REASON},
    "not_evaluated": {"file": str, **_REASON},
    "problems": {"image": str, "source": str, **_REASON},
    "past_images": str,
}
_RESULT = {
    "images": [{"image": str, "used_by": [str], "running": ([str], None)}],
    **{name: ([shape], None) for name, shape in _LISTS.items()},
}


def show_found(found: Found) -> Dict[str, Any]:
    """The part of a result that is about images."""
    return {
        "images": found.images,
        "rules": found.rules,
        "images_json": found.migrator,
        "not_in_images_json": found.left_out,
        "problems": found.problems,
    }


def combine(results: Any, target: Optional[str]) -> Dict[str, Any]:
    """Several results as one, with one set of rules, so that no two images meet at the target.

    :param results: those of the modules. Those without images, of tasks that were skipped, are ignored.
    :param target: C(registry/organization); None or empty for no rules.
    :raises WorkloadsError: these are no results, or no target.
    """
    given = results if isinstance(results, list) else [results]
    try:
        given = [one for one in given if "images" in check_shape(one, dict, "the result")]
        for one in given:
            check_shape(one, _RESULT)
    except NotUnderstood as problem:
        hint = "Give it the results of image_sources and workload_images."
        raise WorkloadsError(str(problem), hint=hint) from None
    found = find_rules(_uses(given), parse_target(target) if target else None)
    lists = {name: _once(item for one in given for item in one.get(name) or ()) for name in _LISTS}
    found.problems[:0] = lists.pop("problems")
    result = {**show_found(found), **lists}
    return {**result, "table": render_table(found.images), "notes": list(_notes(result))}


def _uses(results: Iterable[Any]) -> Iterator[Use]:
    for entry in (entry for one in results for entry in one["images"]):
        running = ", ".join(entry.get("running") or ())
        for user in entry["used_by"]:
            yield Use(entry["image"], CONTAINER, user, running=running)


def _once(items: Iterable[Any]) -> List[Any]:
    found: List[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _notes(result: Dict[str, Any]) -> Iterator[str]:
    """What is not known, or has no rule."""
    for one in result["unread"]:
        place = "in the namespace {0}".format(one["namespace"]) if one["namespace"] else "in the cluster"
        yield "not read {0}: {1}: {2}".format(place, ", ".join(one["kinds"]), one["reason"])
    for one in result["not_evaluated"]:
        yield "not evaluated: {0}: {1}".format(one["file"], one["reason"])
    for one in result["problems"]:
        yield "no rule for {0} ({1}): {2}".format(one["image"], one["source"], one["reason"])
    for one in result["not_in_images_json"]:
        yield "not in images.json: {0}: {1}".format(one["image"], one["reason"])
    if result["past_images"]:
        yield "only in earlier revisions, and without a rule: {0}".format(", ".join(result["past_images"]))


def parse_output(target: Optional[str], dest: Optional[str]) -> Optional[Target]:
    """The target, and whether the rules for it can be written.

    :raises LongshoreError: the target is not valid or missing, or the file cannot be written.
    """
    parsed = parse_target(target) if target else None
    if dest and parsed is None:
        raise WorkloadsError("it needs a target", where="dest", hint="Set target to registry/organization.")
    if dest:
        check_output("dest", dest)
    return parsed


def write_images_json(path: str, found: Found, check_mode: bool) -> bool:
    """Write an C(images.json) unless it has this content; whether it had another."""
    wanted = render_images_json(found.migrator).encode("utf-8")
    if read_safely(path) == wanted:
        return False
    if not check_mode:
        with SafeFile(path) as file:
            file.replace((wanted,))
    return True
