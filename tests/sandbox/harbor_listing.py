# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of Harbor's API that shows what its registry holds, of 1.10 and of 2.x.

Calibrated on Harbor's own API descriptions and on what is known of running ones: the base path, C(name) finding more
than the exact project, pages of 100 at most, X-Total-Count and Link, the two shapes of errors, HTML for unknown paths
of 1.10, and the refusal of changing requests that bring back the session cookie.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Optional, Sequence
from urllib.parse import unquote

from .auth import allowed, basic_credentials
from .harbor_content import Artifact, Content, Labels
from .harbor_replies import RefusedError, Replies, when
from .harbor_versions import Version
from .http_message import Request, Response

# Whether the caller may see a project.
Sees = Callable[[str], bool]
_PROJECT = re.compile(r"/projects/([^/]+)\Z")
_REPOSITORIES = re.compile(r"/projects/([^/]+)/repositories\Z")
_ARTIFACTS = re.compile(r"/projects/([^/]+)/repositories/([^/]+)/artifacts(?:/([^/]+))?(/tags)?\Z")
_OLD_TAGS = re.compile(r"/repositories/(.+)/tags\Z")


class Listing:
    """Projects, repositories, artifacts and tags of one registry.

    :param most: the largest page; None: as large as Harbor's.
    :param caches: the projects that are proxy caches.
    """

    def __init__(
        self, content: Content, replies: Replies, most: Optional[int] = None, caches: Sequence[str] = ()
    ) -> None:
        self._content = content
        self._replies = replies
        self._version = replies.version
        self._most = most
        self._caches = caches
        self._found: Dict[Any, Any] = {}

    def serve(self, request: Request, path: str, known: bool, sees: Sees) -> Optional[Response]:
        """
        :param path: below the base of the API.
        :param known: whether the caller has logged in.
        :raises RefusedError: with what Harbor answers.
        """
        if request.method == "HEAD" and path == "/projects":
            # Whoever has logged in is told whether a project exists, whether it is shown or not.
            if not known:
                raise RefusedError(401, "unauthorized")
            return Response(200 if request.param("project_name") in self._names() else 404)
        if request.method != "GET":
            return None
        if path == "/projects":
            # 1.10 has null for no projects at all.
            empty = () if self._version.modern else None
            return self._page(request, [entry for entry in self._projects() if sees(entry["name"])], empty)
        if path == "/repositories" and not self._version.modern:
            return self._serve_old_repositories(request, known, sees)
        for pattern, answer in (
            (_REPOSITORIES, self._serve_repositories),
            (_ARTIFACTS, self._serve_artifacts),
            (_PROJECT, self._serve_project),
            (_OLD_TAGS, self._serve_old_tags),
        ):
            found = pattern.match(path)
            if found and self._version.modern != (answer == self._serve_old_tags):
                return answer(request, found, known, sees)
        return None

    def _page(self, request: Request, entries: List[Dict[str, Any]], empty: Any = ()) -> Response:
        return self._replies.page(request, self._replies.chosen(request, entries), self._most, empty)

    # Projects and repositories

    def _names(self) -> List[str]:
        return sorted({name.partition("/")[0] for name in self._content.repositories()})

    def _serve_old_repositories(self, request: Request, known: bool, sees: Sees) -> Response:
        text, names = request.param("project_id") or "", self._names()
        if not text.isdigit() or text == "0":
            raise RefusedError(400, "invalid project_id {0}".format(text))
        project = names[int(text) - 1] if int(text) <= len(names) else ""
        return self._page(request, self._repositories(project, known, sees))

    def _projects(self) -> List[Dict[str, Any]]:
        return [
            dict(
                {"name": project, "project_id": number, "repo_count": len(self._held(project))},
                **({"registry_id": 1} if project in self._caches else {}),
            )
            for number, project in enumerate(self._names(), 1)
        ]

    def _held(self, project: str) -> List[str]:
        return [name for name in self._content.repositories() if name.startswith(project + "/")]

    def _may(self, project: str, known: bool, sees: Sees) -> None:
        if not known and not sees(project):
            raise RefusedError(401, "unauthorized")
        if project not in self._names():
            raise RefusedError(404, "project {0} not found".format(project))
        if not sees(project):
            raise RefusedError(403, "forbidden")

    def _repositories(self, project: str, known: bool, sees: Sees) -> List[Dict[str, Any]]:
        self._may(project, known, sees)
        number = self._names().index(project) + 1
        return [
            {
                "id": place,
                "name": name,
                "project_id": number,
                "artifact_count": len(self._content.artifacts(name)),
                "tags_count": len(self._content.storage.tags(name) or ()),
            }
            for place, name in enumerate(self._held(project), 1)
        ]

    def _serve_project(self, _request: Request, found: Any, known: bool, sees: Sees) -> Response:
        self._may(found.group(1), known, sees)
        (entry,) = [entry for entry in self._projects() if entry["name"] == found.group(1)]
        return self._replies.json(entry)

    def _serve_repositories(self, request: Request, found: Any, known: bool, sees: Sees) -> Response:
        return self._page(request, self._repositories(unquote(found.group(1)), known, sees))

    # Artifacts and tags

    def _serve_artifacts(self, request: Request, found: Any, known: bool, sees: Sees) -> Response:
        # A repository's name is quoted twice, because of its slashes; the first was undone already.
        project, rest, reference, tags = found.groups()
        repository = "{0}/{1}".format(project, unquote(rest))
        self._may(project, known, sees)
        if reference is None:
            return self._replies.page(request, self._entries(request, repository), self._most)
        artifacts = self._content.artifacts(repository)
        manifest = self._content.storage.manifest(repository, reference)
        one = [artifact for artifact in artifacts if manifest and artifact.digest == manifest.digest]
        if not one:
            raise RefusedError(404, "artifact {0}:{1} not found".format(repository, reference))
        shown = self._shown(one[0], request)
        return self._page(request, shown["tags"] or []) if tags else self._replies.json(shown)

    def _entries(self, request: Request, repository: str) -> List[Dict[str, Any]]:
        """The artifacts that a list shows, the newest first. Those of the last list are kept, as Harbor has indexes."""
        now = (self._content.storage.changes, self._content.labels.changes)
        names = ("q", "sort", "with_tag", "with_label")
        key = (repository, *map(request.param, names))
        if self._found.get("at") != now:
            self._found = {"at": now}
        if key not in self._found:
            shown = [self._shown(artifact, request) for artifact in reversed(self._content.artifacts(repository))]
            self._found[key] = self._replies.chosen(request, shown)
        return self._found[key]

    def _shown(self, artifact: Artifact, request: Request) -> Dict[str, Any]:
        number = int(artifact.digest[-6:], 16) + 1
        moment = when(1600000000.0, self._version)
        tags = [{"id": number, "name": tag, "artifact_id": number, "push_time": moment} for tag in artifact.tags]
        references = [
            {"child_digest": child["digest"], "parent_id": number, "platform": child.get("platform")}
            for child in artifact.references
        ]
        labels = [{"name": name} for name in artifact.labels] if request.param("with_label") == "true" else []
        return {
            "id": number,
            "type": artifact.kind,
            "media_type": artifact.media_type,
            "manifest_media_type": artifact.manifest_media_type,
            "digest": artifact.digest,
            "size": artifact.size,
            "push_time": moment,
            "tags": (tags or None) if request.param("with_tag") != "false" else None,
            "references": references or None,
            "labels": labels or None,
            "accessories": [{"digest": digest} for digest in artifact.accessories] or None,
        }

    def _serve_old_tags(self, _request: Request, found: Any, known: bool, sees: Sees) -> Response:
        repository = found.group(1)
        self._may(repository.partition("/")[0], known, sees)
        return self._replies.json(
            [
                {
                    "name": tag,
                    "digest": artifact.digest,
                    "size": artifact.size,
                    "architecture": "amd64",
                    "os": "linux",
                    "labels": [{"name": name} for name in artifact.labels],
                }
                for artifact in self._content.artifacts(repository)
                for tag in artifact.tags
            ]
        )


