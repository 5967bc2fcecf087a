# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""skopeo: pushes what tests copy, and judges what was copied."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..sandbox import Certificates
from ..sandbox.images import Image

Login = Tuple[str, str]


class Skopeo:
    """The program with its own login file and trust; nothing of the machine's settings is used.

    :param folder: for files. :param logins: user and password by C(host:port).
    :param certificates: whose authority to trust; without it registries are asked without verification, HTTP included.
    """

    def __init__(
        self, folder: Path, logins: Optional[Dict[str, Login]] = None, certificates: Optional[Certificates] = None
    ) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._auth_file = folder / "auth.json"
        entries = {
            host: {"auth": base64.b64encode(":".join(login).encode()).decode()}
            for host, login in (logins or {}).items()
        }
        self._auth_file.write_text(json.dumps({"auths": entries}), encoding="utf-8")
        self._certificates = folder / "certificates" if certificates else None
        if certificates and self._certificates:
            self._certificates.mkdir()
            shutil.copy(certificates.ca_path, str(self._certificates / "ca.crt"))

    def raw(self, reference: str) -> bytes:
        """The manifest, byte for byte: C(host:port/name:tag)."""
        return self._run("inspect", "--raw", *self._trust(""), "docker://" + reference)

    def digest(self, reference: str) -> str:
        return "sha256:" + hashlib.sha256(self.raw(reference)).hexdigest()

    def push(self, layout: Path, reference: str, *options: str) -> None:
        """Push an OCI layout with everything in it; C(--format v2s2) makes skopeo convert it."""
        self._run("copy", "--all", *options, *self._trust("dest-"), "oci:{0}".format(layout), "docker://" + reference)

    def pull(self, reference: str, name: str) -> List[str]:
        """Pull everything under a reference to a directory; skopeo refuses what does not have its digest.

        Returns the digests of the blobs that came. :raises AssertionError: skopeo failed.
        """
        folder = self._folder / name
        self._run(
            "copy",
            "--all",
            "--preserve-digests",
            *self._trust("src-"),
            "docker://" + reference,
            "dir:{0}".format(folder),
        )
        found = ["sha256:" + path.name for path in folder.iterdir() if len(path.name) == 64]
        shutil.rmtree(str(folder))
        return sorted(found)

    def _trust(self, side: str) -> List[str]:
        if self._certificates:
            return ["--{0}cert-dir={1}".format(side, self._certificates)]
        return ["--{0}tls-verify=false".format(side)]

    def _run(self, command: str, *arguments: str) -> bytes:
        # The login file's path stands in the arguments, the passwords do not.
        line = ["skopeo", "--insecure-policy", command, "--authfile={0}".format(self._auth_file), *arguments]
        done = subprocess.run(line, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, "{0}: {1}".format(" ".join(line), done.stderr.decode("utf-8", "replace"))
        return done.stdout


def write_layout(image: Image, folder: Path) -> Path:
    """The image as an OCI image layout."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for digest, content in _contents(image):
        (blobs / digest.partition(":")[2]).write_bytes(content)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="ascii")
    descriptor = {"mediaType": image.media_type, "digest": image.digest, "size": len(image.raw)}
    index: Dict[str, Any] = {"schemaVersion": 2, "manifests": [descriptor]}
    (folder / "index.json").write_text(json.dumps(index), encoding="ascii")
    return folder


def _contents(image: Image) -> Iterator[Tuple[str, bytes]]:
    yield image.digest, image.raw
    for child in image.children:
        yield from _contents(child)
    for blob in image.blobs:
        yield blob.digest, b"".join(blob.chunks())
