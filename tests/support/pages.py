# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the documentation, and the code in them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import List

PAGES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"

BLOCK = re.compile(r"^([ ]*)\.\. code-block:: (\S+)\n\n((?:\1 +.*\n|\n)+)", re.MULTILINE)
"""Its indentation, its language, its lines."""


def page(name: str) -> str:
    """The text of a page."""
    return (PAGES / (name + ".rst")).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> List[str]:
    """The code of a language in a page, without its indentation."""
    return [
        textwrap.dedent(lines).strip() + "\n" for _, found, lines in BLOCK.findall(text + "\n") if found == language
    ]
