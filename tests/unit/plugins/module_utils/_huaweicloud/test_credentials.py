# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import (
    HW_NAMES,
    OPTION_NAMES,
    SDK_NAMES,
    find_credentials,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError

SDK = {"HUAWEICLOUD_SDK_AK": "sdk-ak", "HUAWEICLOUD_SDK_SK": "sdk-sk-secret"}
HW = {"HW_ACCESS_KEY": "hw-ak", "HW_SECRET_KEY": "hw-sk-secret"}
OPTIONS = {"access_key": "opt-ak", "secret_key": "opt-sk-secret"}


def profile(home, text, mode=0o600, name=".huaweicloud/credentials"):
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


GOOD = "[basic]\nak = file-ak\nsk = file%sk-secret\nproject_id = file-pid\n"


def test_sources_in_order(tmp_path):
    path = profile(tmp_path, GOOD)
    environ = dict(SDK, **HW)
    found = [
        find_credentials(OPTIONS, environ, str(tmp_path)),
        find_credentials({}, environ, str(tmp_path)),
        find_credentials({}, HW, str(tmp_path)),
        find_credentials({}, {}, str(tmp_path)),
    ]
    assert [(keys.access_key, keys.secret_key, keys.source) for keys in found] == [
        ("opt-ak", "opt-sk-secret", "options"),
        ("sdk-ak", "sdk-sk-secret", "environment variables HUAWEICLOUD_SDK_*"),
        ("hw-ak", "hw-sk-secret", "environment variables HW_*"),
        ("file-ak", "file%sk-secret", str(path)),
    ]


def test_all_parts_of_the_sdk_variables(tmp_path):
    environ = dict(SDK, HUAWEICLOUD_SDK_SECURITY_TOKEN="tok", HUAWEICLOUD_SDK_PROJECT_ID="pid")
    keys = find_credentials({"region": "r-1"}, environ, str(tmp_path))
    assert (keys.security_token, keys.project_id) == ("tok", "pid")


def test_all_parts_of_the_terraform_variables(tmp_path):
    environ = dict(HW, HW_SECURITY_TOKEN="tok", HW_REGION_NAME="r-1", HW_PROJECT_NAME="r-1_sub", HW_CLOUD="example.com")
    keys = find_credentials({}, environ, str(tmp_path))
    assert (keys.security_token, keys.region, keys.project_name, keys.cloud) == ("tok", "r-1", "r-1_sub", "example.com")


def test_a_project_id_of_another_source_is_not_used(tmp_path):
    environ = {"HUAWEICLOUD_SDK_PROJECT_ID": "of another account"}
    assert find_credentials(OPTIONS, environ, str(tmp_path)).project_id is None
    assert find_credentials(dict(OPTIONS, project_id="mine"), environ, str(tmp_path)).project_id == "mine"


def test_the_place_is_not_mixed_with_that_of_another_region(tmp_path):
    place = {"HW_REGION_NAME": "r-1", "HW_PROJECT_NAME": "r-1_sub", "HW_CLOUD": "example.com"}
    other = find_credentials(dict(OPTIONS, region="r-2"), place, str(tmp_path))
    assert (other.region, other.project_name, other.cloud) == ("r-2", None, None)
    same = find_credentials(dict(OPTIONS, region="r-1"), place, str(tmp_path))
    assert (same.region, same.project_name, same.cloud) == ("r-1", "r-1_sub", "example.com")
    unnamed = find_credentials(dict(OPTIONS, region="r-2"), {"HW_PROJECT_NAME": "p"}, str(tmp_path))
    assert unnamed.project_name == "p"


@pytest.mark.parametrize(
    ("options", "environ", "where", "what"),
    [
        ({"access_key": "a"}, SDK, "options", "secret_key is not set"),
        ({"secret_key": "s"}, SDK, "options", "access_key is not set"),
        ({"security_token": "t"}, SDK, "options", "access_key and secret_key are not set"),
        ({}, dict(HW, HUAWEICLOUD_SDK_AK="a"), "environment variables HUAWEICLOUD_SDK_*", "HUAWEICLOUD_SDK_SK is not"),
        ({}, {"HW_SECRET_KEY": "the-secret"}, "environment variables HW_*", "HW_ACCESS_KEY is not set"),
    ],
)
def test_keys_are_never_mixed(tmp_path, options, environ, where, what):
    profile(tmp_path, GOOD)
    with pytest.raises(HuaweiCloudError) as caught:
        find_credentials(options, environ, str(tmp_path))
    assert caught.value.where == where
    assert what in caught.value.what
    assert "never mixed" in caught.value.hint
    assert "secret" not in str(caught.value).replace("secret_key", "")


