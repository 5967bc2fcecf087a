# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a file looks like: only values of images differ afterwards, and undoing gives the same bytes."""

from __future__ import annotations

import itertools
import re
from typing import Any, Dict, Iterator, List, Tuple

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.plan import FilePlan, plan_changes
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.rewrite import whole_before
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.scan import Scan, Scanner
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.source import Source, checksum
from ansible_collections.longshore.swr.plugins.module_utils._workloads.record import Entry
from ansible_collections.longshore.swr.tests.support.image_files import SWR, to_swr

DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGES = st.builds(
    "{0}{1}{2}".format,
    st.sampled_from(["", "docker.io/", "quay.io/", "localhost:5000/a/", SWR + "/shop/"]),
    st.sampled_from(["nginx", "a/b", "a/b-c.d"]),
    st.sampled_from(["", ":1", ":1.10", ":latest", "@" + DIGEST, ":v2@" + DIGEST]),
)
COMMENTS = st.sampled_from(["", "  # a comment: x/y:1", " # \u00e9\U0001f600", "\t# tab"])
MARKS = st.sampled_from(["", "&a ", "!reset ", "!!str &b "])


@st.composite
def values(draw: Any, image: Any = IMAGES) -> str:
    """An image as a YAML value, in any style."""
    text = draw(image)
    style = draw(st.sampled_from(["{0}", "'{0}'", '"{0}"', '"\\u{1:04x}{2}"']))
    return draw(MARKS) + style.format(text, ord(text[0]), text[1:])


@st.composite
def containers(draw: Any) -> str:
    """A container of a block list, in block or flow style."""
    value = draw(values())
    if draw(st.booleans()):
        return "      - {{name: x, image: {0}, args: [a, 'b']}}{1}\n".format(value, draw(COMMENTS))
    name = draw(st.sampled_from(["name: x", '"name": x', "? name\n        : x"]))
    if draw(st.booleans()):
        value = draw(st.sampled_from(["|", ">-", ">+", "|2-", ">  # folded"])) + "\n          " + draw(IMAGES)
        return "      - image: {0}\n        {1}\n".format(value, name)
    return "      - {0}\n        image: {1}{2}\n\n".format(name, value, draw(COMMENTS))


@st.composite
def manifests(draw: Any) -> str:
    text = draw(st.sampled_from(["", "---\n", "%YAML 1.1\n---\n", "# first\n"]))
    for number in range(draw(st.integers(1, 2))):
        text += "---\n" if number else ""
        text += "apiVersion: v1\nkind: Pod\nspec:\n    containers:\n"
        text += "".join(draw(st.lists(containers(), min_size=1, max_size=3)))
        text += draw(st.sampled_from(["", "    initContainers: []\n", "    other: '  kept  '\n"]))
    return text + draw(st.sampled_from(["", "...\n", "# end"]))


@st.composite
def compose_files(draw: Any) -> str:
    text = "services:\n"
    for number in range(draw(st.integers(1, 3))):
        image = draw(st.one_of(values(), IMAGES.map("${{V:-{0}}}".format), IMAGES.map("'{0}'".format)))
        text += "  s{0}:\n    image: {1}{2}\n".format(number, image, draw(COMMENTS))
    return text


@st.composite
def helm_values(draw: Any) -> str:
    text = draw(st.sampled_from(["", "global: {}\n", "global:\n  a: 1\n", "# values\nglobal:\n", "replicas: 1\n"]))
    for number in range(draw(st.integers(1, 3))):
        registry = draw(st.sampled_from(["docker.io", "quay.io"]))
        repository = draw(st.sampled_from(["bitnami/redis", "a/b"]))
        tag = draw(st.sampled_from(["1.10", "'1'", '"v1"']))
        if draw(st.booleans()):
            form = "p{0}:\n  image:\n    registry: {1} # r\n    repository: {2}\n    tag: {3}\n"
        else:
            form = "p{0}: {{image: {{registry: {1}, repository: {2}, tag: {3}}}}}\n"
        text += form.format(number, registry, repository, tag)
    return text


@st.composite
def kustomizations(draw: Any) -> str:
    text = "resources: [a.yaml]\nimages:\n"
    for _number in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(["nginx", "'quay.io/a/b'", '"a"']))
        more = draw(st.sampled_from(["newTag: '9'", "newName: quay.io/x/y", "digest: " + DIGEST]))
        if draw(st.booleans()):
            text += "- {{name: {0}, {1}}}\n".format(name, more)
        else:
            text += "- name: {0}{1}\n  {2}\n".format(name, draw(COMMENTS).replace("\t", " "), more)
    return text


@st.composite
def releases(draw: Any) -> str:
    inner = draw(helm_values())
    lines = "".join("      " + line + "\n" for line in inner.splitlines())
    return "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n    valuesContent: |\n" + lines + "    a: b\n"


FILES = st.one_of(
    st.tuples(st.just("pod.yaml"), manifests()),
    st.tuples(st.just("compose.yaml"), compose_files()),
    st.tuples(st.just("values.yaml"), helm_values()),
    st.tuples(st.just("kustomization.yaml"), kustomizations()),
    st.tuples(st.just("release.yaml"), releases()),
)


def leaves(value: Any, path: Tuple[Any, ...] = ()) -> Iterator[Tuple[Tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    elif path and path[-1] == "valuesContent":
        yield from leaves(yaml.load(value, Loader=yaml.BaseLoader), (*path, "|"))
    else:
        yield path, value


class AnyTag(yaml.BaseLoader):
    """Reads unknown tags as what they are on."""


AnyTag.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_scalar(node))


def content(raw: bytes) -> Dict[Any, Any]:
    text = raw.decode("utf-8").lstrip("\ufeff").replace("\t#", " #")
    return dict(leaves(list(yaml.load_all(text, Loader=AnyTag))))


def planned(name: str, raw: bytes) -> Tuple[Scan, List[FilePlan]]:
    def nothing(_source: Source, other: str) -> Source:
        return Source("/tree/" + other, other, b"")

    scanner, scan = Scanner({}, nothing), Scan()
    scanner.add(scan, Source("/tree/" + name, name, raw))
    plan = plan_changes(scan, to_swr, scanner, lambda reference: False)
    assert not any("would not be what was asked" in reason for _reference, reason in plan.left), raw
    return scan, plan.files


def undone(file: FilePlan) -> Any:
    edits = [
        {"start": edit.span.start, "old": file.source.text[slice(*edit.span)], "new": edit.new, "path": []}
        for edit in file.edits
    ]
    entry = Entry("", "", "", checksum(file.source.raw), checksum(file.new), edits=edits)
    return whole_before(entry, file.new)


@given(FILES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_only_images_differ_and_undoing_gives_the_same_bytes(file: Tuple[str, str], newline: str, start: str) -> None:
    name, text = file
    anchors = itertools.count()
    text = re.sub("&[ab] ", lambda _anchor: "&a{0} ".format(next(anchors)), text)
    raw = (start + text.replace("\n", newline)).encode("utf-8")
    scan, files = planned(name, raw)
    assert not scan.skipped or "%YAML" in text, (scan.skipped, text)
    for changed in files:
        before, after = content(raw), content(changed.new)
        differing = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        for path in differing:
            assert path[-1] in ("image", "registry", "repository", "newName", "allowInsecureImages") or (
                "global" in path and before[path] in ("", "{}")
            ), path
        assert len(changed.edits) >= len({path for path in differing if path in before and path in after})
        assert undone(changed) == raw
        again = planned(name, changed.new)[1]
        assert again == []
