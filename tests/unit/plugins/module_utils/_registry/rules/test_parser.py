# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image rules in every dialect (the rows of the tools' documentation that C(rules) names)."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import parse_json, parse_yaml
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.keys import RULE_KEYS
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import DIALECTS, parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.rule import TagSelector
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.tag_filter import TAG_KEYS
from ansible_collections.longshore.swr.plugins.module_utils._text import quoted

DIGEST = "sha256:" + "0a" * 32
OTHER_DIGEST = "sha256:" + "0b" * 32
ALL = TagSelector("all")
MIGRATOR = "image-migrator"


def parse(document, **arguments):
    arguments.setdefault("where", "images.json")
    arguments.setdefault("environ", {})
    return parse_rules(document, **arguments)


def one(source, destination, **arguments):
    (rule,) = parse({source: destination}, **arguments)
    return rule


def problems(document, **arguments):
    with pytest.raises(RulesError) as caught:
        parse(document, **arguments)
    return caught.value.problems


def listed(*tags):
    return TagSelector("list", tags)


# The forms that image-migrator's rules a to h give; every other dialect takes them too.
COMMON = [
    ("quay.io/a/b", "swr.io/c/d", ALL, "c/d", None),
    ("quay.io/a/b:v1", "swr.io/c/d", listed("v1"), "c/d", None),
    ("quay.io/a/b:v1", "swr.io/c/d:v2", listed("v1"), "c/d", ("v2",)),
    ("quay.io/a/b:v1", "", listed("v1"), "team/b", None),
    ("quay.io/a/b", "", ALL, "team/b", None),
    ("quay.io/a/b", None, ALL, "team/b", None),
    ("quay.io/a/b/c", "", ALL, "team/b/c", None),
    ("quay.io/a/b", "swr.io/c/d/e/f", ALL, "c/d/e/f", None),
    ("quay.io/a/b@" + DIGEST, "swr.io/c/d", TagSelector("digest", (DIGEST,)), "c/d", None),
]
# What image-syncer has beyond them.
SYNCER = [
    ("quay.io/a/b:v1,v2", "swr.io/c/d", listed("v1", "v2"), "c/d", None),
    ("quay.io/a/b:v1,v2", "", listed("v1", "v2"), "team/b", None),
    ("quay.io/a/b:v1,v2", "swr.io/c/d:w1,w2", listed("v1", "v2"), "c/d", ("w1", "w2")),
    ("quay.io/a/b:v1,v1", "swr.io/c/d:w1,w2", listed("v1", "v1"), "c/d", ("w1", "w2")),
    ("quay.io/b", "", ALL, "team/b", None),
    ("quay.io/a/b:/^v[0-9]+/", "swr.io/c/d", TagSelector("regex", ("^v[0-9]+",)), "c/d", None),
    ("quay.io/a/b:/x:y/z,w@$/", "swr.io/c/d", TagSelector("regex", ("x:y/z,w@$",)), "c/d", None),
    ("host:5000/a/b:/./", "host:5001/c/d", TagSelector("regex", (".",)), "c/d", None),
    ("quay.io/a/b@" + DIGEST, "swr.io/c/d@" + DIGEST, TagSelector("digest", (DIGEST,)), "c/d", None),
    ("quay.io/a/b@" + DIGEST, "swr.io/c/d:v1", TagSelector("digest", (DIGEST,)), "c/d", ("v1",)),
    ("quay.io/a/b:v1@" + DIGEST, "swr.io/c/d", TagSelector("digest", (DIGEST,)), "c/d", ("v1",)),
    ("quay.io/a/b:v1@" + DIGEST, "swr.io/c/d:v2@" + DIGEST, TagSelector("digest", (DIGEST,)), "c/d", ("v2",)),
    ("nginx:1.25", "swr.io/c/d", listed("1.25"), "c/d", None),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("source", "destination", "selector", "name", "tags"), COMMON)
def test_forms_of_every_dialect(dialect, source, destination, selector, name, tags):
    rule = one(source, destination, dialect=dialect, default_registry="swr.io", default_namespace="team")
    assert (rule.selector, rule.destination.name, rule.destination_tags) == (selector, name, tags)
    assert rule.destination.registry.startswith(("swr.io", "host"))
    assert (rule.source_text, rule.destination_text) == (source, destination or "")
    assert rule.where == "images.json: " + quoted(source)


