# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's architecture rules, as checks on its source text.

Nothing is imported: each file is parsed, so that a check also sees code inside functions and conditions. Every check
takes a tree (a folder with C(plugins/)) and returns its findings as strings; an empty list is good.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Dict, FrozenSet, Iterator, List, Optional, Sequence, Set, Tuple

COLLECTION = "ansible_collections.longshore.swr."
UTILS = "plugins.module_utils."
ROOMS = frozenset({"_publish", "_registry", "_huaweicloud", "_harbor", "_dns", "_access", "_audit", "_workloads"})

# The lowest level, open to all. These parts use the standard library, and each other without cycles.
SHARED_GROUND = frozenset(
    {
        "_arguments",
        "_dockyard",
        "_errors",
        "_files",
        "_http_values",
        "_json",
        "_lazy",
        "_networks",
        "_page",
        "_paging",
        "_swr_names",
        "_text",
        "_time_limit",
        "_urls",
        "_version",
        "_yaml",
        "_zip_imports",
    }
)

# What each other part of module_utils may also import, besides itself. A part not listed here is rejected:
# add it here on the level where it belongs.
ALLOWED: Dict[str, FrozenSet[str]] = {
    "_dns_message": frozenset(),
    "_hosts_file": frozenset(),
    "_http": frozenset(),
    "_line_file": frozenset(),
    "_secrets": frozenset({"_http"}),
    "_resource": frozenset({"_http", "_secrets"}),
    "_logins": frozenset({"_secrets"}),
    "_module": frozenset({"_secrets", "_resource"}),
    "_image_audit": frozenset({"_audit", "_registry"}),
    "_tag_listers": frozenset({"_huaweicloud", "_module", "_registry"}),
    "_image_mapping": frozenset({"_registry", "_secrets", "_workloads"}),
    "_preflight": frozenset({"_harbor", "_huaweicloud", "_registry", "_secrets", "_workloads"}),
    "_registry": frozenset({"_line_file", "_logins", "_secrets", "_resource"}),
    "_huaweicloud": frozenset({"_http", "_logins", "_secrets", "_resource"}),
    "_harbor": frozenset({"_http", "_line_file", "_logins", "_secrets", "_resource"}),
    "_dns": frozenset({"_dns_message", "_http", "_secrets", "_resource"}),
    "_access": frozenset({"_dns_message"}),
    "_audit": frozenset({"_http", "_secrets", "_resource"}),
    "_publish": frozenset({"_http", "_secrets", "_resource"}),
    "_workloads": frozenset({"_http", "_secrets"}),
}

