# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report knows of each image, and of the whole copy."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.merge import run_merge
from ansible_collections.longshore.swr.tests.sandbox import Fault, images

from .conftest import World, check_report


def test_size_time_and_platforms_of_each_image_are_in_the_report(world: World, tmp_path: Path) -> None:
    app = images.docker_image("app", layers=2, size=5_000)
    both = images.manifest_list("both", ("linux/amd64", "linux/arm64/v8"), layers=1, size=3_000)
    world.offer(app, "team/app", "1")
    # The same image again: its layers are sent once.
    world.offer(app, "team/copy", "1")
    world.offer(both, "team/both", "1")
    world.destination.faults.add(Fault(kind="upload_put", action="delay", seconds=0.05))
    paths = {"report_path": str(tmp_path / "report.json"), "html_report_path": str(tmp_path / "report.html")}

    result = world.copy(**paths)

    document = json.loads((tmp_path / "report.json").read_text())
    entries = {entry["destination"].split("/", 1)[1]: entry for entry in document["results"]}
    size = sum(blob.size for blob in app.blobs) + len(app.raw)
    assert (entries["team/app:1"]["bytes"], entries["team/copy:1"]["bytes"]) == (size, size)
    assert "platforms" not in entries["team/app:1"]
    assert entries["team/both:1"]["platforms"] == ["linux/amd64", "linux/arm64/v8"]
    assert all(0 < entry["seconds"] < 60 for entry in entries.values())
    assert entries["team/both:1"]["seconds"] >= 0.05
    assert result["bytes"]["copied"] == sum(entry["bytes"] for entry in entries.values())
    assert result["bytes"]["copied"] > result["bytes"]["uploaded"]
    assert sum(document["throughput"]["bytes"]) == result["bytes"]["uploaded"]
    assert document["registries"] == {"sources": [world.source.host], "destinations": [world.destination.host]}
    assert "saved by shared layers" in (tmp_path / "report.html").read_text()

    merged = run_merge({"reports": [paths["report_path"]], "report_path": str(tmp_path / "merged.json")}, False)
    assert merged["images"] == result["images"]
    check_report(json.loads((tmp_path / "merged.json").read_text()))

    again = world.copy(**paths)
    assert again["bytes"] == {"planned": 0, "uploaded": 0, "copied": 0}
    (entry, *_others) = json.loads((tmp_path / "report.json").read_text())["results"]
    assert not {"bytes", "seconds"} & set(entry)
