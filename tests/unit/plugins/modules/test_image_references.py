# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules image_sources and image_references, as a task runs them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._workloads.files import rewrite as rewrite_module
from ansible_collections.longshore.swr.tests.support.modules import run_module

SECRET = "hunter2-and-more"
TARGET = "swr.cn-north-4.myhuaweicloud.com/shop"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: web, image: nginx, env: [{name: PASSWORD, value: SECRET}]}  # the web
        - name: app
          image: quay.io/a/app:1
""".replace("SECRET", SECRET)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "gitops"
    (path / "docs").mkdir(parents=True)
    (path / "web.yaml").write_text(WEB, encoding="utf-8")
    (path / "values.yaml.j2").write_text("image: {{ x }}\n", encoding="utf-8")
    (path / "docs" / "example.yaml").write_text(WEB.replace("nginx", "ghcr.io/b/app:2"), encoding="utf-8")
    return path


def sources(folder: Path, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return run_module("image_sources", {"paths": [str(folder)], "exclude": ["docs"], **options}, check_mode=check_mode)


def test_discovery_finds_rules_and_writes_them_once(folder: Path, tmp_path: Path) -> None:
    dest = tmp_path / "images.json"
    assert sources(folder, target=TARGET, dest=str(dest), check_mode=True)["changed"] is True
    assert not dest.exists()
    found = sources(folder, target=TARGET, dest=str(dest))
    assert found["changed"] is True
    assert found["rules"] == {
        "docker.io/library/nginx:latest": TARGET + "/nginx:latest",
        "quay.io/a/app:1": TARGET + "/app:1",
    }
    assert json.loads(dest.read_text(encoding="utf-8")) == found["images_json"] == found["rules"]
    assert found["msg"] == "2 images in 2 references, in 1 files; 2 to copy, 1 files not evaluated"
    assert found["not_evaluated"] == [{"file": "{0}/values.yaml.j2".format(folder), "reason": "it is a template"}]
    assert found["images"][0]["used_by"] == ["{0}/web.yaml: Deployment web".format(folder)]
    assert found["references"][1] == {
        "file": "{0}/web.yaml".format(folder),
        "line": 10,
        "column": 18,
        "owner": "Deployment web",
        "path": "spec.template.spec.containers[1].image",
        "container": "app",
        "kind": "container",
        "image": "quay.io/a/app:1",
        "editable": True,
        "note": "",
    }
    again = sources(folder, target=TARGET, dest=str(dest))
    assert again["changed"] is False
    assert SECRET not in json.dumps([found, again])


def test_a_login_in_an_image_is_not_shown(folder: Path) -> None:
    text = WEB.replace("quay.io/a/app:1", "reader:{0}@quay.io/a/app:1".format(SECRET))
    (folder / "web.yaml").write_text(text, encoding="utf-8")
    found = sources(folder, target=TARGET)
    assert found["problems"][0]["reason"] == "it is not the name of an image"
    assert SECRET not in json.dumps({key: value for key, value in found.items() if key != "invocation"})


def test_discovery_without_a_target_only_lists(folder: Path) -> None:
    found = sources(folder, exclude=[])
    assert (found["changed"], found["rules"], found["images_json"]) == (False, {}, {})
    assert [image["image"] for image in found["images"]] == [
        "docker.io/library/nginx:latest",
        "ghcr.io/b/app:2",
        "quay.io/a/app:1",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "shop"}, "does not name a registry and an organization"),
        ({"dest": "images.json"}, "it needs a target"),
        ({"paths": ["/nonexistent"]}, "/nonexistent: cannot be read"),
        ({"paths": []}, "paths: there are none"),
        ({"resource_fields": {"Widget": "spec.image"}}, "the paths of"),
        ({"resource_fields": {"Widget": ["spec image"]}}, "the paths of"),
        ({"target": TARGET, "dest": "/nonexistent/images.json"}, "does not exist"),
    ],
)
def test_bad_options_of_discovery_are_refused(folder: Path, options: Dict[str, Any], message: str) -> None:
    found = sources(folder, **options)
    assert found["failed"]
    assert message in found["msg"]


RULES = {"docker.io/library/nginx:latest": TARGET + "/nginx:latest", "quay.io/a/app": TARGET + "/app"}


def references(folder: Path, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    record = str(folder.parent / "record.jsonl")
    given = {"paths": [str(folder)], "exclude": ["docs"], "images": RULES, "record": record, **options}
    return run_module("image_references", given, check_mode=check_mode)


def back(folder: Path, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    given = {"state": "rolled_back", "record": str(folder.parent / "record.jsonl"), **options}
    return run_module("image_references", given, check_mode=check_mode)


def test_references_are_changed_once_and_put_back_once(folder: Path) -> None:
    predicted = references(folder, check_mode=True)
    assert (folder / "web.yaml").read_text(encoding="utf-8") == WEB
    assert not (folder.parent / "record.jsonl").exists()
    done = references(folder)
    new = WEB.replace("image: nginx,", "image: {0}/nginx,".format(TARGET)).replace("quay.io/a", TARGET)
    assert (folder / "web.yaml").read_text(encoding="utf-8") == new
    for key in ("changed", "msg", "files", "left", "diff", "table"):
        assert done[key] == predicted[key], key
    assert done["changed"] is True
    assert [line.split(None, 2) for line in done["table"][:3]] == [
        ["FILE", "OUTCOME", "IMAGES OR REASON"],
        ["{0}/web.yaml".format(folder), "changed", "nginx -> {0}/nginx:latest".format(TARGET)],
        ["quay.io/a/app:1", "->", "{0}/app:1".format(TARGET)],
    ]
    assert done["files"][0]["changes"][0] == {
        "line": 8,
        "owner": "Deployment web",
        "path": "spec.template.spec.containers[0].image",
        "old": "nginx",
        "new": TARGET + "/nginx:latest",
        "note": "",
    }
    assert done["diff"] == [
        {
            "before_header": "{0}/web.yaml".format(folder),
            "after_header": "{0}/web.yaml".format(folder),
            "before": "spec.template.spec.containers[0].image: nginx\n"
            "spec.template.spec.containers[1].image: quay.io/a/app:1\n",
            "after": "spec.template.spec.containers[0].image: {0}/nginx\n"
            "spec.template.spec.containers[1].image: {0}/app:1\n".format(TARGET),
        }
    ]
    again = references(folder)
    assert (again["changed"], again["files"], again["diff"]) == (False, [], [])
    predicted, restored = back(folder, check_mode=True), back(folder)
    assert (folder / "web.yaml").read_text(encoding="utf-8") == WEB
    for key in ("changed", "msg", "files", "left", "diff", "table"):
        assert restored[key] == predicted[key], key
    assert restored["msg"] == "1 files put back, 1 of them byte for byte, 0 values left"
    assert restored["files"][0]["exact"] is True
    assert restored["table"][1].split(None, 1)[1] == "put back  byte for byte"
    assert back(folder)["changed"] is False
    everything = json.dumps([done, again, restored]) + (folder.parent / "record.jsonl").read_text(encoding="utf-8")
    assert SECRET not in everything


def test_only_files_below_the_paths_are_put_back(folder: Path) -> None:
    references(folder, exclude=[])
    back(folder, paths=[str(folder / "docs")])
    assert TARGET in (folder / "web.yaml").read_text(encoding="utf-8")
    assert TARGET not in (folder / "docs" / "example.yaml").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_changed_fails_and_the_others_are_changed(folder: Path) -> None:
    other = folder.parent / "other-name.yaml"
    os.link(folder / "docs" / "example.yaml", other)
    found = references(folder, exclude=[])
    assert found["failed"]
    assert "1 files failed. First failure: " in found["msg"]
    assert "hard links" in found["failures"][0]["error"]
    assert TARGET in (folder / "web.yaml").read_text(encoding="utf-8")
    assert TARGET not in other.read_text(encoding="utf-8")
    other.unlink()
    assert not references(folder, exclude=[]).get("failed")
    assert TARGET in (folder / "docs" / "example.yaml").read_text(encoding="utf-8")


def test_pipes_and_devices_are_never_opened(folder: Path) -> None:
    pipe = folder / "pipe.yaml"
    os.mkfifo(pipe)
    found = sources(folder, paths=[str(folder), str(pipe), "/dev/zero"])
    reasons = {item["file"].rpartition("/")[2]: item["reason"] for item in found["not_evaluated"]}
    assert reasons["pipe.yaml"] in ("it is not a regular file", "it is a named pipe, not a regular file")
    assert reasons["zero"] == "it is a device, not a regular file"
    assert "named pipe" in sources(folder, target=TARGET, dest=str(pipe))["msg"]
    assert "named pipe" in references(folder, record=str(pipe))["msg"]
    assert (folder / "web.yaml").read_text(encoding="utf-8") == WEB


def test_what_a_killed_run_left_halfway_is_completed_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = "services: {a: {image: '${REGISTRY}/a/app:1'}}\n"
    (folder / "compose.yaml").write_text(compose, encoding="utf-8")
    (folder / ".env").write_text("REGISTRY=quay.io\n", encoding="utf-8")
    original = rewrite_module.write_file

    def killed(path: str, old: bytes, new: bytes, check_mode: bool) -> None:
        if path.endswith("compose.yaml") and not check_mode:
            raise KeyboardInterrupt
        original(path, old, new, check_mode)

    monkeypatch.setattr(rewrite_module, "write_file", killed)
    with pytest.raises(KeyboardInterrupt):
        references(folder)
    monkeypatch.undo()
    found = references(folder)
    assert found["changed"] is True
    assert "a run was killed before it changed this file" in str(found["warnings"])
    text = (folder / "compose.yaml").read_text(encoding="utf-8")
    assert text == compose.replace("/a/app", TARGET[TARGET.index("/") :] + "/app")
    assert references(folder)["changed"] is False
    back(folder)
    assert (folder / "compose.yaml").read_text(encoding="utf-8") == compose
    assert (folder / ".env").read_text(encoding="utf-8") == "REGISTRY=quay.io\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": None}, "neither images, images_file, reports nor verified is set"),
        ({"record": "/nonexistent/record"}, "does not exist"),
        ({"paths": None}, "paths"),
    ],
)
def test_bad_options_of_a_change_are_refused(folder: Path, options: Dict[str, Any], message: str) -> None:
    found = references(folder, **options)
    assert found["failed"]
    assert message in found["msg"]
    assert (folder / "web.yaml").read_text(encoding="utf-8") == WEB
