# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives and layouts of images, both valid and malformed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ..sandbox.images import Image

Files = List[Tuple[str, Any]]
"""Name and content; a content of (kind, target) makes a link."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def layer_tar(text: str, size: int = 2000) -> bytes:
    """An uncompressed, reproducible layer of one file."""
    content = (text.encode() + b"\n") * (size // (len(text) + 1) + 1)
    return tar_bytes([("etc/" + sha256(text.encode())[:8], content)])


def tar_bytes(files: Files, form: int = tarfile.USTAR_FORMAT) -> bytes:
    """A tar archive in memory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                info.type, info.linkname = content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def config_of(layers: Sequence[bytes], platform: Tuple[str, str] = ("linux", "amd64"), note: str = "") -> bytes:
    """The config of an image with uncompressed layers."""
    document: Dict[str, Any] = {
        "os": platform[0],
        "architecture": platform[1],
        "config": {"Labels": {"note": note}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(layer) for layer in layers]},
    }
    return json.dumps(document).encode()


def docker_files(images: Sequence[Tuple[Optional[List[str]], Sequence[bytes]]], legacy: bool = False) -> Files:
    """The files of an archive as C(docker save) writes it: with each image's names and uncompressed layers.

    With C(legacy) the layers are folders with links, as Docker before 25, skopeo and Podman write them.
    """
    files: Dict[str, Any] = {}
    entries = []
    for number, (names, layers) in enumerate(images):
        config = config_of(layers, note=str(number))
        listed = []
        for layer in layers:
            name = "{0}.tar".format(sha256(layer))
            files[name] = layer
            if legacy:
                link = "{0}/layer.tar".format(sha256(layer + bytes([number])))
                files[link] = (tarfile.SYMTYPE, "../" + name)
                name = link
            listed.append(name)
        files[sha256(config) + ".json"] = config
        entries.append({"Config": sha256(config) + ".json", "RepoTags": names, "Layers": listed})
    return [*files.items(), ("manifest.json", json.dumps(entries).encode())]


def write(path: Path, files: Files, compressed: bool = False, form: int = tarfile.USTAR_FORMAT) -> Path:
    """Files as an archive on disk."""
    content = tar_bytes(files, form)
    path.write_bytes(gzip.compress(content) if compressed else content)
    return path


def layout_files(images: Sequence[Tuple[Image, Optional[Dict[str, str]]]]) -> Files:
    """The files of an OCI layout: with each image's annotations in C(index.json)."""
    files: Dict[str, Any] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    entries = []
    for image, notes in images:
        entry: Dict[str, Any] = {"mediaType": image.media_type, "digest": image.digest, "size": len(image.raw)}
        if notes is not None:
            entry["annotations"] = notes
        entries.append(entry)
        for digest, content in contents(image):
            files["blobs/" + digest.replace(":", "/")] = content
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    return list(files.items())


def contents(image: Image) -> List[Tuple[str, bytes]]:
    """Each manifest and blob of an image with its digest."""
    found = [(image.digest, image.raw)]
    for child in image.children:
        found += contents(child)
    return found + [(blob.digest, blob.data) for blob in image.blobs if not blob.urls]


def unpack(files: Files, folder: Path) -> Path:
    """Files as a directory."""
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
