# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts that an expression of the source may have, without running it.

Constants are followed to where they are defined, variables to the assignments that reach them, and what is only known
at run time becomes a placeholder, named after the expression.
"""

from __future__ import annotations

import ast
import itertools
import re
import string
from functools import cache
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, Type

from .architecture import parsed

OPEN, CLOSE = "\x02", "\x03"
"""Around a placeholder."""

_MOST_VARIANTS = 6
_PASSED_ON = {"safe", "str", "one_line"}
_WORDS = {
    "what": "reason",
    "why": "reason",
    "said": "reason",
    "error": "reason",
    "problem": "reason",
    "trouble": "reason",
    "strerror": "reason",
    "st uid": "ID",
    "right": "the right form",
    "lower": "the name in lower case",
    "params": "program",
    "str": "",
    "self": "",
    "parts": "",
}


class Definition(NamedTuple):
    """:ivar block: identifies the statements that it is one of."""

    block: int
    value: ast.expr


class Module:
    """A source file, and what its names stand for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = parsed(path.read_text(encoding="utf-8"))
        self._constants = {name: value for node in self.tree.body for name, value in assigned(node)}
        self._imported: Dict[str, Tuple[Path, str]] = {}
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.level:
                folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                self._imported.update({name.asname or name.name: (folder, name.name) for name in node.names})

    def constant(self, name: str) -> Optional[Tuple[Module, ast.expr]]:
        """The module that defines a name, and its value there."""
        if name in self._constants:
            return self, self._constants[name]
        folder, there = self._imported.get(name, (Path(), ""))
        source = folder.with_suffix(".py") if there else folder
        return module_of(source).constant(there) if there and source.is_file() else None

    def imported_module(self, name: str) -> Optional[Module]:
        folder, there = self._imported.get(name, (Path(), ""))
        source = folder / (there + ".py")
        return module_of(source) if there and source.is_file() else None

    def nodes(self, kinds: Tuple[Type[ast.AST], ...]) -> List[Tuple[Scope, ast.AST]]:
        """Every node of some kinds, with what names stand for there."""
        around: List[ast.AST] = [self.tree]
        found: List[Tuple[Scope, ast.AST]] = []

        def walk(node: ast.AST) -> None:
            for child in ast.iter_child_nodes(node):
                around.append(child)
                if isinstance(child, kinds):
                    found.append((Scope(self, tuple(around)), child))
                walk(child)
                around.pop()

        walk(self.tree)
        return found


@cache
def module_of(path: Path) -> Module:
    return Module(path)


