# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry as seen by the copy engine (OCI distribution specification 1.1).

The registry's abilities are learned from its replies and remembered: the scheme of an insecure registry, its
authentication, whether it supports HEAD and mounting.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, List, Optional, Sequence

from ..._paging import Page
from ..errors import RegistryError
from ..model.manifest import ACCEPT, Manifest, digest_of, is_digest, parse_manifest
from ..model.quota import PULL
from ..model.reference import Listing, Repository
from ..sources.base import Found
from ..transport.auth import delete_scope
from ..transport.connection import RegistryReply
from ..transport.limits import Bandwidth
from ..transport.pool import Stream
from ..transport.session import RegistrySession, Request
from ..transport.target import REDIRECTS
from .name_lists import CATALOG, NO_SUCH_API, TAGS, next_path, read_all, referrers_of
from .uploads import RegistryUploads, describe_blob

_UNKNOWN_HERE = ("NAME_UNKNOWN", "MANIFEST_UNKNOWN")
"""Codes for a missing repository or manifest, from registries that know the call."""

_CATALOG_HINT = (
    "Many registries, including SWR and Docker Hub, do not list their repositories, or only to administrators. Name "
    "the repositories instead. SWR's are listed by its management API and its console; rules take via: swr."
)
_FOREIGN_HINT = (
    "The image has layers at their own URLs, outside of any registry. Make the registry accept such manifests "
    "(docker-registry: validation.manifests.urls.allow), or push the image again with these layers in it."
)
TRIED = 4
"""Manifests that a registry is asked for by digest to prove the order of its replies."""
PATIENCE = 5.0
"""Seconds that it may take to answer the next of these. Some servers drop all requests but the first."""
_ACCEPT = (("Accept", ACCEPT),)
_BLOB_KNOWN = (200, 404, 405, 501)


Digests = Optional[List[Optional[str]]]


