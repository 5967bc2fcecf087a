# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, passwords, signed tokens and certificates of real registries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, login, plain, secret_free
from ansible_collections.longshore.swr.tests.e2e.signed_tokens import TokenServer
from ansible_collections.longshore.swr.tests.sandbox import Certificates, Fault, Permission, Registry, User, images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher
from ansible_collections.longshore.swr.tests.sandbox.workloads import many_tags

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo, pytest.mark.needs_program("htpasswd", "openssl")]

# Characters that a shell, a URL, an htpasswd file or Basic authentication could trip over.
SECRET = "p@ss: w\"o'rd$$ß/%41"
EXPANDED = SECRET.replace("$$", "$")
OTHER = "another-one-of-them"

MakeRegistry = Callable[..., DockerRegistry]
MakeTokens = Callable[..., TokenServer]
MakeGuarded = Callable[..., DockerRegistry]


@pytest.fixture
def guarded(docker_registry: MakeRegistry, token_server: MakeTokens) -> MakeGuarded:
    """Makes registries with one user each: C(guarded("htpasswd", "alice", "secret"))."""

    def make(kind: str, user: str, password: str) -> DockerRegistry:
        if kind == "htpasswd":
            return docker_registry(users={user: password})
        return docker_registry(tokens=token_server({user: password}))

    return make


def fill(registry: DockerRegistry, user: str, password: str, repository: str = "team/app", tags: int = 3) -> None:
    with Pusher(registry.url, (user, password)) as pusher:
        for item in many_tags(tags, repository=repository):
            pusher.push(item.image, item.repository, item.tag)


@pytest.mark.parametrize(("one", "other"), [("htpasswd", "tokens"), ("tokens", "htpasswd")])
def test_from_one_way_of_logging_in_to_the_other(guarded: MakeGuarded, tmp_path: Path, one: str, other: str) -> None:
    source, destination = guarded(one, "alice", EXPANDED), guarded(other, "bob", OTHER)
    fill(source, "alice", EXPANDED)
    auth = {source.host: login("alice", SECRET), destination.host: login("bob", OTHER)}
    outputs = {name: str(tmp_path / name) for name in ("journal_path", "log_path", "report_path", "progress_file")}
    outputs["output_success_images"] = str(tmp_path / "copied.yaml")

    result = copy({source.host + "/team/app": destination.host + "/team/app"}, auth, **outputs)

    assert_clean(result)
    skopeo = Skopeo(tmp_path / "judge", {source.host: ("alice", EXPANDED), destination.host: ("bob", OTHER)})
    for tag in ("v0", "v1", "v2"):
        assert skopeo.raw(source.host + "/team/app:" + tag) == skopeo.raw(destination.host + "/team/app:" + tag)
        assert len(skopeo.pull(destination.host + "/team/app:" + tag, tag)) == 6
    written = "".join(Path(path).read_text(encoding="utf-8") for path in outputs.values())
    secret_free(json.dumps(result) + written, SECRET, EXPANDED, OTHER)


def test_the_longest_entry_wins_whatever_the_order(
    docker_registry: MakeRegistry, token_server: MakeTokens, tmp_path: Path
) -> None:
    users = {
        "reader": User("reader-password", [Permission("*", ("pull",))]),
        "team": User("team-password", [Permission("team/*")]),
        "one": User("one-password", [Permission("team/special")]),
    }
    source, destination = docker_registry(), docker_registry(tokens=token_server(users))
    with Pusher(source.url) as pusher:
        for name in ("team/app", "team/special", "foreign/app"):
            pusher.push(images.docker_image(name), name, "1.0")
    auth: Dict[str, Any] = {
        destination.host + "/team": login("team", "team-password"),
        destination.host: login("reader", "reader-password"),
        destination.host + "/team/special": login("one", "one-password"),
        **plain(source.host),
    }
    rules = {source.host + "/" + name: destination.host + "/" + name for name in ("team/app", "team/special")}

    for document in (auth, dict(reversed(list(auth.items())))):
        assert_clean(copy(rules, document, force=True))
    refused = copy({source.host + "/foreign/app": destination.host + "/foreign/app"}, auth)

    assert refused["images"]["failed"] == 1
    assert "denied" in refused["failures"][0]["error"].lower() or "401" in refused["failures"][0]["error"]
    skopeo = Skopeo(tmp_path / "judge", {destination.host: ("team", "team-password")})
    assert len(skopeo.pull(destination.host + "/team/special:1.0", "special")) == 3