class HarborApi:
    """Answers C(/api/...) for a registry whose option C(harbor) is a version, such as C(1.10.5) or C(2.9.1)."""

    def __init__(self, registry: Any, version: str) -> None:
        self._registry = registry
        self._replies = Replies(Version(version))
        content = Content(registry.storage, Labels(), self._replies.version)
        self._listing = Listing(content, self._replies, registry.options.page_size, registry.options.harbor_caches)

    def serve(self, request: Request) -> Response:
        try:
            return self._serve(request)
        except RefusedError as refused:
            return self._replies.error(refused)

    def _serve(self, request: Request) -> Response:
        forged = self._replies.forged(request)
        if forged is not None:
            return forged
        base = self._replies.version.base
        if not request.path.startswith(base + "/"):
            return self._replies.missing(request)
        credentials = basic_credentials(request)
        user = self._registry.auth.user(*credentials) if credentials else None
        if request.path == base + "/systeminfo":
            return self._replies.json(system_info(self._replies.version, user is not None))
        if credentials and user is None:
            raise RefusedError(401, "unauthorized")
        permissions = user.permissions if user is not None else getattr(self._registry.auth, "anonymous", ())

        def sees(project: str) -> bool:
            # Where there is no authentication at all, everything is public.
            return self._registry.auth.kind == "none" or "pull" in allowed(permissions, project + "/any")

        answer = self._listing.serve(request, request.path[len(base) :], user is not None, sees)
        return answer or self._replies.missing(request)


def system_info(version: Version, known: bool, build: Optional[str] = None) -> Dict[str, Any]:
    """What C(/systeminfo) tells to somebody who has or has not logged in. It refuses nobody.

    :param build: what it tells of its version.
    """
    facts: Dict[str, Any] = {"auth_mode": "db_auth", "self_registration": False}
    if known or version.version_for_anybody:
        facts["harbor_version"] = build or version.build
    if known or not version.modern:
        facts.update(registry_url="harbor.example.com", external_url="https://harbor.example.com", read_only=False)
    return facts
