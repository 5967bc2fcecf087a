# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an edit changes, for people to read."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.difference import MOST, difference
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Edit

TEXT = b"FROM a:1\nADD x /x/\nENV TOKEN=t0kent0ken A=b\r\nCMD x"


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        ((Edit(9, 12, "COPY"),), ("-ADD x /x/", "+COPY x /x/")),
        ((Edit(0, 4, "from"), Edit(9, 12, "COPY")), ("-FROM a:1", "-ADD x /x/", "+from a:1", "+COPY x /x/")),
        ((Edit(40, 43, "A=c"),), ("-ENV TOKEN=******** A=b", "+ENV TOKEN=******** A=c")),
        ((Edit(len(TEXT), len(TEXT), " y"),), ("-CMD x", "+CMD x y")),
        ((Edit(9, 19, ""),), ("-ADD x /x/",)),
    ],
)
def test_the_lines_before_and_after(edits: tuple, lines: tuple) -> None:
    assert difference(TEXT, edits) == lines


def test_a_large_one_is_cut() -> None:
    text = b"RUN a \\\n" * 5000 + b"x" * 5000
    shown = difference(text, (Edit(0, len(text), "\x1b[31m" + "y" * 5000),))
    assert (len(shown), shown[-1]) == (MOST + 1, "...")
    (added,) = [line for line in difference(b"a", (Edit(0, 1, "\x1b[31m" + "y" * 5000),)) if line[0] == "+"]
    assert added.startswith("+\\x1b[31myyy")
    assert len(added) <= 401
