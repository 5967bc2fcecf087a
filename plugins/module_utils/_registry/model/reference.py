# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references: parse, check and print them.

The grammar is that of the distribution project (C(reference/reference.go) and the OCI distribution specification,
"Pulling manifests"), the defaults are Docker's: a bare name belongs to Docker Hub, a one-word name to its C(library).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, Iterable, List, NamedTuple, Optional, Tuple, Union

from ..._lazy import pattern
from ..._text import quoted
from ..errors import RegistryError

DOCKER_HUB = "docker.io"
DOCKER_HUB_ALIASES = frozenset((DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"))
DOCKER_HUB_API = "registry-1.docker.io"

NAME_LENGTH_MAX = 255
TAG_LENGTH_MAX = 128
_LONGEST_ENTRY = 1024
_LONGEST_SHOWN = 200

_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_IPV6 = pattern(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]")
_COMPONENT = pattern(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_DIGEST_LENGTH = {"sha256": 64, "sha512": 128}
_LOWER_HEX = pattern(r"[0-9a-f]+")


class ReferenceProblem(RegistryError):
    """A text is not a valid reference.

    :param what: the rule that is broken, without quoting the text (it may come from a variable).
    :param hint: the correct form; may quote the text.
    """


@dataclass(frozen=True)
class Repository:
    """Where images are stored.

    :param registry: C(host) or C(host:port), lower case; C(docker.io) for all names of Docker Hub.
    :param name: path below the registry, for example C(library/nginx).
    """

    registry: str
    name: str

    def __str__(self) -> str:
        return "{0}/{1}".format(self.registry, self.name)


@dataclass(frozen=True)
class Reference:
    """One image, or a repository if it has neither a tag nor a digest.

    :param digest: C(sha256:<64 hex>) or C(sha512:<128 hex>).
    """

    repository: Repository
    tag: Optional[str] = None
    digest: Optional[str] = None

    def __str__(self) -> str:
        text = str(self.repository)
        if self.tag is not None:
            text = "{0}:{1}".format(text, self.tag)
        if self.digest is not None:
            text = "{0}@{1}".format(text, self.digest)
        return text


class InvalidEntry(NamedTuple):
    """An entry of a registry's list that is not a valid name.

    :ivar text: the entry, as JSON if it is not a string.
    :ivar problem: what is wrong with it.
    :ivar is_text: it is a string of a length that patterns accept. Otherwise the name it stands for is unknown: in JSON
        the tags 1.1 and 1.10 are the same number.
    """

    text: str
    problem: str
    is_text: bool

    @property
    def shown(self) -> str:
        """The entry, safe for a message."""
        return quoted(self.text)[1:-1]


class Listing(NamedTuple):
    """A registry's list: valid names and invalid entries, each once and in the registry's order."""

    names: List[str]
    invalid: List[InvalidEntry]


def read_entry(entry: Any, check: Callable[[str], str]) -> Union[str, InvalidEntry]:
    """Parse an entry of a list of tags or repositories.

    :param check: raises C(ReferenceProblem) for an invalid name.
    """
    if not isinstance(entry, str):
        try:
            text = json.dumps(entry)[:_LONGEST_SHOWN]
        except RecursionError:
            text = type(entry).__name__
        return InvalidEntry(text, "it is not a string", False)
    try:
        return check(entry)
    except ReferenceProblem as problem:
        return InvalidEntry(entry[:_LONGEST_ENTRY], problem.what, len(entry) <= _LONGEST_ENTRY)


def sort_entries(entries: Iterable[Union[str, InvalidEntry]]) -> Listing:
    """Separate valid names from invalid entries."""
    listing = Listing([], [])
    for entry in entries:
        if isinstance(entry, str):
            listing.names.append(entry)
        else:
            listing.invalid.append(entry)
    return listing


def api_host(registry: str) -> str:
    """The host that serves the distribution API of C(registry): Docker Hub's differs from its name."""
    return DOCKER_HUB_API if registry == DOCKER_HUB else registry


def refuse_scheme(text: str) -> None:
    """Reject C(https://...) and similar.

    :raises ReferenceProblem: shows the correct form of the text.
    """
    match = _SCHEME.match(text)
    if match is None:
        return
    hint = "write {0}".format(quoted(text[match.end() :]))
    if match.group(1).lower() == "http":
        hint += ", and insecure: true in the registry's entry of the auth file if it has no TLS"
    raise ReferenceProblem('a reference has no scheme such as "https://"', hint=hint)


def parse_registry(text: str) -> str:
    """Check C(host[:port]) and return its canonical form: lower case, one name for Docker Hub.

    :raises ReferenceProblem: it is not a host name or address with an optional port from 1 to 65535.
    """
    refuse_scheme(text)
    if "@" in text:
        raise ReferenceProblem(
            "a registry name must not contain a login", hint="write host:port alone, and the login into the auth file"
        )
    match = _IPV6.match(text) or _HOST.match(text)
    rest = text[match.end() :] if match else text
    if match is None or (rest and not rest.startswith(":")):
        raise ReferenceProblem(
            "the registry is not a host name",
            hint="use letters, digits, hyphens and dots, with an optional port, as in registry.example.com:5000",
        )
    port = rest[1:]
    # isdigit() accepts digits of every script, and int() would parse them.
    if rest and not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise ReferenceProblem("the registry's port is not a number from 1 to 65535", hint="write it as host:5000")
    registry = text.lower()
    return DOCKER_HUB if registry in DOCKER_HUB_ALIASES else registry


def check_name(name: str) -> str:
    """Check the path of a repository, C(namespace/repository), and return it.

    :raises ReferenceProblem: with the reason and, if it is obvious, the correct name.
    """
    if len(name) > NAME_LENGTH_MAX:
        raise ReferenceProblem(
            "the repository name is too long",
            hint="it has {0} characters, {1} are allowed".format(len(name), NAME_LENGTH_MAX),
        )
    components = name.split("/")
    if "" in components:
        right = "/".join(part for part in components if part)
        hint = "write {0}".format(quoted(right)) if right else "write registry/namespace/repository"
        raise ReferenceProblem("the repository name has an empty part (a slash too many)", hint=hint)
    for part in components:
        if not _COMPONENT.fullmatch(part):
            raise _component_problem(name, part)
    return name


def _component_problem(name: str, part: str) -> ReferenceProblem:
    if part != part.strip() or any(char.isspace() for char in part):
        return ReferenceProblem("the repository name contains white space", hint="remove it")
    if "*" in part:
        return ReferenceProblem(
            "a repository name has no wildcards",
            hint="write one rule for each repository, or make the source end in /* or /**; tags can be chosen with "
            "repository:/regular expression/",
        )
    lower = name.lower()
    if _COMPONENT.fullmatch(part.lower()) and part.isascii():
        return ReferenceProblem("the repository name must be lower case", hint="write {0}".format(quoted(lower)))
    return ReferenceProblem(
        "the repository name has a part that is not allowed",
        hint="{0} must be lower-case letters and digits with single separators (. _ __ or hyphens) between them".format(
            quoted(part)
        ),
    )


def check_tag(tag: str) -> str:
    """Check a tag and return it.

    :raises ReferenceProblem: with the reason.
    """
    if tag == "":
        raise ReferenceProblem("a tag is empty", hint="write the tag after the colon, or leave the colon out")
    if len(tag) > TAG_LENGTH_MAX:
        raise ReferenceProblem(
            "a tag is too long", hint="it has {0} characters, {1} are allowed".format(len(tag), TAG_LENGTH_MAX)
        )
    if not _TAG.fullmatch(tag):
        raise ReferenceProblem(
            "a tag is not valid",
            hint="{0} must be letters, digits, dots, hyphens and underscores, and start with neither dot nor "
            "hyphen".format(quoted(tag)),
        )
    return tag


def check_digest(digest: str) -> str:
    """Check a digest with an algorithm that can be verified, and return it.

    :raises ReferenceProblem: it is neither sha256 nor sha512 in lower-case hexadecimal.
    """
    algorithm, _colon, value = digest.partition(":")
    length = _DIGEST_LENGTH.get(algorithm)
    if length is None or len(value) != length or not _LOWER_HEX.fullmatch(value):
        raise ReferenceProblem(
            "what follows the @ is not a digest",
            hint="write sha256: and 64 lower-case hexadecimal digits (or sha512: and 128)",
        )
    return digest


def split_image(text: str) -> Tuple[str, Optional[str], Optional[str]]:
    """Split C(repository[:tag][@digest]) into its three texts, unchecked except for the scheme and the digest.

    The tag's text may be a comma-separated list; None if there is no colon, an empty text if nothing follows it.

    :raises ReferenceProblem: for a scheme or a malformed digest.
    """
    refuse_scheme(text)
    text, at, digest = text.partition("@")
    if at:
        check_digest(digest)
    head, slash, last = text.rpartition("/")
    # The colon of host:port comes before a slash, the colon of a tag after the last one.
    name, colon, tag = last.partition(":")
    return head + slash + name, (tag if colon else None), (digest if at else None)


def parse_repository(text: str) -> Repository:
    """Parse C([registry/][namespace/]repository).

    The first part is a registry if it contains a dot or a colon or is C(localhost) (Docker's rule), and also if two or
    more parts follow it: Docker Hub has no repositories that deep, and image-syncer 1.3.1 reads C(harbor/library/nginx)
    as a registry C(harbor).

    :raises ReferenceProblem: it is not a repository; states the correct form.
    """
    refuse_scheme(text)
    if not text.strip():
        raise ReferenceProblem("it is empty", hint="write registry/namespace/repository")
    first, slash, rest = text.partition("/")
    looks_like_host = "." in first or ":" in first or first.lower() == "localhost"
    if looks_like_host and not rest.strip("/"):
        right = "{0}/namespace/repository".format(first)
        raise ReferenceProblem("it names a registry but no repository", hint="write {0}".format(quoted(right)))
    if slash and not first:
        raise ReferenceProblem("it starts with a slash", hint="write {0}".format(quoted(text.lstrip("/"))))
    if not looks_like_host and ("/" not in rest.rstrip("/") or not slash):
        name = check_name(text)
        return Repository(DOCKER_HUB, name if slash else "library/{0}".format(name))
    registry = parse_registry(first)
    name = check_name(rest)
    if registry == DOCKER_HUB and "/" not in name:
        name = "library/{0}".format(name)
    return Repository(registry, name)


def parse_reference(text: str) -> Reference:
    """Parse one image reference, C([registry/][namespace/]repository[:tag][@digest]).

    :raises ReferenceProblem: it is anything else; states the correct form.
    """
    name, tag, digest = split_image(text)
    return Reference(
        repository=repository_beside_tag(name, tag),
        tag=None if tag is None else check_tag(tag),
        digest=digest,
    )


def repository_beside_tag(name: str, tag: Optional[str]) -> Repository:
    """C(parse_repository), if C(tag) follows: C(localhost:5000) and C(127.0.0.1:5000) look like an image with a tag but
    are a registry without a repository.

    :raises ReferenceProblem: it is not a repository; states the correct form.
    """
    if tag is not None and "/" not in name and ("." in name or name.lower() == "localhost"):
        host = "{0}:{1}".format(name, tag) if tag.isdigit() else name
        raise ReferenceProblem(
            "it names a registry but no repository",
            hint="write {0}".format(quoted("{0}/namespace/repository".format(host))),
        )
    return parse_repository(name)
