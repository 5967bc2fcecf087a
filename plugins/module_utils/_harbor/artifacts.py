# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifacts in Harbor's projects, and which of them SWR's basic edition rejects.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple
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
_PERMISSIONS = (
    "Listing images takes more permissions than replicating them: use an administrator, or give the robot account "
    "those of the last example of module harbor_robot. The role does not need them with harbor_preflight=skip."
)
_AT_ONCE = 8  # requests
_UNKNOWN = (
    "This version of Harbor does not report the format. Such an old version usually has images in Docker's format."
)


def refusal(media_type: Optional[str]) -> Tuple[Optional[bool], Optional[str]]:
    """Whether SWR's basic edition rejects a manifest of this type, and why; V(None) if the type is unknown."""
    if not media_type:
        return None, _UNKNOWN
    return media_type in _REASONS, _REASONS.get(media_type)


def list_artifacts(
    client: HarborClient, patterns: Sequence[str] = (), project_pattern: str = ""
) -> List[Dict[str, Any]]:
    """All artifacts of repositories with matching full names, sorted by name, without duplicates.

    Harbor does not list accessories of other artifacts, such as signatures.

    :param patterns: of full names, as in a policy's name filter; none, or an empty one, for all.
    :param project_pattern: of project names.
    :raises HarborError: a pattern cannot be used, or Harbor refuses.
    """
    wanted = list(patterns) if all(patterns) else []
    for where, text in [("repositories", text) for text in wanted] + [("project", project_pattern)]:
        problem = problem_of(text) if text else None
        if problem:
            raise HarborError("invalid pattern {0!r}: {1}".format(text, problem), where=where)
    try:
        projects = _projects(client, wanted or ([project_pattern + "/" + MANY] if project_pattern else []))
        projects = [project for project in projects if matches(project_pattern, str(project["name"]))]
        listed = _at_once(
            lambda project: [(project, name) for name in sorted(_repositories(client, project))], projects
        )
        found = [
            (project, name)
            for repositories in listed
            for project, name in repositories
            if not wanted or any(matches(pattern, name) for pattern in wanted)
        ]
        parts = _at_once(lambda pair: list(_artifacts(client, *pair)), found)
    except HarborError as error:
        if error.status == 403:
            error.hint = _PERMISSIONS
        raise
    return [artifact for part in parts for artifact in part]


def _at_once(work: Callable[[Any], Any], items: Sequence[Any]) -> List[Any]:
    """The result of C(work) for each item, several in parallel; after a failure no more are started."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        futures = [threads.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()


def _projects(client: HarborClient, patterns: Sequence[str]) -> List[Mapping[str, Any]]:
    """The projects that may contain matching repositories.

    :raises HarborError: also if this account cannot see a named project.
    """
    firsts = {components[0] for pattern in patterns for components in alternatives(pattern)} or {MANY}
    # Harbor's search is inexact, but searching for the project is faster than listing all.
    query = [("name", next(iter(firsts)))] if len(firsts) == 1 and is_fixed(next(iter(firsts))) else []
    found = {}
    for project in client.list("/projects", query):
        name = str(required(project, "name"))
        if any(first == MANY or matches(first, name) for first in firsts):
            found[name] = project
    for name in sorted(first for first in firsts if is_fixed(first) and first not in found):
        # Harbor silently leaves out projects that the user may not see.
        if client.exists("/projects", [("project_name", name)]):
            raise HarborError(
                "this account may not see the project {0}".format(name),
                where="GET {0}{1}/projects".format(client.url, client.base),
                status=403,
            )
    return [found[name] for name in sorted(found)]


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
    # Its slashes must survive a proxy that decodes once.
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
    """1.10 has only tags: those with the same digest are grouped."""
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
