# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of a measurement, each a process of its own, and the collections' place for the engine."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence

from ..e2e.docker_registry import DockerRegistry
from ..sandbox.push import Pusher
from ..sandbox.workloads import Item

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@contextmanager
def program(argv: Sequence[str]) -> Iterator[Any]:
    """A program that prints one line of JSON when it is ready; it is ended with the block."""
    process = subprocess.Popen(list(argv), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=str(ROOT))
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError("{0} did not start".format(argv[1]))
        yield json.loads(line)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


@contextmanager
def delayed(targets: Sequence[str], delay: float) -> Iterator[List[str]]:
    """Addresses that lead to the targets, C(delay) seconds away each way."""
    with program([sys.executable, str(HERE / "latency_proxy.py"), "--delay", str(delay), *targets]) as ports:
        yield ["127.0.0.1:{0}".format(port) for port in ports]


class Sandbox:
    """A sandbox registry in another process."""

    def __init__(self, described: Dict[str, Any]) -> None:
        self.host = described["host"]
        self._url = described["url"]

    def entries(self, kind: str = "") -> List[Dict[str, Any]]:
        return self._ask("GET", "log" + ("?kind=" + kind if kind else ""))

    def counts(self) -> Dict[str, int]:
        return self._ask("GET", "counts")

    def forget(self) -> None:
        """Empty the log."""
        self._ask("DELETE", "log")

    def _ask(self, method: str, what: str) -> Any:
        request = urllib.request.Request("{0}/_sandbox/{1}".format(self._url, what), method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as reply:
            return json.load(reply)


@contextmanager
def sandbox(folder: Path, name: str, **settings: Any) -> Iterator[Sandbox]:
    """A sandbox registry with the images of C(settings), in a process of its own."""
    config = folder / (name + ".json")
    config.write_text(json.dumps({"instances": [dict(settings, name=name)]}), encoding="utf-8")
    with program([sys.executable, "-m", "tests.sandbox", "--config", str(config)]) as ready:
        yield Sandbox(ready["instances"][name])


def push_all(registry: DockerRegistry, items: Sequence[Item], threads: int = 4) -> None:
    """Put a work into a registry, through its API."""

    def push(part: Sequence[Item]) -> None:
        with Pusher(registry.url, ca_path=registry.certificates.ca_path if registry.certificates else None) as pusher:
            for item in part:
                pusher.push(item.image, item.repository, item.tag)

    # The first one alone, so that the others find the shared layers.
    push(items[:1])
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(push, [items[start::threads] for start in range(1, threads + 1)]))
