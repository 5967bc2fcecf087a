# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others have written into files, and what programs and name servers say."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

pytest.importorskip("yaml")

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.programs import Named, Programs
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.layout import owned_zones
from ansible_collections.longshore.swr.plugins.module_utils._dns_message import DnsError as NoAnswer
from ansible_collections.longshore.swr.plugins.module_utils._dns_message import encode_name, parse_answer
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.compose_override import BASE, render
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_aliases import alias_patch
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import clashes, parse_hosts
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.no_proxy import adjust
from ansible_collections.longshore.swr.plugins.module_utils._line_file import LineFile
from ansible_collections.longshore.swr.plugins.module_utils._logins.files import files_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import DockerConfigs
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.modules import hosts_file, registry_auth_info
from ansible_collections.longshore.swr.tests.unit.hostile_text.hostile import (
    EVIL,
    SECRET,
    SHORT,
    check,
    check_error,
    check_result,
    result_of,
)

HOSTS = parse_hosts([{"address": "10.0.0.1", "names": ["swr.example"]}])
LINE = " ".join(EVIL.split())
"""On one line, for files that are read line by line."""


def refused(work: Callable[[], Any], family: Any = LongshoreError) -> str:
    with pytest.raises(family) as caught:
        work()
    return check_error(caught.value)


@pytest.mark.parametrize("conflicts", ["fail", "remove"])
def test_a_hosts_file(tmp_path: Path, conflicts: str) -> None:
    path = tmp_path / "hosts"
    path.write_bytes("127.0.0.1 localhost\n10.9.9.9 swr.example {0}\n".format(LINE).encode("utf-8", "surrogatepass"))
    entries = [{"address": "10.0.0.1", "names": ["swr.example"]}]
    said = result_of(hosts_file.run, path=str(path), entries=entries, state="present", conflicts=conflicts)
    assert "evil" in said


@pytest.mark.parametrize(
    ("override", "base"),
    [
        ("services:\n  core:\n    extra_hosts: ['swr.example:{0}']\n", "services: {core: {}, jobservice: {}}\n"),
        ("", "services:\n  jobservice: {{}}\n  core:\n    extra_hosts: ['swr.example:{0}']\n"),
        ("{0}: &a [\n", ""),
        ("services: {{}}\n", "{0}\n"),
        ("a: *{0}\n", "services: {{core: {{}}, jobservice: {{}}}}\n"),
    ],
)
def test_compose_files(override: str, base: str) -> None:
    for text in (SHORT, "evil\\x1b[2J\\u202e"):
        quoted = json.dumps(text)[1:-1]
        try:
            render(override.format(quoted), base.format(quoted) if "{0}" in base else base, HOSTS)
        except LongshoreError as error:
            check_error(error)


def test_what_is_said_of_a_compose_file() -> None:
    base = 'services:\n  jobservice: {}\n  core:\n    extra_hosts: ["swr.example:evil\\e[2J\\u202e"]\n'
    assert "evil\\x1b" in refused(lambda: render("", base, HOSTS))
    assert BASE


def test_a_deployment_and_networks() -> None:
    pod = {"hostAliases": [{"ip": EVIL, "hostnames": ["swr.example"]}]}
    deployment = {"kind": "Deployment", "metadata": {"name": SHORT}, "spec": {"template": {"spec": pod}}}
    assert "evil" in refused(lambda: alias_patch(deployment, HOSTS))
    networks = [{"Name": SHORT, "IPAM": {"Config": [{"Subnet": EVIL}, {"Subnet": "10.0.0.0/8"}]}}]
    result_of(lambda _module: {"found": clashes(networks, HOSTS)})


def test_a_harbor_yml() -> None:
    for text in ("proxy:\n  no_proxy: !{0} x\n", "{0}: [", "proxy: {{http_proxy: 'http://u:{1}@{0}'}}\n"):
        try:
            adjust(text.format(LINE, SECRET), ["swr.example"], True)
        except LongshoreError as error:
            check_error(error)


