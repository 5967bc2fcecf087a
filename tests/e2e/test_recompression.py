# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers that the program zstd made, recompressed on their way to a real registry; skopeo and gzip judge them."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import urllib.request
from typing import Callable

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.blobs import OCI_LAYER_ZSTD, Blob, tar
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher

pytest.importorskip("zstandard")
pytestmark = [
    pytest.mark.needs_registry,
    pytest.mark.needs_skopeo,
    pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the program zstd"),
]


def zstd_layer(seed: str, *options: str) -> Blob:
    content = b"".join(tar(seed, 3_000_000, compressible=True))
    data = subprocess.run(["zstd", "-q", "-c", *options], input=content, check=True, capture_output=True).stdout
    return Blob(OCI_LAYER_ZSTD, lambda: iter((data,)), "sha256:" + hashlib.sha256(content).hexdigest())


def test_an_image_of_zstd_layers_arrives_with_gzip_ones_and_is_pulled(
    docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo
) -> None:
    source, destination = docker_registry(), docker_registry()
    layers = [zstd_layer("fast", "-1"), zstd_layer("best", "-19"), zstd_layer("long", "--long=28", "--no-check")]
    image = images.oci_image("app", layers)
    with Pusher(source.url) as pusher:
        pusher.push(image, "team/app", "1.0")
    rules = {source.host + "/team/app:1.0": destination.host + "/team/app"}
    auth = plain(source.host, destination.host)
    result = copy(rules, auth, recompress="always")
    assert_clean(result)
    assert (result["recompressed"], result["images"]["copied"]) == (1, 1)

    stored = json.loads(skopeo.raw(destination.host + "/team/app:1.0"))
    assert stored["config"]["digest"] == image.blobs[0].digest
    for entry, layer in zip(stored["layers"], layers):
        url = "{0}/v2/team/app/blobs/{1}".format(destination.url, entry["digest"])
        with urllib.request.urlopen(url) as reply:
            content = gzip.decompress(reply.read())
        assert "sha256:" + hashlib.sha256(content).hexdigest() == layer.diff_id
    wanted = sorted([stored["config"]["digest"], *(entry["digest"] for entry in stored["layers"])])
    assert skopeo.pull(destination.host + "/team/app:1.0", "pulled") == wanted

    assert copy(rules, auth, recompress="always")["images"]["skipped"] == 1
