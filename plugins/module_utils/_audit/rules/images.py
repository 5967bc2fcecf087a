# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 4 and 6: the images that a build starts from.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, FrozenSet, Iterator, NamedTuple, Optional

from ..._text import quoted
from ..model import Instruction
from ..source.images import image_name, is_allowed
from ..source.managers import INSTALL, SYSTEM, word_set
from ..source.start import start_of
from ..source.view import View, froms
from .catalogue import INFO
from .draft import HEURISTIC, Draft, about

MOVING = word_set("""current dev devel develop edge lts main master nightly rolling stable testing unstable""")
"""Tags that move from version to version, besides latest."""

_DIGEST = re.compile(r"[A-Za-z0-9_+.-]+:[0-9a-fA-F]{32,}\Z")


# -- rule 4 ------------------------------------------------------------------------------------------------------------


def specific_tag(view: View) -> Iterator[Draft]:
    """SWR-DF-004."""
    for stage in view.stages:
        if stage.parent is not None:
            continue
        if stage.base is None:
            reason = "the image of stage {0} depends on a build argument without a value".format(
                stage.name or stage.number
            )
            view.skip("SWR-DF-004", reason)
        elif stage.base != "scratch":
            yield from _judge_tag(view, stage.origin, stage.base, stage.image)
    for instruction in view.dockerfile.instructions:
        for name in froms(instruction):
            image = view.known(instruction, name)
            if image is None:
                view.skip("SWR-DF-004", "the image of --from depends on a variable without a value")
            elif view.stage_called(image) is None and image != "scratch":
                yield from _judge_tag(view, instruction, image, name, may_be_context=True)


def _judge_tag(
    view: View, instruction: Instruction, image: str, written: str, may_be_context: bool = False
) -> Iterator[Draft]:
    name = image_name(image)
    if name.digest:
        return
    shown = quoted(image) if image == written else "{0}, from {1},".format(quoted(image), quoted(written))
    fix = "Decide which version is needed, and write {0}:<version>, or a digest.".format(quoted(name.repository)[1:-1])
    # C(--from) may also name a context of docker build --build-context.
    bare = may_be_context and not name.tag and not re.search(r"[./:]", image)
    more = {"confidence": HEURISTIC} if bare else {}
    if not name.tag:
        yield about(
            view, "SWR-DF-004", instruction, "the image {0} has no tag, so it is latest".format(shown), fix, **more
        )
    elif name.tag == "latest":
        yield about(view, "SWR-DF-004", instruction, "the image {0} has the tag latest, which moves".format(shown), fix)
    elif name.tag.lower() in MOVING:
        message = "the image {0} has a tag that moves from version to version".format(shown)
        yield about(view, "SWR-DF-004", instruction, message, fix, confidence=HEURISTIC, at_most=INFO)


# -- rule 6 ------------------------------------------------------------------------------------------------------------

_DISTRIBUTIONS = word_set(
    """almalinux amazonlinux archlinux centos clearlinux debian fedora opensuse/leap opensuse/tumbleweed oraclelinux
    rockylinux ubuntu"""
)
_REDHAT = re.compile(r"(?:redhat/ubi\d+|registry\.(?:access\.)?redhat\.(?:com|io)/ubi\d+(?:/ubi)?)\Z")


class Runtime(NamedTuple):
    """An official image: its name, the packages that install the same, and the programs that it is for."""

    image: str
    package: str
    programs: FrozenSet[str]


def _runtime(image: str, package: str, programs: str) -> Runtime:
    return Runtime(image, package, frozenset(programs.split()))


RUNTIMES = (
    _runtime("node", r"(?:nodejs|npm)(?:[-.\d]*)\Z", "node nodejs npm npx yarn"),
    _runtime("python", r"python3?(?:\.\d+)?(?:-pip|-minimal|-full)?\Z", "python python3 gunicorn uwsgi uvicorn flask"),
    _runtime("eclipse-temurin", r"(?:default-(?:jre|jdk)|openjdk-|java-\d|temurin-)", "java"),
    _runtime("php", r"php\d*(?:\.\d+)?(?:-cli|-fpm)?\Z", "php php-fpm"),
    _runtime("ruby", r"ruby(?:[-.\d]*|-full)\Z", "ruby bundle rails rake puma"),
    _runtime("nginx", r"nginx(?:-\w+)?\Z", "nginx"),
    _runtime("httpd", r"(?:apache2|httpd)\Z", "apache2 apachectl apache2ctl httpd"),
    _runtime("redis", r"redis(?:-server)?\Z", "redis-server"),
    _runtime("postgres", r"postgresql(?:-server)?(?:-?\d+)?\Z", "postgres pg_ctl pg_ctlcluster"),
    _runtime("mysql", r"(?:mysql|mariadb|default-mysql)-server", "mysqld mysqld_safe mariadbd"),
)


def runtime_for(package: str, programs: FrozenSet[str]) -> Optional[Runtime]:
    """The official image for an installed package, if the image starts one of its programs."""
    for runtime in RUNTIMES:
        if programs & runtime.programs and re.match(runtime.package, package):
            return runtime
    return None


def is_distribution(image: str) -> bool:
    """Whether an image is a whole distribution, and nothing else."""
    short = image_name(image).short
    return short in _DISTRIBUTIONS or bool(_REDHAT.match(short))


def base_image(view: View) -> Iterator[Draft]:
    """SWR-DF-006."""
    yield from _policy(view)
    if view.final is None:
        return
    base = view.base_of(view.final)
    if base is None or not is_distribution(base):
        return
    programs = start_of(view).programs
    for stage in view.lineage(view.final):
        for instruction, located in view.runs_of(stage):
            for action in located.actions:
                if action.kind != INSTALL or action.manager not in SYSTEM:
                    continue
                runtime = next(filter(None, (runtime_for(name, programs) for name in action.names)), None)
                if runtime is not None:
                    yield about(
                        view,
                        "SWR-DF-006",
                        view.lineage(view.final)[0].origin,
                        "the image is {0} with a runtime that line {1} installs, for which there is an image".format(
                            quoted(base), instruction.span.line
                        ),
                        "Decide which version is needed, and start from the image {0} in a slim or Alpine variant, or "
                        "from one of the company's own.".format(runtime.image),
                        confidence=HEURISTIC,
                    )
                    return


def _policy(view: View) -> Iterator[Draft]:
    """The part that the user's policy decides."""
    patterns = view.options.allowed_base_images
    for stage in view.stages:
        if not patterns or stage.parent is not None or stage.base == "scratch":
            continue
        if stage.base is None:
            view.skip("SWR-DF-006", "an image depends on a build argument without a value")
        elif not is_allowed(stage.base, patterns):
            message = "the base image {0} is none of those that the policy allows".format(quoted(stage.base))
            fix = "Use one of {0}.".format(", ".join(patterns[:10]) + (", ..." if patterns[10:] else ""))
            yield about(view, "SWR-DF-006", stage.origin, message, fix)


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {"SWR-DF-004": specific_tag, "SWR-DF-006": base_image}
