# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault is found by its own check, and reported once."""

from __future__ import annotations

import contextlib
import socket
import threading
from email.utils import formatdate
from typing import Any, Callable, Dict, Iterator

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.deadline import Deadline
from ansible_collections.longshore.swr.plugins.module_utils._access.errors import Trouble
from ansible_collections.longshore.swr.plugins.module_utils._access.http_exchange import exchange
from ansible_collections.longshore.swr.plugins.module_utils._access.runner import CHECK_IDS
from ansible_collections.longshore.swr.tests.integration.access.conftest import (
    HOST,
    OBS,
    PASSWORD,
    World,
    by_status,
    finding,
)


def only(result: Dict[str, Any], name: str, status: str = "fail") -> Dict[str, Any]:
    """The finding of the one check that found something; it says what to do."""
    other = "warn" if status == "fail" else "fail"
    assert by_status(result, status) == [name], result["checks"]
    assert by_status(result, other) == [], result["checks"]
    found = finding(result, name)
    assert found["message"]
    assert found["hint"]
    return found


def test_a_node_that_reaches_swr(world: World) -> None:
    result = world.check()
    assert by_status(result, "fail") + by_status(result, "warn") == [], result["checks"]
    assert [check["id"] for check in result["checks"]] == list(CHECK_IDS)
    # The test's node has no resolv.conf.
    assert by_status(result, "skip") == ["dns.servers"]
    assert result["ok"] is True
    assert result["failed"] is False
    assert result["changed"] is False
    assert result["obs_hosts"] == [OBS]
    assert result["addresses"] == ["127.0.0.1"]
    assert finding(result, "blob.obs_get")["message"] == "65536 bytes of a layer arrive"
    # Nothing was left behind.
    assert world.swr.count("upload_post") == 0


def test_without_login_and_repository_the_rest_is_proven(world: World) -> None:
    result = world.check(username="", password="", repository="")
    assert by_status(result, "fail") + by_status(result, "warn") == []
    assert {"registry.manifest", "blob.redirect", "blob.obs_dns", "blob.obs_get"} <= set(by_status(result, "skip"))
    assert finding(result, "path.mtu")["status"] == "pass"


def test_wrong_address(world: World) -> None:
    world.node.names[HOST] = ["203.0.113.9"]
    world.node.files["/etc/hosts"] = "203.0.113.9 {0}\n".format(HOST)
    found = only(world.check(), "dns.nss")
    assert (found["observed"], found["expected"]) == (["203.0.113.9"], ["127.0.0.1"])
    assert found["source"] == "hosts"
    assert "line 1 of /etc/hosts" in found["message"]
    assert "longshore.swr.hosts" in found["hint"]
    assert "longshore.swr.bind" in found["hint"]


def test_two_addresses_in_hosts(world: World) -> None:
    world.node.names[HOST] = ["127.0.0.1", "127.0.0.2"]
    world.node.files["/etc/hosts"] = "127.0.0.1 {0}\n127.0.0.2 other {0} # old\n".format(HOST)
    found = only(world.check(), "hosts.conflict")
    assert "127.0.0.2" in found["message"]


def test_unknown_name(world: World) -> None:
    world.node.names.pop(HOST)
    only(world.check(), "dns.nss")


def test_closed_port(world: World) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        found = only(world.check(port=reserved.getsockname()[1]), "tcp.443")
    assert "refused" in found["message"]


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port that drops what it gets: a listener whose queue is full and that accepts nothing."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _number in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_filtered_port(world: World) -> None:
    with black_hole() as port:
        found = only(world.check(port=port, timeout=1.0), "tcp.443")
    assert "no answer within 1 seconds" in found["message"]
    assert "firewall" in found["hint"]


def test_one_of_two_addresses_is_dead(world: World) -> None:
    world.node.names[HOST] = ["127.0.0.1", "::1"]
    found = only(world.check(expected_addresses=("127.0.0.1", "::1")), "tcp.443", "warn")
    assert "::1" in found["message"]


def test_expired_certificate(make_world: Callable[..., World]) -> None:
    found = only(make_world(days=-1).check(), "tls.expiry")
    assert "expired" in found["message"]


def test_certificate_that_ends_soon(make_world: Callable[..., World]) -> None:
    only(make_world(days=5).check(), "tls.expiry", "warn")


def test_certificate_for_another_name(make_world: Callable[..., World]) -> None:
    found = only(make_world(names=("other.example", OBS)).check(), "tls.name")
    assert found["observed"] == ["other.example", OBS]


