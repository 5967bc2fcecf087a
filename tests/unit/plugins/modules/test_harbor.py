# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules for Harbor give on: options from the environment, warnings, differences, failures."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from ansible.module_utils import basic

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.client import HarborClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.modules import (  # noqa: E402
    harbor_info,
    harbor_registry,
    harbor_replication_policy,
)
from ansible_collections.longshore.swr.tests.support.fake_harbor import URL, FakeHarbor, Reply  # noqa: E402

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:
    # Before ansible-core 2.19.
    @contextlib.contextmanager
    def patch_module_args(arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
            yield


PASSWORD = "pass-of-harbor-in-the-environment-38"
REGISTRIES = "GET /registries?page=1&page_size=100"
POLICIES = "GET /replication/policies?page=1&page_size=100"
SWR = {
    "id": 7,
    "name": "swr",
    "type": "huawei-SWR",
    "url": "https://swr",
    "credential": {"access_key": "k", "access_secret": "*****"},
}


@pytest.fixture
def harbor(monkeypatch):
    """A Harbor that every client reaches, and its address and login in the environment."""
    fake = FakeHarbor()
    made = []

    def client(url, username, password, **options):
        made.append((url, username, password))
        session = requests.Session()
        session.mount("https://", fake)
        return HarborClient(url, username, password, **dict(options, session=session))

    monkeypatch.setattr(
        "ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments.HarborClient", client
    )
    monkeypatch.setenv("HARBOR_URL", URL)
    monkeypatch.setenv("HARBOR_USERNAME", "admin")
    monkeypatch.setenv("HARBOR_PASSWORD", PASSWORD)
    fake.made = made
    return fake


def run(module, diff=False, check_mode=False, **options):
    output = io.StringIO()
    arguments = dict(options, _ansible_diff=diff, _ansible_check_mode=check_mode)
    with patch_module_args(arguments), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        module.main()
    assert PASSWORD not in output.getvalue()
    return json.loads(output.getvalue())


def test_address_and_login_come_from_the_environment(harbor):
    result = run(harbor_info, gather=["version"])
    assert harbor.made == [(URL, "admin", PASSWORD)]
    assert (result["version"]["api"], result["harbor_version"], result["changed"]) == ("v2.0", "v2.9.5-e8b44df6", False)


@pytest.mark.parametrize("name", ["HARBOR_URL", "HARBOR_USERNAME", "HARBOR_PASSWORD"])
def test_each_of_them_is_needed(harbor, monkeypatch, name):
    monkeypatch.delenv(name)
    result = run(harbor_info)
    assert (result["failed"], name.lower() in result["msg"]) == (True, True)


def test_a_difference_is_given_in_diff_mode_only(harbor):
    harbor.on(REGISTRIES, [])
    options = {"name": "swr", "url": "https://swr", "access_key": "k", "access_secret": "secret-of-swr-71"}
    for diff in (False, True):
        result = run(harbor_registry, diff=diff, check_mode=True, **options)
        assert (result["changed"], "diff" in result) == (True, diff)
        assert "secret-of-swr-71" not in json.dumps(result)
    assert harbor.sent() == []


def test_a_failed_connection_test_fails_with_all_that_is_known(harbor):
    harbor.on(REGISTRIES, [SWR])
    harbor.on("POST /registries/ping", Reply({"errors": [{"code": "BAD_REQUEST", "message": "it is unhealthy"}]}, 400))
    result = run(harbor_registry, name="swr", url="https://swr")
    assert result["failed"] is True
    assert (result["changed"], result["registry"]["id"], result["connection"]["healthy"]) == (False, 7, False)
    assert "it is unhealthy" in result["error"]["what"]


def test_warnings_of_a_policy_are_ansibles_warnings(harbor, monkeypatch):
    warned = []
    monkeypatch.setattr(harbor_replication_policy.AnsibleModule, "warn", lambda self, text: warned.append(text))
    harbor.on(REGISTRIES, [SWR])
    harbor.on(POLICIES, [])
    result = run(
        harbor_replication_policy, diff=True, check_mode=True, name="to-swr", registry="swr", dest_namespace="team"
    )
    assert (result["changed"], result["diff"]["before"], result["policy"]["id"]) == (True, {}, None)
    assert [text.partition(":")[0] for text in warned] == ["policy to-swr"]


def test_an_error_has_its_parts(harbor):
    harbor.on(POLICIES, [])
    result = run(harbor_replication_policy, name="to-swr")
    assert result["error"] == {
        "what": "a new policy needs a registry",
        "where": "policy to-swr",
        "hint": "Set registry.",
    }
