# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox registry lists projects and repositories as Harbor does."""

from __future__ import annotations

import base64
from typing import Any, Callable

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Permission, Registry, User, images
from ansible_collections.longshore.swr.tests.sandbox.probe import ask

LOGIN = {"Authorization": "Basic " + base64.b64encode(b"robot:secret").decode()}


def harbor(sandbox_registry: Callable[..., Registry], version: str) -> Registry:
    auth = BasicAuth({"robot": User("secret", [Permission("team/*")])})
    registry = sandbox_registry(auth=auth, options={"harbor": version})
    for name in ("team/a", "team/b", "dark/x"):
        registry.load(images.docker_image(name, layers=1), name, "1")
    return registry


def names(reply: Any) -> Any:
    return [entry["name"] for entry in reply.json()]


def test_today(sandbox_registry: Callable[..., Registry]) -> None:
    url = harbor(sandbox_registry, "2.9.1").url + "/api/v2.0"
    assert ask(url + "/systeminfo", headers=LOGIN).json()["harbor_version"].startswith("v2.9.1")
    assert ask(url + "/systeminfo").json()["harbor_version"].startswith("v2.9.1")
    newer = harbor(sandbox_registry, "2.13.0").url + "/api/v2.0"
    assert "harbor_version" not in ask(newer + "/systeminfo").json()
    assert names(ask(url + "/projects", headers=LOGIN)) == ["team"]
    page = ask(url + "/projects/team/repositories?page=1&page_size=1", headers=LOGIN)
    assert (names(page), page.headers["x-total-count"]) == (["team/a"], "2")
    assert 'rel="next"' in page.headers["link"]
    assert ask(url + "/projects/team/repositories?page_size=101", headers=LOGIN).status == 422
    assert ask(url + "/projects/dark/repositories", headers=LOGIN).status == 403
    assert ask(url + "/projects/none/repositories", headers=LOGIN).status == 404
    assert ask(url + "/projects/team/repositories").status == 401


def test_first_generation(sandbox_registry: Callable[..., Registry]) -> None:
    url = harbor(sandbox_registry, "1.10.5").url
    missing = ask(url + "/api/v2.0/systeminfo", headers=LOGIN)
    assert (missing.status, missing.body[:6]) == (404, b"<!DOCT")
    (project,) = ask(url + "/api/projects?name=tea", headers=LOGIN).json()
    found = ask("{0}/api/repositories?project_id={1}".format(url, project["project_id"]), headers=LOGIN)
    assert names(found) == ["team/a", "team/b"]
