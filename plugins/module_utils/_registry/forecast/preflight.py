# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds in seconds what would stop a large copy after hours: logins, organizations, names, quotas.

The limits of SWR's basic edition (its user guide, "Notes and Constraints", 2025-11; SWR's API reference for names):
organization 1 to 64 characters, repository 1 to 128, 300 tags per repository, 500 repositories per account, a layer
of 10 GB by the pages of 2025-06 and of 50 GB by that of 2025-11.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple

from ..._swr_names import ORGANIZATION_RULE, REPOSITORY_RULE, is_organization_name, is_repository_name
from ..._time_limit import in_words
from ..client.registry import ClientFor, RegistryClient
from ..client.repository_listing import CATALOG_REFUSED, Discovery
from ..client.swr_api import ORGANIZATION_UNKNOWN, Dockyard, speaks_dockyard
from ..errors import RegistryError, RulesError, failure_of
from ..model.manifest import is_digest
from ..model.quota import Quota
from ..model.reference import Listing, Repository
from ..run.image import Image
from ..run.work_queue import WorkQueue
from .plan_table import ABSENT, PlanTable

ERROR = "error"
WARN = "warn"

GB = 1000**3
SWR_TAGS = 300
SWR_REPOSITORIES = 500
SWR_LAYER_BYTES = 50 * GB
SWR_LAYER_BYTES_OLD = 10 * GB

QUOTAS = ("tags_per_repository", "repositories", "layer_bytes")

_CREATE = "Create the organization in SWR first, or correct its name in the rule's destination."


class Problem(NamedTuple):
    """An obstacle to the copy. C(severity): C(ERROR) makes the copy fail, C(WARN) may do so."""

    check: str
    severity: str
    target: str
    message: str
    hint: str

    def as_dict(self) -> Dict[str, str]:
        """The entry of the result."""
        return dict(self._asdict())


def read_quotas(value: Optional[Mapping[str, Any]]) -> Dict[str, int]:
    """The option C(quotas), checked.

    :raises RulesError: names each unknown key, and each value that is not a number of at least one.
    """
    problems = []
    quotas: Dict[str, int] = {}
    for name, number in (value or {}).items():
        if name not in QUOTAS:
            problems.append("quotas: {0} is unknown: give {1}".format(name, ", ".join(QUOTAS)))
        elif number is not None:
            try:
                quotas[name] = int(str(number))
            except ValueError:
                quotas[name] = 0
            if quotas[name] < 1:
                problems.append("quotas: {0}: give a whole number of 1 or more".format(name))
    if problems:
        raise RulesError(problems)
    return quotas


