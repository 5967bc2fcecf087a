# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Dockerfile in a text and its context in a mapping, for tests of the audit's rules."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.checks import drafts_of
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.draft import Draft
from ansible_collections.longshore.swr.plugins.module_utils._audit.source.view import (
    Context,
    Options,
    SourceFile,
    View,
)


class GivenContext(Context):
    """A context with these files; a name that ends in an asterisk is executable."""

    known = True

    def __init__(self, files: Mapping[str, str], ignore_file: Optional[str] = ".dockerignore") -> None:
        super().__init__()
        self._files: Dict[str, SourceFile] = {}
        for name, text in files.items():
            path = name.rstrip("*")
            self._files[path] = SourceFile("context/" + path, text.encode(), name.endswith("*"))
        self.ignore_file = ignore_file

    def files(self) -> Tuple[str, ...]:
        folders = {path[: place + 1] for path in self._files for place, char in enumerate(path) if char == "/"}
        return tuple(sorted([*self._files, *folders]))

    def is_folder(self, path: str) -> bool:
        return any(name.startswith(path.rstrip("/") + "/") for name in self._files)

    def read(self, path: str) -> Optional[SourceFile]:
        return self._files.get(path)


def view_of(text: str, files: Optional[Mapping[str, str]] = None, **options: Any) -> View:
    """A Dockerfile as the rules see it.

    :param files: its context, by path; None for an unknown one. C(ignore_file=None) for one without a .dockerignore.
    """
    ignore_file = options.pop("ignore_file", ".dockerignore")
    context = Context() if files is None else GivenContext(files, ignore_file)
    return View(parse(text, options.get("build_args")), Options(**options), context)


def found(rule: str, text: str, files: Optional[Mapping[str, str]] = None, **options: Any) -> List[Draft]:
    """What one rule finds, by its number."""
    return list(drafts_of(view_of(text, files, **options), [rule]))


def mended(text: str, drafts: List[Draft]) -> str:
    """The text with the edits of some drafts."""
    edits = sorted({edit for draft in drafts for edit in draft.edits}, reverse=True)
    for edit in edits:
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text
