# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What servers, name servers and files of a node tell the reachability checks."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.context import Context
from ansible_collections.longshore.swr.plugins.module_utils._access.dns_client import ServerAnswer
from ansible_collections.longshore.swr.plugins.module_utils._access.errors import Trouble
from ansible_collections.longshore.swr.plugins.module_utils._access.http_exchange import HttpReply
from ansible_collections.longshore.swr.plugins.module_utils._access.job import read_options, report
from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
from ansible_collections.longshore.swr.plugins.module_utils._access.report.html import render_page
from ansible_collections.longshore.swr.plugins.module_utils._access.report.table import render_table
from ansible_collections.longshore.swr.plugins.module_utils._access.runner import run_checks
from ansible_collections.longshore.swr.tests.unit.hostile_text.hostile import (
    EVIL,
    HEADER,
    SECRET,
    SHORT,
    check,
    check_result,
    result_of,
)

PARAMS: Dict[str, Any] = {
    "obs_hosts": [],
    "expected_addresses": ["10.0.0.1"],
    "repository": "team/app",
    "tag": "latest",
    "port": 443,
    "timeout": 2.0,
    "time_limit": 5.0,
    "checks": [],
    "username": "u",
    "password": SECRET,
    "validate_certs": True,
}
FILES = {
    "/etc/hosts": "10.9.9.9 swr.example {0}\n{0} swr.example\n".format(EVIL.replace("\n", " ")),
    "/etc/resolv.conf": "nameserver 10.0.0.53\nnameserver {0}\n".format(SHORT.replace("\n", " ")),
    "/etc/docker/daemon.json": json.dumps({"proxies": {"https-proxy": "http://u:{0}@{1}".format(SECRET, SHORT)}}),
}
ERROR = json.dumps({"errors": [{"code": SHORT, "message": EVIL}]}).encode()
SIGNED = "https://u:{0}@obs.{1}/x?Signature={0}".format(SECRET, HEADER)
REPLIES: List[HttpReply] = [
    HttpReply(200, {"content-type": HEADER}, EVIL.encode("utf-8", "replace")),
    HttpReply(401, {"www-authenticate": 'Bearer realm="{0}",service="{1}"'.format(SIGNED, HEADER)}, ERROR),
    HttpReply(401, {"www-authenticate": 'Bearer realm="https://swr.example/t",service="{0}"'.format(HEADER)}, ERROR),
    HttpReply(403, {}, ERROR),
    HttpReply(307, {"location": SIGNED}, b""),
    HttpReply(307, {"location": "ftp://" + HEADER}, b""),
    HttpReply(500, {"retry-after": HEADER, "date": HEADER}, ERROR),
]


class Node:
    """A node whose files, resolver and environment are hostile."""

    environ = {"HTTPS_PROXY": "http://u:{0}@{1}:3128".format(SECRET, SHORT), "NO_PROXY": SHORT}

    def now(self) -> float:
        return 1_770_000_000.0

    def read(self, path: str) -> Any:
        return FILES.get(path)

    def names_in(self, _directory: str) -> List[str]:
        return [SHORT + ".conf"]

    def resolve(self, name: str, _deadline: Any) -> List[str]:
        if name != "swr.example":
            raise Trouble("dns", EVIL)
        return ["10.0.0.1"]

    def ask(self, server: str, _name: str, _seconds: float) -> ServerAnswer:
        return ServerAnswer(server, SHORT, (), EVIL)

    def connect(self, _address: str, _port: int, _deadline: Any) -> Any:
        raise Trouble("unreachable", EVIL)


class Hostile(Context):
    """Everything that the registry says is one reply."""

    def __init__(self, answer: Any) -> None:
        super().__init__(read_options(PARAMS, "swr.example"), Node())
        self._answer = answer
        self.reachable = ["10.0.0.1"]

    def request(self, *_arguments: Any, **_options: Any) -> HttpReply:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    fetch = request


@pytest.mark.parametrize("answer", [*REPLIES, Trouble("http", EVIL)], ids=range(len(REPLIES) + 1))
def test_every_check(answer: Any) -> None:
    from ansible_collections.longshore.swr.plugins.module_utils._access.runner import CHECKS

    context = Hostile(answer)
    context.challenge = {"realm": SIGNED, "service": HEADER}
    context.certificate = {"issuer": ((("organizationName", EVIL),),), "notAfter": SHORT, "notBefore": SHORT}
    results = []
    for one in CHECKS:
        # Each by itself: what it depends on has failed.
        one_alone = type("Alone", (type(one),), {"depends_on": (), "after": ()})()
        results += run_checks(context, [one_alone])
    said = result_of(lambda _module: report(context, results, "never"))
    assert "evil" in said


def test_a_report_of_many_nodes() -> None:
    checks = [{"id": "dns.nss", "status": "fail", "message": EVIL, "hint": SHORT, "observed": [SHORT], EVIL: EVIL}]
    nodes = {
        "a" + SHORT: {"msg": EVIL, "host": SHORT, "addresses": [EVIL], "checks": checks},
        "b": {"msg": EVIL, "unreachable": True},
        "c": {"msg": "https://u:{0}@h/?a={0} ".format(SECRET) + EVIL},
    }
    found = aggregate(nodes)
    assert "evil" in check_result(found)
    assert "evil" in "".join(check(line) for line in render_table(found))
    assert "evil" in check(render_page(found), lines=True)
