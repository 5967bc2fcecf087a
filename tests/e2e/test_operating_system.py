# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One real operating system: made, pushed, copied by the playbook, pulled where it arrived, and run."""

from __future__ import annotations

import hashlib
import json
import platform
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Tuple

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.os_image import Podman, UnavailableError, operating_system
from ansible_collections.longshore.swr.tests.e2e.runs import run_playbook, secret_free
from ansible_collections.longshore.swr.tests.e2e.signed_tokens import TokenServer
from ansible_collections.longshore.swr.tests.sandbox import Swr, images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

pytestmark = [
    pytest.mark.needs_registry,
    pytest.mark.needs_skopeo,
    pytest.mark.needs_podman,
    pytest.mark.needs_root,
    pytest.mark.needs_program("apt-get", "mmdebstrap", "htpasswd", "openssl"),
    pytest.mark.slow,
]

ACCESS_KEY, SECRET_KEY = "E2EACCESSKEY", "e2e-secret-key-of-the-tests"
READER, WRITER = ("reader", "reader-s-secret"), ("writer", "writer-s-secret")


@pytest.fixture
def archive(collection_root: Path) -> Path:
    try:
        return operating_system(collection_root / ".cache")
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def podman() -> Iterator[Callable[[Dict[str, Tuple[str, str]]], Podman]]:
    made = []

    def make(logins: Dict[str, Tuple[str, str]]) -> Podman:
        made.append(Podman(Path(tempfile.mkdtemp(prefix="e2e-")), logins))
        return made[0]

    yield make
    for each in made:
        each.close()


def test_an_operating_system_is_copied_by_the_playbook_and_runs(
    docker_registry: Callable[..., DockerRegistry],
    token_server: Callable[..., TokenServer],
    sandbox_swr: Callable[..., Swr],
    podman: Callable[..., Podman],
    archive: Path,
    tmp_path: Path,
) -> None:
    source = docker_registry(users=dict([READER]))
    destination = docker_registry(tokens=token_server(dict([WRITER])))
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    password = login_password(ACCESS_KEY, SECRET_KEY)
    logins = {source.host: READER, destination.host: WRITER, swr.host: ("cn-north-4@" + ACCESS_KEY, password)}
    engine = podman(logins)
    engine.import_archive(archive, "localhost/debian:base")
    engine.push("localhost/debian:base", source.host + "/os/debian:base", "v2s2")
    copies = [destination.host + "/mirror/os/debian:base", swr.host + "/team/debian:base"]
    engine.push("localhost/debian:base", source.host + "/os/debian:oci", "oci")
    push_as_buildkit_does(Skopeo(tmp_path / "maker", logins).raw(source.host + "/os/debian:oci"), source)
    attested = swr.host + "/team/debian:attested"
    write(tmp_path / "images.json", {
        source.host + "/os/debian:base": [copies[0], copies[1]],
        source.host + "/os/debian:attested": attested,
    })  # fmt: skip
    write(tmp_path / "auth.json", {
        source.host: {"username": READER[0], "password": READER[1], "insecure": True},
        destination.host: {"username": WRITER[0], "password": WRITER[1], "insecure": True},
    })  # fmt: skip

    def migrate() -> Any:
        # The login to SWR is made from the access key; the files say nothing of it.
        variables = {
            "images_file": "images.json",
            "auth_file": "auth.json",
            "region": "cn-north-4",
            "state_dir": "state",
            "migrate_registry": swr.host,
            "migrate_insecure": True,
        }
        environ = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
        return run_playbook("longshore.swr.migrate", tmp_path, "-v", variables=variables, environ=environ)

    first, second = migrate(), migrate()

    assert first.code == 0, first.text
    assert second.code == 0, second.text
    assert (first.counter("failed"), second.counter("changed")) == (0, 0)
    kept = "".join(path.read_text("utf-8") for path in sorted((tmp_path / "state").iterdir()))
    secret_free(first.text + second.text + kept, READER[1], WRITER[1], SECRET_KEY, password)
    assert destination.missing() == []
    assert swr.missing_blobs("team/debian") == []

    judge = Skopeo(tmp_path / "judge", logins)
    original = judge.raw(source.host + "/os/debian:base")
    for reference in copies:
        assert judge.raw(reference) == original
        engine.pull(reference)
        assert engine.inspect(reference)["Digest"] == judge.digest(reference)
        check_that_it_runs(engine, reference)

    # SWR takes neither the index nor what is in it as they were made.
    assert json.loads(judge.raw(attested))["mediaType"] == images.DOCKER_LIST
    engine.pull(attested)
    check_that_it_runs(engine, attested)


def push_as_buildkit_does(manifest: bytes, registry: DockerRegistry) -> None:
    """Push an OCI index with the manifest, which is there already, and an attestation for it."""
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    here = {"os": "linux", "architecture": architecture}
    system = images.Image(images.OCI_MANIFEST, manifest, manifest_digest(manifest), platform=here)
    with Pusher(registry.url, auth=READER) as pusher:
        pusher.push(images.oci_index("os", children=[system]), "os/debian", "attested")


def manifest_digest(manifest: bytes) -> str:
    return "sha256:" + hashlib.sha256(manifest).hexdigest()


def check_that_it_runs(engine: Podman, reference: str) -> None:
    assert "ID=debian" in engine.run(reference, "cat", "/etc/os-release").splitlines()
    assert engine.run(reference, "dpkg-query", "-W", "-f", "${Status}", "bash") == "install ok installed"


def write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
