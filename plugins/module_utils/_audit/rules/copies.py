# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 10 and 17: what is copied into the image, and what is kept out of the context.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
import re
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..model import Edit, Instruction
from ..source.images import matches
from ..source.view import Context, View, below, froms
from .catalogue import WARNING
from .draft import HEURISTIC, Draft, about
from .layers import is_broad

# -- rule 10 -----------------------------------------------------------------------------------------------------------

_ARCHIVE = re.compile(r"\.(?:tar(?:\.\w+)?|t[gbx]z2?|tzst|tlz|gz|bz2|xz|zst)\Z", re.IGNORECASE)
_URL = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_GIT = re.compile(r"(?:git@|git://|ssh://)|\.git(?:#|\Z)")
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")
_ADD_ONLY = frozenset({"checksum", "keep-git-dir", "unpack"})


def copy_over_add(view: View) -> Iterator[Draft]:
    """SWR-DF-010."""
    for instruction in view.dockerfile.instructions:
        inner = instruction.inner or instruction
        if inner.keyword != "ADD" or any(flag.name in _ADD_ONLY for flag in inner.flags):
            continue
        sources = view.copied(instruction).sources
        if not sources or any(source is not None and _GIT.search(source) for source in sources):
            continue
        if any(source is not None and _URL.match(source) for source in sources):
            yield about(
                view,
                "SWR-DF-010",
                instruction,
                "ADD downloads a file without verifying it",
                "Add --checksum=sha256:..., or download it in a RUN that verifies it and deletes the rest.",
                at_most=WARNING,
                subject=inner.keyword + " URL",
            )
        elif any(source is not None and _ARCHIVE.search(source) for source in sources):
            continue
        elif None in sources:
            view.skip("SWR-DF-010", "the source of an ADD depends on a variable without a value")
        else:
            kinds = [_is_archive(view, source) for source in sources if source is not None]
            if True in kinds:
                continue
            yield about(
                view,
                "SWR-DF-010",
                instruction,
                "ADD copies local files, which COPY does without surprises",
                "Write COPY."
                if None not in kinds
                else "Write COPY, unless a source is an archive that is to be unpacked.",
                edits=_keyword(inner) if None not in kinds else (),
            )


def _keyword(instruction: Instruction) -> Tuple[Edit, ...]:
    return (Edit(instruction.span.start, instruction.span.start + len("ADD"), "COPY"),)


def _is_archive(view: View, source: str) -> Optional[bool]:
    """Whether ADD would unpack a source: it looks into the file. None if nobody knows."""
    path = posixpath.normpath("/" + source).lstrip("/")
    if path in ("", ".") or source.endswith("/") or view.context.is_folder(path):
        return False
    if "*" not in path:
        try:
            file = view.context.read(path)
        except LongshoreError:
            return None
        if file is not None:
            return file.content.startswith(_COMPRESSED) or file.content[257:262] == b"ustar"
    name = posixpath.basename(path)
    return False if name == "*" or re.search(r"\.[A-Za-z][A-Za-z0-9]*\Z", name) or name.startswith(".") else None


# -- rule 17 -----------------------------------------------------------------------------------------------------------

_SECRETS = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".htpasswd",
    ".dockercfg",
    "kubeconfig",
    "credentials.json",
    "secrets.yml",
    "secrets.yaml",
    "*.tfstate",
)
_HARMLESS = re.compile(r"\.(?:example|sample|template|dist|defaults?|test)\Z|\.pub\Z")
_IN_FOLDERS = (".ssh/*", ".aws/credentials", ".docker/config.json", ".kube/config")
_REBUILT = ("node_modules/", "__pycache__/", ".venv/", "venv/", "target/", "vendor/bundle/")
_MOST_SHOWN = 5
_IGNORE = "the context has no .dockerignore"


