# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's parts work. What it measures is judged by people, not here."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, Iterator, List

import pytest
import yaml

from ansible_collections.longshore.swr.tests.bench import __main__ as command
from ansible_collections.longshore.swr.tests.bench import measure, servers, session, table, tools
from ansible_collections.longshore.swr.tests.bench.servers import delayed
from ansible_collections.longshore.swr.tests.conftest import ROOT, collections_root
from ansible_collections.longshore.swr.tests.sandbox import Registry, workloads

DELAY = 0.05


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of a server that sends back what it gets."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(peer: socket.socket) -> None:
        with peer:
            while True:
                data = peer.recv(1 << 20)
                if not data:
                    return
                peer.sendall(data)

    def serve() -> None:
        while True:
            try:
                peer, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(peer,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield "127.0.0.1:{0}".format(server.getsockname()[1])
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def connect(address: str) -> socket.socket:
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def receive(peer: socket.socket, count: int) -> bytes:
    parts: List[bytes] = []
    while count:
        data = peer.recv(min(count, 1 << 20))
        assert data, "the connection ended early"
        parts.append(data)
        count -= len(data)
    return b"".join(parts)


def test_the_relay_delays_each_way_and_keeps_the_order(echo: str) -> None:
    with delayed([echo], DELAY) as addresses, connect(addresses[0]) as peer:
        begin = time.monotonic()
        peer.sendall(b"first")
        assert receive(peer, 5) == b"first"
        # The handshake of a real line takes a round trip too, which loopback does not.
        assert time.monotonic() - begin >= 4 * DELAY
        begin = time.monotonic()
        peer.sendall(b"second")
        assert receive(peer, 6) == b"second"
        took = time.monotonic() - begin
        assert took >= 2 * DELAY
        content = os.urandom(4_000_000)
        sender = threading.Thread(target=peer.sendall, args=(content,))
        sender.start()
        assert receive(peer, len(content)) == content
        sender.join()


def test_the_relay_ends_a_connection_when_either_side_does(echo: str) -> None:
    with delayed([echo], 0.001) as addresses, connect(addresses[0]) as peer:
        peer.sendall(b"all")
        peer.shutdown(socket.SHUT_WR)
        assert receive(peer, 3) == b"all"
        assert peer.recv(1) == b""


def test_a_run_is_measured() -> None:
    program = "import sys\nx = bytearray(50_000_000)\nsum(range(4_000_000))\nprint('done')\nsys.exit(3)"
    usage = measure.run([sys.executable, "-c", program])
    assert (usage.code, usage.output, usage.stopped) == (3, "done\n", False)
    assert usage.cpu > 0
    assert usage.peak > 50_000_000
    assert usage.wall > 0


def test_a_run_that_takes_too_long_is_stopped() -> None:
    usage = measure.run_all([[sys.executable, "-c", "import time; time.sleep(60)"], ["false"]], timeout=0.3)
    assert usage.stopped
    assert usage.code == -9
    assert usage.wall < 30


def test_the_table_lines_up_and_relates_to_the_engine() -> None:
    engine = {"work": "a", "tool": table.ENGINE, "wall": 2.0, "cpu": 1.0, "peak": 30e6, "requests": 1234, "note": ""}
    peer = dict(engine, tool="crane", wall=3.0, bytes=1_500_000, arrived="5/6", note="exit code 1")
    text = table.render(table.with_ratios([engine, peer]))
    head, rule, first, second = text.splitlines()
    assert head.split()[:2] == ["work", "tool"]
    assert set(rule) == {"-", " "}
    assert first.split() == ["a", table.ENGINE, "2.00", "1.00", "30", "1,234", "1.00"]
    assert second.split() == ["a", "crane", "3.00", "1.00", "30", "1,234", "1.5", "5/6", "1.50", "exit", "code", "1"]
    assert first.index("2.00") == second.index("3.00")


def test_the_median_counts_and_a_failed_run_is_not_hidden() -> None:
    runs = [{"wall": wall, "note": note, "tool": "x"} for wall, note in ((9.0, ""), (1.0, "exit code 1"), (2.0, ""))]
    assert table.median_of(runs) == {"wall": 2.0, "note": "exit code 1", "tool": "x", "runs": 3}


class Fake(tools.Tool):
    """A tool that is not run: it raises its C(error), or its run takes C(wall) seconds."""

    def __init__(self, name: str, *outcomes: Any) -> None:
        self.name = name
        self.outcomes = list(outcomes)

    def run(self) -> session.Row:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        usage = measure.Usage(wall=outcome, cpu=1.0, stopped=outcome >= 9)
        return session.row_of(usage, {"head": 2}, 0, 0, 1, 1)


def test_a_peer_that_fails_or_takes_too_long_is_a_row_and_not_the_end(tmp_path: Path) -> None:
    engine = Fake(table.ENGINE, 1.0, 3.0, 2.0)
    fakes = [
        engine,
        Fake("breaks", 4.0, OSError("the server is gone")),
        Fake("hangs", 9.0),
        Fake("fine", 5.0, 7.0, 6.0),
    ]
    bench = session.Session(tmp_path, tools.Engine(""), [], repeat=3)
    bench.compare("again", fakes, lambda tool: tool.run())  # type: ignore[attr-defined]
    assert [(row["tool"], row["wall"], row["runs"]) for row in bench.rows] == [
        (table.ENGINE, 2.0, 3),
        ("breaks", 4.0, 2),
        ("hangs", 9.0, 1),
        ("fine", 6.0, 3),
    ]
    assert "the server is gone" in bench.rows[1]["note"]
    assert "stopped after 9 s" in bench.rows[2]["note"]
    text = table.render(table.with_ratios(bench.rows))
    assert "failed: OSError('the server is gone')" in text
    bench.compare("never", [Fake("x", ValueError("nothing"))], lambda tool: tool.run())  # type: ignore[attr-defined]
    assert "failed: ValueError('nothing')" in table.render(table.with_ratios(bench.rows))


def test_what_was_measured_is_shown_whatever_happens_after_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def first(bench: session.Session) -> None:
        engine = Fake(table.ENGINE, 1.0, KeyError("later"))
        bench.compare("first", [engine], lambda tool: tool.run(), repeat=2)  # type: ignore[attr-defined]

    def second(bench: session.Session) -> None:
        bench.compare("second", [Fake(table.ENGINE, 2.0)], lambda tool: tool.run(), 1)  # type: ignore[attr-defined]

    monkeypatch.setattr(command, "WORKS", {"first": first, "second": second})
    monkeypatch.setattr(tools.Engine, "warm_up", lambda _engine: None)
    file = tmp_path / "figures.json"
    assert command.main(["--works", "first,second", "--peers", "crane", "--json", str(file)]) == 1
    output = capsys.readouterr()
    assert "first: it cannot be measured: KeyError('later')" in output.err
    assert [row["work"] for row in json.loads(file.read_text(encoding="utf-8"))["rows"]] == ["first", "second"]
    assert "second" in output.out
    with pytest.raises(SystemExit):
        command.main(["--works", "first", "--peers", "crane,docker"])


def open_many(host: str, count: int) -> List[socket.socket]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 500:
        pytest.skip("this system allows {0} open files".format(hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 500), hard))
    return [connect(host) for _number in range(count)]


