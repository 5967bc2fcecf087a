# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry writes into every part of its replies, and where it comes out."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import OCI_MANIFEST
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.progress import render
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import parse_target
from ansible_collections.longshore.swr.plugins.modules import (
    image_copy,
    image_info,
    image_plan,
    image_prune,
    image_verify,
)
from ansible_collections.longshore.swr.tests.unit.hostile_text.hostile import (
    EVIL,
    HEADER,
    SECRET,
    SHORT,
    check,
    check_error,
    check_result,
    result_of,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    blob_of,
    image_of,
    index_of,
    reply,
)

CONFIG = json.dumps(
    {
        "os": SHORT,
        "architecture": "amd64",
        "variant": SHORT,
        "author": EVIL,
        "created": SHORT,
        "config": {
            "Labels": {SHORT: EVIL},
            "Cmd": [EVIL],
            "Env": [SHORT + "=" + EVIL],
            "User": EVIL,
            "WorkingDir": EVIL,
        },
    }
).encode()
LAYER = b"layer" * 100
IMAGE = image_of(CONFIG, LAYER)
INDEX = index_of((IMAGE, {"os": "linux", "architecture": SHORT, "variant": SHORT}))
ARTIFACT = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": EVIL,
        "annotations": {SHORT: EVIL},
        "config": blob_of(CONFIG, "application/" + SHORT),
        "layers": [blob_of(LAYER, SHORT)],
    }
).encode()
ERROR = {"errors": [{"code": SHORT, "message": EVIL, "detail": SHORT}]}
# A bracket would make it no URL at all.
LOCATION = "ftp://user:{0}@{1}/x?Signature={0}".format(SECRET, HEADER.replace("[", ""))

# Which requests, and what answers them. "Shown" are those of which something has to come out.
FAULTS: Dict[str, Tuple[str, str, Any]] = {
    "error body": ("/manifests/v1", "shown", reply(403, ERROR)),
    "error of SWR": ("/manifests/v1", "shown", reply(403, {"errors": [{"errorCode": SHORT, "errorMessage": EVIL}]})),
    "error text": ("/manifests/v1", "shown", reply(400, EVIL.encode("utf-8", "replace"))),
    "error page": ("/manifests/v1", "shown", reply(502, ("<title>" + SHORT).encode("utf-8", "replace") + b"</title>")),
    "error with a signed URL": (
        "/manifests/v1",
        "shown",
        reply(403, {"errors": [{"code": "DENIED", "message": "evil https://u:{0}@h/?Signature={0}".format(SECRET)}]}),
    ),
    "content type": ("/manifests/v1", "shown", reply(200, b"{}", content_type=HEADER)),
    "digest": ("/manifests/v1", "", reply(200, IMAGE, content_type=HEADER, docker_content_digest=HEADER)),
    "redirect": ("/blobs/", "shown", reply(307, location=LOCATION)),
    "redirect that is no URL": ("/blobs/", "", reply(307, location="http://[" + HEADER)),
    "redirect with a port that is none": ("/blobs/", "", reply(307, location="http://h:" + HEADER)),
    "realm": ("/manifests/v1", "shown", reply(401, www_authenticate='Bearer realm="{0}"'.format(LOCATION))),
    "realm on a strange host": (
        "/manifests/v1",
        "shown",
        reply(401, www_authenticate='Bearer realm="https://{0}.example/"'.format(HEADER.replace("[", ""))),
    ),
    "scheme": ("/manifests/v1", "", reply(401, www_authenticate="{0} error={0}".format(HEADER))),
    "challenge": ("/manifests/v1", "", reply(401, www_authenticate='Basic realm="{0}", error="{0}"'.format(HEADER))),
    "tags": ("/tags/list", "", reply(200, {"name": EVIL, "tags": [EVIL, SHORT]})),
    "tags of another kind": ("/tags/list", "", reply(200, {"tags": {EVIL: EVIL}})),
    "next page": ("/tags/list", "", reply(200, {"tags": ["v1"]}, link='<{0}>; rel="next"'.format(HEADER))),
    "retry": ("/manifests/v1", "shown", reply(429, ERROR, retry_after=HEADER)),
    "upload": ("/blobs/uploads/", "shown", reply(202, location=LOCATION)),
    "upload refused": ("/blobs/uploads/", "shown", reply(400, ERROR)),
    "range": ("/blobs/uploads/", "", reply(202, location="/v2/x", range=HEADER)),
    "stored digest": ("/manifests/", "", reply(201, docker_content_digest=HEADER)),
}


