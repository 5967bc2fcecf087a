# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helpers for tests of image references in files: a folder, a mapping, and the whole way there and back."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Dict, List, Optional

from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.plan import Plan, comparable, plan_changes
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.rewrite import (
    plan_roll_back,
    rewrite,
    roll_back,
)
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.scan import Scan, Scanner
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.tree import Tree
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.image import ImageName
from ansible_collections.longshore.swr.plugins.module_utils._workloads.record import Record

SWR = "swr.example.com"


def to_swr(image: ImageName, any_tag: bool) -> Optional[ImageName]:
    """Every image to C(swr.example.com/shop), under the last part of its name."""
    if image.registry == SWR:
        return None
    tag = None if any_tag else image.pulled_tag
    name = "shop/" + image.path.rpartition("/")[2]
    return dataclasses.replace(image, registry=SWR, path=name, tag=tag if not image.digest else image.tag)


class Folder:
    """A folder with files, as bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path / "tree"
        self.path.mkdir()
        self.record_path = str(path / "record.jsonl")
        self.fields: Dict[str, List[str]] = {}

    def write(self, name: str, content: Any) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def text(self, name: str) -> str:
        return (self.path / name).read_bytes().decode("utf-8")

    def content(self) -> Dict[str, bytes]:
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes() for path in self.path.rglob("*") if path.is_file()
        }

    def scan(self) -> Scan:
        return Scanner(self.fields).scan(Tree([str(self.path)], everything=bool(self.fields)))

    def images(self) -> List[str]:
        return [reference.use.image for reference in self.scan().references]

    def plan(self, mapping: Any = to_swr) -> Plan:
        record = Record(self.record_path)
        scanner = Scanner(self.fields)

        def ours(reference: Any) -> bool:
            written = record.written(reference.file, reference.use.path, reference.use.owner)
            return written == comparable(reference, reference.image)

        return plan_changes(scanner.scan(Tree([str(self.path)], everything=bool(self.fields))), mapping, scanner, ours)

    def rewrite(self, mapping: Any = to_swr) -> Plan:
        plan = self.plan(mapping)
        record = Record(self.record_path)
        record.open()
        for files in plan.groups():
            rewrite(files, record, check_mode=False)
        record.close()
        return plan

    def roll_back(self) -> List[Any]:
        record = Record(self.record_path)
        record.open()
        restored = plan_roll_back(record, lambda path: True)
        for one in restored:
            roll_back(one, record, check_mode=False)
        record.close()
        return restored