def check_answers(peer: socket.socket) -> None:
    peer.sendall(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n")
    assert peer.recv(8) == b"HTTP/1.1"


@pytest.mark.parametrize("kind", ["sandbox", "synthetic"])
def test_the_servers_of_a_measurement_bear_many_connections(tmp_path: Path, kind: str) -> None:
    """image-syncer opens one for each tag. C(LONGSHORE_CONNECTIONS=10000) takes half a minute."""
    with contextlib.ExitStack() as stack:
        if kind == "sandbox":
            host = stack.enter_context(servers.sandbox(tmp_path, "server")).host
        else:
            program = [sys.executable, str(servers.HERE / "synthetic_registry.py")]
            host = "127.0.0.1:{0}".format(stack.enter_context(servers.program(program))["port"])
        peers = open_many(host, int(os.environ.get("LONGSHORE_CONNECTIONS", "2000")))
        for peer in peers:
            stack.callback(peer.close)
        for peer in (peers[0], peers[-1], connect(host)):
            check_answers(peer)


def test_absent_peers_are_named_and_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "crane"
    program.write_text("#!/bin/sh\necho 0.20.3\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found, absent = tools.peers()
    assert [(tool.name, tool.version()) for tool in found] == [("crane", "0.20.3")]
    assert absent == ["skopeo", "regsync", "image-syncer"]


def test_the_peers_are_told_the_same_work(tmp_path: Path) -> None:
    login = ("user", "secret-of-the-test")
    task = tools.Task("s:1", "d:2", ["x/a", "y/b"], tmp_path, workers=5, logins={"d:2": login, "s:1": login})
    crane = tools.Crane().commands(task)
    assert [line[-2:] for line in crane] == [["s:1/x/a", "d:2/x/a"], ["s:1/y/b", "d:2/y/b"]]
    assert crane[0][:-2] == ["crane", "copy", "--insecure", "--all-tags", "--jobs", "5"]
    skopeo = tools.Skopeo().commands(task)
    assert [line[-1] for line in skopeo] == ["d:2/x", "d:2/y"]
    assert yaml.safe_load(Path(skopeo[1][-2]).read_text(encoding="utf-8"))["s:1"]["images"] == {"y/b": []}
    (regsync,) = tools.Regsync().commands(task)
    document = yaml.safe_load(Path(regsync[2]).read_text(encoding="utf-8"))
    assert [(entry["source"], entry["target"]) for entry in document["sync"]] == [
        ("s:1/x/a", "d:2/x/a"),
        ("s:1/y/b", "d:2/y/b"),
    ]
    assert document["defaults"] == {"parallel": 5}
    (syncer,) = tools.ImageSyncer().commands(task)
    assert json.loads(Path(syncer[-1]).read_text(encoding="utf-8")) == {"s:1/x/a": "d:2/x/a", "s:1/y/b": "d:2/y/b"}
    lines: List[Any] = [*crane, *skopeo, regsync, syncer]
    assert not [line for line in lines if any(login[1] in word for word in line)]


@pytest.mark.parametrize("name", [table.ENGINE, "before", "no-work relay"])
def test_what_is_measured_copies_everything(name: str, tmp_path: Path) -> None:
    known = [tools.Engine(str(collections_root())), command.engine_of(ROOT, tmp_path), tools.Relay()]
    (tool,) = [tool for tool in known if tool.name == name]
    with Registry() as source, Registry() as target:
        items = workloads.load_all(source, workloads.many_repositories(3))
        items += workloads.load_all(source, workloads.work_e(1))
        names = sorted({item.repository for item in items})
        task = tools.Task(source.host, target.host, names, tmp_path)
        usage = measure.run_all(tool.commands(task), tool.environment(task), 60)
        assert usage.code == 0, usage.errors
        for item in items:
            stored = target.manifest(item.repository, item.tag)
            assert stored is not None
            assert stored.digest == item.image.digest
            assert target.missing_blobs(item.repository) == []


def test_another_checkout_needs_an_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.arguments(["--before", str(ROOT)]).before == ROOT
    with pytest.raises(SystemExit):
        command.arguments(["--before", str(tmp_path)])
    assert "there is no tests/bench/engine.py" in capsys.readouterr().err


def test_unknown_works_are_refused() -> None:
    assert command.works_of("a, wan") == ["a", "wan"]
    with pytest.raises(argparse.ArgumentTypeError, match="known are a,b,c,e,again"):
        command.works_of("a,z")


def test_without_a_real_registry_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command.main(["--works", "a,wan", "--json", str(tmp_path / "figures.json")]) == 0
    output = capsys.readouterr()
    assert "docker-registry is not on the PATH: left out: a, wan" in output.err
    assert "not on the PATH: skopeo, crane, regsync, image-syncer" in output.out
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["rows"] == []
