# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes the images from SWR that a copy has made there, and nothing else.

API reference of SWR, ListRepositoryTagsV3 and DeleteRepoTag. The digests decide: a tag that is not as the copy has left
it stays, and so does its repository.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._errors import LongshoreError
from ..._resource import bring_about
from ..api.client import Cloud, segment
from ..errors import HuaweiCloudError
from ..regions import REGIONS, registry_host
from .common import is_missing, swr_client
from .names import Place, check_organization, check_repository
from .repository import Repository
from .tag_listing import UNKNOWN, SwrTagApi

AT_ONCE = 4
SHOWN = 200
_NAMED = 3

Copied = Mapping[str, Optional[str]]
"""Tag to the digest that a copy has left there, None where none is shown to have made it."""


class Left(NamedTuple):
    """A tag that stays, or a repository."""

    name: str
    reason: str


@dataclass
class Outcome:
    """What became of one repository."""

    name: str
    deleted: List[str] = field(default_factory=list)
    left: List[Left] = field(default_factory=list)
    gone: bool = False
    error: Optional[LongshoreError] = None


def managed_registry(registry: Optional[str], region: Optional[str], cloud: Optional[str], has_endpoint: bool) -> str:
    """The registry whose images the API manages.

    :param registry: its host; None for the region's own.
    :param has_endpoint: whether the API's address is given.
    :raises HuaweiCloudError: it is not the region's SWR, as far as can be told.
    """
    labels = (registry or "").lower().split(".")
    if registry and has_endpoint and not (labels[0] == "swr" and labels[1:2] and labels[1] in REGIONS):
        # SWR behind another name
        return registry.lower()
    if not region:
        raise HuaweiCloudError(
            "the region of the registry is unknown",
            where="region",
            hint="Set region, or the environment variable HW_REGION_NAME.",
        )
    usual = registry_host(region, cloud)
    if registry and registry.lower() != usual:
        raise HuaweiCloudError(
            "{0} is not the registry of SWR in {1}".format(registry, region),
            where="registry",
            hint="Set region to that of the registry. If it is SWR with another name, set endpoints to its API. Images "
            "in other registries can be deleted with longshore.swr.image_prune.",
        )
    return usual


class _Remover:
    """Deletes from one repository after the other. Not thread-safe."""

    def __init__(self, cloud: Cloud, check_mode: bool) -> None:
        self._cloud = cloud.in_project(cloud.credentials.project_id)
        self._call = swr_client(self._cloud).call
        self._tags = SwrTagApi(functools.partial(self._call, action="swr:repo:listRepoTags")).tags
        self._check_mode = check_mode

    def outcome(self, name: str, copied: Copied) -> Outcome:
        found = Outcome(name)
        try:
            self._remove(found, copied)
        except LongshoreError as error:
            found.error = error
        return found

    def _remove(self, found: Outcome, copied: Copied) -> None:
        organization, _slash, repository = found.name.partition("/")
        place = Place(check_organization(organization, "journal_path"), check_repository(repository, "journal_path"))
        made, found.left = _divide(found.name, self._tags(found.name), copied)
        for tag in made:
            if not self._check_mode:
                self._delete(found.name, place, tag)
            found.deleted.append(tag)
        if made and not self._check_mode:
            self._confirm(found, copied)
        if not found.left and any(copied.values()):
            # In check mode, it still has its images.
            found.gone = bool(made and self._check_mode) or self._delete_repository(found, place)

    def _delete(self, name: str, place: Place, tag: str) -> None:
        path, on = "{0}/tags/{1}".format(place.path, segment(tag, "tag")), "{0}:{1}".format(place.what, tag)
        try:
            self._call("DELETE", path, action="swr:repo:deleteRepoTag", on=on)
        except HuaweiCloudError as error:
            # Without a reply, reading decides.
            if not is_missing(error) and (error.status is not None or tag in self._tags(name)):
                raise

    def _confirm(self, found: Outcome, copied: Copied) -> None:
        there = self._tags(found.name)
        lost = [one.name for one in found.left if one.name.rpartition(":")[2] not in there]
        if lost:
            raise HuaweiCloudError(
                "tags to keep are gone, perhaps along with a deleted one: {0}".format(", ".join(lost[:20])),
                where=found.name,
                hint="Nothing more is deleted here. Push them again, and delete tags in SWR's console.",
            )
        made, found.left = _divide(found.name, there, copied)
        if made:
            raise HuaweiCloudError(
                "SWR agreed to delete tags, but they are still there: {0}".format(", ".join(made[:20])),
                where=found.name,
                hint="Run again. If this persists, delete them in SWR's console.",
            )

    def _delete_repository(self, found: Outcome, place: Place) -> bool:
        options = {"organization": place.organization, "name": place.repository, "state": "absent"}
        repository = Repository(self._cloud, options)
        try:
            return bring_about(repository, self._check_mode).changed
        except HuaweiCloudError:
            images = (repository.found or {}).get("images")
            if not images:
                raise
            found.left.append(Left(found.name, "SWR still counts {0} in it".format(_number(images, "image"))))
            return False


