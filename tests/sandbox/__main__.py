# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs sandbox servers from a configuration file until SIGTERM or SIGINT.

Prints one line of JSON when all of them are ready; the README describes file and line.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import threading
from typing import Any, Dict, List, Optional, Sequence

from .config import ConfigError, Plan, plan_servers, read_config


def describe(plans: Sequence[Plan]) -> Dict[str, Any]:
    """What the ready line says."""
    instances = {}
    for plan in plans:
        instances[plan.name] = plan.server.describe()
    return {"ready": True, "pid": os.getpid(), "instances": instances}


def write_ready(path: str, line: str) -> None:
    """Writes the ready file in one step: a reader sees nothing or all of it."""
    temporary = "{0}.{1}".format(path, os.getpid())
    with open(temporary, "w", encoding="utf-8") as handle:
        handle.write(line + "\n")
    os.replace(temporary, path)


def run(plans: Sequence[Plan], ready_file: Optional[str], stop: threading.Event) -> int:
    started: List[Any] = []
    try:
        for plan in plans:
            try:
                plan.server.start()
            except OSError as problem:
                sys.stderr.write("sandbox: {0} cannot listen: {1}\n".format(plan.name, problem))
                return 1
            started.append(plan.server)
            for load in plan.images:
                try:
                    load()
                except (TypeError, ValueError, KeyError) as problem:
                    sys.stderr.write("sandbox: {0}: images: {1}\n".format(plan.name, problem))
                    return 2
        line = json.dumps(describe(plans))
        if ready_file:
            write_ready(ready_file, line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        stop.wait()
        return 0
    finally:
        for server in started:
            server.stop()
        if ready_file and os.path.exists(ready_file):
            os.unlink(ready_file)


def make_room() -> None:
    """For 10,000 connections: as many files as the system allows, and small stacks, for each has a thread."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    threading.stack_size(512 * 1024)


def main(argv: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0 after a clean stop, 1 where a port is taken, 2 for a wrong configuration."""
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description=__doc__)
    parser.add_argument("--config", required=True, help="configuration in JSON (*.json) or YAML")
    parser.add_argument("--ready-file", help="written when all servers are ready, removed at the end")
    options = parser.parse_args(argv)
    make_room()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        plans = plan_servers(read_config(options.config))
    except ConfigError as problem:
        for text in problem.problems:
            sys.stderr.write("sandbox: {0}\n".format(text))
        return 2
    return run(plans, options.ready_file, stop)


if __name__ == "__main__":
    sys.exit(main())
