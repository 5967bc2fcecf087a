# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule selects: tags of a repository, platforms of an image.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import List, Optional, Sequence, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.platforms import PlatformFilter
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules import Rule, TagSelector

__all__ = ["PlatformFilter", "choose_tags", "pairs"]


def choose_tags(selector: TagSelector, available: Optional[Sequence[Optional[str]]]) -> List[str]:
    """The tags (or the one digest) that a selector means, in order and each once.

    :param available: the repository's tags as the registry lists them; SWR sends C(null) for none
        (distribution specification, "Listing tags"). Not needed for lists and digests, which are taken as written.
    """
    if selector.kind in ("list", "digest"):
        return list(dict.fromkeys(selector.values))
    tags = [tag for tag in dict.fromkeys(available or ()) if tag]
    if selector.kind == "regex":
        pattern = re.compile(selector.values[0])
        tags = [tag for tag in tags if pattern.search(tag)]
    return tags


def pairs(rule: Rule, tags: Sequence[str]) -> List[Tuple[str, str]]:
    """(source tag or digest, destination tag or digest) for each chosen tag.

    :param tags: from C(choose_tags), or a part of them. A tag that the rule gives several destination tags has
        several pairs.
    """
    if rule.destination_tags is None:
        return [(tag, tag) for tag in tags]
    wanted = set(tags)
    return [pair for pair in zip(rule.selector.values, rule.destination_tags) if pair[0] in wanted]
