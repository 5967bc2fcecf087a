# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._logins.docker_config import docker_config


def test_a_login_is_written_as_docker_reads_it():
    config = docker_config({"r.example.com:5000": {"username": "ü", "password": "a:b", "insecure": True}})
    entry = config["auths"]["r.example.com:5000"]
    assert list(entry) == ["auth"]
    assert base64.b64decode(entry["auth"]).decode() == "ü:a:b"


def test_parts_are_written_when_wanted():
    assert docker_config({"r": {"username": "u", "password": "p"}}, with_parts=True) == {
        "auths": {"r": {"username": "u", "password": "p", "auth": "dTpw"}}
    }


@pytest.mark.parametrize(
    ("login", "text"),
    [
        ({"username": "u"}, "r: the login has no password"),
        ({"username": "", "password": "p-secret"}, "r: the login has no username"),
        ({"username": "u:v", "password": "p-secret"}, "r: a user name cannot contain a colon"),
        ("u:p-secret", "r: the login must be a dictionary"),
    ],
)
def test_an_incomplete_login_is_refused_by_name(login, text):
    with pytest.raises(LongshoreError) as caught:
        docker_config({"r": login})
    assert str(caught.value) == text
