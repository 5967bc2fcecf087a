# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a hosts file: one managed block, and conflicting lines outside it.

The original of each change outside the block is kept next to it, so that C(render) without entries restores
the file byte for byte. If two lines have the same name, the resolver (glibc and Go) returns both, in
turns: that is why conflicts must be removed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

from ._errors import LongshoreError

BEGIN = "# BEGIN longshore.swr.hosts"
END = "# END longshore.swr.hosts"
# The block starts like this if the previous line had no line end.
BEGIN_JOINED = BEGIN + " (the line before had no end)"
# The rest of the line is the original line.
KEPT = "#longshore.swr.hosts was:"

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\Z")


class HostsFileError(LongshoreError):
    """The entries, or the file, cannot be used."""


class Entry(NamedTuple):
    """One line of the block: an address and its lower-case names."""

    address: str
    names: Tuple[str, ...]


class Conflict(NamedTuple):
    """A line outside the block that gives names in it another address."""

    line: int
    text: str
    names: Tuple[str, ...]


def parse_entries(given: Sequence[Mapping[str, Any]]) -> List[Entry]:
    """The user's entries, with those for the same address merged.

    :raises HostsFileError: with all problems at once: no address, no name, a name with two addresses of a family.
    """
    problems: List[str] = []
    joined: Dict[str, List[str]] = {}
    for number, item in enumerate(given, 1):
        where = "entry {0}".format(number)
        address = _address(item.get("address"), where, problems)
        names = [_name(name, where, problems) for name in item.get("names") or []]
        if not names:
            problems.append("{0} has no names".format(where))
        if address:
            known = joined.setdefault(address, [])
            known.extend(name for name in dict.fromkeys(names) if name and name not in known)
    entries = [Entry(address, tuple(names)) for address, names in joined.items()]
    owner: Dict[Tuple[int, str], str] = {}
    for entry in entries:
        for name in entry.names:
            first = owner.setdefault((_family(entry.address), name), entry.address)
            if first != entry.address:
                text = "{0} has two addresses, {1} and {2}: clients would use them in turn"
                problems.append(text.format(name, first, entry.address))
    if problems:
        raise HostsFileError(
            "; ".join(problems),
            where="entries",
            hint="Give each name one address (or one IPv4 and one IPv6 address) and write names without spaces.",
        )
    return entries


def _address(value: Any, where: str, problems: List[str]) -> str:
    try:
        address = ipaddress.ip_address(str(value).strip())
    except ValueError:
        problems.append("{0}: invalid IP address {1!r}".format(where, value))
        return ""
    if address.is_unspecified or address.is_multicast or "%" in str(address):
        problems.append("{0}: {1} is not the address of a host".format(where, value))
        return ""
    return str(address)


def _name(value: Any, where: str, problems: List[str]) -> str:
    name = str(value).lower()
    name = name[:-1] if name.endswith(".") else name
    fits = len(name) <= 253 and all(_LABEL.match(label) for label in name.split("."))
    # A number as a name is a misplaced address.
    if not fits or re.match(r"[0-9.]+\Z", name):
        problems.append("{0}: invalid host name {1!r}".format(where, value))
        return ""
    return name


def _family(address: str) -> int:
    return ipaddress.ip_address(address).version


def original(text: str) -> str:
    """The original text, before any block was inserted.

    :raises HostsFileError: the block lacks its start or end, or occurs twice.
    """
    lines = _lines(text)
    bare = [line.rstrip("\r\n") for line in lines]
    begins = [number for number, line in enumerate(bare) if line in (BEGIN, BEGIN_JOINED)]
    ends = [number for number, line in enumerate(bare) if line == END]
    if (len(begins), len(ends)) not in ((0, 0), (1, 1)) or (begins and begins[0] > ends[0]):
        raise HostsFileError(
            "the managed block is damaged: {0} lines begin one, {1} end one".format(len(begins), len(ends)),
            hint="Remove all lines {0!r} and {1!r}, and everything between them, manually.".format(BEGIN, END),
        )
    if begins:
        before, after = lines[: begins[0]], lines[ends[0] + 1 :]
        if bare[begins[0]] == BEGIN_JOINED and not after and before:
            before[-1] = before[-1].rstrip("\n")
        lines = before + after
    return "".join(line.split(KEPT, 1)[1] if KEPT in line else line for line in lines)


def find_conflicts(text: str, entries: Sequence[Entry]) -> List[Conflict]:
    """The lines of an original text that give a name in the entries another address, or repeat it."""
    wanted: Dict[str, List[str]] = {}
    for entry in entries:
        for name in entry.names:
            wanted.setdefault(name, []).append(entry.address)
    found = []
    for number, line in enumerate(_lines(text), 1):
        address, names = _parse_line(line)
        disputed = tuple(name for name in names if name.lower() in wanted and address not in wanted[name.lower()])
        if disputed:
            found.append(Conflict(number, line.strip(), disputed))
    return found


def _lines(text: str) -> List[str]:
    """The lines with their ends, as the resolver sees them: others also split at form feeds or U+2028."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _words(line: str) -> List[str]:
    return re.findall(r"[^ \t\r\n\f\v]+", line.split("#", 1)[0])


def _parse_line(line: str) -> Tuple[str, List[str]]:
    words = _words(line)
    if len(words) < 2:
        return "", []
    try:
        return str(ipaddress.ip_address(words[0])), words[1:]
    except ValueError:
        return words[0], words[1:]


def render(text: str, entries: Sequence[Entry]) -> str:
    """The text with the block at its end, and without conflicts; without entries, the original text.

    :param text: the current file, with or without a block.
    :raises HostsFileError: see C(original).
    """
    base = original(text)
    if not entries:
        return base
    disputed = {conflict.line: conflict.names for conflict in find_conflicts(base, entries)}
    lines = [
        _without(line, disputed[number]) if number in disputed else line for number, line in enumerate(_lines(base), 1)
    ]
    result = "".join(lines)
    begin = BEGIN
    if result and not result.endswith("\n"):
        result += "\n"
        begin = BEGIN_JOINED
    block = ["{0} {1}".format(entry.address, " ".join(entry.names)) for entry in entries]
    return result + "\n".join([begin, *block, END]) + "\n"


def _without(line: str, names: Sequence[str]) -> str:
    address, *present = _words(line)
    rest = [name for name in present if name not in names]
    kept = "{0} {1} ".format(address, " ".join(rest)) if rest else ""
    return kept + KEPT + line
