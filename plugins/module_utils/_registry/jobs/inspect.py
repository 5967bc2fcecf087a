# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What registries contain: images and their details, the tags of repositories, the repositories of registries.

Fields: OCI image specification 1.1 (manifest.md, image-index.md, config.md).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, TypeVar

from ..._json import read_json
from ..._text import quoted
from ..client.clients import ClientPool
from ..client.image_config import read_config
from ..client.manifests import read_tree
from ..errors import RegistryError, RulesError, failure_of
from ..model.manifest import IMAGE_CONFIG_TYPES, Descriptor, Manifest, child_entries
from ..model.reference import Listing, Reference, ReferenceProblem, Repository, parse_reference, parse_registry
from ..model.tree import Tree
from ..report.report import MOST_FAILURES
from ..rules.local_sources import parse_local_reference
from ..run.work_queue import WorkQueue
from ..sources.base import ImageSource
from ..transport.limits import Limits
from .request import Logins, RunHelper, Step
from .run_context import count_requests
from .settings import InfoSettings, settings_of

Entry = Dict[str, Any]
Described = Tuple[Entry, Dict[str, int]]
T = TypeVar("T")

PRESENCE = "presence"
MANIFEST = "manifest"
FULL = "full"

_CONFIG_TEXTS = {"os": "os", "os_version": "os.version", "architecture": "architecture", "variant": "variant"}
_CONFIG_TEXTS.update({"created": "created", "author": "author"})
_RUN_FIELDS = {
    "user": "User",
    "working_directory": "WorkingDir",
    "entrypoint": "Entrypoint",
    "command": "Cmd",
    "labels": "Labels",
}
_RUN_SETS = {"exposed_ports": "ExposedPorts", "volumes": "Volumes"}


class Inquiry(Logins):
    """The names to look up, read and checked.

    :raises RulesError: lists all problems of the names and the logins.
    """

    def __init__(self, settings: InfoSettings, environ: Mapping[str, str], run_helper: Optional[RunHelper]) -> None:
        self.images: List[Tuple[str, Reference]] = []
        self.repositories: List[Tuple[str, Repository]] = []
        self.registries: List[Tuple[str, str]] = []
        super().__init__(settings, environ, run_helper)

    def _steps(self) -> Sequence[Step]:
        return (self._read_names, self._read_credentials)

    def _read_names(self, settings: InfoSettings, environ: Mapping[str, str]) -> None:
        problems: List[str] = []
        self.images = _read("images", settings.images, functools.partial(_image_reference, environ), problems)
        self.repositories = _read(
            "repositories", settings.repositories, functools.partial(_repository, environ), problems
        )
        self.registries = _read("registries", settings.registries, parse_registry, problems)
        if problems:
            raise RulesError(problems)


def _read(option: str, names: Sequence[str], parse: Callable[[str], T], problems: List[str]) -> List[Tuple[str, T]]:
    found = []
    for number, text in enumerate(names, 1):
        try:
            found.append((text, parse(text)))
        except ReferenceProblem as problem:
            sentence = "{0}: {1}".format(problem.what, problem.hint) if problem.hint else problem.what
            problems.append("{0}: item {1}: {2}: {3}".format(option, number, quoted(text), sentence))
    return found


def _image_reference(environ: Mapping[str, str], text: str) -> Reference:
    reference = parse_local_reference(text, environ) or parse_reference(text)
    if reference.tag is None and reference.digest is None:
        raise ReferenceProblem(
            "it has neither a tag nor a digest", hint="write repository:tag, or put it under repositories for all tags"
        )
    return reference


def _repository(environ: Mapping[str, str], text: str) -> Repository:
    reference = parse_local_reference(text, environ) or parse_reference(text)
    if reference.tag is not None or reference.digest is not None:
        raise ReferenceProblem("a repository has neither a tag nor a digest", hint="put it under images")
    return reference.repository