class Preflight:
    """Looks for problems; writes nothing.

    :param destinations: returns the client that would write to a registry.
    :param quotas: limits for every destination, instead of SWR's own.
    :ivar missing: organizations that do not exist yet, as (registry, name).
    """

    def __init__(self, destinations: ClientFor, queue: WorkQueue, quotas: Mapping[str, int]) -> None:
        self._destinations = destinations
        self._queue = queue
        self._quotas = quotas
        self.problems: List[Problem] = []
        self.missing: Set[Tuple[str, str]] = set()
        self._samples: Dict[str, Repository] = {}
        self._swr: Dict[str, bool] = {}

    def found(self, check: str, severity: str, target: object, message: str, hint: str = "") -> None:
        """Record a problem. Thread-safe."""
        self.problems.append(Problem(check, severity, str(target), message, hint))

    def pulls(self, registry: str, quota: Quota, needed: int) -> None:
        """Record that a registry's pull quota is too small for the copy."""
        self.found(
            "pull_quota",
            WARN,
            registry,
            "the copy needs {0} pulls, and {1}: it takes about {2}".format(
                needed, quota, in_words(quota.seconds_for(needed))
            ),
            "Set longest_wait of the copy to {0}, so that it waits for pulls, or log in with an account that has more. "
            "Shards with the same login, or from the same address without one, share the quota.".format(quota.window),
        )

    # -- before the images are examined ------------------------------------------------------------------------

    def logins(self, images: Iterable[Image]) -> None:
        """Try the login of each destination's organization with one of its images, and check the names."""
        samples: Dict[Tuple[str, str], Image] = {}
        repositories: Dict[Repository, None] = {}
        for image in images:
            if image.outcome is None:
                organization = image.destination.name.partition("/")[0]
                samples.setdefault((image.destination.registry, organization), image)
                repositories[image.destination] = None
        for (registry, organization), image in samples.items():
            self._samples.setdefault(registry, image.destination)
            self._queue.put((0,), lambda image=image, name=organization: self._try_login(image, name))
        self._queue.join()
        for registry in self._samples:
            self._swr[registry] = speaks_dockyard(self._destinations(registry))
        for repository in repositories:
            if self._swr[repository.registry]:
                self._check_name(repository)

    def _try_login(self, image: Image, organization: str) -> None:
        """Looking up an image needs the same token as writing it: for pull and push."""
        repository = image.destination
        client = self._destinations(repository.registry)
        error = failure_of(lambda: client.head_manifest(repository, str(image.destination_ref)), image.destination_text)
        if error is None:
            return
        place = "{0}/{1}".format(repository.registry, organization)
        if self._lacks_organization(client, repository, organization, error):
            self.missing.add((repository.registry, organization))
            self.found(
                "organization", ERROR, place, "the organization {0} does not exist".format(organization), _CREATE
            )
        else:
            self.found("login", ERROR, place, str(error), error.hint or "")

    @staticmethod
    def _lacks_organization(
        client: RegistryClient, repository: Repository, organization: str, error: RegistryError
    ) -> bool:
        if ORGANIZATION_UNKNOWN in error.what:
            return True
        if error.status not in (401, 403) or not speaks_dockyard(client):
            return False
        # The refusal may mean that, or that the user has no permission there.
        answers: List[bool] = []
        failure_of(lambda: answers.append(Dockyard(client, repository).has_organization(organization)), organization)
        return answers == [False]

    def _check_name(self, repository: Repository) -> None:
        organization, slash, name = repository.name.partition("/")
        if not slash:
            self.found(
                "organization_name",
                ERROR,
                repository,
                "SWR keeps repositories in organizations, and this destination has none",
                "Write the destination as registry/organization/repository.",
            )
            return
        if not is_organization_name(organization):
            self.found(
                "organization_name",
                ERROR,
                repository,
                "SWR does not allow this organization name",
                "Use another organization. {0}".format(ORGANIZATION_RULE),
            )
        if not is_repository_name(name):
            self.found(
                "repository_name",
                ERROR,
                repository,
                "SWR does not allow this repository name ({0} characters)".format(len(name)),
                "Use another name. {0}".format(REPOSITORY_RULE),
            )

    # -- once the work is known --------------------------------------------------------------------------------

    def limits(self, catalogue: PlanTable) -> None:
        """Compare the planned copy with the quotas."""
        tags: Dict[Repository, Set[str]] = {}
        for image, route in enumerate(catalogue.route):
            reference = catalogue.references[image][1]
            wanted = tags.setdefault(catalogue.routes[route].destination, set())
            if not is_digest(reference):
                wanted.add(reference)
        for repository, wanted in tags.items():
            most = self._quota("tags_per_repository", SWR_TAGS, repository.registry)
            if most is not None and wanted:
                self._queue.put((0,), lambda pair=(repository, wanted), most=most: self._count_tags(*pair, most))
        self._queue.join()
        for registry in dict.fromkeys(repository.registry for repository in tags):
            self._count_repositories(registry, {item.name for item in tags if item.registry == registry})
        self._check_layers(catalogue)

    def _quota(self, name: str, of_swr: int, registry: str) -> Optional[int]:
        return self._quotas.get(name, of_swr if self._swr.get(registry) else None)

    def _count_tags(self, repository: Repository, wanted: Set[str], most: int) -> None:
        there: Set[str] = set()
        organization = repository.name.partition("/")[0]
        if (repository.registry, organization) not in self.missing:

            def work() -> None:
                there.update(tag for tag in self._destinations(repository.registry).tags(repository) if tag)

            error = failure_of(work, str(repository))
            if error is not None and error.status != 404:
                self.found("tags_per_repository", WARN, repository, str(error), error.hint or "")
        count = len(wanted | there)
        if count > most:
            self.found(
                "tags_per_repository",
                ERROR,
                repository,
                "it would have {0} tags, {1} of which are there already, and {2} are allowed".format(
                    count, len(there), most
                ),
                "Select fewer tags, spread them over several repositories, remove old ones at the destination, or have "
                "the quota raised.",
            )

    def _count_repositories(self, registry: str, planned: Set[str]) -> None:
        most = self._quota("repositories", SWR_REPOSITORIES, registry)
        if most is None:
            return
        known: Set[str] = set()

        def work() -> None:
            via = "swr" if self._swr.get(registry) else "catalog"
            known.update(Discovery(self._destinations).names(registry, self._samples[registry].name, via).names)

        # Without a list only the planned ones count: the minimum.
        error = failure_of(work, registry)
        if error is not None and error.status not in CATALOG_REFUSED:
            self.found("repositories", WARN, registry, str(error), error.hint or "")
        total = planned | known
        if len(total) > most:
            self.found(
                "repositories",
                ERROR,
                registry,
                "there would be {0} repositories{1}, and {2} are allowed".format(
                    len(total),
                    ", {0} of which are there already".format(len(known)) if known else " from this plan alone",
                    most,
                ),
                "Copy fewer repositories, remove some at the destination, or have the quota raised.",
            )

    def _check_layers(self, catalogue: PlanTable) -> None:
        for blob, (size, state) in enumerate(zip(catalogue.sizes, catalogue.states)):
            if state != ABSENT or size <= self._quotas.get("layer_bytes", SWR_LAYER_BYTES_OLD):
                continue
            repository = catalogue.destination_of_blob(blob)
            most = self._quota("layer_bytes", SWR_LAYER_BYTES, repository.registry)
            if most is None:
                continue
            surely = size > most
            self.found(
                "layer_bytes",
                ERROR if surely else WARN,
                repository,
                "one of its layers has {0} bytes, and {1} are allowed{2}".format(
                    size, most if surely else SWR_LAYER_BYTES_OLD, "" if surely else " by older documents"
                ),
                "Build the image with smaller layers.",
            )


class Destinations:
    """The destinations' clients, which treat organizations that are still missing as empty.

    The copy can be planned before they are created; the registry would refuse every request.
    """

    def __init__(self, destinations: ClientFor, missing: Set[Tuple[str, str]]) -> None:
        self._destinations = destinations
        self._missing = missing

    def __call__(self, registry: str) -> Any:
        client = self._destinations(registry)
        names = {name for host, name in self._missing if host == registry}
        return _PartlyMissing(client, names) if names else client


class _PartlyMissing:
    def __init__(self, client: RegistryClient, names: Set[str]) -> None:
        self._client = client
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def head_manifest(self, repository: Repository, reference: str) -> Any:
        """Like the client's."""
        return None if self._is_missing(repository) else self._client.head_manifest(repository, reference)

    def list_tags(self, repository: Repository, proven: bool = False) -> Listing:
        """Like the client's."""
        return Listing([], []) if self._is_missing(repository) else self._client.list_tags(repository, proven)

    def has_blob(self, repository: Repository, digest: str) -> bool:
        """Like the client's."""
        return not self._is_missing(repository) and self._client.has_blob(repository, digest)

    def _is_missing(self, repository: Repository) -> bool:
        return repository.name.partition("/")[0] in self._names