# The levels of the rooms with packages, lowest first: what a package may import from the others in its room. A file
# next to the packages counts as one if listed here; otherwise it is the room's base, which all packages may
# import and which imports none of them.
PACKAGES: Dict[str, Dict[str, FrozenSet[str]]] = {
    "_registry": {
        "model": frozenset(),
        "config": frozenset({"model"}),
        "sources": frozenset({"model"}),
        "transport": frozenset({"config", "model"}),
        "rules": frozenset({"sources", "config", "model"}),
        "run": frozenset({"rules", "model"}),
        "client": frozenset({"run", "transport", "sources", "config", "model"}),
        "report": frozenset({"run", "model"}),
        "convert": frozenset({"client", "run", "transport", "sources", "model"}),
        "forecast": frozenset({"client", "run", "model"}),
        "plan": frozenset({"convert", "client", "run", "rules", "sources", "model"}),
        "transfer": frozenset({"convert", "client", "run", "transport", "sources", "model"}),
        "contents": frozenset({"plan", "client", "run", "rules", "sources", "model"}),
        "jobs": frozenset(
            {
                "transfer",
                "plan",
                "forecast",
                "convert",
                "report",
                "client",
                "run",
                "rules",
                "transport",
                "sources",
                "config",
                "model",
            }
        ),
    },
    "_harbor": {
        "api": frozenset(),
        "registry": frozenset({"api"}),
        "replication": frozenset({"registry", "api"}),
        "execution": frozenset({"replication", "api"}),
        "deployment": frozenset(),
        "artifacts": frozenset({"replication", "api"}),
        "robot": frozenset({"replication", "api"}),
        "info": frozenset({"artifacts", "execution", "replication", "registry", "api"}),
    },
    "_huaweicloud": {
        "api": frozenset(),
        "swr": frozenset({"api"}),
        "network": frozenset({"api"}),
        "layout": frozenset({"swr", "api"}),
        "scenario": frozenset({"network", "api"}),
        "instance_login": frozenset({"api"}),
        "login_factory": frozenset({"api", "instance_login"}),
    },
    "_dns": {
        "zones": frozenset(),
        "named": frozenset(),
        "server": frozenset({"named", "zones"}),
        "resolver": frozenset(),
    },
    "_access": {
        "checks": frozenset(),
        "report": frozenset(),
        "runner": frozenset({"checks"}),
        "job": frozenset({"runner"}),
    },
    "_workloads": {
        "model": frozenset(),
        "record": frozenset(),
        "files": frozenset({"record", "model"}),
        "cluster": frozenset({"model"}),
        "cutover": frozenset({"cluster", "record", "model"}),
    },
    "_audit": {
        "dockerfile": frozenset(),
        "dockerignore": frozenset({"dockerfile"}),
        "shell": frozenset(),
        "source": frozenset({"dockerfile", "shell"}),
        "context": frozenset({"source", "dockerignore", "dockerfile"}),
        "rules": frozenset({"source", "dockerfile", "shell"}),
        "judgement": frozenset({"rules"}),
        "image": frozenset({"judgement", "rules", "source", "shell", "dockerfile"}),
        "report": frozenset({"judgement", "rules"}),
        "jobs": frozenset({"report", "judgement", "context", "rules", "source", "shell", "dockerfile"}),
    },
}
PACKAGE_FILES = 12
STANDARD_LIBRARY_ONLY = SHARED_GROUND | {"_access", "_dns_message", "_hosts_file", "_line_file", "_logins", "_secrets"}
# The engine's hot path has its own transport: requests needs several times the CPU time.
WITHOUT_REQUESTS = frozenset({"_registry", "_access"})
HTTP_CLIENT = UTILS + "_http"


def _words(text: str) -> FrozenSet[str]:
    return frozenset(text.split())


# Only this room opens and changes files, by descriptor: between a check of a path and its use
# another user may have replaced it.
FILES_ROOM = UTILS + "_files."
BY_PATH: Dict[str, FrozenSet[str]] = {
    "builtins": _words("open"),
    "os": _words(
        """chflags chmod chown lchflags lchmod lchown link makedirs mkdir mkfifo mknod open remove removedirs
        removexattr rename renames replace rmdir setxattr symlink truncate unlink utime"""
    ),
    "tempfile": _words("NamedTemporaryFile TemporaryDirectory mkdtemp mkstemp mktemp"),
    "shutil": _words("chown copy copy2 copyfile copymode copystat copytree make_archive move rmtree"),
    **dict.fromkeys(("bz2", "codecs", "dbm", "gzip", "io", "lzma", "shelve", "tarfile"), _words("open")),
    "zipfile": _words("ZipFile"),
    "pathlib": _words("Path PosixPath"),
}
# Ansible's functions that also work by path.
ANSIBLE_BY_PATH = _words(
    """atomic_move backup_local preserved_copy set_context_if_different set_file_attributes_if_different
    set_fs_attributes_if_different set_group_if_different set_mode_if_different set_owner_if_different"""
)
# A directory with a random name in Ansible's temporary one, which nobody else can enter.
MAY_BY_PATH = frozenset(
    {
        ("plugins.plugin_utils._progress_action", "tempfile.mkdtemp"),
        ("plugins.plugin_utils._progress_action", "shutil.rmtree"),
    }
)
ANSIBLE_MODULE = "ansible.module_utils.basic"

IMPORTING_CALLS = ("import_module", "__import__")

FILE_LINES, FUNCTION_LINES, MAIN_LINES = 400, 40, 25
HARD_FILE_LINES, HARD_FUNCTION_LINES, HARD_MAIN_LINES = 400, 80, 40
SPDX = "SPDX-License-" + "Identifier: GPL-3.0-or-later"  # in two parts, as it is not the licence of this line