def test_empty_and_blank_values_count_as_not_set(tmp_path):
    environ = dict(HW, HUAWEICLOUD_SDK_AK="", HUAWEICLOUD_SDK_SK=" ", HW_SECURITY_TOKEN="")
    keys = find_credentials({"access_key": None, "secret_key": ""}, environ, str(tmp_path))
    assert keys.access_key == "hw-ak"
    assert keys.security_token is None


def test_a_pasted_line_end_is_not_part_of_a_key(tmp_path):
    keys = find_credentials({"access_key": " a\n", "secret_key": "s\r\n"}, {}, str(tmp_path))
    assert (keys.access_key, keys.secret_key) == ("a", "s")


def test_nothing_found_names_every_place(tmp_path):
    with pytest.raises(HuaweiCloudError) as caught:
        find_credentials({}, {}, str(tmp_path))
    text = str(caught.value)
    for name in (*SDK_NAMES[:2], *HW_NAMES[:2], *OPTION_NAMES[:2], str(tmp_path / ".huaweicloud/credentials")):
        assert name in text


def test_a_file_of_other_credentials_only_is_as_good_as_none(tmp_path):
    profile(tmp_path, "[global]\nak = a\nsk = s\n")
    with pytest.raises(HuaweiCloudError, match="no access key"):
        find_credentials({}, {}, str(tmp_path))


@pytest.mark.parametrize("given", ["{0}/elsewhere.ini", "~/elsewhere.ini"])
def test_the_file_can_be_elsewhere(tmp_path, given):
    path = profile(tmp_path, "\ufeff" + GOOD, name="elsewhere.ini")
    environ = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": given.format(tmp_path)}
    keys = find_credentials({}, environ, str(tmp_path))
    assert (keys.access_key, keys.project_id, keys.source) == ("file-ak", "file-pid", str(path))


def test_a_named_file_must_be_there(tmp_path):
    with pytest.raises(LongshoreError, match=r"nowhere\.ini: the file does not exist"):
        find_credentials({}, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(tmp_path / "nowhere.ini")}, str(tmp_path))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_may_use_is_warned_of(tmp_path, mode):
    path = profile(tmp_path, GOOD, mode)
    keys = find_credentials({}, {}, str(tmp_path))
    assert len(keys.warnings) == 1
    assert "mode {0:04o}".format(mode) in keys.warnings[0]
    assert "chmod 600 {0}".format(path) in keys.warnings[0]
    assert "secret" not in keys.warnings[0].replace("a secret key", "")


def test_a_private_file_is_not_warned_of(tmp_path):
    profile(tmp_path, GOOD, 0o600)
    assert find_credentials({}, {}, str(tmp_path)).warnings == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ak = a\nsk = the-secret\n", "line 1"),
        ("[basic]\nak = a\nthe-secret\n", "line 3"),
        ("[basic]\nak = a\nak = the-secret\n", "line 3 repeats a name"),
        ("[basic]\nsk = the-secret\n", "ak is not set"),
    ],
)
def test_a_broken_file_is_named_but_not_quoted(tmp_path, text, what):
    path = profile(tmp_path, text)
    with pytest.raises(HuaweiCloudError) as caught:
        find_credentials({}, {}, str(tmp_path))
    assert caught.value.where == str(path)
    assert what in caught.value.what
    assert "the-secret" not in str(caught.value)


def test_keys_do_not_show_in_a_representation(tmp_path):
    keys = find_credentials(dict(OPTIONS, security_token="tok-secret"), {}, str(tmp_path))
    assert "secret" not in repr(keys)
    assert list(keys.secrets()) == ["opt-sk-secret", "tok-secret"]
