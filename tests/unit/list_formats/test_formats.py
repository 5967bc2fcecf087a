# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people have at hand when they want to copy images: lists, and the files of other tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, List

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import load_document
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.rule import Rule

DIGEST = "sha256:" + "0a" * 32

SKOPEO = """
registry.example.com:
  images:
    busybox: []
    team/redis: ["1.0", "2"]
    etcd: ["{0}"]
  images-by-tag-regex:
    nginx: ^1[.]13[.][12]-alpine$
  images-by-semver:
    alpine: ">= 3.12.0"
  tls-verify: true
quay.io:
  images: {{coreos/etcd: [latest]}}
""".format(DIGEST)

REGSYNC = """
version: 1
defaults: {parallel: 2, interval: 60m}
x-note: {}
sync:
  - {source: "busybox", target: "r.example.com/library/busybox", type: image}
  - source: a.example.com/team/app
    target: r.example.com/team/app
    type: repository
    tags: {allow: ["3", '3\\.\\d+'], deny: [".*-rc"]}
    schedule: "15 * * * *"
  - {source: a.example.com, target: r.example.com/all, type: registry, repos: {allow: [team/.*]}}
"""


def rules(document: Any, dialect: str = "auto") -> List[Rule]:
    return parse_rules(
        document, where="images", environ={}, default_registry="r.io", default_namespace="org", dialect=dialect
    )


def shown(document: Any) -> List[str]:
    """Each rule as C(source:selector -> destination)."""
    found = []
    for rule in rules(document):
        chosen = ",".join(rule.selector.values) if rule.selector.kind != "all" else "*"
        found.append("{0} {1} -> {2}".format(rule.source, chosen, rule.destination))
    return found


def problem(document: Any) -> str:
    with pytest.raises(RulesError) as caught:
        rules(document)
    return "; ".join(caught.value.problems)


LISTED = ["docker.io/library/nginx 1.25 -> r.io/org/nginx", "a.example.com:5000/team/app 1,2 -> r.io/org/app"]


@pytest.mark.parametrize(
    "document",
    [
        ["nginx:1.25", "a.example.com:5000/team/app:1,2"],
        "nginx:1.25\na.example.com:5000/team/app:1,2\n",
        "# what we run\n\nnginx:1.25   # the proxy\n  a.example.com:5000/team/app:1,2",
        '["nginx:1.25", "a.example.com:5000/team/app:1,2"]',
        "- nginx:1.25\n- a.example.com:5000/team/app:1,2\n",
        "- {name: nginx, tag: '1.25'}\n- {name: 'a.example.com:5000/team/app', tags: [1, 2]}",
        [{"name": "nginx", "tag": "1.25"}, {"name": "a.example.com:5000/team/app", "tag": ["1", "2"], "digest": ""}],
        [{"source": "nginx:1.25", "destination": ""}, "a.example.com:5000/team/app:1,2"],
        "- {name: nginx, tag: '1.25'}\n- {source: 'a.example.com:5000/team/app:1,2', destination: ''}",
        {"auth": {}, "images": ["nginx:1.25", "a.example.com:5000/team/app:1,2"]},
    ],
)
def test_a_list_goes_to_the_default_destination(document: Any) -> None:
    assert shown(document) == LISTED


@pytest.mark.parametrize(
    "document",
    [
        {"name": "nginx", "tag": "1.25"},
        {"source": "nginx:1.25", "destination": ""},
        "name: nginx\ntag: '1.25'",
        {"images": {"name": "nginx", "tags": ["1.25"]}},
    ],
)
def test_one_item_needs_no_list(document: Any) -> None:
    assert shown(document) == LISTED[:1]


@pytest.mark.parametrize("tag", ["010", "0123456", "2023_01_15", "1:30", "0x10", "0b1"])
def test_a_tag_that_yaml_reads_as_another_number_is_refused(tag: str) -> None:
    for text in ("- {name: nginx, tag: " + tag + "}", "q.io:\n  images:\n    a:\n    - " + tag):
        said = problem(text)
        assert "line " in said
        assert "put it in quotes" in said
        assert shown(text.replace(tag, "'1'"))
    assert shown("- {name: nginx, tag: 20230115}") == ["docker.io/library/nginx 20230115 -> r.io/org/nginx"]


