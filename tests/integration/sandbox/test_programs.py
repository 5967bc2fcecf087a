# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real clients and the command line against the sandbox."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, BearerAuth, Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.config import ConfigError, plan_servers
from ansible_collections.longshore.swr.tests.sandbox.probe import ask, bearer
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

ROOT = Path(__file__).resolve().parents[3]


def skopeo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["skopeo", "--insecure-policy", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def copy(source: str, destination: str, *options: str) -> None:
    plain = ["--src-tls-verify=false", "--dest-tls-verify=false", "--all", "--preserve-digests"]
    done = skopeo("copy", *plain, *options, source, destination)
    assert done.returncode == 0, done.stderr


@pytest.mark.needs_skopeo
@pytest.mark.parametrize("kind", ["none", "basic", "bearer"])
@pytest.mark.parametrize("tls", [False, True])
def test_skopeo_pushes_and_pulls(
    sandbox_registry: Callable[..., Registry], tmp_path: Any, kind: str, tls: bool
) -> None:
    made = {"none": None, "basic": BasicAuth({"alice": "secret"}), "bearer": BearerAuth({"alice": "secret"})}
    storage = str(tmp_path / "storage") if tls else None
    destination = sandbox_registry(auth=made[kind], tls=tls, storage=storage)
    source = sandbox_registry()
    image = images.oci_index("x", size=300_000)
    source.load(image, "team/app", "1")
    to = [] if kind == "none" else ["--dest-creds", "alice:secret"]
    copy("docker://{0}/team/app:1".format(source.host), "docker://{0}/team/app:1".format(destination.host), *to)
    assert destination.manifest("team/app", "1").digest == image.digest  # type: ignore[union-attr]
    assert destination.missing_blobs("team/app") == []
    both = [] if kind == "none" else [*to, "--src-creds", "alice:secret"]
    copy("docker://{0}/team/app:1".format(destination.host), "docker://{0}/team/b:1".format(destination.host), *both)
    copy("docker://{0}/team/b:1".format(destination.host), "dir:{0}".format(tmp_path / "out"), *both[2:])
    assert destination.count("mount") > 0
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes()) == image.document
    assert destination.count("token") == 0 or kind == "bearer"


@pytest.mark.needs_skopeo
def test_skopeo_takes_what_it_made_from_an_oci_layout(sandbox_registry: Callable[..., Registry], tmp_path: Any) -> None:
    registry = sandbox_registry()
    registry.load(images.zstd_image("x"), "a/zstd", "1")
    layout = "oci:{0}:1".format(tmp_path / "layout")
    copy("docker://{0}/a/zstd:1".format(registry.host), layout)
    copy(layout, "docker://{0}/a/again:1".format(registry.host))
    assert registry.missing_blobs("a/again") == []
    tags = skopeo("list-tags", "--tls-verify=false", "docker://{0}/a/again".format(registry.host))
    assert json.loads(tags.stdout)["Tags"] == ["1"]


@pytest.mark.needs_skopeo
def test_skopeo_and_swr(sandbox_registry: Callable[..., Registry], swr: Swr, tmp_path: Any) -> None:
    source = sandbox_registry()
    source.load(images.oci_index("x"), "a/oci", "1")
    source.load(images.manifest_list("x"), "a/docker", "1")
    login = "cn-north-4@SANDBOXACCESSKEY:" + login_password("SANDBOXACCESSKEY", "sandbox-secret-key")
    origin, target = "docker://{0}/a/".format(source.host), "docker://{0}/team/deep/".format(swr.host)
    copy(origin + "docker:1", target + "docker:1", "--dest-creds", login)
    copy(target + "docker:1", "dir:{0}".format(tmp_path), "--src-creds", login)
    assert swr.count("obs_get", status=200) == swr.count("blob_get", status=307) > 0
    plain = ["--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", login]
    refused = skopeo("copy", *plain, "--all", origin + "oci:1", target + "oci:1")
    assert "fail to parse 'manifest.json'" in refused.stderr
    lost = skopeo("copy", *plain, origin + "docker:1", "docker://{0}/none/docker:1".format(swr.host))
    assert "Image organization does not exist" in lost.stderr


CONFIG: Dict[str, Any] = {
    "instances": [
        {
            "name": "source",
            "auth": {
                "kind": "bearer",
                "users": {
                    "alice": "secret",
                    "bob": {"password": "hidden", "permissions": [{"repository": "a/*", "actions": ["pull"]}]},
                },
            },
            "faults": [{"kind": "manifest_get", "action": "status", "status": 503, "times": 1}],
            "images": [
                {"factory": "oci_index", "repository": "team/app", "tag": "1.0", "options": {"size": 2000}},
                {"workload": "many_tags", "options": {"count": 3}},
            ],
        },
        {"name": "swr", "kind": "swr", "keys": {"A": "secret-of-a"}, "organizations": ["team"], "tls": True},
        {"name": "cloud", "kind": "huaweicloud", "accounts": [{"access_key": "A", "secret_key": "secret-of-a"}]},
    ]
}


