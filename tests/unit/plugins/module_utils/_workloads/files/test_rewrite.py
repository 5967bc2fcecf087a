# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes and roll-backs of files: killed halfway, changed by others, links, broken records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, List

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._workloads import record as record_module
from ansible_collections.longshore.swr.plugins.module_utils._workloads.errors import WorkloadsError
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files import rewrite as rewrite_module
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files import yaml_text
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.rewrite import rewrite
from ansible_collections.longshore.swr.plugins.module_utils._workloads.record import Record
from ansible_collections.longshore.swr.tests.support.image_files import Folder

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, image: nginx:1}\n  - {name: b, image: redis:7}\n"
VALUES = "image:\n  registry: docker.io\n  repository: bitnami/redis\n  tag: 7\nother: 1\n"
KUSTOMIZATION = "resources: []\nimages:\n- name: nginx\n  newTag: '9'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    found = Folder(tmp_path)
    found.write("pod.yaml", POD)
    found.write("values.yaml", VALUES)
    found.write("kustomization.yaml", KUSTOMIZATION)
    found.write("compose.yaml", "services: {a: {image: '${A}'}}\n")
    found.write(".env", "A=quay.io/a/b:1\n")
    return found


def edit(folder: Folder, name: str, old: str, new: str) -> None:
    text = folder.text(name)
    assert old in text
    folder.write(name, text.replace(old, new))


def test_values_that_are_still_ours_go_back_in_files_that_others_changed(folder: Folder) -> None:
    folder.rewrite()
    edit(folder, "pod.yaml", "swr.example.com/shop/redis:7", "quay.io/mine/redis:8")
    edit(folder, "values.yaml", "other: 1", "other: 2")
    edit(folder, "kustomization.yaml", "newTag: '9'", "newTag: '10'")
    edit(folder, ".env", "A=", "B=1\nA=")
    restored = {os.path.basename(one.file): one for one in folder.roll_back()}
    assert folder.text("pod.yaml") == POD.replace("redis:7", "quay.io/mine/redis:8")
    assert folder.text("values.yaml") == VALUES.replace("other: 1", "other: 2")
    assert folder.text("kustomization.yaml") == KUSTOMIZATION.replace("'9'", "'10'")
    assert folder.text(".env") == "B=1\nA=quay.io/a/b:1\n"
    assert restored["pod.yaml"].left == [
        {
            "path": "spec.containers[1].image",
            "expected": "swr.example.com/shop/redis:7",
            "found": "quay.io/mine/redis:8",
        }
    ]
    assert [one.left for name, one in restored.items() if name != "pod.yaml"] == [[], [], []]
    assert not any(one.exact for one in restored.values())
    assert folder.roll_back() == []


def test_values_that_were_empty_or_became_quoted_go_back(folder: Folder) -> None:
    folder.write("values.yaml", "image:\n  registry:\n  repository: quay.io/a/b # c\n  tag: 1.10\n")

    def mapping(image: Any, _any_tag: bool) -> Any:
        return None if image.path != "a/b" or image.tag != "1.10" else type(image)("swr.example.com", "shop/b", "1.20")

    folder.rewrite(mapping)
    new = 'image:\n  registry: swr.example.com\n  repository: shop/b # c\n  tag: "1.20"\n'
    assert folder.text("values.yaml") == new
    folder.write("values.yaml", "# mine\n" + new)
    folder.roll_back()
    assert folder.text("values.yaml") == "# mine\nimage:\n  registry:\n  repository: quay.io/a/b # c\n  tag: 1.10\n"


def test_two_runs_are_undone_in_turn(folder: Folder) -> None:
    before = folder.content()
    folder.rewrite(lambda image, any_tag: None if image.path != "library/nginx" or any_tag else swr(image))
    folder.rewrite(lambda image, any_tag: None if image.path != "library/redis" else swr(image))
    assert len(Record(folder.record_path).entries) == 3
    folder.roll_back()
    assert folder.content() == before


def swr(image: Any) -> Any:
    return type(image)("swr.example.com", "shop/" + image.path.rpartition("/")[2], image.tag)


def test_what_was_written_is_not_changed_again(folder: Folder) -> None:
    """A mapping that would also move the new names, as between two organizations."""

    def move(image: Any, _any_tag: bool) -> Any:
        return type(image)(image.registry, "x" + image.path, image.tag) if image.registry == "docker.io" else None

    folder.rewrite(move)
    after = folder.content()
    assert b"docker.io/xlibrary/nginx:1" in after["pod.yaml"]
    assert folder.rewrite(move).files == []
    assert folder.content() == after


