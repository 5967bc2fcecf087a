# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter.swr_login import FilterModule

swr_login = FilterModule().filters()["swr_login"]

ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
PASSWORD = "89aca1198a970e4360203d71cdaa80cfc13ecd55ee84409719e88162d139ef34"


def test_the_login_of_a_region():
    login = swr_login(ACCESS_KEY, SECRET_KEY, region="eu-west-101")
    assert login["username"] == "eu-west-101@" + ACCESS_KEY
    assert login["password"] == PASSWORD
    assert login["registry"] == "swr.eu-west-101.myhuaweicloud.eu"
    assert login["auth"] == {login["registry"]: {"username": login["username"], "password": PASSWORD}}


def test_every_option():
    login = swr_login(ACCESS_KEY, SECRET_KEY, region="dc-1", project_name="dc-1_x", cloud="example.com")
    assert (login["username"], login["registry"]) == ("dc-1_x@" + ACCESS_KEY, "swr.dc-1.example.com")
    assert swr_login(ACCESS_KEY, SECRET_KEY, project_name="p", registry="r:5000")["registry"] == "r:5000"


class Vaulted:
    """As a value from a vault is in ansible-core 2.18: no str, but with a text."""

    def __str__(self):
        return SECRET_KEY


def test_a_value_from_a_vault():
    assert swr_login(ACCESS_KEY, Vaulted(), region="cn-north-4")["password"] == PASSWORD


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((None, SECRET_KEY), "access_key must be a string"),
        (({"a": 1}, SECRET_KEY), "access_key must be a string"),
        ((ACCESS_KEY, ""), "secret_key must be a string"),
        ((ACCESS_KEY, SECRET_KEY), "region"),
        ((ACCESS_KEY, SECRET_KEY, "cn-noth-4"), "Did you mean cn-north-4"),
    ],
)
def test_errors_name_the_option_and_no_secret(arguments, text):
    with pytest.raises(AnsibleFilterError) as caught:
        swr_login(*arguments)
    assert text in str(caught.value)
    assert SECRET_KEY not in str(caught.value)
