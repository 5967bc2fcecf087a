# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that find images return, and what is made of the results of several.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Dict, Mapping, Optional, Sequence

from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..errors import WorkloadsError
from .rules import Target, find_rules, render_images_json
from .table import render_table
from .use import Use

_NAMES = frozenset(field.name for field in fields(Use))
_SHAPE = [{"image": str, "kind": str, "source": str}]


def outcome_of(uses: Sequence[Use], target: Optional[Target]) -> Dict[str, Any]:
    """The uses, and the rules for their images, as a result for Ansible.

    :param target: None to make no rules.
    """
    found = find_rules(uses, target)
    return {
        "uses": [show_use(use) for use in uses],
        "images": found.images,
        "rules": found.rules,
        "images_json": render_images_json(found.migrator),
        "left_out": found.left_out,
        "problems": found.problems,
        "table": render_table(uses),
    }


def show_use(use: Use) -> Dict[str, Any]:
    """A use as data, without what is not known."""
    return {name: value for name, value in asdict(use).items() if value not in ("", None)}


def read_uses(values: Any) -> Sequence[Use]:
    """The uses in one or several results.

    :raises WorkloadsError: it is no list of uses.
    """
    try:
        check_shape(values, _SHAPE)
        return [_use(value) for value in values]
    except (NotUnderstood, TypeError) as problem:
        raise WorkloadsError(
            "it is no list of uses: {0}".format(problem), hint="Give the uses of image_sources or workload_images."
        ) from None


def _use(value: Mapping[str, Any]) -> Use:
    return Use(**{name: item for name, item in value.items() if name in _NAMES})