def test_expired_and_for_another_name_are_two_findings(make_world: Callable[..., World]) -> None:
    result = make_world(names=("other.example", OBS), days=-1).check()
    assert by_status(result, "fail") == ["tls.name", "tls.expiry"]


def test_unknown_authority(world: World, certificates: Callable[..., Any]) -> None:
    world.ca_path = certificates(("someone.else.example",)).ca_path
    found = only(world.check(), "tls.chain")
    assert "access_check_ca_path" in found["hint"]


def test_unverified_certificates_only_warn(world: World, certificates: Callable[..., Any]) -> None:
    world.ca_path = certificates(("someone.else.example",)).ca_path
    result = world.check(validate_certs=False)
    assert by_status(result, "fail") == []
    assert by_status(result, "warn") == ["tls.chain", "tls.name", "tls.expiry"]
    assert finding(result, "blob.obs_get")["status"] == "pass"


def test_not_a_registry(world: World) -> None:
    world.fault(kind="ping", action="status", status=200, html=True)
    found = only(world.check(), "http.v2")
    assert "text/html" in found["message"]


def test_no_tls_at_all(world: World, sandbox_registry: Callable[..., Any]) -> None:
    only(world.check(port=sandbox_registry().server.port), "tls.chain")


@pytest.mark.parametrize("realm", ["https://evil.example/token", "http://{0}/token".format(HOST), "nonsense", ""])
def test_tokens_from_elsewhere(world: World, realm: str) -> None:
    world.node.names["evil.example"] = ["203.0.113.66"]
    challenge = 'Bearer realm="{0}",service="x"'.format(realm)
    world.fault(kind="ping", action="headers", headers={"WWW-Authenticate": challenge})
    only(world.check(), "auth.realm")
    assert world.swr.count("token") == 0, "the login went out"


def test_wrong_password(world: World) -> None:
    found = only(world.check(password="wrong-" + PASSWORD[:20]), "auth.token")
    assert "longshore.swr.login" in found["hint"]
    assert PASSWORD[:20] not in world.text


def test_missing_organization(world: World) -> None:
    found = only(world.check(repository="nobody/app"), "auth.token")
    assert "Image organization does not exist" in found["message"]


def test_missing_repository(world: World) -> None:
    found = only(world.check(repository="team/missing"), "registry.manifest")
    assert "does not exist" in found["message"]


def test_obs_name_that_does_not_resolve(world: World) -> None:
    world.node.names.pop(OBS)
    found = only(world.check(), "blob.obs_dns")
    assert OBS in found["message"]
    assert "create the VPC endpoint for OBS" in found["hint"]


def test_one_bucket_of_several_does_not_resolve(world: World) -> None:
    found = only(world.check(obs_hosts=("second.obs.example",)), "blob.obs_dns")
    assert "second.obs.example" in found["message"]


def test_buckets_are_looked_at_without_a_repository(world: World) -> None:
    only(world.check(obs_hosts=("second.obs.example",), repository=""), "blob.obs_dns")


def test_hosts_file_with_some_of_the_buckets(world: World) -> None:
    world.node.names["second.obs.example"] = ["127.0.0.1"]
    world.node.files["/etc/hosts"] = "127.0.0.1 {0}\n".format(OBS)
    only(world.check(obs_hosts=("second.obs.example",)), "blob.obs_dns", "warn")


@pytest.mark.parametrize(
    ("said", "remedy"), [("Access Denied", "policy of the VPC endpoint"), ("Request has expired", "clock is wrong")]
)
def test_obs_refuses(world: World, said: str, remedy: str) -> None:
    body = "<Error><Code>AccessDenied</Code><Message>{0}</Message></Error>".format(said)
    world.fault(kind="obs_get", action="status", status=403, body=body)
    found = only(world.check(), "blob.obs_get")
    assert found["message"].endswith("HTTP 403: AccessDenied: {0}".format(said))
    assert remedy in found["hint"]


def test_large_replies_of_obs_are_lost(world: World) -> None:
    world.fault(kind="obs_get", action="hang", skip=1)
    found = only(world.check(timeout=2.0), "blob.obs_get")
    assert "one byte arrives" in found["message"]


