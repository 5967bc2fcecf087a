# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: registries of every kind, whoever judges them, and the ways to copy."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Optional

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.signed_tokens import TokenServer
from ansible_collections.longshore.swr.tests.sandbox import Certificates

MakeRegistry = Callable[..., DockerRegistry]


@pytest.fixture
def docker_registry(tmp_path: Path) -> Iterator[MakeRegistry]:
    """Makes started registries: C(docker_registry(users={"alice": "secret"})), C(tokens=...), C(certificates=...)."""
    with contextlib.ExitStack() as stack:
        numbers = itertools.count()

        def make(users: Optional[Dict[str, str]] = None, **options: Any) -> DockerRegistry:
            folder = tmp_path / "registry-{0}".format(next(numbers))
            folder.mkdir()
            if users is not None:
                options["users"] = write_htpasswd(folder / "htpasswd", users)
            registry = DockerRegistry(folder, **options)
            stack.callback(registry.stop)
            return registry.start()

        yield make


def write_htpasswd(path: Path, users: Dict[str, str]) -> Path:
    """The file as Apache's C(htpasswd) writes it; the registry takes bcrypt only."""
    path.touch()
    for name, password in users.items():
        # The password comes by standard input: arguments are for everybody to see.
        line = ["htpasswd", "-i", "-B", "-C", "5", str(path), name]
        subprocess.run(line, input=password.encode(), check=True, capture_output=True)
    return path


@pytest.fixture
def token_server(tmp_path: Path) -> Iterator[Callable[..., TokenServer]]:
    """Makes started token servers: C(token_server({"bob": "secret"}, lifetime=2))."""
    with contextlib.ExitStack() as stack:
        numbers = itertools.count()

        def make(users: Dict[str, str], **options: Any) -> TokenServer:
            folder = tmp_path / "tokens-{0}".format(next(numbers))
            return stack.enter_context(TokenServer(folder, users, **options))

        yield make


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """A private certificate authority and a certificate for 127.0.0.1."""
    return Certificates(str(tmp_path / "tls"))


@pytest.fixture
def skopeo(tmp_path: Path) -> Skopeo:
    """The judge, without logins."""
    return Skopeo(tmp_path / "skopeo")
