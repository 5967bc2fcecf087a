# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that puts results of clusters and folders together."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter.image_rules import image_rules

TARGET = "swr.cn-north-4.myhuaweicloud.com/team"
CLUSTER: Dict[str, Any] = {
    "images": [{"image": "quay.io/a/app:1", "used_by": ["c: Deployment x/y"], "running": ["sha256:" + "1" * 64]}],
    "problems": [{"image": "$(x)", "source": "c", "reason": "it is a variable of the resource"}],
    "unread": [{"namespace": "kube-system", "kinds": ["Pod", "Job"], "reason": "forbidden"}],
    "past_images": ["nginx:1.24"],
    "changed": False,
}
FOLDER: Dict[str, Any] = {
    "images": [
        {"image": "quay.io/a/app:1", "destination": "", "used_by": ["/r/a.yaml: Deployment x/y"]},
        {"image": "quay.io/b/app@sha256:" + "2" * 64, "destination": "", "used_by": ["/r/b.yaml: service web"]},
    ],
    "problems": [],
    "not_evaluated": [{"file": "/r/t.yaml", "reason": "it is a template"}],
}


def test_two_results_have_one_set_of_rules() -> None:
    found = image_rules([CLUSTER, {"skipped": True}, FOLDER], TARGET)
    digest = "quay.io/b/app@sha256:" + "2" * 64
    assert found["rules"] == {"quay.io/a/app:1": TARGET + "/a/app:1", digest: TARGET + "/b/app"}
    assert found["images_json"] == {"quay.io/a/app:1": TARGET + "/a/app:1"}
    assert found["images"][0]["used_by"] == ["/r/a.yaml: Deployment x/y", "c: Deployment x/y"]
    assert found["images"][0]["running"] == ["sha256:" + "1" * 64]
    assert [line.split() for line in found["table"]] == [
        ["IMAGE", "RUNS", "USED", "BY"],
        ["quay.io/a/app:1", "sha256:111111111111", "/r/a.yaml:", "Deployment", "x/y"],
        ["c:", "Deployment", "x/y"],
        [digest, "/r/b.yaml:", "service", "web"],
    ]
    assert found["notes"] == [
        "not read in the namespace kube-system: Pod, Job: forbidden",
        "not evaluated: /r/t.yaml: it is a template",
        "no rule for $(x) (c): it is a variable of the resource",
        "not in images.json: {0}: image-migrator has no rules for digests".format(digest),
        "only in earlier revisions, and without a rule: nginx:1.24",
    ]


def test_without_a_target_there_are_no_rules() -> None:
    for target in (None, ""):
        found = image_rules(CLUSTER, target)
        assert (found["rules"], found["images_json"]) == ({}, {})
        assert [image["image"] for image in found["images"]] == ["quay.io/a/app:1"]


@pytest.mark.parametrize(
    ("results", "target", "words"),
    [
        (["x"], TARGET, "Give it the results of"),
        ([{"images": [{"image": 1}]}], TARGET, "images"),
        ([{"images": [], "unread": [{"kinds": "x"}]}], TARGET, "unread"),
        ([CLUSTER], "nowhere", "does not name a registry"),
        ([object()], TARGET, "image_rules"),
    ],
)
def test_other_values_are_refused(results: List[Any], target: str, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        image_rules(results, target)


def test_a_long_table_ends() -> None:
    users = ["c: Deployment x/{0}".format(number) for number in range(700)]
    table = image_rules([{"images": [{"image": "a:1", "used_by": users}]}])["table"]
    assert (len(table), table[-1]) == (502, "and 200 lines more")
