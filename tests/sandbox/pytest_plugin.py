# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for pytest; a conftest loads them with C(pytest_plugins)."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator

import pytest

from .harbor import HarborServer
from .huaweicloud import Account, HuaweiCloudServer
from .kubernetes import KubernetesServer
from .registry import Registry
from .swr import Swr


def _no_defects(server: Any) -> None:
    defects = server.server.errors
    assert not defects, "the sandbox itself failed:\n" + "\n".join(defects)


@pytest.fixture
def sandbox_registry() -> Iterator[Callable[..., Registry]]:
    """Makes started registries: C(sandbox_registry(auth=..., tls=True)); stopped after the test."""
    with contextlib.ExitStack() as stack:

        def make(**options: Any) -> Registry:
            registry = Registry(**options)
            stack.enter_context(registry)
            stack.callback(_no_defects, registry)
            return registry

        yield make


@pytest.fixture
def sandbox_swr() -> Iterator[Callable[..., Swr]]:
    """Makes started SWR stand-ins: C(sandbox_swr(keys={"AK": "SK"}, organizations=["team"]))."""
    with contextlib.ExitStack() as stack:

        def make(**options: Any) -> Swr:
            server = Swr(**options)
            stack.enter_context(server)
            stack.callback(_no_defects, server)
            return server

        yield make


@pytest.fixture
def swr(sandbox_swr: Callable[..., Swr]) -> Swr:
    """An SWR with the login C(cn-north-4@SANDBOXACCESSKEY) and the organization C(team); no throttle."""
    return sandbox_swr(keys={"SANDBOXACCESSKEY": "sandbox-secret-key"}, organizations=["team"])


@pytest.fixture
def sandbox_cloud() -> Iterator[Callable[..., HuaweiCloudServer]]:
    """Makes started clouds: C(sandbox_cloud(organizations=["team"])). By default with the key of C(swr)."""
    with contextlib.ExitStack() as stack:

        def make(**options: Any) -> HuaweiCloudServer:
            usual = Account("SANDBOXACCESSKEY", "sandbox-secret-key", projects={"cn-north-4": "pid-1"})
            server = HuaweiCloudServer(**{"accounts": [usual], **options})
            stack.enter_context(server)
            stack.callback(_no_defects, server)
            return server

        yield make


@pytest.fixture
def sandbox_harbor() -> Iterator[Callable[..., HarborServer]]:
    """Makes started Harbors: C(sandbox_harbor(version="2.4.1", resolve={...})).

    A request body that the version's API description does not know fails the test, unless it empties C(violations).
    """
    with contextlib.ExitStack() as stack:

        def make(**options: Any) -> HarborServer:
            server = HarborServer(**options)
            stack.enter_context(server)
            stack.callback(_no_violations, server)
            stack.callback(_no_defects, server)
            return server

        yield make


def _no_violations(server: HarborServer) -> None:
    assert not server.violations, "Harbor would ignore it:\n" + "\n".join(server.violations)


@pytest.fixture
def sandbox_kubernetes() -> Iterator[Callable[..., KubernetesServer]]:
    """Makes started Kubernetes APIs: C(sandbox_kubernetes(objects=[...]))."""
    with contextlib.ExitStack() as stack:

        def make(**options: Any) -> KubernetesServer:
            server = KubernetesServer(**options)
            stack.enter_context(server)
            stack.callback(_no_defects, server)
            return server

        yield make
