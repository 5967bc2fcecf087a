# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules with a source outside any registry: grammar and opening.

Forms, the same as skopeo's if it has them: C(docker-archive:path[:name:tag]), C(oci-archive:path[:tag]),
C(oci:path[:tag]) (a directory), C(docker-daemon:name[:tag]), C(podman-daemon:name[:tag]). The path or daemon is
followed by an image as in every rule: a list of tags, an expression, or for OCI a digest. Without it, all named images
are selected. C(:@0) is the first image of an archive, named or not. In a path that contains a colon, the longest
existing path counts. Relative paths start at the module's working directory. A daemon's socket may precede the name:
C(docker-daemon:/run/user/1000/docker.sock:app:1.0).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import Callable, Iterator, List, Mapping, Optional, Tuple

from ..._text import quoted
from ..errors import RegistryError
from ..model.reference import Reference, ReferenceProblem
from ..sources.base import UNNAMED, LocalRepository, LocalSource, Named, is_unnamed, listing, local_name
from ..sources.open import DAEMONS, DOCKER_ARCHIVE, DOCKER_DAEMON, OCI_ARCHIVE, OCI_LAYOUT, PODMAN_DAEMON, open_source
from .grammar import RuleProblem, Source, paired_tags, parse_source
from .rule import TagSelector

FILES = (DOCKER_ARCHIVE, OCI_ARCHIVE, OCI_LAYOUT)

PREFIXES = tuple("{0}:".format(kind) for kind in FILES + DAEMONS)
_VARIABLES = {DOCKER_DAEMON: "DOCKER_HOST", PODMAN_DAEMON: "CONTAINER_HOST"}


@dataclass(frozen=True)
class _WholeSource(Source):
    """A repository of a source written without an image. C(only) is the tag if there is only one."""

    only: Optional[str] = None


def parse_sources(text: str, strict: bool, environ: Mapping[str, str]) -> List[Source]:
    """Parse a source of any kind; a whole archive gives one source per repository in it.

    :param environ: the environment, for the daemons' sockets.
    :raises RuleProblem, ReferenceProblem: states the correct form.
    """
    if text.startswith(PREFIXES):
        return _parse_local(text, strict, environ)
    return [parse_source(text, strict)]


def parse_local_reference(text: str, environ: Mapping[str, str]) -> Optional[Reference]:
    """One image of a local source, or a repository of it; None if C(text) is not a local source.

    :raises ReferenceProblem: states the correct form.
    """
    if not text.startswith(PREFIXES):
        return None
    try:
        sources = _parse_local(text, False, environ)
    except RuleProblem as problem:
        raise ReferenceProblem(str(problem)) from None
    selector = sources[0].selector
    if len(sources) > 1 or selector.kind == "regex" or len(selector.values) > 1:
        raise ReferenceProblem("it means several images or repositories", hint="write one item for each")
    value = selector.values[0] if selector.values else getattr(sources[0], "only", None)
    is_named_by_digest = selector.kind == "digest"
    return Reference(
        sources[0].repository, None if is_named_by_digest else value, value if is_named_by_digest else None
    )


def _parse_local(text: str, strict: bool, environ: Mapping[str, str]) -> List[Source]:
    """Opens files, to check that they have what the rule asks for. Daemons are not contacted yet."""
    kind, _colon, rest = text.partition(":")
    if strict:
        raise RuleProblem("image-migrator copies between registries only: use the dialect auto")
    if kind in DAEMONS:
        return [_daemon_source(kind, rest, environ)]
    from ..sources.layer_compression import LayerPacker

    path, image = _split_path(kind, rest)
    registry = "{0}:{1}".format(kind, os.path.abspath(os.path.expanduser(path)))
    try:
        source = open_source(registry, LayerPacker())
    except RegistryError as error:
        raise RuleProblem(_sentence(error)) from None
    try:
        named = source.named()
        count = len(source.images)  # type: ignore[attr-defined]
        if image is None:
            return list(_whole(registry, named, count))
        if image.startswith(("@sha256:", "@sha512:")):
            return [_digest_source(kind, registry, image)]
        exact = _exact(registry, image, source)
        return [exact or _chosen(kind, registry, image, named, count)]
    finally:
        source.close()


