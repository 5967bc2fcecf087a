# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history in an image's config: which instructions made the image, as far as its builder wrote them down.

Docker's classic builder, and podman and buildah after it, write C(/bin/sh -c #(nop) CMD ["app"]) and
C(/bin/sh -c make); BuildKit writes C(RUN /bin/sh -c make # buildkit); kaniko writes the instruction as it is in the
Dockerfile. Build arguments precede a command, as in C(|1 VERSION=1.0 /bin/sh -c make). podman and buildah say in the
comment what a step builds on, C(FROM debian:12). Others (Jib, Buildpacks, Bazel, Nix) have no instructions to write
down.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, List, NamedTuple, Optional, Tuple

from ..._json import check_shape

MOST_STEPS = 2000
LONGEST = 512 * 1024
"""Characters of all entries together. A Dockerfile of that length would be larger than most programs."""

_KEYWORDS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN")
    + ("SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)
_BUILDKIT = "# buildkit"
_BUILDERS = (
    ("jib", "Jib"),
    ("bazel", "Bazel"),
    ("ko ", "ko"),
    ("kaniko", "kaniko"),
    ("buildpack", "Buildpacks"),
)

_NOP = re.compile(r"(?:.*? )?#\(nop\)\s+(\S.*)", re.DOTALL)
_SHELL = re.compile(r"(?:/\S{0,60}/)?(?:ba|da|a|k|z)?sh(?: -[a-z]+(?: pipefail)?)*? -[a-z]*c ")
_ARGUMENTS = re.compile(r"\|\d+ ")
_ARGUMENT_NAME = re.compile(r"(?:^| )([A-Za-z_][A-Za-z0-9_]*)=")
# podman names images that it has just made by their IDs.
_FROM = re.compile(r"FROM (?![0-9a-f]{12}\Z)(\S+)\Z")
_ROOT = re.compile(r"(?:file|dir|multi|directory):\S+ in /\s*\Z")

_MERGED = "merge sha256:"
_LONGEST_ARGUMENTS = 64 * 1024

_SHAPE = {"created_by": (str, None), "comment": (str, None), "empty_layer": (bool, None), "author": (str, None)}


class Step(NamedTuple):
    """One entry of a history.

    :ivar number: its position, from 1.
    :ivar keyword: C(RUN), C(COPY) ...; empty if the entry is no instruction.
    :ivar arguments: what follows the keyword; of a C(RUN) the command without the shell before it.
    :ivar build_arguments: names and values of the C(ARG)s that the step saw.
    :ivar empty: whether it has no layer.
    """

    number: int
    keyword: str
    arguments: str
    build_arguments: Tuple[Tuple[str, str], ...] = ()
    empty: bool = False


class History(NamedTuple):
    """The steps of an image, those of its base first.

    :ivar own: the number of the first step after the base image's, as far as that can be told; 1 if it cannot.
    :ivar base: the base image's name, if the history has it.
    :ivar squashed: whether steps with layers share a layer.
    :ivar problem: why there are no steps; empty if there are.
    """

    steps: Tuple[Step, ...] = ()
    own: int = 1
    base: str = ""
    squashed: bool = False
    problem: str = ""


NO_HISTORY = History(problem="the image has no history")


def read_history(entries: Any, layers: int) -> History:
    """The history of a config.

    :param entries: its field C(history).
    :param layers: how many layers the config lists.
    :raises NotUnderstood: it has another form than the specification gives it.
    """
    check_shape(entries, (list, None), "history")
    if not entries:
        return NO_HISTORY
    if len(entries) > MOST_STEPS:
        return History(problem="its history has {0} entries, and at most {1} are read".format(len(entries), MOST_STEPS))
    check_shape(entries, [_SHAPE], "history")
    texts = [entry.get("created_by") or "" for entry in entries]
    if sum(map(len, texts)) > LONGEST:
        return History(problem="its history has more than {0} characters".format(LONGEST))
    steps = tuple(
        _step(number, text, bool(entry.get("empty_layer")))
        for number, (text, entry) in enumerate(zip(texts, entries), 1)
    )
    if not any(step.keyword for step in steps):
        return History(problem="its history has no instructions of a Dockerfile{0}".format(_builder(texts)))
    comments = [entry.get("comment") or "" for entry in entries]
    own, base = _own(steps, comments)
    # docker build --squash marks the steps as empty, and adds this comment.
    squashed = layers < sum(not step.empty for step in steps) or any(text.startswith(_MERGED) for text in comments)
    return History(steps, own, base, squashed)


def _step(number: int, text: str, empty: bool) -> Step:
    text = text.strip()
    if text.endswith(_BUILDKIT):
        text = text[: -len(_BUILDKIT)].rstrip()
    keyword, _space, rest = text.partition(" ")
    if keyword == "RUN":
        return _run(number, rest.strip(), empty)
    nop = _NOP.match(text)
    if nop is not None:
        keyword, _space, rest = nop.group(1).partition(" ")
    if keyword in _KEYWORDS:
        return Step(number, keyword, rest.strip(), (), empty)
    if nop is None and (_ARGUMENTS.match(text) or _SHELL.match(text)):
        return _run(number, text, empty)
    return Step(number, "", text, (), empty)


def _run(number: int, text: str, empty: bool) -> Step:
    """A C(RUN) with build arguments and a shell before its command, or without."""
    arguments: Tuple[Tuple[str, str], ...] = ()
    counted = _ARGUMENTS.match(text)
    if counted is not None:
        shell = _SHELL.search(text, 0, _LONGEST_ARGUMENTS)
        end = shell.start() if shell is not None else len(text)
        arguments = _named(text[counted.end() : end].strip())
        text = text[end:] if shell is not None else ""
    shell = _SHELL.match(text)
    return Step(number, "RUN", (text[shell.end() :] if shell is not None else text).strip(), arguments, empty)


def _named(text: str) -> Tuple[Tuple[str, str], ...]:
    """Build arguments. Their values are not quoted: one with a space and an equals sign looks like two."""
    found = list(_ARGUMENT_NAME.finditer(text))
    ends = [following.start() for following in found[1:]] + [len(text)]
    return tuple((match.group(1), text[match.end() : end]) for match, end in zip(found, ends))


def _own(steps: Tuple[Step, ...], comments: List[str]) -> Tuple[int, str]:
    """The number of the first step that is not the base image's, and the name of that image."""
    for step, comment in reversed(list(zip(steps, comments))):
        named = _FROM.match(comment)
        if named is not None:
            return step.number, named.group(1)
    # A command in the middle is that of another image, on which this one builds.
    last: Optional[int] = None
    filled = False
    for step in reversed(steps):
        if step.keyword in ("CMD", "ENTRYPOINT") and filled:
            last = step.number
            break
        filled = filled or not step.empty
    if last is not None:
        return last + 1, ""
    first = steps[0]
    is_root = not first.keyword or (first.keyword in ("ADD", "COPY") and bool(_ROOT.match(first.arguments)))
    return (2 if is_root else 1), ""


def _builder(texts: List[str]) -> str:
    """Which builder wrote the texts, for a message."""
    first = next((text for text in texts if text.strip()), "").lower()
    for word, name in _BUILDERS:
        if first.startswith(word):
            return ": {0} built it".format(name)
    return ""
