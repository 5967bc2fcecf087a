# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real named on high ports, and somebody who asks it all the time."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.client import Resolver
from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.programs import Named, Programs
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.layout import Paths
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.server import Server, ZoneChange
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import Settings, desired_of

NAME = "swr.cn-north-4.myhuaweicloud.com"
OTHER = "steady.example.com"
RNDC_KEY = 'key "rndc" { algorithm hmac-sha256; secret "bG9uZ3Nob3JlLXRlc3Qta2V5LW9mLXJuZGM="; };\n'
SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
PROGRAMS = {name: shutil.which(name, path=SEARCHED) for name in ("named", "named-checkconf", "named-checkzone", "rndc")}


def free_port() -> int:
    """A port that is free for UDP and TCP."""
    while True:
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(("127.0.0.1", tcp.getsockname()[1]))
            except OSError:
                continue
            return tcp.getsockname()[1]


def run(command: Any) -> Any:
    done = subprocess.run(list(command), capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Daemon:
    """One named, in a directory of its own. As root it is run as nobody."""

    def __init__(self, folder: Path, views: str = "", extra: str = "") -> None:
        self.folder = folder
        self.port, self.control = free_port(), free_port()
        self.etc, self.zones = folder / "etc", folder / "zones"
        for path in (self.etc, self.zones, folder / "run"):
            path.mkdir(parents=True)
        self.group = os.getegid()
        self.user: Optional[int] = None
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user, self.group = nobody.pw_uid, nobody.pw_gid
            for path in (folder, self.zones, folder / "run"):
                os.chown(path, self.user, self.group)
        self.config, self.local = self.etc / "named.conf", self.etc / "named.conf.local"
        self.rndc_conf = self.etc / "rndc.conf"
        self.rndc_conf.write_text(
            RNDC_KEY
            + "options {{ default-key rndc; default-server 127.0.0.1; default-port {0}; }};\n".format(self.control)
        )
        (self.etc / "steady.zone").write_text(
            "$TTL 60\n@ IN SOA localhost. root.localhost. ( 1 60 60 60 60 )\n@ IN NS localhost.\n@ IN A 192.0.2.1\n"
        )
        steady = 'zone "{0}" {{ type primary; file "{1}/steady.zone"; }};\n'.format(OTHER, self.etc)
        self.unrelated = self.etc / "unrelated.conf"
        self.unrelated.write_text("// nothing yet\n")
        self.local.write_text("// the server's own zones\n" + (views or steady).replace("STEADY", steady))
        self.config.write_text(
            RNDC_KEY
            + """options {{
    directory "{0}/run"; pid-file "{0}/run/named.pid"; session-keyfile none; managed-keys-directory "{0}/run";
    listen-on port {1} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion yes; dnssec-validation no; {3}
    forward only; forwarders {{ 127.0.0.1 port 9; }};
}};
controls {{ inet 127.0.0.1 port {2} allow {{ 127.0.0.1; }} keys {{ rndc; }}; }};
include "{4}/named.conf.local";
include "{4}/unrelated.conf";
""".format(folder, self.port, self.control, extra, self.etc)
        )
        self.process: Optional[subprocess.Popen] = None
        self.programs = Programs(
            (PROGRAMS["named-checkconf"],),
            (PROGRAMS["named-checkzone"],),
            (PROGRAMS["rndc"], "-c", str(self.rndc_conf)),
        )
        self.run = run
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def start(self) -> None:
        user = {} if self.user is None else {"user": self.user, "group": self.group, "extra_groups": []}
        log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(
            [PROGRAMS["named"], "-g", "-c", str(self.config), "-n", "1"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            **user,
        )
        log.close()
        deadline = time.monotonic() + 60
        while run([*self.programs.rndc, "status"])[0] != 0:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    @property
    def paths(self) -> Paths:
        return Paths(str(self.config), str(self.local), str(self.etc / "swr-zones.conf"), str(self.zones))

    def ask(self, name: str = NAME, kind: str = "A") -> Any:
        return Resolver("127.0.0.1", self.port)(name, kind)

    def apply(self, check_mode: bool = False, absent: bool = False, query: bool = True, **options: Any) -> ZoneChange:
        """One run with the options of the module."""
        timeout = options.pop("timeout", 20)
        in_place = options.pop("in_place", False)
        asker = Resolver("127.0.0.1", self.port) if query else None
        server = Server(
            None if absent else desired_of(dict({"kind": "primary"}, **options)),
            self.paths,
            Named(self.run, self.programs, str(self.config)),
            asker,
            Settings(timeout, self.group, in_place, str(self.temporary), "127.0.0.1" if query else ""),
        )
        return server.bring_about(check_mode)

    def snapshot(self) -> Dict[str, bytes]:
        """All files of the configuration and of zones."""
        paths = list(self.etc.rglob("*")) + list(self.zones.rglob("*"))
        return {str(path): path.read_bytes() for path in paths if path.is_file()}

    def refused(self, *parts: str, **options: Any) -> DnsError:
        """The error of a run that fails, and leaves everything as it was."""
        before = self.snapshot()
        with pytest.raises(DnsError) as caught:
            self.apply(**options)
        assert [part for part in parts if part not in str(caught.value)] == [], str(caught.value)
        assert self.snapshot() == before
        return caught.value


def zone(*addresses: str, name: str = NAME, **options: Any) -> Dict[str, Any]:
    values: Dict[str, Any] = {"name": name, "addresses": list(addresses), "records": [], "nameservers": ["localhost"]}
    values.update(contact="hostmaster.localhost.localdomain", ttl=5, refresh=3600, retry=900, expire=1209600)
    values.update(options)
    return values


class Questioner:
    """Asks for names all the time, and keeps what is wrong about the answers."""

    def __init__(self, port: int, names: Dict[str, List[str]]) -> None:
        self._names, self._port = names, port
        self.failures: List[str] = []
        self.count = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def _work(self) -> None:
        ask = Resolver("127.0.0.1", self._port, timeout=10)
        while not self._end.is_set():
            for name, allowed in self._names.items():
                self.count += 1
                try:
                    reply = ask(name, "A")
                except DnsError as error:
                    self.failures.append(str(error))
                    continue
                if reply.rcode != "NOERROR" or not set(reply.addresses) & set(allowed):
                    self.failures.append("{0}: {1}".format(name, reply))

    def __enter__(self) -> Questioner:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join(60)
        assert self.failures == []
        assert self.count > 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that nobody can get into: pytest's own are the user's alone."""
    missing = sorted(name for name, path in PROGRAMS.items() if path is None)
    if missing:
        pytest.skip("not installed: {0} (Debian: bind9 and bind9-utils)".format(", ".join(missing)))
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def daemon(folder: Path) -> Iterator[Daemon]:
    server = Daemon(folder / "primary")
    try:
        server.start()
        yield server
    finally:
        server.stop()
