# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy as a process: reads its options from a file, prints the numbers of its result."""

from __future__ import annotations

import json
import sys

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy

if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as request:
        result = run_copy(json.load(request), False, {})
    result.pop("diff", None)
    json.dump(result, sys.stdout)
    sys.exit(1 if result["failed"] else 0)