@dataclass(frozen=True)
class Import:
    """One imported module: its full name, the line, and whether ImportError is handled."""

    name: str
    line: int
    guarded: bool


@cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of a file, made once for all tests. Nobody changes it."""
    return ast.parse(text)


@dataclass(frozen=True)
class Source:
    """One Python file of the tree."""

    path: str  # relative to the tree, with slashes
    text: str

    @cached_property
    def module(self) -> ast.Module:
        return parsed(self.text)

    @cached_property
    def nodes(self) -> List[ast.AST]:
        """All nodes, collected once for all checks."""
        return list(ast.walk(self.module))

    @property
    def name(self) -> str:
        """The dotted name below the collection: C(plugins.module_utils._registry.rules)."""
        parts = self.path[: -len(".py")].split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def package(self) -> str:
        return self.name if self.path.endswith("/__init__.py") else self.name.rpartition(".")[0]


def sources(root: Path, folder: str = "plugins") -> List[Source]:
    """The Python files below a folder of the tree, sorted by path."""
    return [
        _source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((root / folder).rglob("*.py"))
    ]


@cache
def _source(path: str, text: str) -> Source:
    return Source(path, text)


def part_of(name: str) -> Optional[str]:
    """C(_registry) for C(plugins.module_utils._registry.rules.parser), None outside module_utils."""
    return name[len(UTILS) :].partition(".")[0] if name.startswith(UTILS) else None


def package_of(name: str) -> Optional[str]:
    """C(rules) for C(plugins.module_utils._registry.rules.parser); empty in a room's base, None outside rooms."""
    room, inside, rest = name[len(UTILS) :].partition(".") if name.startswith(UTILS) else ("", "", "")
    if not inside:
        return None
    package, deeper, _file = rest.partition(".")
    return package if deeper or package in PACKAGES.get(room, {}) else ""


def _catches_import_error(node: ast.Try) -> bool:
    for handler in node.handlers:
        caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {item.id for item in caught if isinstance(item, ast.Name)}
        if names & {"ImportError", "ModuleNotFoundError"}:
            return True
    return False


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and _last_name(node.test) == "TYPE_CHECKING"


