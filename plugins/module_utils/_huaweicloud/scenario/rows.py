# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of a plan: an object, what there is of it, and what becomes of it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from ..._resource import State, bring_about
from ..._text import one_line
from ..errors import HuaweiCloudError
from ..network.common import NetworkObject, Project

FREE = "free"
HOURLY = "postpaid, by the hour"
_RECORD = "longshore.swr.network"
_BOUND = " [bound: {0}]"
_SHOWN = ("object", "name", "now", "change", "charge")
_LONGEST_CELL = 120

Kind = Callable[[Project, State, bool], NetworkObject]


def record(scenario: str) -> str:
    """The record, in an object's description, that the scenario has created it.

    A description is part of the request that creates the object, so no interruption can separate the two. Tags are not.
    """
    return "{0} ({1})".format(_RECORD, scenario)


def bandwidth_record(scenario: str) -> str:
    """The same for EIPs, which get no description on creation, as the name of the bandwidth."""
    return "{0}-{1}".format(_RECORD, scenario)


def bound_record(description: str, scenario: str) -> str:
    """A description with the record that the scenario has bound the EIP."""
    return description + _BOUND.format(record(scenario))


def without_bound_record(description: str, scenario: str) -> Optional[str]:
    """The description without that record; None if it has none."""
    suffix = _BOUND.format(record(scenario))
    return description[: -len(suffix)] if description.endswith(suffix) else None


def is_own(found: Mapping[str, Any], scenario: str) -> bool:
    """Whether the scenario has created an object."""
    return found.get("description") == record(scenario) or found.get("bandwidth_name") == bandwidth_record(scenario)


class Row:
    """An object that a scenario needs.

    Objects that the scenario did not create are used as they are.

    :param kind: in words: C(VPC).
    :param name: as the options name it.
    :param make: the class of the object.
    :param keys: the options that identify it. Called late, since the IDs of other objects may have to be created first.
    :param new: the further options of one that the scenario creates or has created.
    :param used: those of any other one, from its state.
    :param charge: how it is billed.
    :param consent: fails if the object costs money, and its creation is not asked for.
    :param waits_for: rows of objects that it needs.
    :ivar found: all that is known of the object.
    :ivar before: its fields now, and C(after) afterwards. None if it does not exist.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        make: Kind,
        keys: Callable[[], State],
        new: Callable[[], State],
        used: Callable[[State], State] = lambda _found: {},
        charge: str = FREE,
        consent: Callable[[], None] = lambda: None,
        waits_for: Sequence[Row] = (),
    ) -> None:
        self.kind = kind
        self.name = name
        self.charge = charge
        self.found: State = {}
        self.before: Optional[State] = None
        self.after: Optional[State] = None
        self.own = False
        self.kept = False
        self.note = ""
        self.make = make
        self._keys = keys
        self._new = new
        self._used = used
        self._consent = consent
        self._waits_for = waits_for

    @property
    def id(self) -> Optional[str]:
        """None if it does not exist yet."""
        return self.found.get("id")

    @property
    def is_missing(self) -> bool:
        return self.id is None

    @property
    def change(self) -> str:
        """What is to be done: C(create), C(update), C(delete), C(keep) what removal leaves, or C(none)."""
        if self.before == self.after:
            return "keep" if self.kept else "none"
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "update"

    def look(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> Row:
        """Compare what there is with what is wanted, and refuse what cannot be done.

        :param options: those of the module.
        """
        missing = [row for row in self._waits_for if row.is_missing]
        if missing:
            self.own = True
            self._consent()
            self.after = {**self._keys(), **self._new()}
            self.after = {name: value for name, value in self.after.items() if value is not None and name != "recreate"}
            self.note = "after {0}".format(" and ".join(row.label for row in missing))
            return self
        resource = self._resource(project, options, check_mode, {})
        self.before = resource.observe()
        self.found = dict(resource.found or {})
        self.own = self.before is None or is_own(self.found, options["scenario"])
        if self.before is None:
            self._consent()
        more = self._new() if self.own else self._used(self.found)
        if more:
            resource = self._resource(project, options, check_mode, more)
            self.before = resource.observe()
        self.after = resource.desired(self.before)
        return self

    def carry_out(self, project: Project, options: Mapping[str, Any]) -> None:
        """Create or change it, and read it back."""
        more = self._new() if self.own else self._used(self.found)
        resource = self._resource(project, options, False, more)
        self.after = bring_about(resource, False).after
        self.found = {**(resource.found or {}), **(self.after or {})}

    def _resource(
        self, project: Project, options: Mapping[str, Any], check_mode: bool, more: Mapping[str, Any]
    ) -> NetworkObject:
        base = {"state": "present", "wait_timeout": options["wait_timeout"]}
        return self.make(project, {**base, **self._keys(), **more}, check_mode)

    @property
    def label(self) -> str:
        """The object, in words."""
        return "{0} {1}".format(self.kind, self.name)

    def as_dict(self) -> Dict[str, Any]:
        """The row of the plan, as data."""
        return {
            "object": self.kind,
            "name": self.name,
            "id": self.id,
            "now": "missing" if self.before is None else "there",
            "change": self.change,
            "charge": self.charge,
            "note": self.note,
        }

    def diff(self) -> Dict[str, Any]:
        """Its fields before and after, in Ansible's form."""
        before, after = self.before or {}, self.after or {}
        return {
            "before_header": self.label,
            "after_header": self.label,
            "before": {name: value for name, value in before.items() if value is not None},
            "after": {name: value for name, value in after.items() if value is not None},
        }


def table(rows: Sequence[Mapping[str, Any]]) -> List[str]:
    """The plan as lines of text.

    :param rows: those of C(Row.as_dict).
    """
    lines = [[name.upper() for name in _SHOWN]]
    for row in rows:
        cells = {**row, "change": ", ".join(filter(None, (row["change"], row["note"])))}
        lines.append([one_line(cells[name], _LONGEST_CELL) for name in _SHOWN])
    widths = [max(len(line[column]) for line in lines) for column in range(len(_SHOWN))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]


def interrupted(error: HuaweiCloudError, done: Sequence[Row]) -> HuaweiCloudError:
    """The error, with what was done before it."""
    if done:
        error.hint = "{0}Done before: {1}. Run it again to continue.".format(
            error.hint + " " if error.hint else "",
            ", ".join("{0} {1}".format(row.change, row.label) for row in done),
        )
    return error