def test_a_text_is_what_it_says() -> None:
    mapping = {"nginx:1.25": "x.example.com/team/nginx"}
    for text in (json.dumps(mapping), yaml.safe_dump(mapping), yaml.safe_dump([mapping])):
        assert shown(text) == ["docker.io/library/nginx 1.25 -> x.example.com/team/nginx"]


def test_a_file_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "images.txt"
    path.write_text("nginx:1.25\n# *\na.example.com:5000/team/app:1,2\n", encoding="utf-8")
    assert shown(load_document(str(path))) == LISTED


def test_a_digest_and_stars_are_certain() -> None:
    assert shown(["nginx@" + DIGEST, {"name": "redis", "digest": DIGEST}]) == [
        "docker.io/library/{0} {1} -> r.io/org/{0}".format(name, DIGEST) for name in ("nginx", "redis")
    ]
    (rule,) = rules(["a.example.com/team/*"])
    assert rule.scope is not None


@pytest.mark.parametrize("document", [["nginx"], "nginx\n", ["a.example.com:5000/app"], [{"name": "nginx"}]])
def test_a_name_without_a_tag_is_refused(document: Any) -> None:
    assert "item 1" in problem(document)
    assert "tag" in problem(document)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([{"name": "nginx", "newName": "x", "newTag": "1"}], "Kustomize's list of images"),
        ([{"name": "nginx", "tag": 1.1}], "put it in quotes"),
        ([{"name": "nginx", "tag": "1", "pull": True}], '"pull" is a field of another'),
        ({"image": "nginx"}, '"image" is a field of another'),
        ([{"src": "nginx", "dst": "x.example.com/team/nginx"}], '"src" is a field of another'),
        ({"from": "nginx", "to": "x.example.com/team/nginx"}, '"from" is a field of another'),
        (["nginx:1 x.example.com/nginx:1"], "one image on each line"),
        ({"services": {"web": {"image": "nginx"}}}, "a file of Docker Compose"),
        ({"apiVersion": "v1", "kind": "Pod", "spec": {}}, "a manifest of Kubernetes"),
        ({"tasks": [{"name": "x"}]}, "a file of dregsy"),
        ({"q.io": {"images": {"a": []}, "credentials": {"password": "s3"}}}, '(skopeo sync): "q.io": "credentials"'),
        ({"q.io": {"images": {"a": [1.1]}}}, "in quotes"),
        ({"q.io": {"images": {"a": []}, "tls-verify": False}}, "insecure"),
        ({"sync": [{"source": "a", "target": "b", "type": "image", "backup": "x"}]}, '(regsync): sync 1: "backup"'),
        ({"sync": [{"source": "a", "target": "{{ .Ref }}", "type": "image"}]}, "without templates"),
        ({"sync": [{"source": "a", "target": "b"}]}, "image, repository or registry"),
        ({"sync": [], "creds": [{"pass": "s3"}]}, "auth_file"),
    ],
)
def test_what_is_not_certain_is_refused_by_name(document: Any, words: str) -> None:
    said = problem(document)
    assert words in said
    assert "s3" not in said


def test_skopeo_sync() -> None:
    first, second, third, fourth, fifth, last = rules(SKOPEO)
    assert [str(rule.source) for rule in (first, second, third)] == [
        "registry.example.com/busybox",
        "registry.example.com/team/redis",
        "registry.example.com/etcd",
    ]
    assert [rule.selector.values for rule in (first, second, third)] == [(), ("1.0", "2"), (DIGEST,)]
    assert fourth.written == {"tags": {"allow": ["/^1[.]13[.][12]-alpine$/"]}}
    assert fifth.written == {"tags": {"semver": ">= 3.12.0"}}
    assert str(last.destination) == "r.io/org/etcd"


def test_regsync() -> None:
    image, repository, registry = rules(REGSYNC)
    assert (image.selector.values, image.destination_tags) == (("latest",), ("latest",))
    assert repository.written == {"tags": {"allow": ["/^3$/", "/^3\\.\\d+$/"], "deny": ["/^.*-rc$/"]}}
    assert registry.scope.repositories(["team/app", "other/team/app"]) == ["team/app"]
    assert str(registry.destination) == "r.example.com/all"


def test_image_migrator_reads_its_own_format_only() -> None:
    with pytest.raises(RulesError):
        rules(["r.example.com/team/nginx:1.25"], dialect="image-migrator")
