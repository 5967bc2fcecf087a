# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter.dockerconfigjson import FilterModule

dockerconfigjson = FilterModule().filters()["dockerconfigjson"]

LOGIN = {"registry": "r.example.com", "username": "u", "password": "p", "kind": "long_term"}
AUTH = {"s.example.com": {"username": "v", "password": "q", "insecure": True}}
ENTRY = {"auth": "dTpw", "username": "u", "password": "p"}
OTHER = {"auth": "djpx", "username": "v", "password": "q"}


@pytest.mark.parametrize(
    ("value", "auths"),
    [
        (LOGIN, {"r.example.com": ENTRY}),
        (AUTH, {"s.example.com": OTHER}),
        ([AUTH, LOGIN], {"r.example.com": ENTRY, "s.example.com": OTHER}),
        ([dict(LOGIN, password="old"), LOGIN], {"r.example.com": ENTRY}),
        ([], {}),
    ],
)
def test_logins_become_a_credential_file(value, auths):
    assert json.loads(dockerconfigjson(value)) == {"auths": auths}


def test_the_order_of_the_logins_does_not_show():
    assert dockerconfigjson([AUTH, LOGIN]) == dockerconfigjson([LOGIN, AUTH])


@pytest.mark.parametrize(
    "value", ["p-secret", 1, None, [LOGIN, "p-secret"], {"r": {"username": "u"}}, {"r": "p-secret"}]
)
def test_anything_else_is_refused_without_being_shown(value):
    with pytest.raises(AnsibleFilterError) as caught:
        dockerconfigjson(value)
    assert "longshore.swr.dockerconfigjson: " in str(caught.value)
    assert "p-secret" not in str(caught.value)
