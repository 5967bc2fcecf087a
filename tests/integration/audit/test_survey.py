# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What images consist of, and how many requests that takes."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._registry.client.clients import ClientPool
from ansible_collections.longshore.swr.plugins.module_utils._registry.contents.survey import Examined, Survey
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.request import Logins
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import AuditSettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.platforms import PlatformFilter
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.limits import Limits
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, images


class Counted:
    """Keeps the seed of each config that it is given."""

    def __init__(self) -> None:
        self.seeds: List[str] = []

    def __call__(self, document: Mapping[str, Any]) -> str:
        self.seeds.append(document["config"]["Labels"]["sandbox.seed"])
        return self.seeds[-1]


def survey(registry: Registry, names: List[str], reduce: Any = None, arch: Any = (), **options: Any) -> List[Examined]:
    auth = {registry.host: {"insecure": True}}
    settings = AuditSettings(auth=auth, retries=1, retry_delay=0.01, timeout=5, docker_config_fallback=False, **options)
    document = ["{0}/{1}".format(registry.host, name) for name in names]
    rules = parse_rules(document, where="images", environ={}, in_place=True)
    pool = ClientPool(settings, Logins(settings, {}).credentials, Limits(settings, True))
    with pool as clients, clients.queue() as queue:
        platforms = PlatformFilter(arch=tuple(arch))
        return Survey(clients, queue, platforms, settings.side, reduce or Counted()).run(rules)


@pytest.fixture
def registry(sandbox_registry: Callable[..., Registry]) -> Registry:
    return sandbox_registry()


def requests(registry: Registry) -> Dict[str, int]:
    return {kind: count for kind, count in registry.log.counts().items() if kind != "ping"}


def test_one_image_takes_two_requests(registry: Registry) -> None:
    image = images.docker_image("d", layers=3)
    registry.load(image, "team/app", "1.0")
    (found,) = survey(registry, ["team/app:1.0"])
    assert (found.name, found.tag, found.digest) == (registry.host + "/team/app:1.0", "1.0", image.digest)
    (part,) = found.content.parts
    assert (part.layers, part.size) == (3, sum(blob.descriptor()["size"] for blob in image.blobs[1:]))
    assert (part.config, part.config_digest, part.artifact) == ("d", image.blobs[0].digest, "")
    assert requests(registry) == {"manifest_get": 1, "blob_get": 1}


def test_an_index_is_read_without_its_attestations(registry: Registry) -> None:
    registry.load(images.oci_index("i"), "team/app", "1.0")
    counted = Counted()
    (found,) = survey(registry, ["team/app:1.0"], counted)
    assert [part.platform["architecture"] for part in found.content.parts] == ["amd64", "arm64"]
    assert sorted(counted.seeds) == ["i/linux/amd64", "i/linux/arm64"]
    assert requests(registry) == {"manifest_get": 3, "blob_get": 2}


def test_only_the_platforms_asked_for_are_read(registry: Registry) -> None:
    registry.load(images.manifest_list("l"), "team/app", "1.0")
    (found,) = survey(registry, ["team/app:1.0"], arch=["s390x"])
    assert [part.config for part in found.content.parts] == ["l/linux/s390x"]
    assert requests(registry) == {"manifest_get": 2, "blob_get": 1}


def test_each_digest_is_asked_once(registry: Registry) -> None:
    """Tags of one image, an index that shares an image with another, and an image that is also in an index."""
    shared, own = images.oci_image("shared"), images.oci_image("own", platform="linux/arm64")
    for tag in ("1", "1.0", "1.0.0"):
        registry.load(images.oci_index("a", children=[shared, own], attested=False), "team/app", tag)
    registry.load(images.oci_index("b", children=[shared], attested=False), "team/other", "1")
    registry.load(shared, "team/third", "1")
    counted = Counted()
    found = survey(registry, ["team/app:1,1.0,1.0.0", "team/other:1", "team/third:1"], counted)
    assert [one.name.partition("/")[2] for one in found] == ["team/app:1", "team/other:1", "team/third:1"]
    assert found[0].also == ("1.0", "1.0.0")
    assert sorted(counted.seeds) == ["own", "shared"]
    counts = requests(registry)
    # Three tags of one repository are looked up; the tags of the others are read.
    assert counts.pop("manifest_head") == 3
    by_digest = [one.reference for one in registry.log.entries("manifest_get") if ":" in one.reference]
    # The image with a tag of its own may be known by it before an index asks for it.
    assert len(by_digest) == len(set(by_digest)) in (2, 3)
    assert counts == {"manifest_get": 2 + len(by_digest), "blob_get": 2}