def _last_name(node: ast.AST) -> str:
    """C(c) for C(a.b.c) and for C(c). Unparsing each node takes many times as long."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _names_of(node: ast.AST, source: Source) -> List[str]:
    """The modules that one statement or call imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = source.package.split(".")
            parents = parents[: len(parents) - node.level + 1]
            base = COLLECTION + ".".join(parents + ([node.module] if node.module else []))
        # "from x import y": y may be a module itself, so both are checked.
        return [base] + ["{0}.{1}".format(base, alias.name) for alias in node.names if alias.name != "*"]
    if isinstance(node, ast.Call) and _last_name(node.func) in IMPORTING_CALLS:
        return [item.value for item in node.args[:1] if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return []


@cache
def imports(source: Source) -> List[Import]:
    """All imports in a file, at any level."""
    found: List[Import] = []
    # Only statements import, apart from calls: expressions are most of a file.
    calls = any(name in source.text for name in IMPORTING_CALLS)
    kinds = ast.AST if calls else (ast.stmt, ast.excepthandler, ast.match_case)

    def visit(node: ast.AST, guarded: bool) -> None:
        found.extend(Import(name, node.lineno, guarded) for name in _names_of(node, source))
        if isinstance(node, ast.Try):
            for child in node.body:
                visit(child, guarded or _catches_import_error(node))
            rest: Sequence[ast.AST] = [*node.handlers, *node.orelse, *node.finalbody]
        else:
            rest = [child for child in ast.iter_child_nodes(node) if isinstance(child, kinds)]
        for child in rest:
            visit(child, guarded or _is_type_checking(node))

    visit(source.module, False)
    return found


def inner_imports(source: Source, known: Set[str]) -> Iterator[Tuple[str, int]]:
    """The files of the collection that a file imports, by dotted name, with the line."""
    for item in imports(source):
        if item.name.startswith(COLLECTION):
            name = item.name[len(COLLECTION) :]
            if name in known or name.rpartition(".")[0] not in known:
                yield name, item.line


def check_directions(root: Path) -> List[str]:
    """Imports point down: modules to rooms to the shared lower parts; never sideways, never up."""
    files = sources(root)
    known = {source.name for source in files}
    findings = []
    for source in files:
        for name, line in inner_imports(source, known):
            problem = _direction_problem(source.name, name)
            if problem:
                findings.append("{0}:{1}: {2}".format(source.path, line, problem))
    return sorted(set(findings))


def _direction_problem(importer: str, imported: str) -> Optional[str]:
    own, other = part_of(importer), part_of(imported)
    if imported.startswith(("tests", "tools", "roles", "playbooks")):
        return "plugins must not import {0}".format(imported)
    if other is None:
        same_folder = imported.split(".")[:2] == importer.split(".")[:2]
        if own is not None or (imported.startswith("plugins.modules") and not same_folder):
            return "{0} must not import {1}".format(own or importer, imported)
        if imported.startswith("plugins.modules."):
            return "a module must not import another module ({0})".format(imported)
        return None
    if own is None:
        return None
    if own == other:
        return _floor_problem(own, package_of(importer), package_of(imported))
    if own not in ALLOWED and own not in SHARED_GROUND:
        return "{0} has no place in the architecture: add it to ALLOWED".format(own)
    if other in SHARED_GROUND:
        return None
    if own in SHARED_GROUND or other not in ALLOWED[own]:
        kind = "another room" if own in ROOMS and other in ROOMS else "what stands above or beside it"
        return "{0} must not import {1} ({2})".format(own, other, kind)
    return None


def _floor_problem(room: str, own: Optional[str], other: Optional[str]) -> Optional[str]:
    floors = PACKAGES.get(room, {})
    if not other or own == other:
        return None
    if own and own not in floors:
        return "{0}/{1} has no place in the architecture: add it to PACKAGES".format(room, own)
    if other not in floors:
        return "{0}/{1} has no place in the architecture: add it to PACKAGES".format(room, other)
    if not own or other not in floors[own]:
        return "{0}/{1} must not import {2} (a package imports those below it)".format(room, own or "*.py", other)
    return None


def check_packages(root: Path) -> List[str]:
    """Inside module_utils imports are relative, so that a line shows its reach; packages are small."""
    findings = []
    counts: Dict[str, int] = {}
    for source in sources(root, "plugins/module_utils"):
        counts[source.package] = counts.get(source.package, 0) + 1
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").startswith(COLLECTION):
                findings.append("{0}:{1}: import it relatively".format(source.path, node.lineno))
    for package, count in sorted(counts.items()):
        if count > PACKAGE_FILES and package_of(package + ".x"):
            findings.append("{0} has {1} files (limit {2})".format(package, count, PACKAGE_FILES))
    return findings


def check_outside_imports(root: Path) -> List[str]:
    """Third-party imports are guarded, and banned if too costly; Ansible's code is used only at the edge."""
    findings = []
    for source in sources(root):
        for item in imports(source):
            problem = _outside_problem(source.name, item)
            if problem:
                findings.append("{0}:{1}: {2}".format(source.path, item.line, problem))
    return sorted(set(findings))


def _outside_problem(importer: str, item: Import) -> Optional[str]:
    part, top = part_of(importer), item.name.split(".")[0]
    runs_on_targets = part is not None or importer.startswith("plugins.modules.")
    if top in sys.stdlib_module_names or item.name.startswith(COLLECTION) or top == "ansible_collections":
        return None
    if top == "ansible":
        return _ansible_problem(importer, part, item.name, runs_on_targets)
    if part in STANDARD_LIBRARY_ONLY:
        return "{0} uses the standard library only, not {1}".format(part, top)
    if part in WITHOUT_REQUESTS and top in ("requests", "urllib3"):
        return "{0} must not use {1}".format(part, top)
    # Filters, lookups and actions run on the controller, but ansible-doc must be able to load them without it.
    return None if item.guarded else "{0} is not in the standard library: guard its import".format(top)


def _ansible_problem(importer: str, part: Optional[str], name: str, runs_on_targets: bool) -> Optional[str]:
    if runs_on_targets and name not in ("ansible",) and not name.startswith("ansible.module_utils"):
        return "{0} exists on controllers only".format(name)
    if name == ANSIBLE_MODULE or name.startswith(ANSIBLE_MODULE + "."):
        at_the_edge = part == "_module" or importer.startswith("plugins.modules.")
        # Ansible has no better place for it, and controller code may also report a missing library.
        only_a_message = part is None and name in (ANSIBLE_MODULE, ANSIBLE_MODULE + ".missing_required_lib")
        return (
            None if at_the_edge or only_a_message else "only modules and _module may import {0}".format(ANSIBLE_MODULE)
        )
    if part in STANDARD_LIBRARY_ONLY and name != "ansible":
        return "{0} uses the standard library only, not {1}".format(part, name)
    return None


def check_programs(root: Path) -> List[str]:
    """Programs of a host run through C(_module), with a time limit: AnsibleModule's run_command waits forever."""
    return [
        "{0}:{1}: run_command() has no time limit: use _module.run_to_end or runner".format(source.path, node.lineno)
        for source in sources(root)
        for node in source.nodes
        if isinstance(node, ast.Attribute) and node.attr == "run_command"
    ]


# Calls that show text to the user. C(_module) cleans it with C(_text) first.
SHOWING = frozenset({"warn", "deprecate", "exit_json", "fail_json"})


def check_shown_text(root: Path) -> List[str]:
    """Modules' results and warnings go through C(_module), and no part writes to the terminal directly."""
    findings = []
    for source in sources(root):
        if part_of(source.name) == "_module":
            continue
        for node in source.nodes:
            if not isinstance(node, ast.Call) or _last_name(node.func) not in (*SHOWING, "print"):
                continue
            owner, _dot, name = ast.unparse(node.func).rpartition(".")
            if (name in SHOWING and owner.rpartition(".")[2] == "module") or (name == "print" and not owner):
                findings.append("{0}:{1}: {2}() passes _module by".format(source.path, node.lineno, name))
    return findings


def _bound_names(source: Source) -> Dict[str, str]:
    """The full names of imported names, such as C(mkdir): C(os.mkdir)."""
    bound = {"open": "builtins.open"}
    for node in source.nodes:
        if isinstance(node, ast.Import):
            bound.update({alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            bound.update({alias.asname or alias.name: node.module + "." + alias.name for alias in node.names})
    return bound


def check_files_room(root: Path) -> List[str]:
    """Only one room opens, creates, replaces and removes files, or changes their owner."""
    findings = []
    named = ANSIBLE_BY_PATH.union(*BY_PATH.values())
    for source in sources(root):
        if source.name.startswith(FILES_ROOM):
            continue
        bound = _bound_names(source)
        for node in source.nodes:
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                last = _last_name(node)
                if bound.get(last, last).rpartition(".")[2] not in named and last not in named:
                    continue
                first, dot, rest = ast.unparse(node).partition(".")
                full = bound.get(first, first) + dot + rest
                module, _dot, name = full.rpartition(".")
                refused = name in BY_PATH.get(module, ()) or (dot and rest in ANSIBLE_BY_PATH)
                if refused and (source.name, full) not in MAY_BY_PATH:
                    findings.append("{0}:{1}: {2} works by path: use _files".format(source.path, node.lineno, full))
    return sorted(set(findings))


def check_cycles(root: Path) -> List[str]:
    """No file in plugins/ imports itself indirectly."""
    return ["import cycle: {0}".format(" -> ".join(cycle)) for cycle in _cycles(_graph(root))]


def check_filters(root: Path) -> List[str]:
    """Filters load what they need when they are called, and never requests.

    Each worker process of Ansible loads every filter that a template names, called or not. And what it imports of the
    collection is compiled anew each time: Ansible keeps no bytecode of it.
    """
    graph = _graph(root)
    findings = [
        "{0}:{1}: import it in the function that needs it".format(source.path, node.lineno)
        for source in sources(root, "plugins/filter")
        for node in source.module.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(COLLECTION)
    ]
    for start in sorted(name for name in graph if name.startswith("plugins.filter.")):
        reached, left = {start}, [start]
        while left:
            fresh = set(graph[left.pop()]) - reached
            reached |= fresh
            left += fresh
        if HTTP_CLIENT in reached:
            findings.append("{0} must not load {1}, which loads requests".format(start, HTTP_CLIENT))
    return findings


def _graph(root: Path) -> Dict[str, List[str]]:
    """Each file in plugins/, and those that it imports."""
    files = sources(root)
    known = {source.name for source in files}
    return {source.name: sorted({name for name, _line in inner_imports(source, known)} & known) for source in files}


def _cycles(graph: Dict[str, List[str]]) -> List[List[str]]:
    found: List[List[str]] = []
    done: Set[str] = set()

    def walk(node: str, trail: List[str]) -> None:
        if node in trail:
            found.append(trail[trail.index(node) :] + [node])
            return
        if node in done:
            return
        for following in graph[node]:
            walk(following, trail + [node])
        done.add(node)

    for name in sorted(graph):
        walk(name, [])
    return found


def _length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def _documentation_lines(source: Source) -> int:
    """The lines of DOCUMENTATION, EXAMPLES and RETURN: prose, not code."""
    names = ("DOCUMENTATION", "EXAMPLES", "RETURN")
    return sum(
        _length(node)
        for node in source.module.body
        if isinstance(node, ast.Assign)
        and any(isinstance(item, ast.Name) and item.id in names for item in node.targets)
    )


def sizes(root: Path, file_lines: int, function_lines: int, main_lines: int) -> List[str]:
    """Files and functions longer than these limits. Documentation blocks do not count."""
    findings = []
    for source in sources(root):
        lines = len(source.text.splitlines()) - _documentation_lines(source)
        if lines > file_lines and not source.path.startswith("plugins/doc_fragments/"):
            findings.append("{0}: {1} lines (limit {2})".format(source.path, lines, file_lines))
        for node in source.nodes:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            is_main = node.name == "main" and source.path.startswith("plugins/modules/")
            limit = main_lines if is_main else function_lines
            if _length(node) > limit:
                where = "{0}:{1}: {2}()".format(source.path, node.lineno, node.name)
                findings.append("{0} has {1} lines (limit {2})".format(where, _length(node), limit))
    return findings


def check_sizes(root: Path) -> List[str]:
    """Files and functions beyond the hard limits."""
    return sizes(root, HARD_FILE_LINES, HARD_FUNCTION_LINES, HARD_MAIN_LINES)


def questions_of_size(root: Path) -> List[str]:
    """Files and functions long enough to consider splitting."""
    return sizes(root, FILE_LINES, FUNCTION_LINES, MAIN_LINES)


def check_headers(root: Path) -> List[str]:
    """Every source file has the licence; shared code states that it is private."""
    findings = []
    for source in sources(root):
        head = "\n".join(source.text.splitlines()[:12])
        if SPDX not in head:
            findings.append("{0}: no line '{1}'".format(source.path, SPDX))
        if source.path.endswith("__init__.py"):
            continue
        if "from __future__ import annotations" not in source.text:
            findings.append("{0}: no 'from __future__ import annotations'".format(source.path))
        docstring = " ".join((ast.get_docstring(source.module) or "").split())
        if part_of(source.name) and "private to the collection" not in docstring:
            findings.append("{0}: its docstring does not say that it is private to the collection".format(source.path))
    return findings


REACHES_OUT = re.compile(
    r"(?<![\w-])(?:longshore\.swr\.tests|tests[/.]sandbox|tests/(?:unit|integration|e2e|bench)|\.cache/)"
)


def check_self_contained(root: Path) -> List[str]:
    """The installed collection is meta/, plugins/, roles/ and playbooks/: nothing there depends on the rest."""
    findings = []
    for folder in ("meta", "plugins", "roles", "playbooks"):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if not path.is_file() or path.suffix in (".pyc", ".md"):
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if REACHES_OUT.search(line):
                    findings.append("{0}:{1}: refers to {2}".format(name, number, REACHES_OUT.search(line).group(0)))
    return findings
