# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.no_proxy import adjust
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError

SWR = "swr.cn-north-4.myhuaweicloud.com"
FILE = """\
hostname: harbor.example.com  # ours
harbor_admin_password: Password-of-the-admin-5
proxy:
  http_proxy: {http}
  https_proxy:
  no_proxy:{no}
  components:
    - {component}
    - trivy
# the end
"""


def file(http: str = "http://proxy:3128", no: str = "", component: str = "core") -> str:
    return FILE.format(http=http, no=no, component=component)


@pytest.mark.parametrize(
    ("no", "after"),
    [
        ("", " " + SWR),
        (" a.example.com", " a.example.com," + SWR),
        (" .example.com", " .example.com," + SWR),
        (" 'a.example.com'  # why", ' "a.example.com,{0}"  # why'.format(SWR)),
        (' "*.internal, a.example.com"', ' "*.internal,a.example.com,{0}"'.format(SWR)),
        (" ~", " " + SWR),
    ],
)
def test_a_missing_name_is_added_in_one_place(no, after):
    found = adjust(file(no=no), [SWR], True)
    assert (found.used, found.names, found.text) == (True, [SWR], file(no=after))
    assert adjust(found.text, [SWR], True) == (True, [], found.text)
    taken_out = adjust(found.text, [SWR], False)
    assert taken_out.names == [SWR]
    before = yaml.safe_load(file(no=no))["proxy"]["no_proxy"] or ""
    assert yaml.safe_load(taken_out.text)["proxy"]["no_proxy"] == before.replace(" ", "")


def test_a_section_in_flow_style_is_changed_too():
    text = "proxy: {https_proxy: p, components: [core]}\n"
    after = adjust(text, [SWR], True).text
    assert after == 'proxy: {{no_proxy: "{0}", https_proxy: p, components: [core]}}\n'.format(SWR)
    assert adjust(after, ["b.example.com"], True).text == after.replace(SWR, SWR + ",b.example.com")


def test_a_section_without_no_proxy_gets_one():
    text = "proxy:\n  https_proxy: http://proxy:3128\n  components: [jobservice]\n"
    assert adjust(text, [SWR], True).text == (
        "proxy:\n  no_proxy: {0}\n  https_proxy: http://proxy:3128\n  components: [jobservice]\n".format(SWR)
    )


@pytest.mark.parametrize(
    "text",
    [
        file(http=""),
        file(component="clair"),
        file(no=" .myhuaweicloud.com"),
        file(no=" myhuaweicloud.com"),
        file(no=" '*.myhuaweicloud.com'"),
        file(no=" '*'"),
        file(no=" {0}:443".format(SWR)),
        "hostname: a\n",
        "proxy:\n  https_proxy: http://proxy:3128\n",
        "proxy:\n",
        "",
    ],
)
def test_where_no_proxy_is_used_or_the_name_is_covered_nothing_is_to_do(text):
    found = adjust(text, [SWR], True)
    assert (found.names, found.text) == ([], text)


@pytest.mark.parametrize(
    "text",
    ["a: [Password-5", "proxy: {https_proxy: p, components: [core]}\nb: &x Password-5\nc: *x\nd: [\n"],
)
def test_a_file_that_cannot_be_read_is_not_quoted(text):
    with pytest.raises(HarborError, match=r"harbor\.yml.*invalid YAML") as caught:
        adjust(text, [SWR], True)
    assert "Password-5" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "x: &p {https_proxy: p, no_proxy: a, components: [core]}\nproxy: *p\n",
        "proxy:\n  https_proxy: p\n  no_proxy: [Password-5]\n  components: [core]\n",
        "proxy:\n  https_proxy: p\n  no_proxy: |\n    Password-5\n  components: [core]\n",
        "proxy:\n  https_proxy: p\n  no_proxy: &n Password-5\n  components: [core]\nb: *n\n",
    ],
)
def test_a_form_that_does_not_allow_the_change_is_named(text):
    with pytest.raises(HarborError, match=r"does not allow the change.*manually") as caught:
        adjust(text, [SWR], True)
    assert "Password-5" not in str(caught.value)


@given(
    st.one_of(st.none(), st.lists(st.sampled_from(["a.example.com", ".b.example.com", "10.0.0.0/8", "*"]), max_size=4)),
    st.sampled_from([True, False, None]),
    st.sampled_from([None, "'", '"']),
)
def test_any_section_keeps_its_meaning(entries, flow, style):
    value = None if entries is None else ",".join(entries)
    data = {"a": "b", "proxy": {"https_proxy": "p", "no_proxy": value, "components": ["core"]}, "c": [1, {"d": "e"}]}
    before = yaml.dump(data, default_flow_style=flow, default_style=style, sort_keys=False)
    found = adjust(before, [SWR], True)
    after = yaml.safe_load(found.text)
    expected = [entry for entry in entries or [] if entry] + ([] if "*" in (entries or []) else [SWR])
    assert (after["proxy"].pop("no_proxy") or "").split(",") == expected
    before_data = yaml.safe_load(before)
    before_data["proxy"].pop("no_proxy")
    assert after == before_data
