# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic, Bearer and TLS of the sandbox registry."""

from __future__ import annotations

from typing import Callable
from urllib.parse import urlencode

import pytest

from ansible_collections.longshore.swr.tests.sandbox import (
    BasicAuth,
    BearerAuth,
    Permission,
    Registry,
    User,
    images,
    push,
)
from ansible_collections.longshore.swr.tests.sandbox.probe import ask, basic, bearer

PULL = "repository:team/app:pull"
PULLER = User("hidden", [Permission("team/*", ("pull",))])
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_basic(sandbox_registry: Callable[..., Registry]) -> None:
    auth = BasicAuth({"alice": "secret", "bob": PULLER}, anonymous=[Permission("public/*", ("pull",))])
    registry = sandbox_registry(auth=auth)
    image = images.docker_image("x")
    push.push(image, registry.url, "team/app", "1", ("alice", "secret"))
    url = registry.url + "/v2/team/app/manifests/1"
    assert ask(url).headers["www-authenticate"].startswith("Basic realm=")
    assert ask(url, headers=basic("alice", "wrong")).status == 401
    assert ask(url, headers=basic("bob", "hidden")).status == 200
    assert ask(registry.url + "/v2/team/app/blobs/uploads/", "POST", headers=basic("bob", "hidden")).code() == "DENIED"
    registry.load(image, "public/app", "1")
    assert ask(registry.url + "/v2/public/app/manifests/1").status == 200
    assert ask(registry.url + "/v2/_catalog", headers=basic("alice", "secret")).status == 200
    assert ask(registry.url + "/v2/_catalog", headers=basic("bob", "hidden")).status == 403


def test_bearer_scopes(sandbox_registry: Callable[..., Registry]) -> None:
    auth = BearerAuth({"alice": "secret", "bob": PULLER}, anonymous=[Permission("public/*", ("pull",))])
    registry = sandbox_registry(auth=auth)
    registry.load(images.docker_image("x"), "team/app", "1")
    registry.load(images.docker_image("x"), "public/app", "1")
    url = registry.url + "/v2/team/app/manifests/1"
    token = registry.url + "/token"
    challenge = ask(url).headers["www-authenticate"]
    assert challenge == 'Bearer realm="{0}",service="sandbox",scope="{1}"'.format(token, PULL)
    assert ask(url, headers=bearer(token, PULL, user="bob", password="hidden")).status == 200
    assert ask(url, headers=bearer(token, PULL)).status == 401
    other = bearer(token, "repository:team/other:pull", user="alice", password="secret")
    assert 'error="insufficient_scope"' in ask(url, headers=other).headers["www-authenticate"]
    pushing = bearer(token, "repository:team/app:pull,push", user="bob", password="hidden")
    assert ask(registry.url + "/v2/team/app/blobs/uploads/", "POST", headers=pushing).status == 401
    assert ask(token + "?scope=" + PULL, headers=basic("alice", "wrong")).status == 401
    public = bearer(token, "repository:public/app:pull")
    assert ask(registry.url + "/v2/public/app/manifests/1", headers=public).status == 200
    both = bearer(token, PULL, "registry:catalog:*", user="alice", password="secret")
    assert ask(registry.url + "/v2/_catalog", headers=both).status == 200
    assert {entry.auth for entry in registry.log.entries("manifest_get")} == {"none", "bearer"}
    assert "secret" not in repr([entry.as_dict() for entry in registry.log])


def test_tokens_end_by_use_by_time_and_on_demand(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BearerAuth({"alice": "secret"}, max_uses=2))
    url, token = registry.url + "/v2/", registry.url + "/token"
    headers = bearer(token, PULL, user="alice", password="secret")
    assert [ask(url, headers=headers).status for _time in range(3)] == [200, 200, 401]
    registry.auth.ttl = -1  # type: ignore[attr-defined]
    assert ask(url, headers=bearer(token, PULL, user="alice", password="secret")).status == 401
    registry.auth.ttl = 60  # type: ignore[attr-defined]
    headers = bearer(token, PULL, user="alice", password="secret")
    registry.expire_tokens()
    assert 'error="invalid_token"' in ask(url, headers=headers).headers["www-authenticate"]


def test_oauth2_password_and_refresh_token(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BearerAuth({"alice": "secret"}))
    form = {"grant_type": "password", "username": "alice", "password": "secret", "service": "sandbox"}
    form.update({"client_id": "test", "scope": PULL, "access_type": "offline"})
    url = registry.url + "/token"
    first = ask(url, "POST", urlencode(form), FORM)
    refresh = {"grant_type": "refresh_token", "refresh_token": first.json()["refresh_token"], "scope": PULL}
    second = ask(url, "POST", urlencode(refresh), FORM)
    headers = {"Authorization": "Bearer " + second.json()["access_token"]}
    assert ask(registry.url + "/v2/", headers=headers).status == 200
    refresh["refresh_token"] = "invented"
    assert ask(url, "POST", urlencode(refresh), FORM).status == 401
    form["password"] = "wrong"
    assert ask(url, "POST", urlencode(form), FORM).status == 401


def test_mount_needs_pull_on_the_origin(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BearerAuth({"alice": "secret"}))
    image = images.docker_image("x")
    registry.load(image, "a/b", "1")
    url = "{0}/v2/c/d/blobs/uploads/?mount={1}&from=a/b".format(registry.url, image.blobs[0].digest)
    scopes = ["repository:c/d:pull,push", "repository:a/b:pull"]
    endpoint = registry.url + "/token"
    assert ask(url, "POST", headers=bearer(endpoint, scopes[0], user="alice", password="secret")).status == 202
    assert ask(url, "POST", headers=bearer(endpoint, *scopes, user="alice", password="secret")).status == 201


def test_tls(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(tls=True)
    assert registry.certificates is not None
    assert ask(registry.url + "/v2/", context=registry.certificates.client_context()).status == 200
    with pytest.raises(OSError, match="certificate verify failed"):
        ask(registry.url + "/v2/")
    image = images.docker_image("x", size=600_000)
    assert push.push(image, registry.url, "a/b", "1", ca_path=registry.ca_path) == image.digest
    assert registry.missing_blobs("a/b") == []
