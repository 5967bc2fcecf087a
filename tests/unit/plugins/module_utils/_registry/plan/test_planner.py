"""What a run has to do, found out without changing anything."""

from __future__ import annotations

import json

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.manifests import DEEPEST_INDEX
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.converter import NEVER, Converter
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import digest_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.platforms import PlatformFilter
from ansible_collections.longshore.swr.plugins.module_utils._registry.plan.planner import Planner
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import FAILED, FILTERED, SKIPPED
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.journal import Journal
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.work_queue import WorkQueue
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    client_pool,
    image_of,
    index_of,
    no_wait_retrier,
    reply,
)

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64"}
ARM_ONLY = PlatformFilter(arch=("arm64",))
CONFIG = json.dumps(AMD64).encode()
ONE, TWO = image_of(b"{}", b"one"), image_of(b"{}", b"two")


class Bench:
    def __init__(self, journal=None):
        self.source, self.destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
        self.network = FakeNetwork(self.source, self.destination)
        self.journal = Journal(journal)
        self.finished, self.looked_at = [], []

    def plan(self, *rules, platforms=None, force=False, workers=2):
        parsed = [
            rule
            for document in rules
            for rule in parse_rules(
                {
                    "{0}/{1}".format(SOURCE, source): "{0}/{1}".format(DESTINATION, to)
                    for source, to in document.items()
                },
                where="images",
                environ={},
            )
        ]
        self.finished.clear()
        del self.network.sent[:]
        with WorkQueue(workers) as queue:
            clients = client_pool(self.network, CredentialStore({}), no_wait_retrier(0), 0.0)
            planner = Planner(
                clients.source,
                clients.destination,
                queue,
                self.journal,
                platforms or PlatformFilter(),
                force,
                self.finished.append,
                lambda: self.looked_at.append(1),
                Converter(NEVER, clients.source),
            )
            images = planner.select(parsed)
            planner.examine(images)
        self.filter_key = planner.filter_key
        assert len(self.finished) == sum(1 for image in images if image.outcome is not None)
        return images

    def push(self, tag="v1", manifest=ONE, *blobs, name="ns/app"):
        return self.source.push(name, tag, manifest, *blobs)

    @property
    def lines(self):
        return ["{0} {1}".format(sent.method, sent.url.partition("/v2/")[2]) for sent in self.network.sent]


@pytest.fixture
def bench():
    return Bench()


def seen(images):
    return {image.source_ref: image.outcome for image in images}


def test_every_tag_of_a_repository_is_an_image(bench):
    for tag in ("v1", "v2", "w1"):
        bench.push(tag)
    images = bench.plan({"ns/app": "ns/new"})
    assert seen(images) == {"v1": None, "v2": None, "w1": None}
    assert all(image.tree.manifest.content == ONE for image in images)
    assert len(bench.looked_at) == 3


def test_an_expression_chooses_tags_of_one_listing(bench):
    for tag in ("v1", "w1"):
        bench.push(tag)
    images = bench.plan({"ns/app:/^v/": "ns/new", "ns/app:/^w/": "ns/new", "ns/app:/^x/": "ns/new"})
    assert [(image.source_ref, image.outcome) for image in images] == [("v1", None), ("w1", None), (None, FILTERED)]
    assert "none of the 2 tags matches /^x/" in images[2].reason
    assert bench.lines.count("GET ns/app/tags/list?n=1000") == 1


def test_a_list_of_tags_asks_for_no_listing_and_each_is_accounted_for(bench):
    bench.push("v1")
    images = bench.plan({"ns/app:v1,v9": "ns/new:a,b"})
    assert seen(images) == {"v1": None, "v9": FAILED}
    assert images[1].error.code == "MANIFEST_UNKNOWN"
    assert images[1].destination_text == "destination.example/ns/new:b"
    assert not [line for line in bench.lines if "tags/list" in line]


@pytest.mark.parametrize("source", ["ns/app", "ns/app:/x/"])
def test_a_repository_without_tags_is_a_failure(bench, source):
    bench.source.manifests["ns/app"] = {}
    (image,) = bench.plan({source: "ns/new"})
    assert image.outcome == FAILED
    assert "has no tags" in str(image.error)
    assert image.source_text == "{0}/{1}".format(SOURCE, source)


def test_a_listing_that_fails_is_a_failure_of_its_rules_only(bench):
    bench.push("v1", name="ns/good")
    images = bench.plan({"ns/gone": "ns/a", "ns/gone:/v/": "ns/b", "ns/good": "ns/good"})
    assert [image.outcome for image in images] == [FAILED, FAILED, None]


