# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role harbor between a sandbox Harbor and a sandbox SWR."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.role_runs import (
    ACCESS_KEY,
    HARBOR_PASSWORD,
    SECRET_KEY,
    Runs,
)
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr, images

RULE = {"name": "library-to-swr", "repositories": "library/**", "organization": "team"}


@pytest.fixture
def swr() -> Iterator[Swr]:
    with Swr({ACCESS_KEY: SECRET_KEY}, organizations=["team"]) as server:
        yield server
        assert not server.server.errors


@pytest.fixture
def harbor(request: pytest.FixtureRequest) -> Iterator[HarborServer]:
    options = {"status_lag": 0.05, "retry_delay": 0.05}
    version = getattr(request, "param", "2.9.5")
    with HarborServer(version=version, users={"admin": HARBOR_PASSWORD}, options=options) as server:
        for number in (1, 2):
            server.load(images.docker_image("app-{0}".format(number)), "library/app", "v{0}".format(number))
        server.load(images.docker_image("web"), "library/web", "v1")
        yield server
        assert not server.defects


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "user")


@pytest.fixture
def given(harbor: HarborServer, swr: Swr) -> Dict[str, Any]:
    """The variables of the role for these two."""
    return {
        "harbor_url": harbor.url,
        "harbor_username": "admin",
        "harbor_password": HARBOR_PASSWORD,
        "harbor_registry_host": harbor.registry.host,
        "harbor_region": "cn-north-4",
        "harbor_access_key": ACCESS_KEY,
        "harbor_secret_key": SECRET_KEY,
        "harbor_swr_registry": swr.host,
        "harbor_swr_url": swr.url,
        "harbor_poll_interval": 0.1,
        "harbor_settle_time": 0.3,
        "harbor_rules": [RULE],
    }


@pytest.mark.parametrize("harbor", ["1.10.19", "2.9.5"], indirect=True)
def test_from_nothing_to_images_and_back(runs: Runs, harbor: HarborServer, swr: Swr, given: Dict[str, Any]) -> None:
    swr.organizations.clear()
    given = dict(given, harbor_start="needed", harbor_preflight="fail")
    forecast = runs.role(given, "--check", "--diff")
    # The organization, the endpoint, the rule.
    assert (forecast.code, forecast.changed) == (0, 3), forecast.text
    assert not swr.organizations
    assert "library-to-swr would be started" in forecast.text
    assert not [call for call in harbor.calls if call.method != "GET"]

    first = runs.role(given, "-vvv", "--diff")
    assert (first.code, first.changed) == (0, 4), first.text
    assert swr.organizations == {"team"}
    assert swr.tags("team/app") == ["v1", "v2"]
    assert "2 of 2 repositories copied" in first.text
    result = runs.result()
    assert result["changed"]
    assert result["endpoint"]["name"] == "swr-cn-north-4"
    assert result["rules"][0]["filters"] == [{"type": "name", "value": "library/**"}]
    assert [run["status"] for run in result["executions"]] == ["Succeed"]

    swr.log.reset()
    again = runs.role(given, "-vvv", "--diff")
    assert (again.code, again.changed) == (0, 0), again.text
    assert not runs.result()["changed"]
    assert not swr.count("manifest_put")

    forecast = runs.role(dict(given, harbor_state="absent"), "--check")
    assert (forecast.code, forecast.changed) == (0, 2), forecast.text
    out = runs.role(dict(given, harbor_state="absent"), "-vvv", "--diff")
    assert (out.code, out.changed) == (0, 2), out.text
    assert not harbor.policies.stored
    assert runs.role(dict(given, harbor_state="absent")).changed == 0
    assert not runs.leaks()