class Bench:
    """Two registries, one of which answers some requests as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source, self.destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
        self.network = FakeNetwork(self.source, self.destination)
        for tag, manifest in (("v1", IMAGE), ("v2", ARTIFACT), ("v3", INDEX)):
            self.source.push("ns/app", tag, manifest, CONFIG, LAYER)
        self.source.push("ns/app", None, IMAGE)

    def options(self, **more: Any) -> Dict[str, Any]:
        names = ("report_path", "html_report_path", "log_path", "progress_file", "journal_path", "output_failed_images")
        paths = {name: str(self.folder / name) for name in names}
        base = {
            "images": {SOURCE + "/ns/app": DESTINATION + "/ns/app"},
            "auth": {SOURCE: {"username": "u", "password": SECRET}, DESTINATION: {"username": "u", "password": SECRET}},
            "docker_config_fallback": False,
            "retry_delay": 0,
            "retries": 1,
            "convert": "always",
            "referrers": True,
        }
        return dict(base, **paths, **more)

    def copy(self, **more: Any) -> str:
        """What a copy shows, in all ways."""
        options = self.options(**more)
        return result_of(lambda module: image_copy.conclude(module, run_copy(options, False, {}))) + self.files()

    def files(self) -> str:
        """What is in log, progress lines and reports."""
        shown = [check((self.folder / "log_path").read_text("utf-8"), lines=True)]
        events = (self.folder / "progress_file").read_text("utf-8")
        shown += [check(render(json.loads(check(line)))) for line in events.splitlines()]
        shown.append(check_result(json.loads((self.folder / "report_path").read_text("utf-8"))))
        shown.append(check((self.folder / "html_report_path").read_text("utf-8"), lines=True))
        check((self.folder / "journal_path").read_text("utf-8"), lines=True)
        return "\n".join(shown)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.setattr(clients, "Transport", lambda **_options: made.network)
    return made


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_what_a_source_says(name: str, bench: Bench) -> None:
    part, shown, answer = FAULTS[name]
    bench.source.fault = lambda sent: answer if part in sent.url else None
    said = bench.copy()
    assert "evil" in said or not shown or "uploads" in part


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_what_a_destination_says(name: str, bench: Bench) -> None:
    part, shown, answer = FAULTS[name]
    bench.destination.fault = lambda sent: answer if part in sent.url else None
    said = bench.copy()
    assert "evil" in said or not shown or part == "/blobs/"


def test_what_a_token_server_says(bench: Bench) -> None:
    registries = bench.network._answer
    replies = [
        reply(403, ERROR),
        reply(200, {"token": EVIL}),
        reply(200, {"access_token": SHORT, "expires_in": SHORT}),
        reply(200, EVIL.encode("utf-8", "replace")),
    ]
    for said in replies:

        def answer(sent: Any, said: Any = said) -> Any:
            if "/token" in sent.url:
                return said
            if sent.headers.get("Authorization", "").startswith("Bearer"):
                return registries(sent)
            return reply(401, www_authenticate='Bearer realm="https://auth.{0}/token"'.format(SOURCE))

        bench.network._answer = answer
        bench.copy()


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_what_others_than_a_copy_show(name: str, bench: Bench) -> None:
    part, _shown, answer = FAULTS[name]
    bench.source.fault = lambda sent: answer if part in sent.url else None
    options = bench.options(
        shards=1, fail_on="error", check_blobs=True, quotas=None, expected_bandwidth=1000, maximum=5
    )
    verify = dict(options, check="digests", dry_run=True)
    result_of(lambda module: image_plan.conclude(module, run_plan(options, True, {})))
    result_of(lambda module: image_verify.conclude(module, run_verify(verify, {})))
    result_of(lambda module: image_prune.conclude(module, run_prune(verify, True, {})))


def test_what_images_say_of_themselves(bench: Bench) -> None:
    options = {
        "images": [SOURCE + "/ns/app:" + tag for tag in ("v1", "v2", "v3")],
        "repositories": [SOURCE + "/ns/app"],
        "registries": [SOURCE],
        "docker_config_fallback": False,
        "detail": "full",
        "environment_values": True,
    }
    catalog = reply(200, {"repositories": [EVIL]})
    bench.source.fault = lambda sent: catalog if "/_catalog" in sent.url else None
    said = result_of(lambda module: image_info.show_warnings(module, run_info(options, {})))
    # Labels, the command, the environment, the types.
    assert said.count("evil\\x1b") > 5


def test_what_is_in_a_report_of_another_run(tmp_path: Path) -> None:
    from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.merge import run_merge

    counts = {"total": 1, "copied": 0, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 1}
    entry = {"source": EVIL, "destination": SHORT, "outcome": "failed", "rule": SHORT, "error": EVIL}
    entry["details"] = {"hint": EVIL, "what": "https://u:{0}@h/".format(SECRET)}  # type: ignore[assignment]
    document = {"version": 1, "images": counts, "results": [entry], "warnings": [EVIL], "msg": EVIL, "duration": 1}
    (tmp_path / "one.json").write_text(json.dumps(document))
    outputs = {name: str(tmp_path / "out" / name) for name in ("report_path", "html_report_path")}
    (tmp_path / "out").mkdir()
    options = dict({"reports": [str(tmp_path / "one.json")]}, **outputs)
    assert "evil" in result_of(lambda module: run_merge(options, False))
    assert "evil" in check_result(json.loads((tmp_path / "out" / "report_path").read_text("utf-8")))
    assert "evil" in check((tmp_path / "out" / "html_report_path").read_text("utf-8"), lines=True)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 \x1b[2Jevil\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 \x1b[2Jevil\r\n\r\n",
        b"\x1b[2Jevil\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \x1b[2Jevil\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\x1b[2Jevil\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[2Jevil\r\n",
    ],
)
def test_what_is_no_http(answer: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    target = parse_target("http://127.0.0.1:{0}/v2/".format(listener.getsockname()[1]))
    try:
        Transport(timeout=5, proxies={}).request("GET", target, [])
    except RegistryError as error:
        check_error(error)
    thread.join(5)


def test_what_a_proxy_says_to_a_tunnel() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 407 evil\x1b[2J\x9b\x07\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    proxy = "http://user:{0}@127.0.0.1:{1}".format(SECRET, listener.getsockname()[1])
    with pytest.raises(RegistryError) as caught:
        Transport(timeout=5, proxies={"https": proxy}).request("GET", parse_target("https://r.example/v2/"), [])
    assert "evil" in check_error(caught.value)
    thread.join(5)


def test_names_that_the_registry_room_refuses(bench: Bench) -> None:
    for images in ({"https://u:{0}@h/x".format(SECRET): "h/y"}, {"h/x" + SHORT: "h/y"}, {"h/x:" + EVIL: SHORT}):
        said = result_of(lambda module, images=images: run_copy(bench.options(images=images), False, {}))
        assert "images: " in said