def pair(
    source: Source, tags: Optional[Tuple[str, ...]], digest: Optional[str]
) -> Tuple[Source, Optional[Tuple[str, ...]]]:
    """C(grammar.paired_tags), and the source as interpreted for this destination.

    :raises RuleProblem: the two do not fit together.
    """
    if tags is not None and isinstance(source, _WholeSource) and source.only is not None:
        # A single image may get another tag, even if its own was not written.
        source = Source(source.repository, TagSelector("list", (source.only,)))
    paired = paired_tags(source, tags, digest)
    if paired is None and any(is_unnamed(value) for value in source.selector.values):
        raise RuleProblem("the image has no name to keep: give the destination a tag")
    return source, paired


def check_destination(sources: List[Source], destination: str) -> None:
    """Reject a destination that does not fit an archive. :raises RuleProblem: states the correct form.

    :param destination: as written; empty for the default one.
    """
    written = bool(destination)
    if written and len({source.repository for source in sources}) > 1:
        raise RuleProblem(
            "the source has images of {0} repositories and the destination is one: write an empty destination, or a "
            "rule for each ({1})".format(len(sources), ", ".join(quoted(str(each.repository)) for each in sources[:5]))
        )
    if not written and any(
        isinstance(each.repository, LocalRepository) and not each.repository.name for each in sources
    ):
        raise RuleProblem("the image's name has no repository: write the destination")


def _whole(registry: str, named: List[Named], count: int) -> Iterator[Source]:
    """All named images; or the only one, named or not."""
    if not named:
        if count != 1:
            raise RuleProblem(
                "none of the {0} images in it has a name: write the source with :@0 for the first, :@1 for the next, "
                "and a destination with a tag".format(count)
                if count
                else "there is no image in it"
            )
        yield Source(LocalRepository(registry, ""), TagSelector("list", ("@0",)))
        return
    for host, name in dict.fromkeys(each[:2] for each in named):
        tags = [tag for *other, tag in named if tuple(other) == (host, name)]
        only = tags[0] if len(named) == 1 else None
        # pylint does not see the fields of a dataclass that is imported relatively.
        yield _WholeSource(  # pylint: disable=redundant-keyword-arg
            LocalRepository(registry, name, host), TagSelector("all"), only=only
        )


def _digest_source(kind: str, registry: str, image: str) -> Source:
    if kind == DOCKER_ARCHIVE:
        raise RuleProblem("a Docker archive has no digests: write name:tag, or :@0 for its first image")
    parsed = parse_source("any/name" + image, False)
    return Source(LocalRepository(registry, ""), parsed.selector)


def _exact(registry: str, image: str, source: LocalSource) -> Optional[Source]:
    """The image with exactly this text in C(index.json): tools write either the tag there, or the whole name."""
    from ..sources.oci_layout import OciLayout

    for entry in source.images if isinstance(source, OciLayout) else ():
        if image in entry.texts and entry.name is not None:
            host, name, tag = entry.name
            return Source(LocalRepository(registry, name, host), TagSelector("list", (tag,)))
    return None


def _chosen(kind: str, registry: str, image: str, named: List[Named], count: int) -> Source:
    if is_unnamed(image):
        if int(image[1:7]) >= count or len(image) > 7:
            raise RuleProblem("it has {0} images, the first is :@0: there is none {1}".format(count, quoted(image)))
        return Source(LocalRepository(registry, ""), TagSelector("list", (image,)))
    if image.startswith(UNNAMED):
        raise RuleProblem("what follows the @ is neither a digest nor a number")
    plain = [tag for host, name, tag in named if not name]
    # In a layout with tags only, the text after the path is tags.
    bare = kind != DOCKER_ARCHIVE and bool(plain) and ("/" not in image or image.startswith("/"))
    parsed = _parse_image("any/name:" + image if bare else image)
    host, name = ("", "") if bare else (parsed.repository.registry, parsed.repository.name)
    tag = parsed.selector.values[0] if parsed.selector.kind == "list" else None
    found = local_name(named, host, name, tag)
    missing = [each for each in parsed.selector.values if found and (*found, each) not in named]
    if found is None or (parsed.selector.kind == "list" and missing):
        raise RuleProblem("it has no image {0}: it has {1}".format(quoted(image), listing(named)))
    return Source(LocalRepository(registry, found[1], found[0]), parsed.selector)


