# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that configure a server: their paths and content.

The distribution's files get one include line each; everything else is in files of the collection.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ..errors import DnsError
from ..named.files import OPTIONS, TOP, Context
from ..named.syntax import parse, plain_name
from ..zones.options import ServerSpec, ZoneSpec

MARK = "// Made by longshore.swr.bind_zones. Manual changes are lost.\n"
# named has these keywords since then; it still accepts the old ones, with a warning.
_NEW_WORDS_SINCE = (9, 18)
# Since then a policy, possibly for all zones, controls signing.
_POLICIES_SINCE = (9, 16)


class Paths(NamedTuple):
    """The paths of files.

    :param config: the server's main file.
    :param include_in: its file that gets the include line.
    :param fragment: the file that is included. Related files have suffixes, so that no pattern
        for C(*.conf) finds them.
    :param zone_dir: the directory of zone files.
    """

    config: str
    include_in: str
    fragment: str
    zone_dir: str

    @property
    def other_views(self) -> str:
        return self.fragment + ".views"

    @property
    def options(self) -> str:
        return self.fragment + ".options"

    @property
    def key(self) -> str:
        return self.fragment + ".key"

    @property
    def included(self) -> Tuple[str, ...]:
        """All paths that get include lines."""
        return self.fragment, self.other_views, self.options

    def zone_file(self, name: str) -> str:
        return os.path.join(self.zone_dir, name + ".zone")


def paths_of(config: str, include_in: str, fragment: str, zone_dir: str) -> Paths:
    """The checked paths.

    :raises DnsError: named would misread a path, as the end of a string or as a pattern.
    """
    for option, path in (("fragment", fragment), ("zone_dir", zone_dir)):
        if re.search(r'["\\*?\[\x00-\x1f]', path):
            raise DnsError("named.conf cannot have this path", where="{0}: {1}".format(option, path))
    return Paths(config, include_in, fragment, zone_dir)


class Layout(NamedTuple):
    """Texts by path, and the includes of each context."""

    texts: Dict[str, str]
    includes: Dict[Context, str]


def owned_zones(text: Optional[str], path: str) -> Dict[str, Tuple[str, str]]:
    """Zones of the existing fragment: type and file by name.

    :raises DnsError: the collection did not write it.
    """
    if text is None:
        return {}
    if not text.startswith(MARK):
        raise DnsError(
            "the file was not created by this module, and is left alone",
            where=path,
            hint="Set another path, or move the file away.",
        )
    found = {}
    for statement in parse(text, path):
        if statement.words[:1] == ("zone",):
            inner = {item.words[0]: item.words[-1] for item in statement.body}
            found[plain_name(statement.words[1])] = (inner.get("type", ""), inner.get("file", ""))
    return found


def layout(desired: ServerSpec, paths: Paths, version: Tuple[int, ...], views: Tuple[str, ...]) -> Layout:
    """Everything except zone files.

    :param version: of BIND.
    :param views: in the order of the configuration; the second and later ones share the zones of the first.
    """
    writer = _Writer(desired, paths, version)
    texts = {paths.fragment: writer.fragment()}
    includes: Dict[Context, str] = {("view", views[0]) if views else TOP: paths.fragment}
    if views[1:]:
        texts[paths.other_views] = writer.other_views(views[0])
        includes.update({("view", view): paths.other_views for view in views[1:]})
    if desired.key and desired.key.secret:
        texts[paths.key] = writer.key()
    if desired.rpz or desired.validate_except:
        texts[paths.options] = writer.options()
        includes[OPTIONS] = paths.options
    return Layout(texts, includes)


def _statement(words: str, lines: List[str]) -> str:
    return "{0} {{\n{1}}};\n".format(words, "".join("\t{0};\n".format(line) for line in lines))


def _list(values: Tuple[str, ...]) -> str:
    return "{{ {0} }}".format(" ".join(value + ";" for value in values))


