# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment's definition: its pins, and what ansible-builder makes of it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Set

import pytest
import yaml

from ansible_collections.longshore.swr.tests.support.architecture import imports, sources

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "awx" / "execution-environment.yml"
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)==([^;\s]+)")


@pytest.fixture(name="dependencies")
def the_dependencies() -> Dict[str, Any]:
    return dict(yaml.safe_load(DEFINITION.read_text("utf-8"))["dependencies"])


def versions(text: str) -> Set[Any]:
    return {(name.lower(), version) for name, version in REQUIREMENT.findall(text)}


def version_of(requirement: str) -> Any:
    (found,) = versions(requirement)
    return tuple(int(part) for part in found[1].split("."))


def test_everything_is_pinned_as_in_the_tests(dependencies: Dict[str, Any]) -> None:
    used = versions("".join((ROOT / "requirements" / name).read_text("utf-8") for name in ("runtime.txt", "test.txt")))
    core, runner = (dependencies[name]["package_pip"] for name in ("ansible_core", "ansible_runner"))
    assert version_of(core) >= (2, 19)
    # Older ones hang with ansible-core 2.18, and are not what the tests run.
    assert version_of(runner) >= (2, 4, 2)
    assert versions("\n".join([core, runner, *dependencies["python"]])) <= used


def test_what_the_collection_needs_is_in_it(dependencies: Dict[str, Any]) -> None:
    needed = re.findall(r"^([A-Za-z0-9._-]+)", (ROOT / "meta" / "ee-requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert {name for name, _version in versions("\n".join(dependencies["python"]))} == {name.lower() for name in needed}


def test_the_collection_is_that_of_make_build(dependencies: Dict[str, Any]) -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))
    artifact = "{namespace}-{name}-{version}.tar.gz".format(**galaxy)
    (file,) = yaml.safe_load(DEFINITION.read_text("utf-8"))["additional_build_files"]
    assert (DEFINITION.parent / file["src"]).resolve() == ROOT / "build" / artifact
    assert dependencies["galaxy"] == {
        "collections": [{"name": "{0}/{1}".format(file["dest"], artifact), "type": "file"}]
    }


@pytest.mark.skipif(importlib.util.find_spec("ansible_builder") is None, reason="needs ansible-builder")
def test_ansible_builder_takes_it(tmp_path: Path) -> None:
    """The context that it makes, and the requirements that it finds in the collection."""
    definition = yaml.safe_load(DEFINITION.read_text("utf-8"))
    (file,) = definition["additional_build_files"]
    artifact = (tmp_path / "awx" / file["src"]).resolve()
    artifact.parent.mkdir(parents=True)
    artifact.write_bytes(b"the artifact")
    (tmp_path / "awx").mkdir()
    copied = tmp_path / "awx" / DEFINITION.name
    copied.write_text(DEFINITION.read_text("utf-8"), encoding="utf-8")
    builder = [sys.executable, "-m", "ansible_builder"]
    create = [*builder, "create", "--file", str(copied), "--context", str(tmp_path / "context")]
    done = subprocess.run(create, cwd=str(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    made = tmp_path / "context" / "_build"
    assert (made / file["dest"] / artifact.name).read_bytes() == b"the artifact"
    assert yaml.safe_load((made / "requirements.yml").read_text("utf-8")) == definition["dependencies"]["galaxy"]
    container = (tmp_path / "context" / "Containerfile").read_text("utf-8")
    for name in ("ansible_core", "ansible_runner"):
        assert definition["dependencies"][name]["package_pip"] in container

    namespace = tmp_path / "collections" / "ansible_collections" / "longshore"
    namespace.mkdir(parents=True)
    (namespace / "swr").symlink_to(ROOT)
    introspect = [*builder, "introspect", str(tmp_path / "collections")]
    done = subprocess.run(introspect, cwd=str(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # PyYAML comes with ansible-core.
    found = yaml.safe_load(done.stdout)
    needed = sorted(re.split("  #", line)[0].strip() for line in found["python"])
    assert needed == ["jmespath", "kubernetes>=24.2.0", "requests", "zstandard"]
    assert not found.get("system")


def test_what_is_required_is_used_and_the_readme_names_it() -> None:
    """Nothing is required for its own sake, and nothing is used that is not required."""
    names = {"PyYAML": "yaml"}
    text = (ROOT / "meta" / "ee-requirements.txt").read_text("utf-8")
    required = re.findall(r"^([A-Za-z0-9._-]+)", text, re.MULTILINE)
    used = {item.name.partition(".")[0] for source in sources(ROOT) for item in imports(source)}
    # backports.zstd is Python's own interface before 3.14, and urllib3 comes with requests.
    others = {"ansible", "ansible_collections", "backports", "urllib3", "compression"}
    third = {name for name in used if name not in sys.stdlib_module_names} - others
    assert third == {names.get(name, name) for name in required}
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in required if "`{0}`".format(name) not in readme] == []
