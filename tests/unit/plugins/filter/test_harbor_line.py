# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib

import pytest
from ansible.errors import AnsibleFilterError

PLACE = "ansible_collections.longshore.swr.plugins.filter."
HOSTS = [{"address": "172.16.0.10", "names": ["swr.example.com"]}]
BASE = "services:\n  core: {}\n  jobservice: {}\n"


def filter_named(name):
    return importlib.import_module(PLACE + name).FilterModule().filters()[name]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("harbor_compose_override", ("services: [", BASE, HOSTS), "no YAML"),
        ("harbor_compose_override", ("", BASE, [{"address": "x", "names": ["a"]}]), "no IP address"),
        ("harbor_network_clashes", ("text", HOSTS), "network inspect"),
        ("harbor_no_proxy", ("a: [", ["a"]), "no YAML"),
        ("harbor_host_aliases", ({}, HOSTS), "no Deployment"),
    ],
)
def test_errors_name_the_filter(name, arguments, words):
    with pytest.raises(AnsibleFilterError, match="longshore.swr.{0}: .*{1}".format(name, words)):
        filter_named(name)(*arguments)


def test_the_override_is_made_and_taken_back():
    override = filter_named("harbor_compose_override")
    text = override("# ours\n", BASE, HOSTS)
    assert "swr.example.com:172.16.0.10" in text
    assert override(text) == "# ours\n"


def test_the_others_answer_with_data():
    networks = [{"Name": "n", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.16.0.0/16"}]}}]
    assert filter_named("harbor_network_clashes")(networks, HOSTS)[0]["network"] == "n"
    text = "proxy:\n  http_proxy: p\n  components: [core]\n"
    found = filter_named("harbor_no_proxy")(text, ["a.example.com"])
    assert (found["used"], found["names"], "no_proxy: a.example.com" in found["text"]) == (
        True,
        ["a.example.com"],
        True,
    )
    deployment = {"kind": "Deployment", "metadata": {"name": "d"}}
    assert filter_named("harbor_host_aliases")(deployment, HOSTS)["spec"]
    assert filter_named("harbor_host_aliases")(deployment) == {}


@pytest.mark.parametrize("flatten", ["2", "many"])
def test_the_preflight_names_itself_in_errors(flatten):
    preflight = filter_named("harbor_preflight")
    artifact = {
        "repository": "library/app",
        "digest": "sha256:a",
        "tags": ["v1"],
        "media_type": "index",
        "reason": "why",
    }
    artifacts = [dict(artifact, refused_by_swr=True)]
    places = ("harbor.example.com", "swr.cn-north-4.myhuaweicloud.com", "team")
    assert preflight(artifacts, {"name": "r"}, *places)["refused"]
    rule = {"name": "r", "repositories": "library/app", "flatten": flatten}
    with pytest.raises(AnsibleFilterError, match=r"longshore\.swr\.harbor_preflight"):
        preflight(artifacts, rule, *places)
