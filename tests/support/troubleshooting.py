# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error messages and their remedies, made from the source.

An error has its remedy beside its text: C(hint) of the error classes, tables of hints for what servers answer, and
sentences after "Remedy:" in roles. C(python -m tests.support.troubleshooting) writes the page, and a test fails when it
is out of date.
"""

from __future__ import annotations

import ast
import errno
import os
import re
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence, Set, Tuple

from .fast_yaml import safe_load
from .source_texts import CLOSE, OPEN, Scope, assigned, module_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"

# Sections in the order of the page; a file belongs to the first one that matches its path.
SECTIONS: Sequence[Tuple[str, str]] = (
    (r"_registry/(rules|config|model)/", "Rules, logins and names of images"),
    (r"_registry/sources/", "Archives, layouts and daemons"),
    (r"_registry/(transport|client)/", "Connections to registries"),
    (r"_registry/|_image_mapping|_tag_listers|_handover|roles/(migrate|sync)/", "Plans, copies and verifications"),
    (r"_huaweicloud/(swr|layout)/|_dockyard|_swr_names|roles/organizations/", "SWR: organizations and what is in them"),
    (r"_huaweicloud/(network|scenario)/|roles/network/", "VPC endpoints, NAT gateways and EIPs"),
    (r"_huaweicloud/", "Access keys, logins and APIs of Huawei Cloud"),
    (r"_harbor/|modules/harbor_|roles/harbor/", "Harbor"),
    (r"_access/|roles/access_check/", "Access check"),
    (
        r"_dns/|_hosts_file|_line_file|modules/(bind|zone|hosts|resolver)|roles/(bind|hosts|resolver)/",
        "Names: BIND, resolvers and hosts files",
    ),
    (r"_logins/|modules/(registry_auth|containerd)|roles/login/", "Logins on nodes"),
    (r"_workloads/|roles/(cutover|discover)/", "Clusters and manifests"),
    (r"_audit|roles/audit/", "Audit"),
    (r"_publish/|_page/|modules/publish", "Reports and webhooks"),
    (r"", "Files, options and connections in general"),
)
_ORDER = [title for _pattern, title in SECTIONS]

INTRODUCTION = """\
..
  Copyright: (c) 2026, longshore.swr contributors
  GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. This page is made by python -m tests.support.troubleshooting from the messages in the source.

.. _ansible_collections.longshore.swr.docsite.guide_troubleshooting:

Troubleshooting
===============

Every error of this collection with a remedy, as a module, a role or a report shows it. An error is one sentence, built
like this:

.. code-block:: text

    where: what is wrong (HTTP status, code of the server). Remedy: what to do

To find one, search this page for a few words of *what is wrong* that are not names or numbers of yours. In the list,
these are between angle brackets. An error may be in a table, a report or the result of a task; it has the same words
everywhere.

Where a server refuses something, its own message follows what was tried. Messages, codes and HTTP statuses that the
collection knows are listed like errors of its own.

Problems that are no errors, such as a pull that fails on one node only, are in the guides:

* :ref:`copying images <ansible_collections.longshore.swr.docsite.guide_migrate>`
* :ref:`nodes <ansible_collections.longshore.swr.docsite.guide_nodes>`
* :ref:`Harbor <ansible_collections.longshore.swr.docsite.guide_harbor>`
* :ref:`clusters <ansible_collections.longshore.swr.docsite.guide_cutover>`

.. contents::
   :local:
   :depth: 1
