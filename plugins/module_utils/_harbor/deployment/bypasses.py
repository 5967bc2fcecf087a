# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects what starts Harbor with C(docker-compose.yml) alone, without the override.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from typing import Iterable, List, Optional

_LONGEST_LINE = 4096  # characters of a line that are read
_FILE_OPTION = re.compile(r"\s(?:-f|--file)[ =]?\S*docker-compose\.ya?ml")
_COMPOSE_FILE = re.compile(r"\s*COMPOSE_FILE=(?!.*override)")


def _bypasses(line: str) -> bool:
    line = line[:_LONGEST_LINE]
    return "compose" in line and "override" not in line and bool(_FILE_OPTION.search(line))


def unit_bypasses(text: str) -> bool:
    """Whether a systemd unit starts Compose without the override."""
    return any(_bypasses(line) for line in text.splitlines())


def process_bypasses(lines: Iterable[str]) -> List[str]:
    """The running programs that were started without the override.

    :param lines: the commands of all processes. Their other arguments are not shown: they may be passwords.
    """
    return list(dict.fromkeys(os.path.basename(line.split()[0]) for line in lines if _bypasses(line)))


def env_bypasses(text: Optional[str]) -> bool:
    """Whether C(.env) makes Compose read only other files."""
    return any(_COMPOSE_FILE.match(line[:_LONGEST_LINE]) for line in (text or "").splitlines())
