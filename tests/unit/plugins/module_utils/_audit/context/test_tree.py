# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees and contexts: what is read of a directory, and what is not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.context.folder import FolderContext, folder_of
from ansible_collections.longshore.swr.plugins.module_utils._audit.context.tree import Tree
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse
from ansible_collections.longshore.swr.plugins.module_utils._audit.errors import AuditError
from ansible_collections.longshore.swr.plugins.module_utils._files.errors import FilesError


def fill(top: Path, files: Dict[str, str]) -> Tree:
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(str(top))


def test_dockerfiles_are_found_by_name(tmp_path: Path) -> None:
    wanted = ["Dockerfile", "a/Dockerfile.prod", "a/b/Containerfile", "a/web.Dockerfile", "c/api.dockerfile"]
    others = ["Dockerfile.dockerignore", "a/Dockerfile.j2", "a/Dockerfile~", "MyDockerfile", "a/dockerfile.md", "x.txt"]
    tree = fill(tmp_path, dict.fromkeys(wanted + others, ""))
    assert sorted(entry.path for entry in tree.dockerfiles()) == sorted(wanted)


def test_links_are_listed_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Dockerfile").write_text("FROM a\n", encoding="utf-8")
    top = tmp_path / "top"
    top.mkdir()
    (top / "folder").symlink_to(outside)
    (top / "Dockerfile").symlink_to(outside / "Dockerfile")
    os.mkfifo(str(top / "Containerfile"))
    tree = Tree(str(top))
    assert [(entry.path, entry.kind) for entry in tree.below()] == [
        ("Containerfile", "other"),
        ("Dockerfile", "link"),
        ("folder", "link"),
    ]
    assert tree.read("Dockerfile") is None
    assert tree.read("folder/Dockerfile") is None
    assert tree.read("Containerfile") is None


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    tree = fill(tmp_path, {"a": "1"})
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to("/etc/passwd")
    tmp_path.chmod(0o777)
    with pytest.raises(FilesError, match="symbolic link"):
        tree.read("a")


def test_a_large_tree_is_read_up_to_a_limit_which_it_says(tmp_path: Path) -> None:
    fill(tmp_path, {"f{0}".format(number): "" for number in range(30)})
    tree = Tree(str(tmp_path), most=20)
    assert len(list(tree.below())) == 20
    assert not tree.complete
    assert tree.limit == "only the first 20 entries are read"


def test_a_deep_tree_is_read_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "/".join(["d"] * 80)).mkdir(parents=True)
    tree = Tree(str(tmp_path))
    assert not tree.complete
    assert len(list(tree.below())) < 80


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_directory_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AuditError):
        Tree(str(tmp_path / name))


def test_the_ignore_file_applies(tmp_path: Path) -> None:
    tree = fill(tmp_path, {"a/.dockerignore": "*.key\n.git\n", "a/tls.key": "", "a/.git/HEAD": "", "a/src/b.js": ""})
    context = FolderContext(tree, "a", "a/Dockerfile")
    assert context.ignore_file == ".dockerignore"
    assert context.files() == (".dockerignore", "src/", "src/b.js")
    assert context.read("tls.key") is None
    assert context.read("src/b.js") is not None
    assert context.is_folder("src")


def test_contexts_that_are_the_same_are_read_once(tmp_path: Path) -> None:
    tree = fill(tmp_path, {"a/x": "", "a/y.Dockerfile.dockerignore": "x", ".dockerignore": ""})
    one, two = FolderContext(tree, "a", "a/Dockerfile"), FolderContext(tree, "a", "a/Dockerfile.prod")
    assert one.files() is two.files()
    other = FolderContext(tree, "a", "a/y.Dockerfile")
    assert "x" in one.files()
    assert "x" not in other.files()


def test_an_ignore_file_of_the_dockerfile_comes_first(tmp_path: Path) -> None:
    tree = fill(tmp_path, {".dockerignore": "*", "d/web.Dockerfile.dockerignore": "a\n", "a": "", "b": ""})
    context = FolderContext(tree, "", "d/web.Dockerfile")
    assert context.ignore_file == "web.Dockerfile.dockerignore"
    assert context.read("a") is None
    assert context.read("b") is not None


def test_a_replaced_content_is_read_instead(tmp_path: Path) -> None:
    tree = fill(tmp_path, {"run.sh": "old"})
    file = FolderContext(tree, "", None, {"run.sh": b"new"}).read("run.sh")
    assert file is not None
    assert file.content == b"new"


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("FROM a:1\nCOPY . .\n", "docker"),
        ("FROM a:1\nCOPY src/ package.json /app/\n", ""),
        ("FROM a:1\nCOPY entrypoint.sh /\n", "docker"),
        ("FROM a:1\nCOPY --from=b missing /\nCOPY $X *.c /\n", "docker"),
        ("FROM a:1\nCOPY missing /\n", "docker"),
        ('FROM a:1\nADD ["src", "/app"]\n', ""),
    ],
)
def test_the_context_is_the_nearest_folder_with_what_is_copied(tmp_path: Path, text: str, folder: str) -> None:
    tree = fill(tmp_path, {"src/a.js": "", "package.json": "", "docker/Dockerfile": text, "docker/entrypoint.sh": ""})
    assert folder_of(tree, "docker/Dockerfile", parse(text)) == folder
