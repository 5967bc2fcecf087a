# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and replies of registries that are right but for one value: only that image fails, and says what is wrong.

Every variant is a tag of one repository, so that one run meets them all.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    LARGEST_SIZE,
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    blob_of,
    image_of,
    index_of,
    reply,
)
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import strange

AMD = {"os": "linux", "architecture": "amd64", "variant": "v1", "os.version": "1", "os.features": ["a"]}
CONFIG_DOCUMENT = {
    "os": "linux",
    "architecture": "amd64",
    "created": "2026-01-01T00:00:00Z",
    "config": {"Labels": {"a": "b"}, "Env": ["A=b"], "Cmd": ["x"], "ExposedPorts": {"80/tcp": {}}, "User": "u"},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64]},
    "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "x", "empty_layer": True}],
}
CONFIG = json.dumps(CONFIG_DOCUMENT).encode()
LAYER = b"layer" * 100
IMAGE = image_of(CONFIG, LAYER, media_type=OCI_MANIFEST)


class Registry(FakeRegistry):
    """It does not look into what it has.

    :ivar media_type: of all manifests.
    """

    media_type = OCI_MANIFEST

    def _manifest(self, name: str, reference: str, sent: Any) -> Any:
        content = self.manifests.get(name, {}).get(reference)
        if content is None:
            return reply(404, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})
        media_type = OCI_MANIFEST if content == IMAGE else self.media_type
        return reply(200, content, content_type=media_type, docker_content_digest=digest_of(content))


