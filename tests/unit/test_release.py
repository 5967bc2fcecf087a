# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools that make a release."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import tarfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, Callable, Dict, List, Set

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> Any:
    loader = SourceFileLoader("release_" + name, str(ROOT / "tools" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


FILES = {"README.md": b"read me\n", "plugins/modules/a.py": b"a = 1\n", "plugins/modules/b.py": b"b = 2\n"}


def archive(path: Path, names: List[str], time: int) -> Path:
    """An archive as ansible-galaxy makes it, with the files in this order and of this time."""
    files = {"files": [{"name": name, "ftype": "file", "chksum_sha256": "..."} for name in [".", *names]]}
    listed = json.dumps(files).encode()
    manifest = {
        "collection_info": {"name": "swr"},
        "file_manifest_file": {"name": "FILES.json", "chksum_sha256": hashlib.sha256(listed).hexdigest()},
    }
    with tarfile.open(str(path), "w:gz") as made:
        contents = {"MANIFEST.json": json.dumps(manifest).encode(), "FILES.json": listed}
        for name, body in {**contents, **{name: FILES[name] for name in names}}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(body), time
            made.addfile(member, io.BytesIO(body))
    return path


def contents(path: Path) -> Dict[str, bytes]:
    with tarfile.open(str(path)) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened.getmembers()}


def test_an_artifact_has_the_same_bytes_whenever_and_wherever_it_is_built(tmp_path: Path) -> None:
    build = tool("build")
    made = []
    for number, names in enumerate((list(FILES), list(reversed(FILES)))):
        given = archive(tmp_path / "given-{0}.tar.gz".format(number), names, 1_000_000 + number)
        made.append(tmp_path / "made-{0}.tar.gz".format(number))
        build.pack_again(given, made[-1], 1_700_000_000)
    assert made[0].read_bytes() == made[1].read_bytes()
    found = contents(made[0])
    assert {name: found[name] for name in FILES} == FILES
    assert [entry["name"] for entry in json.loads(found["FILES.json"])["files"]] == [".", *sorted(FILES)]
    # ansible-galaxy verifies it when it installs.
    checksum = json.loads(found["MANIFEST.json"])["file_manifest_file"]["chksum_sha256"]
    assert checksum == hashlib.sha256(found["FILES.json"]).hexdigest()
    with tarfile.open(str(made[0])) as opened:
        assert {member.mtime for member in opened.getmembers()} == {1_700_000_000}


def test_the_bill_of_materials_has_every_file_and_everything_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sbom = tool("sbom")
    folder = tmp_path / "artifact"
    info = {
        "namespace": "longshore",
        "name": "swr",
        "version": "1.2.3",
        "license": ["GPL-3.0-or-later"],
        "authors": ["somebody"],
        "repository": "https://example.com/swr",
        "homepage": "https://example.com",
    }
    made = {
        "MANIFEST.json": json.dumps({"collection_info": info}),
        "meta/runtime.yml": "requires_ansible: '>=2.18.0'\n",
        "meta/ee-requirements.txt": "# a comment\nrequests\nkubernetes>=24.2.0\n",
        "plugins/a.py": "a = 1\n",
    }
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    artifact = tmp_path / "longshore-swr-1.2.3.tar.gz"
    with tarfile.open(str(artifact), "w:gz") as opened:
        opened.add(str(folder), arcname="")
    monkeypatch.setattr(sbom, "licences", lambda *dummy: {"plugins/a.py": ["MIT"]})
    document = sbom.document(artifact, folder, tmp_path)
    files = {entry["fileName"]: entry for entry in document["files"]}
    assert sorted(files) == ["./" + name for name in sorted(made)]
    for name, text in made.items():
        sums = {entry["algorithm"]: entry["checksumValue"] for entry in files["./" + name]["checksums"]}
        assert sums["SHA256"] == hashlib.sha256(text.encode()).hexdigest()
    assert files["./plugins/a.py"]["licenseInfoInFiles"] == ["MIT"]
    ours, *others = document["packages"]
    assert (ours["name"], ours["versionInfo"]) == ("longshore.swr", "1.2.3")
    assert {entry["name"] for entry in others} == {"ansible-core", "requests", "kubernetes"}
    relations = {(entry["relationshipType"], entry["spdxElementId"]) for entry in document["relationships"]}
    assert ("DEPENDS_ON", ours["SPDXID"]) in relations
    assert ("OPTIONAL_DEPENDENCY_OF", "SPDXRef-Package-kubernetes") in relations


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A commit that could be released, but has no tool to build it."""
    folder = tmp_path / "checkout"
    made = {
        "galaxy.yml": "version: 1.2.3\n",
        "CHANGELOG.md": '<a id="v1-2-3"></a>\n## v1\\.2\\.3\n',
        "changelogs/changelog.yaml": "releases:\n  1.2.3: {}\n",
        "changelogs/fragments/.keep": "",
        ".gitignore": "/.cache/\n/environment\n",
        "tools/release": (ROOT / "tools" / "release").read_text(encoding="utf-8"),
    }
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "tools" / "release").chmod(0o755)
    (folder / "environment").symlink_to(sys.prefix)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


def release(folder: Path) -> str:
    started = [str(folder / "tools" / "release"), "environment", "environment"]
    done = subprocess.run(started, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    return done.stdout


def test_a_commit_is_released_and_a_failure_says_at_which_step(checkout: Path) -> None:
    said = release(checkout)
    assert re.search(r"1/\d+ .* commit [0-9a-f]+ ", said), said
    assert "failed at step 2 (Build, twice)" in said


def change(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: (folder / "new").write_text("x"), "changes that are not committed"),
        (lambda folder: git(folder, "tag", "1.2.3"), "The tag 1.2.3 exists"),
        (lambda folder: git(folder, "tag", "v1.2.3"), "The tag v1.2.3 exists"),
        (lambda folder: change(folder, "galaxy.yml", "version: 1.3.0\n"), "changelog.yaml has no 1.3.0, only: 1.2.3"),
        (lambda folder: change(folder, "CHANGELOG.md", "# Changes\n"), "CHANGELOG.md has no v1.2.3"),
        (lambda folder: change(folder, "changelogs/fragments/a.yml", "---\n"), "does not have these fragments"),
    ],
)
def test_what_cannot_be_released_is_refused(checkout: Path, spoil: Callable[[Path], Any], why: str) -> None:
    spoil(checkout)
    said = release(checkout)
    assert why in said
    assert "failed at step 1 " in said
    assert not (checkout / "build").exists()


def pins(name: str) -> Dict[str, Set[str]]:
    found: Dict[str, Set[str]] = {}
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        match = re.match(r"([\w.-]+)==(.*)", line)
        if match:
            found.setdefault(match.group(1), set()).add(match.group(2))
    return found


def test_a_release_is_linted_by_what_lints_it_every_day() -> None:
    used = pins("release.txt")
    assert used["ansible-core"] == pins("runtime.txt")["ansible-core"]
    assert used["ansible-lint"] == pins("lint.txt")["ansible-lint"]
