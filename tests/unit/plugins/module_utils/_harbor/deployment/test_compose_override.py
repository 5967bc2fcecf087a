# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, Dict, List

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.compose_override import (
    BEGIN,
    END,
    original,
    render,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import Host, parse_hosts
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError

NAME, ADDRESS = "swr.cn-north-4.myhuaweicloud.com", "172.16.0.10"
HOSTS = [Host(NAME, ADDRESS)]
ENTRY = NAME + ":" + ADDRESS
OLD_BASE = "version: '2.3'\nservices:\n  core: {image: c}\n  jobservice: {image: j}\n"
NEW_BASE = "services:\n  core: {image: c}\n  jobservice: {image: j}\n"


def without_blocks(text: str) -> str:
    """The lines between which nothing was put, for tests that read the blocks."""
    return "\n".join(line for line in text.splitlines() if BEGIN not in line and END not in line)


def hosts_of(text: str, service: str) -> List[Any]:
    return yaml.safe_load(text)["services"][service]["extra_hosts"]


def test_a_new_file_has_both_services_and_the_version_only_as_the_base_has_it():
    text = render("", OLD_BASE, HOSTS)
    assert without_blocks(text) == (
        'version: "2.3"\nservices:\n'
        '  core:\n    extra_hosts:\n      - "{0}"\n'
        '  jobservice:\n    extra_hosts:\n      - "{0}"'
    ).format(ENTRY)
    assert "version" not in yaml.safe_load(render("", NEW_BASE, HOSTS))
    assert original(text) == ""


MERGED = {
    "comments, another service, keys of the same service": (
        "# ours\nversion: '2.3'\n\nservices:\n  # the portal\n  portal:\n    restart: no\n"
        "  core:\n    environment:\n      - A=b  # why\n"
    ),
    "a list that is there": 'services:\n  core:\n    extra_hosts:\n    - "ldap.example.com:10.0.0.9"\n    image: x\n',
    "a mapping that is there": "services:\n  core:\n    extra_hosts:\n      ldap.example.com: 10.0.0.9\n",
    "no services": "x-common: &common\n  restart: always\n",
    "only comments, no end of line": "# nothing yet",
    "services without a value": "services:",
    "a service without a value": "services:\n  core:\n  jobservice:\n",
    "flow style": "services: {core: {image: x}, portal: {restart: 'no'}}",
    "an empty list": "services:\n  core:\n    extra_hosts: []\n",
    "an alias": "x-a: &a\n  restart: always\nservices:\n  core: *a\n  jobservice: *a\n",
    "an anchor that another service uses": "services:\n  core: &a\n    restart: always\n  portal: *a\n",
    "a document start": "---\n# c\nservices:\n  core:\n    image: x\n",
    "an empty document": "---\n",
    "a tag of Compose": "services:\n  core:\n    ports: !reset []\n    image: x\n",
    "a tag in flow style": "services: {core: {ports: !reset []}}\n",
    "block scalars": "services:\n  core:\n    command: |+\n      a\n\n  portal:\n    command: >\n      b\n      c\n",
    "carriage returns": "services:\r\n  core:\r\n    image: x\r\n",
    "other names": "services:\n  core:\n    extra_hosts: ['a.example.com=10.0.0.1']\n",
}


@pytest.mark.parametrize("before", MERGED.values(), ids=MERGED.keys())
@pytest.mark.parametrize("base", [OLD_BASE, NEW_BASE], ids=["version", "no-version"])
def test_everything_else_stays_and_comes_back(before, base):
    text = render(before, base, HOSTS)

    class Loader(yaml.SafeLoader):
        """One that reads Compose's own tags."""

    Loader.add_constructor("!reset", lambda loader, node: "reset")
    old = yaml.load(before, Loader=Loader) or {}
    new = yaml.load(text, Loader=Loader)
    for service in ("core", "jobservice"):
        extra = new["services"][service].pop("extra_hosts")
        before_extra = ((old.get("services") or {}).get(service) or {}).get("extra_hosts") or []
        if isinstance(extra, dict):
            assert extra == dict(before_extra, **{NAME: ADDRESS})
        else:
            assert extra == [ENTRY, *before_extra]
    assert new.pop("version", None) == old.pop("version", "2.3" if base == OLD_BASE else None)
    for name, service in (old.pop("services", None) or {}).items():
        assert {k: v for k, v in (service or {}).items() if k != "extra_hosts"} == new["services"][name]
    assert {k: v for k, v in new.items() if k != "services"} == old
    for line in before.splitlines():
        assert line in text, "a line was lost"
    assert original(text) == before
    # A second time changes nothing, another address replaces the first, and none of it is left at the end.
    assert render(text, base, HOSTS) == text
    moved = render(text, base, [Host(NAME, "172.16.0.11")])
    assert ADDRESS + '"' not in moved
    assert original(moved) == before


def test_blocks_stand_between_the_lines():
    before = MERGED["comments, another service, keys of the same service"]
    text = render(before, OLD_BASE, HOSTS)
    assert without_blocks(text) == (
        "# ours\nversion: '2.3'\n\nservices:\n  # the portal\n"
        '  jobservice:\n    extra_hosts:\n      - "{0}"\n'
        "  portal:\n    restart: no\n  core:\n"
        '    extra_hosts:\n      - "{0}"\n'
        "    environment:\n      - A=b  # why"
    ).format(ENTRY)


def test_what_is_there_already_is_not_written_again():
    before = "services:\n  core:\n    extra_hosts: ['{0}']\n  jobservice:\n    extra_hosts: {{{1}: {2}}}\n".format(
        ENTRY, NAME, ADDRESS
    )
    assert render(before, NEW_BASE, HOSTS) == before
    half = "services:\n  core:\n    extra_hosts:\n      - {0}\n    image: x\n".format(ENTRY)
    text = render(half, NEW_BASE, HOSTS)
    assert hosts_of(text, "core") == hosts_of(text, "jobservice") == [ENTRY]


def test_several_names_and_an_ipv6_address():
    hosts = parse_hosts([{"address": "2001:DB8:0::7", "names": ["a.example.com", "B.example.com"]}])
    text = render("", NEW_BASE, hosts)
    assert hosts_of(text, "core") == ["a.example.com:2001:db8::7", "b.example.com:2001:db8::7"]
    assert render("services:\n  core:\n    extra_hosts: ['a.example.com:[2001:db8:0::7]']\n", NEW_BASE, hosts[:1])


OTHERS = {
    "override": ("services:\n  core:\n    extra_hosts: ['{0}:10.0.0.1']\n".format(NAME), NEW_BASE),
    "mapping": ("services:\n  core:\n    extra_hosts:\n      {0}: [10.0.0.1]\n".format(NAME), NEW_BASE),
    "base": ("", NEW_BASE.replace("image: j", "extra_hosts: ['{0}=10.0.0.1']".format(NAME))),
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_address_of_the_name_is_refused(case):
    before, base = OTHERS[case]
    with pytest.raises(
        HarborError, match="gives {0} the address 10.0.0.1, and not {1}".format(NAME, ADDRESS)
    ) as caught:
        render(before, base, HOSTS)
    assert "Remove that entry" in caught.value.hint
    assert "service" in caught.value.where


@pytest.mark.parametrize(
    ("before", "base", "words"),
    [
        ("services: [", NEW_BASE, "invalid YAML"),
        ("a: b: c", NEW_BASE, "line 1"),
        ("- a\n", NEW_BASE, "not a mapping"),
        ("services: 5\n", NEW_BASE, "not in a mapping"),
        ("services:\n  core: text\n", NEW_BASE, "not a mapping"),
        ("services:\n  core:\n    extra_hosts: text\n", NEW_BASE, "not a list"),
        ("a: 1\n---\nb: 2\n", NEW_BASE, "invalid YAML"),
        ("\x00", NEW_BASE, "invalid YAML"),
        ("", "services:\n  web: {}\n", "no service core and no service jobservice"),
        ("", "", "no service core"),
        ("", "services: [", "invalid YAML"),
        ("x: &x\n  extra_hosts: [a:b]\nservices:\n  core:\n    <<: *x\n", NEW_BASE, "merge key"),
        ("x: &x\n  extra_hosts: [a:b]\nservices:\n  core:\n    <<: [*x]\n", NEW_BASE, "merge key"),
        ("services: !reset {core: {}}\n", NEW_BASE, "services has the tag !reset"),
        ("services:\n  core: !reset\n    image: x\n", NEW_BASE, "services.core has the tag !reset"),
        ("services:\n  core:\n    extra_hosts: !reset []\n", NEW_BASE, "services.core.extra_hosts has the tag !reset"),
        ("x: &x [*x]\n", NEW_BASE, "an alias refers to a value that contains it"),
    ],
)
def test_files_that_cannot_be_used_are_named(before, base, words):
    with pytest.raises(HarborError, match=words):
        render(before, base, HOSTS)


def test_a_block_that_was_changed_by_hand_is_not_lost():
    text = render("", NEW_BASE, HOSTS)
    for broken in (
        text.replace("extra_hosts:\n", "image: mine\n    extra_hosts:\n", 1),
        text.replace(END, ""),
        text.replace(BEGIN, "# gone"),
        text + text,
    ):
        if broken == text + text:
            assert original(broken) == ""
            continue
        with pytest.raises(HarborError, match="managed block cannot be used") as caught:
            render(broken, NEW_BASE, HOSTS)
        assert "Move what you need out of it" in caught.value.hint


@pytest.mark.parametrize(
    ("given_hosts", "words"),
    [
        ([{"address": "swr.example.com", "names": ["a"]}], "invalid IP address"),
        ([{"address": "10.0.0.1", "names": []}], "no list of names"),
        ([{"address": "10.0.0.1", "names": [" "]}], "no list of names"),
        ([{"names": ["a"]}], "invalid IP address"),
        ([{"address": "10.0.0.1", "names": ["a b"]}], "invalid host name"),
        ([{"address": "10.0.0.1", "names": ["10.0.0.2"]}], "invalid host name"),
        ([{"address": "10.0.0.1", "names": ["a"]}, {"address": "10.0.0.2", "names": ["A"]}], "two addresses"),
        ([], "there are none"),
    ],
)
def test_what_is_no_name_and_address_is_refused(given_hosts, words):
    with pytest.raises(HarborError, match=words):
        parse_hosts(given_hosts)


KEYS = st.sampled_from(["core", "jobservice", "portal", "image", "environment", "x-a", "services"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("ab:#-' \"\n{}[]&*!|>%@", max_size=8))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
EXTRA = st.one_of(
    st.lists(st.sampled_from(["a.example.com:10.0.0.1", "b.example.com=10.0.0.2", ENTRY]), max_size=3),
    st.dictionaries(st.sampled_from(["a.example.com", "b.example.com"]), st.just("10.0.0.3"), max_size=2),
)
SERVICE = st.one_of(
    st.none(),
    st.dictionaries(KEYS, VALUES, max_size=3),
    st.fixed_dictionaries({"extra_hosts": EXTRA, "image": SCALARS}),
)
SERVICES = st.one_of(st.none(), st.dictionaries(st.sampled_from(["core", "jobservice", "portal"]), SERVICE))
DOCUMENTS = st.one_of(
    st.just({}), st.fixed_dictionaries({"x-a": VALUES, "services": SERVICES}), st.fixed_dictionaries({"x-a": VALUES})
)


@given(
    document=DOCUMENTS,
    flow=st.sampled_from([True, False, None]),
    indent=st.sampled_from([2, 4]),
    comment=st.sampled_from(["", "# a comment\n", "---\n", "---\n# a comment\n\n"]),
    cut=st.booleans(),
)
def test_any_document_keeps_its_meaning_and_comes_back(
    document: Dict[str, Any], flow: Any, indent: int, comment: str, cut: bool
):
    before = comment + yaml.safe_dump(document, default_flow_style=flow, indent=indent, sort_keys=False)
    before = before.rstrip("\n") if cut else before
    text = render(before, OLD_BASE, HOSTS)
    new, old = yaml.safe_load(text), yaml.safe_load(before)
    for service in ("core", "jobservice"):
        extra = new["services"][service].pop("extra_hosts")
        assert (extra.get(NAME) == ADDRESS) if isinstance(extra, dict) else (extra.count(ENTRY) >= 1)
    assert new.get("x-a") == old.get("x-a")
    for name, service in (old.get("services") or {}).items():
        assert {k: v for k, v in (service or {}).items() if k != "extra_hosts"} == {
            k: v for k, v in (new["services"][name] or {}).items() if k != "extra_hosts"
        }
    assert render(text, OLD_BASE, HOSTS) == text
    assert original(text) == before


@given(st.text("ab:#-' \"\n{}[]&*!|>%@\r\t", max_size=40))
def test_any_text_is_merged_or_refused(before: str):
    try:
        text = render(before, NEW_BASE, HOSTS)
    except HarborError:
        return
    assert original(text) == before
    assert hosts_of(text, "core")