def _parse_image(text: str) -> Source:
    if text.partition(":/")[0].endswith(("/*", "/**")):
        raise RuleProblem("there are no stars here: name the images; of a file, leave the name out for all of them")
    return parse_source(text, False)


def _daemon_source(kind: str, rest: str, environ: Mapping[str, str]) -> Source:
    path, image = "", rest
    if rest.startswith(("/", "~")):
        path, found = _split(rest, _is_socket)
        image = found or ""
        if not _is_socket(path):
            raise RuleProblem("there is no socket {0}: start the daemon, or correct the path".format(quoted(path)))
    if not image.strip():
        raise RuleProblem("it names no image: write {0}:name:tag, or {0}:name for all tags of a name".format(kind))
    path = path or _default_socket(kind, environ)
    parsed = _parse_image(image)
    if parsed.selector.kind == "digest":
        raise RuleProblem("a daemon's images are named by tags: write name:tag")
    registry = "{0}:{1}".format(kind, os.path.abspath(os.path.expanduser(path)))
    return Source(LocalRepository(registry, parsed.repository.name, parsed.repository.registry), parsed.selector)


def _default_socket(kind: str, environ: Mapping[str, str]) -> str:
    variable = _VARIABLES[kind]
    told = environ.get(variable, "")
    if told:
        if not told.startswith("unix://"):
            raise RuleProblem(
                "{0} is not a local socket (unix://path), and others are not supported: run the module on the daemon's "
                "host, or forward its socket with ssh -L and name the local one".format(variable)
            )
        paths = [told[len("unix://") :]]
    elif kind == DOCKER_DAEMON:
        paths = ["/var/run/docker.sock"]
    else:
        user = environ.get("XDG_RUNTIME_DIR", "")
        # Root's own daemon is the system's, whichever session root came from.
        paths = [os.path.join(user, "podman", "podman.sock")] if user and os.geteuid() != 0 else []
        paths.append("/run/podman/podman.sock")
    for path in paths:
        if _is_socket(path):
            return path
    raise RuleProblem(
        "there is no socket {0}: start the daemon{1}, set {2}, or write {3}:/path/of/the.sock:name:tag".format(
            " or ".join(quoted(path) for path in paths),
            " (systemctl start podman.socket)" if kind == PODMAN_DAEMON else "",
            variable,
            kind,
        )
    )


def _split_path(kind: str, rest: str) -> Tuple[str, Optional[str]]:
    if not rest.strip():
        raise RuleProblem("it names no path: write {0}:path".format(kind))
    is_wanted = os.path.isdir if kind == OCI_LAYOUT else os.path.isfile
    path, image = _split(rest, lambda each: is_wanted(each) or os.path.exists(each))
    expanded = os.path.expanduser(path)
    if not os.path.exists(expanded):
        raise RuleProblem("there is no {0} {1}".format("directory" if kind == OCI_LAYOUT else "file", quoted(path)))
    if not is_wanted(expanded):
        if os.path.isdir(expanded):
            raise RuleProblem("{0} is a directory: write oci: before an OCI layout".format(quoted(path)))
        raise RuleProblem(
            "{0} is not a {1}: write oci-archive: before a tar file in OCI's format, docker-archive: before one in "
            "Docker's".format(quoted(path), "directory" if kind == OCI_LAYOUT else "regular file")
        )
    if image is not None and not image:
        raise RuleProblem("nothing follows the colon: write name:tag after it, or leave it out for all named images")
    return path, image


def _split(text: str, exists: Callable[[str], bool]) -> Tuple[str, Optional[str]]:
    """The path and the text after it: the longest existing path, or the text before the first colon."""
    marks = [len(text)] + [place for place in range(len(text) - 1, 0, -1) if text[place] in ":@"]
    for place in marks:
        if exists(os.path.expanduser(text[:place])):
            rest = text[place:]
            return text[:place], (rest[1:] if rest.startswith(":") else rest) if rest else None
    return text.partition(":")[0].partition("@sha")[0], ""


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(os.path.expanduser(path)).st_mode)
    except (OSError, ValueError):
        return False


def _sentence(error: RegistryError) -> str:
    return "{0}. {1}".format(error.what, error.hint) if error.hint else error.what