def test_a_digest_is_copied_under_a_tag_or_as_it_is(bench):
    digest = bench.push(None)
    images = bench.plan({"ns/app@" + digest: "ns/new:v1"}, {"ns/app@" + digest: "ns/other"})
    assert [image.destination_ref for image in images] == ["v1", digest]
    assert [image.outcome for image in images] == [None, None]


def test_the_same_image_twice_is_one_image(bench):
    bench.push("v1")
    assert [image.outcome for image in bench.plan({"ns/app": "ns/new"}, {"ns/app:v1": "ns/new"})] == [None]


def test_two_sources_for_one_destination_are_both_refused(bench):
    for name in ("ns/a", "ns/b", "ns/c"):
        bench.push("v1", name=name)
    images = bench.plan(dict.fromkeys(("ns/a", "ns/b", "ns/c"), "ns/same"))
    assert [image.outcome for image in images] == [FAILED] * 3
    assert "another rule writes the same destination" in str(images[0].error)
    assert all("HEAD" not in line for line in bench.lines)


def test_what_is_there_already_costs_two_questions(bench):
    bench.push("v1")
    bench.destination.push("ns/app", "v1", ONE, b"{}", b"one")
    assert seen(bench.plan({"ns/app:v1": "ns/app"})) == {"v1": SKIPPED}
    assert bench.lines == ["HEAD ns/app/manifests/v1"] * 2


def test_a_tag_that_moved_is_read_by_the_digest_that_was_compared(bench):
    digest = bench.push("v1")
    bench.destination.push("ns/app", "v1", TWO)
    assert seen(bench.plan({"ns/app:v1": "ns/app"})) == {"v1": None}
    assert bench.lines[-1] == "GET ns/app/manifests/" + digest


def test_force_copies_what_is_there(bench):
    bench.push("v1")
    bench.destination.push("ns/app", "v1", ONE, b"{}", b"one")
    assert seen(bench.plan({"ns/app:v1": "ns/app"}, force=True)) == {"v1": None}


def test_an_image_that_vanished_is_a_failure_also_where_the_destination_has_one(bench):
    bench.destination.push("ns/app", "v1", ONE)
    (image,) = bench.plan({"ns/app:v1": "ns/app"})
    assert image.outcome == FAILED
    assert image.error.status == 404


# -- platforms -----------------------------------------------------------------------------------------------------


def push_index(bench, *children, tag="v1"):
    for content, _platform in children:
        bench.push(None, content)
    return bench.push(tag, index_of(*children))


def test_an_index_is_reduced_to_the_platforms_asked_for(bench):
    digest = push_index(bench, (ONE, AMD64), (TWO, ARM64), (image_of(b"{}", b"any"), None))
    (image,) = bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)
    assert len(image.tree.children) == 2
    assert image.dropped_platforms == 1
    assert image.source_digest == digest != image.destination_digest
    assert "GET ns/app/manifests/" + digest_of(ONE) not in bench.lines


def test_an_index_that_keeps_everything_keeps_its_digest(bench):
    digest = push_index(bench, (TWO, ARM64))
    (image,) = bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)
    assert image.destination_digest == digest


def test_an_index_of_other_platforms_is_filtered(bench):
    push_index(bench, (ONE, AMD64))
    (image,) = bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)
    assert image.outcome == FILTERED
    assert "none of its platforms" in image.reason


def test_an_empty_index_is_an_image(bench):
    bench.push("v1", index_of())
    assert seen(bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)) == {"v1": None}


def test_a_single_image_is_judged_by_its_config(bench):
    bench.push("amd", image_of(CONFIG), CONFIG)
    bench.push("unknown", image_of(b"{}"), b"{}")
    assert seen(bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)) == {"amd": FILTERED, "unknown": None}


@pytest.mark.parametrize("content", [b"", b"[", b"[" * 100_000])
def test_a_config_that_cannot_be_read_is_a_failure(bench, content):
    bench.push("v1", image_of(content), content)
    (image,) = bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)
    assert image.outcome == FAILED


def test_a_damaged_config_is_a_failure(bench):
    bench.push("v1", image_of(CONFIG), CONFIG)
    bench.source.blobs["ns/app"][digest_of(CONFIG)] = b'{"os": "linux", "architecture": "arm64"}'
    (image,) = bench.plan({"ns/app": "ns/new"}, platforms=ARM_ONLY)
    assert image.error.code == "DIGEST_INVALID"


