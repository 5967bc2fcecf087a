# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the images behind tags were created, for rules that select the newest.

This costs a request for the tag's manifest and one for the image's config; an index costs one more for its first image.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from ..._lazy import pattern
from ..errors import RegistryError
from ..model.manifest import IMAGE_CONFIG_TYPES, SCHEMA1
from ..model.reference import Repository
from ..sources.base import ImageSource
from .image_config import read_config
from .manifests import DEEPEST_INDEX

UNKNOWN = float("-inf")
"""For images without a creation time: older than all others."""

_TIME = pattern(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))\Z", re.ASCII)


def created_at(client: ImageSource, repository: Repository, tag: str) -> float:
    """Creation time in seconds since 1970; for an index, that of its first image.

    :returns: C(UNKNOWN) for an artifact, and for an image that does not state it.
    :raises RegistryError: it cannot be read.
    """
    where = "{0}:{1}".format(repository, tag)
    try:
        manifest = client.get_manifest(repository, tag)
    except RegistryError as error:
        if error.code == SCHEMA1:
            # Docker's first format, which nothing has written for years.
            return UNKNOWN
        raise
    if manifest is None:
        raise RegistryError(
            "the tag is listed but has no manifest",
            where=where,
            code="MANIFEST_UNKNOWN",
            hint="Leave it out with deny.",
        )
    for _level in range(DEEPEST_INDEX):
        if not manifest.is_index:
            break
        child = next((one for one in manifest.children if (one.platform or {}).get("os") != "unknown"), None)
        if child is None:
            return UNKNOWN
        manifest = client.get_manifest(repository, child.digest)
        if manifest is None:
            break
    if manifest is None or manifest.is_index:
        raise RegistryError(
            "its creation time is unknown: its index leads to no image in the registry",
            where=where,
            hint="Push the image again, or leave it out with deny.",
        )
    if manifest.config is None or manifest.config.media_type not in IMAGE_CONFIG_TYPES:
        return UNKNOWN
    text = read_config(client, repository, manifest.config, where).get("created")
    time = parse_time(text)
    if time == UNKNOWN and text not in (None, ""):
        raise RegistryError(
            "its creation time is unknown: the time in its config cannot be parsed",
            where=where,
            hint="Leave it out with deny, or choose the newest by semver.",
        )
    return time


def parse_time(text: Any) -> float:
    """An RFC 3339 time, with any number of digits, as seconds since 1970; C(UNKNOWN) for anything else."""
    match = _TIME.match(text) if isinstance(text, str) else None
    if match is None:
        return UNKNOWN
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        # A leap second becomes second 59.
        moment = datetime.datetime(
            year, month, day, hour, minute, min(second, 59), tzinfo=datetime.timezone.utc
        ).timestamp()
    except (ValueError, OverflowError):
        return UNKNOWN
    fraction, sign, hours, minutes = match.groups()[6:]
    offset = (int(hours) * 60 + int(minutes)) * 60 if sign else 0
    return moment + float("0." + (fraction or "0")) - (-offset if sign == "-" else offset)