def test_what_bind_says() -> None:
    named = Named(
        lambda _line: (1, EVIL, "named-checkconf: " + EVIL), Programs(("a",), ("b",), ("c",)), "/etc/named.conf"
    )
    works = (
        named.refuse_broken,
        named.last_configured,
        named.reconfigure,
        lambda: named.check_zone("example.com", "/x"),
        lambda: named.reload("example.com", ""),
    )
    for work in works:
        assert "evil" in refused(work, DnsError)


def test_a_named_conf() -> None:
    from ansible_collections.longshore.swr.plugins.module_utils._dns.server.layout import MARK

    for text in (EVIL, MARK + '\nzone "' + LINE, MARK + "\nzone {0} {{ type {0}; }}".format(LINE)):
        try:
            owned_zones(text, "/etc/bind/x")
        except LongshoreError as error:
            check_error(error)


def test_a_dns_reply() -> None:
    label = "evil\x1b[2J\x9b".encode("latin-1")
    name = bytes([len(label)]) + label + b"\0"
    question = encode_name("swr.example") + struct.pack("!HH", 1, 1)
    head = struct.pack("!6H", 7, 0x8180, 1, 1, 0, 0)
    alias = encode_name("swr.example") + struct.pack("!HHIH", 5, 1, 60, len(name)) + name
    answer = parse_answer(head + question + alias, 7, "swr.example", 1)
    check_result([answer.rcode, list(answer.addresses)])
    with pytest.raises(NoAnswer) as caught:
        parse_answer(head + name + struct.pack("!HH", 1, 1), 7, "swr.example", 1)
    check(str(caught.value))


def write(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document))
    return str(path)


def test_a_docker_configuration(tmp_path: Path) -> None:
    entry = {"auth": EVIL, "username": 7, SHORT: EVIL}
    documents = [
        {"auths": {"swr.example": entry, "https://u:{0}@h/{1}".format(SECRET, SHORT): entry}},
        {"auths": EVIL},
        {"auths": {"swr.example": {"auth": SHORT}}, "credsStore": SHORT},
        {"credHelpers": {"swr.example": EVIL}},
    ]
    for document in documents:
        path = write(tmp_path / "config.json", document)
        configs = DockerConfigs({"REGISTRY_AUTH_FILE": path, "HOME": str(tmp_path)})
        try:
            configs.lookup(Repository("swr.example", "team/app"))
        except LongshoreError as error:
            check_error(error)


def test_credential_files(tmp_path: Path) -> None:
    options = {"registry": "swr.example", "renew_before": 0, "kind": None, "assumed_lifetime": 60, "user": None}
    for document in ({"auths": {"swr.example": {"username": EVIL, "auth": "ZXZpbBtbMko6eA=="}}}, {"auths": EVIL}):
        path = write(tmp_path / "auth.json", document)
        given = dict(options, path=path, formats=[])
        assert files_of(given)
        result_of(registry_auth_info.run, **given)


def test_an_auth_document() -> None:
    documents: Dict[str, Any] = {
        "not a mapping": EVIL,
        "keys": {SHORT: {"username": "u", "password": SECRET}},
        "a login in a key": {"https://u:{0}@swr.example".format(SECRET): {"username": "u", "password": SECRET}},
        "fields": {"swr.example": {"user" + SHORT: EVIL, "username": EVIL}},
        "a token server": {"swr.example": {"username": "u", "password": SECRET, "token_server": SHORT}},
    }
    for document in documents.values():
        refused(lambda document=document: CredentialStore.from_document(document, where=SHORT, environ={}))


def test_lines_of_a_file_stay_lines(tmp_path: Path) -> None:
    file = LineFile(str(tmp_path / "log"), "log_path")
    file.write("one " + EVIL)
    file.write("two")
    file.close()
    text = check((tmp_path / "log").read_text("utf-8"), lines=True)
    assert [line[:3] for line in text.split("\n")] == ["one", "two", ""]
