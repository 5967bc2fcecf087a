# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No file breaks the search: whatever its shape or its bytes, it is read or listed as not evaluated."""

from __future__ import annotations

import json
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.plan import plan_changes
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.scan import Scan, Scanner, mark_replaced
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.source import Source, apply
from ansible_collections.longshore.swr.tests.support.image_files import to_swr

WORDS = """apiVersion kind metadata name namespace items spec template containers initContainers volumes image reference
    env args value values valuesContent valuesObject sources source helm parameters kustomize images newName newTag
    digest patches patch path patchesStrategicMerge resources components helmCharts valuesInline services build
    cache_from additional_contexts type global imageRegistry registry repository tag version data dependencies"""
KEYS = st.sampled_from(WORDS.split())
TEXTS = st.sampled_from(
    ["nginx", "a/b:1", "{{ x }}", "${A:-b}", "${", "List", "Deployment", "HelmRelease", "HelmChart", "Application"]
    + ["Kustomization", "kustomize.config.k8s.io/v1", "ConfigMap", "image", "image: x\n", "- op: x\n  image: [", ""]
    + ["docker://", "a=b", "=", ":", "@", "bitnami/redis", "type=registry,ref=", "docker-image://x", "..", "https://x"]
)
SHAPES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(-1, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
NAMES = st.sampled_from(["a.yaml", "values.yaml", "kustomization.yaml", "compose.yaml", "x.json"])


def everything(name: str, raw: bytes, beside: bytes = b"") -> None:
    """Search and plan; what is planned can be applied."""

    def reader(_source: Source, other: str) -> Source:
        return Source("/tree/" + other, other, beside)

    scanner, scan = Scanner({"Deployment": ["spec.values[].image"]}, reader), Scan()
    scanner.add(scan, Source("/tree/" + name, name, raw))
    mark_replaced(scan)
    for file in plan_changes(scan, to_swr, scanner, lambda reference: False).files:
        assert apply(file.source.text, file.edits).encode("utf-8") == file.new


@given(NAMES, st.dictionaries(KEYS, SHAPES, max_size=6), TEXTS)
def test_any_shape(name: str, document: Any, beside: str) -> None:
    everything(name, json.dumps(document).encode("ascii"), "A={0}\nname: {0}".format(beside).encode("utf-8"))


@given(NAMES, st.text("ainme: -\n\t{}[]|>&*!#'\"%@`\\$,?\u0085\u2028\ufeff", max_size=60))
def test_any_text(name: str, text: str) -> None:
    everything(name, ("image" + text).encode("utf-8"))


def test_a_bomb_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [image, image, image, image, image, image, image, image, image]"]
    lines += ["a{0}: &a{0} [{1}]".format(number, ", ".join(["*a{0}".format(number - 1)] * 9)) for number in range(1, 9)]
    scan = Scan()
    start = time.process_time()
    Scanner({}).add(scan, Source("/tree/a.yaml", "a.yaml", "\n".join(lines).encode("ascii")))
    assert "aliases repeat more than" in scan.skipped[0].reason
    assert time.process_time() - start < 5


def test_long_values_take_no_time() -> None:
    start = time.process_time()
    for text in (
        "a." * 100_000,
        "a-" * 100_000 + ".",
        "${a" * 50_000,
        "&" * 100_000,
        " " * 200_000 + "x",
        "a_" * 99_999,
    ):
        for beside in ("", "A={0}".format(text)):
            everything("compose.yaml", json.dumps({"services": {"a": {"image": text}}}).encode(), beside.encode())
        everything("values.yaml", json.dumps({"image": {"repository": text, "tag": "1"}}).encode())
        pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": text, "args": [text]}]}}
        everything("a.yaml", json.dumps(pod).encode())
    assert time.process_time() - start < 20
