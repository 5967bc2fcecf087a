# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of the registry room have in common."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs import arguments as options

NUMBERS = {"workers": 8, "retries": 3, "retry_delay": 0.5, "timeout": 60.0, "progress_interval": 30.0}


class FakeModule:
    """As much of AnsibleModule as the functions use."""

    def __init__(self, **params: Any) -> None:
        self.params = params
        self.no_log_values = set(options.texts(params.get("auth")))


@pytest.mark.parametrize(
    ("auth", "hidden"),
    [
        (None, set()),
        ({"r.example": {"username": "team", "password": "secret", "insecure": "true"}}, {"secret"}),
        ({"r.example": {"Username": "team", "PASSWORD": "secret", "insecure": True}}, {"secret"}),
        # What is not where it belongs may be a secret.
        ({"r.example": "secret"}, {"secret"}),
        ({"r.example": ["secret"]}, {"secret"}),
        ({"r.example": {"username": {"x": "secret"}, "pasword": "other"}}, {"secret", "other"}),
        ({"r.example": {"insecure": "secret"}}, {"secret"}),
        # The same text in both places is hidden.
        ({"a.example": {"username": "same", "password": "x1234"}, "b": {"password": "same"}}, {"same", "x1234"}),
        (
            {"auth": {"r.example": {"username": "team", "password": "secret"}}, "images": {"a/b/c": ["d/e/f"]}},
            {"secret"},
        ),
    ],
)
def test_of_the_logins_only_the_secrets_stay_hidden(auth: Any, hidden: Any) -> None:
    module = FakeModule(auth=auth)
    options.keep_readable(module)
    assert module.no_log_values == hidden


def test_possible_numbers_pass() -> None:
    options.check_numbers(NUMBERS)
    options.check_numbers(dict(NUMBERS, retries=0, workers=1))
    options.check_numbers({"workers": 1})
    options.check_numbers(
        {"rate_limit": 0.5, "upload_limit": 1, "bandwidth_limit": 50 * 1024**2, "limits_divided_by": 1}
    )
    options.check_numbers({"rate_limit": None, "upload_limit": None, "bandwidth_limit": None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", 0),
        ("retries", -1),
        ("timeout", 0.0),
        ("progress_interval", float("nan")),
        ("rate_limit", 0.0),
        ("upload_limit", 0),
        ("limits_divided_by", 0),
    ],
)
def test_impossible_number_is_named(name: str, value: float) -> None:
    with pytest.raises(LongshoreError) as caught:
        options.check_numbers(dict(NUMBERS, **{name: value}))
    assert caught.value.where == name
    assert "Give a number from" in str(caught.value)
