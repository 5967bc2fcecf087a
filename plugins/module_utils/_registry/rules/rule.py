# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule, and the tags that it selects.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Mapping, Optional, Tuple

from ..model.platforms import PlatformFilter
from ..model.reference import Repository

if TYPE_CHECKING:
    from .scope import Scope
    from .tag_filter import TagFilter


@dataclass(frozen=True)
class Rule:
    """Copy the selected tags of one repository to another, or those of the repositories of a scope.

    :param destination_tags: by position for C(selector.values) of kind C(list), or one for C(digest);
        None keeps the source's tags (and copies a digest without a tag).
    :param source_text: the source as the user wrote it.
    :param destination_text: the destination as the user wrote it, before variables and defaults.
    :param where: the file or option and the source, for messages.
    :param scope: selects repositories; C(source) and C(destination) then contain the first parts of their names, or no
        name for a whole registry.
    :param tag_filter: narrows down the selected tags.
    :param platforms: the rule's own platforms, instead of those of the run.
    :param written: the rule's further keys as the user wrote them.
    """

    source: Repository
    selector: TagSelector
    destination: Repository
    destination_tags: Optional[Tuple[str, ...]]
    source_text: str
    destination_text: str
    where: str
    scope: Optional[Scope] = None
    tag_filter: Optional[TagFilter] = None
    platforms: Optional[PlatformFilter] = None
    written: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def identity(self) -> Tuple[Any, ...]:
        """Equal for two rules if one of them is redundant."""
        further = repr(self.written) if self.written else ""
        depth = None if self.scope is None else self.scope.deep
        return self.source, self.selector, self.destination, self.destination_tags, depth, further


@dataclass(frozen=True)
class TagSelector:
    """Selects tags of the source.

    :param kind: C(all), C(list), C(regex) or C(digest).
    :param values: the tags, or one pattern, or one digest; empty for C(all).
    """

    kind: str
    values: Tuple[str, ...] = ()
