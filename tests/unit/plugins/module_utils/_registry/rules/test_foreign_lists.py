# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in the form of other people's scripts are refused: as rules their words would be images of Docker Hub."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"images": ["nginx", "redis"]}, 'images: item 1: "nginx" has no tag'),
        ({"images": []}, "images: there are no rules"),
        (
            {"images": [{"name": "nginx", "tag": "latest", "aliyun": "team/nginx"}]},
            'item 1: "aliyun" is a field of another tool',
        ),
        ([{"image": "nginx", "tags": ["1", "2"]}], 'item 1: "image" is a field of another tool'),
        ([{"nginx:1": ""}, {"repository": "a/b"}], 'item 2: "repository" is a field of another tool'),
    ],
)
def test_a_list_of_another_tool_is_refused(document, words):
    with pytest.raises(RulesError) as caught:
        parse_rules(document, where="images.json", environ={}, default_registry="x.io", default_namespace="team")
    assert any(words in problem for problem in caught.value.problems)


def test_images_of_these_names_can_be_written():
    document = {"docker.io/team/images": "x.io/a/b", "docker.io/team/name": "x.io/a/c"}
    assert len(parse_rules(document, where="images.json", environ={})) == 2
