# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which repositories and tags a replication takes, and what they are called at the destination."""

from __future__ import annotations

import json
import posixpath
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

from . import harbor_patterns as patterns
from .harbor_content import Artifact, Content
from .harbor_outside import RegistryClient, UpstreamError
from .harbor_policies import Policy
from .harbor_registries import HUAWEI, Remote
from .harbor_versions import Version


class FlowError(Exception):
    """The execution fails before it has tasks; the text is its C(status_text)."""


class Item(NamedTuple):
    """A repository with the tags (or digests, where there is no tag) to copy. It becomes a task."""

    repository: str
    references: Tuple[str, ...]
    deleted: bool = False


class _Candidate(NamedTuple):
    digest: str
    tags: Tuple[str, ...]
    labels: Tuple[str, ...]
    kind: str = "IMAGE"
    # An accessory is chosen by the tags of what it belongs to.
    parents: Optional[Tuple[str, ...]] = None


def from_here(content: Content, policy: Policy, version: Version) -> List[Item]:
    """What Harbor's own registry holds for the policy.

    :raises FlowError: a pattern is malformed.
    """
    try:
        found = []
        for repository in content.repositories():
            if _named(repository, policy, version):
                item = _item(repository, _candidates(content, repository, version), policy, version)
                found.extend([item] if item else [])
        return found
    except patterns.PatternError as problem:
        raise FlowError("failed to fetch {0}: {1}".format(_what(version), problem)) from None


def for_event(content: Content, repository: str, reference: str, policy: Policy, version: Version) -> Optional[Item]:
    """The one artifact that was pushed, where the policy's filters let it pass."""
    manifest = content.storage.manifest(repository, reference)
    digest = manifest.digest if manifest else reference
    tags = () if ":" in reference else (reference,)
    try:
        if not _named(repository, policy, version):
            return None
        candidate = _Candidate(digest, tags, content.labels.of(repository, digest))
        return _item(repository, [candidate], policy, version)
    except patterns.PatternError:
        return None


def from_elsewhere(client: RegistryClient, remote: Remote, policy: Policy, version: Version) -> List[Item]:
    """What another registry holds for the policy. For SWR, the filters are not looked at.

    :raises FlowError: it refuses, or a pattern is malformed.
    """
    try:
        if remote.type == HUAWEI:
            return _from_huawei(client)
        pattern = next((item["value"] for item in policy.filters if item["type"] == "name"), "")
        names = patterns.specific(pattern)
        if names is None:
            names = client.names("/v2/_catalog?n=1000", "repositories")
        found = []
        for repository in names:
            if _named(repository, policy, version):
                tags = client.names("/v2/{0}/tags/list".format(repository), "tags")
                item = _item(repository, [_Candidate("", (tag,), ()) for tag in tags], policy, version)
                found.extend([item] if item else [])
        return found
    except (UpstreamError, patterns.PatternError) as problem:
        raise FlowError("failed to fetch {0}: {1}".format(_what(version), problem)) from None


def _from_huawei(client: RegistryClient) -> List[Item]:
    headers = {"Authorization": client.endpoint.basic or "", "Content-Type": "application/json; charset=utf-8"}
    url = client.endpoint.url + "/dockyard/v2/repositories?filter=center::self"
    answer = client.outside.ask(client.endpoint, "GET", url, headers)
    if not 200 <= answer.status < 300:
        raise UpstreamError("[{0}][{1}]".format(answer.status, answer.body.decode("utf-8", "replace")))
    entries = json.loads(answer.body)
    names = ["{0}/{1}".format(entry["namespace"], entry["name"]) for entry in entries]
    return [Item(name, tuple(entry.get("tags") or ())) for name, entry in zip(names, entries)]


def _what(version: Version) -> str:
    return "artifacts" if version.modern else "image"


def _named(repository: str, policy: Policy, version: Version) -> bool:
    names = [item["value"] for item in policy.filters if item["type"] == "name"]
    return all(patterns.matches(pattern, repository, version.nested_braces) for pattern in names)


def _candidates(content: Content, repository: str, version: Version) -> List[_Candidate]:
    artifacts = content.artifacts(repository)
    if not version.modern:
        # 1.10 knows tags only.
        return [
            _Candidate("", (tag,), artifact.labels, artifact.kind) for artifact in artifacts for tag in artifact.tags
        ]
    found = []
    for artifact in artifacts:
        found.append(_Candidate(artifact.digest, artifact.tags, artifact.labels, artifact.kind))
        found.extend(_accessories(content, repository, artifact))
    return found


def _accessories(content: Content, repository: str, artifact: Artifact) -> Iterable[_Candidate]:
    for digest in artifact.accessories:
        own = content.tags_of(repository, digest)
        yield _Candidate(digest, own, artifact.labels, artifact.kind, artifact.tags)


def _item(repository: str, candidates: List[_Candidate], policy: Policy, version: Version) -> Optional[Item]:
    for item in policy.filters:
        candidates = [kept for kept in (_kept(entry, item, version) for entry in candidates) if kept is not None]
    references: List[str] = []
    for entry in candidates:
        references.extend(entry.tags or ([entry.digest] if entry.digest else []))
    return Item(repository, tuple(references)) if references else None


def _kept(entry: _Candidate, item: Dict[str, Any], version: Version) -> Optional[_Candidate]:
    """What a filter leaves of a candidate."""
    kind, value = item["type"], item["value"]
    wanted = item.get("decoration") != "excludes"
    if kind == "resource" and version.modern and version.filters_resources:
        # Without the old chart repository there are no charts of the kind that C(chart) means.
        kinds = {"image": ("IMAGE",), "chart": ()}.get(value)
        return entry if kinds is None or entry.kind in kinds else None
    if kind == "label" and value:
        return entry if set(value).issubset(entry.labels) == wanted else None
    if kind != "tag" or not value:
        return entry
    tags = entry.tags if entry.parents is None else entry.parents
    nested = version.nested_braces
    matching = tuple(tag for tag in tags or ("",) if patterns.matches(value, tag, nested) == wanted)
    if not matching:
        return None
    return entry if entry.parents is not None else entry._replace(tags=matching if tags else ())


def destination(repository: str, policy: Policy, version: Version) -> str:
    """What a repository is called at the destination.

    :raises FlowError: it has fewer levels than are to be replaced.
    """
    if not policy.dest_namespace:
        return repository
    *levels, name = repository.split("/")
    count = policy.replace_count if version.modern else -1
    if count < 0:
        return "{0}/{1}".format(policy.dest_namespace, name)
    if count > len(levels):
        text = (
            'the source repository "{0}" contains only {1} path components [{2}] excepting the last one, '
            "but the destination namespace flattening level is {3}"
        )
        raise FlowError(text.format(repository, len(levels), " ".join(levels), count))
    return posixpath.join(policy.dest_namespace, *levels[count:], name)
