# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of requests are held against Harbor's own API descriptions, which see what Harbor passes over."""

from __future__ import annotations

import json
from typing import Any, Callable, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox.harbor_specs import Specification
from ansible_collections.longshore.swr.tests.sandbox.harbor_versions import Version

from .conftest import VERSIONS, Caller

World = Callable[..., Caller]
POLICY = {
    "name": "x",
    "src_registry": None,
    "dest_registry": {"id": 1},
    "filters": [{"type": "name", "value": "x"}, {"type": "label", "value": ["a"]}],
    "trigger": {"type": "manual", "trigger_settings": {"cron": ""}},
}


def described(version: str) -> Specification:
    specification = Specification.find(Version(version))
    if specification.why_not:
        pytest.skip(specification.why_not)
    return specification


def told(version: str, method: str, path: str, body: str) -> List[str]:
    return described(version).violations(method, path, body.encode())


@pytest.mark.parametrize("version", VERSIONS)
def test_what_fits(version: str) -> None:
    assert told(version, "POST", "/replication/policies", json.dumps(POLICY)) == []
    assert told(version, "POST", "/replication/executions", '{"policy_id": 1}') == []
    assert told(version, "POST", "/registries/ping", '{"id": 1, "type": "docker-registry", "access_key": "x"}') == []
    assert told(version, "PUT", "/registries/1", '{"url": "x", "access_key": "k", "access_secret": "s"}') == []
    assert told(version, "GET", "/registries", "") == []
    assert told(version, "PUT", "/replication/executions/1", "") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_nested_login_in_an_update(version: str) -> None:
    body = '{"credential": {"access_key": "k", "access_secret": "very-secret"}}'
    name = "PutRegistry" if version == "1.10.19" else "RegistryUpdate"
    (violation,) = told(version, "PUT", "/registries/7", body)
    assert violation == "PUT /registries/7: {0} has unknown credential at the top".format(name)


@pytest.mark.parametrize(
    ("field", "since"),
    [
        ("dest_namespace_replace_count", "2.4.1"),
        ("speed", "2.4.1"),
        ("copy_by_chunk", "2.9.5"),
        ("single_active_replication", "2.15.2"),
    ],
)
def test_options_that_came_later(field: str, since: str) -> None:
    body = '{{"{0}": {1}}}'.format(field, "true" if field in ("copy_by_chunk", "single_active_replication") else 1)
    known = [version for version in VERSIONS if not told(version, "PUT", "/replication/policies/1", body)]
    assert known == list(VERSIONS[VERSIONS.index(since) :])


def test_a_version_without_a_description_is_judged_by_the_next() -> None:
    body = '{"copy_by_chunk": true}'
    assert told("2.3.5", "PUT", "/replication/policies/1", body) != []
    assert told("2.7.4", "PUT", "/replication/policies/1", body) == []
    assert told("2.12.0", "PUT", "/replication/policies/1", '{"single_active_replication": true}') == []


def test_types_and_places_without_values() -> None:
    body = '{"name": 7, "credential": {"access_secret": ["very-secret"]}}'
    found = told("2.9.5", "POST", "/registries", body)
    assert any("type string at name" in violation for violation in found)
    assert "very-secret" not in str(found)
    assert told("2.4.1", "PUT", "/replication/policies/1", '{"filters": [{"colour": 1}]}')[0].endswith(
        "has unknown colour at filters/0"
    )
    assert told("2.15.2", "PUT", "/registries/1", '{"ca_certificate": null}') == []
    assert told("2.9.5", "PUT", "/registries/1", '{"ca_certificate": ""}') != []


def test_a_server_gathers_them_and_answers_all_the_same(world: World) -> None:
    described("2.9.5")
    call = world("2.9.5")
    call.endpoint()
    assert call("PUT", "/registries/1", {"type": "harbor"}).status == 200
    assert call.harbor.violations == ["PUT /registries/1: RegistryUpdate has unknown type at the top"]
    assert call.harbor.violations == call.harbor.defects
    call.harbor.violations.clear()


def test_nothing_is_judged_without_descriptions(tmp_path: Any) -> None:
    pytest.importorskip("jsonschema")
    missing = Specification.find(Version("2.9.5"), str(tmp_path / "none"))
    assert "no API description of Harbor 2.9.5" in missing.why_not
    assert missing.violations("PUT", "/registries/1", b'{"colour": "red"}') == []
