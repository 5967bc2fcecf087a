# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of a Dockerfile, read, with the places of their commands in the file.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, NamedTuple, Sequence, Tuple

from ..dockerfile.scripts import scripts
from ..model import Dockerfile
from ..shell.reader import read_exec, read_script
from ..shell.script import Script
from .managers import Action, action_of


class Located(NamedTuple):
    """A script and its place.

    :ivar text: what the positions of its commands refer to; empty for the exec form.
    :ivar form: C(shell), C(heredoc) or C(exec).
    :ivar actions: what its commands ask package managers to do.
    """

    script: Script
    text: str
    offsets: Sequence[int]
    form: str
    actions: Tuple[Action, ...] = ()

    def offset(self, position: int) -> int:
        """The offset in the file of a character of the text."""
        return self.offsets[position]


def located_scripts(dockerfile: Dockerfile) -> Dict[int, Located]:
    """The scripts of a file by the C(id()) of their instruction."""
    found: Dict[int, Located] = {}
    for one in scripts(dockerfile):
        if one.items is not None:
            script, form = read_exec(one.items), "exec"
        else:
            form = "heredoc" if (one.instruction.inner or one.instruction).heredocs else "shell"
            script = read_script(one.text, one.shell)
        actions = tuple(action for action in map(action_of, script.commands) if action is not None)
        found[id(one.instruction)] = Located(script, one.text, one.offsets, form, actions)
    return found
