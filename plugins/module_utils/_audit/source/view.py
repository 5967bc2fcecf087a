# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Dockerfile as the rules see it: its stages, what each instruction's variables stand for, and its context.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, Dict, FrozenSet, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple

from ..dockerfile.arguments import words
from ..dockerfile.expansion import Expanded, expand
from ..dockerfile.variables import Scope, walk
from ..model import Dockerfile, Instruction, Span, Stage
from .scripts import Located, located_scripts

WATCHED = ("PIP_NO_CACHE_DIR", "UV_NO_CACHE")
"""Variables of which rules ask what they are for a RUN."""

EXPANDED = frozenset({"ADD", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"})
"""Instructions in which a builder replaces variables."""


class Options(NamedTuple):
    """What the user says about the rules, besides severities."""

    allowed_base_images: Tuple[str, ...] = ()
    unneeded_packages: bool = False
    build_args: Mapping[str, str] = {}


class SourceFile(NamedTuple):
    """A file of the context: its path as the user knows it, its content, and whether it can be executed."""

    path: str
    content: bytes
    executable: bool


class Context:
    """The context of a build, as far as rules ask about it. This one is unknown.

    :ivar known: whether there is one.
    :ivar ignore_file: the name of the C(.dockerignore) in it; None if it has none.
    :ivar complete: whether all of its files were seen.
    :ivar memo: what is computed once for all Dockerfiles with the same context.
    """

    known = False
    ignore_file: Optional[str] = None
    complete = True

    def __init__(self) -> None:
        self.memo: Dict[str, Any] = {}

    def files(self) -> Tuple[str, ...]:
        """The paths that are sent to the builder, with slashes, relative to the context; directories end in a slash."""
        return ()

    def is_folder(self, path: str) -> bool:
        """Whether a path of the context is a directory."""
        return False

    def read(self, path: str) -> Optional[SourceFile]:
        """A regular file that is sent to the builder; None if there is none, or it is too large or out of reach."""
        return None


class Copied(NamedTuple):
    """What a COPY or ADD copies, as far as known: C(None) for a text with an unknown variable."""

    sources: Tuple[Optional[str], ...]
    destination: Optional[str]


@dataclass
class View:
    """One Dockerfile, with what several rules ask about it.

    :ivar skipped: rules that could not be judged, with the reason.
    :ivar memo: what is computed once for several rules.
    """

    dockerfile: Dockerfile
    options: Options = field(default_factory=Options)
    context: Context = field(default_factory=Context)
    skipped: List[Tuple[str, str]] = field(default_factory=list)
    memo: Dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._expanded: Dict[Tuple[int, str], Tuple[Expanded, Tuple[str, ...]]] = {}
        self._watched: Dict[Tuple[int, str], str] = {}
        self._last_scopes: Dict[int, Scope] = {}
        for instruction, scope in walk(self.dockerfile, self.options.build_args):
            self._remember(instruction, scope)
            if instruction.keyword != "FROM":
                # It changes with the instruction, and is then what the next one sees.
                self._last_scopes[instruction.stage] = scope
        self._lines = [place for place, char in enumerate(self.dockerfile.text) if char == "\n"]
        self._scripts = located_scripts(self.dockerfile)
        self._by_name = {name: stage for stage in self.stages for name in (str(stage.number), stage.name) if name}
        self._bases: List[Optional[str]] = []
        for stage in self.stages:
            self._bases.append(stage.base if stage.parent is None else self._bases[stage.parent])
        self.copied_from = frozenset(self._copied_from())
        self._shipped = self._find_shipped()
        self._workdirs: Dict[int, Optional[str]] = {}
        self._find_workdirs()

    def _remember(self, instruction: Instruction, scope: Scope) -> None:
        """Keep what the texts of an instruction expand to: the scope changes with the next one."""
        for name in WATCHED:
            if instruction.keyword == "RUN" and name in scope.variables:
                self._watched[id(instruction), name] = scope.variables[name]
        if instruction.keyword in EXPANDED and "$" in instruction.arguments:
            texts = {instruction.arguments, *(instruction.json or ())}
            texts |= {word.raw for word in words(self.dockerfile, instruction)}
        else:
            texts = set()
        for text in (*texts, *(flag.value or "" for flag in instruction.flags)):
            if "$" in text:
                expanded = expand(text, scope.variables, self.dockerfile.escape)
                self._expanded[id(instruction), text] = (expanded, scope.undefined(expanded.undefined))

    # -- stages ------------------------------------------------------------------------------------------------------

    @property
    def stages(self) -> Tuple[Stage, ...]:
        return self.dockerfile.stages

    @property
    def final(self) -> Optional[Stage]:
        """The stage that becomes the image, unless the builder is told otherwise."""
        return self.stages[-1] if self.stages else None

    def lineage(self, stage: Optional[Stage]) -> Tuple[Stage, ...]:
        """A stage and those that it is built on, the first one first."""
        found: List[Stage] = []
        while stage is not None:
            found.append(stage)
            stage = None if stage.parent is None else self.stages[stage.parent]
        return tuple(reversed(found))

    def inherited(self, stage: Optional[Stage]) -> Iterator[Instruction]:
        """The instructions that make an image: those of a stage and of those that it is built on."""
        for one in self.lineage(stage):
            yield from one.instructions

    def is_shipped(self, stage: Stage) -> bool:
        """Whether the layers of a stage are part of an image, and not only files copied from it."""
        return stage.number in self._shipped

    def _find_shipped(self) -> Set[int]:
        """The final stage, those that nothing is copied from or built on, and what all of these are built on."""
        parents = {stage.parent for stage in self.stages}
        shipped: Set[int] = set()
        for stage in reversed(self.stages):
            target = stage.number not in self.copied_from and stage.number not in parents
            if target or stage is self.final or stage.number in shipped:
                shipped.add(stage.number)
                if stage.parent is not None:
                    shipped.add(stage.parent)
        return shipped

    def stage_called(self, name: str) -> Optional[Stage]:
        """The stage of C(--from), by name or number."""
        return self._by_name.get(name.lower())

    def _copied_from(self) -> Iterator[int]:
        for instruction in self.dockerfile.instructions:
            for name in froms(instruction):
                stage = self.stage_called(name)
                if stage is not None:
                    yield stage.number

    def base_of(self, stage: Stage) -> Optional[str]:
        """The image from outside that a stage is built on; None if it is unknown."""
        return self._bases[stage.number]

    def effective(self, keyword: str) -> Optional[Instruction]:
        """The instruction that decides a setting of the image: its last CMD, ENTRYPOINT, HEALTHCHECK."""
        found = None
        for stage in self.lineage(self.final):
            for instruction in stage.instructions:
                if instruction.keyword == keyword:
                    found = instruction
        entrypoint = self.effective("ENTRYPOINT") if keyword == "CMD" and found is not None else None
        # A stage that sets ENTRYPOINT forgets the CMD of the image that it is built on.
        return None if entrypoint and found and entrypoint.stage > found.stage else found

    # -- variables and paths -----------------------------------------------------------------------------------------

    def expand(self, instruction: Instruction, text: str) -> Expanded:
        """A text of an instruction, its variables replaced by what is known of them."""
        found = self._expanded.get((id(instruction), text))
        return found[0] if found else expand(text, {}, self.dockerfile.escape)

    def undefined(self, instruction: Instruction) -> Tuple[str, ...]:
        """The variables in the arguments of an instruction that nothing in the file defines."""
        found = self._expanded.get((id(instruction), instruction.arguments))
        return found[1] if found else ()

    def watched(self, instruction: Instruction, name: str) -> Optional[str]:
        """The value that a variable of C(WATCHED) has for a RUN."""
        return self._watched.get((id(instruction), name))

    def known(self, instruction: Instruction, text: str) -> Optional[str]:
        """A text with its variables replaced; None if one has no value."""
        expanded = self.expand(instruction, text)
        return None if expanded.undefined else expanded.text

    def copied(self, instruction: Instruction) -> Copied:
        """What a COPY or ADD copies to where; documents in the Dockerfile are left out."""
        texts = [
            word.value if instruction.json is not None else word.raw for word in words(self.dockerfile, instruction)
        ]
        texts = [text for text in texts if not text.startswith("<<")]
        values = [self.known(instruction, text) for text in texts]
        return Copied(tuple(values[:-1]), values[-1] if values else None)

    def workdir(self, instruction: Instruction) -> Optional[str]:
        """The directory in which an instruction runs, if it is known."""
        return self._workdirs.get(id(instruction))

    def _find_workdirs(self) -> None:
        last: Dict[int, Optional[str]] = {}
        for stage in self.stages:
            directory = last.get(stage.parent) if stage.parent is not None else None
            if stage.base == "scratch":
                directory = "/"
            for one in stage.instructions:
                self._workdirs[id(one)] = directory
                if one.keyword == "WORKDIR":
                    path = self.known(one, one.arguments)
                    if path is not None and path.startswith("/"):
                        directory = posixpath.normpath(path)
                    elif path is not None and directory is not None:
                        directory = posixpath.normpath(posixpath.join(directory, path))
                    else:
                        directory = None
            last[stage.number] = directory
        self.final_workdir = last.get(len(self.stages) - 1)

    def environment(self) -> Mapping[str, str]:
        """The variables that the image sets with ENV."""
        for stage in reversed(self.lineage(self.final)):
            scope = self._last_scopes.get(stage.number)
            if scope is not None:
                return {name: scope.variables[name] for name in scope.environment if name in scope.variables}
        return {}

    def arguments(self) -> FrozenSet[str]:
        """The build arguments that the final stage declares."""
        return frozenset(
            name
            for stage in self.lineage(self.final)
            for name in (self._last_scopes[stage.number].declared if stage.number in self._last_scopes else ())
        )

    # -- scripts -----------------------------------------------------------------------------------------------------

    def script_of(self, instruction: Instruction) -> Optional[Located]:
        """The script of a RUN, CMD, ENTRYPOINT or HEALTHCHECK; None if it has none, or no shell's."""
        located = self._scripts.get(id(instruction))
        return located if located is not None and located.script.evaluated else None

    def runs(self) -> Iterator[Tuple[Instruction, Located]]:
        """Every RUN with its script."""
        for stage in self.stages:
            yield from self.runs_of(stage)

    def runs_of(self, stage: Stage) -> Iterator[Tuple[Instruction, Located]]:
        """Every RUN of a stage with its script."""
        for instruction in stage.instructions:
            located = self.script_of(instruction) if instruction.keyword == "RUN" else None
            if located is not None:
                yield instruction, located

    def span_of(self, instruction: Instruction, located: Located, start: int, end: int) -> Span:
        """The place of a part of a script; the whole instruction for the exec form."""
        if located.form == "exec" or end <= start:
            return instruction.span
        first, last = located.offset(start), located.offset(end - 1) + 1
        return Span(first, last, bisect_left(self._lines, first) + 1, bisect_left(self._lines, last - 1) + 1)

    # -- names ---------------------------------------------------------------------------------------------------------

    def name_of(self, instruction: Instruction) -> Optional[str]:
        """The name or number of an instruction's stage; None if it is the only one and has no name."""
        if not 0 <= instruction.stage < len(self.stages):
            return None
        if len(self.stages) == 1:
            return self.stages[0].name
        return self.stages[instruction.stage].name or str(instruction.stage)

    def skip(self, rule: str, reason: str) -> None:
        """Say that a rule, or a part of it, cannot be judged."""
        if (rule, reason) not in self.skipped:
            self.skipped.append((rule, reason))


def froms(instruction: Instruction) -> Iterator[str]:
    """The stages and images from which an instruction takes files."""
    for flag in instruction.flags:
        if flag.name == "from" and flag.value:
            yield flag.value
        elif flag.name == "mount" and flag.value:
            for part in flag.value.split(","):
                name, _equals, value = part.partition("=")
                if name.strip().lower() == "from" and value:
                    yield value.strip()


def mounts(instruction: Instruction, kind: str) -> Tuple[str, ...]:
    """The paths of the mounts of one type, C(cache), of a RUN."""
    found: List[str] = []
    for flag in instruction.flags:
        if flag.name == "mount" and flag.value:
            values = dict(part.split("=", 1) for part in flag.value.split(",") if "=" in part)
            target = values.get("target") or values.get("dst") or values.get("destination")
            if values.get("type", "bind") == kind and target:
                found.append(posixpath.normpath(target))
    return tuple(found)


def below(path: str, folder: str) -> bool:
    """Whether a path is a directory or in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
