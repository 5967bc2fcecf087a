# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every client takes the same ways: past the proxies that NO_PROXY exempts, and never to a metadata service."""

from __future__ import annotations

import socket
from typing import Any, Dict, List

import pytest
import requests

from ansible_collections.longshore.swr.plugins.module_utils._access.context import Context, Options
from ansible_collections.longshore.swr.plugins.module_utils._access.errors import Trouble
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError, ServerError
from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.tests.support.replies import reply_to

METADATA = ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "2852039166", "[::ffff:a9fe:a9fe]", "100.100.100.200"]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> List[Any]:
    """Where connections were to lead; none is made."""
    places: List[Any] = []

    def connect(_sock: Any, address: Any) -> None:
        places.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return places


@pytest.mark.parametrize("proxies", [{}, {"http": "http://10.0.0.9:3128"}], ids=["direct", "proxy"])
@pytest.mark.parametrize("host", METADATA)
def test_the_copy_engine_never_connects_to_a_metadata_service(host: str, proxies: Any, connected: List[Any]) -> None:
    target = parse_target("http://{0}/latest/meta-data/".format(host))
    with pytest.raises(RegistryError, match="never connected to") as caught:
        Transport(proxies=proxies).request("GET", target, [])
    assert not caught.value.retryable
    assert connected == []


@pytest.mark.parametrize(
    ("addresses", "then"), [(["169.254.169.254"], []), (["fe80::1", "10.0.0.1"], [("10.0.0.1", 80)])]
)
def test_a_name_is_looked_up_first(
    addresses: List[str], then: List[Any], connected: List[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    with pytest.raises(RegistryError, match="Connection refused" if then else "never connected to"):
        Transport(proxies={}).request("GET", parse_target("http://rebound.example/"), [])
    assert connected == then


class Node:
    """A node that resolves names and connects nowhere."""

    def __init__(self, names: Dict[str, List[str]]) -> None:
        self._names = names
        self.connected: List[str] = []

    def resolve(self, name: str, _deadline: Any) -> List[str]:
        return self._names.get(name, [name])

    def connect(self, address: str, _port: int, _deadline: Any) -> Any:
        self.connected.append(address)
        raise Trouble("refused", "the connection is refused")


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://meta.example/t"]
)
def test_access_check_never_connects_to_a_metadata_service(url: str) -> None:
    node = Node({"meta.example": ["169.254.169.254"]})
    with pytest.raises(Trouble, match="never a server"):
        Context(Options("swr.example"), node).fetch(url)
    assert node.connected == []


class Answers(requests.adapters.BaseAdapter):
    """Answers every request alike, and keeps which proxies it was sent with."""

    proxies: Any = None

    def send(self, request: Any, **settings: Any) -> Any:
        self.proxies = settings["proxies"]
        return reply_to(request, body=b"{}")

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("no_proxy", "used"),
    [
        ("api.example:8443", None),
        ("*.example", None),
        ("10.0.0.0/8", "http://p:1"),
        # requests ignores the port.
        ("api.example:443", "http://p:1"),
    ],
)
def test_the_clients_of_apis_read_no_proxy_as_all(
    no_proxy: str, used: Any, monkeypatch: pytest.MonkeyPatch, no_proxies: None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("ALL_PROXY", "http://all:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    session, adapter = requests.Session(), Answers()
    session.mount("https://", adapter)
    client = ApiClient("https://api.example:8443", LongshoreError, lambda _body: ServerError(), session=session)
    client.call("GET", "/")
    assert adapter.proxies.get("https", adapter.proxies.get("all")) == used
