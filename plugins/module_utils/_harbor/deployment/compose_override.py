# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of Harbor's C(docker-compose.override.yml): names and addresses for the containers that access registries.

Harbor's core asks a registry for tokens and organizations, its jobservice sends the images: both need the mapping. They
have these names in every release from 1.10 on. C(./prepare) rewrites C(docker-compose.yml), but not the override.

Additions are in managed blocks, so that comments, order and everything else are kept, and C(original)
restores the text byte for byte. If a block cannot be inserted between lines (flow style, aliases), the whole
document becomes one block, with the original lines as comments in it. Either way the result is parsed and
compared with the intended meaning before it is returned.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from ..errors import HarborError
from .compose_nodes import copy_of, get, is_null, parse, same, text_node
from .host_entries import Host, host_of, read_host

try:
    import yaml
except ImportError:
    # The module has reported this already.
    yaml = None  # type: ignore[assignment]

SERVICES = ("core", "jobservice")
OVERRIDE, BASE = "docker-compose.override.yml", "docker-compose.yml"
BEGIN, END = "# BEGIN longshore.swr.harbor", "# END longshore.swr.harbor"
# An original line follows; with the second, one without a line end.
WAS, WAS_OPEN = "#longshore.swr.harbor was:", "#longshore.swr.harbor was, without an end:"

_BEGIN_LINE = re.compile(r"[ ]*# BEGIN longshore\.swr\.harbor ([0-9a-f]{12})\r?\n?\Z")
_SEQUENCE, _MAPPING, _MERGE = ("tag:yaml.org,2002:" + kind for kind in ("seq", "map", "merge"))


class _Unfit(Exception):
    """A block cannot be put between the lines of this text."""


def original(text: str) -> str:
    """The original text, without our additions.

    :raises HarborError: a block has no end, or was changed by hand.
    """
    result: List[str] = []
    inner: Optional[List[str]] = None
    digest = ""
    for line in _lines(text):
        begins = _BEGIN_LINE.match(line)
        if (begins is not None) != (inner is None) and (begins or line.strip() == END):
            raise _damaged("it has no beginning or no end")
        if begins:
            inner, digest = [], begins.group(1)
        elif inner is None:
            result.append(line)
        elif line.strip() == END:
            if _digest(inner) != digest:
                raise _damaged("it was changed manually")
            result.extend(_as_it_was(inner))
            inner = None
        else:
            inner.append(line)
    if inner is not None:
        raise _damaged("it has no end")
    return "".join(result)


def render(text: str, base: str, hosts: Sequence[Host]) -> str:
    """The override with the names; without names, the original.

    :param text: the current file, with or without blocks; empty if there is none.
    :param base: the text of C(docker-compose.yml), which says whether a C(version) is needed (Compose v1 wants the same
        in both) and must have the services.
    :raises HarborError: one of the files cannot be parsed, or gives a name another address.
    """
    before = original(text)
    return _with_hosts(before, base, hosts) if hosts else before


def _with_hosts(before: str, base: str, hosts: Sequence[Host]) -> str:
    base_root = parse(base, BASE)
    services = get(base_root, "services")
    absent = [name for name in SERVICES if get(services, name) is None]
    if absent:
        raise HarborError(
            "there is no service {0}".format(" and no service ".join(absent)),
            where=BASE,
            hint="Is this the folder that Harbor was installed from? It holds harbor.yml and prepare as well.",
        )
    root = parse(before, OVERRIDE)
    for service in SERVICES:
        _refuse_reset(root, ("services", service, "extra_hosts"))
        _refuse_others(get(services, service), hosts, "{0}, service {1}".format(BASE, service))
    version = get(base_root, "version")
    wanted = _wanted(root, hosts, version)
    if same(root, wanted):
        return before
    for make in (lambda: _insert(before, root, hosts, version), lambda: _rewrite(before, wanted)):
        try:
            result = make()
            if same(parse(result, OVERRIDE), wanted) and original(result) == before:
                return result
        except (_Unfit, HarborError):
            continue
    raise HarborError(
        "its format does not allow adding names",
        where=OVERRIDE,
        hint="Manually add extra_hosts with {0} to the services core and jobservice.".format(
            ", ".join(str(host) for host in hosts)
        ),
    )