def assigned(node: ast.AST) -> Iterator[Tuple[str, ast.expr]]:
    """The names that a statement defines, and their values."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from ((one.id, other) for one, other in zip(target.elts, value.elts) if isinstance(one, ast.Name))


class Scope:
    """:param path: the nodes from the module to the place.
    :param known: values of local names that are decided already.
    """

    def __init__(
        self, module: Module, path: Sequence[ast.AST] = (), known: Optional[Mapping[str, ast.expr]] = None
    ) -> None:
        self.module = module
        self._path = path
        self._known = known or {}
        self._busy: Set[str] = set()

    def given(self, known: Mapping[str, ast.expr]) -> Scope:
        return Scope(self.module, self._path, known)

    def definitions(self, name: str) -> List[Definition]:
        """The assignments in the function that may have been the last one before this place."""
        found: List[Definition] = []
        for place in range(len(self._path) - 1, 0, -1):
            node, inside = self._path[place - 1], self._path[place]
            block = next((part for part in _blocks(node) if any(one is inside for one in part)), None)
            for statement in reversed(block[: _index(block, inside)] if block else []):
                direct = [value for known, value in assigned(statement) if known == name]
                if direct:
                    return [*found, Definition(id(block), direct[-1])]
                found += _inner_definitions(statement, name)
            if isinstance(node, ast.FunctionDef):
                break
        return found

    def texts(self, node: Optional[ast.AST]) -> List[str]:
        """The texts that an expression may have; none if it is not known."""
        return list(dict.fromkeys(self._texts(node)))[:_MOST_VARIANTS]

    def _texts(self, node: Optional[ast.AST]) -> List[str]:
        if isinstance(node, ast.Constant):
            return [str(node.value)] if isinstance(node.value, (str, int)) and not isinstance(node.value, bool) else []
        if isinstance(node, ast.IfExp):
            return self.texts(node.body) + self.texts(node.orelse)
        if isinstance(node, ast.BoolOp):
            return [text for value in node.values for text in self.texts(value)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right])
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self._attribute(node.value.id, node.attr)
        return self._named(node.id) if isinstance(node, ast.Name) else []

    def _called(self, node: ast.Call) -> List[str]:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return [self._filled(template, node) for template in self.texts(node.func.value)]
        if isinstance(node.func, ast.Name) and node.func.id in _PASSED_ON and node.args:
            return self.texts(node.args[0])
        return []

    def _joined(self, nodes: Sequence[ast.AST]) -> List[str]:
        parts = [self.texts(node) or [_placeholder(node)] for node in nodes]
        return ["".join(chosen) for chosen in itertools.islice(itertools.product(*parts), _MOST_VARIANTS)]

    def _named(self, name: str) -> List[str]:
        if name in self._busy:
            return []
        self._busy.add(name)
        try:
            if name in self._known:
                return self.texts(self._known[name])
            local = self.definitions(name)
            if local:
                return [text for definition in local for text in self.texts(definition.value)]
            constant = None if self._is_argument(name) else self.module.constant(name)
            return Scope(constant[0]).texts(constant[1]) if constant else []
        finally:
            self._busy.discard(name)

    def _is_argument(self, name: str) -> bool:
        functions = [node for node in self._path if isinstance(node, ast.FunctionDef)]
        return any(
            argument.arg == name for node in functions for argument in ast.walk(node.args) if hasattr(argument, "arg")
        )

    def _attribute(self, owner: str, name: str) -> List[str]:
        if owner == "self":
            for node in reversed(self._path):
                if isinstance(node, ast.ClassDef):
                    values = [value for inner in node.body for known, value in assigned(inner) if known == name]
                    return [text for value in values for text in self.texts(value)]
        module = self.module.imported_module(owner)
        constant = module.constant(name) if module else None
        return Scope(constant[0]).texts(constant[1]) if constant else []

    def _filled(self, template: str, call: ast.Call) -> str:
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        numbers = itertools.count()
        parts = []
        for text, field, _spec, conversion in string.Formatter().parse(template):
            parts.append(text)
            if field is not None:
                key = re.split(r"[.\[]", field)[0]
                position = int(key) if key.isdigit() else next(numbers) if not key else len(call.args)
                node = named.get(key) or (call.args[position] if position < len(call.args) else None)
                shown = self._argument(node)
                parts.append("'{0}'".format(shown) if conversion == "r" else shown)
        return "".join(parts)

    def _argument(self, node: Optional[ast.AST]) -> str:
        """What stands for a value in a sentence: itself, nothing if it may be empty, or a placeholder."""
        fixed = self.texts(node)
        if len(fixed) == 1 and (OPEN not in fixed[0] or isinstance(node, ast.Name)):
            return fixed[0]
        if isinstance(node, ast.IfExp):
            constants = [part.value for part in (node.body, node.orelse) if isinstance(part, ast.Constant)]
            if constants:
                return str(min(constants, key=lambda one: len(str(one))))
        return _placeholder(node)


def _blocks(node: ast.AST) -> List[List[ast.stmt]]:
    fields = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
    return [field for field in fields if isinstance(field, list)]


def _index(block: Sequence[ast.AST], node: ast.AST) -> int:
    return next(index for index, one in enumerate(block) if one is node)


def _inner_definitions(statement: ast.AST, name: str) -> List[Definition]:
    """Those in the branches of a compound statement: the last one of each block."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return []
    found = []
    handlers = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.ExceptHandler)]
    for block in [part for node in (statement, *handlers) for part in _blocks(node)]:
        for inner in reversed(block):
            direct = [value for known, value in assigned(inner) if known == name]
            if direct:
                found.append(Definition(id(block), direct[-1]))
                break
            found += _inner_definitions(inner, name)
    return found


def _placeholder(node: Optional[ast.AST]) -> str:
    return "{0}{1}{2}".format(OPEN, _word(node) or "...", CLOSE)


def _word(node: Optional[ast.AST]) -> str:
    """What an expression is about, in a word or two."""
    name = ""
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute):
        name = "name" if node.attr == "what" and _word(node.value) != "reason" else node.attr
    elif isinstance(node, ast.Subscript):
        key = node.slice
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else _word(node.value)
    elif isinstance(node, ast.Call):
        name = _word(node.args[0] if node.args else getattr(node.func, "value", None))
    elif isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        name = _word(node.elt)
    words = name.strip("_").replace("_", " ").lower()
    words = _WORDS.get(words, words)
    return words if len(words) > 1 else ""
