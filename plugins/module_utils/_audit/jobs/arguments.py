# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the modules of an audit have in common.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from ..._arguments import Arguments
from ..judgement.settings import FAIL_ON
from ..rules.catalogue import PROFILES, RECOMMENDED

JUDGEMENT = Arguments(
    {
        "profile": {"type": "str", "choices": list(PROFILES), "default": RECOMMENDED},
        "rules": {"type": "dict", "default": {}},
        "allowed_base_images": {"type": "list", "elements": "str", "default": []},
        "unneeded_packages": {"type": "bool", "default": False},
        "baseline": {"type": "path"},
        "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": FAIL_ON[0]},
    }
)
REPORTS = Arguments(
    {
        "sarif_path": {"type": "path"},
        "json_path": {"type": "path"},
        "html_path": {"type": "path"},
        "findings_shown": {"type": "int", "default": 20},
    }
)
NUMBERS = {"findings_shown": (0, 10_000)}
"""The ranges of numbers among them."""
