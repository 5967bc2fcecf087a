# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the images of a replication rule that SWR will reject, to copy them instead of Harbor.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple

from ..errors import HarborError
from .flattening import ALL_LEVELS
from .patterns import matches

# The values in Harbor's form.
_LEVELS = {"all": ALL_LEVELS, "none": 0}


class Rule(NamedTuple):
    """The selection and destination of a rule.

    :param repositories: the pattern of full names, empty for all.
    :param tags: the pattern of tags, empty for all.
    :param exclude_tags: the pattern of excluded tags.
    :param labels: whether it also selects by labels, which lists of artifacts lack.
    :param levels: see C(flatten).
    """

    name: str
    repositories: str
    tags: str
    exclude_tags: str
    labels: bool
    organization: str
    levels: int

    def takes(self, repository: str, tag: str) -> bool:
        if not matches(self.repositories, repository) or not matches(self.tags, tag):
            return False
        return not (self.exclude_tags and matches(self.exclude_tags, tag))

    def destination(self, repository: str) -> str:
        """C(organization/repository) in SWR.

        :raises HarborError: the repository has fewer levels than the rule replaces.
        """
        levels = repository.split("/")
        if self.levels >= len(levels):
            raise HarborError(
                "{0} has fewer levels than the {1} to replace".format(repository, self.levels),
                where="rule {0}".format(self.name),
                hint="Harbor would replicate nothing. Lower flatten, or select deeper repositories.",
            )
        left = levels[-1:] if self.levels == ALL_LEVELS else levels[self.levels :]
        return "/".join([self.organization, *left])


def parse_rule(given: Mapping[str, Any], organization: str) -> Rule:
    """Parse a rule of the role.

    :param organization: the default of rules without one.
    """
    flatten = "all" if given.get("flatten") is None else str(given["flatten"])
    return Rule(
        str(given.get("name")),
        str(given.get("repositories") or ""),
        str(given.get("tags") or ""),
        str(given.get("exclude_tags") or ""),
        bool(given.get("labels") or given.get("exclude_labels")),
        str(given.get("organization") or organization),
        _LEVELS[flatten] if flatten in _LEVELS else int(flatten),
    )


def _chosen(artifacts: Iterable[Mapping[str, Any]], rule: Rule) -> List[Tuple[Mapping[str, Any], List[str]]]:
    """The artifacts that the rule selects, each with the selected tags, if any."""
    found = []
    for artifact in artifacts:
        repository, tags = str(artifact["repository"]), [str(tag) for tag in artifact.get("tags") or []]
        taken = [tag for tag in tags if rule.takes(repository, tag)]
        untagged = not tags and not rule.tags and matches(rule.repositories, repository)
        if taken or untagged:
            found.append((artifact, taken))
    return found


def look(artifacts: Sequence[Mapping[str, Any]], rule: Rule, source: str, target: str) -> Dict[str, Any]:
    """One rule's part of C(preflight).

    :param artifacts: Harbor's, as module C(harbor_info) lists them.
    :raises HarborError: see C(Rule.destination).
    """
    chosen = _chosen(artifacts, rule)
    refused = [
        {
            "rule": rule.name,
            "repository": artifact["repository"],
            "tags": tags,
            "digest": artifact.get("digest"),
            "media_type": artifact.get("media_type"),
            "reason": artifact.get("reason"),
        }
        for artifact, tags in chosen
        if artifact.get("refused_by_swr")
    ]
    affected = dict.fromkeys(str(item["repository"]) for item in refused)
    images = [
        {
            "source": "{0}/{1}:{2}".format(source, artifact["repository"], tag),
            "destination": "{0}/{1}:{2}".format(target, rule.destination(str(artifact["repository"])), tag),
        }
        for artifact, tags in chosen
        if artifact["repository"] in affected and not rule.labels
        for tag in tags
    ]
    unknown = sum(1 for artifact, _tags in chosen if artifact.get("refused_by_swr") is None)
    return {"refused": refused, "images": images, "unknown": unknown, "unjudged": [rule.name] if rule.labels else []}


def preflight(
    artifacts: Sequence[Mapping[str, Any]],
    rules: Iterable[Mapping[str, Any]],
    source: str,
    target: str,
    organization: str,
    copy: bool,
) -> Dict[str, Any]:
    """
    :param artifacts: Harbor's, as module C(harbor_info) lists them.
    :param rules: the role's rules.
    :param source: the host that Harbor's images are pulled from.
    :param target: the host of SWR.
    :param organization: the default of rules without one.
    :param copy: whether the role will copy the images itself; only for the summary.
    :return: C(refused), what SWR will reject; C(images), rules for C(image_copy) with every selected tag of
        the affected repositories, because Harbor marks the whole repository as failed; C(unknown), the number of
        artifacts of unknown format; C(unjudged), the names of rules that select by labels, so that
        the list may be too long, and nothing must be copied; C(summary), the same as lines of text.
    :raises HarborError: see C(Rule.destination).
    """
    parts = [look(artifacts, parse_rule(rule, organization), source, target) for rule in rules]
    images = [image for part in parts for image in part["images"]]
    result = {
        "refused": [item for part in parts for item in part["refused"]],
        "images": list({(image["source"], image["destination"]): image for image in images}.values()),
        "unknown": sum(part["unknown"] for part in parts),
        "unjudged": [name for part in parts for name in part["unjudged"]],
    }
    return dict(result, summary=_summary(result, copy))


def _summary(result: Mapping[str, Any], copy: bool) -> List[str]:
    refused = result["refused"]
    lines = [
        "{0}: {1}:{2}: {3}".format(
            item["rule"], item["repository"], ",".join(item["tags"]) or item["digest"], item["media_type"]
        )
        for item in refused
    ]
    lines.extend(dict.fromkeys(str(item["reason"]) for item in refused))
    if refused and copy:
        lines.append("They will be converted and copied instead, with the rest of their repositories.")
    elif refused:
        lines.append("With harbor_copy_refused they are converted and copied instead.")
    for name in result["unjudged"]:
        text = "{0} selects by label: not all of these may be replicated, and none is copied instead."
        lines.append(text.format(name))
    if result["unknown"]:
        lines.append("artifacts whose format this Harbor does not report: {0}".format(result["unknown"]))
    return lines
