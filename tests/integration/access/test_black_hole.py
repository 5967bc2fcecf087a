# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real path on which large packets are lost: a hop with a smaller MTU that never says so.

Three network namespaces in a row: the node, a router, the server. A socket belongs to the namespace in which it was
made, so a thread that steps into one for a moment is all that is needed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import threading
from typing import Any, Callable, Iterator

import pytest

from ansible_collections.longshore.swr.tests.integration.access.conftest import (
    ACCESS_KEY,
    HOST,
    IMAGE,
    OBS,
    SECRET_KEY,
    Node,
    World,
    by_status,
    finding,
)
from ansible_collections.longshore.swr.tests.sandbox import Swr

NODE, ROUTER, SERVER = ("swr{0}{1}".format(os.getpid() % 100_000, part) for part in "nrs")
NODE_ADDRESS, NODE_SIDE, SERVER_SIDE, SERVER_ADDRESS = "10.77.1.2", "10.77.1.1", "10.77.2.1", "10.77.2.2"
CLONE_NEWNET = 0x40000000

pytestmark = [pytest.mark.needs_root, pytest.mark.needs_program("ip")]


def ip(*words: str) -> None:
    subprocess.run([str(shutil.which("ip")), *words], check=True, capture_output=True, text=True)


def inside(namespace: str, call: Callable[[], Any]) -> Any:
    """The result of a call in a thread of that namespace."""
    outcome: Any = []

    def work() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/var/run/netns/" + namespace, "rb") as handle:
            if libc.setns(handle.fileno(), CLONE_NEWNET):
                outcome.append((None, OSError(ctypes.get_errno(), "setns")))
                return
        try:
            outcome.append((call(), None))
        except Exception as error:  # noqa: BLE001
            outcome.append((None, error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


@contextlib.contextmanager
def path(mtu: int) -> Iterator[None]:
    """The three namespaces; the hop to the server has this MTU, and the router sends no ICMP."""
    with contextlib.ExitStack() as stack:
        for name in (NODE, ROUTER, SERVER):
            try:
                ip("netns", "add", name)
            except subprocess.CalledProcessError as error:
                pytest.skip("no network namespaces here: {0}".format(error.stderr.strip()))
            stack.callback(ip, "netns", "delete", name)
        for end, name, near, far in (
            (NODE, "veth1", NODE_ADDRESS, NODE_SIDE),
            (SERVER, "veth2", SERVER_ADDRESS, SERVER_SIDE),
        ):
            ip("-n", end, "link", "add", name, "type", "veth", "peer", "name", name, "netns", ROUTER)
            for namespace, address in ((end, near), (ROUTER, far)):
                ip("-n", namespace, "address", "add", address + "/24", "dev", name)
                ip("-n", namespace, "link", "set", name, "up")
            ip("-n", end, "route", "add", "default", "via", far)
        ip("-n", ROUTER, "link", "set", "veth2", "mtu", str(mtu))
        subprocess.run(
            ["ip", "netns", "exec", ROUTER, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"], check=True
        )
        # What the router itself sends, its ICMP messages, goes nowhere; what it forwards does not come from lo.
        ip("-n", ROUTER, "rule", "add", "iif", "lo", "table", "99")
        ip("-n", ROUTER, "rule", "del", "pref", "0")
        ip("-n", ROUTER, "rule", "add", "pref", "10", "iif", "veth1", "table", "local")
        ip("-n", ROUTER, "rule", "add", "pref", "11", "iif", "veth2", "table", "local")
        ip("-n", ROUTER, "route", "add", "blackhole", "default", "table", "99")
        yield


class NamespaceNode(Node):
    """A node in its namespace."""

    def connect(self, address: str, port: int, deadline: Any) -> socket.socket:
        return inside(NODE, lambda: super(NamespaceNode, self).connect(address, port, deadline))


@pytest.mark.parametrize("mtu", [1300, 1500])
def test_a_black_hole_for_large_packets(mtu: int, certificates: Callable[..., Any]) -> None:
    tls = certificates()
    swr = Swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=tls, obs_host=OBS, host=SERVER_ADDRESS)
    swr.load(IMAGE, "team/app", "1.0")
    with path(mtu):
        inside(SERVER, swr.start)
        try:
            world = World(swr, tls.ca_path)
            world.node = NamespaceNode()
            world.node.names = {HOST: [SERVER_ADDRESS], OBS: [SERVER_ADDRESS]}
            result = world.check(expected_addresses=(SERVER_ADDRESS,), timeout=4.0)
        finally:
            swr.stop()
    if mtu == 1500:
        assert by_status(result, "fail") == [], result["checks"]
        assert finding(result, "blob.obs_get")["status"] == "pass"
        return
    assert by_status(result, "fail") == ["path.mtu"], result["checks"]
    found = finding(result, "path.mtu")
    assert found["details"]["total_retrans"] > 0
    assert finding(result, "http.v2")["status"] == "pass"
    assert finding(result, "auth.token")["status"] == "pass"