def hosts_of(text: str, where: str = OVERRIDE) -> Dict[str, List[Host]]:
    """The C(extra_hosts) of both services in a Compose file.

    :raises HarborError: the file cannot be read.
    """
    services = get(parse(text, where), "services")
    return {
        name: _entries(get(get(services, name), "extra_hosts"), "{0}, service {1}".format(where, name))
        for name in SERVICES
    }


def service_names(text: str) -> List[str]:
    """The services in C(docker-compose.yml).

    :raises HarborError: the file cannot be read.
    """
    services = get(parse(text, BASE), "services")
    return [str(key.value) for key, _value in services.value] if isinstance(services, yaml.MappingNode) else []


# -- blocks


def _lines(text: str) -> List[str]:
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _damaged(why: str) -> HarborError:
    return HarborError(
        "the managed block cannot be used: {0}".format(why),
        where=OVERRIDE,
        hint="Move what you need out of it, remove the lines from {0!r} to {1!r}, and run again.".format(BEGIN, END),
    )


def _as_it_was(inner: Sequence[str]) -> Iterator[str]:
    for line in inner:
        if line.startswith(WAS):
            yield line[len(WAS) :]
        elif line.startswith(WAS_OPEN):
            yield line[len(WAS_OPEN) :].rstrip("\n")


def _block(indent: str, lines: Sequence[str]) -> str:
    inner = [indent + line + "\n" for line in lines]
    return "{0}{1} {2}\n{3}{0}{4}\n".format(indent, BEGIN, _digest(inner), "".join(inner), END)


# -- the intended meaning


def _entries(node: Any, where: str) -> List[Host]:
    """The entries of C(extra_hosts): a list of C(name:address) or a mapping."""
    if is_null(node):
        return []
    if isinstance(node, yaml.MappingNode):
        found = []
        for key, value in node.value:
            items = value.value if isinstance(value, yaml.SequenceNode) else [value]
            found.extend(host_of(str(key.value), str(item.value)) for item in items)
        return found
    if not isinstance(node, yaml.SequenceNode):
        raise HarborError("extra_hosts is not a list", where=where)
    return [read_host(str(item.value)) for item in node.value]


def _refuse_reset(node: Any, keys: Sequence[str]) -> None:
    """
    :raises HarborError: a tag makes Compose drop the content of one of the keys.
    """
    for number, key in enumerate(keys, 1):
        node = get(node, key)
        if node is not None and node.tag == "!reset":
            raise HarborError(
                "{0} has the tag !reset, and Compose ignores its value".format(".".join(keys[:number])),
                where=OVERRIDE,
                hint="Remove the tag, or write !override.",
            )


def _refuse_others(service: Any, hosts: Sequence[Host], where: str) -> List[Host]:
    """The names already there with the correct address. Others are rejected: programs would alternate between both.

    :raises HarborError: a name has another address.
    """
    wanted = {host.name: host.address for host in hosts}
    present = []
    for name, address in _entries(get(service, "extra_hosts"), where):
        if wanted.get(name, address) != address:
            raise HarborError(
                "extra_hosts gives {0} the address {1}, and not {2}".format(name, address, wanted[name]),
                where=where,
                hint="Remove that entry, and run again.",
            )
        if name in wanted:
            present.append(Host(name, wanted[name]))
    return present


def _missing(service: Any, name: str, hosts: Sequence[Host]) -> List[Host]:
    where = "{0}, service {1}".format(OVERRIDE, name)
    if not is_null(service) and not isinstance(service, yaml.MappingNode):
        raise HarborError("this is not a mapping", where=where)
    if isinstance(service, yaml.MappingNode) and get(service, "extra_hosts") is None:
        merged = [value for key, value in service.value if key.tag == _MERGE]
        parts = [part for value in merged for part in (value.value if value.tag == _SEQUENCE else [value])]
        if any(get(part, "extra_hosts") is not None for part in parts):
            raise HarborError(
                "its extra_hosts come from a merge key (<<)",
                where=where,
                hint="Give the service extra_hosts of its own, with these entries.",
            )
    present = _refuse_others(service, hosts, where)
    return [host for host in hosts if host not in present]


