# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that an onboarding has copied are deleted when it is taken back, if that is asked for."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import SERVICES
from ansible_collections.longshore.swr.tests.integration.playbook.conftest import ACCESS_KEY, SECRET_KEY
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud_iam import Account
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image

pytestmark = pytest.mark.slow


def test_an_onboarding_leaves_an_empty_swr(
    playbooks: Any, sandbox_swr: Callable[..., Swr], sandbox_cloud: Callable[..., Any]
) -> None:
    """And of its organizations only the one that was there before, although it is empty, too."""
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, tls=True, organizations=["old"])
    account = Account(ACCESS_KEY, SECRET_KEY, projects={"cn-north-4": "pid-1"})
    cloud = sandbox_cloud(tls=True, steps=0, accounts=[account])
    cloud.serve(swr)
    for name in ("web", "pay"):
        playbooks.source.load(docker_image(name), "team/" + name, "1")
    playbooks.write_auth()
    every = {
        "onboard_region": "cn-north-4",
        "onboard_access_key": ACCESS_KEY,
        "onboard_secret_key": SECRET_KEY,
        "onboard_registry": "localhost:{0}".format(swr.server.port),
        "onboard_organization": "shop",
        "onboard_endpoints": dict.fromkeys(SERVICES, cloud.url),
        "onboard_ca_path": swr.ca_path,
        "onboard_dir": "onboarding",
        "onboard_parts": ["organizations", "migrate"],
        "organizations_list": [{"name": "old"}, {"name": "shop"}],
        "migrate_images": {playbooks.source.host + "/team/{0}:1".format(name): "" for name in ("web", "pay")},
        "migrate_auth_file": "auth.json",
        "migrate_docker_config_fallback": False,
        "migrate_retries": 0,
    }

    def run(playbook: str, *options: str, **more: Any) -> Any:
        inventory = {"all": {"vars": {**every, **more}}}
        return playbooks.run("longshore.swr." + playbook, *options, inventory=inventory)

    def headlines() -> Dict[str, str]:
        report = json.loads((playbooks.folder / "onboarding" / "onboard.json").read_text())
        return {part["name"]: part["headline"] for part in report["parts"]}

    run("onboard")
    assert cloud.objects.repositories() == ["shop/pay", "shop/web"]
    run("offboard")
    assert "the organization is not empty (pay, web)" in headlines()["organizations"]
    assert "old stays: there is no record of its creation in " in headlines()["organizations"]
    assert cloud.objects.repositories() == ["shop/pay", "shop/web"]

    run("offboard", "--check", "--diff", onboard_delete_images="true")
    assert headlines()["migrate"] == "2 images and 2 repositories would be deleted"
    assert (
        "an organization that is empty when the images are deleted goes as well; old stays"
        in headlines()["organizations"]
    )
    assert cloud.objects.repositories() == ["shop/pay", "shop/web"]

    run("offboard", onboard_delete_images=True)
    assert headlines()["migrate"] == "2 images and 2 repositories deleted"
    assert (cloud.objects.repositories(), swr.organizations) == ([], {"old"})
    assert run("offboard", onboard_delete_images=True).changed == 0
