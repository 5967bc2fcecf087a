# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How replication flattens the levels of a repository's name.

For C(a/b/c/image) and the namespace C(ns): -1 gives C(ns/image), 0 gives C(ns/a/b/c/image), 1 gives C(ns/b/c/image), 2
gives C(ns/c/image) and 3 gives C(ns/image). If one repository has fewer levels than the number to replace, Harbor
replicates nothing at all.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import List, Optional

from ..errors import HarborError
from .patterns import MANY, alternatives, is_fixed, lengths, may_meet

ALL_LEVELS = -1
MOST_LEVELS = 127

Components = List[str]


def _patterns(name_filter: str, local: bool = True) -> List[Components]:
    """The patterns of a name filter; an empty one matches every name.

    :param local: whether the names are Harbor's own, which start with a project. Those of other registries need not.
    """
    if name_filter:
        return alternatives(name_filter)
    return [["*", MANY]] if local else [[MANY]]


def check_levels(name_filter: str, count: int, local: bool = True) -> None:
    """
    :param name_filter: the pattern of repositories, empty for all of them.
    :param count: the number of levels to replace.
    :raises HarborError: the filter may match a repository with fewer levels, which would make every run fail.
    """
    if not ALL_LEVELS <= count <= MOST_LEVELS:
        raise HarborError(
            "{0} levels cannot be replaced".format(count),
            where="dest_namespace_replace_count",
            hint="Set -1 for all levels, 0 for none, or up to {0}.".format(MOST_LEVELS),
        )
    for pattern in _patterns(name_filter, local):
        least = max(lengths(pattern)[0] - 1, 1 if local else 0)
        if count > least:
            deeper = ["*" if pattern[0] == MANY else pattern[0], MANY, *("*" * count)]
            raise HarborError(
                "the policy replaces {0} levels, but {1} may match a repository that has {2}; Harbor would then "
                "replicate nothing".format(count, "/".join(pattern) if name_filter else "no name filter", least),
                where="dest_namespace_replace_count",
                hint="Replace at most {0}, or set a name filter that matches deeper repositories only, such as "
                "{1}.".format(least, "/".join(deeper)),
            )


def check_matches(name_filter: str, host: str) -> None:
    """
    :param host: Harbor's own, without a port.
    :raises HarborError: in Harbor every repository is in a project, so a name of one component matches none, and
        neither does one that starts with the host, as image names do.
    """
    if any(pattern[0] == host for pattern in _patterns(name_filter)):
        raise HarborError(
            "{0!r} matches nothing: the names of Harbor's repositories start with their project, not with Harbor's "
            "host".format(name_filter),
            where="filters",
            hint="Leave {0}/ out.".format(host),
        )
    if name_filter and all((lengths(pattern)[1] or 2) < 2 for pattern in _patterns(name_filter)):
        raise HarborError(
            "{0!r} matches nothing: the names of Harbor's repositories start with their project".format(name_filter),
            where="filters",
            hint="Write project/{0}, or **/{0} for every project.".format(name_filter),
        )


def collision(name_filter: str, count: int, local: bool = True) -> Optional[str]:
    """How two matching repositories could get the same name; V(None) if they cannot."""
    if count == 0:
        return None
    patterns = _patterns(name_filter, local)
    for index, pattern in enumerate(patterns):
        lost = pattern[:-1] if count == ALL_LEVELS else pattern[:count]
        if count == ALL_LEVELS and pattern[-1] == MANY:
            lost = pattern
        if not all(is_fixed(item) for item in lost):
            return "{0} can match repositories in several places".format(
                "/".join(pattern) if name_filter else "no name filter"
            )
        for other in patterns[:index]:
            if other != pattern and may_meet(destination(pattern, count), destination(other, count)):
                return "{0} and {1} can match repositories of the same name".format("/".join(other), "/".join(pattern))
    return None


def destination(pattern: Components, count: int) -> Components:
    """The pattern of the names below the destination's namespace, for a pattern without braces."""
    if count == ALL_LEVELS:
        return ["*"] if pattern[-1] == MANY else pattern[-1:]
    if MANY in pattern[:count]:
        # The name decides how much of it is lost; the last component is always kept.
        return [MANY] if pattern[-1] == MANY else [MANY, pattern[-1]]
    return pattern[count:] or ["*"]


def may_write_same(one: str, count: int, other: str, other_count: int) -> bool:
    """Whether two name filters may write to the same repository in a namespace."""
    return any(
        may_meet(destination(first, count), destination(second, other_count))
        for first in _patterns(one)
        for second in _patterns(other)
    )