def test_same_digest_in_two_repositories_is_two_images(registry: Registry) -> None:
    registry.load(images.docker_image("d"), "team/one", "1")
    registry.load(images.docker_image("d"), "team/two", "1")
    assert [one.also for one in survey(registry, ["team/one:1", "team/two:1"])] == [(), ()]
    assert requests(registry) == {"manifest_get": 2, "blob_get": 1}


def test_artifacts_and_the_first_format_are_told(registry: Registry) -> None:
    registry.load(images.artifact("a", "application/vnd.cncf.helm.chart"), "team/thing", "1")
    registry.load(images.schema1_image("s"), "team/old", "1")
    thing, old = survey(registry, ["team/thing:1", "team/old:1"])
    assert [part.artifact for part in thing.content.parts] == ["an artifact (application/vnd.cncf.helm.chart)"]
    assert old.error is None
    assert old.reason.startswith("the image has a schema 1 manifest")
    assert "blob_get" not in requests(registry)


def test_nested_indexes_and_missing_children(registry: Registry) -> None:
    registry.load(images.nested_index("n"), "team/nested", "1")
    index = images.manifest_list("l")
    registry.load(index, "team/app", "1")
    registry.storage.delete_manifest("team/app", index.children[0].digest)
    nested, app = survey(registry, ["team/nested:1", "team/app:1"])
    assert len(nested.content.parts) == 3
    assert len(app.content.parts) == 3
    assert app.content.missing == (index.children[0].digest,)


def test_the_failure_of_one_is_its_own(registry: Registry) -> None:
    for name in ("a", "b", "c"):
        registry.load(images.docker_image(name), "team/" + name, "1")
    registry.faults.add(Fault(kind="blob_get", repository="team/b", action="status", status=500))
    found = survey(registry, ["team/a:1", "team/b:1", "team/c:1", "team/d:1"])
    assert [one.error is None for one in found] == [True, False, True, False]
    assert found[1].error.status == 500
    assert found[3].error.code == "MANIFEST_UNKNOWN"


def test_what_one_repository_cannot_give_another_may(registry: Registry) -> None:
    image = images.docker_image("d")
    registry.load(image, "team/a", "1")
    registry.load(image, "team/b", "1")
    registry.faults.add(Fault(kind="blob_get", repository="team/a", action="status", status=403))
    one, other = survey(registry, ["team/a:1", "team/b:1"])
    assert one.error is None or one.error.status == 403
    assert other.error is None


def test_registry_that_goes_away_in_the_middle(registry: Registry) -> None:
    for number in range(20):
        registry.load(images.docker_image(number), "team/app", str(number))
    registry.faults.add(Fault(kind="blob_get", action="drop", skip=5))
    found = survey(registry, ["team/app:" + ",".join(map(str, range(20)))])
    assert sum(one.error is None for one in found) == 5
    assert all("/team/app:" in str(one.error) or "/team/app blob" in str(one.error) for one in found if one.error)


@pytest.mark.parametrize("size", [9_000_000, 100_000_000])
def test_a_config_of_many_bytes_is_not_read(registry: Registry, size: int) -> None:
    image = images.built_image("big", more={"author": "x"})
    document = image.document
    document["config"]["size"] = size
    raw = json.dumps(document).encode()
    registry.load(image._replace(raw=raw, digest=images.manifest_digest(raw, image.media_type)), "team/app", "1")
    (found,) = survey(registry, ["team/app:1"])
    assert "the image's config has {0} bytes; at most 8388608 are read".format(size) in str(found.error)
    assert "blob_get" not in requests(registry)


def test_a_config_that_is_longer_than_it_says(registry: Registry) -> None:
    image = images.built_image("big", more={"author": "x" * 9_000_000})
    document = image.document
    document["config"]["size"] = 100
    raw = json.dumps(document).encode()
    registry.load(image._replace(raw=raw, digest=images.manifest_digest(raw, image.media_type)), "team/app", "1")
    (found,) = survey(registry, ["team/app:1"])
    assert found.content is None
    assert found.error is not None


def test_a_config_that_is_not_understood_is_a_failure(registry: Registry) -> None:
    registry.load(images.docker_image("d"), "team/app", "1")

    def refuse(_document: Mapping[str, Any]) -> None:
        raise NotUnderstood("Env is a string where a list is expected")

    (found,) = survey(registry, ["team/app:1"], refuse)
    assert "the image's config cannot be understood: Env is a string where a list is expected" in str(found.error)


def test_a_whole_namespace(registry: Registry) -> None:
    registry.load(images.docker_image("a"), "team/a", "1")
    registry.load(images.docker_image("b"), "team/deep/b", "2")
    found = survey(registry, ["team/**"])
    assert [one.name.partition("/")[2] for one in found] == ["team/a:1", "team/deep/b:2"]
    (none,) = survey(registry, ["nobody/*"])
    assert none.error is not None