@pytest.mark.parametrize("dialect", ["auto", "image-syncer"])
@pytest.mark.parametrize(("source", "destination", "selector", "name", "tags"), SYNCER)
def test_forms_of_image_syncer(dialect, source, destination, selector, name, tags):
    test_forms_of_every_dialect(dialect, source, destination, selector, name, tags)


def test_bare_names_and_the_names_of_docker_hub():
    hub = Repository("docker.io", "library/nginx")
    for source in ("nginx", "library/nginx", "registry.hub.docker.com/library/nginx", "index.docker.io/nginx"):
        assert one(source, "swr.io/a/nginx").source == hub
    assert one("quay.io/a/b", "nginx:v1".partition(":")[0]).destination == hub


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        ("", "swr.io/c/d", "source: it is empty"),
        (" ", "swr.io/c/d", "source: it is empty"),
        ("quay.io", "swr.io/c/d", '"quay.io/namespace/repository"'),
        ("quay.io/", "swr.io/c/d", '"quay.io/namespace/repository"'),
        ("localhost:5000", "swr.io/c/d", '"localhost:5000/namespace/repository"'),
        ("quay.io/a/", "swr.io/c/d", "a slash too many"),
        ("quay.io/a*/b", "swr.io/c/d", "one rule for each repository"),
        ("quay.io/A/b", "swr.io/c/d", 'lower case: write "a/b"'),
        ("https://quay.io/a/b:v1", "swr.io/c/d", 'write "quay.io/a/b:v1"'),
        ("http://quay.io/a/b", "swr.io/c/d", "insecure: true"),
        ("quay.io/a/b:", "swr.io/c/d", "a tag is empty"),
        ("quay.io/a/b:v1,", "swr.io/c/d", "a tag is empty"),
        ("quay.io/a/b:v1, v2", "swr.io/c/d", "white space in the tags"),
        ("quay.io/a/b:v1:v2", "swr.io/c/d", "a tag is not valid"),
        ("quay.io/a/b:v1,v2,v1", "swr.io/c/d", 'the tag "v1" is written twice'),
        ("quay.io/a/b:v1,v1", "", 'the tag "v1" is written twice'),
        ("quay.io/a/b:/[/", "swr.io/c/d", 'the tag expression "["'),
        ("quay.io/a/b:/[[:digit:]]/", "swr.io/c/d", "not a valid regular expression"),
        ("quay.io/a/b:/v1", "swr.io/c/d", "is not terminated"),
        ("quay.io/a/b:/", "swr.io/c/d", "is not terminated"),
        ("quay.io/a/b://", "swr.io/c/d", "is not terminated"),
        ("quay.io/a/b:/\ud800/", "swr.io/c/d", "control character"),
        ("quay.io/$ORG/b", "swr.io/c/d", "in destinations only"),
        ("quay.io/a/b@sha256:12", "swr.io/c/d", "64 lower-case"),
        ("quay.io/a/b:v1,v2@" + DIGEST, "swr.io/c/d", "a digest and several tags"),
        ("quay.io/a/b", "swr.io/c/d:v1", "leave the tag out"),
        ("quay.io/a/b:/v/", "swr.io/c/d:v1", "leave the tag out"),
        ("quay.io/a/b:v1,v2", "swr.io/c/d:v1", "(2 and 1)"),
        ("quay.io/a/b:v1", "swr.io/c/d:v1,v2", "(1 and 2)"),
        ("quay.io/a/b@" + DIGEST, "swr.io/c/d:v1,v2", "(1 and 2)"),
        ("quay.io/a/b:v1,v2", "swr.io/c/d:v3,v3", "same tag twice"),
        ("quay.io/a/b@" + DIGEST, "swr.io/c/d@" + OTHER_DIGEST, "the digests of source and destination differ"),
        ("quay.io/a/b:v1", "swr.io/c/d@" + DIGEST, "write the digest in the source"),
        ("quay.io/a/b", "swr.io/c/d@" + DIGEST, "write the digest in the source"),
        ("quay.io/a/b", "swr.io", 'destination: it names a registry but no repository: write "swr.io/namespace'),
        ("quay.io/a/b", "swr.io/", "destination: it names a registry but no repository"),
        ("quay.io/a/b", "swr.io/c/", "destination: the repository name has an empty part"),
        ("quay.io/a/b", "swr.io/C/d", 'write "c/d"'),
        ("quay.io/a/b", "https://swr.io/c/d", 'write "swr.io/c/d"'),
        ("quay.io/a/b", "swr.io/c/d:/v/", "a destination has no tag expression"),
        ("quay.io/a/b:v", "swr.io/c/d:", "a tag is empty"),
        ("quay.io/a/b", " ", "destination: it is empty"),
        ("quay.io/a/b", [], "list of destinations is empty"),
        ("quay.io/a/b", 1.1, "a number without quotes"),
        ("quay.io/a/b", True, "true or false without quotes"),
        ("quay.io/a/b", ["swr.io/c/d", 1.1], "a number without quotes"),
        ("quay.io/a/b", [["swr.io/c/d"]], "it is a list"),
        ("quay.io/a/b", {"x": "y"}, 'the key "x" is unknown'),
        ("quay.io", {"username": "u", "password": "hunter2"}, "this is an auth file"),
        (1.5, "swr.io/c/d", "a source is a number"),
        (None, "swr.io/c/d", "a source is nothing"),
    ],
)
def test_refuses_with_place_and_what_would_be_right(source, destination, words):
    found = problems({source: destination}, default_registry="swr.io", default_namespace="x")
    assert any(words in problem for problem in found), found
    assert all(problem.startswith("images.json: ") for problem in found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        ("nginx", "swr.io/c/d", 'write "docker.io/library/nginx"'),
        ("quay.io/b", "swr.io/c/d", 'write "registry/namespace/repository"'),
        ("quay.io/a/b", "swr.io/d", "destination: image-migrator needs registry/namespace/repository"),
        ("quay.io/a/b", "d", "destination: image-migrator needs"),
        ("quay.io/a/b:v1,v2", "swr.io/c/d", "one tag for each rule"),
        ("quay.io/a/b:/v/", "swr.io/c/d", "use the dialect auto"),
        ("quay.io/a/b", "swr.io/c/d:v1", "leave the tag out"),
        ("", "swr.io/c/d", "it is empty"),
    ],
)
def test_image_migrator_is_stricter(source, destination, words):
    (problem,) = problems({source: destination}, dialect=MIGRATOR)
    assert words in problem


