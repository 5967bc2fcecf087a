# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that C(dockerfile_audit) is asked about: one Dockerfile, a text, or all in a tree.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..._errors import LongshoreError
from ..._files.inputs import read_bytes
from ..context.folder import FolderContext, folder_of
from ..context.tree import LINK, Tree
from ..dockerfile.parser import read
from ..dockerfile.text import LARGEST
from ..errors import AuditError
from ..judgement.audit import Trouble

MOST_FILES = 20_000
CONTENT = "Dockerfile"
"""How findings in a text without a file name it."""

ContextOf = Callable[[Dict[str, bytes]], Optional[FolderContext]]
"""Makes the context, with new contents of its files."""


class Target(NamedTuple):
    """A Dockerfile to audit.

    :ivar path: as findings name it; C(file) is where it is, empty for a text.
    """

    path: str
    file: str
    content: bytes
    context_of: ContextOf


class Targets(NamedTuple):
    """What is to be audited.

    :ivar unreadable: files and directories that cannot be read, which makes the task fail.
    :ivar links: Dockerfiles that are links, which are left out.
    :ivar root: the directory that paths start from.
    """

    files: List[Target]
    unreadable: List[Trouble]
    troubles: List[Trouble]
    links: Tuple[Trouble, ...] = ()
    root: str = ""


def of_content(content: str, context: Optional[str]) -> Targets:
    """A text, and its context if there is one.

    :raises LongshoreError: the context cannot be read.
    """
    tree = Tree(context, context) if context else None

    def context_of(replaced: Dict[str, bytes]) -> Optional[FolderContext]:
        return FolderContext(tree, "", None, replaced) if tree is not None else None

    return Targets([Target(CONTENT, "", content.encode("utf-8", "surrogateescape"), context_of)], [], _limits(tree))


def of_path(path: str, context: Optional[str]) -> Targets:
    """A Dockerfile, or all Dockerfiles in a directory.

    :raises LongshoreError: it cannot be read, or a directory has none.
    """
    if os.path.isdir(path):
        if context:
            raise AuditError(
                "a directory of Dockerfiles cannot have one context",
                where="context",
                hint="Leave it out: the context of each is the nearest directory that has all that it copies.",
            )
        return _of_tree(Tree(path))
    content = read_bytes(path, LARGEST)
    folder = context or os.path.dirname(path) or "."
    tree = Tree(folder, folder)
    inside = os.path.relpath(path, folder)
    beside = None if inside.startswith("..") else inside.replace(os.sep, "/")

    def context_of(replaced: Dict[str, bytes]) -> Optional[FolderContext]:
        return FolderContext(tree, "", beside, replaced)

    return Targets([Target(path, path, content, context_of)], [], _limits(tree))


def _limits(tree: Optional[Tree]) -> List[Trouble]:
    return [Trouble(tree.top, tree.limit)] if tree is not None and tree.limit else []


def _of_tree(tree: Tree) -> Targets:
    files: List[Target] = []
    unreadable = [Trouble(folder, "the directory cannot be read") for folder in tree.unreadable]
    troubles = _limits(tree)
    links = tuple(
        Trouble(entry.path, "it is a symbolic link, and links in a tree are not followed")
        for entry in tree.dockerfiles()
        if entry.kind == LINK
    )
    for number, (path, content, problem) in enumerate(_contents(tree)):
        if number >= MOST_FILES:
            troubles.append(Trouble("", "only the first {0} Dockerfiles are audited".format(MOST_FILES)))
            break
        if content is None:
            unreadable.append(Trouble(path, problem))
        else:
            files.append(Target(path, os.path.join(tree.top, path), content, _context_in(tree, path, content)))
    if not files and not unreadable and not links:
        raise AuditError(
            "there is no Dockerfile in it",
            where=tree.top,
            hint="Dockerfiles are named Dockerfile, Containerfile, Dockerfile.<name> or <name>.Dockerfile.",
        )
    return Targets(files, unreadable, troubles, links, os.path.abspath(tree.top))


def _contents(tree: Tree) -> Iterator[Tuple[str, Optional[bytes], str]]:
    """Each Dockerfile of a tree with its content, or why it cannot be read."""
    for entry in tree.dockerfiles():
        if entry.kind == LINK:
            continue
        try:
            file = tree.read(entry.path, LARGEST)
        except LongshoreError as error:
            yield entry.path, None, error.what
            continue
        yield entry.path, None if file is None else file.content, "it is gone"


def _context_in(tree: Tree, path: str, content: bytes) -> ContextOf:
    folder = folder_of(tree, path, read(content))

    def context_of(replaced: Dict[str, bytes]) -> Optional[FolderContext]:
        return FolderContext(tree, folder, path, replaced)

    return context_of
