# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs that merge together with their constraints.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Sequence


@dataclass(frozen=True)
class Arguments:
    """Options of a module, and what must hold among them; each part as C(AnsibleModule) takes it."""

    argument_spec: Mapping[str, Any] = field(default_factory=dict)
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_one_of: Sequence[Sequence[str]] = ()
    required_together: Sequence[Sequence[str]] = ()
    required_if: Sequence[Sequence[Any]] = ()

    def __add__(self, other: Arguments) -> Arguments:
        """The options and constraints of both. Where both have an option, the second one stands."""
        return Arguments(
            {**self.argument_spec, **other.argument_spec},
            [*self.mutually_exclusive, *other.mutually_exclusive],
            [*self.required_one_of, *other.required_one_of],
            [*self.required_together, *other.required_together],
            [*self.required_if, *other.required_if],
        )

    def kwargs(self) -> Dict[str, Any]:
        """What C(AnsibleModule) is called with."""
        return {name: value for name, value in vars(self).items() if value}