def test_several_destinations_are_several_rules():
    rules = parse(
        {"quay.io/a/b:v1": ["swr.io/c/d", "swr.io/e/f:v2", ""]}, default_registry="x.io", default_namespace="n"
    )
    assert [(str(rule.destination), rule.destination_tags) for rule in rules] == [
        ("swr.io/c/d", None),
        ("swr.io/e/f", ("v2",)),
        ("x.io/n/b", None),
    ]


@pytest.mark.parametrize(
    "document",
    [
        parse_json('{"quay.io/a/b": "x.io/a/b", "quay.io/a/b": "y.io/a/b"}', "images.json"),
        parse_yaml("quay.io/a/b: x.io/a/b\nquay.io/a/b: y.io/a/b\n", "images.yaml"),
        [{"quay.io/a/b": "x.io/a/b"}, {"quay.io/a/b": "y.io/a/b"}],
        [{"source": "quay.io/a/b", "destination": "x.io/a/b"}, {"source": "quay.io/a/b", "destination": ["y.io/a/b"]}],
        {"auth": {"quay.io": {"username": "u", "password": "p"}}, "images": {"quay.io/a/b": ["x.io/a/b", "y.io/a/b"]}},
        {"images": [{"quay.io/a/b": ["x.io/a/b", "y.io/a/b"]}]},
        {"quay.io/a/b": ["x.io/a/b", "y.io/a/b", "x.io/a/b"]},
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_way_to_write_two_destinations(document, dialect):
    assert [str(rule.destination) for rule in parse(document, dialect=dialect)] == ["x.io/a/b", "y.io/a/b"]


def test_exact_duplicates_are_dropped_and_others_kept():
    document = [
        {"nginx:v1": "swr.io/c/d"},
        {"docker.io/library/nginx:v1": "swr.io/c/d"},
        {"nginx:v1": "swr.io/c/d:v1"},
        {"nginx:v1,v2": "swr.io/c/d"},
    ]
    assert [rule.source_text for rule in parse(document)] == ["nginx:v1", "nginx:v1", "nginx:v1,v2"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "a mapping of sources to destinations"),
        ("quay.io/a/b", 'item 1: "quay.io/a/b" has no tag'),
        ({}, "there are no rules"),
        ([], "there are no rules"),
        (["quay.io/a/b"], 'item 1: "quay.io/a/b" has no tag'),
        ([1], "item 1: it is a number"),
        ([{"quay.io/a/b": "x.io/a/b"}, {}], "item 2: it is an empty mapping"),
        ([{"source": "quay.io/a/b"}], 'item 1: "destination" is missing'),
        ([{"destination": "quay.io/a/b"}], '"source" is missing'),
        (
            [{"source": "a.io/b/c", "destination": "", "x": 1}],
            'the key "x" is unknown: the keys are source, destination',
        ),
        ([{"source": "a.io/b/c", "destinaton": ""}], "did you mean destination?"),
        ({"auth": {}}, "it has auth but no images"),
        ({"auth": {}, "images": {}}, "images.json: images: there are no rules"),
        ({"auth": {}, "images": {"a/b": "c/d"}, "defaultRegistry": "x"}, "default_registry and default_namespace"),
        ({"auth": {}, "images": {"a/b": "c/d"}, "imagez": "x"}, '"imagez" is unknown'),
        ({"auth": {}, "images": "a"}, "images.json: images: item 1"),
    ],
)
def test_refuses_documents_of_another_shape(document, words):
    found = problems(document)
    assert any(words in problem for problem in found), found


