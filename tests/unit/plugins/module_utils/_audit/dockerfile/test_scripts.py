# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell runs for an instruction."""

from __future__ import annotations

from typing import List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.scripts import DEFAULT_SHELL, scripts

TEXT = """\
FROM a AS one
RUN a \\
  # c
  && b
SHELL ["/bin/bash", "-ec"]
HEALTHCHECK --retries=3 CMD c || exit 1
RUN <<EOF
d
EOF
RUN <<A cat >e && bash <<B
x
A
f
B
ONBUILD RUN ["g"]
FROM one
ENTRYPOINT h
FROM b
RUN <<-"E"
\t#!/usr/bin/env python3
\ti
\tE
HEALTHCHECK NONE
CMD
"""


def found(text: str) -> List[Tuple[str, Tuple[str, ...]]]:
    return [(script.text, script.shell) for script in scripts(parse(text)) if script.items is None]


def test_texts_and_shells():
    bash = ("/bin/bash", "-ec")
    assert found(TEXT) == [
        ("a   && b", DEFAULT_SHELL),
        ("c || exit 1", bash),
        ("d\n", bash),
        ("<<A cat >e && bash <<B\nx\nA\nf\nB", bash),
        ("h", bash),
        ("\t#!/usr/bin/env python3\n\ti\n", ("/usr/bin/env", "python3")),
    ]
    assert [script.items for script in scripts(parse(TEXT)) if script.items] == [("g",)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_offsets_lead_back_to_the_file(line_end: str):
    text = TEXT.replace("\n", line_end)
    for script in scripts(parse(text)):
        assert len(script.offsets) == len(script.text) + 1
        places = [text[script.offsets[at]] for at in range(len(script.text))]
        assert "".join(places).replace("\r", "\n") == script.text
