# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy as a process: reads its options from a file, prints its result. Tests kill it.

A second argument is the size in bytes that no file may grow over (Python ignores the signal that comes with that).
"""

from __future__ import annotations

import json
import resource
import sys

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy

if __name__ == "__main__":
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    with open(sys.argv[1], encoding="utf-8") as request:
        json.dump(run_copy(json.load(request), False, {}), sys.stdout)