def test_an_unknown_dialect():
    assert "auto, image-syncer, image-migrator" in problems({"a/b": "c/d"}, dialect="crane")[0]


def test_every_problem_is_reported_at_once():
    found = problems(
        {
            "quay.io": ["swr.io", ""],
            "quay.io/a/b": "",
            "quay.io/c/d:v1": ["swr.io/c/d:v1,v2", "swr.io/c/d", "$NOPE/c/d"],
        }
    )
    assert len(found) == 6
    assert [problem for problem in found if '"quay.io/c/d:v1"' in problem and "NOPE is not set" in problem]


@pytest.mark.parametrize(
    ("arguments", "environ", "destination"),
    [
        ({"default_registry": "r.io", "default_namespace": "n"}, {}, "r.io/n/b"),
        ({}, {"DEFAULT_REGISTRY": "e.io", "DEFAULT_NAMESPACE": "m"}, "e.io/m/b"),
        ({"default_registry": "r.io"}, {"DEFAULT_REGISTRY": "e.io", "DEFAULT_NAMESPACE": "m"}, "r.io/m/b"),
        ({"default_registry": "localhost:5000", "default_namespace": "n/o"}, {}, "localhost:5000/n/o/b"),
        ({"default_registry": "r.io/", "default_namespace": "/n/"}, {}, "r.io/n/b"),
    ],
)
def test_defaults(arguments, environ, destination):
    assert str(one("quay.io/a/b", "", environ=environ, **arguments).destination) == destination


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ({}, "no default registry and namespace"),
        ({"default_registry": "r.io"}, "no default namespace"),
        ({"default_namespace": "n"}, "no default registry"),
        ({"default_registry": "", "default_namespace": ""}, "no default registry and namespace"),
    ],
)
def test_missing_defaults_name_options_and_variables(arguments, missing):
    (problem,) = problems({"quay.io/a/b": ""}, **arguments)
    for words in (missing, "default_registry", "default_namespace", "DEFAULT_REGISTRY", "DEFAULT_NAMESPACE"):
        assert words in problem


@pytest.mark.parametrize(
    ("registry", "namespace"),
    [("https://r.io", "n"), ("r.io", "N"), ("r.io", "n:v1"), ("r_o", "n"), ("/", "n"), ("r.io", "/")],
)
def test_invalid_defaults(registry, namespace):
    (problem,) = problems({"quay.io/a/b": ""}, default_registry=registry, default_namespace=namespace)
    assert "default" in problem
    assert "not valid" in problem


