# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image written as a Dockerfile again, so that the same rules judge it: its settings, and the steps of its history.

The values of variables that hold secrets, by their names, are not in it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..._http_values import NotUnderstood
from ..._json import read_json
from ..._text import MASK
from .config import ImageConfig
from .history import Step

BASE = "base-image:1"
"""Stands for the base image, which neither config nor history has to name."""

_END = "LONGSHORE_END_OF_STEP"
_PLAIN = re.compile(r"[^\s#<\-\[][^\n\r<]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?(?:/[a-z]+)?\Z", re.ASCII)
_COPIED = re.compile(r"(file|dir|multi|directory|url):\S+ in (\S.*)\Z", re.DOTALL)
_MOST_NAMES = 500
_KINDS = {"url": "https://unknown.invalid/file", "multi": "files"}
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_LINE_BREAK = re.compile(r"[\n\r]")

IsSecret = Callable[[str], bool]
"""Whether the name of a variable is that of a secret."""


class Script(NamedTuple):
    """A Dockerfile, and the step that each of its lines is from."""

    text: str
    steps: Dict[int, Step]


def script_of_settings(config: ImageConfig, is_secret: IsSecret) -> str:
    """The settings of an image, as the last stage of a Dockerfile would end with them."""
    lines = ["FROM " + BASE]
    for name, value in config.environment:
        if _NAME.match(name):
            lines.append("ENV {0}={1}".format(name, MASK if is_secret(name) and value else _quoted(value)))
    lines += ["LABEL {0}={1}".format(_quoted(name), _quoted(value)) for name, value in config.labels]
    if config.working_directory:
        lines.append("WORKDIR " + _flat(config.working_directory))
    lines += ["EXPOSE " + port for port in config.ports if _PORT.match(port)]
    if config.volumes:
        lines.append("VOLUME " + json.dumps(config.volumes))
    if config.user:
        lines.append("USER " + _flat(config.user))
    if config.healthcheck:
        kind, *words = config.healthcheck
        command = json.dumps(words) if kind != "CMD-SHELL" else _flat(" ".join(words))
        lines.append("HEALTHCHECK CMD " + command)
    lines += _start("ENTRYPOINT", config.entrypoint)
    lines += _start("CMD", config.command)
    return "\n".join(lines) + "\n"


def _start(keyword: str, words: Optional[Sequence[str]]) -> List[str]:
    """A builder writes the shell form as an exec form that calls the shell."""
    if not words:
        return []
    if len(words) == 3 and tuple(words[:2]) in (("/bin/sh", "-c"), ("/bin/bash", "-c")) and words[2].strip():
        return ["{0} {1}".format(keyword, _flat(words[2]))]
    return ["{0} {1}".format(keyword, json.dumps(list(words)))]


def script_of_steps(steps: Iterable[Step]) -> Script:
    """The steps of a history, each an instruction."""
    lines = ["FROM " + BASE]
    origin: Dict[int, Step] = {}
    declared: Set[str] = set()
    directory = ""
    for step in steps:
        if step.keyword == "WORKDIR":
            directory = step.arguments.strip()
        made = _arguments(step, declared) if step.keyword in ("RUN", "ARG") else []
        made += _instruction(step, directory)
        origin.update(dict.fromkeys(range(len(lines) + 1, len(lines) + len(made) + 1), step))
        lines += made
    return Script("\n".join(lines) + "\n", origin)


def _arguments(step: Step, declared: Set[str]) -> List[str]:
    """The build arguments that a step declares or uses, each once. Their values may be secrets."""
    names = [name for name, _value in step.build_arguments]
    if step.keyword == "ARG":
        names = [step.arguments.partition("=")[0].strip()]
    fresh = [name for name in dict.fromkeys(names) if _NAME.match(name) and name not in declared]
    declared.update(fresh)
    return ["ARG " + name for name in fresh]


def _instruction(step: Step, directory: str) -> List[str]:
    if step.keyword == "RUN":
        return _run(step.arguments)
    if step.keyword in ("COPY", "ADD"):
        return ["{0} {1}".format(step.keyword, _flat(_sources(step.arguments, directory)))]
    if step.keyword == "ENV":
        names = _VARIABLE.findall(step.arguments) or step.arguments.split()[:1]
        return ["ENV {0}={1}".format(name, MASK) for name in dict.fromkeys(names[:_MOST_NAMES]) if _NAME.match(name)]
    if step.keyword == "VOLUME":
        return ["VOLUME " + json.dumps(paths) for paths in [_paths(step.arguments)] if paths]
    if step.keyword == "WORKDIR" and step.arguments.strip():
        return ["WORKDIR " + _flat(step.arguments)]
    # What the config says as well, and says last.
    return []


def _run(command: str) -> List[str]:
    """The command as it is, in a document if it would be read as something else."""
    if not command:
        return []
    if command.startswith("[") and _is_exec(command):
        return ["RUN " + _flat(command)]
    if _PLAIN.fullmatch(command) and not command.rstrip().endswith("\\"):
        return ["RUN " + command]
    lines = _LINE_BREAK.split(command)
    return ["RUN <<'{0}'".format(_END), *(line for line in lines if line != _END), _END]


def _is_exec(command: str) -> bool:
    try:
        words = read_json(command)
    except NotUnderstood:
        return False
    return isinstance(words, list) and all(isinstance(word, str) for word in words)


def _sources(arguments: str, directory: str) -> str:
    """Source and destination of a step. The classic builder writes a checksum for the source: C(dir:ab12 in /app).

    :param directory: the WORKDIR. A directory that is copied there is taken for the whole context.
    """
    found = _COPIED.match(arguments)
    if found is None:
        return arguments
    kind, destination = found.group(1), found.group(2).strip()
    place = posixpath.normpath(posixpath.join(directory or "/", destination))
    source = "directory" if directory and place != posixpath.normpath(directory) else "."
    return json.dumps([source if kind in ("dir", "directory") else _KINDS.get(kind, "file"), destination])


def _paths(arguments: str) -> Tuple[str, ...]:
    """C(["/data"]), or C([/data /log]) as BuildKit writes it."""
    if _is_exec(arguments):
        return tuple(read_json(arguments))
    return tuple(arguments.strip("[]").split())


def _flat(text: str) -> str:
    """Text in one line that does not continue in the next."""
    return " ".join(_LINE_BREAK.split(text)).rstrip("\\ ").strip() or '""'


def _quoted(text: str) -> str:
    """A word in double quotes; the builder would expand a dollar sign."""
    plain = " ".join(_LINE_BREAK.split(text))
    return '"{0}"'.format(re.sub(r'(["\\$`])', r"\\\1", plain))