class RegistryClient:
    """One registry that images are read from and written to. Thread-safe.

    :param bandwidth: limits the speed of uploads; shared with uploads to other registries.
    :ivar registry: C(host[:port]) as references name it.
    :ivar session: its requests.
    :ivar uploads: its uploads of blobs.
    """

    def __init__(self, session: RegistrySession, bandwidth: Optional[Bandwidth] = None) -> None:
        self.registry = session.registry
        self.session = session
        self.uploads = RegistryUploads(session, bandwidth)
        self._manifest_head = True
        self._in_order = Lesson()
        self._blob_head = self._blobs_at_once = True
        self._referrers_api: Optional[bool] = None

    # -- reading -----------------------------------------------------------------------------------------------

    def tags(self, repository: Repository) -> List[str]:
        """The valid names from L(list_tags,#)."""
        return self.list_tags(repository).names

    def list_tags(self, repository: Repository, proven: bool = False) -> Listing:
        """All tags of the repository, in the registry's order.

        SWR answers C(tags: null) for a missing repository: an empty list here.

        :param proven: ask again after the last page, unless the registry states that it is the last one.
        :raises RegistryError: the repository does not exist, may not be read, or its list may be incomplete.
        """
        path = "/v2/{0}/tags/list".format(repository.name)
        return TAGS.read(self.session, repository, path, str(repository), proven)

    def list_repositories(self, proven: bool = False) -> Listing:
        """All repositories that the registry shows this user, in the registry's order.

        :param proven: see L(list_tags,#).
        :raises RegistryError: the registry has no catalog (like SWR and Docker Hub), or denies it to this user, or it
            may be incomplete.
        """
        try:
            return CATALOG.read(self.session, Repository(self.registry, ""), "/v2/_catalog", self.registry, proven)
        except RegistryError as error:
            if error.status in (401, 403, 404, 405, 501):
                error.hint = " ".join(filter(None, (error.hint, _CATALOG_HINT)))
            raise

    def head_manifest(self, repository: Repository, reference: str) -> Optional[Found]:
        """What C(reference) (a tag or a digest) refers to, or None if the registry has no such manifest."""
        if self._manifest_head:
            reply = self.session.call(
                Request(
                    "manifest_head",
                    "HEAD",
                    repository,
                    "manifests/" + reference,
                    (200, 404, 405, 501),
                    "cannot look up the manifest",
                    _image(repository, reference),
                    _ACCEPT,
                )
            )
            if reply.status == 404:
                return None
            digest = reply.headers.get("docker-content-digest", "")
            if reply.status == 200 and is_digest(digest):
                return Found(digest, reply.headers.get("content-type", ""))
            if reply.status != 200:
                self._manifest_head = False
        manifest = self.get_manifest(repository, reference)
        return None if manifest is None else Found(manifest.digest, manifest.media_type)

    def head_manifests(self, repository: Repository, references: Sequence[str]) -> Optional[List[Optional[str]]]:
        """The digests of several tags, None for those that do not exist; asked at once, if the registry has shown that
        it answers such requests in order.

        :return: None: ask for them one by one.
        """
        if not self._manifest_head:
            return None
        return self._in_order.use(
            lambda: self._pipeline(repository, references, None),
            lambda: self._pipeline_first(repository, references),
            lambda found: self._prove_order(repository, found),
        )

    def doubt_order(self) -> None:
        """A reply to a single request contradicts an earlier one of L(head_manifests,#): never use it again."""
        self._in_order.refuse()

    def _pipeline_first(self, repository: Repository, references: Sequence[str]) -> Digests:
        if not self.session.introduced:
            self.head_manifest(repository, references[0])
        return self._pipeline(repository, references, PATIENCE)

    def _prove_order(self, repository: Repository, found: Sequence[Optional[str]]) -> Optional[bool]:
        """Manifests asked for by digest show by themselves which reply is whose. None: they are not different."""
        digests = [digest for digest in dict.fromkeys(found) if digest][:TRIED]
        digests.reverse()
        return self._pipeline(repository, digests, PATIENCE) == digests if len(digests) > 1 else None

    def _pipeline(self, repository: Repository, references: Sequence[str], patience: Optional[float]) -> Digests:
        paths = ["manifests/" + reference for reference in references]
        try:
            replies = self.session.heads("manifest_head", repository, paths, list(_ACCEPT), patience)
        except RegistryError:
            # The single requests have the retries.
            return None
        if replies is None or not all(is_digest(digest) for there, digest in replies if there):
            return None
        return [digest if there else None for there, digest in replies]

    def get_manifest(self, repository: Repository, reference: str) -> Optional[Manifest]:
        """The manifest, its digest verified, or None if the registry has no such manifest."""
        where = _image(repository, reference)
        path, what = "manifests/" + reference, "cannot read the manifest"
        request = Request(PULL, "GET", repository, path, (200, 404), what, where, _ACCEPT)

        def unit() -> Optional[Manifest]:
            reply = self.session.ask(request)
            if reply.status == 404:
                return None
            expected = reference if is_digest(reference) else reply.headers.get("docker-content-digest", "")
            try:
                return parse_manifest(
                    reply.body, reply.headers.get("content-type", ""), expected if is_digest(expected) else None
                )
            except RegistryError as error:
                error.where = where
                raise

        return self.session.retry(unit)

    def referrers(self, repository: Repository, digest: str) -> Optional[List[Dict[str, Any]]]:
        """The descriptors of the manifests that have this one as their subject; None without a referrers API.

        :raises RegistryError: the registry has the API but it failed, or the list may be incomplete.
        """
        if self._referrers_api is False:
            return None
        what, where = "cannot list the referrers", _image(repository, digest)

        def fetch(path: str) -> Page:
            reply = self.session.call(Request("referrers", "GET", repository, path, (200,), what, where))
            return Page(referrers_of(reply, where), next_path(reply.headers.get("link", ""), path))

        first = "/v2/{0}/referrers/{1}".format(repository.name, digest)
        try:
            found = read_all(first, fetch, what, where, lambda entry: entry["digest"])
        except RegistryError as error:
            if error.status not in NO_SUCH_API or self._referrers_api:
                raise
            if error.code not in _UNKNOWN_HERE:
                self._referrers_api = False
            return None
        self._referrers_api = True
        return found

    def has_referrers_api(self, repository: Repository, digest: str) -> bool:
        """Whether the registry has a referrers API; asked once."""
        if self._referrers_api is None:
            self.referrers(repository, digest)
        return bool(self._referrers_api)

    def get_blob(self, repository: Repository, digest: str, limit: int) -> bytes:
        """A complete small blob, such as an image's config. The caller must verify its digest."""

        def unit() -> bytes:
            with self.open_blob(repository, digest) as stream:
                return stream.read(limit)

        return self.session.retry(unit)

    def open_blob(self, repository: Repository, digest: str, offset: int = 0) -> Stream:
        """Start to read a blob at byte C(offset). One try: the caller resumes after a failure.

        A registry that cannot read from the middle answers 200 and sends the whole blob, or 416 and none of it.
        """
        return self.session.stream(
            Request(
                "blob_get",
                "GET",
                repository,
                "blobs/" + digest,
                (200, 206, 416) if offset else (200,),
                "cannot read the blob",
                describe_blob(repository, digest),
                (("Range", "bytes={0}-".format(offset)),) if offset else (),
            )
        )

    def has_blob(self, repository: Repository, digest: str) -> bool:
        """Whether the repository has the blob. Also False if the registry cannot tell."""
        if not self._blob_head:
            return False
        where, what = describe_blob(repository, digest), "cannot look up the blob"
        request = Request("blob_head", "HEAD", repository, "blobs/" + digest, _BLOB_KNOWN + REDIRECTS, what, where)
        reply = self.session.call(request)
        if reply.status in REDIRECTS:
            # A registry that stores blobs elsewhere redirects for those it has; the other host need not be asked. A
            # registry that has moved redirects for every blob.
            if not reply.headers.get("location", "").partition("?")[0].endswith("/blobs/" + digest):
                return True
            reply = self.session.call(request._replace(expected=_BLOB_KNOWN))
        if reply.status in (405, 501):
            self._blob_head = False
        return reply.status == 200

    def has_blobs(self, repository: Repository, digests: Sequence[str]) -> Optional[List[bool]]:
        """Whether the repository has each blob; asked at once if there are several. The order of the replies needs no
        proof: those for blobs that are there name them.

        :return: None: ask for them one by one.
        """
        if len(digests) == 1:
            return [self.has_blob(repository, digests[0])]
        if not (self._blob_head and self._blobs_at_once):
            return None
        try:
            paths = ["blobs/" + digest for digest in digests]
            replies = self.session.heads("blob_head", repository, paths, [], PATIENCE)
        except RegistryError:
            # The single requests have the retries.
            return None
        if replies is None or any(there and found != digest for (there, found), digest in zip(replies, digests)):
            self._blobs_at_once = False
            return None
        return [there for there, _digest in replies]

    # -- writing -----------------------------------------------------------------------------------------------

    def put_manifest(self, repository: Repository, reference: str, manifest: Manifest) -> None:
        """Store a manifest under a tag or its digest, and check that the registry received the same bytes."""
        where = _image(repository, reference)
        request = Request(
            "manifest_put",
            "PUT",
            repository,
            "manifests/" + reference,
            (200, 201, 202),
            "cannot store the manifest",
            where,
            (("Content-Type", manifest.media_type),),
            manifest.content,
        )

        def unit() -> RegistryReply:
            try:
                return self.session.ask(request)
            except RegistryError as error:
                # The bytes were damaged on the way, or mixed with those of another push.
                error.retryable = error.retryable or error.code == "DIGEST_INVALID"
                raise

        try:
            reply = self.session.retry(unit)
        except RegistryError as error:
            if not error.hint and any(blob.foreign for blob in manifest.blobs):
                error.hint = _FOREIGN_HINT
            raise
        stored = reply.headers.get("docker-content-digest", "")
        if is_digest(stored) and stored == digest_of(manifest.content, stored.partition(":")[0]):
            # The registry may use another digest algorithm than the source.
            return
        if not is_digest(stored):
            found = self.head_manifest(repository, reference)
            stored = found.digest if found else "nothing"
        if stored != manifest.digest:
            raise RegistryError(
                "the registry stored something else: its digest is {0} instead of {1}".format(stored, manifest.digest),
                where=where,
            )

    def delete_manifest(self, repository: Repository, reference: str) -> bool:
        """Delete a tag, or with a digest the manifest and all its tags. False: there is no such manifest.

        :raises RegistryError: the registry refuses. Many accept digests only, or delete nothing (405, UNSUPPORTED).
        """
        reply = self.session.call(
            Request(
                "manifest_delete",
                "DELETE",
                repository,
                "manifests/" + reference,
                (200, 202, 204, 404),
                "cannot delete the {0}".format("manifest" if is_digest(reference) else "tag"),
                _image(repository, reference),
                scopes=(delete_scope(repository.name),),
            )
        )
        return reply.status != 404