class Inspector:
    """Looks, and changes nothing.

    :param detail: C(presence): one request per image; C(manifest): the manifest's content; C(full): also the manifests
        below an index and the configs.
    :param tag_digests: look up the digest of each tag of a repository.
    :param environment_values: show the values of an image's environment variables, which may be secrets.
    """

    def __init__(
        self, clients: ClientPool, queue: WorkQueue, detail: str, tag_digests: bool, environment_values: bool
    ) -> None:
        self._clients = clients
        self._queue = queue
        self._detail = detail
        self._tag_digests = tag_digests
        self._environment_values = environment_values

    def inspect(self, inquiry: Inquiry) -> Tuple[List[Entry], List[Entry], List[Entry]]:
        """An entry for each image, repository and registry, in the order named; some with C(error)."""
        images: List[Entry] = []
        for text, reference in inquiry.images:
            entry = {"image": text, "reference": str(reference)}
            images.append(entry)
            self._put(entry, str(reference), lambda entry=entry, it=reference: self._look_at_image(entry, it))
        repositories: List[Entry] = []
        for text, repository in inquiry.repositories:
            entry = {"repository": text, "reference": str(repository)}
            repositories.append(entry)
            self._put(entry, str(repository), lambda entry=entry, it=repository: self._list_tags(entry, it))
        registries: List[Entry] = []
        for text, registry in inquiry.registries:
            entry = {"registry": text}
            registries.append(entry)
            self._put(entry, registry, lambda entry=entry, it=registry: self._list_repositories(entry, it))
        self._queue.join()
        for entry in repositories:
            if "digests" in entry:
                # They arrived in any order.
                entry["digests"] = {tag: entry["digests"][tag] for tag in entry["tags"] if tag in entry["digests"]}
        return images, repositories, registries

    def _put(self, entry: Entry, where: str, work: Callable[[], None]) -> None:
        def job() -> None:
            error = failure_of(work, where)
            if error is not None:
                entry["error"] = error

        self._queue.put((0,), job)

    # -- images ------------------------------------------------------------------------------------------------

    def _look_at_image(self, entry: Entry, reference: Reference) -> None:
        repository = reference.repository
        client = self._clients.source(repository.registry)
        name = str(reference.digest or reference.tag)
        if self._detail == PRESENCE:
            found = client.head_manifest(repository, name)
            entry["exists"] = found is not None
            if found is not None:
                entry.update(digest=found.digest, media_type=found.media_type.partition(";")[0].strip())
            return
        manifest = client.get_manifest(repository, name)
        if manifest is None:
            entry["exists"] = False
            return
        tree = Tree(manifest)
        if self._detail == FULL:
            # Registries may have an index without all of its images.
            tree = read_tree(client, repository, manifest, str(reference), on_missing=lambda child: None)
        entry.update(self._describe(client, reference, tree, {})[0], exists=True)

    def _describe(
        self, client: ImageSource, reference: Reference, tree: Tree, known: Dict[str, Described]
    ) -> Described:
        """The content of a manifest, and the sizes of its blobs, so that each counts once.

        :param known: descriptions so far, by digest: indexes may name a manifest many times.
        """
        manifest = tree.manifest
        if manifest.digest in known:
            return known[manifest.digest]
        document = read_json(manifest.content)
        entry: Entry = {
            "digest": manifest.digest,
            "media_type": manifest.media_type,
            "annotations": _texts(document.get("annotations")),
        }
        if isinstance(document.get("artifactType"), str):
            entry["artifact_type"] = document["artifactType"]
        own: Dict[str, int] = {}
        if manifest.is_index:
            self._describe_index(entry, client, reference, tree, own, known)
        else:
            self._describe_image(entry, client, reference, manifest, own)
        if not manifest.is_index or self._detail == FULL:
            entry["size"] = sum(own.values())
        known[manifest.digest] = entry, own
        return entry, own

    def _describe_index(
        self,
        entry: Entry,
        client: ImageSource,
        reference: Reference,
        tree: Tree,
        blobs: Dict[str, int],
        known: Dict[str, Described],
    ) -> None:
        manifest = tree.manifest
        listed = child_entries(read_json(manifest.content))
        read = {child.manifest.digest: child for child in tree.children}
        entry["children"] = children = []
        for descriptor, words in zip(manifest.children, listed):
            child: Entry = {
                "digest": descriptor.digest,
                "media_type": descriptor.media_type,
                "manifest_size": descriptor.size,
                "annotations": _texts(words.get("annotations")),
            }
            children.append(child)
            if self._detail == FULL:
                child["exists"] = descriptor.digest in read
            if descriptor.digest in read:
                described, sizes = self._describe(client, reference, read[descriptor.digest], known)
                blobs.update(sizes)
                child.update(described, annotations=dict(described["annotations"], **child["annotations"]))
            if descriptor.platform:
                child["platforms"] = [platform_text(descriptor.platform)]
        if manifest.blobs:
            entry["layers"] = [_layer(blob) for blob in manifest.blobs]
            blobs.update({blob.digest: blob.size for blob in manifest.blobs if not blob.foreign})
        every = [name for child in children for name in child.get("platforms", ()) if "unknown" not in name.split("/")]
        entry["platforms"] = list(dict.fromkeys(every))

    def _describe_image(
        self, entry: Entry, client: ImageSource, reference: Reference, manifest: Manifest, blobs: Dict[str, int]
    ) -> None:
        config = manifest.config
        layers = [blob for blob in manifest.blobs if blob is not config]
        entry["layers"] = [_layer(layer) for layer in layers]
        blobs.update({blob.digest: blob.size for blob in manifest.blobs if not blob.foreign})
        entry["platforms"] = []
        if self._detail != FULL or config is None or config.media_type not in IMAGE_CONFIG_TYPES:
            return
        document = read_config(client, reference.repository, config, str(reference))
        entry["config"] = dict(describe_config(document, self._environment_values), digest=config.digest)
        if document.get("os"):
            entry["platforms"] = [platform_text(document)]

    # -- lists -------------------------------------------------------------------------------------------------

    def _list_tags(self, entry: Entry, repository: Repository) -> None:
        client = self._clients.source(repository.registry)
        try:
            listing = client.list_tags(repository)
        except RegistryError as error:
            if error.status != 404:
                raise
            listing = Listing([], [])
        tags = listing.names
        # SWR answers with an empty list for a repository that it does not have.
        entry.update(exists=bool(tags), tags=tags, **_invalid(listing))
        if not self._tag_digests:
            return
        digests: Dict[str, str] = {}
        entry["digests"] = digests
        for tag in tags:
            self._put(entry, "{0}:{1}".format(repository, tag), self._lookup_of(client, repository, tag, digests))

    @staticmethod
    def _lookup_of(
        client: ImageSource, repository: Repository, tag: str, digests: Dict[str, str]
    ) -> Callable[[], None]:
        def look_up() -> None:
            found = client.head_manifest(repository, tag)
            if found is not None:
                digests[tag] = found.digest

        return look_up

    def _list_repositories(self, entry: Entry, registry: str) -> None:
        listing = self._clients.registry(registry).list_repositories()
        entry["repositories"] = ["{0}/{1}".format(registry, name) for name in listing.names]
        entry.update(_invalid(listing))


