# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world for the copy engine: a source, a destination, and a run between them."""

from __future__ import annotations

import itertools
import json
import os
import socket
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional

import jsonschema
import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.tag_listing import no_lister
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer import graph
from ansible_collections.longshore.swr.tests.sandbox import Registry

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "schemas" / "migration-report-1.json"
FAST = {"retry_delay": 0.01, "timeout": 5.0, "workers": 4, "docker_config_fallback": False}


def check_report(document: Any) -> None:
    """A report has the published form."""
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))


class World:
    """Two registries and what is copied between them.

    :ivar login: the auth document for both.
    """

    def __init__(self, source: Registry, destination: Registry) -> None:
        self.source = source
        self.destination = destination
        self.login: Dict[str, Dict[str, Any]] = {
            source.host: {"insecure": True},
            destination.host: {"insecure": True},
        }
        self.rules: Dict[str, Any] = {}
        self.secrets: List[str] = []

    def offer(self, image: Any, repository: str, tag: str, to: Optional[str] = None) -> None:
        """Put an image into the source, and a rule for it."""
        self.source.load(image, repository, tag)
        self.rules["{0}/{1}:{2}".format(self.source.host, repository, tag)] = "{0}/{1}".format(
            self.destination.host, to or repository
        )

    def copy(
        self,
        check_mode: bool = False,
        environ: Optional[Mapping[str, str]] = None,
        lister_for: Callable[[str], Any] = no_lister,
        **options: Any,
    ) -> Any:
        """Run the engine; its result, in which no secret may show."""
        request = dict(FAST, images=self.rules, auth=self.login)
        request.update(options)
        result = run_copy(request, check_mode, environ or {}, lister_for=lister_for)
        text = json.dumps(result)
        for secret in self.secrets:
            assert secret not in text
        if request.get("report_path") and not check_mode:
            with open(request["report_path"], encoding="utf-8") as handle:
                check_report(json.load(handle))
        images = result["images"]
        assert images["total"] == sum(count for outcome, count in images.items() if outcome != "total")
        return result

    def check_destination(self, *repositories: str) -> None:
        """No manifest at the destination whose blobs or children are missing."""
        for repository in repositories:
            assert self.destination.missing_blobs(repository) == []


@pytest.fixture
def world(sandbox_registry: Callable[..., Registry]) -> World:
    """Two registries without authentication."""
    return World(sandbox_registry(name="source"), sandbox_registry(name="destination"))


@pytest.fixture
def none_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """All blobs are looked up before they are sent, however small."""
    monkeypatch.setattr(graph, "SMALL", -1)


@pytest.fixture
def unused_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_rounds(one_round: Callable[[int], None], seconds: float) -> None:
    """Random rounds, each with the seed after the last. A failure names its own.

    C(LONGSHORE_FAULT_SECONDS) replaces the seconds, C(LONGSHORE_FAULT_SEED) the first seed (1).
    """
    end = time.monotonic() + float(os.environ.get("LONGSHORE_FAULT_SECONDS", str(seconds)))
    for seed in itertools.count(int(os.environ.get("LONGSHORE_FAULT_SEED", "1"))):
        try:
            one_round(seed)
        except BaseException as error:
            raise AssertionError("LONGSHORE_FAULT_SEED={0} LONGSHORE_FAULT_SECONDS=0".format(seed)) from error
        if time.monotonic() >= end:
            return
