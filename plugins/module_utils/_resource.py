# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every object of an API has in common that is to be in some state: observe, compare, change, look again.

Check mode, diff mode and the real run are one path: the states before and after are made first, and then the change
is carried out, or not.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence

from ._errors import LongshoreError

State = Dict[str, Any]


class Resource(ABC):
    """One object, and what it is to be. A kind of object is a class that derives from this one.

    A state is a mapping in the one form that two states can be compared in: what an API leaves out or writes in another
    way is filled in and straightened out. It has no secrets, since it is shown. The state of nothing is V(None).

    :cvar write_only: fields that no reading can confirm. They stand for secrets: C(SECRET_KEPT) in what is observed,
        C(SECRET_CHANGED) in what is desired.
    """

    write_only: Sequence[str] = ()

    @abstractmethod
    def observe(self) -> Optional[State]:
        """The state that it is in now."""

    @abstractmethod
    def desired(self, current: Optional[State]) -> Optional[State]:
        """The state that it is to be in. It equals C(current) when there is nothing to do."""

    @abstractmethod
    def create(self, desired: State) -> None:
        """Makes it. An error of status 409 says that somebody else just has."""

    @abstractmethod
    def update(self, current: State, desired: State) -> None:
        """Changes it."""

    @abstractmethod
    def delete(self, current: State) -> None:
        """Removes it. Fails with status 404 if it does not exist."""

    @abstractmethod
    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> LongshoreError:
        """The error for an API that agreed to a change and did not make it.

        :param fields: those that differ; none when the object is there, or is not, as a whole.
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
        """As Ansible shows it."""
        return {"before": self.before or {}, "after": self.after or {}}


def bring_about(resource: Resource, check_mode: bool) -> ResourceChange:
    """Makes the object be what it is to be, or says what that would change.

    Another one who does the same at the same time is no error: what has come into being meanwhile is adopted, what has
    gone meanwhile is gone. Where no reply came, a look decides: a change that was made all the same is made, and an
    object that was not created is created once more.

    :raises LongshoreError: the API refused, or did not do what it agreed to.
    """
    before = resource.observe()
    desired = resource.desired(before)
    if before == desired or check_mode:
        return ResourceChange(before, desired)
    if before is None and desired is not None:
        before, desired = _create(resource, desired)
    else:
        _change(resource, before or {}, desired)
    _confirm(resource, desired)
    return ResourceChange(before, desired)


def _change(resource: Resource, current: State, desired: Optional[State]) -> None:
    try:
        if desired is None:
            resource.delete(current)
        else:
            resource.update(current, desired)
    except LongshoreError as error:
        if desired is None and error.status == 404:
            return
        # Whether a secret was changed cannot be seen.
        if not error.unsettled or SECRET_CHANGED in (desired or {}).values():
            raise
        if _difference(resource, desired, resource.observe()) is not None:
            raise


def _create(resource: Resource, desired: State, asked_before: bool = False) -> Any:
    """The states before and after. Something was there before when it has come into being since it was looked for."""
    try:
        resource.create(desired)
    except LongshoreError as error:
        if error.status != 409 and not error.unsettled:
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
    """The fields that are not as desired; none when it is there, or is not, as a whole; None when all is as desired."""
    if (found is None) != (desired is None):
        return []
    if found is None or desired is None:
        return None
    fields = [name for name in desired if name not in resource.write_only and found.get(name) != desired[name]]
    return fields or None
