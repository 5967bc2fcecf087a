# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes tags from one repository, without deleting others.

The OCI distribution specification 1.1 ("Deleting tags") lets a registry delete a tag by itself. Older registries,
including the distribution project's up to 2.8, delete manifests by digest only, and with a manifest all its tags.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Set

from ..._lazy import pattern
from ..client.manifests import read_tree
from ..client.registry import RegistryClient
from ..errors import RegistryError, failure_of
from ..model.manifest import IMAGE_TYPES, SCHEMA1_TYPES, Descriptor
from ..model.reference import Repository
from ..plan.referrers import DEEPEST

NOT_BY_TAG = (400, 404, 405, 415, 501)
"""Statuses of registries that do not delete by tag; docker-registry 2.8 sends 400, DIGEST_INVALID."""

_ATTACHED = pattern(r"(sha256|sha512)-([0-9a-f]{64}|[0-9a-f]{128})(\.[A-Za-z0-9_.-]+)?")
"""Tags for attached artifacts: cosign signatures, and the referrers tag schema of the OCI specification."""

_REFUSED_HINT = (
    "This registry does not delete through the distribution API. That of the distribution project does with "
    "storage.delete.enabled set to true; SWR only deletes tags through its management API and its console."
)


class Failure(NamedTuple):
    """A tag that could not be deleted."""

    tag: str
    error: RegistryError


class TagDeleter:
    """Deletes tags of one repository.

    :param kept: its tags that must stay.
    :param kept_digests: its manifests that must stay, whatever their tags.
    :ivar deleted: tags removed by this deleter.
    :ivar shared: tags that stay because the registry would delete a kept tag with them.
    :ivar failures: tags that could not be deleted.
    """

    def __init__(
        self, client: RegistryClient, repository: Repository, kept: Sequence[str], kept_digests: Set[str]
    ) -> None:
        self._client = client
        self._repository = repository
        self._kept = kept
        self._kept_digests = kept_digests
        self._in_use: Optional[Set[str]] = None
        self._subjects: Dict[str, Optional[str]] = {}
        self.deleted: List[str] = []
        self.shared: List[str] = []
        self.failures: List[Failure] = []

    def without_attached(self, tags: Sequence[str]) -> List[str]:
        """The tags, except those that hold something attached to a kept image, such as its signature, or the signature
        of an artifact of it.

        :raises RegistryError: the kept images cannot be read.
        """
        attached = {tag: found for tag, found in ((tag, _ATTACHED.fullmatch(tag)) for tag in tags) if found}
        left = {tag: "{0}:{1}".format(*found.groups()) for tag, found in attached.items()}
        in_use = set(self._digests_in_use()) if left else set()
        while left:
            held = [tag for tag, digest in left.items() if self._belongs(digest, in_use)]
            if not held:
                break
            for tag in held:
                del left[tag]
                found = self._client.head_manifest(self._repository, tag) if left else None
                if found is not None:
                    in_use.add(found.digest)
        return [tag for tag in tags if tag not in attached or tag in left]

    def _belongs(self, digest: str, in_use: Set[str], depth: int = 0) -> bool:
        """Whether a manifest is in use, or is an artifact whose subject is."""
        if digest in in_use:
            return True
        if digest not in self._subjects:
            manifest = self._client.get_manifest(self._repository, digest)
            self._subjects[digest] = manifest.subject if manifest is not None else None
        subject = self._subjects[digest]
        return subject is not None and depth <= DEEPEST and self._belongs(subject, in_use, depth + 1)

    def delete(self, tags: Sequence[str]) -> None:
        """Delete the tags; the lists record the outcomes.

        :raises RegistryError: it cannot be done safely, or the registry deleted more than requested.
        """
        for number, tag in enumerate(tags):
            if not self._try(tag, lambda tag=tag: self._delete_tag(tag)):
                self._delete_by_digest(tags[number:])
                break
            if self.deleted == [tag] and len(tags) > 1:
                # Detects early a registry that deletes the image with its tag.
                self._assure_kept()
        if self.deleted:
            self._assure_kept()

    def _try(self, tag: str, work: Callable[[], bool]) -> bool:
        """Do it, and record the tag's failure. False: this registry cannot delete by tag."""
        outcomes: List[bool] = []
        error = failure_of(lambda: outcomes.append(work()), "{0}:{1}".format(self._repository, tag))
        if error is not None:
            self.failures.append(Failure(tag, error))
            return True
        return outcomes[0]

    def _delete_tag(self, tag: str) -> bool:
        try:
            done = self._client.delete_manifest(self._repository, tag)
        except RegistryError as error:
            if error.status not in NOT_BY_TAG:
                raise
            return False
        # A deletion repeated after a lost reply finds nothing; neither does a registry that does not support it.
        if not done and self._client.head_manifest(self._repository, tag) is not None:
            return False
        self.deleted.append(tag)
        return True

    # -- by digest ---------------------------------------------------------------------------------------------

    def _delete_by_digest(self, tags: Sequence[str]) -> None:
        in_use = self._digests_in_use()
        tags_of: Dict[str, List[str]] = {}
        for tag in tags:
            found = self._client.head_manifest(self._repository, tag)
            if found is not None:
                tags_of.setdefault(found.digest, []).append(tag)
        for digest, same in tags_of.items():
            if digest in in_use:
                self.shared.extend(same)
                continue
            error = failure_of(lambda digest=digest: self._delete_digest(digest), str(self._repository))
            if error is None:
                self.deleted.extend(same)
            else:
                self.failures.extend(Failure(tag, error) for tag in same)

    def _delete_digest(self, digest: str) -> None:
        try:
            self._client.delete_manifest(self._repository, digest)
        except RegistryError as error:
            if error.status in (405, 501) or error.code == "UNSUPPORTED":
                error.hint = _REFUSED_HINT
            raise

    def _digests_in_use(self) -> Set[str]:
        """The manifests that kept tags point to, and those below them."""
        if self._in_use is None:
            in_use = set(self._kept_digests)
            for name in list(self._kept) + sorted(self._kept_digests):
                found = self._client.head_manifest(self._repository, name)
                if found is None:
                    continue
                in_use.add(found.digest)
                media_type = found.media_type.partition(";")[0].strip()
                if media_type not in IMAGE_TYPES + SCHEMA1_TYPES:
                    # An index, or a registry that does not say.
                    self._add_children(found.digest, in_use)
            self._in_use = in_use
        return self._in_use

    def _add_children(self, digest: str, in_use: Set[str]) -> None:
        """Add an index's children, whether they exist or not; they need not be read."""
        manifest = self._client.get_manifest(self._repository, digest)
        if manifest is None:
            raise RegistryError(
                "cannot tell what stays in use: the registry has an index but does not return it",
                where="{0}@{1}".format(self._repository, digest),
                hint="Run again. If this persists, push the index again.",
            )

        def note(child: Descriptor) -> bool:
            in_use.add(child.digest)
            return child.media_type not in IMAGE_TYPES

        # Registries may have an index without all of its manifests.
        where = "{0}@{1}".format(self._repository, digest)
        read_tree(self._client, self._repository, manifest, where, note, on_missing=lambda child: None)

    def _assure_kept(self) -> None:
        if not self._kept:
            return
        left = set(self._client.list_tags(self._repository, proven=True).names)
        lost = [tag for tag in self._kept if tag not in left]
        if lost:
            raise RegistryError(
                "tags to keep are gone, perhaps along with a deleted one: {0}".format(", ".join(lost[:20])),
                where=str(self._repository),
                hint="Nothing more is deleted here. Copy these tags again, and delete tags with the registry's own "
                "tools.",
            )
