# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files and settings of a node, and text that is safe to show."""

from __future__ import annotations

from typing import Dict, List, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._access.auth_challenge import bearer_challenge
from ansible_collections.longshore.swr.plugins.module_utils._access.context import split_url
from ansible_collections.longshore.swr.plugins.module_utils._access.engine_proxies import (
    EngineProxies,
    ProxySetting,
)
from ansible_collections.longshore.swr.plugins.module_utils._access.errors import Trouble
from ansible_collections.longshore.swr.plugins.module_utils._access.node_files import (
    conflicts,
    hosts_entries,
    nameservers,
)
from ansible_collections.longshore.swr.plugins.module_utils._networks import is_exempt, is_nowhere
from ansible_collections.longshore.swr.plugins.module_utils._text import safe
from ansible_collections.longshore.swr.plugins.module_utils._urls import host_of

SIGNED = "https://obs.example:443/b/x?AccessKeyId=AK77&Expires=1&Signature=s3cr%2Ft&x-obs-security-token=t0ken"


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,
        "cannot GET {0} (reset)".format(SIGNED),
        "Location: '/b/x?AccessKeyId=AK77&Signature=s3cr%2Ft&x-amz-security-token=t0ken'",
        "<Error>Signature=s3cr%2Ft</Error> x-amz-security-token: t0ken",
        "http://user:t0ken@proxy.example:3128/",
    ],
)
def test_signatures_and_passwords_are_not_shown(text: str) -> None:
    shown = safe(text)
    assert [secret for secret in ("s3cr", "t0ken", "AK77") if secret in shown] == []


def test_control_characters_and_length() -> None:
    assert safe("a\x1b[31mb\r\nc\u202ed") == "a\\x1b[31mb c\\u202ed"
    assert len(safe("x" * 5000)) == 400


@pytest.mark.parametrize(
    ("url", "host"),
    [(SIGNED, "obs.example:443"), ("https://a/", "a"), ("nonsense", ""), ("http://[::1", ""), ("http://a:bc/", "")],
)
def test_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


def test_parts_of_a_url() -> None:
    assert split_url("https://OBS.example/b?x=1#f") == ("https", "obs.example", 443, "/b?x=1")
    assert split_url("http://[::1]:8080") == ("http", "::1", 8080, "/")


@pytest.mark.parametrize(
    "url", ["", "ftp://a/", "//a/b", "https:///b", "http://a:99999/", "http://a/\r\nX: y", "http://\u00e4/"]
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(Trouble):
        split_url(url)


@given(st.text(max_size=80))
def test_no_text_breaks_the_readers(text: str) -> None:
    bearer_challenge("Bearer " + text)
    hosts_entries(text, "swr.example")
    nameservers("nameserver " + text)
    is_exempt("swr.example", 443, text)
    is_nowhere(text)
    host_of("https://" + text)
    assert len(safe(text)) <= 400


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Bearer realm="https://a/t/",service="dockyard"', {"realm": "https://a/t/", "service": "dockyard"}),
        ("bearer realm=https://a/t , service=x", {"realm": "https://a/t", "service": "x"}),
        ('Basic realm="a", Bearer realm="b\\"c"', {"realm": 'b"c'}),
        ('Basic realm="a"', None),
        ("", None),
    ],
)
def test_challenges(header: str, expected: Optional[Dict[str, str]]) -> None:
    assert bearer_challenge(header) == expected


HOSTS = """
127.0.0.1 localhost
# 10.0.0.9 swr.example
10.0.0.1\tSWR.example.  alias # comment swr.example
10.0.0.2 other swr.example
::2 swr.example
10.0.0 swr.example
"""


def test_hosts_file() -> None:
    entries = hosts_entries(HOSTS, "swr.example")
    assert [(entry.address, entry.line) for entry in entries] == [("10.0.0.1", 4), ("10.0.0.2", 5), ("::2", 6)]
    assert [entry.address for entry in conflicts(entries)] == ["10.0.0.1", "10.0.0.2"]
    assert conflicts(hosts_entries("10.0.0.1 a\n10.0.0.1 a", "a")) == []


