# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large layer between real registries, over a line that cuts every connection long before the layer's end."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, login, plain
from ansible_collections.longshore.swr.tests.e2e.signed_tokens import TokenServer
from ansible_collections.longshore.swr.tests.sandbox import Registry, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher
from ansible_collections.longshore.swr.tests.support.cutting_relay import CuttingRelay

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo]

MIB = 1024 * 1024
SIZE = 40 * MIB
CUT = 3 * MIB

MakeRegistry = Callable[..., DockerRegistry]


@pytest.fixture
def line() -> Iterator[Callable[[str], CuttingRelay]]:
    """Puts a bad line before a registry."""
    with contextlib.ExitStack() as stack:
        yield lambda host: stack.enter_context(CuttingRelay(host, CUT))


def test_a_layer_arrives_over_a_line_that_cuts_both_ways(
    docker_registry: MakeRegistry, line: Callable[[str], CuttingRelay], skopeo: Skopeo, tmp_path: Path
) -> None:
    source, destination = docker_registry(), docker_registry()
    image = images.docker_image("big", [layer("big", SIZE), layer("small")])
    with Pusher(source.url) as pusher:
        pusher.push(image, "team/app", "1.0")
    there, here = line(source.host), line(destination.host)

    rules = {there.host + "/team/app:1.0": here.host + "/team/app"}
    result = copy(rules, plain(there.host, here.host), retry_delay=0.05)

    assert_clean(result)
    # The source's line is cut at least as often as the layer needs; the destination's teaches how much passes.
    assert there.cuts >= SIZE // CUT
    assert 0 < here.cuts < SIZE // CUT
    assert destination.count("upload_patch", status=202) >= SIZE // CUT
    assert destination.missing() == []
    assert len(skopeo.pull(destination.host + "/team/app:1.0", "big")) == 3
    # What was sent in vain is counted as sent, and the layer once as planned.
    assert result["bytes"]["uploaded"] >= result["bytes"]["planned"] >= SIZE


def test_what_was_learnt_is_used_for_the_next_layer(
    docker_registry: MakeRegistry, line: Callable[[str], CuttingRelay], skopeo: Skopeo
) -> None:
    source, destination = docker_registry(), docker_registry()
    image = images.docker_image("two", [layer("first", 16 * MIB), layer("second", 12 * MIB)])
    with Pusher(source.url) as pusher:
        pusher.push(image, "team/app", "1.0")
    here = line(destination.host)

    rules = {source.host + "/team/app:1.0": here.host + "/team/app"}
    assert_clean(copy(rules, plain(source.host, here.host), retry_delay=0.05, workers=1))

    # The first layer was tried whole, and in chunks that were too large still; for the second the size is known.
    assert here.cuts <= 4
    assert len(skopeo.pull(destination.host + "/team/app:1.0", "two")) == 3


def test_with_tokens_that_end_on_the_way(
    docker_registry: MakeRegistry,
    token_server: Callable[..., TokenServer],
    sandbox_registry: Callable[..., Registry],
    line: Callable[[str], CuttingRelay],
) -> None:
    destination = docker_registry(tokens=token_server({"bob": "push-secret"}, lifetime=1))
    source = sandbox_registry()
    image = images.docker_image("big", [layer("big", SIZE)])
    source.load(image, "team/app", "1.0")
    here = line(destination.host)

    auth: Any = dict(plain(source.host), **{here.host: login("bob", "push-secret")})
    result = copy({source.host + "/team/app:1.0": here.host + "/team/app"}, auth, retry_delay=0.05)

    assert_clean(result)
    assert destination.count("upload_patch", status=202) > 0
    assert destination.missing() == []
