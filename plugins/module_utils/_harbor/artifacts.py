# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in Harbor's projects, and what of it SWR's basic edition refuses.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple
from urllib.parse import quote

from .api.client import HarborClient, required
from .errors import HarborError
from .replication.patterns import MANY, alternatives, is_fixed, matches, problem_of

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_REMEDY = (
    "Build it with oci-mediatypes=false and provenance=false, or copy it with module image_copy, which converts it."
)
_REASONS = {
    OCI_INDEX: "It is an index in OCI's format, which SWR's basic edition answers with: Invalid image, fail to parse "
    "'manifest.json'. " + _REMEDY,
    OCI_MANIFEST: "It is in OCI's format, which SWR's basic edition does not take according to its documentation. "
    + _REMEDY,
}
_UNKNOWN = "This version of Harbor does not tell the format. In such an old one images are in Docker's as a rule."


def refusal(media_type: Optional[str]) -> Tuple[Optional[bool], Optional[str]]:
    """Whether SWR's basic edition refuses a manifest of this type, and why; V(None) when the type is not known."""
    if not media_type:
        return None, _UNKNOWN
    return media_type in _REASONS, _REASONS.get(media_type)


def list_artifacts(client: HarborClient, pattern: str = "", project_pattern: str = "") -> Iterator[Dict[str, Any]]:
    """Every artifact of the repositories whose full names match, in order of their names.

    What belongs to other artifacts, as signatures do, is not listed by Harbor itself.

    :param pattern: of full names, as in a policy's filter of type name; empty for all.
    :param project_pattern: of the names of projects.
    :raises HarborError: a pattern cannot be used, or Harbor refuses.
    """
    for where, text in (("repository", pattern), ("project", project_pattern)):
        problem = problem_of(text) if text else None
        if problem:
            raise HarborError("{0!r} is no pattern: {1}".format(text, problem), where=where)
    for project in _projects(client, pattern or (project_pattern + "/" + MANY if project_pattern else "")):
        if not matches(project_pattern, str(project["name"])):
            continue
        for name in sorted(_repositories(client, project)):
            if matches(pattern, name):
                yield from _artifacts(client, project, name)


def _projects(client: HarborClient, pattern: str) -> List[Mapping[str, Any]]:
    """The projects that such repositories may be in."""
    firsts = {components[0] for components in alternatives(pattern)} if pattern else {MANY}
    # Its own search is inexact, but one that names the project is faster than all of them.
    query = [("name", next(iter(firsts)))] if len(firsts) == 1 and is_fixed(next(iter(firsts))) else []
    found = []
    for project in client.list("/projects", query):
        name = str(required(project, "name"))
        if any(first == MANY or matches(first, name) for first in firsts):
            found.append(project)
    return sorted(found, key=lambda project: str(project["name"]))


def _repositories(client: HarborClient, project: Mapping[str, Any]) -> List[str]:
    if client.version.is_1x:
        listed = client.list("/repositories", [("project_id", str(required(project, "project_id")))])
    else:
        listed = client.list("/projects/{0}/repositories".format(quote(str(project["name"]), safe="")))
    return [str(required(repository, "name")) for repository in listed]


def _artifacts(client: HarborClient, project: Mapping[str, Any], name: str) -> Iterator[Dict[str, Any]]:
    if client.version.is_1x:
        yield from _old_artifacts(client, name)
        return
    # Its slashes have to outlive a proxy that takes one quoting away.
    rest = quote(quote(name[len(str(project["name"])) + 1 :], safe=""), safe="")
    path = "/projects/{0}/repositories/{1}/artifacts".format(quote(str(project["name"]), safe=""), rest)
    for artifact in client.list(path, [("with_tag", "true")]):
        tags = sorted(str(required(tag, "name")) for tag in artifact.get("tags") or ())
        yield _artifact(
            name,
            artifact.get("digest"),
            tags,
            artifact.get("size"),
            artifact.get("manifest_media_type"),
            artifact.get("type"),
        )


def _old_artifacts(client: HarborClient, name: str) -> Iterator[Dict[str, Any]]:
    """1.10 knows tags only: those of one digest are put together."""
    tags: Dict[str, List[str]] = {}
    sizes: Dict[str, Any] = {}
    for tag in client.list("/repositories/{0}/tags".format(quote(name))):
        tags.setdefault(str(tag.get("digest")), []).append(str(required(tag, "name")))
        sizes[str(tag.get("digest"))] = tag.get("size")
    for digest, names in tags.items():
        yield _artifact(name, digest, sorted(names), sizes[digest], None, None)


def _artifact(
    repository: str, digest: Any, tags: List[str], size: Any, media_type: Optional[str], kind: Optional[str]
) -> Dict[str, Any]:
    refused, reason = refusal(media_type)
    return {
        "repository": repository,
        "digest": digest,
        "tags": tags,
        "size": size or 0,
        "type": (kind or "").lower() or None,
        "media_type": media_type,
        "refused_by_swr": refused,
        "reason": reason,
    }