def test_nameservers() -> None:
    lines = ["nameserver 10.0.0.53", "; nameserver 1.1.1.1", "nameserver fe80::1%eth0", "nameserver x"]
    text = "\n".join([*lines, "nameserver ::1", "nameserver 2.2.2.2"])
    assert nameservers(text) == ["10.0.0.53", "fe80::1%eth0", "::1"]


class Files:
    """A node with these files and variables."""

    def __init__(self, files: Dict[str, str], environ: Optional[Dict[str, str]] = None) -> None:
        self.files = files
        self.environ = environ or {}

    def read(self, path: str) -> Optional[str]:
        return self.files.get(path)

    def names_in(self, directory: str) -> List[str]:
        return [path[len(directory) + 1 :] for path in self.files if path.startswith(directory + "/")]


DOCKER = "/usr/lib/systemd/system/docker.service"
DROP_IN = "/etc/systemd/system/docker.service.d/"


def test_drop_ins_of_a_unit() -> None:
    files = {
        DOCKER: "[Service]\nEnvironment=A=1 HTTPS_PROXY=http://first:1\n",
        DROP_IN + "10.conf": '[Service]\nEnvironment="HTTPS_PROXY=http://second:2" \\\n  "NO_PROXY=a,b"\n',
        DROP_IN + "ignored.txt": "Environment=HTTPS_PROXY=http://third:3\n",
        "/run/systemd/system/docker.service.d/10.conf": "[Service]\nEnvironment=HTTPS_PROXY=http://masked:1\n",
    }
    assert EngineProxies(Files(files)).settings() == [ProxySetting("docker.service", "http://second:2", "a,b")]
    files[DROP_IN + "20.conf"] = "[Service]\n#Environment=HTTPS_PROXY=x\nEnvironment=\n"
    assert EngineProxies(Files(files)).settings() == []
    files[DROP_IN + "30.conf"] = "[Service]\nEnvironmentFile=-/etc/default/docker\n"
    files["/etc/default/docker"] = "# comment\nHTTPS_PROXY='http://fourth:4'\n"
    assert EngineProxies(Files(files)).settings() == [ProxySetting("docker.service", "http://fourth:4", "")]
    files[DROP_IN + "40.conf"] = '[Service]\nEnvironment="HTTPS_PROXY=http://unclosed\n'
    assert EngineProxies(Files(files)).settings()[0].proxy == "http://fourth:4"


def test_a_unit_that_is_not_there_has_no_proxy() -> None:
    files = {"/etc/systemd/system.conf": "[Manager]\nDefaultEnvironment=HTTPS_PROXY=http://all:1\n"}
    assert EngineProxies(Files(files)).settings() == []
    files["/etc/systemd/system/containerd.service"] = "[Service]\n"
    assert [setting.source for setting in EngineProxies(Files(files)).settings()] == ["containerd.service"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"proxies": 3}', '{"proxies": {"https-proxy": null}}', "[" * 100_000])
def test_a_daemon_json_without_proxy(text: str) -> None:
    assert EngineProxies(Files({"/etc/docker/daemon.json": text})).settings() == []


def test_proxies_of_daemon_json_and_environment() -> None:
    text = '{"proxies": {"https-proxy": "http://u:pw@p:1", "no-proxy": "swr.example"}}'
    node = Files({"/etc/docker/daemon.json": text}, {"https_proxy": "p2:3128", "no_proxy": "x"})
    environment, daemon = EngineProxies(node).settings()
    assert (environment.source, environment.proxy, environment.no_proxy) == ("environment", "p2:3128", "x")
    assert (daemon.applies_to("swr.example", 443), daemon.applies_to("obs.example", 443)) == (False, True)
    assert "pw" not in daemon.shown