def test_obs_cuts_off(world: World) -> None:
    world.fault(kind="obs_get", action="truncate", after=1000, skip=1)
    only(world.check(), "blob.obs_get")


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, "<html>log in first</html>" * 9000, {}),
        (206, "x", {"Content-Range": "bytes 0-0/7"}),
    ],
)
def test_something_else_answers_for_obs(world: World, status: int, body: str, headers: Any) -> None:
    world.fault(kind="obs_get", action="status", status=status, body=body, headers=headers)
    found = only(world.check(), "blob.obs_get")
    assert "something else" in found["message"]


def test_settings_of_an_engine_that_are_not_understood(world: World) -> None:
    world.node.files["/etc/docker/daemon.json"] = '{"proxies": {"https-proxy": "http://p:3128"},}'
    found = only(world.check(), "env.proxy", "warn")
    assert "/etc/docker/daemon.json cannot be parsed" in found["message"]


@pytest.mark.parametrize(("seconds", "status"), [(120, "warn"), (-120, "warn"), (4000, "fail"), (-4000, "fail")])
def test_clock_that_is_wrong(world: World, seconds: int, status: str) -> None:
    moment = world.node.now() + seconds
    world.fault(kind="ping", action="headers", headers={"Date": formatdate(moment, usegmt=True)})
    found = only(world.check(), "time.skew", status)
    assert ("behind" if seconds > 0 else "before") in found["message"]


def test_proxy_of_the_environment(world: World) -> None:
    world.node.environ = {"HTTPS_PROXY": "http://user:hidden-pass@proxy.example:3128", "NO_PROXY": "localhost"}
    found = only(world.check(), "env.proxy")
    assert "hidden-pass" not in world.text
    assert "proxy.example:3128" in found["message"]
    assert HOST in found["hint"]


def test_proxy_of_the_engine(world: World) -> None:
    path = "/etc/systemd/system/docker.service.d/proxy.conf"
    world.node.files["/usr/lib/systemd/system/docker.service"] = "[Service]\nType=notify\n"
    world.node.files[path] = '[Service]\nEnvironment="HTTPS_PROXY=http://proxy.example:3128"\n'
    found = only(world.check(), "env.proxy")
    assert "docker.service" in found["message"]
    world.node.files[path] += 'Environment="NO_PROXY=.cloud.example,10.0.0.0/8"\n'
    assert world.statuses()["env.proxy"] == "pass"


def test_large_packets_are_lost(world: World) -> None:
    """As seen from the node: small requests are answered, the large one is not."""
    world.fault(method="POST", action="hang")
    found = only(world.check(timeout=2.0), "path.mtu")
    assert "MSS" in found["hint"]
    assert "pmtu=" in found["message"]


def test_a_busy_registry_is_asked_again(world: World) -> None:
    world.fault(kind="manifest_head", action="status", status=503, times=1)
    assert world.statuses()["registry.manifest"] == "pass"


def test_a_subset_brings_what_it_depends_on(world: World) -> None:
    result = world.check(checks=("tls.name",))
    assert [check["id"] for check in result["checks"]] == [
        "hosts.conflict",
        "dns.nss",
        "tcp.443",
        "tls.chain",
        "tls.name",
    ]


@pytest.mark.parametrize("fail_on", ["error", "warn", "never"])
def test_what_makes_the_task_fail(make_world: Callable[..., World], fail_on: str) -> None:
    soon = make_world(days=5).check(fail_on)
    assert soon["failed"] is (fail_on == "warn")
    assert soon["ok"] is True
    expired = make_world(days=-1).check(fail_on)
    assert expired["failed"] is (fail_on != "never")
    assert expired["ok"] is False
    assert "tls.expiry" in expired["msg"]


def test_the_whole_is_bounded_in_time(world: World) -> None:
    """A look-up that never comes back does not keep the module either."""
    stuck = threading.Event()
    world.node.resolve = lambda name, deadline: stuck.wait() and []  # type: ignore[method-assign]
    result = world.check(time_limit=1.0)
    found = only(result, "dns.nss")
    assert "not finished within 1 seconds" in found["message"]
    stuck.set()


def test_a_reply_that_comes_byte_by_byte(world: World) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            sock, _peer = listener.accept()
            with sock:
                while not stop.wait(0.05):
                    sock.sendall(b"H")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    sock = socket.create_connection(listener.getsockname())
    with pytest.raises(Trouble) as caught:
        exchange(sock, Deadline(0.5), "GET", "/", {"Host": "x"})
    assert caught.value.kind == "timeout"
    stop.set()
    thread.join(5)
    listener.close()