def start(config: Path, ready: Path) -> Tuple[subprocess.Popen[str], Dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sandbox", "--config", str(config), "--ready-file", str(ready)],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return process, json.loads(line)


@pytest.mark.parametrize("kind", ["json", "yml"])
def test_command_line(tmp_path: Path, kind: str) -> None:
    document = dict(CONFIG, tls_directory=str(tmp_path / "tls"))
    config, ready = tmp_path / ("sandbox." + kind), tmp_path / "ready.json"
    config.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML.
    process, told = start(config, ready)
    try:
        assert json.loads(ready.read_text(encoding="utf-8")) == told
        assert told["pid"] == process.pid
        assert "secret" not in json.dumps(told)
        source = told["instances"]["source"]["url"]
        headers = bearer(source + "/token", "repository:bench/tags:pull", user="alice", password="secret")
        assert ask(source + "/v2/bench/tags/tags/list", headers=headers).json()["tags"] == ["v0", "v1", "v2"]
        codes = [ask(source + "/v2/bench/tags/manifests/v0", headers=headers).status for _time in range(2)]
        assert codes == [503, 200]
        assert told["instances"]["swr"]["ca_path"] == str(tmp_path / "tls" / "ca.pem")
        assert told["instances"]["cloud"]["url"].startswith("http://127.0.0.1:")
    finally:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "", "")
    assert not ready.exists()


def test_servers_can_have_certificates_of_their_own_from_one_authority(tmp_path: Path) -> None:
    common = {"kind": "registry", "host": "127.0.0.1"}
    plans = plan_servers(
        {
            "tls_directory": str(tmp_path),
            "instances": [
                dict(common, name="good", tls={"names": ["a.example", "127.0.0.1"]}),
                dict(common, name="wrong", tls={"names": ["b.example"]}),
                dict(common, name="old", tls={"names": ["a.example"], "days": -1}),
            ],
        }
    )
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    outcomes = []
    for plan in plans:
        with plan.server as server, socket.create_connection(("127.0.0.1", server.server.port), timeout=10) as plain:
            try:
                with context.wrap_socket(plain, server_hostname="a.example"):
                    outcomes.append("good")
            except ssl.SSLCertVerificationError as problem:
                outcomes.append(problem.verify_message)
    assert outcomes[0] == "good"
    assert "not valid for 'a.example'" in outcomes[1]
    assert outcomes[2] == "certificate has expired"


def test_command_line_refuses_a_wrong_configuration(tmp_path: Path) -> None:
    config = tmp_path / "sandbox.yml"
    config.write_text("instances: [{name: a, colour: red}, {kind: moon}]", encoding="utf-8")
    arguments: List[str] = [sys.executable, "-m", "tests.sandbox", "--config", str(config)]
    done = subprocess.run(arguments, cwd=str(ROOT), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "instances[0].colour: unknown" in done.stderr
    assert "instances[1].kind: 'moon' is none of registry, swr, harbor, huaweicloud" in done.stderr
    config.write_text("instances: [", encoding="utf-8")
    done = subprocess.run(arguments, cwd=str(ROOT), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"port": 70000}, "instances[0].port: must be a number"),
        ({"tls": "yes"}, "instances[0].tls: must be true or false"),
        ({"tls": {"names": ["a.example"]}}, "instances[0].tls: a certificate of its own needs a tls_directory"),
        ({"tls": {"names": []}}, "instances[0].tls: a certificate"),
        ({"auth": {"kind": "magic"}}, "instances[0].auth.kind: 'magic' is none of none, basic, bearer"),
        ({"auth": {"kind": "basic", "users": {"a": {}}}}, "instances[0].auth.users.a.password: must be a text"),
        ({"faults": [{"action": "explode"}]}, "instances[0].faults[0]: action: 'explode' is none of"),
        ({"faults": {}}, "instances[0].faults: must be a list, not dict"),
        ({"images": [{"factory": "none"}]}, "instances[0].images[0]: needs a factory"),
        ({"images": [{"factory": "docker_image"}]}, "instances[0].images[0].repository: missing"),
        ({"options": {"page": 1}}, "instances[0].options.page: unknown; known: "),
        ({"kind": "swr"}, "instances[0].keys: needs at least one access key"),
        ({"kind": "swr", "keys": {"A": "S"}, "manners": {"trottle": 1}}, "instances[0].manners.trottle: unknown"),
        ({"kind": "huaweicloud"}, "instances[0].accounts: needs at least one account"),
        (
            {"kind": "huaweicloud", "accounts": [{"access_key": "A", "secret_key": "S"}], "swr": "a"},
            "instances[0].swr: there is no instance 'a' of the kind swr",
        ),
        ({"name": ""}, "instances[0].name: missing"),
    ],
)
def test_configuration_problems_name_their_place(change: Dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_servers({"instances": [dict({"name": "a"}, **change)]})
    assert caught.value.problems[0].startswith(problem)


def test_names_are_unique_and_there_must_be_one() -> None:
    with pytest.raises(ConfigError, match="'a' occurs twice"):
        plan_servers({"instances": [{"name": "a"}, {"name": "a"}]})
    with pytest.raises(ConfigError, match="no server is described"):
        plan_servers({})
