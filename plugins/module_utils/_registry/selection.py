# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule selects: tags of a repository, platforms of an image.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.reference import quoted
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules import Rule, TagSelector


@dataclass(frozen=True)
class PlatformFilter:
    """image-syncer's C(--os) and C(--arch): which images of a manifest list or index are wanted.

    :param os: each C(linux) or, with the exact C(os.version), C(windows:10.0.17763.1).
    :param arch: each C(arm64) or, with the exact variant, C(arm:v7). Without a variant every variant is meant.
    """

    os: Tuple[str, ...] = ()
    arch: Tuple[str, ...] = ()

    @classmethod
    def from_options(cls, os: Iterable[Any] = (), arch: Iterable[Any] = (), where: str = "options") -> PlatformFilter:
        """The filter of two options, checked.

        :raises RulesError: naming each item that is empty, no text, or a comma-separated list.
        """
        problems: List[str] = []
        os, arch = tuple(os or ()), tuple(arch or ())
        for option, items in (("os", os), ("arch", arch)):
            example = "linux or windows:10.0.17763.1" if option == "os" else "arm64 or arm:v7"
            for item in items:
                if not isinstance(item, str) or not re.fullmatch(r"[^\s,:]+(:[^\s,:]+)?", item):
                    problems.append(
                        "{0}: {1}: {2} is not valid: write one list item each, as {3}".format(
                            where, option, quoted(str(item)), example
                        )
                    )
        if problems:
            raise RulesError(problems)
        return cls(os=os, arch=arch)

    def __bool__(self) -> bool:
        return bool(self.os or self.arch)

    def matches(self, platform: Optional[Mapping[str, Any]]) -> bool:
        """Whether a descriptor's C(platform) (OCI image index, "platform") passes both filters.

        What the descriptor does not say cannot exclude it: without a platform, an C(os) or an C(architecture), the
        filter in question passes (image-syncer 1.5.5).
        """
        if not isinstance(platform, Mapping):
            return True
        return _passes(self.os, platform.get("os"), platform.get("os.version")) and _passes(
            self.arch, platform.get("architecture"), platform.get("variant")
        )


def _passes(wanted: Sequence[str], name: Any, detail: Any) -> bool:
    if not wanted or not name:
        return True
    return name in wanted or "{0}:{1}".format(name, detail or "") in wanted


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