"""

# Where a call has the text and the remedy, if it does not name the remedy C(hint).
_POSITIONS: Dict[str, Tuple[int, int]] = {
    "failed": (0, 1),
    "warned": (0, 1),
    "finding": (1, 2),
    "found": (3, 4),
    "end": (1, 2),
    "Refusal": (0, 1),
}
_TABLE = re.compile(r"_?([A-Z_]+_)?(HINTS|REMEDIES)$|_(PREPARING|SPECIAL|COPYING)$")
_CHOOSER = re.compile(r"(^|_)hint(_|$)")
_OUTSIDE = re.compile(r"\|(?![^(]*\))")
_COMMANDS = ("chmod", "semanage")
_REMEDY = re.compile(r"[.:]? Remedy: ")

# What the readers below look at
_KINDS = (ast.Call, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Constant)

Pair = Tuple[str, str]


class Entry(NamedTuple):
    """:ivar text: what a user sees, with placeholders between angle brackets."""

    section: str
    text: str
    remedy: str


@cache
def entries() -> Sequence[Entry]:
    """All errors with a remedy, each once, in the order of the page."""
    found: Set[Entry] = set()
    for path, text, remedy in (*_of_plugins(), *_of_roles()):
        text, remedy = _clean(text), _clean(remedy)
        if re.search(r"\w", re.sub(r"<[^>]*>", "", text)) and re.search(r"[a-z]{2}", remedy):
            found.add(Entry(_section(path), text, _sentence(remedy)))
    return sorted(found, key=lambda one: (_ORDER.index(one.section), _sorting(one.text), one.text, one.remedy))


def page() -> str:
    """The page as RST: for each text a literal, and below it the remedy or remedies."""
    parts = [INTRODUCTION]
    for section, members in groupby(entries(), lambda one: one.section):
        parts.append("{0}\n{1}\n".format(section, "-" * len(section)))
        for text, same in groupby(members, lambda one: one.text):
            remedies = [_escaped(one.remedy) for one in same]
            lines = remedies if len(remedies) == 1 else ["* " + remedy for remedy in remedies]
            parts.append("``{0}``\n{1}\n".format(text, "\n".join("    " + line for line in lines)))
    return "\n".join(parts)


def _of_plugins() -> Iterator[Tuple[str, str, str]]:
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        shown = path.relative_to(ROOT).as_posix()
        for scope, node in module_of(path).nodes(_KINDS):
            for text, remedy in (
                *_calls(scope, node),
                *_tables(scope, node),
                *_choices(scope, node),
                *_sentences(scope, node),
            ):
                yield shown, text, remedy


def _of_roles() -> Iterator[Tuple[str, str, str]]:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, (list, dict)):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from texts(inner)
        elif isinstance(value, str):
            yield value

    for path in sorted((ROOT / "roles").glob("*/tasks/*.yml")):
        for text in texts(safe_load(path.read_text(encoding="utf-8"))):
            parts = _REMEDY.split(re.sub(r"\{\{.*?\}\}", _variable, text, flags=re.DOTALL))
            if len(parts) == 2:
                yield path.relative_to(ROOT).as_posix(), parts[0], parts[1]


def _variable(found: re.Match[str]) -> str:
    name = re.split(r"[|\s]", found.group()[2:-2].strip())[0].rpartition(".")[2].strip("_")
    return "{0}{1}{2}".format(OPEN, name.replace("_", " ") if name.replace("_", "").isalpha() else "...", CLOSE)


def _calls(scope: Scope, node: ast.AST) -> Iterator[Pair]:
    """Calls that have a text and its remedy."""
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if "hint" in keywords:
        text = keywords.get("what") or (node.args[0] if node.args else None)
        yield from _both(scope, text, keywords["hint"])
    elif name in _POSITIONS and len(node.args) > max(_POSITIONS[name]):
        yield from _both(scope, *(node.args[place] for place in _POSITIONS[name]))


def _both(scope: Scope, text: Any, remedy: Any) -> Iterator[Pair]:
    """Pairs of texts and remedies; those that the same branches have set belong together."""
    names = [_variable_of(one) for one in (text, remedy)]
    values = [{one.block: one.value for one in scope.definitions(name)} if name else {} for name in names]
    shared = values[0].keys() & values[1].keys()
    if len(shared) > 1 or (len(shared) == 1 and names[0] != names[1] and len(values[0]) == len(values[1]) == 1):
        for block in shared:
            inner = scope.given({names[0]: values[0][block], names[1]: values[1][block]})
            yield from ((what, hint) for what in inner.texts(text) for hint in inner.texts(remedy))
        return
    yield from ((what, hint) for what in scope.texts(text) for hint in scope.texts(remedy))


def _variable_of(node: Any) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        node = node.func.value
    return node.id if isinstance(node, ast.Name) else ""


def _tables(scope: Scope, node: ast.AST) -> Iterator[Pair]:
    """Tables of remedies: by a server's code, and by a pattern for its message."""
    for name, value in assigned(node):
        if not _TABLE.search(name):
            continue
        if isinstance(value, ast.Dict):
            for key, remedy in zip(value.keys, value.values):
                for code in _codes(key) or scope.texts(key):
                    # A word alone is a name inside the program, which nobody sees.
                    yield from ((code, shown) for shown in scope.texts(remedy) if not re.fullmatch("[a-z]+", code))
        elif isinstance(value, (ast.Tuple, ast.List)):
            for pattern, remedy in (item.elts[:2] for item in value.elts if isinstance(item, ast.Tuple)):
                for words in (_spoken(part) for text in scope.texts(pattern) for part in re.split(_OUTSIDE, text)):
                    yield from ((words, shown) for shown in scope.texts(remedy))


