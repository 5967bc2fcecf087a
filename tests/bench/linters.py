# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the audit of Dockerfiles with hadolint and checkov, rule by rule, and measures a thousand files.

The examples are those of the audit's own tests, so that it is right about all of them by construction: the figures say
what others see of the same seventeen practices, not who is better. A tool that is not on the PATH is left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Set

from ..conftest import make_importable

make_importable()

from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.dockerfile import (  # noqa: E402
    DockerfileAudit,
)
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.catalogue import (  # noqa: E402
    RULES,
    rule_of_alias,
)
from ansible_collections.longshore.swr.tests.support.audit_examples import RIGHT, WRONG, examples  # noqa: E402

FILES = 1000
HADOLINT = "ignored: []\noverride:\n  info: [DL3057]\n"
# Checks of checkov that are about one of the practices.
CHECKOV = {
    "CKV_DOCKER_2": "SWR-DF-016",
    "CKV_DOCKER_4": "SWR-DF-010",
    "CKV_DOCKER_5": "SWR-DF-003",
    "CKV_DOCKER_6": "SWR-DF-015",
    "CKV_DOCKER_7": "SWR-DF-004",
    "CKV_DOCKER_10": "SWR-DF-007",
}


class Example(NamedTuple):
    """A Dockerfile, the rule that it is about, and whether it breaks it."""

    rule: str
    wrong: bool
    path: Path


Found = Dict[Path, Set[str]]
"""The rules that a tool finds in each file."""


def write_examples(top: Path) -> List[Example]:
    """Each example in a folder of its own, with its context."""
    written: List[Example] = []
    for wrong, table in ((True, WRONG), (False, RIGHT)):
        for number, text, files in examples(table):
            folder = top / "{0:04d}".format(len(written))
            folder.mkdir()
            for name, content in (files or {}).items():
                path = folder / name.rstrip("*")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8", newline="")
                path.chmod(0o755 if name.endswith("*") else 0o644)
            if files is not None:
                (folder / ".dockerignore").write_text("", encoding="utf-8")
            path = folder / "Dockerfile"
            path.write_text(text, encoding="utf-8", newline="")
            written.append(Example("SWR-DF-" + number, wrong, path))
    return written


def audit(top: Path) -> Dict[str, Any]:
    options = {"path": str(top), "profile": "source_document", "fail_on": "never", "findings_shown": 0}
    result: Dict[str, Any] = DockerfileAudit(options).run(check_mode=True)["audit"]
    return result


def by_audit(top: Path, _examples: List[Example]) -> Found:
    found: Found = {}
    for finding in audit(top)["findings"]:
        path = top / finding["path"]
        found.setdefault(path.parent / "Dockerfile", set()).add(finding["rule"])
    return found


def by_hadolint(top: Path, written: List[Example]) -> Found:
    config = top / "hadolint.yaml"
    config.write_text(HADOLINT, encoding="utf-8")
    words = ["hadolint", "--no-fail", "-f", "json", "-c", str(config), *(str(example.path) for example in written)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: Found = {}
    for entry in json.loads(done.stdout):
        rule = rule_of_alias(entry["code"])
        if rule:
            found.setdefault(Path(entry["file"]), set()).add(rule)
    return found


def by_checkov(top: Path, _examples: List[Example]) -> Found:
    words = [
        "checkov",
        "-d",
        str(top),
        "--framework",
        "dockerfile",
        "-o",
        "json",
        "--quiet",
        "--compact",
        "--soft-fail",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: Found = {}
    for entry in json.loads(done.stdout)["results"]["failed_checks"]:
        if entry["check_id"] in CHECKOV:
            found.setdefault(Path(entry["file_abs_path"]), set()).add(CHECKOV[entry["check_id"]])
    return found


TOOLS: Dict[str, Callable[[Path, List[Example]], Found]] = {
    "audit": by_audit,
    "hadolint": by_hadolint,
    "checkov": by_checkov,
}


def table(written: List[Example], results: Dict[str, Found]) -> List[str]:
    """For each rule: the wrong and the right examples that each tool reports."""
    heads = ["{0}: {1}".format(name, what) for what in ("found", "wrong") for name in results]
    lines = ["| Rule | Examples | {0} |".format(" | ".join(heads)), "| --- | ---: |" + " ---: |" * len(heads)]
    totals = [0] * len(heads)
    for rule in RULES:
        own = [example for example in written if example.rule == rule.id]
        wrong, right = [one for one in own if one.wrong], [one for one in own if not one.wrong]
        cells = [
            sum(rule.id in found.get(example.path, ()) for example in part)
            for part in (wrong, right)
            for found in results.values()
        ]
        totals = [total + cell for total, cell in zip(totals, cells)]
        counts = "{0} + {1}".format(len(wrong), len(right))
        lines.append("| {0} {1} | {2} | {3} |".format(rule.id, rule.name, counts, " | ".join(map(str, cells))))
    counts = "{0} + {1}".format(sum(one.wrong for one in written), sum(not one.wrong for one in written))
    lines.append("| All | {0} | {1} |".format(counts, " | ".join(map(str, totals))))
    return lines


def thousand(top: Path, written: List[Example]) -> float:
    """The seconds for a tree of a thousand Dockerfiles with their contexts."""
    for number in range(FILES):
        shutil.copytree(str(written[number % len(written)].path.parent), str(top / "{0:04d}".format(number)))
    start = time.monotonic()
    found = audit(top)
    seconds = time.monotonic() - start
    if len(found["targets"]) != FILES:
        raise SystemExit("{0} files instead of {1}".format(len(found["targets"]), FILES))
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "examples"
        top.mkdir()
        written = write_examples(top)
        present = {name: run for name, run in TOOLS.items() if name == "audit" or shutil.which(name)}
        results = {name: run(top, written) for name, run in present.items()}
        print("\n".join(table(written, results)))
        many = Path(folder) / "many"
        many.mkdir()
        print("\n{0} Dockerfiles in {1:.1f} s".format(FILES, thousand(many, written)))
    missing = sorted(set(TOOLS) - set(present))
    if missing:
        print("not on the PATH: {0}".format(", ".join(missing)), file=sys.stderr)


if __name__ == "__main__":
    main()
