# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs that can be merged with their constraints, and the limits of numbers.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Sequence, Tuple

from ._errors import LongshoreError


@dataclass(frozen=True)
class Arguments:
    """Options of a module and their constraints, in C(AnsibleModule)'s form."""

    argument_spec: Mapping[str, Any] = field(default_factory=dict)
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_one_of: Sequence[Sequence[str]] = ()
    required_together: Sequence[Sequence[str]] = ()
    required_if: Sequence[Sequence[Any]] = ()

    def __add__(self, other: Arguments) -> Arguments:
        """The options and constraints of both. If both have an option, the second one wins."""
        return Arguments(
            {**self.argument_spec, **other.argument_spec},
            [*self.mutually_exclusive, *other.mutually_exclusive],
            [*self.required_one_of, *other.required_one_of],
            [*self.required_together, *other.required_together],
            [*self.required_if, *other.required_if],
        )

    def kwargs(self) -> Dict[str, Any]:
        """The keyword arguments for C(AnsibleModule)."""
        return {name: value for name, value in vars(self).items() if value}


def check_ranges(options: Mapping[str, Any], limits: Mapping[str, Tuple[float, float]]) -> None:
    """Reject numbers out of range, including infinity and NaN.

    :param limits: the minimum and maximum of each option. Missing and unset ones are ignored.
    :raises LongshoreError: a number is out of range.
    """
    for name, (least, most) in limits.items():
        if options.get(name) is not None and not least <= options[name] <= most:
            raise LongshoreError(
                "{0} is out of range".format(options[name]),
                where=name,
                hint="Give a number from {0} to {1}.".format(least, most),
            )
