# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cron expressions as Harbor's versions accept them."""

from __future__ import annotations

import re

from .harbor_versions import Version

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
# Seconds, minutes, hours, day of month, month, day of week.
_BOUNDS = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]
_NAMES = {4: {name: number for number, name in enumerate(_MONTHS, 1)}, 5: {name: n for n, name in enumerate(_DAYS)}}
_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_EVERY = re.compile(r"@every \d+(?:ns|us|ms|s|m|h)(?:\d+(?:ns|us|ms|s|m|h))*\Z")


def problem(text: str, version: Version) -> str:
    """What is wrong with the expression of a scheduled trigger; empty where it is accepted."""
    if not _parses(text, strict=version.at_least(2, 6)):
        return "invalid cron string for scheduled trigger: {0}".format(text)
    if version.at_least(2, 9):
        parts = text.split(" ")
        if parts[0] != "0":
            return "the 1st field (indicating Seconds of time) of the cron setting must be 0"
        if parts[1] == "*":
            return "* is not allowed for the Minutes field of the cron setting of replication policy"
    return ""


def _parses(text: str, strict: bool) -> bool:
    """
    :param strict: six fields and nothing else; before 2.6 the last may be missing, and words are accepted.
    """
    if not strict and (text in _DESCRIPTORS or _EVERY.match(text)):
        return True
    fields = text.split()
    if len(fields) != 6 and (strict or len(fields) != 5):
        return False
    return all(_field(field, number) for number, field in enumerate(fields))


def _field(text: str, number: int) -> bool:
    return all(_range(part, number) for part in text.split(","))


def _range(text: str, number: int) -> bool:
    first, *more = text.split("/")
    if len(more) > 1 or (more and (not more[0].isdigit() or int(more[0]) == 0)):
        return False
    low, high = _BOUNDS[number]
    ends = [low, high] if first in ("*", "?") else [_value(end, number) for end in first.split("-")]
    return len(ends) <= 2 and all(low <= end <= high for end in ends) and ends == sorted(ends)


def _value(text: str, number: int) -> int:
    if text.isdigit():
        return int(text)
    return _NAMES.get(number, {}).get(text.lower(), -1)
