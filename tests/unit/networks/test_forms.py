# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of NO_PROXY, and of addresses that are never connected to: one implementation, every form once."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._networks import is_exempt, is_nowhere, proxy_for

NAME = "reg.example.com"


@pytest.mark.parametrize(
    ("no_proxy", "host", "exempt"),
    [
        ("", NAME, False),
        ("*", NAME, True),
        ("*", "10.1.2.3", True),
        (NAME, NAME, True),
        (NAME.upper(), NAME, True),
        (NAME, NAME + ".", True),
        ("example.com", NAME, True),
        ("ample.com", NAME, False),
        (".example.com", NAME, True),
        (".example.com", "example.com", False),
        ("*.example.com", NAME, True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "badexample.com", False),
        (" a.example , reg.example.com ,b", NAME, True),
        (",, ,", NAME, False),
        # A port.
        ("reg.example.com:5000", NAME, True),
        ("reg.example.com:443", NAME, False),
        (".example.com:5000", NAME, True),
        ("10.1.2.3:5000", "10.1.2.3", True),
        ("10.1.2.3:80", "10.1.2.3", False),
        ("reg.example.com:99999999999", NAME, False),
        # Digits of another script.
        ("reg.example.com:٥٠٠٠", NAME, False),
        # Addresses and networks.
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.30", "10.1.2.3", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.9.9.9/8", "10.1.2.3", True),
        ("172.16.0.0/12", "10.1.2.3", False),
        ("10.0.0.0/99", "10.1.2.3", False),
        ("10.0.0.0/8", NAME, False),
        ("10.1.2.3", "10.1.2.3.example", False),
        ("2001:db8::1", "2001:db8::1", True),
        ("[2001:db8::1]", "2001:db8::1", True),
        ("[2001:db8::1]:5000", "2001:db8::1", True),
        ("[2001:db8::1]:443", "2001:db8::1", False),
        ("2001:DB8:0::1", "2001:db8::1", True),
        ("2001:db8::/32", "2001:db8::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        # This machine.
        ("", "localhost", True),
        ("", "LOCALHOST.", True),
        ("", "127.0.0.1", True),
        ("", "127.8.8.8", True),
        ("", "::1", True),
        ("", "localhost.example", False),
    ],
)
def test_no_proxy(no_proxy: str, host: str, exempt: bool) -> None:
    assert is_exempt(host, 5000, no_proxy) is exempt


@pytest.mark.parametrize(
    ("environment", "scheme", "proxy"),
    [
        ({}, "https", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http", None),
        ({"ALL_PROXY": "http://p:1"}, "http", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2"}, "https", "http://q:2"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*.example.com"}, "https", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*", "no_proxy": "other.example"}, "https", "http://p:1"),
        # A CGI program's HTTP_PROXY is a header of the client's.
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http", None),
    ],
)
def test_the_environments_proxy(
    environment: dict, scheme: str, proxy: str, monkeypatch: pytest.MonkeyPatch, no_proxies: None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(scheme, NAME, 5000) == proxy


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "[fe80::a9fe:a9fe]",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        # What the C library takes for an address.
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
    ],
)
def test_addresses_that_are_never_connected_to(host: str) -> None:
    assert is_nowhere(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "100.125.0.1", "::1", "fd00::1", "2001:db8::1", NAME, "", "a b"]
)
def test_addresses_like_any_other(host: str) -> None:
    assert not is_nowhere(host)