@pytest.mark.parametrize(
    ("text", "environ", "destination"),
    [
        ("$REG/c/d", {"REG": "swr.io"}, "swr.io/c/d"),
        ("${REG}/c/${NAME}:v1", {"REG": "swr.io", "NAME": "d"}, "swr.io/c/d"),
        ("$ALL", {"ALL": "swr.io/c/d"}, "swr.io/c/d"),
    ],
)
def test_expands_variables_in_destinations(text, environ, destination):
    rule = one("quay.io/a/b:v1", text, environ=environ)
    assert str(rule.destination) == destination
    assert rule.destination_text == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$UNSET/c/d", "UNSET is not set"),
        ("${/c/d", '"$$"'),
        ("$EMPTY", "EMPTY is empty"),
        ("swr.io/$BAD/d", "must be lower case, once its variables are expanded"),
        ("swr.io/c/d:$BAD,$BAD", "(1 and 2)"),
        ("swr.io/c/d:!$BAD", "a tag is not valid, once"),
        ("$BAD://swr.io/c/d", "scheme"),
        ("swr.io/c/d@$BAD", "not a digest"),
        ("swr.io/c/$$d", "part that is not allowed"),
    ],
)
def test_a_bad_expansion_is_refused_without_its_value(text, words):
    (problem,) = problems({"quay.io/a/b:v1": text}, environ={"EMPTY": "", "BAD": "Xq7Hunter"})
    assert words in problem
    assert "hunter" not in problem.lower()


def test_a_login_in_a_reference_is_not_shown():
    found = problems({"user:hunter2@quay.io/a/b": "https://user:hunter2@swr.io/c/d"})
    assert len(found) == 2
    assert "hunter2" not in str(found)


@pytest.mark.no_cover
def test_many_rules_take_no_longer_each_than_few():
    count = 20_000
    document = {"registry.example.com/team/app{0}:v1".format(n): "other.example.com/team/app" for n in range(count)}
    started = time.process_time()
    assert len(parse(document)) == count
    assert time.process_time() - started < 4


def item(source="quay.io/a/b", destination="swr.io/c/d", **keys):
    return dict(source=source, destination=destination, **keys)


@pytest.mark.parametrize(
    ("source", "destination", "namespace", "place", "deep"),
    [
        ("quay.io/a/*", "swr.io/c", "a", "swr.io/c", False),
        ("quay.io/a/**", "swr.io/c/d", "a", "swr.io/c/d", True),
        ("quay.io/a/b/*", "swr.io/c", "a/b", "swr.io/c", False),
        ("quay.io/*", "swr.io", "", "swr.io/", False),
        ("quay.io/**", "swr.io:443", "", "swr.io:443/", True),
        ("harbor:5000/**", "localhost/c", "", "localhost/c", True),
        ("harbor/library/*", "swr.io/c", "library", "swr.io/c", False),
        ("quay.io/a/*", "", "a", "r.io/n", False),
        ("quay.io/a/b/**", "", "a/b", "r.io/n/b", True),
        ("quay.io/a/*:/^v/", "swr.io/c", "a", "swr.io/c", False),
    ],
)
def test_namespaces_and_registries(source, destination, namespace, place, deep):
    rule = one(source, destination, default_registry="r.io", default_namespace="n")
    assert (rule.source.name, str(rule.destination)) == (namespace, place)
    assert rule.scope is not None
    assert (rule.scope.deep, rule.scope.via, rule.scope.rename) == (deep, "auto", ())
    assert rule.selector.kind == ("regex" if source.endswith("/^v/") else "all")


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        ("*", "swr.io/c", "one rule for each repository"),
        ("a/*", "swr.io/c", "Docker Hub, which does not list its repositories"),
        ("docker.io/**", "swr.io/c", "Docker Hub, which does not list its repositories"),
        ("quay.io/a*/*", "swr.io/c", "one rule for each repository"),
        ("quay.io/a/***", "swr.io/c", "one rule for each repository"),
        ("quay.io/A/*", "swr.io/c", "lower case"),
        ("quay.io//*", "swr.io/c", "a slash too many"),
        ("quay.io/$A/*", "swr.io/c", "in destinations only"),
        ("quay.io/a/*:v1", "swr.io/c", "choose tags with the key tags"),
        ("quay.io/a/*@" + DIGEST, "swr.io/c", "choose tags with the key tags"),
        ("quay.io/a/*", "swr.io/c:v1", "its source means many repositories: leave it out"),
        ("quay.io/a/*", "swr.io/c@" + DIGEST, "its source means many repositories: leave it out"),
        ("quay.io/a/*", "swr.io/c/*", "leave the stars out"),
        ("quay.io/a/*", "c", "it names no registry"),
        ("quay.io/a/*", "c/d", "it names no registry"),
        ("quay.io/a/*", "swr.io/c/", "a slash too many"),
        ("quay.io/a/*", "https://swr.io/c", "no scheme"),
        ("quay.io/a/*", "quay.io/a", "its destination is within its source"),
        ("quay.io/a/**", "quay.io/a/mirror", "its destination is within its source"),
        ("quay.io/**", "quay.io/mirror", "its destination is within its source"),
        ("quay.io/**", "", "the repositories of all namespaces into one"),
    ],
)
def test_namespaces_that_are_refused(source, destination, words):
    found = problems({source: destination}, default_registry="r.io", default_namespace="n")
    assert any(words in problem for problem in found), found


