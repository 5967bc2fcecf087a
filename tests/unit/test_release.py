# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools that make a release."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import tarfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, Dict, List

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