def dockerignore(view: View) -> Iterator[Draft]:
    """SWR-DF-017."""
    if not view.context.known:
        view.skip("SWR-DF-017", "no context")
        return
    copies = [one for one in view.dockerfile.instructions if one.keyword in ("COPY", "ADD") and not list(froms(one))]
    if not view.context.complete:
        view.skip("SWR-DF-017", "the context is too large to be read completely")
    broad = [one for one in copies if is_broad(view, one)]
    git, secrets, rebuilt = _found(view, copies)
    place = broad[0] if broad else copies[0] if copies else None
    missing = "" if view.context.ignore_file else _IGNORE + ": "
    if secrets:
        yield about(
            view,
            "SWR-DF-017",
            place,
            "{0}files that look like secrets are copied into the image: {1}".format(missing, _shown(secrets)),
            "Add them to .dockerignore, and pass secrets to the build with RUN --mount=type=secret.",
            subject="secrets",
        )
    if git:
        yield about(
            view,
            "SWR-DF-017",
            place,
            "{0}{1} is copied into the image, with the whole history of the repository".format(missing, git[0]),
            "Add .git to .dockerignore. Decide what else the image does not need.",
            subject=".git",
        )
    if rebuilt:
        yield about(
            view,
            "SWR-DF-017",
            place,
            "{0}{1} is copied into the image, though the build makes it".format(missing, _shown(rebuilt)),
            "Add it to .dockerignore.",
            subject="rebuilt",
            confidence=HEURISTIC,
            at_most=WARNING,
        )
    if missing and broad and not (secrets or git or rebuilt):
        yield about(
            view,
            "SWR-DF-017",
            place,
            _IGNORE + ", and is copied as a whole",
            "Decide what the image needs, and add a .dockerignore with .git, secrets and what the build makes.",
            subject="no .dockerignore",
            at_most=WARNING,
        )


def _found(view: View, copies: Sequence[Instruction]) -> Tuple[List[str], List[str], List[str]]:
    """What is copied of the context: histories, secrets, and what a build makes."""
    sources = [_clean(source) for one in copies for source in view.copied(one).sources if source is not None]
    git: List[str] = []
    secrets: List[str] = []
    rebuilt: List[str] = []
    groups = {"git": git, "secrets": secrets, "rebuilt": rebuilt}
    for group, path in _notable(view.context):
        # What is in a directory of dependencies is reported with it.
        within = any(below(path, one) for one in rebuilt[-1:])
        if not within and any(_covers(source, path) for source in sources):
            groups[group].append(path)
    return git, secrets, rebuilt


def _notable(context: Context) -> List[Tuple[str, str]]:
    """The paths of a context that should not be in an image, each with its group."""
    if "notable" not in context.memo:
        found: List[Tuple[str, str]] = []
        for path in context.files():
            group = "git" if _is_git(path) else "rebuilt" if path.endswith(_REBUILT) else ""
            if group or _is_secret(path):
                found.append((group or "secrets", path.rstrip("/")))
        context.memo["notable"] = found
    notable: List[Tuple[str, str]] = context.memo["notable"]
    return notable


def _is_git(path: str) -> bool:
    return path == ".git/" or path.endswith("/.git/")


def _is_secret(path: str) -> bool:
    name = path.rpartition("/")[2]
    if not name or _HARMLESS.search(name):
        return False
    inside = any(matches("*/" + pattern, "/" + path) for pattern in _IN_FOLDERS)
    return inside or any(matches(pattern, name) for pattern in _SECRETS)


def _clean(source: str) -> str:
    path = posixpath.normpath("/" + source).lstrip("/")
    return "" if path == "." else path


def _covers(source: str, path: str) -> bool:
    """Whether a COPY of this source copies a path."""
    if source == "" or below(path, source):
        return True
    if "*" not in source:
        return False
    depth = source.count("/") + 1
    return matches(source, "/".join(path.split("/")[:depth]))


def _shown(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST_SHOWN
    return ", ".join(paths[:_MOST_SHOWN]) + (" and {0} more".format(more) if more > 0 else "")


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {"SWR-DF-010": copy_over_add, "SWR-DF-017": dockerignore}
