# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook in ansible-rulebook: told by a real registry and by Harbor's payloads, it copies what was pushed."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Set

import pytest
import yaml

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.runs import plain, secret_free
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_program("ansible-rulebook", "java")]

TOKEN = "only-the-registry-knows-this"
SIGNING = "only-the-signer-knows-this"
SECONDS = 3
STORM = 1000


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


class Rulebook:
    """The rulebook at work. :param variables: those of the rulebook. :param inventory: those of the role."""

    def __init__(self, folder: Path, port: int, variables: Dict[str, Any], inventory: Dict[str, Any]) -> None:
        self.port = port
        self.folder = folder
        folder.mkdir()
        # Without localhost: the limit that ansible-rulebook sets must not leave it out.
        everything = {"all": {"hosts": {"node-1.example.com": None}, "vars": inventory}}
        (folder / "inventory.yml").write_text(yaml.safe_dump(everything), encoding="utf-8")
        own = {"swr_pushes_host": "127.0.0.1", "swr_pushes_port": port, "swr_pushes_seconds": SECONDS, **variables}
        (folder / "vars.yml").write_text(yaml.safe_dump(own), encoding="utf-8")
        self._output = folder / "output"

    def start(self, **secrets: str) -> Rulebook:
        line = ["ansible-rulebook", "--rulebook", "longshore.swr.copy_pushed_images"]
        line += ["--inventory", str(self.folder / "inventory.yml"), "--vars", str(self.folder / "vars.yml")]
        line += ["--env-vars", ",".join(secrets)] if secrets else []
        line += ["--max-concurrent-actions", "1", "--max-back-pressure-timeout", "86400", "--print-events"]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        environ.update(ANSIBLE_COLLECTIONS_PATH=os.environ["ANSIBLE_COLLECTIONS_PATH"], ANSIBLE_NOCOLOR="1", **secrets)
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                line, cwd=str(self.folder), env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        wait_for(lambda: self._process.poll() is not None or self.listens(), 60)
        return self

    def listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def text(self) -> str:
        return self._output.read_text("utf-8", "replace")

    def runs(self) -> int:
        """How many times the playbook has run."""
        return len(re.findall(r"^PLAY RECAP", self.text, re.MULTILINE))

    def post(self, body: Any, **headers: str) -> int:
        """Send it, and return the status. A text is sent as it is."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/", data, {"Content-Type": "application/json", **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    def tell(self, body: Any) -> int:
        return self.post(body, Authorization="Bearer " + TOKEN)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def harbor_push(repository: str, tag: str, host: str = "harbor.example.com", kind: str = "PUSH_ARTIFACT") -> Any:
    """What Harbor 2.x sends in its default format."""
    project, _slash, name = repository.partition("/")
    digest = "sha256:" + hashlib.sha256(tag.encode()).hexdigest()
    resource = {"digest": digest, "tag": tag, "resource_url": "{0}/{1}:{2}".format(host, repository, tag)}
    of = {"name": name, "namespace": project, "repo_full_name": repository, "repo_type": "private"}
    data = {"resources": [resource], "repository": {"date_created": 1680501893, **of}}
    return {"type": kind, "occur_at": 1680501893, "operator": "harbor-jobservice", "event_data": data}


def tags(registry: DockerRegistry, repository: str) -> Set[str]:
    connection = http.client.HTTPConnection(registry.host, timeout=10)
    try:
        connection.request("GET", "/v2/{0}/tags/list?n=5000".format(repository))
        return set(json.loads(connection.getresponse().read()).get("tags") or ())
    finally:
        connection.close()


@pytest.fixture(name="at_work")
def a_rulebook_at_work(tmp_path: Path) -> Iterator[Callable[..., Rulebook]]:
    started: List[Rulebook] = []

    def make(variables: Dict[str, Any], inventory: Optional[Dict[str, Any]] = None, **options: Any) -> Rulebook:
        port = options.pop("port", None) or free_port()
        rulebook = Rulebook(tmp_path / "rulebook-{0}".format(len(started)), port, variables, inventory or {})
        started.append(rulebook)
        return rulebook.start(**options)

    yield make
    for rulebook in started:
        rulebook.stop()


def test_what_a_registry_and_harbor_tell_of_is_copied(
    at_work: Callable[..., Rulebook], docker_registry: Callable[..., DockerRegistry]
) -> None:
    port = free_port()
    source = docker_registry(notify=("http://127.0.0.1:{0}/".format(port), "Bearer " + TOKEN))
    quiet, destination = docker_registry(), docker_registry()
    inventory = {"migrate_default_registry": destination.host, "migrate_default_namespace": "copied"}
    inventory["migrate_auth"] = plain(source.host, destination.host)
    inventory["migrate_docker_config_fallback"] = False
    variables = {"swr_pushes_registry": source.host, "swr_pushes_projects": ["team"], "swr_pushes_tags": "v*, latest"}
    variables["swr_pushes_repositories"] = ["*/app", "team/storm", "team/told"]
    rulebook = at_work(variables, inventory, port=port, SWR_WEBHOOK_TOKEN=TOKEN)
    image = images.manifest_list("app", ("linux/amd64", "linux/arm64"))
    with Pusher(source.url) as pusher:
        pusher.push(image, "team/app", "v1")
        pusher.push(image, "team/app", "dev")
        pusher.push(image, "team/app")
        pusher.push(image, "team/other", "v1")
        pusher.push(image, "else/app", "v1")
        pusher.push(image, "team/app", "v2")
    assert wait_for(lambda: rulebook.runs() == 1, 60), rulebook.text
    assert tags(destination, "copied/app") == {"v1", "v2"}, rulebook.text
    assert tags(destination, "copied/other") == set()

    # Strangers, and bodies that tell of nothing.
    body = harbor_push("team/told", "v1", host=quiet.host)
    with Pusher(source.url) as pusher:
        pusher.push(image, "team/told", "unseen")
        pusher.push(image, "team/told", "vtold")
    assert wait_for(lambda: rulebook.runs() == 2, 60), rulebook.text
    assert [rulebook.post(body), rulebook.post(body, Authorization="Bearer wrong")] == [401, 401]
    assert rulebook.post(body, Authorization="Basic " + TOKEN) == 401
    odd: List[Any] = [[], [1], "text", None, {}, {"events": 3}, {"events": [None, {"action": "push", "target": 1}]}]
    odd += [{"type": "PUSH_ARTIFACT"}, {"type": "PUSH_ARTIFACT", "event_data": {"resources": {}, "repository": []}}]
    odd += [harbor_push("team/told", "{{ lookup('pipe', 'id') }}"), harbor_push("team/{{ 7 * 7 }}", "v1")]
    odd += [harbor_push("team/told", "v1", kind="DELETE_ARTIFACT"), harbor_push("team/told", "sha256:" + "0" * 64)]
    assert {rulebook.tell(part) for part in odd} == {200}
    assert rulebook.tell(b"{not json") == 400
    assert rulebook.tell(b"[" * 100000) >= 400
    assert rulebook.tell(b"\xff\xfe") >= 400
    assert rulebook.tell(b'"' + b"x" * 2000000 + b'"') == 413
    time.sleep(SECONDS + 4)
    assert rulebook.runs() == 2

    # A storm, of both kinds of notification: every image once, in a few runs.
    small = images.manifest_list("storm", ("linux/amd64",))
    with Pusher(source.url) as pusher:
        pusher.push(small, "team/told", "v1")
        for number in range(STORM):
            pusher.push(small, "team/storm", "v{0}".format(number))
    with ThreadPoolExecutor(8) as pool:
        bodies = [harbor_push("team/storm", "v{0}".format(number)) for number in range(STORM)]
        assert set(pool.map(rulebook.tell, bodies)) == {200}
    expected = {"v{0}".format(number) for number in range(STORM)}
    assert wait_for(lambda: tags(destination, "copied/storm") == expected, 120), rulebook.text[-3000:]
    # The host in Harbor's notification is not believed.
    assert tags(destination, "copied/told") == {"v1", "vtold"}
    time.sleep(SECONDS + 4)
    print("runs for the storm:", rulebook.runs() - 2)
    assert rulebook.runs() - 2 <= 12
    secret_free(rulebook.text, TOKEN)


def test_a_signature_is_as_good_as_a_token(at_work: Callable[..., Rulebook]) -> None:
    rulebook = at_work({"swr_pushes_registry": "registry.example.com"}, SWR_WEBHOOK_HMAC_SECRET=SIGNING)
    body = json.dumps(harbor_push("team/app", "v1", kind="PULL_ARTIFACT")).encode()
    signature = hmac.new(SIGNING.encode(), body, hashlib.sha256).hexdigest()
    header = "X-Hub-Signature-256"
    assert rulebook.post(body, **{header: "sha256=" + signature}) == 200
    assert rulebook.post(body + b" ", **{header: "sha256=" + signature}) == 401
    assert rulebook.post(body) == 400
    secret_free(rulebook.text, SIGNING)


def test_more_images_than_are_kept_are_refused_for_now(at_work: Callable[..., Rulebook]) -> None:
    variables = {"swr_pushes_registry": "registry.example.com", "swr_pushes_seconds": 600}
    rulebook = at_work(variables, SWR_WEBHOOK_TOKEN=TOKEN)
    crowd = harbor_push("team/app", "v1")
    crowd["event_data"]["resources"] = [{"tag": "v{0}".format(number)} for number in range(10000)]
    assert [rulebook.tell(crowd), rulebook.tell(crowd), rulebook.tell(harbor_push("team/app", "more"))] == [
        200,
        200,
        503,
    ]


@pytest.mark.parametrize(
    ("variables", "secrets", "said"),
    [
        ({"swr_pushes_registry": "registry.example.com"}, {}, "token or hmac_secret is required"),
        ({}, {"SWR_WEBHOOK_TOKEN": TOKEN}, "registry must be a host or host:port"),
        (
            {"swr_pushes_registry": "registry.example.com"},
            {"SWR_WEBHOOK_TOKEN": "12e45"},
            "must not look like a number",
        ),
    ],
)
def test_what_is_missing_is_said(
    at_work: Callable[..., Rulebook], variables: Dict[str, Any], secrets: Dict[str, str], said: str
) -> None:
    rulebook = at_work(variables, **secrets)
    assert not rulebook.listens()
    assert said in rulebook.text