def test_a_nested_index_goes_whole_or_not_at_all(bench):
    amd, arm = index_of((ONE, AMD64)), index_of((TWO, ARM64))
    for content in (ONE, TWO, amd, arm):
        bench.push(None, content)
    bench.push("v1", index_of((amd, None), (arm, None)))
    (image,) = bench.plan({"ns/app:v1": "ns/new"}, platforms=ARM_ONLY)
    assert [child.manifest.digest for child in image.tree.children] == [digest_of(arm)]
    assert [child.digest for child in image.tree.manifest.children] == [digest_of(arm)]
    bench.push("v2", index_of((amd, None)))
    (image,) = bench.plan({"ns/app:v2": "ns/new"}, platforms=ARM_ONLY)
    assert image.outcome == FILTERED


def test_a_nested_index_that_would_have_to_change_is_a_failure(bench):
    inner = index_of((ONE, AMD64), (TWO, ARM64))
    for content in (ONE, TWO, inner):
        bench.push(None, content)
    bench.push("v1", index_of((inner, None)))
    (image,) = bench.plan({"ns/app:v1": "ns/new"}, platforms=ARM_ONLY)
    assert "index within an index" in str(image.error)


def test_indexes_cannot_be_endless(bench):
    content = index_of((ONE, AMD64))
    bench.push(None, ONE)
    for _count in range(DEEPEST_INDEX):
        bench.push(None, content)
        content = index_of((content, None))
    bench.push("v1", content)
    (image,) = bench.plan({"ns/app:v1": "ns/new"})
    assert "too many nested" in str(image.error)


def test_a_child_that_is_missing_is_named(bench):
    bench.push("v1", index_of((ONE, AMD64)))
    (image,) = bench.plan({"ns/app": "ns/new"})
    assert digest_of(ONE) in str(image.error)
    assert image.error.code == "MANIFEST_UNKNOWN"


def test_a_filter_cannot_keep_a_digest_that_it_changes(bench):
    digest = push_index(bench, (ONE, AMD64), (TWO, ARM64), tag=None)
    (image,) = bench.plan({"ns/app@" + digest: "ns/new"}, platforms=ARM_ONLY)
    assert "the rule asks for this digest" in str(image.error)


def test_a_filtered_image_that_is_there_is_skipped(bench):
    push_index(bench, (ONE, AMD64), (TWO, ARM64))
    (image,) = bench.plan({"ns/app:v1": "ns/new"}, platforms=ARM_ONLY)
    bench.destination.push("ns/new", "v1", image.tree.manifest.content)
    assert seen(bench.plan({"ns/app:v1": "ns/new"}, platforms=ARM_ONLY)) == {"v1": SKIPPED}


def test_the_journal_saves_reading_a_filtered_image_again(tmp_path):
    bench = Bench(str(tmp_path / "j"))
    push_index(bench, (ONE, AMD64), (TWO, ARM64))
    (image,) = bench.plan({"ns/app:v1": "ns/new"}, platforms=ARM_ONLY)
    after = image.destination_digest
    bench.destination.push("ns/new", "v1", image.tree.manifest.content)
    bench.journal.open()
    text = image.destination_text
    bench.journal.image_finished(image.source_text, text, "copied", image.source_digest, after, bench.filter_key)
    (image,) = bench.plan({"ns/app:v1": "ns/new"}, platforms=ARM_ONLY)
    assert (image.outcome, image.destination_digest) == (SKIPPED, after)
    assert [line.split()[0] for line in bench.lines] == ["HEAD", "HEAD"]
    bench.journal.close()


# -- failures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["source", "destination"])
def test_a_defect_is_a_failure_of_its_image_and_never_lost(bench, host):
    for tag in ("v1", "v2"):
        bench.push(tag)
    getattr(bench, host).fault = lambda sent: ValueError("secret") if sent.url.endswith("/v1") else None
    images = bench.plan({"ns/app:v1,v2": "ns/app"})
    assert seen(images) == {"v1": FAILED, "v2": None}
    assert images[0].error.code == "INTERNAL"
    assert "secret" not in str(images[0].error)


def test_a_defect_in_a_listing_is_a_failure_of_the_rule(bench):
    bench.source.fault = lambda _sent: ValueError("x")
    (image,) = bench.plan({"ns/app": "ns/app"})
    assert image.error.code == "INTERNAL"


def test_nothing_is_written_to_anyone(bench):
    push_index(bench, (ONE, AMD64), (TWO, ARM64))
    bench.source.fault = lambda sent: reply(500) if sent.method not in ("GET", "HEAD") else None
    bench.destination.fault = bench.source.fault
    assert seen(bench.plan({"ns/app": "ns/new"})) == {"v1": None}
    assert {line.split()[0] for line in bench.lines} == {"GET", "HEAD"}