def test_destination_within_the_source_where_it_does_no_harm():
    assert one("quay.io/a/*", "quay.io/a/mirror").scope is not None
    assert one("quay.io/a/**", "quay.io/ab").scope is not None
    (rule,) = parse([item("quay.io/a/**", "quay.io/a/mirror", repositories={"deny": "mirror/**"})])
    assert rule.scope is not None


KEYS = {
    "tags": {"semver": ">=1", "newest": 3},
    "repositories": {"allow": ["x*"]},
    "via": "harbor",
    "rename": [{"flatten": True}],
    "platforms": ["linux/arm64"],
    "os": "linux",
    "arch": ["arm64"],
}


def test_further_keys_in_an_item_and_in_the_place_of_a_destination():
    document = [
        [item("quay.io/a/*", "swr.io/c", **KEYS)],
        {"quay.io/a/*": dict(KEYS, destination="swr.io/c")},
        {"quay.io/a/*": [dict(KEYS, destination=["swr.io/c"])]},
        [{"quay.io/a/*": dict(KEYS, destination="swr.io/c")}],
    ]
    for written in document:
        (rule,) = parse(written)
        assert rule.written == KEYS
        assert (rule.scope.via, rule.scope.rename[0].kind, rule.tag_filter.newest) == ("harbor", "flatten", 3)
        assert rule.platforms.as_dict() == {"platforms": ["linux/arm64"], "os": ["linux"], "arch": ["arm64"]}
        assert str(rule.destination) == "swr.io/c"


def test_several_destinations_each_with_keys_of_its_own():
    rules = parse(
        {"quay.io/a/b": ["swr.io/c/d", {"destination": ["swr.io/e/f", ""], "os": ["linux"]}]},
        default_registry="r.io",
        default_namespace="n",
    )
    assert [(str(rule.destination), rule.platforms and rule.platforms.os) for rule in rules] == [
        ("swr.io/c/d", None),
        ("swr.io/e/f", ("linux",)),
        ("r.io/n/b", ("linux",)),
    ]


def test_rules_that_differ_in_a_key_or_in_depth_are_two():
    rules = parse([item(), item(), item(os="linux"), item("quay.io/a/b/*"), item("quay.io/a/b/**")])
    assert len(rules) == 4


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"tag": {}}, 'the key "tag" is unknown: did you mean tags?'),
        ({"repositories": {"allow": "x"}}, "repositories: it is for a source that means many repositories"),
        ({"via": "catalog"}, "via: it is for a source that means many repositories"),
        ({"rename": [{"prefix": "x"}]}, "rename: it is for a source that means many repositories"),
        ({"source": "quay.io/a/b:v1", "tags": {"allow": "x"}}, "tags: the source names its tags already"),
        ({"source": "quay.io/a/b@" + DIGEST, "tags": {"allow": "x"}}, "tags: the source names its digest already"),
        ({"source": "quay.io/a/*", "via": "magic"}, "via: write one of auto, catalog, harbor, swr"),
        ({"source": "quay.io/a/*", "repositories": {"allw": "x"}}, "did you mean allow?"),
        ({"source": "quay.io/a/*", "repositories": ["x"]}, "repositories: it is a list"),
        ({"platforms": []}, "platforms: it is an empty list"),
        ({"platforms": ["linux"]}, "as linux/amd64, linux/arm/v7"),
        ({"platforms": ["linux/amd64,linux/arm64"]}, "one list item each"),
        ({"os": 1}, "os: it is a number"),
        ({"arch": ["a b"]}, "arch: "),
        ({"destination": {"destination": "swr.io/c/d"}}, "destination: it is a mapping"),
    ],
)
def test_keys_that_are_refused(keys, words):
    found = problems([item(**keys)])
    assert any(words in problem for problem in found), found
    assert all(problem.startswith("images.json: item 1: ") for problem in found)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"os": ["linux"]}, '"destination" is missing'),
        ({"destination": [], "os": ["linux"]}, "its list of destinations is empty"),
        ({"source": "quay.io/x/y", "destination": "swr.io/c/d"}, "it has a source already"),
        ({"destination": {"destination": "swr.io/c/d"}}, "destination: it is a mapping"),
        ({"destination": "swr.io/c/d", "destinations": 1}, "did you mean destination?"),
    ],
)
def test_mappings_in_the_place_of_a_destination_that_are_refused(value, words):
    found = problems({"quay.io/a/b": value})
    assert any(words in problem for problem in found), found


