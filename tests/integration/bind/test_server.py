# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real named serves zones, or stays as it was, and answers all the time."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.transaction import FileChange, FileTransaction
from ansible_collections.longshore.swr.tests.integration.bind.conftest import (
    NAME,
    OTHER,
    Daemon,
    Questioner,
    run,
    zone,
)

STEADY = {OTHER: ["192.0.2.1"]}
SECRET = "c2VjcmV0LW9mLXRoZS10cmFuc2Zlci1rZXk="
KEY = {"name": "swr-transfer", "algorithm": "hmac-sha256", "secret": SECRET}


def test_apply_change_and_remove_while_it_answers(daemon: Daemon) -> None:
    before = daemon.snapshot()
    with Questioner(daemon.port, STEADY):
        assert daemon.apply(check_mode=True, zones=[zone("10.0.0.1")]).changed
        assert daemon.snapshot() == before
        first = daemon.apply(zones=[zone("10.0.0.1", "2001:db8::1")])
        assert first.changed
        assert daemon.ask().addresses == ("10.0.0.1",)
        assert daemon.ask(kind="AAAA").addresses == ("2001:db8::1",)
        applied = daemon.snapshot()
        second = daemon.apply(zones=[zone("10.0.0.1", "2001:db8::1")])
        assert not second.changed
        assert second.serials == first.serials
        assert daemon.snapshot() == applied
        with Questioner(daemon.port, {NAME: ["10.0.0.1", "10.0.0.2"]}):
            third = daemon.apply(zones=[zone("10.0.0.2")])
        assert third.serials[NAME] > first.serials[NAME]
        assert daemon.ask().addresses == ("10.0.0.2",)
        assert daemon.ask(kind="AAAA").addresses == ()
        assert daemon.apply(zones=[zone("10.0.0.3", name="swr.cn-east-3.myhuaweicloud.com")]).changed
        assert not (daemon.zones / (NAME + ".zone")).exists()
        assert daemon.apply(absent=True).changed
        assert not daemon.apply(absent=True).changed
    assert daemon.snapshot() == before


def failing(daemon: Daemon, *words: str, times: int = 1) -> None:
    """Let rndc fail with these words."""
    left = [times]

    def instead(command: Any) -> Any:
        if list(command)[-len(words) :] == list(words) and left[0]:
            left[0] -= 1
            return 1, "", "rndc: 'x' failed: out of order"
        return run(command)

    daemon.run = instead


@pytest.mark.parametrize("words", [("reconfig",), ("reload", NAME)])
def test_rndc_fails(daemon: Daemon, words: Any) -> None:
    daemon.apply(zones=[zone("10.0.0.1")])
    with Questioner(daemon.port, dict(STEADY, **{NAME: ["10.0.0.1", "10.0.0.2"]})):
        failing(daemon, *words)
        daemon.refused("out of order", "All files are as before", zones=[zone("10.0.0.2")])
        assert daemon.ask().addresses == ("10.0.0.1",)
        daemon.run = run
        assert not daemon.apply(zones=[zone("10.0.0.1")]).changed


def test_what_the_server_does_not_serve_goes_back(daemon: Daemon) -> None:
    """The server says yes to a reload that it does not carry out."""
    daemon.apply(zones=[zone("10.0.0.1")])

    def deaf(command: Any) -> Any:
        return (0, "zone reload queued", "") if "reload" in list(command) else run(command)

    with Questioner(daemon.port, dict(STEADY, **{NAME: ["10.0.0.1"]})):
        daemon.run = deaf
        daemon.refused("has the serial", "answers as before", zones=[zone("10.0.0.2")], timeout=1)


def test_a_zone_file_that_breaks_behind_the_checks_back(daemon: Daemon) -> None:
    """After all checks, before the server reads it."""
    daemon.apply(zones=[zone("10.0.0.1")])
    path = daemon.zones / (NAME + ".zone")

    def breaks(command: Any) -> Any:
        if "reconfig" in list(command):
            daemon.run_count = getattr(daemon, "run_count", 0) + 1
            if daemon.run_count == 1:
                path.write_text("nonsense\n")
        return run(command)

    with Questioner(daemon.port, dict(STEADY, **{NAME: ["10.0.0.1", "10.0.0.2"]})):
        daemon.run = breaks
        daemon.refused("All files are as before", zones=[zone("10.0.0.2")], timeout=1)
        assert daemon.ask().addresses == ("10.0.0.1",)


