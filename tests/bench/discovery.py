# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to find the images of a cluster, in a process of its own, against the sandbox's Kubernetes API.

As a program, it finds them and prints how many workloads use one.
"""

from __future__ import annotations

import os
import sys

from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN
from ansible_collections.longshore.swr.tests.support.modules import run_module

from . import measure
from .servers import Sandbox, sandbox
from .session import LONGEST, Row, Session, row_of
from .tools import Tool

WORKLOADS = 200
# Of each workload: a thousand, and ten thousand in all.
PODS = (5, 50)
PROGRAM = "ansible_collections.longshore.swr.tests.bench.discovery"


def workloads(session: Session) -> None:
    """The images of 200 workloads and their pods, read in pages of 500 objects."""
    for pods in PODS:
        title = "{0} workloads, {1:,} pods".format(WORKLOADS, WORKLOADS * pods)
        many = {"deployments": WORKLOADS, "replicas": pods}
        with sandbox(session.new_folder(), "cluster", kind="kubernetes", many=many) as cluster:

            def run(_tool: Tool, cluster: Sandbox = cluster) -> Row:
                cluster.forget()
                env = dict(os.environ, PYTHONPATH=session.engine.collections)
                usage = measure.run([sys.executable, "-m", PROGRAM, "http://" + cluster.host], env, LONGEST)
                return row_of(usage, cluster.counts(), 0, 0, int(usage.output or 0), WORKLOADS)

            session.compare(title, [session.engine], run)


if __name__ == "__main__":
    result = run_module("workload_images", {"host": sys.argv[1], "api_key": TOKEN})
    sys.stdout.write(str(len({use["owner"] for use in result["references"]})))
