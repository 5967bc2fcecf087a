# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images of a manifest list or index to copy.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, List, Mapping, Optional, Sequence, Tuple

from ..._lazy import pattern
from ..._text import quoted
from ..errors import RulesError

_NAME = r"[^\s,:/]+"
_FORMS = {
    "os": (pattern(r"[^\s,:]+(:[^\s,:]+)?\Z"), "linux or windows:10.0.17763.1"),
    "arch": (pattern(r"[^\s,:]+(:[^\s,:]+)?\Z"), "arm64 or arm:v7"),
    "platforms": (
        pattern("{0}/{0}(/{0})?(:{0})?\\Z".format(_NAME)),
        "linux/amd64, linux/arm/v7 or windows/amd64:10.0.17763.1",
    ),
}


@dataclass(frozen=True)
class PlatformFilter:
    """image-syncer's C(--os) and C(--arch), and complete platforms.

    :param os: each C(linux) or, with the exact C(os.version), C(windows:10.0.17763.1).
    :param arch: each C(arm64) or, with the exact variant, C(arm:v7). Without a variant, all variants match.
    :param platforms: each C(os/arch), C(os/arch/variant) or C(os/arch:os.version).
    """

    os: Tuple[str, ...] = ()
    arch: Tuple[str, ...] = ()
    platforms: Tuple[str, ...] = ()

    @classmethod
    def from_options(
        cls, os: Iterable[Any] = (), arch: Iterable[Any] = (), where: str = "options", platforms: Iterable[Any] = ()
    ) -> PlatformFilter:
        """The filter built from the user's lists, checked.

        :raises RulesError: names each item that is empty, not a string, or a comma-separated list.
        """
        problems: List[str] = []
        lists = {"os": tuple(os or ()), "arch": tuple(arch or ()), "platforms": tuple(platforms or ())}
        for option, items in lists.items():
            form, example = _FORMS[option]
            for item in items:
                if not isinstance(item, str) or not form.match(item):
                    problems.append(
                        "{0}: {1}: {2} is not valid: write one list item each, as {3}".format(
                            where, option, quoted(str(item)), example
                        )
                    )
        if problems:
            raise RulesError(problems)
        return cls(**lists)

    def __bool__(self) -> bool:
        return bool(self.os or self.arch or self.platforms)

    def as_dict(self) -> Mapping[str, List[str]]:
        """The filter as keys of a rule."""
        lists = {"platforms": self.platforms, "os": self.os, "arch": self.arch}
        return {name: list(items) for name, items in lists.items() if items}

    def key(self) -> List[Sequence[str]]:
        """Identifies this filter in the journal."""
        return [self.os, self.arch] + ([self.platforms] if self.platforms else [])

    def matches(self, platform: Optional[Mapping[str, Any]]) -> bool:
        """Whether a descriptor's C(platform) (OCI image index, "platform") passes every filter.

        Missing information excludes nothing: without a platform, an C(os) or an C(architecture), the corresponding
        filter passes (image-syncer 1.5.5).
        """
        if not isinstance(platform, Mapping):
            return True
        return (
            _passes(self.os, platform.get("os"), platform.get("os.version"))
            and _passes(self.arch, platform.get("architecture"), platform.get("variant"))
            and (not self.platforms or any(_is(platform, wanted) for wanted in self.platforms))
        )


def _passes(wanted: Sequence[str], name: Any, detail: Any) -> bool:
    if not wanted or not name:
        return True
    return name in wanted or "{0}:{1}".format(name, detail or "") in wanted


def _is(platform: Mapping[str, Any], wanted: str) -> bool:
    names, _colon, version = wanted.partition(":")
    parts = names.split("/")
    variant = parts[2] if len(parts) > 2 else ""
    pairs = ((platform.get("os"), parts[0]), (platform.get("architecture"), parts[1]))
    if any(found and found != name for found, name in pairs):
        return False
    # A requested variant or version must be stated: arm/v6 and arm/v7 are different.
    return (not variant or platform.get("variant") == variant) and (
        not version or platform.get("os.version") == version
    )