def _invalid(listing: Listing) -> Entry:
    """The invalid entries of a list, if any."""
    return {"invalid": [entry.shown for entry in listing.invalid]} if listing.invalid else {}


def platform_text(platform: Mapping[str, Any]) -> str:
    """C(linux/arm/v7), or C(windows/amd64:10.0.17763) if the OS version is stated."""
    parts = [str(platform.get("os") or "unknown"), str(platform.get("architecture") or "unknown")]
    if platform.get("variant"):
        parts.append(str(platform["variant"]))
    text = "/".join(parts)
    return "{0}:{1}".format(text, platform["os.version"]) if platform.get("os.version") else text


def describe_config(document: Mapping[str, Any], environment_values: bool) -> Entry:
    """The fields of an image's config that are set.

    :param environment_values: without it only variable names are shown: build tools leave passwords there.
    """
    entry: Entry = {name: document[field] for name, field in _CONFIG_TEXTS.items() if document.get(field)}
    run = document.get("config")
    if not isinstance(run, dict):
        return entry
    entry.update({name: run[field] for name, field in _RUN_FIELDS.items() if run.get(field)})
    entry.update({name: sorted(run[field]) for name, field in _RUN_SETS.items() if isinstance(run.get(field), dict)})
    if isinstance(run.get("Env"), list):
        pairs = [str(item).partition("=") for item in run["Env"]]
        entry["environment"] = {name: value if environment_values else None for name, _equals, value in pairs}
    return entry


def _layer(layer: Descriptor) -> Entry:
    entry: Entry = {"digest": layer.digest, "media_type": layer.media_type, "size": layer.size}
    return dict(entry, foreign=True) if layer.foreign else entry


def _texts(annotations: Any) -> Dict[str, str]:
    return {str(name): str(value) for name, value in annotations.items()} if isinstance(annotations, dict) else {}


def run_info(options: Mapping[str, Any], environ: Mapping[str, str], run_helper: Optional[RunHelper] = None) -> Entry:
    """Carry out the options of the module C(image_info) and return its result; C(failed) if anything could not be
    looked up.

    :raises RulesError: the user's input is invalid; nothing was connected to.
    """
    settings = settings_of(InfoSettings, options)
    inquiry = Inquiry(settings, environ, run_helper)
    with ClientPool(settings, inquiry.credentials, Limits(settings)) as clients:
        with clients.queue() as queue:
            inspector = Inspector(clients, queue, settings.detail, settings.tag_digests, settings.environment_values)
            images, repositories, registries = inspector.inspect(inquiry)
        requests = count_requests(clients.requests())
    entries = images + repositories + registries
    failures = [_failure(entry) for entry in entries if "error" in entry]
    result = {
        "changed": False,
        "failed": bool(failures),
        "msg": _summary(entries, failures),
        "images": images,
        "repositories": repositories,
        "registries": registries,
        "failures": failures[:MOST_FAILURES],
        "failures_truncated": max(0, len(failures) - MOST_FAILURES),
        "requests": requests,
        "warnings": inquiry.notes,
    }
    cleaned: Entry = inquiry.clean(result)
    return cleaned


def _failure(entry: Entry) -> Entry:
    """The failure of an entry, which itself keeps the text."""
    error: RegistryError = entry["error"]
    entry["error"] = str(error)
    name = next(entry[kind] for kind in ("image", "repository", "registry") if kind in entry)
    return {"name": name, "error": str(error), "hint": error.hint or ""}


def _summary(entries: Sequence[Entry], failures: Sequence[Entry]) -> str:
    if not failures:
        return "Inspected {0}".format(len(entries))
    return "{0} of {1} could not be inspected. First failure: {2}: {3}".format(
        len(failures), len(entries), failures[0]["name"], failures[0]["error"]
    )
