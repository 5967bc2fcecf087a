# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's docker-registry as a process of its own: without users, with htpasswd, with tokens, over TLS, read-only."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import parse_qs, urlsplit

import yaml

from ..sandbox import Certificates
from ..sandbox.routes import route
from .signed_tokens import TokenServer

START_SECONDS = 30.0
_ACCESS = re.compile(r'^\S+ - (\S*) \[[^]]*\] "(\S+) (\S+) HTTP/[\d.]+" (\d{3}) (\d+) ')


class Access(NamedTuple):
    """One line of the access log; C(digest) is that of the query, where an upload ends or a mount is asked for."""

    kind: str
    method: str
    path: str
    status: int
    repository: Optional[str]
    digest: Optional[str]


class DockerRegistry:
    """One registry; C(start) and C(stop) may alternate, content and port stay.

    :param folder: for its configuration, log and content.
    :param users: file as C(htpasswd -B) writes it. :param tokens: the server that its tokens come from.
    :param certificates: to serve TLS with. :param foreign_layers: take manifests with layers that live elsewhere.
    :param notify: URL and value of the header C(Authorization) of who is told of what happens in it.
    """

    def __init__(
        self,
        folder: Path,
        users: Optional[Path] = None,
        tokens: Optional[TokenServer] = None,
        certificates: Optional[Certificates] = None,
        foreign_layers: bool = False,
        notify: Optional[Tuple[str, str]] = None,
    ) -> None:
        self.folder = folder
        self.log_path = folder / "log"
        self.data = folder / "data"
        self.certificates = certificates
        self.read_only = False
        self.deletes = True
        self.foreign_layers = foreign_layers
        self._notify = notify
        self._users = users
        self._tokens = tokens
        self._port = 0
        self._process: Optional[subprocess.Popen[bytes]] = None
        self.data.mkdir(parents=True)

    # Life

    def start(self) -> DockerRegistry:
        config = self.folder / "config.yml"
        config.write_text(yaml.safe_dump(self._config()), encoding="utf-8")
        begin = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        # The log is the only way to learn the port that the system chose, and that it is listened on.
        while True:
            text = self.log_path.read_bytes()[begin:].decode("utf-8", "replace")
            found = re.search(r"listening on 127\.0\.0\.1:(\d+)", text)
            if found:
                self._port = int(found.group(1))
                return self
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("docker-registry does not start:\n" + text)
            time.sleep(0.01)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def restart(self) -> None:
        """Start again, with what C(read_only), C(deletes) and C(foreign_layers) say by now."""
        self.stop()
        self.start()

    def _config(self) -> Dict[str, Any]:
        config: Dict[str, Any] = {
            "version": "0.1",
            "log": {"level": "info", "formatter": "json", "accesslog": {"disabled": False}},
            "storage": {
                "filesystem": {"rootdirectory": str(self.data)},
                "delete": {"enabled": self.deletes},
                "maintenance": {"uploadpurging": {"enabled": False}, "readonly": {"enabled": self.read_only}},
            },
            # A secret of its own choice would not survive a restart, and uploads in the middle with it.
            "http": {"addr": "127.0.0.1:{0}".format(self._port), "secret": "uploads"},
        }
        if self.foreign_layers:
            config["validation"] = {"manifests": {"urls": {"allow": [".*"]}}}
        if self.certificates is not None:
            config["http"]["tls"] = {
                "certificate": self.certificates.certificate_path,
                "key": self.certificates.key_path,
            }
        if self._notify is not None:
            url, authorization = self._notify
            headers = {"Authorization": [authorization]}
            told = {"name": "webhook", "url": url, "headers": headers, "timeout": "5s", "threshold": 5, "backoff": "1s"}
            config["notifications"] = {"endpoints": [told]}
        if self._users is not None:
            config["auth"] = {"htpasswd": {"realm": "registry", "path": str(self._users)}}
        if self._tokens is not None:
            config["auth"] = {"token": self._tokens.registry_settings()}
        return config

    # Names

    @property
    def host(self) -> str:
        """C(address:port), as it stands in an image reference."""
        return "127.0.0.1:{0}".format(self._port)

    @property
    def url(self) -> str:
        return "{0}://{1}".format("https" if self.certificates else "http", self.host)

    # What it was asked

    def accesses(self) -> List[Access]:
        """The requests answered so far."""
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        return [_access(found) for found in map(_ACCESS.match, lines) if found]

    def count(self, *kinds: str, status: Optional[int] = None) -> int:
        """How many of these kinds (as the sandbox names them), all without any."""
        return sum(
            1 for access in self.accesses() if (not kinds or access.kind in kinds) and status in (None, access.status)
        )

    def stored(self) -> List[Tuple[Optional[str], Optional[str]]]:
        """Repository and digest of each blob that came by upload and was confirmed, in order, repeats included."""
        return [
            (line.repository, line.digest)
            for line in self.accesses()
            if line.kind == "upload_put" and line.status == 201
        ]

    # Its storage, from behind

    def blob_file(self, digest: str) -> Path:
        """Where the registry keeps the content of a blob or manifest."""
        value = digest.partition(":")[2]
        return self.data / "docker/registry/v2/blobs/sha256" / value[:2] / value / "data"

    def layers(self) -> List[Tuple[str, str]]:
        """Repository and digest of each blob that its storage holds, whether or not the answer reached anybody."""
        root = self.data / "docker/registry/v2/repositories"
        links = sorted(root.rglob("_layers/sha256/*/link"))
        return [(str(link.parents[3].relative_to(root)), "sha256:" + link.parent.name) for link in links]

    def missing(self) -> List[str]:
        """What manifests in the storage name that their repository does not have; empty is good."""
        repositories = self.data / "docker/registry/v2/repositories"
        found = []
        for folder in sorted(repositories.rglob("_manifests/revisions/sha256/*")) if repositories.exists() else []:
            home = folder.parents[3]
            manifest = json.loads(self.blob_file("sha256:" + folder.name).read_bytes())
            for kind, digest in _parts(manifest):
                link = home / kind / digest.replace(":", "/") / "link"
                if not link.exists() or not self.blob_file(digest).exists():
                    found.append("{0}@sha256:{1} lacks {2}".format(home.relative_to(repositories), folder.name, digest))
        return found


def _access(found: re.Match[str]) -> Access:
    target = urlsplit(found.group(3))
    call = route(_Asked(found.group(2), target.path, parse_qs(target.query)))
    digest = parse_qs(target.query).get("digest") or parse_qs(target.query).get("mount") or [None]
    return Access(call.kind, found.group(2), target.path, int(found.group(4)), call.repository, digest[0])


class _Asked:
    """As much of a request as the sandbox's routes look at."""

    def __init__(self, method: str, path: str, query: Dict[str, List[str]]) -> None:
        self.method, self.path, self.query = method, path, query

    def param(self, name: str) -> Optional[str]:
        return (self.query.get(name) or [None])[0]


def _parts(manifest: Dict[str, Any]) -> List[Tuple[str, str]]:
    children = [("_manifests/revisions", item["digest"]) for item in manifest.get("manifests", ())]
    blobs = [*manifest.get("layers", ()), *([manifest["config"]] if "config" in manifest else [])]
    return children + [("_layers", item["digest"]) for item in blobs if not item.get("urls")]