class World:
    """Two registries, and all jobs between them.

    :ivar options: of all jobs.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.source, self.destination = Registry(SOURCE), FakeRegistry(DESTINATION)
        network = FakeNetwork(self.source, self.destination)
        monkeypatch.setattr(clients, "Transport", lambda **_options: network)
        names = ("report_path", "html_report_path", "log_path", "progress_file", "journal_path", "output_failed_images")
        self.options: Dict[str, Any] = {name: str(folder / name) for name in names}
        self.options.update(
            images={SOURCE + "/ns/app": DESTINATION + "/ns/app"}, docker_config_fallback=False, retry_delay=0, retries=0
        )

    def add(self, documents: Iterator[Tuple[str, Any]]) -> List[str]:
        """Put each as a tag, after one that is right; the names of what is strange about them."""
        self.source.push("ns/app", "good", IMAGE, CONFIG, LAYER)
        names = []
        for number, (name, document) in enumerate(documents):
            self.source.push("ns/app", "m{0}".format(number), json.dumps(document).encode())
            names.append(name)
        return names

    def run_all(self) -> Dict[str, Any]:
        """The result of each job."""
        plan = dict(self.options, shards=2, fail_on="never", check_blobs=True, expected_bandwidth=1000)
        results = {"plan": run_plan(dict(plan, preflight=True), False, {})}
        results["copy"] = run_copy(dict(self.options, convert="always", referrers=True), False, {})
        results["again"] = run_copy(dict(self.options, referrers=True), False, {})
        results["verify"] = run_verify(dict(self.options, check="digests", report_path=None), {})
        tags = [tag for tag in self.source.manifests["ns/app"] if ":" not in tag]
        looked = {"images": ["{0}/ns/app:{1}".format(SOURCE, tag) for tag in tags]}
        looked.update(docker_config_fallback=False, detail="full", retries=0)
        results["info"] = run_info(looked, {})
        return results


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def check(results: Dict[str, Any], folder: Path) -> None:
    """Only what is strange failed, and none of it by a defect."""
    texts = [json.dumps(result) for result in results.values()]
    texts += [path.read_text("utf-8") for path in folder.iterdir()]
    defects = {found for text in texts for found in re.findall("an internal error, [^.]*", text)}
    assert defects == set()
    report = json.loads((folder / "report_path").read_text("utf-8"))
    outcomes = {entry["source"].rpartition(":")[2]: entry["outcome"] for entry in report["results"]}
    assert outcomes["good"] == "skipped"
    for entry in report["results"]:
        assert entry["outcome"] != "failed" or len(entry["error"]) > 40


def test_manifests(world: World) -> None:
    world.add(strange(json.loads(IMAGE)))
    check(world.run_all(), world.folder)


def test_indexes(world: World) -> None:
    world.source.media_type = OCI_INDEX
    world.add(strange(json.loads(index_of((IMAGE, AMD)))))
    check(world.run_all(), world.folder)


def test_configs(world: World) -> None:
    world.add(iter(()))
    for number, (_name, document) in enumerate(strange(CONFIG_DOCUMENT)):
        config = json.dumps(document).encode()
        image = image_of(config, LAYER, media_type=OCI_MANIFEST)
        world.source.push("ns/app", "c{0}".format(number), image, config)
    check(world.run_all(), world.folder)


SIZES = {
    "one more": str(LARGEST_SIZE + 1),
    "64 bits": str(2**64),
    "400 digits": str(10**400),
    "5000 digits": "1" * 5000,
    "Infinity": "Infinity",
    "1e400": "1e400",
}


@pytest.mark.parametrize("size", SIZES)
def test_a_size_that_no_registry_can_hold_fails_its_image_alone(world: World, size: str) -> None:
    layer = dict(blob_of(LAYER), size="SIZE")
    text = json.dumps(dict(json.loads(IMAGE), layers=[layer])).replace('"SIZE"', SIZES[size])
    world.add(iter(()))
    world.source.push("ns/app", "huge", text.encode())
    results = world.run_all()
    check(results, world.folder)
    assert [failure["source"] for failure in results["plan"]["failures"]] == [SOURCE + "/ns/app:huge"]
    said = results["plan"]["failures"][0]["error"]
    assert "which no registry can hold" in said or "it has a number" in said or "the number Infinity" in said


def test_the_largest_size_can_be_planned_and_reported(world: World) -> None:
    world.add(iter(()))
    layers = [dict(blob_of(str(number).encode()), size=LARGEST_SIZE) for number in range(50)]
    manifest = dict(json.loads(IMAGE), layers=layers)
    world.source.push("ns/app", "large", json.dumps(manifest).encode())
    plan = dict(world.options, shards=3, fail_on="never", check_blobs=False, expected_bandwidth=1)
    result = run_plan(dict(plan, preflight=True), False, {})
    assert result["plan"]["bytes"] >= 50 * LARGEST_SIZE


LISTS = {
    "/tags/list": {"name": "ns/app", "tags": ["good"]},
    "/referrers/": {
        "schemaVersion": 2,
        "manifests": [dict(blob_of(IMAGE, OCI_MANIFEST), artifactType="a/b", annotations={"a": "b"})],
    },
}


@pytest.mark.parametrize("part", sorted(LISTS))
def test_lists(world: World, part: str) -> None:
    world.add(iter(()))
    for name, document in strange(LISTS[part]):
        answer = reply(200, json.dumps(document).encode())
        world.source.fault = lambda sent, answer=answer: answer if part in sent.url else None
        result = run_copy(dict(world.options, referrers=True), False, {})
        assert "internal error" not in json.dumps(result), name


def test_tokens(world: World) -> None:
    world.add(iter(()))
    token = {"token": "T", "access_token": "T", "expires_in": 300, "issued_at": "2026-01-01T00:00:00Z"}
    for name, document in strange(token):
        content = json.dumps(document).encode()

        def answer(sent: Any, content: bytes = content) -> Any:
            if "/token" in sent.url:
                return reply(200, content)
            if sent.headers.get("Authorization", "").startswith("Bearer"):
                return None
            return reply(401, www_authenticate='Bearer realm="https://{0}/token"'.format(SOURCE))

        world.source.fault = answer
        assert "internal error" not in json.dumps(run_copy(world.options, False, {})), name