class Lesson:
    """Whether a registry answers in order: learned by one thread while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Optional[bool] = None
        self._empty = False
        self._tries = 3

    def use(
        self, ask: Callable[[], Digests], try_out: Callable[[], Digests], prove: Callable[[List[Any]], Optional[bool]]
    ) -> Digests:
        """The result of C(ask); at first that of C(try_out), if it is proved or would be the same in any order."""
        if self._known is None and not self._empty:
            with self._lock:
                if self._known is None and not self._empty:
                    return self._learn(try_out(), prove)
        if self._known is None:
            found = try_out()
            with self._lock:
                if self._known is None:
                    return self._learn(found, prove)
            return found if self._known else None
        found = ask() if self._known else None
        if found is None:
            self._known = False
        return found

    def _learn(self, found: Digests, prove: Callable[[List[Any]], Optional[bool]]) -> Digests:
        if found is not None and not any(found):
            self._empty = True
            return found
        self._tries -= 1
        proved = False if found is None else prove(found)
        self._known = False if proved is None and not self._tries else proved
        return found if proved else None

    def refuse(self) -> None:
        """It does not, after all."""
        self._known = False


ClientFor = Callable[[str], RegistryClient]
"""Returns the client of a registry."""


def _image(repository: Repository, reference: str) -> str:
    return "{0}{1}{2}".format(repository, "@" if is_digest(reference) else ":", reference)
