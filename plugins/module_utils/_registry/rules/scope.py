# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule for many repositories: those it selects in a namespace or a registry, and where each of them goes.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, List, Optional, Sequence, Tuple

from ..._text import quoted
from ..model.reference import NAME_LENGTH_MAX, ReferenceProblem, Repository, check_name
from .patterns import EVERY_NAME, Patterns

if TYPE_CHECKING:
    from .rename import Step


@dataclass(frozen=True)
class Scope:
    """The meaning of the stars of a source.

    :param deep: C(**), repositories of any depth; otherwise C(*), those directly below the namespace.
    :param repositories: selects by the part of their names after the namespace.
    :param via: how they are listed.
    :param rename: changes the part after the namespace.
    """

    deep: bool
    repositories: Patterns = EVERY_NAME
    via: str = "auto"
    rename: Tuple[Step, ...] = ()

    def covers(self, namespace: str, names: Sequence[str]) -> List[str]:
        """The parts after the namespace in the names of its repositories, each once, in the order of the names."""
        start = namespace + "/" if namespace else ""
        found = [name[len(start) :] for name in sorted(set(names)) if name.startswith(start)]
        return [name for name in found if name and (self.deep or "/" not in name)]

    def destination(self, place: Repository, name: str) -> Repository:
        """The repository's destination.

        :param place: the rule's destination; C(name) is the part after the namespace.
        :raises ReferenceProblem: the new name is invalid.
        """
        found = self.place_of(place, name)
        try:
            check_name(found.name)
        except ReferenceProblem as problem:
            raise ReferenceProblem(
                "the repository {0} is renamed to {1}, which is not valid: {2}".format(
                    quoted(name), quoted(self._renamed(name)), problem.what
                ),
                hint="Change the rule's rename.",
            ) from None
        return found

    def place_of(self, place: Repository, name: str) -> Repository:
        """Where the repository would go, even if the name is invalid; safe to show."""
        renamed = "/".join(filter(None, (place.name, self._renamed(name))))
        return Repository(place.registry, quoted(renamed, NAME_LENGTH_MAX)[1:-1])

    def _renamed(self, name: str) -> str:
        for step in self.rename:
            name = step(name)
        return name


def is_within(repository: Repository, place: Repository) -> bool:
    """Whether C(repository) is C(place) or below it; a place without a name is a whole registry."""
    if repository.registry != place.registry:
        return False
    return not place.name or (repository.name + "/").startswith(place.name + "/")


def problem_of(scope: Scope, source: Repository, destination: Repository) -> Optional[str]:
    """Why the destination is impossible: a run would find the previous run's copies there, and copy them again."""
    again = is_within(destination, source) if scope.deep else destination == source
    if again and scope.repositories == EVERY_NAME:
        return (
            "its destination is within its source, so that each run would copy what the one before it wrote: choose "
            "another one, or leave the copies out with repositories (deny)"
        )
    return None
