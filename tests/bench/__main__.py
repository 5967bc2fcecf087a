# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what copies cost: this engine, and every peer on the PATH, on the same works in one run.

The figures depend on the machine and on what else it does: compare the rows of one run. Nothing passes or fails.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence

from ..conftest import collections_root
from . import discovery, docker_registry_works, measure, request_counts
from .session import LONGEST, Session
from .table import render, with_ratios
from .tools import PEERS, Engine, peers

WORKS: Dict[str, Callable[[Session], None]] = {
    "a": lambda session: docker_registry_works.copy_work(session, "a"),
    "b": lambda session: docker_registry_works.copy_work(session, "b"),
    "c": lambda session: docker_registry_works.copy_work(session, "c"),
    "e": lambda session: docker_registry_works.copy_work(session, "e"),
    "again": docker_registry_works.again,
    "shared": lambda session: docker_registry_works.copy_work(session, "shared"),
    "requests": request_counts.requests,
    "wan": docker_registry_works.wan,
    "swr": request_counts.swr,
    "resync": request_counts.resync,
    "light": request_counts.light,
    "workloads": discovery.workloads,
}
NEEDS_REGISTRY = ("a", "b", "c", "e", "again", "shared", "wan")


def works_of(text: str) -> List[str]:
    """The works of a list separated by commas."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in WORKS]
    if unknown or not names:
        raise argparse.ArgumentTypeError("{0}: known are {1}".format(text, ",".join(WORKS)))
    return names


def peers_of(text: str) -> List[str]:
    """The peers of a list separated by commas."""
    known = [kind.name for kind in PEERS]
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or set(names) - set(known):
        raise argparse.ArgumentTypeError("{0}: known are {1}".format(text, ",".join(known)))
    return names


def checkout(text: str) -> Path:
    """A directory with this collection."""
    path = Path(text)
    if not (path / "tests" / "bench" / "engine.py").is_file():
        raise argparse.ArgumentTypeError("{0}: there is no tests/bench/engine.py".format(text))
    return path


def arguments(argv: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--works", type=works_of, default=list(WORKS), help="of " + ",".join(WORKS))
    parser.add_argument("--scale", type=float, default=0.25, help="of sizes and numbers of tags (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs, of which the median counts (default: %(default)s)")
    parser.add_argument("--tls", action="store_true", help="real registries serve TLS")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--peers", type=peers_of, help="measure only these: of " + ",".join(kind.name for kind in PEERS))
    only.add_argument("--no-peers", action="store_true", help="measure this engine only")
    parser.add_argument(
        "--limit", type=float, default=LONGEST, help="seconds after which a run is stopped (default: %(default)s)"
    )
    parser.add_argument(
        "--before", type=checkout, metavar="DIR", help="measure the engine of this checkout too, of an earlier commit"
    )
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    options = parser.parse_args(argv)
    if options.scale <= 0 or options.repeat < 1 or options.limit <= 0:
        parser.error("--scale and --limit must be more than 0, and --repeat at least 1")
    return options


def registry_version() -> str:
    done = subprocess.run(["docker-registry", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+\S*", done.stdout)
    return found.group(0) if found else "of an unknown version"


def describe(session: Session, absent: Sequence[str], has_registry: bool) -> Dict[str, Any]:
    """Machine and versions."""
    facts = measure.machine()
    facts["tools"] = {tool.name: tool.version() for tool in session.tools}
    if has_registry:
        facts["tools"]["docker-registry"] = registry_version()
    facts["absent"] = list(absent)
    facts["scale"], facts["repeat"], facts["tls"] = session.scale, session.repeat, session.tls
    return facts


def closing_lines(facts: Dict[str, Any]) -> str:
    text = (
        "{cores} cores, {gigabytes:.0f} GB of memory, Python {python}, load {load[0]} at the end; scale {scale}, "
        "median of {repeat}{tls}\n{versions}"
    )
    versions = ", ".join("{0} {1}".format(name, version).strip() for name, version in facts["tools"].items())
    if facts["absent"]:
        versions += "; not on the PATH: " + ", ".join(facts["absent"])
    values = dict(facts, gigabytes=facts["memory"] / 1e9, versions=versions, tls=", TLS" if facts["tls"] else "")
    return text.format(**values)


def engine_of(root: Path, folder: Path) -> Engine:
    """The engine of another checkout, at C(root): what C(tests/bench/engine.py) there runs, with the same options."""
    link = folder / "before" / "ansible_collections" / "longshore" / "swr"
    link.parent.mkdir(parents=True)
    link.symlink_to(root.resolve(), target_is_directory=True)
    return Engine(str(folder / "before"), str(folder / "compiled"), name="before")


def main(argv: Optional[Sequence[str]] = None) -> int:
    options = arguments(argv)
    has_registry = shutil.which("docker-registry") is not None
    works = [name for name in options.works if has_registry or name not in NEEDS_REGISTRY]
    if not has_registry:
        left_out = [name for name in options.works if name in NEEDS_REGISTRY]
        sys.stderr.write("docker-registry is not on the PATH: left out: {0}\n".format(", ".join(left_out) or "nothing"))
    found, absent = ([], []) if options.no_peers else peers(options.peers)
    with tempfile.TemporaryDirectory(prefix="bench-") as text:
        folder = Path(text)
        engine = Engine(str(collections_root()), str(folder / "compiled"))
        others = [engine_of(options.before, folder)] if options.before else []
        for one in (engine, *others):
            one.warm_up()
        session = Session(folder, engine, [*others, *found], options.scale, options.repeat, options.tls, options.limit)
        problems = 0
        try:
            for name in works:
                problems += not carry_out(session, name)
        finally:
            # Whatever happens: what has been measured is shown.
            write(session, describe(session, absent, has_registry), options.json)
    return 1 if problems else 0


def carry_out(session: Session, name: str) -> bool:
    """Measure a work. If that is impossible, say why, and let the others follow."""
    try:
        WORKS[name](session)
    except Exception as error:  # noqa: BLE001
        session.say("{0}: it cannot be measured: {1!r}".format(name, error))
        return False
    return True


def write(session: Session, facts: Dict[str, Any], path: Optional[str]) -> None:
    """Show the rows, and write them to the file."""
    rows = with_ratios(session.rows)
    if rows:
        sys.stdout.write(render(rows) + "\n\n")
    sys.stdout.write(closing_lines(facts) + "\n")
    if path:
        document = {"machine": facts, "rows": rows, "runs": session.rounds}
        Path(path).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
