# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import (
    Reference,
    ReferenceProblem,
    Repository,
    api_host,
    parse_reference,
    parse_registry,
    parse_repository,
)
from ansible_collections.longshore.swr.plugins.module_utils._text import quoted

SHA256 = "sha256:" + "0a" * 32
SHA512 = "sha512:" + "0a" * 64

COMPONENT = st.from_regex(r"[a-z0-9]{1,8}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
REGISTRY = st.from_regex(r"[a-z][a-z0-9]{0,8}\.example\.com(?::[1-9][0-9]{0,3})?", fullmatch=True)
TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGEST = st.sampled_from((SHA256, SHA512))


@st.composite
def references(draw):
    name = "/".join(draw(st.lists(COMPONENT, min_size=1, max_size=4)))
    text = "{0}/{1}".format(draw(REGISTRY), name)
    tag = draw(st.none() | TAG)
    digest = draw(st.none() | DIGEST)
    return text + ("" if tag is None else ":" + tag) + ("" if digest is None else "@" + digest)


@pytest.mark.parametrize(
    ("text", "registry", "name", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", None, None),
        ("nginx:1.25", "docker.io", "library/nginx", "1.25", None),
        ("bitnami/nginx", "docker.io", "bitnami/nginx", None, None),
        ("docker.io/nginx", "docker.io", "library/nginx", None, None),
        ("registry.hub.docker.com/library/nginx:v1", "docker.io", "library/nginx", "v1", None),
        ("index.docker.io/bitnami/nginx", "docker.io", "bitnami/nginx", None, None),
        ("registry-1.docker.io/nginx", "docker.io", "library/nginx", None, None),
        ("quay.io/app", "quay.io", "app", None, None),
        ("QUAY.io/a/b", "quay.io", "a/b", None, None),
        ("localhost/a", "localhost", "a", None, None),
        ("localhost:5000/a/b:v1", "localhost:5000", "a/b", "v1", None),
        ("host:5000/a", "host:5000", "a", None, None),
        ("harbor/library/nginx", "harbor", "library/nginx", None, None),
        ("127.0.0.1:300/library/nginx", "127.0.0.1:300", "library/nginx", None, None),
        ("[::1]:5000/a:v1", "[::1]:5000", "a", "v1", None),
        ("gcr.io/k/github.com/k/build/cmd/init:v1", "gcr.io", "k/github.com/k/build/cmd/init", "v1", None),
        ("a.io/b@" + SHA256, "a.io", "b", None, SHA256),
        ("a.io/b:v1@" + SHA512, "a.io", "b", "v1", SHA512),
        ("a.io/b__c/d---e/f.g_h", "a.io", "b__c/d---e/f.g_h", None, None),
    ],
)
def test_reads(text, registry, name, tag, digest):
    assert parse_reference(text) == Reference(Repository(registry, name), tag, digest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "registry/namespace/repository"),
        ("   ", "registry/namespace/repository"),
        ("quay.io", '"quay.io/namespace/repository"'),
        ("quay.io/", '"quay.io/namespace/repository"'),
        ("quay.io//", '"quay.io/namespace/repository"'),
        ("localhost:5000", '"localhost:5000/namespace/repository"'),
        ("10.0.0.1:5000", '"10.0.0.1:5000/namespace/repository"'),
        ("quay.io:v1", '"quay.io/namespace/repository"'),
        ("/a/b", '"a/b"'),
        ("quay.io/a/", 'write "a"'),
        ("quay.io/a//b", 'write "a/b"'),
        ("library/", 'write "library"'),
        ("quay.io/Team/App", '"team/app"'),
        ("Nginx", '"nginx"'),
        ("quay.io/a b", "white space"),
        (" quay.io/a", "host name"),
        ("quay.io/a/*", "wildcards"),
        ("quay.io/a_-b", "a_-b"),
        ("quay.io/é", "lower-case letters"),
        ("quay.io/" + "a" * 256, "255"),
        ("quay.io/a:", "after the colon"),
        ("quay.io/a:-x", "-x"),
        ("quay.io/a:" + "t" * 129, "128"),
        ("quay.io/a:v 1", "v 1"),
        ("quay.io/a:vé", "letters"),
        ("quay.io/a@sha256:abc", "64 lower-case"),
        ("quay.io/a@" + SHA256.upper(), "sha256:"),
        ("quay.io/a@md5:" + "0" * 32, "sha256:"),
        ("quay.io/a@", "sha256:"),
        ("host:99999/a/b", "65535"),
        ("host:0/a", "65535"),
        ("host:²/a", "65535"),
        ("a_b.io/c", "hyphens"),
        ("-a.io/c", "host name"),
        ("https://quay.io/a/b", '"quay.io/a/b"'),
        ("http://quay.io/a/b", "insecure: true"),
        ("docker://quay.io/a/b", '"quay.io/a/b"'),
    ],
)
def test_refuses_with_what_would_be_right(text, words):
    with pytest.raises(ReferenceProblem) as caught:
        parse_reference(text)
    assert words in str(caught.value)
    assert caught.value.hint


@given(references())
def test_prints_what_it_read(text):
    assert str(parse_reference(text)) == text


@given(st.text(max_size=60) | st.text(alphabet="aA./:@_-, $", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        reference = parse_reference(text)
    except ReferenceProblem:
        return
    assert parse_reference(str(reference)) == reference


@given(st.text(min_size=1, max_size=40))
def test_what_is_wrong_is_said_without_quoting(text):
    """The text may come out of a variable; C(what) must be fit for that."""
    secret = "Xq7" + text.replace("/", "")
    with pytest.raises(ReferenceProblem) as caught:
        parse_repository("quay.io/" + secret)
    assert "Xq7" not in caught.value.what


def test_docker_hub_has_another_host_for_its_interface():
    assert api_host("docker.io") == "registry-1.docker.io"
    assert api_host("quay.io:443") == "quay.io:443"


def test_a_registry_alone():
    assert parse_registry("Index.Docker.IO") == "docker.io"
    with pytest.raises(ReferenceProblem):
        parse_registry("a b")


def test_a_problem_is_an_error_of_the_room():
    assert issubclass(ReferenceProblem, RegistryError)


@pytest.mark.parametrize(
    "text", ["user:hunter2@quay.io/a", "https://user:hunter2@quay.io/a", "user:hun/ter2@x@quay.io", "hunter2@quay.io"]
)
def test_quoting_leaves_out_what_may_be_a_password(text):
    assert "hun" not in quoted(text)
    assert "quay.io" in quoted(text)


def test_quoting_keeps_digests_and_hides_control_characters():
    assert quoted("a.io/b@" + SHA256) == '"a.io/b@{0}"'.format(SHA256)
    assert quoted("a\x1b[2J\n") == '"a\\x1b[2J\\x0a"'
    assert len(quoted("x" * 1000)) < 220
