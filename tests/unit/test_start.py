# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy loads what it needs, and no more: a small one takes less time than the rest of the collection to load."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, List

from ansible_collections.longshore.swr.tests.conftest import collections_root

UTILS = "ansible_collections.longshore.swr.plugins.module_utils."
COPY = UTILS + "_registry.jobs.copy"
NOT_NEEDED = [
    "urllib.request",
    "http.client",
    "yaml",
    "html",
    "email",
    "concurrent.futures",
    "tempfile",
    "difflib",
    "requests",
    UTILS + "_registry.convert.recompression",
    UTILS + "_registry.client.repository_listing",
    UTILS + "_registry.plan.referrers",
    UTILS + "_registry.report.html",
    UTILS + "_registry.rules.semver",
    UTILS + "_registry.rules.tag_filter",
    UTILS + "_registry.sources.archive_file",
    UTILS + "_registry.sources.docker_daemon",
    UTILS + "_registry.sources.oci_layout",
    UTILS + "_registry.transfer.transfer",
]


def python(program: str, *arguments: str, path: str = str(collections_root())) -> Any:
    """What a program of its own process prints, as JSON. It sees none of this process' packages."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *arguments],
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_copy_loads_only_what_it_needs() -> None:
    program = "import {0}, json, sys; print(json.dumps(sorted(sys.modules)))".format(COPY)
    loaded = python(program)
    assert COPY in loaded
    assert sorted(set(NOT_NEEDED) & set(loaded)) == []


def test_no_expression_is_compiled_before_it_is_used() -> None:
    program = """
import json, re, sys
compiled = []
make = re.compile
def spy(*arguments):
    compiled.append([sys._getframe(1).f_globals["__name__"], str(arguments[0])])
    return make(*arguments)
re.compile = spy
import {0}
print(json.dumps(compiled))
""".format(COPY)
    found: List[List[str]] = python(program)
    assert [entry for entry in found if entry[0].startswith(UTILS)] == []


def test_the_archive_of_a_module_is_compiled_once(tmp_path: Path, collection_root: Path) -> None:
    archive = tmp_path / "payload.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        source = (collection_root / "plugins/module_utils/_zip_imports.py").read_text(encoding="utf-8")
        writer.writestr("start.py", source + "\n\nspeed_up(__spec__.loader)\n")
        writer.writestr("package/__init__.py", "")
        writer.writestr("package/inner.py", "from . import other\nFILE = __file__\n")
        writer.writestr("package/other.py", "raise_here = lambda: 1 / 0\n")
    program = """
import json, sys, zipimport
if len(sys.argv) > 1:
    import start
compiled = []
make = zipimport._compile_source
zipimport._compile_source = lambda name, source: compiled.append(name) or make(name, source)
import package.inner
other = package.other
names = [package.__file__, package.inner.FILE, other.__spec__.origin, other.raise_here.__code__.co_filename]
print(json.dumps([names, sorted(set(compiled)), len(compiled)]))
"""
    names, files, count = python(program, "fast", path=str(archive))
    plain_names, plain_files, plain_count = python(program, path=str(archive))
    assert (names, files) == (plain_names, plain_files)
    assert count == len(files) == 3
    assert plain_count >= count