@pytest.mark.parametrize("side", ["source", "destination"])
@pytest.mark.parametrize("kind", ["htpasswd", "tokens"])
def test_a_wrong_password_is_said_by_the_entry_and_tried_once(guarded: MakeGuarded, kind: str, side: str) -> None:
    registries = {"source": guarded(kind, "alice", "right-password"), "destination": guarded(kind, "alice", OTHER)}
    fill(registries["source"], "alice", "right-password", tags=12)
    passwords = {"source": "right-password", "destination": OTHER, side: "a-wrong-password"}
    auth = {registries[name].host: login("alice", passwords[name]) for name in registries}
    tags = ",".join("v{0}".format(number) for number in range(12))
    rules = {registries["source"].host + "/team/app:" + tags: registries["destination"].host + "/team/app"}

    result = copy(rules, auth, workers=4)

    assert result["images"]["failed"] == 12
    failure = result["failures"][0]
    assert 'auth: "{0}"'.format(registries[side].host) in failure["hint"]
    secret_free(json.dumps(result), "a-wrong-password", "right-password", OTHER)
    # Every wrong try counts towards a lock-out of the user. At most the workers under way ask, once without the
    # password and once with it; one more request is that of the preparation.
    refused = [line for line in registries[side].accesses() if line.status == 401]
    assert len(refused) <= 2 * 4 + 1


def test_a_password_that_is_missing(guarded: MakeGuarded, docker_registry: MakeRegistry) -> None:
    source, destination = guarded("htpasswd", "alice", OTHER), docker_registry()
    fill(source, "alice", OTHER)

    result = copy({source.host + "/team/app": destination.host + "/team/app"}, plain(source.host, destination.host))

    assert result["images"] == {"total": 1, "copied": 0, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 1}
    assert source.host in result["failures"][0]["hint"]


def test_tokens_end_in_the_middle(
    docker_registry: MakeRegistry, token_server: MakeTokens, sandbox_registry: Callable[..., Registry]
) -> None:
    # A second's life that the reply says nothing of: the registry's refusal is the only sign.
    tokens = token_server({"alice": OTHER}, lifetime=1.0, tell_expiry=False)
    source, destination = sandbox_registry(), docker_registry(tokens=tokens)
    for item in many_tags(8, repository="team/app"):
        source.load(item.image, item.repository, item.tag)
    source.faults.add(Fault("delay", kind="blob_get", seconds=0.4))
    auth = {**plain(source.host), destination.host: login("alice", OTHER)}

    result = copy({source.host + "/team/app": destination.host + "/team/app"}, auth, workers=2)

    assert_clean(result)
    assert tokens.count() >= 3
    assert destination.count(status=401) >= 2
    assert destination.missing() == []


def test_a_private_authority(docker_registry: MakeRegistry, certificates: Certificates, tmp_path: Path) -> None:
    source = docker_registry(users={"alice": OTHER}, certificates=certificates)
    destination = docker_registry(users={"alice": OTHER}, certificates=certificates)
    logins = dict.fromkeys((source.host, destination.host), ("alice", OTHER))
    with Pusher(source.url, ("alice", OTHER), certificates.ca_path) as pusher:
        pusher.push(images.docker_image("tls"), "team/app", "1.0")
    rules = {source.host + "/team/app": destination.host + "/team/app"}
    auth = {host: login("alice", OTHER, insecure=False) for host in logins}

    distrusted = copy(rules, auth, retries=0)
    trusted = copy(rules, auth, ca_path=certificates.ca_path)

    assert distrusted["failed"]
    assert "certificate" in distrusted["failures"][0]["error"].lower()
    assert "ca_path" in distrusted["failures"][0]["hint"]
    assert_clean(trusted)
    judge = Skopeo(tmp_path / "judge", logins, certificates)
    assert judge.raw(source.host + "/team/app:1.0") == judge.raw(destination.host + "/team/app:1.0")
    assert len(judge.pull(destination.host + "/team/app:1.0", "pulled")) == 3


def test_insecure_takes_any_certificate_and_keeps_tls(
    docker_registry: MakeRegistry, certificates: Certificates, tmp_path: Path
) -> None:
    source, destination = docker_registry(), docker_registry(certificates=certificates)
    with Pusher(source.url) as pusher:
        pusher.push(images.docker_image("tls"), "team/app", "1.0")

    rules = {source.host + "/team/app": destination.host + "/team/app"}
    assert_clean(copy(rules, plain(source.host, destination.host)))

    judge = Skopeo(tmp_path / "judge", certificates=certificates)
    assert len(judge.pull(destination.host + "/team/app:1.0", "pulled")) == 3