def test_an_undefined_acl_appears_elsewhere_meanwhile(daemon: Daemon) -> None:
    seen: List[int] = []

    def appears(command: Any) -> Any:
        done = run(command)
        if "status" in list(command):
            seen.append(1)
            daemon.unrelated.write_text(
                'zone "new.example.com" { type primary; file "'
                + str(daemon.etc)
                + '/steady.zone"; allow-query { nowhere; }; };\n'
            )
        return done

    before = daemon.snapshot()
    with Questioner(daemon.port, STEADY):
        daemon.run = appears
        with pytest.raises(DnsError, match="See the log of named"):
            daemon.apply(zones=[zone("10.0.0.1")], allow_query=["localhost"])
    after = daemon.snapshot()
    assert seen
    assert dict(after, **{str(daemon.unrelated): b""}) == dict(before, **{str(daemon.unrelated): b""})


def test_an_undefined_acl_of_our_own(daemon: Daemon) -> None:
    with Questioner(daemon.port, STEADY):
        daemon.refused("nowhere", zones=[zone("10.0.0.1")], allow_query=["nowhere"])
        daemon.refused("nowhere", zones=[zone("10.0.0.1")], allow_transfer=["!nowhere", "any"])


@pytest.mark.parametrize("name", [OTHER, OTHER + ".", OTHER.upper()])
def test_a_zone_that_is_served_already(daemon: Daemon, name: str) -> None:
    daemon.refused("already", "named.conf.local", zones=[zone("10.0.0.1", name=name)])


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"zones": [zone("10.0.0.1", name=" swr.example.com ")]}, "invalid domain name"),
        ({"zones": [zone("10.0.0.300")]}, "invalid address"),
        ({"zones": [zone("10.0.0.300"), zone("x", name="b.example.com")]}, "zones: item 2"),
        ({"zones": []}, "nothing to serve"),
        ({"zones": [zone("10.0.0.1"), zone("10.0.0.1")]}, "duplicate zone"),
        ({"zones": [zone("10.0.0.1")], "views": ["inside"]}, "no view inside"),
        ({"zones": [zone("10.0.0.1")], "allow_transfer": ["10.0.0.0/99"]}, "invalid address or network"),
        ({"forward_zones": [{"name": "obs.example.com", "forwarders": ["dns"]}]}, "invalid address"),
        ({"zones": [zone("10.0.0.1")], "kind": "secondary"}, "primaries"),
        ({"zones": [zone("10.0.0.1")], "key": dict(KEY, secret="%%%%")}, "the secret is not valid base64"),
    ],
)
def test_bad_input(daemon: Daemon, options: Any, part: str) -> None:
    daemon.refused(part, **options)


def test_a_server_that_is_broken_already(daemon: Daemon) -> None:
    (daemon.etc / "steady.zone").write_text("nonsense\n")
    daemon.refused(OTHER, "broken already", zones=[zone("10.0.0.1")])


def test_a_server_that_is_stopped(daemon: Daemon) -> None:
    daemon.stop()
    daemon.refused("is not running", "systemctl start", zones=[zone("10.0.0.1")])


@pytest.mark.parametrize(
    "form",
    [
        'include   "{0}/./swr-zones.conf" ;\n',
        'include /* ours */ "{0}/swr-zones.conf"; // here\n',
        'include "../etc/swr-zones.conf";\n',
        'include "{0}/swr-*.conf";\n',
    ],
)
def test_an_include_line_in_another_form(daemon: Daemon, form: str) -> None:
    daemon.apply(zones=[zone("10.0.0.1")])
    text = daemon.local.read_text().replace(
        'include "{0}/swr-zones.conf";\n'.format(daemon.etc), form.format(daemon.etc)
    )
    daemon.local.write_text(text)
    assert not daemon.apply(zones=[zone("10.0.0.1")]).changed
    daemon.apply(zones=[zone("10.0.0.2")])
    assert daemon.local.read_text() == text
    assert daemon.ask().addresses == ("10.0.0.2",)