class _Writer:
    def __init__(self, desired: ServerSpec, paths: Paths, version: Tuple[int, ...]) -> None:
        self._desired = desired
        self._paths = paths
        self._version = version
        self._new_words = version >= _NEW_WORDS_SINCE

    def _word(self, new: str) -> str:
        return new if self._new_words else {"primary": "master", "secondary": "slave", "primaries": "masters"}[new]

    def fragment(self) -> str:
        desired = self._desired
        parts = [MARK]
        if desired.key and desired.key.secret:
            parts.append('include "{0}";\n'.format(self._paths.key))
        parts += [_statement('zone "{0}"'.format(zone.name), self._zone(zone)) for zone in desired.zones]
        return "".join(parts) + self._in_every_view()

    def _in_every_view(self) -> str:
        """Zones that views cannot share (BIND 9 ARM, in-view)."""
        desired, parts = self._desired, []
        for zone in desired.forward_zones:
            lines = ["type forward", "forward only", "forwarders " + _list(zone.forwarders)]
            parts.append(_statement('zone "{0}"'.format(zone.name), lines))
        if desired.rpz:
            lines = ["type " + self._word("primary"), self._file(desired.rpz), *self._as_written("primary")]
            lines += ["notify no", "allow-transfer { none; }", "allow-query { localhost; }"]
            parts.append(_statement('zone "{0}"'.format(desired.rpz.name), lines))
        return "".join(parts)

    def other_views(self, view: str) -> str:
        zones = [
            _statement('zone "{0}"'.format(zone.name), ['in-view "{0}"'.format(view)]) for zone in self._desired.zones
        ]
        return MARK + "".join(zones) + self._in_every_view()

    def options(self) -> str:
        lines = []
        if self._desired.rpz:
            policy = 'zone "{0}"'.format(self._desired.rpz.name)
            # Without the last words a name is rewritten only after it was resolved, by servers that may be unreachable.
            lines.append("response-policy {0} qname-wait-recurse no".format(_list((policy,))))
        if self._desired.validate_except:
            names = tuple('"{0}"'.format(name) for name in self._desired.validate_except)
            lines.append("validate-except " + _list(names))
        return MARK + "".join(line + ";\n" for line in lines)

    def key(self) -> str:
        key = self._desired.key
        lines = ["algorithm {0}".format(key.algorithm), 'secret "{0}"'.format(key.secret)]
        return MARK + _statement('key "{0}"'.format(key.name), lines)

    def _file(self, zone: ZoneSpec) -> str:
        return 'file "{0}"'.format(self._paths.zone_file(zone.name))

    def _as_written(self, kind: str) -> List[str]:
        """Options that keep a zone as its file or primary has it, whatever the server's global options are."""
        lines = ["allow-update { none; }", "masterfile-format text"]
        if kind == "secondary":
            lines = ["allow-update-forwarding { none; }"]
        return lines + (["dnssec-policy none"] if self._version >= _POLICIES_SINCE else [])

    def _with_key(self, addresses: Tuple[str, ...]) -> Tuple[str, ...]:
        key = self._desired.key
        return tuple('{0} key "{1}"'.format(address, key.name) if key else address for address in addresses)

    def _zone(self, zone: ZoneSpec) -> List[str]:
        desired = self._desired
        lines = ["type " + self._word(desired.kind), self._file(zone)]
        if desired.kind == "secondary":
            lines.append("{0} {1}".format(self._word("primaries"), _list(self._with_key(desired.primaries))))
        # By default named notifies all servers of the zone, and lets everybody transfer it.
        if desired.also_notify:
            lines += ["notify explicit", "also-notify " + _list(self._with_key(desired.also_notify))]
        else:
            lines.append("notify no")
        lines.append("allow-transfer " + _list(desired.allow_transfer))
        if desired.allow_query:
            lines.append("allow-query " + _list(desired.allow_query))
        return lines + self._as_written(desired.kind)
