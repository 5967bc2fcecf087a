# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hangs on images: the calls that find it, the index that lists it, and how it may end."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.plan.referrers import (
    Attached,
    merge_index,
    referrers_tag,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.report import (
    count_attached,
    failed_rules,
    successful_rules,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import (
    COPIED,
    FAILED,
    FILTERED,
    Image,
    Tree,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.session import RegistrySession

from ..fakes import SOURCE, FakeTransport, image_of, no_wait_retrier, reply, repository

DIGEST = digest_of(b"subject")
BASE = "GET https://source.example/v2/ns/app/referrers/" + DIGEST


def descriptor(text, **more):
    return dict({"mediaType": OCI_MANIFEST, "digest": digest_of(text.encode()), "size": len(text)}, **more)


def page(*entries, **headers):
    return reply(200, {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(entries)}, **headers)


def client_of(*answers):
    transport = FakeTransport(list(answers))
    return RegistryClient(RegistrySession(SOURCE, transport, CredentialStore({}), no_wait_retrier())), transport


def test_the_list_is_read_page_by_page_with_all_that_it_says():
    first, second = descriptor("a", artifactType="x/y", annotations={"n": "v"}), descriptor("b")
    client, transport = client_of(page(first, link='<?last=a>; rel="next"'), page(second))
    assert client.referrers(repository(), DIGEST) == [first, second]
    assert transport.lines == [BASE, BASE + "?last=a"]
    assert client.has_referrers_api(repository(), DIGEST)
    assert len(transport.lines) == 2


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_registry_without_the_api_is_asked_once(status):
    client, transport = client_of(reply(status, b"404 page not found", content_type="text/plain"))
    assert client.referrers(repository(), DIGEST) is None
    assert client.referrers(repository("ns/other"), DIGEST) is None
    assert not client.has_referrers_api(repository(), DIGEST)
    assert transport.lines == [BASE]


@pytest.mark.parametrize("status", [401, 403])
def test_a_registry_that_refuses_the_list_is_no_registry_without_it(status):
    client, _transport = client_of(reply(status, {"errors": [{"code": "DENIED"}]}))
    with pytest.raises(RegistryError):
        client.referrers(repository(), DIGEST)


def test_a_registry_that_has_the_api_does_not_lose_it_by_one_reply():
    client, _transport = client_of(page(), reply(404))
    assert client.referrers(repository(), DIGEST) == []
    with pytest.raises(RegistryError):
        client.referrers(repository(), DIGEST)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", {"manifests": 7}, {"manifests": [{}]}, {"manifests": [{"digest": "x", "size": 1}]}, {}]
)
def test_what_is_no_list_of_referrers_is_refused(body):
    client, _transport = client_of(reply(200, body))
    with pytest.raises(RegistryError, match="invalid list of referrers"):
        client.referrers(repository(), DIGEST)


def test_the_tag_is_made_of_the_digest_and_cut_as_the_specification_says():
    assert referrers_tag("sha256:" + "a" * 64) == "sha256-" + "a" * 64
    assert referrers_tag("sha512:" + "b" * 128) == "sha512-" + "b" * 64


# -- the index -----------------------------------------------------------------------------------------------------


def index(*entries):
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(entries), "annotations": {"kept": "yes"}}
    return parse_manifest(json.dumps(document, indent=1).encode(), OCI_INDEX)


NAMES = st.lists(st.sampled_from("abcdef"), unique=True)


@settings(deadline=None)
@given(stored=st.none() | NAMES, wanted=NAMES)
def test_an_index_loses_nothing_and_lists_nothing_twice(stored, wanted):
    before = None if stored is None else index(*map(descriptor, stored))
    after = merge_index(before, [descriptor(name) for name in wanted])
    expected = (stored or []) + [name for name in wanted if name not in (stored or [])]
    assert [child.digest for child in after.children] == [digest_of(name.encode()) for name in expected]
    if before is not None:
        assert json.loads(after.content)["annotations"] == {"kept": "yes"}
        assert (after is before) == (set(wanted) <= set(stored))
    assert merge_index(after, [descriptor(name) for name in wanted]) is after


def test_the_index_of_the_source_is_taken_only_where_it_says_the_same():
    source = index(descriptor("a"), descriptor("b"))
    assert merge_index(None, [descriptor("a"), descriptor("b")], source) is source
    assert len(merge_index(None, [descriptor("a")], source).children) == 1


def test_a_tag_that_stands_for_an_image_is_not_overwritten():
    image = parse_manifest(image_of(b"{}"), "application/vnd.docker.distribution.manifest.v2+json")
    with pytest.raises(RegistryError, match="points to something else"):
        merge_index(image, [descriptor("a")])


# -- outcomes ------------------------------------------------------------------------------------------------------


def pair():
    """An image of a rule and what belongs to it."""
    rule = parse_rules({"source.example/ns/app:1": "destination.example/ns/app"}, where="images", environ={})[0]
    image = Image(rule, rule.source, "1", rule.destination, "1")
    below = Attached(rule, rule.source, DIGEST, rule.destination, DIGEST, attached_to="x", owner=image)
    return image, below


REFUSAL = RegistryError("cannot store the manifest: no", status=400, code="MANIFEST_INVALID")


def test_a_registry_that_takes_no_artifacts_is_no_failure():
    _image, below = pair()
    told = []
    below.refused = lambda: told.append(True)
    below.tree = Tree(parse_manifest(image_of(b"{}"), "application/vnd.docker.distribution.manifest.v2+json"))
    assert below.finish(FAILED, error=REFUSAL)
    assert (below.outcome, below.error, told) == (FILTERED, None, [True])
    assert "accepts no artifacts" in below.reason
    assert "cannot store the manifest: no" in below.reason


@pytest.mark.parametrize(
    "error", [RegistryError("x", status=403), RegistryError("x", status=400, code="MANIFEST_BLOB_UNKNOWN")]
)
def test_any_other_reason_is_a_failure(error):
    _image, below = pair()
    below.tree = Tree(parse_manifest(image_of(b"{}"), "application/vnd.docker.distribution.manifest.v2+json"))
    below.finish(FAILED, error=error)
    assert below.outcome == FAILED


def test_what_cannot_be_read_is_a_failure_whatever_the_source_says():
    _image, below = pair()
    below.finish(FAILED, error=REFUSAL)
    assert below.outcome == FAILED


def test_rules_to_try_again_name_the_image_once_and_never_what_belongs_to_it():
    image, below = pair()
    image.finish(COPIED)
    below.finish(FAILED, error=RegistryError("x"))
    rule = {"source.example/ns/app:1": "destination.example/ns/app:1"}
    assert failed_rules([image, below, below]) == rule
    assert successful_rules([image, below]) == rule
    assert count_attached([image, below]) == {"copied": 0, "skipped": 0, "not_supported": 0, "failed": 1}
