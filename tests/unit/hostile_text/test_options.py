# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that would show a secret, break a line, or go where no value goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict

import pytest

pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._access.errors import AccessError
from ansible_collections.longshore.swr.plugins.module_utils._access.job import read_options
from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import desired_of
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.client import HarborClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_factory import obtain_login
from ansible_collections.longshore.swr.plugins.module_utils._logins.files import check_registry
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import parse_reference
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.tag_listing import check_endpoints
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.plugins.modules import login_token, zone
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor
from ansible_collections.longshore.swr.tests.unit.hostile_text.hostile import (
    EVIL,
    SECRET,
    SHORT,
    Module,
    check,
    check_error,
    result_of,
)

LOGINS = [
    "https://user:{0}@swr.example",
    "https://{0}@swr.example",
    "http://user:{0}@swr.example:8443/path",
    "https://us/er:{0}@swr.example",
    "https://user:#{0}@swr.example",
    "https://user:7?{0}@swr.example",
    "user:{0}@swr.example",
    "user:{0}@swr.example:5000",
    "//user:{0}@swr.example",
]
KEYS: Dict[str, Any] = {"access_key": "AKPERMANENT", "secret_key": "permanent-secret-key", "region": "cn-north-4"}


def obtain(**options: Any) -> Any:
    return obtain_login(dict(KEYS, **options), {}, Redactor(), home="/nonexistent")


def registry_of_harbor(url: str) -> Any:
    from ansible_collections.longshore.swr.plugins.module_utils._harbor.registry.resource import manage_registry

    fake = FakeHarbor()
    fake.on("GET /registries?page=1&page_size=100", [])
    options = {
        "name": "swr",
        "type": "huawei-SWR",
        "url": url,
        "access_key": "a",
        "access_secret": "b",
        "state": "present",
    }
    options.update(description=None, update_secret="auto", test_connection=False)  # type: ignore[arg-type]
    options.update(insecure=None, ca_certificate=None)  # type: ignore[arg-type]
    return manage_registry(fake.client, options, False)


PLACES: Dict[str, Callable[[str], Any]] = {
    "endpoint": lambda url: obtain(endpoint=url, kind="temporary"),
    "tag_listing_endpoints": lambda url: check_endpoints({"swr.example": url}),
    "harbor_url": lambda url: HarborClient(url, "u", "p"),
    "url of harbor_registry": registry_of_harbor,
    "registry": lambda url: obtain(registry=url),
    "registry of registry_auth": check_registry,
    "an image": lambda url: parse_reference(url + "/team/app:1.0"),
    "host": lambda url: read_options(
        {
            "obs_hosts": [],
            "expected_addresses": [],
            "repository": "",
            "tag": "x",
            "port": 443,
            "timeout": 1,
            "time_limit": 1,
            "checks": [],
        },
        url,
    ),
}


@pytest.mark.parametrize("form", LOGINS)
@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_login_in_a_url_is_refused_and_not_shown(place: str, form: str) -> None:
    with pytest.raises((LongshoreError, AccessError)) as caught:
        PLACES[place](form.format(SECRET))
    check_error(caught.value)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_cannot_be_seen_is_shown_as_it_is(place: str) -> None:
    for text in (EVIL, "https://" + SHORT, "https://evil\u202e.example", "https://swr.example/\u200b"):
        with pytest.raises((LongshoreError, AccessError)) as caught:
            PLACES[place](text)
        check_error(caught.value)


def test_the_invocation_hides_a_login_in_a_url() -> None:
    module = Module(
        **dict(
            KEYS,
            check=False,
            endpoint=LOGINS[0].format(SECRET),
            kind="temporary",
            nested=[{"a": LOGINS[1].format(SECRET)}],
        )
    )
    login_token.run(module)
    assert module.result["failed"]
    check(str(module.result))
    # Ansible takes these out of what it shows of the options.
    assert {"user:" + SECRET, SECRET} <= module.no_log_values


@pytest.mark.parametrize("name", ["a\nb", "a\r\nX: y", "a b", "a\x1bb", "a\u200bb", "a:b", "a@b", "a\u2028b", "x" * 65])
def test_a_project_name_is_one_word(name: str) -> None:
    for kind in ("long_term", "temporary"):
        with pytest.raises(HuaweiCloudError) as caught:
            obtain(project_name=name, kind=kind)
        assert caught.value.where == "project_name"
        check_error(caught.value)


def test_a_project_name_may_have_any_letter() -> None:
    assert obtain(project_name="cn-north-4_\u5f00\u53d1").login.username.startswith("cn-north-4_\u5f00\u53d1@")


@pytest.mark.parametrize("name", ["access_key", "security_token", "project_id"])
@pytest.mark.parametrize("value", ["a\nb", "a b", "a\x1bb", "a\u00e9"])
def test_a_key_is_one_word(name: str, value: str) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        obtain(**{name: value, "kind": "temporary", "endpoint": "https://swr.example"})
    assert "invalid characters" in check_error(caught.value)


ZONE: Dict[str, Any] = {
    "name": "swr.example.com",
    "addresses": ["10.0.0.1"],
    "records": [],
    "nameservers": ["localhost"],
    "contact": "hostmaster.localhost.localdomain",
    "ttl": 300,
    "refresh": 3600,
    "retry": 900,
    "expire": 1209600,
}
OTHERS = {"checkzone": "", "backup": False, "state": "present"}


@pytest.mark.parametrize("serial", [-1, 0, 2**32, -(2**40)])
def test_a_serial_is_one(serial: int, tmp_path: Path) -> None:
    path = tmp_path / "zone"
    said = result_of(zone.run, **dict(ZONE, **OTHERS, path=str(path), serial=serial, mode=None, owner=None, group=None))
    assert "invalid serial" in said
    assert not path.exists()
    for kind in ("primary", "secondary"):
        with pytest.raises(DnsError, match="zones: item 1: serial: "):
            desired_of({"kind": kind, "zones": [dict(ZONE, serial=serial)], "primaries": ["10.0.0.2"]})


@pytest.mark.parametrize("serial", [None, 1, 2**32 - 1])
def test_a_serial_that_is_one(serial: Any) -> None:
    (served,) = desired_of({"kind": "primary", "zones": [dict(ZONE, serial=serial)]}).zones
    assert served.serial == serial
