# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all that find images return of them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, Optional

from ..._files.safe_file import SafeFile, check_output, read_safely
from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..errors import WorkloadsError
from .rules import Found, Target, find_rules, parse_target, render_images_json
from .table import render_table
from .use import CONTAINER, Use

_IMAGES = [{"image": str, "used_by": [str], "running": ([str], None)}]


def show_found(found: Found) -> Dict[str, Any]:
    """The part of a result that is about images."""
    return {
        "images": found.images,
        "rules": found.rules,
        "images_json": found.migrator,
        "not_in_images_json": found.left_out,
        "problems": found.problems,
    }


def combine(images: Any, target: Optional[str]) -> Dict[str, Any]:
    """The images of several results as those of one, with one set of rules, so that no two meet at the target.

    :param images: the images in all results.
    :param target: C(registry/organization); None or empty for no rules.
    :raises WorkloadsError: these are no images of results, or no target.
    """
    try:
        check_shape(images, _IMAGES, "images")
    except NotUnderstood as problem:
        hint = "Give it the images of image_sources and workload_images."
        raise WorkloadsError(str(problem), hint=hint) from None
    found = find_rules(_uses(images), parse_target(target) if target else None)
    return {**show_found(found), "table": render_table(found.images)}


def _uses(images: Iterable[Any]) -> Iterator[Use]:
    for entry in images:
        running = ", ".join(entry.get("running") or ())
        for user in entry["used_by"]:
            yield Use(entry["image"], CONTAINER, user, running=running)


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