def _wanted(root: Any, hosts: Sequence[Host], version: Any) -> Any:
    """A copy of the document with all additions."""
    copied = copy_of(root) if root is not None else yaml.MappingNode(_MAPPING, [], flow_style=False)
    services = _child(copied, "services", _MAPPING)
    added = False
    for name in SERVICES:
        missing = _missing(get(services, name), name, hosts)
        if not missing:
            continue
        added = True
        extra = _child(_child(services, name, _MAPPING), "extra_hosts", _SEQUENCE)
        if isinstance(extra, yaml.MappingNode):
            extra.value[:0] = [(text_node(host.name), text_node(host.address, '"')) for host in missing]
        else:
            extra.value[:0] = [text_node(str(host), '"') for host in missing]
    if not added:
        return root
    if version is not None and get(copied, "version") is None:
        copied.value.insert(0, (text_node("version"), copy_of(version)))
    return copied


def _child(node: Any, name: str, tag: str) -> Any:
    """The value of a key, created if missing or null."""
    if not isinstance(node, yaml.MappingNode):
        raise HarborError("{0} is not in a mapping".format(name), where=OVERRIDE)
    value = get(node, name)
    if not is_null(value):
        return value
    made = (yaml.SequenceNode if tag == _SEQUENCE else yaml.MappingNode)(tag, [], flow_style=False)
    node.value[:] = [pair for pair in node.value if pair[0].value != name] + [(text_node(name), made)]
    return made


# -- the text


def _insert(text: str, root: Any, hosts: Sequence[Host], version: Any) -> str:
    """Insert blocks between the lines, each before the first line of its collection."""
    places: List[Tuple[int, str, List[str]]] = []
    head = []
    if version is not None and get(root, "version") is None:
        head = ["version: {0}".format(json.dumps(version.value))]
    services = get(root, "services")
    if root is None or services is None:
        rest = ["services:"] + ["  " + line for name in SERVICES for line in _service(name, hosts)]
        places.append((0, "", head + rest) if root is None else (*_start(text, root), head + rest))
    else:
        if head:
            places.append((*_start(text, root), head))
        for name in SERVICES:
            service = get(services, name)
            missing = _missing(service, name, hosts)
            extra = get(service, "extra_hosts")
            if not missing:
                continue
            if service is None:
                places.append((*_start(text, services), _service(name, missing)))
            elif extra is None:
                places.append((*_start(text, service), _extra_hosts(missing)))
            elif isinstance(extra, yaml.MappingNode):
                lines = ["{0}: {1}".format(host.name, json.dumps(host.address)) for host in missing]
                places.append((*_start(text, extra), lines))
            else:
                places.append((*_start(text, extra), ["- {0}".format(json.dumps(str(host))) for host in missing]))
    return _with_blocks(text, places)


def _with_blocks(text: str, places: Sequence[Tuple[int, str, List[str]]]) -> str:
    joined: Dict[Tuple[int, str], List[str]] = {}
    for index, indent, lines in places:
        joined.setdefault((index, indent), []).extend(lines)
    for (index, indent), lines in sorted(joined.items(), reverse=True):
        text = text[:index] + _block(indent, lines) + text[index:]
    return text


def _service(name: str, hosts: Sequence[Host]) -> List[str]:
    return [name + ":"] + ["  " + line for line in _extra_hosts(hosts)]


def _extra_hosts(hosts: Sequence[Host]) -> List[str]:
    return ["extra_hosts:"] + ["  - {0}".format(json.dumps(str(host))) for host in hosts]


def _start(text: str, node: Any) -> Tuple[int, str]:
    """The offset of a block-style collection's first line, and its indentation.

    :raises _Unfit: it is in flow style, empty, or does not start a line.
    """
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        raise _Unfit
    first = node.value[0][0] if isinstance(node, yaml.MappingNode) else node.value[0]
    index = text.rfind("\n", 0, first.start_mark.index) + 1
    before = text[index : first.start_mark.index]
    indent = before[: len(before) - len(before.lstrip(" "))]
    if before.strip() not in ("", "-") or "\t" in before:
        raise _Unfit
    return index, indent


def _rewrite(text: str, wanted: Any) -> str:
    """The whole document as one block, which keeps the original lines."""
    lines = yaml.serialize(wanted, Dumper=yaml.SafeDumper, allow_unicode=True, width=1000).split("\n")[:-1]
    for line in _lines(text):
        lines.append(WAS + line[:-1] if line.endswith("\n") else WAS_OPEN + line)
    return _block("", lines)
