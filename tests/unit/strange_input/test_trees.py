# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five small manifests, each of which names the next one many times: each is asked for about once, in every job."""

from __future__ import annotations

import json
import urllib.parse
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import DOCKER_LIST
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    image_of,
    index_of,
    reply,
)

CONFIG = json.dumps({"os": "linux", "architecture": "amd64"}).encode()
LAYER = b"layer"
AMD = {"os": "linux", "architecture": "amd64"}
IMAGES = {SOURCE + "/ns/app": DESTINATION + "/ns/app"}
BASE = {"images": IMAGES, "docker_config_fallback": False, "retries": 0}
PLAN = dict(BASE, shards=1, fail_on="never", check_blobs=True, expected_bandwidth=1000)
JOBS = {
    "copy": lambda: run_copy(BASE, False, {}),
    "convert": lambda: run_copy(dict(BASE, convert="always"), False, {}),
    "preview": lambda: run_copy(BASE, True, {}),
    "plan": lambda: run_plan(PLAN, False, {}),
    "verify": lambda: run_verify(dict(BASE, blobs="hash"), {}),
    "info": lambda: run_info(
        {"images": [SOURCE + "/ns/app:v1"], "docker_config_fallback": False, "retries": 0, "detail": "full"}, {}
    ),
    "prune": lambda: run_prune(dict(BASE, dry_run=False, maximum=5), False, {}),
}


class World:
    def __init__(self, times: int) -> None:
        self.source, self.destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
        self.network = FakeNetwork(self.source, self.destination)
        manifest = image_of(CONFIG, LAYER)
        for registry in (self.source, self.destination):
            registry.push("ns/app", None, manifest, CONFIG, LAYER)
        for level in range(4):
            manifest = index_of(*[(manifest, AMD)] * times, media_type=DOCKER_LIST)
            for registry in (self.source, self.destination):
                registry.push("ns/app", "v1" if level == 3 else None, manifest)

    def asked(self) -> Counter[str]:
        """How often each manifest and each blob was read, wherever."""
        reads = (urllib.parse.urlsplit(sent.url) for sent in self.network.sent if sent.method == "GET")
        return Counter(url.netloc + url.path for url in reads if "/tags/list" not in url.path)


@pytest.mark.parametrize("times", [5, 40])
@pytest.mark.parametrize("job", JOBS)
def test_each_manifest_is_read_about_once(
    job: str, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(times)
    monkeypatch.setattr(clients, "Transport", lambda **_options: world.network)
    if job == "prune":
        # What is to be deleted is compared with what stays, and with all that its index names.
        world.destination.push("ns/app", "old", image_of(CONFIG, b"other"), b"other")
        world.destination.fault = lambda sent: (
            reply(405) if (sent.method, sent.url[-4:]) == ("DELETE", "/old") else None
        )
    elif job not in ("verify", "info"):
        world.destination.manifests["ns/app"].clear()
        world.destination.blobs["ns/app"].clear()
    result = JOBS[job]()
    asked = world.asked()
    assert [name for name, times in asked.items() if times > 1] == []
    # The five manifests, the config and the layer, of each side at most.
    assert 0 < len(asked) <= 14
    text = json.dumps(result)
    assert "internal error" not in text
    assert ("name more than 10000 manifests" in text) == (times == 40)


def test_the_plan_counts_each_manifest_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(5)
    monkeypatch.setattr(clients, "Transport", lambda **_options: world.network)
    world.destination.manifests["ns/app"].clear()
    assert JOBS["plan"]()["estimate"]["requests"] < 20