def _codes(node: Any) -> List[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ["HTTP {0}".format(node.value)]
    number = getattr(errno, node.attr, None) if isinstance(node, ast.Attribute) else None
    return [os.strerror(number)] if number else []


def _spoken(pattern: str) -> str:
    """A regular expression in words, with the first one of alternatives."""
    text = re.sub(r"\(\?:([^|)]*)[^)]*\)\??", r"\1", pattern)
    text = re.sub(r"\\b|\\S\+|\\", "", text).replace(".*", " ... ")
    return re.sub(r"s\?", "s", text).strip("[]: ")


def _choices(scope: Scope, node: ast.AST) -> Iterator[Pair]:
    """Functions that choose a remedy by a server's status, code or message."""
    if isinstance(node, ast.FunctionDef) and _CHOOSER.search(node.name):
        for branch in ast.walk(node):
            if isinstance(branch, ast.If) and isinstance(branch.body[-1], ast.Return):
                for said in _tested(scope, branch.test):
                    yield from ((said, remedy) for remedy in scope.texts(branch.body[-1].value))


def _tested(scope: Scope, test: ast.AST) -> List[str]:
    """What the server has said if a condition is true, as far as that is clear."""
    if isinstance(test, ast.BoolOp):
        parts = [_tested(scope, value) for value in test.values]
        both = isinstance(test.op, ast.And)
        return next(filter(None, parts), []) if both else [text for part in parts for text in part]
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return []
    left, right, operator = test.left, test.comparators[0], test.ops[0]
    if isinstance(operator, (ast.Eq, ast.In)) and "status" in (getattr(left, "id", ""), getattr(left, "attr", "")):
        values = right.elts if isinstance(right, ast.Tuple) else [right]
        return ["HTTP {0}".format(value.value) for value in values if isinstance(value, ast.Constant)]
    return scope.texts(left) if isinstance(operator, ast.In) else []


def _sentences(scope: Scope, node: ast.AST) -> Iterator[Pair]:
    """Warnings that have their remedy in the text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _REMEDY.search(node.value):
        parts = _REMEDY.split(re.sub(r"\{[^}]*\}", OPEN + "..." + CLOSE, node.value))
        if len(parts) == 2 and "\n" not in node.value:
            yield parts[0], parts[1]


def _section(path: str) -> str:
    return next(title for pattern, title in SECTIONS if re.search(pattern, path))


def _clean(text: str) -> str:
    text = re.sub(r"(?<!\$)\{\d*(?:![rs])?\}", "<...>", text.replace(OPEN, "<").replace(CLOSE, ">"))
    return " ".join(text.split()).strip().rstrip(":").replace("``", "'")


def _sentence(remedy: str) -> str:
    is_word = remedy.split(" ", maxsplit=1)[0].strip(",").isalpha() and not remedy.startswith(_COMMANDS)
    return remedy[:1].upper() + remedy[1:] if is_word else remedy


def _sorting(text: str) -> str:
    return re.sub(r"^\W+", "", re.sub(r"<[^>]*>", "", text)).lower() or text.lower()


def _escaped(text: str) -> str:
    return re.sub(r"([\\*`|])|_(?=\W|$)", lambda found: "\\" + found.group(), text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
