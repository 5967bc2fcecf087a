# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 13, 14 and 15: what an image declares: ports, volumes, labels.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from ..._text import quoted
from ..dockerfile.arguments import pairs, words
from ..model import Edit, Instruction
from ..source.images import image_name
from ..source.managers import INSTALL, SYSTEM, word_set
from ..source.start import start_of
from ..source.view import View, below
from .catalogue import INFO
from .draft import HEURISTIC, Draft, about

# -- rule 13 -----------------------------------------------------------------------------------------------------------

USUAL_PORTS: Mapping[str, str] = {
    "httpd": "80",
    "mariadb": "3306",
    "memcached": "11211",
    "mongo": "27017",
    "mysql": "3306",
    "nginx": "80 443",
    "postgres": "5432",
    "rabbitmq": "5672 15672",
    "redis": "6379",
}
_LOCAL_PORT = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0):(\d{1,5}|\$\{?[A-Za-z_]\w*)")
_OWN_PORT = re.compile(r"(?:(?:APP|APPLICATION|HTTP|HTTPS|LISTEN|SERVER|SERVICE|WEB|API|BIND)_)?PORT\Z", re.IGNORECASE)
_PORT = re.compile(r"(\d+)(?:-(\d+))?(?:/(?:tcp|udp|sctp))?\Z", re.IGNORECASE)


def expose(view: View) -> Iterator[Draft]:
    """SWR-DF-013."""
    exposed: List[str] = []
    unknown = False
    last: Optional[Instruction] = None
    for instruction in view.inherited(view.final):
        if instruction.keyword != "EXPOSE":
            continue
        last = instruction
        for word in words(view.dockerfile, instruction):
            port = view.known(instruction, word.raw)
            found = _PORT.match(port) if port is not None else None
            if found is None:
                unknown = True
                continue
            first, end = int(found.group(1)[:9]), int((found.group(2) or found.group(1))[:9])
            exposed += [str(number) for number in range(first, min(end, first + 1000) + 1)]
            if not 1 <= first <= end <= 65535:
                yield about(
                    view,
                    "SWR-DF-013",
                    instruction,
                    "there is no port {0}".format(quoted(port or "")),
                    "Use a port from 1 to 65535.",
                    span=word.span,
                )
    yield from _cross_check(view, exposed, unknown, last)


def _cross_check(view: View, exposed: List[str], unknown: bool, last: Optional[Instruction]) -> Iterator[Draft]:
    start = start_of(view)
    if view.final is None or (start.cmd is None and start.entrypoint is None and last is None):
        return
    wanted = _wanted_ports(view)
    if last is None:
        hint = " {0}".format(" ".join(wanted)) if wanted else ""
        yield about(
            view,
            "SWR-DF-013",
            view.final.origin,
            "no EXPOSE says on which port the service listens"
            + (", though {0} is one".format(wanted[0]) if wanted else ""),
            "Decide whether it listens on a port, and add EXPOSE{0}.".format(hint),
            subject="no EXPOSE",
            confidence=HEURISTIC,
            advice=not wanted,
        )
        return
    for port in wanted:
        if port not in exposed and not unknown:
            yield about(
                view,
                "SWR-DF-013",
                last,
                "the port {0} is used, but not exposed".format(port),
                "Add it to EXPOSE, if the service listens on it.",
                subject="port " + port,
                confidence=HEURISTIC,
                at_most=INFO,
            )
    base = view.base_of(view.final)
    usual = USUAL_PORTS.get(image_name(base).short, "") if base else ""
    if usual and exposed and not set(usual.split()) & set(exposed):
        yield about(
            view,
            "SWR-DF-013",
            last,
            "the usual port of {0} is {1}".format(image_name(base or "").short, usual.replace(" ", " and ")),
            "Use the usual port, unless the service is configured for another one.",
            subject="unusual port",
            confidence=HEURISTIC,
            at_most=INFO,
        )


def _wanted_ports(view: View) -> List[str]:
    """Ports that a health check or a variable of the image names."""
    environment = view.environment()
    found = [value for name, value in environment.items() if _OWN_PORT.match(name) and value.isdigit()]
    check = view.effective("HEALTHCHECK")
    for text in _LOCAL_PORT.findall(check.arguments) if check is not None else ():
        value = environment.get(text.strip("${}"), "") if text.startswith("$") else text
        if value.isdigit():
            found.append(value)
    return list(dict.fromkeys(found))


# -- rule 14 -----------------------------------------------------------------------------------------------------------

_DATA_WORD = re.compile(r"(?:\A|[/_-])(?:data|media|uploads?|storage|volumes?|db|database)(?:\Z|[/_-])", re.IGNORECASE)
_DATA_NAME = re.compile(r"(?:DATA|MEDIA|UPLOADS?|STORAGE|DB|DATABASE)_(?:DIR|PATH|ROOT|FOLDER|HOME)\Z", re.IGNORECASE)
_DATABASES: Mapping[str, str] = {
    "mysqld": "/var/lib/mysql",
    "mariadbd": "/var/lib/mysql",
    "mysqld_safe": "/var/lib/mysql",
    "postgres": "/var/lib/postgresql",
    "mongod": "/var/lib/mongodb",
    "redis-server": "/var/lib/redis",
    "influxd": "/var/lib/influxdb",
}
_DATABASE_PACKAGE = re.compile(r"(?:default-mysql|mysql|mariadb|postgresql|mongodb|redis|influxdb)")
_WRITERS = word_set("mkdir touch cp mv chown chmod install tee tar unzip wget curl ln")


def volume(view: View) -> Iterator[Draft]:
    """SWR-DF-014."""
    volumes: List[str] = []
    unknown = False
    for stage in view.lineage(view.final):
        for instruction in stage.instructions:
            if instruction.keyword == "VOLUME":
                for word in words(view.dockerfile, instruction):
                    path = view.known(instruction, word.value if instruction.json is not None else word.raw)
                    unknown = unknown or path is None
                    if path is not None:
                        volumes.append(posixpath.normpath(posixpath.join(view.workdir(instruction) or "/", path)))
            elif instruction.keyword == "RUN" and volumes:
                yield from _written(view, instruction, volumes)
    if not volumes and not unknown:
        yield from _undeclared(view)


def _written(view: View, instruction: Instruction, volumes: List[str]) -> Iterator[Draft]:
    """A RUN that changes a directory which is a volume already."""
    located = view.script_of(instruction)
    for command in located.script.commands if located is not None else ():
        redirected = [one.target for one in command.redirects if one.operator.startswith((">", "&>"))]
        arguments = command.arguments if command.program in _WRITERS else ()
        for word in (*arguments, *redirected):
            path = posixpath.normpath(word.value) if word.value.startswith("/") else ""
            if path and any(below(path, one) for one in volumes[:200]):
                yield about(
                    view,
                    "SWR-DF-014",
                    instruction,
                    "it changes {0} after VOLUME declared it; builders other than BuildKit discard that".format(
                        quoted(path)
                    ),
                    "Move VOLUME behind this RUN.",
                    confidence=HEURISTIC,
                )
                return


def _undeclared(view: View) -> Iterator[Draft]:
    start = start_of(view)
    origin = start.cmd or start.entrypoint
    if origin is None or view.final is None:
        return
    for program in sorted(start.programs & set(_DATABASES)):
        if _installs_database(view):
            yield about(
                view,
                "SWR-DF-014",
                origin,
                "{0} keeps its data in the container, and ends with it".format(program),
                "Add VOLUME {0}, or the directory that its configuration names.".format(_DATABASES[program]),
                confidence=HEURISTIC,
                subject="no VOLUME",
            )
            return
    folder = _data_folder(view)
    if folder:
        yield about(
            view,
            "SWR-DF-014",
            origin,
            "{0} looks like a directory for data, but is no volume".format(quoted(folder)),
            "Decide whether its content must outlive the container, and add VOLUME {0}.".format(folder),
            confidence=HEURISTIC,
            subject="no VOLUME",
            advice=True,
        )


def _installs_database(view: View) -> bool:
    names = (
        name
        for stage in view.lineage(view.final)
        for _instruction, located in view.runs_of(stage)
        for action in located.actions
        if action.kind == INSTALL and action.manager in SYSTEM
        for name in action.names
    )
    return any(_DATABASE_PACKAGE.match(name) for name in names)


def _data_folder(view: View) -> str:
    """A directory for data that the start prepares, or a variable of the image names; empty if there is none."""
    for name, value in view.environment().items():
        if _DATA_NAME.search(name) and value.startswith("/"):
            return value
    start = start_of(view)
    for command in (*start.commands, *start.script_commands):
        if command.program == "mkdir":
            for word in command.arguments:
                name = re.sub(r"[${}\"]", "", word.value)
                if not word.value.startswith("-") and (_DATA_WORD.search(word.value) or _DATA_NAME.search(name)):
                    return word.value
    return ""


# -- rule 15 -----------------------------------------------------------------------------------------------------------


def labels(view: View) -> Iterator[Draft]:
    """SWR-DF-015."""
    for instruction in view.dockerfile.instructions:
        if instruction.keyword == "MAINTAINER":
            yield about(
                view,
                "SWR-DF-015",
                instruction,
                "MAINTAINER is deprecated",
                "Write LABEL org.opencontainers.image.authors=...",
                edits=_as_label(instruction),
            )
        elif instruction.keyword == "LABEL":
            for pair in pairs(view.dockerfile, instruction):
                if pair.separator != "=" and pair.value is not None:
                    yield about(
                        view,
                        "SWR-DF-015",
                        instruction,
                        "the label {0} has the old form without an equals sign".format(quoted(pair.name)),
                        'Write {0}="..." with quotes.'.format(pair.name),
                        edits=_with_equals(instruction, pair.word.start + len(pair.name), pair.value.start),
                    )
    if view.final is not None and not any(one.keyword in ("LABEL", "MAINTAINER") for one in view.inherited(view.final)):
        yield about(
            view,
            "SWR-DF-015",
            view.final.origin,
            "the image has no labels, so nobody can see its source and version",
            "Decide what to say, and add LABEL org.opencontainers.image.source=... and "
            "org.opencontainers.image.version=...",
            subject="no LABEL",
            advice=True,
        )


def _as_label(instruction: Instruction) -> Tuple[Edit, ...]:
    text = instruction.arguments.strip("\"'")
    if not text or re.search(r"[\"\\$\x00-\x1f]", text):
        return ()
    label = "LABEL org.opencontainers.image.authors={0}".format(json.dumps(text, ensure_ascii=False))
    return (Edit(instruction.span.start, instruction.span.end, label),)


def _with_equals(instruction: Instruction, name_end: int, value_start: int) -> Tuple[Edit, ...]:
    """Put an equals sign and quotes around the value of the old form, which is the rest of the line."""
    text = instruction.arguments
    value = text[value_start:]
    if name_end >= value_start:
        return ()
    if re.match(r'"[^"\\\x00-\x1f]*"\Z', value):
        return (Edit(instruction.offsets[name_end], instruction.offsets[value_start], "="),)
    if re.search(r"[\"'\\\x00-\x1f]", value):
        return ()
    end = instruction.offsets[len(text) - 1] + 1
    return (
        Edit(instruction.offsets[name_end], instruction.offsets[value_start], '="'),
        Edit(end, end, '"'),
    )


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {
    "SWR-DF-013": expose,
    "SWR-DF-014": volume,
    "SWR-DF-015": labels,
}