def _divide(name: str, there: Mapping[str, str], copied: Copied) -> Tuple[List[str], List[Left]]:
    """The tags that a copy has made and that are as it has left them, and the others."""
    reasons = {tag: _reason(digest, copied.get(tag, UNKNOWN)) for tag, digest in there.items()}
    kept = {there[tag] for tag, reason in reasons.items() if reason}
    for tag, reason in reasons.items():
        if not reason and there[tag] in kept:
            reasons[tag] = "another tag of the same image stays"
    made = sorted(tag for tag, reason in reasons.items() if not reason)
    return made, [Left("{0}:{1}".format(name, tag), reasons[tag]) for tag in sorted(reasons) if reasons[tag]]


def _reason(there: str, copied: Optional[str]) -> str:
    """Why a tag stays; empty if it goes."""
    if copied is None:
        return "it was there already"
    if copied == UNKNOWN:
        return "no copy of it is recorded"
    if there == UNKNOWN:
        return "SWR does not tell its digest"
    return "" if there == copied else "it has changed since it was copied"


def remove_copies(cloud: Cloud, copies: Mapping[str, Copied], check_mode: bool) -> Dict[str, Any]:
    """Delete what was copied, and the repositories that are empty then, or report what would be deleted.

    :param copies: by repository, C(organization/name).
    """
    names = sorted(copies)

    def work(mine: List[str]) -> List[Outcome]:
        remover = _Remover(cloud, check_mode)
        return [remover.outcome(name, copies[name]) for name in mine]

    shares = [names[number::AT_ONCE] for number in range(min(AT_ONCE, len(names)))]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = sorted((one for part in threads.map(work, shares) for one in part), key=lambda one: one.name)
    deleted = ["{0}:{1}".format(one.name, tag) for one in outcomes for tag in one.deleted]
    gone = [one.name for one in outcomes if one.gone]
    left = [entry for one in outcomes for entry in one.left]
    errors = [one.error for one in outcomes if one.error]
    return {
        "changed": bool(deleted or gone),
        "msg": _message(deleted, gone, left, errors, check_mode),
        "deleted": deleted[:SHOWN],
        "repositories": gone[:SHOWN],
        "left": [entry._asdict() for entry in left[:SHOWN]],
        "counts": {"deleted": len(deleted), "repositories": len(gone), "left": len(left), "failed": len(errors)},
        "failures": [str(error) for error in errors[:50]],
        "diff": {"before": _lines(deleted + gone), "after": ""},
        "warnings": list(cloud.credentials.warnings),
        **({"failed": True} if errors else {}),
    }


def _lines(names: List[str]) -> str:
    more = ["and {0} more".format(len(names) - SHOWN)] if len(names) > SHOWN else []
    return "".join(name + "\n" for name in names[:SHOWN] + more)


def _number(count: int, word: str, words: str = "") -> str:
    return "{0} {1}".format(count, word if count == 1 else words or word + "s")


def _message(
    deleted: List[str], gone: List[str], left: List[Left], errors: List[LongshoreError], check_mode: bool
) -> str:
    text = "{0} and {1} {2}deleted".format(
        _number(len(deleted), "image"),
        _number(len(gone), "repository", "repositories"),
        "would be " if check_mode else "",
    )
    if left:
        shown = ", ".join("{0} ({1})".format(*entry) for entry in left[:_NAMED])
        text += "; {0} left: {1}{2}".format(len(left), shown, ", ..." if left[_NAMED:] else "")
    if errors:
        text += "; {0} failed. First failure: {1}".format(_number(len(errors), "repository", "repositories"), errors[0])
    return text
