# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the uses of images to rules that copy them.

Two documents come out of it: rules for C(image_copy), and an C(images.json) with the part of them that image-migrator
takes too (rules a to h of its documentation).

A repository at the target has the last part of the source's path as its name. Where two sources would meet, both keep
more of their paths, and the registry too if that is not enough. SWR allows slashes in names of repositories.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Optional, Sequence, Set

from ..._swr_names import ORGANIZATION_RULE, REPOSITORY_RULE, is_organization_name, is_repository_name
from ..._text import hide_logins, quoted
from ..errors import WorkloadsError
from .image import ImageName, NotAnImage, parse_image, spellings
from .use import COMPOSE_BUILT, MENTION, Use

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._/-]")
_SEPARATORS = re.compile(r"[._-]*-[._-]*")
MIGRATOR_PARTS = 3  # registry/namespace/repository


@dataclass(frozen=True)
class Target:
    """A registry and an organization in it."""

    registry: str
    organization: str

    def __str__(self) -> str:
        return "{0}/{1}".format(self.registry, self.organization)

    def holds(self, image: ImageName) -> bool:
        """Whether an image is already there."""
        return image.registry == self.registry and image.path.startswith(self.organization + "/")


@dataclass
class Found:
    """The result for a set of uses.

    :ivar rules: source to destination, for C(image_copy).
    :ivar migrator: those of them that image-migrator takes.
    :ivar left_out: images that have a rule but none that image-migrator takes, with the reason.
    :ivar images: each image with its destination, who uses it, and the digests that run, if known.
    :ivar problems: texts that are not images, and images without a valid destination, with the reason.
    """

    rules: Dict[str, str] = field(default_factory=dict)
    migrator: Dict[str, str] = field(default_factory=dict)
    left_out: List[Dict[str, str]] = field(default_factory=list)
    images: List[Dict[str, Any]] = field(default_factory=list)
    problems: List[Dict[str, str]] = field(default_factory=list)


def parse_target(text: str, option: str = "target") -> Target:
    """Read C(registry/organization), image-migrator's C(-t).

    :raises WorkloadsError: it is anything else.
    """
    registry, _slash, organization = text.partition("/")
    try:
        image = parse_image("{0}/x/y".format(registry))
        valid = image.path == "x/y" and ("." in registry or ":" in registry or registry == "localhost")
    except NotAnImage:
        valid = False
    if not valid:
        raise WorkloadsError(
            "{0} does not name a registry and an organization".format(quoted(text)),
            where=option,
            hint="Write registry/organization, as in swr.cn-north-4.myhuaweicloud.com/shop.",
        )
    if not is_organization_name(organization):
        raise WorkloadsError(
            "invalid organization name {0}".format(quoted(organization)), where=option, hint=ORGANIZATION_RULE
        )
    return Target(image.registry, organization)


def find_rules(uses: Iterable[Use], target: Optional[Target]) -> Found:
    """Rules for all images that are not at the target yet; without a target, only who uses what."""
    found = Found()
    users: Dict[ImageName, Set[str]] = {}
    running: Dict[ImageName, Set[str]] = {}
    for use in uses:
        if use.kind in (MENTION, COMPOSE_BUILT):
            continue
        try:
            image = parse_image(use.image)
        except NotAnImage as problem:
            found.problems.append(
                {"image": hide_logins(use.image), "source": use.source, "reason": use.reason or problem.what}
            )
            continue
        who = ": ".join(part for part in (use.source, use.owner) if part)
        image = parse_image(image.full)
        users.setdefault(image, set()).add("{0} ({1})".format(who, use.manager) if use.manager else who)
        running.setdefault(image, set()).update(one for one in use.running.split(", ") if one)
    names = _names([image for image in users if target is not None and not target.holds(image)])
    for image in sorted(users, key=str):
        entry: Dict[str, Any] = {"image": str(image), "destination": "", "used_by": sorted(users[image])}
        if running[image]:
            entry["running"] = sorted(running[image])
        found.images.append(entry)
        if target is None or image.repository not in names:
            continue
        name = names[image.repository]
        problem = _problem(name, [other for other, its in names.items() if its == name and other != image.repository])
        if problem:
            found.problems.append({"image": str(image), "source": entry["used_by"][0], "reason": problem})
            continue
        entry["destination"] = _add_rule(found, image, "{0}/{1}".format(target, name))
    return found


def _problem(name: str, others: Sequence[str]) -> str:
    if others:
        return "its name at the target would be {0}, as that of {1}: write a rule for it".format(
            quoted(name), others[0]
        )
    if not is_repository_name(name):
        return "{0} is not a valid name for a repository in SWR: {1}".format(quoted(name), REPOSITORY_RULE)
    return ""


def _add_rule(found: Found, image: ImageName, repository: str) -> str:
    destination = repository if image.tag is None else "{0}:{1}".format(repository, image.tag)
    found.rules[str(image)] = destination
    if image.digest:
        found.left_out.append({"image": str(image), "reason": "image-migrator has no rules for digests"})
    elif str(image).count("/") + 1 < MIGRATOR_PARTS:
        found.left_out.append({"image": str(image), "reason": "image-migrator needs registry/namespace/repository"})
    else:
        found.migrator[str(image)] = destination
    return destination if not image.digest else "{0}@{1}".format(destination, image.digest)


def _names(images: Sequence[ImageName]) -> Dict[str, str]:
    """A name for each source repository: as few of the last parts of its path as make it unique."""
    paths = {image.repository: [image.registry, *image.path.split("/")] for image in images}
    kept = dict.fromkeys(paths, 1)
    while True:
        names = {source: _valid("/".join(parts[-kept[source] :])) for source, parts in paths.items()}
        users: Dict[str, List[str]] = {}
        for source, name in names.items():
            users.setdefault(name, []).append(source)
        growing = [
            source
            for sources in users.values()
            if len(sources) > 1
            for source in sources
            if kept[source] < len(paths[source])
        ]
        if not growing:
            return names
        for source in growing:
            kept[source] += 1


def _valid(name: str) -> str:
    """A name that SWR takes, where only separators are in the way, as in a port or in two hyphens."""
    return _SEPARATORS.sub("-", _NOT_IN_A_NAME.sub("-", name))


def render_images_json(rules: Dict[str, str]) -> str:
    """The text of an C(images.json)."""
    return json.dumps(rules, indent=2, sort_keys=True) + "\n"


def render_component(rules: Dict[str, str]) -> str:
    """A component of Kustomize that renames the images of rules, in every spelling of their names.

    It is for what a kustomization fetches from elsewhere. An entry selects by the text of a name, and keeps the tag and
    the digest. Repositories with an image that is pinned to a digest are left out: a conversion changes the digest.
    """
    sources = {parse_image(source): parse_image(destination) for source, destination in rules.items()}
    pinned = {source.repository for source in sources if source.digest}
    names: Dict[str, str] = {}
    for source, destination in sources.items():
        if source.repository not in pinned:
            names.update(dict.fromkeys(spellings(source), destination.repository))
    lines = ["apiVersion: kustomize.config.k8s.io/v1alpha1", "kind: Component"]
    lines += ["# {0} is pinned to a digest, which a conversion changes.".format(name) for name in sorted(pinned)]
    lines += ["images:" if names else "images: []"]
    for name in sorted(names):
        lines += ["  - name: {0}".format(name), "    newName: {0}".format(names[name])]
    return "\n".join(lines) + "\n"