@pytest.mark.parametrize("at", ["record", "file"])
def test_a_killed_run_is_completed_and_undone(folder: Folder, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    before = folder.content()
    done: List[int] = []

    class Killed(BaseException):
        pass

    def killing(original: Any) -> Any:
        def act(*arguments: Any, **options: Any) -> Any:
            if options.get("check_mode") is not True:
                done.append(1)
                if len(done) == 2:
                    raise Killed
            return original(*arguments, **options)

        return act

    if at == "record":
        monkeypatch.setattr(record_module.os, "fsync", killing(os.fsync))
    else:
        monkeypatch.setattr(rewrite_module, "write_file", killing(rewrite_module.write_file))
    with pytest.raises(Killed):
        folder.rewrite()
    monkeypatch.undo()
    folder.rewrite()
    after = folder.content()
    assert all(b"swr.example.com" in after[name] for name in ("pod.yaml", "values.yaml", ".env", "kustomization.yaml"))
    assert folder.rewrite().files == []
    folder.roll_back()
    assert folder.content() == before
    assert Record(folder.record_path).entries == []


TOGETHER = "services:\n  a: {image: '${REGISTRY}/a/b:1'}\n  c: {image: '${REGISTRY}/a/d:1'}\n"


def together(folder: Folder) -> Any:
    """A registry in .env and paths in compose.yaml, which are only right together."""
    folder.write("compose.yaml", TOGETHER)
    folder.write(".env", "REGISTRY=quay.io\n")
    (group,) = [group for group in folder.plan().groups() if len(group) > 1]
    assert [os.path.basename(file.source.path) for file in group] == [".env", "compose.yaml"]
    return group


def test_files_that_are_only_right_together_are_completed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    group = together(folder)
    before = folder.content()
    original = rewrite_module.write_file

    def killed(path: str, old: bytes, new: bytes, check_mode: bool) -> None:
        if path.endswith("compose.yaml") and not check_mode:
            raise KeyboardInterrupt
        original(path, old, new, check_mode)

    record = Record(folder.record_path)
    record.open()
    monkeypatch.setattr(rewrite_module, "write_file", killed)
    with pytest.raises(KeyboardInterrupt):
        rewrite(group, record, check_mode=False)
    monkeypatch.undo()
    record.close()
    assert (folder.text(".env"), folder.text("compose.yaml")) == ("REGISTRY=swr.example.com\n", TOGETHER)
    ((path, old, new),) = rewrite_module.interrupted(Record(folder.record_path))
    assert (os.path.basename(path), old) == ("compose.yaml", TOGETHER.encode())
    rewrite_module.write_file(path, old, new, check_mode=False)
    assert folder.text("compose.yaml") == TOGETHER.replace("/a/", "/shop/")
    assert rewrite_module.interrupted(Record(folder.record_path)) == []
    folder.roll_back()
    assert folder.content() == before


def test_files_that_are_only_right_together_fail_together(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    group = together(folder)
    before = folder.content()
    original = rewrite_module.write_file

    def failing(path: str, old: bytes, new: bytes, check_mode: bool) -> None:
        if path.endswith("compose.yaml") and not check_mode:
            raise WorkloadsError("no space left")
        original(path, old, new, check_mode)

    record = Record(folder.record_path)
    record.open()
    monkeypatch.setattr(rewrite_module, "write_file", failing)
    with pytest.raises(WorkloadsError, match="no space left"):
        rewrite(group, record, check_mode=False)
    assert folder.content() == before
    assert Record(folder.record_path).entries == []


def test_a_checkout_of_all_files_is_not_taken_for_a_killed_run(folder: Folder) -> None:
    group = together(folder)
    before = {name: folder.text(name) for name in (".env", "compose.yaml")}
    record = Record(folder.record_path)
    record.open()
    rewrite(group, record, check_mode=False)
    record.close()
    for name, text in before.items():
        folder.write(name, text)
    assert rewrite_module.interrupted(Record(folder.record_path)) == []


def test_a_killed_roll_back_is_completed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = folder.content()
    folder.rewrite()
    monkeypatch.setattr(Record, "undone", lambda self, entry: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        folder.roll_back()
    monkeypatch.undo()
    assert all(one.exact for one in folder.roll_back())
    assert folder.content() == before


def test_a_file_that_changes_between_plan_and_edit_is_refused(folder: Folder) -> None:
    plan = folder.plan()
    record = Record(folder.record_path)
    record.open()
    edit(folder, "pod.yaml", "name: a", "name: c")
    now = folder.text("pod.yaml")
    (file,) = [file for file in plan.files if file.source.path.endswith("pod.yaml")]
    with pytest.raises(WorkloadsError, match="it has changed since it was read"):
        rewrite([file], record, check_mode=False)
    assert folder.text("pod.yaml") == now
    assert record.entries == []
    record.close()
    assert Record(folder.record_path).entries == []


def test_links_are_neither_followed_nor_broken(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(POD, encoding="utf-8")
    (folder.path / "link.yaml").symlink_to(outside)
    (folder.path / "folder").symlink_to(tmp_path)
    os.link(folder.path / "pod.yaml", tmp_path / "other-name.yaml")
    plan = folder.plan()
    record = Record(folder.record_path)
    record.open()
    (file,) = [file for file in plan.files if file.source.path.endswith("pod.yaml")]
    with pytest.raises(WorkloadsError, match="other names"):
        rewrite([file], record, check_mode=False)
    record.close()
    assert folder.text("pod.yaml") == POD
    assert outside.read_text(encoding="utf-8") == POD
    assert not {"link.yaml", "outside.yaml"} & {os.path.basename(one.source.path) for one in plan.files}


def test_a_file_that_became_a_link_is_refused(folder: Folder, tmp_path: Path) -> None:
    plan = folder.plan()
    outside = tmp_path / "outside.yaml"
    outside.write_text(POD, encoding="utf-8")
    (folder.path / "pod.yaml").unlink()
    (folder.path / "pod.yaml").symlink_to(outside)
    (file,) = [file for file in plan.files if file.source.path.endswith("pod.yaml")]
    with pytest.raises(LongshoreError):
        rewrite([file], Record(folder.record_path), check_mode=False)
    assert outside.read_text(encoding="utf-8") == POD


def test_mode_and_time_of_files_that_stay(folder: Folder) -> None:
    (folder.path / "pod.yaml").chmod(0o640)
    untouched = folder.write("other.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: '{{ x }}'}]}\n")
    before = untouched.stat()
    folder.rewrite()
    assert (folder.path / "pod.yaml").stat().st_mode & 0o777 == 0o640
    assert (untouched.stat().st_mtime_ns, untouched.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert os.stat(folder.record_path).st_mode & 0o777 == 0o600


def test_files_that_are_gone_stay_in_the_record(folder: Folder) -> None:
    folder.rewrite()
    (folder.path / "pod.yaml").unlink()
    restored = {os.path.basename(one.file): one for one in folder.roll_back()}
    assert restored["pod.yaml"].left[0]["found"] == "it was removed"
    assert [os.path.basename(entry.file) for entry in Record(folder.record_path).entries] == ["pod.yaml"]


@pytest.mark.parametrize(
    "line",
    [
        b"x",
        b"[]",
        b'{"id": 1}',
        b'{"undone": 1}',
        b'{"id": "a", "time": "", "file": "/x", "before": "", "after": "", "edits": [{"path": []}], "images": []}',
        b"\xff",
        b"[" * 1000,
    ],
)
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "record"
    path.write_bytes(line + b"\n")
    with pytest.raises(WorkloadsError, match="line 1 is not an entry of a record"):
        Record(str(path))


def test_the_incomplete_line_of_a_killed_run_is_dropped(folder: Folder) -> None:
    folder.rewrite()
    complete = Path(folder.record_path).read_bytes()
    Path(folder.record_path).write_bytes(complete + b'{"id": "1')
    assert len(Record(folder.record_path).entries) == 4
    folder.roll_back()
    assert Path(folder.record_path).read_bytes().startswith(complete + b'{"undone"')


def test_without_libyaml_everything_is_the_same(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("b.yaml", ("\ufeff" + POD).replace("\n", "\r\n"))
    expected = [(file.source.path, file.new) for file in folder.plan().files]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert yaml_text.yaml is yaml
    assert [(file.source.path, file.new) for file in folder.plan().files] == expected
