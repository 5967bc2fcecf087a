# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record may say of objects: images of workloads, and pull secrets, and nothing else.

A record may have passed through other hands. It must not lead a roll-back to secrets, rights or other fields.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Sequence

from ..._text import is_printable
from ..cluster.discovery import BUILT_IN, is_built_in
from ..errors import WorkloadsError
from ..model.image import is_image
from ..model.objects import DOCKER_URL
from ..record import ObjectEntry, Record

PULL_SECRETS = "imagePullSecrets"
_CORE = ("", "apps", "batch")
_NEVER = ("Job", "Pod")
_NO_IMAGES = ("apiVersion", "kind", "metadata", "status")
_DEEPEST = 64


def check_entries(record: Record) -> None:
    """
    :raises WorkloadsError: an entry for an object is not one that a cut-over writes.
    """
    for entry in record.objects:
        problem = _problem_of(entry)
        if problem:
            what = "the entry {0} is not one of a cut-over: {1}".format(entry.id, problem)
            raise WorkloadsError(what, where=record.path, hint="Restore the record from a backup.")


def _problem_of(entry: ObjectEntry) -> str:
    group, _slash, _version = entry.api_version.rpartition("/")
    if not all(_is_name(one) for one in (entry.kind, entry.resource, entry.name, entry.namespace or "none")):
        return "it names no object"
    if (group, entry.kind) == ("", "ServiceAccount"):
        if entry.resource != "serviceaccounts" or entry.changes:
            return "a service account has no images"
    elif group in _CORE:
        if entry.kind not in BUILT_IN or entry.kind in _NEVER or entry.resource != entry.kind.lower() + "s":
            return "{0} is no workload that is changed".format(entry.kind)
    elif is_built_in(group):
        return "{0} is no workload".format(entry.kind)
    for change in entry.changes:
        if not _is_place(change["path"]) or change["path"][0] in _NO_IMAGES:
            return "a path of it leads to no image"
        if not (_is_image(change["old"]) and _is_image(change["new"])):
            return "a value of it is no image"
    if not all(_is_place(where) and where[-1] == PULL_SECRETS for where in entry.lists):
        return "a path of it leads to no pull secrets"
    return ""


def _is_name(text: str) -> bool:
    """Whether it is one segment of a path."""
    return bool(text) and text not in (".", "..") and not set("/%?#") & set(text) and is_printable(text)


def _is_place(path: Sequence[object]) -> bool:
    return 0 < len(path) <= _DEEPEST and isinstance(path[-1], str) and not any(_is_negative(part) for part in path)


def _is_negative(part: object) -> bool:
    return isinstance(part, int) and part < 0


def _is_image(text: str) -> bool:
    return is_image(text[len(DOCKER_URL) :] if text.startswith(DOCKER_URL) else text)