@contextlib.contextmanager
def small_disk(path: Path, size: str) -> Iterator[None]:
    """A file system of a few kilobytes at C(path)."""
    if os.geteuid() != 0:
        pytest.skip("a small file system is mounted by root only")
    command = ["mount", "-t", "tmpfs", "-o", "size={0},mode=0755".format(size), "none", str(path)]
    if subprocess.run(command, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield
    finally:
        # Lazily: the server may have a file open.
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_full_disk(daemon: Daemon) -> None:
    with small_disk(daemon.zones, "16k"):
        daemon.apply(zones=[zone("10.0.0.1")])
        many = [{"name": "h{0}".format(n), "type": "TXT", "value": "x" * 200, "ttl": None} for n in range(200)]
        with Questioner(daemon.port, dict(STEADY, **{NAME: ["10.0.0.1"]})):
            daemon.refused("No space left", "All files are as before", zones=[zone("10.0.0.2", records=many)])
        assert not daemon.apply(zones=[zone("10.0.0.1")]).changed


def test_a_full_disk_below_a_file_that_is_a_mount(tmp_path: Path) -> None:
    with small_disk(tmp_path, "8k"):
        path = tmp_path / "named.conf"
        path.write_bytes(b"a" * 4096)
        (tmp_path / "filler").write_bytes(b"b" * 4096)
        files = FileTransaction([FileChange(str(path), b"a" * 4096, b"c" * 5000, in_place=True)])
        files.prepare()
        with pytest.raises(DnsError, match="No space left"):
            files.commit()
        assert path.read_bytes() != b"a" * 4096
        assert files.roll_back() == []
        assert path.read_bytes() == b"a" * 4096


def test_a_key_only_the_server_can_read(daemon: Daemon) -> None:
    outcome = daemon.apply(zones=[zone("10.0.0.1")], key=KEY)
    path = Path(daemon.paths.key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_gid == daemon.group
    assert [change.path for change in outcome.changes if SECRET.encode() in (change.new or b"")] == [str(path)]
    assert [change.secret for change in outcome.changes if change.path == str(path)] == [True]
    path.chmod(0o644)
    assert daemon.apply(zones=[zone("10.0.0.1")], key=KEY).changed
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_secondary(daemon: Daemon, folder: Path) -> None:
    primary = ["127.0.0.1 port {0}".format(daemon.port)]
    daemon.apply(zones=[zone("10.0.0.1")], key=KEY)
    secondary = Daemon(folder / "secondary")
    secondary.start()
    try:
        before = secondary.snapshot()
        options = {"kind": "secondary", "primaries": primary, "key": KEY}
        assert secondary.apply(zones=[zone("10.0.0.1")], **options).changed
        assert secondary.ask().addresses == ("10.0.0.1",)
        assert not secondary.apply(zones=[zone("10.0.0.1")], **options).changed
        daemon.apply(zones=[zone("10.0.0.2")], key=KEY)
        assert secondary.apply(zones=[zone("10.0.0.2")], **options).reloaded == (NAME,)
        assert secondary.ask().addresses == ("10.0.0.2",)
        # What an address does not tell, a serial does.
        serial = daemon.apply(zones=[zone("10.0.0.2", ttl=7)], key=KEY).serials[NAME]
        assert not secondary.apply(zones=[zone("10.0.0.2", serial=serial - 1)], **options).changed
        assert secondary.apply(check_mode=True, zones=[zone("10.0.0.2", serial=serial)], **options).reloaded == (NAME,)
        assert secondary.apply(zones=[zone("10.0.0.2", serial=serial)], **options).reloaded == (NAME,)
        assert not secondary.apply(zones=[zone("10.0.0.2", serial=serial)], **options).changed
        with pytest.raises(DnsError, match="not {0} or later".format(serial + 1)):
            secondary.apply(zones=[zone("10.0.0.2", serial=serial + 1)], timeout=1, **options)
        secondary.apply(absent=True)
        assert secondary.snapshot() == before
        options["key"] = dict(KEY, secret="b3RoZXI=")
        secondary.refused("not loaded", zones=[zone("10.0.0.2")], timeout=1, **options)
    finally:
        secondary.stop()


def test_a_secondary_does_not_keep_what_was_taken_back(daemon: Daemon, folder: Path) -> None:
    """It may have fetched the zone before that went back, and would take an older serial for an old zone."""
    secondary = Daemon(folder / "secondary")
    secondary.start()
    options = {"key": KEY, "also_notify": ["127.0.0.1 port {0}".format(secondary.port)]}
    primary = {"kind": "secondary", "primaries": ["127.0.0.1 port {0}".format(daemon.port)], "key": KEY}
    try:
        first = daemon.apply(zones=[zone("10.0.0.1")], **options).serials[NAME]
        secondary.apply(zones=[zone("10.0.0.1", serial=first)], **primary)
        port, daemon.port = daemon.port, 9
        with pytest.raises(DnsError, match="the serial") as caught:
            daemon.apply(zones=[zone("10.0.0.2")], timeout=2, **options)
        daemon.port = port
        assert daemon.ask().addresses == ("10.0.0.1",)
        again = daemon.apply(zones=[zone("10.0.0.1")], **options)
        assert not again.changed
        assert again.serials[NAME] > first
        assert "now has the serial {0}".format(again.serials[NAME]) in str(caught.value)
        secondary.apply(zones=[zone("10.0.0.1", serial=again.serials[NAME])], **primary)
        # Where the serial is given, others have the new one rightly.
        daemon.port = 9
        before = daemon.snapshot()
        with pytest.raises(DnsError, match="All files are as before"):
            daemon.apply(zones=[zone("10.0.0.2", serial=again.serials[NAME] + 9)], timeout=1, **options)
        assert daemon.snapshot() == before
        daemon.port = port
    finally:
        secondary.stop()


def test_forward_zones_and_a_policy(daemon: Daemon) -> None:
    before = daemon.snapshot()
    names = [
        {"name": NAME, "addresses": ["10.0.0.1"]},
        {"name": "*.obs.cn-north-4.myhuaweicloud.com", "addresses": ["10.0.0.9"]},
    ]
    rpz = {"name": "rpz.longshore.internal", "ttl": 5, "names": names}
    forward = [{"name": "obs.cn-east-3.myhuaweicloud.com", "forwarders": ["127.0.0.1 port 9"]}]
    with Questioner(daemon.port, STEADY):
        assert daemon.apply(rpz=rpz, forward_zones=forward, validate_except=["obs.cn-east-3.myhuaweicloud.com"]).changed
        assert not daemon.apply(
            rpz=rpz, forward_zones=forward, validate_except=["obs.cn-east-3.myhuaweicloud.com"]
        ).changed
        assert daemon.ask().addresses == ("10.0.0.1",)
        assert daemon.ask(kind="AAAA").addresses == ()
        assert daemon.ask("any.obs.cn-north-4.myhuaweicloud.com").addresses == ("10.0.0.9",)
        assert daemon.apply(zones=[zone("10.0.0.1")]).changed
        assert daemon.apply(absent=True).changed
    assert daemon.snapshot() == before


def test_check_mode_refuses_what_a_run_refuses(folder: Path) -> None:
    extra = 'allow-new-zones yes; allow-query { !inner; 10.0.0.0/8; }; response-policy { zone "own.rpz"; };'
    zones = 'acl inner { !192.0.2.1; 127.0.0.0/8; };\nzone "own.rpz" { type primary; file "HERE"; };\n'
    own = folder / "own.zone"
    own.write_text("$TTL 60\n@ IN SOA localhost. root.localhost. ( 1 60 60 60 60 )\n@ IN NS localhost.\n")
    server = Daemon(folder / "server", views=zones.replace("HERE", str(own)), extra=extra)
    server.start()
    names = [{"name": NAME, "addresses": ["10.0.0.1"]}]
    wrong: List[Tuple[Dict[str, Any], str]] = [
        (
            {"rpz": {"name": "rpz.longshore.internal", "ttl": 5, "names": names}},
            "already has the option response-policy",
        ),
        ({"zones": [zone("10.0.0.1", name="added.example.com")], "query": False}, "it was added at run time"),
        ({"zones": [zone("10.0.0.1")]}, "would not answer 127.0.0.1"),
        ({"zones": [zone("10.0.0.1")], "allow_query": ["192.0.2.0/24"]}, "would not answer 127.0.0.1"),
        ({"zones": [zone("10.0.0.1")], "query": False, "key": dict(KEY, name="rndc")}, "would be broken"),
    ]
    try:
        added = '{{ type primary; file "{0}"; }};'.format(own)
        assert run([*server.programs.rndc, "addzone", "added.example.com", added])[0] == 0
        for options, words in wrong:
            server.refused(words, check_mode=True, **options)
            server.refused(words, **options)
        # What the run takes, check mode takes.
        for taken in ({"allow_query": ["localhost"]}, {"allow_query": ["inner"]}, {"query": False}):
            assert server.apply(check_mode=True, zones=[zone("10.0.0.1")], **taken).changed
            assert server.apply(zones=[zone("10.0.0.1")], **taken).changed
    finally:
        server.stop()


def test_options_of_all_zones(folder: Path) -> None:
    """Zones that took updates would refuse a reload, and signed ones would leave private keys behind."""
    extra = "allow-update { any; }; dnssec-policy default; masterfile-format raw;"
    server = Daemon(folder / "options", views="// no zones\n", extra=extra)
    server.start()
    names = [{"name": "mirror.example.com", "addresses": ["10.0.0.1"]}]
    rpz = {"name": "rpz.longshore.internal", "ttl": 5, "names": names}
    try:
        before = server.snapshot()
        for address in ("10.0.0.1", "10.0.0.2"):
            assert server.apply(zones=[zone(address)], rpz=rpz).changed
            assert server.ask().addresses == (address,)
            assert not server.apply(zones=[zone(address)], rpz=rpz).changed
        for name in (NAME, rpz["name"]):
            status = run([*server.programs.rndc, "zonestatus", name])[1].splitlines()
            assert {"dynamic: no", "secure: no"} <= set(status)
        server.apply(absent=True)
        assert server.snapshot() == before
        assert sorted(path.name for path in (folder / "options" / "run").glob("K*")) == []
    finally:
        server.stop()


def test_views(folder: Path) -> None:
    views = 'view "inside" { match-clients { 127.0.0.1; };\nSTEADY};\nview "outside" { match-clients { any; }; };\n'
    server = Daemon(folder / "views", views=views)
    server.start()
    try:
        before = server.snapshot()
        error = server.refused("has views (inside, outside)", zones=[zone("10.0.0.1")])
        assert error.hint
        both = {"zones": [zone("10.0.0.1")], "views": ["outside", "inside"]}
        with Questioner(server.port, STEADY):
            assert server.apply(**both).changed
            assert not server.apply(**both).changed
            assert server.ask().addresses == ("10.0.0.1",)
            assert server.apply(zones=[zone("10.0.0.2")], views=["inside"]).changed
            server.refused("already", zones=[zone("10.0.0.2", name=OTHER)], views=["inside"])
            assert server.apply(absent=True).changed
        assert server.snapshot() == before
    finally:
        server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal(daemon: Daemon, number: int) -> None:
    daemon.apply(zones=[zone("10.0.0.1")])

    def interrupted(command: Any) -> Any:
        if "reconfig" in list(command):
            os.kill(os.getpid(), number)
        return run(command)

    with Questioner(daemon.port, dict(STEADY, **{NAME: ["10.0.0.1", "10.0.0.2"]})):
        daemon.run = interrupted
        daemon.refused("interrupted by signal", "All files are as before", zones=[zone("10.0.0.2")])
