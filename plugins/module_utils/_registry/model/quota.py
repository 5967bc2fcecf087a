# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker Hub's pull quota (docs.docker.com, "Pull usage and limits").

Each GET of a manifest is a pull, a HEAD is not, and both replies state how many are left
(C(ratelimit-limit: 100;w=21600), C(ratelimit-remaining: 76;w=21600)) and in C(docker-ratelimit-source) whose pulls are
counted. A reply without these headers is for an image or an account without a limit.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional

from ..._lazy import pattern
from ..._text import safe
from ..._time_limit import in_words

PULL = "manifest_get"
"""The kind of requests that count as pulls."""
SPENT = "TOOMANYREQUESTS"
"""The error code (429) when no pulls are left."""

_NUMBER = pattern(r"([0-9]{1,9})(?:\s*;\s*w=([0-9]{1,9}))?\s*\Z")


class Quota(NamedTuple):
    """How many pulls are left.

    :ivar window: seconds in which C(limit) pulls are allowed.
    :ivar counted_for: the address or the account whose pulls are counted; empty if the registry does not say.
    """

    limit: int
    left: int
    window: int
    counted_for: str = ""

    def __str__(self) -> str:
        text = "{0} of {1} pulls in {2} are left".format(self.left, self.limit, in_words(self.window))
        return "{0} (counted for {1})".format(text, self.counted_for) if self.counted_for else text

    def seconds_for(self, pulls: int) -> int:
        """How long this many pulls take, at most: the remaining ones at once, then those of each window."""
        return self.window * -(-max(0, pulls - self.left) // self.limit)


def read_quota(headers: Mapping[str, str]) -> Optional[Quota]:
    """The quota stated in a reply; None if there is none or it cannot be understood."""
    limit = _NUMBER.match(headers.get("ratelimit-limit", "").strip())
    left = _NUMBER.match(headers.get("ratelimit-remaining", "").strip())
    window = int(limit.group(2) or 0) if limit else 0
    if not limit or not left or not window or not int(limit.group(1)):
        return None
    counted_for = safe(headers.get("docker-ratelimit-source", ""), 100)
    return Quota(int(limit.group(1)), int(left.group(1)), window, counted_for)