def test_image_migrator_has_no_further_keys():
    assert "use the dialect auto" in problems([item(os="linux")], dialect=MIGRATOR)[0]
    assert "largest unit is a repository" in problems({"quay.io/a/*": "swr.io/c"}, dialect=MIGRATOR)[0]


KNOWN = RULE_KEYS + TAG_KEYS + ("replace", "regex", "with", "flatten", "separator", "prefix")
SIDE = st.text(alphabet="aB1./:@,_-$ {}", max_size=20) | st.text(max_size=10)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SIDE,
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(SIDE | st.integers() | st.sampled_from(("auth", "images", "source", "destination")), children)
        | st.dictionaries(st.sampled_from(KNOWN) | st.integers(), children, max_size=4)
    ),
    max_leaves=8,
)


@given(ANYTHING, st.sampled_from(DIALECTS), SIDE, SIDE)
def test_anything_is_read_or_refused(document, dialect, registry, namespace):
    try:
        rules = parse(
            document, dialect=dialect, environ={"a": "b"}, default_registry=registry, default_namespace=namespace
        )
    except RulesError as error:
        rules, found = [], error.problems
    else:
        found = None
    assert found != []
    assert all(problem.startswith("images.json: ") for problem in found or ())
    for rule in rules:
        # What is fed back reads the same.
        assert (
            parse(
                {rule.source_text: rule.destination_text},
                dialect=dialect,
                environ={"a": "b"},
                default_registry=registry,
                default_namespace=namespace,
            )[0].destination
            == rule.destination
        )


@given(
    st.dictionaries(st.sampled_from(KNOWN) | st.integers(), ANYTHING, max_size=4), st.sampled_from(("b", "*", "b:v"))
)
def test_any_further_keys_are_read_or_refused(keys, end):
    rules, found = [], []
    try:
        rules = parse([dict(keys, source="quay.io/a/" + end, destination="swr.io/c/d")])
    except RulesError as error:
        found = error.problems
    assert all(problem.startswith("images.json: item 1: ") for problem in found)
    for rule in rules:
        # What is written back is read as the same rule.
        (again,) = parse({rule.source_text: dict(rule.written, destination=rule.destination_text)})
        assert (again.identity, again.platforms) == (rule.identity, rule.platforms)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_source_and_destination(source, destination):
    with contextlib.suppress(RulesError):
        parse({"quay.io/a/b" + source: "swr.io/c/d" + destination, source: destination})


def test_in_place_an_empty_destination_is_the_source():
    rules = parse(
        ["quay.io/a/b:v1", {"quay.io/a/c": "swr.io/d/e"}, "quay.io/x/*", "quay.io/**"],
        in_place=True,
    )
    assert [(str(rule.source), str(rule.destination)) for rule in rules] == [
        ("quay.io/a/b", "quay.io/a/b"),
        ("quay.io/a/c", "swr.io/d/e"),
        ("quay.io/x", "quay.io/x"),
        ("quay.io/", "quay.io/"),
    ]
    assert problems({"quay.io/a/b:v 1": ""}, in_place=True)
    # What a rule says is still checked.
    assert "within its source" in problems({"quay.io/x/**": "quay.io/x"}, in_place=True)[0]
