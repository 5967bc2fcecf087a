# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of all managed API objects: observe, compare, change, verify.

Check mode, diff mode and the real run share one path: the states before and after are computed first, and then the
change is carried out, or not.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence

from ._errors import LongshoreError

State = Dict[str, Any]


class Resource(ABC):
    """One object and its desired state. Each kind of object is a subclass.

    A state is a mapping in canonical form, for comparisons: values that an API omits or writes differently
    are filled in and normalized. It has no secrets, because it is shown. A missing object's state is V(None).

    :cvar write_only: fields that reading cannot confirm. They stand for secrets: C(SECRET_KEPT) in observed states,
        C(SECRET_CHANGED) in desired ones.
    :cvar taken: the statuses of a refusal that may mean that it is so already.
    """

    write_only: Sequence[str] = ()
    taken: Sequence[int] = (409,)

    @abstractmethod
    def observe(self) -> Optional[State]:
        """The current state."""

    @abstractmethod
    def desired(self, current: Optional[State]) -> Optional[State]:
        """The desired state. It equals C(current) if there is nothing to do."""

    @abstractmethod
    def create(self, desired: State) -> None:
        """Create it. Fails with one of C(taken) if somebody else has just created it."""

    @abstractmethod
    def update(self, current: State, desired: State) -> None:
        """Change it."""

    @abstractmethod
    def delete(self, current: State) -> None:
        """Delete it. Fails as C(is_gone) says if it does not exist."""

    def is_gone(self, error: LongshoreError) -> bool:
        """Whether a refused deletion means that it does not exist."""
        return error.status == 404

    @abstractmethod
    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> LongshoreError:
        """The error for an API that accepted a change but did not make it.

        :param fields: those that differ; empty if the whole object is missing or still there.
        """


SECRET_KEPT = "(a secret, unchanged)"  # noqa: S105
SECRET_CHANGED = "(a secret, changed)"  # noqa: S105


@dataclass(frozen=True)
class ResourceChange:
    """The states before and after: predicted in check mode, confirmed otherwise."""

    before: Optional[State]
    after: Optional[State]

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def diff(self) -> Dict[str, Any]:
        """The diff in Ansible's form."""
        return {"before": self.before or {}, "after": self.after or {}}


def bring_about(resource: Resource, check_mode: bool) -> ResourceChange:
    """Bring the object to its desired state, or report what would change.

    A concurrent identical change is not an error: an object created meanwhile is adopted, one deleted
    meanwhile is gone. Without a reply, reading decides: a change that took effect counts, and what is left of it is
    made again, once.

    :raises LongshoreError: the API refused, or accepted a change without making it.
    """
    before = resource.observe()
    desired = resource.desired(before)
    if before == desired or check_mode:
        return ResourceChange(before, desired)
    if before is None and desired is not None:
        before, desired = _create(resource, desired)
    else:
        _change(resource, before, desired)
    _confirm(resource, desired)
    return ResourceChange(before, desired)


def _change(resource: Resource, current: Optional[State], desired: Optional[State], asked_before: bool = False) -> None:
    try:
        if desired is None:
            resource.delete(current or {})
        elif current is None:
            resource.create(desired)
        else:
            resource.update(current, desired)
    except LongshoreError as error:
        if desired is None and resource.is_gone(error):
            return
        # Another run may have made the same change.
        crossed = desired is not None and error.status in resource.taken
        # A change of a secret cannot be verified.
        if not (error.unsettled or crossed) or SECRET_CHANGED in (desired or {}).values():
            raise
        found = resource.observe()
        if _difference(resource, desired, found) is None:
            return
        if asked_before or not (error.unsettled or error.status == 409):
            raise
        # Only what is left of the change.
        _change(resource, found, desired, asked_before=True)


def _create(resource: Resource, desired: State, asked_before: bool = False) -> Any:
    """The states before and after. "Before" is not empty if the object was created since it was read."""
    try:
        resource.create(desired)
    except LongshoreError as error:
        if error.status not in resource.taken and not error.unsettled:
            raise
        found = resource.observe()
        if found is None:
            if error.unsettled and not asked_before:
                return _create(resource, desired, asked_before=True)
            raise
        adopted = resource.desired(found)
        if adopted is not None and adopted != found:
            resource.update(found, adopted)
        return (None if error.unsettled or asked_before else found), adopted
    return None, desired


def _confirm(resource: Resource, desired: Optional[State]) -> None:
    found = resource.observe()
    fields = _difference(resource, desired, found)
    if fields is not None:
        raise resource.not_kept(fields, desired or {}, found)


def _difference(resource: Resource, desired: Optional[State], found: Optional[State]) -> Optional[List[str]]:
    """The fields that differ; empty if the whole object is missing or still there; None if nothing differs."""
    if (found is None) != (desired is None):
        return []
    if found is None or desired is None:
        return None
    fields = [name for name in desired if name not in resource.write_only and found.get(name) != desired[name]]
    return fields or None
