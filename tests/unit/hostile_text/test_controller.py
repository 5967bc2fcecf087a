# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plugins on the controller show: progress lines, and the errors of filters and lookups."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

pytest.importorskip("ansible.plugins.action", reason="action plugins run on the controller")

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.action.harbor_replication_execution import ActionModule as RunAction
from ansible_collections.longshore.swr.plugins.action.image_copy import ActionModule as CopyAction
from ansible_collections.longshore.swr.plugins.filter.access_table import FilterModule as AccessTable
from ansible_collections.longshore.swr.plugins.filter.swr_registry import FilterModule as SwrRegistry
from ansible_collections.longshore.swr.plugins.plugin_utils import _progress_action as progress_action
from ansible_collections.longshore.swr.tests.unit.hostile_text.hostile import EVIL, SECRET, SHORT, check

URL = "https://u:{0}@h/".format(SECRET)


@pytest.mark.parametrize(
    ("action", "event"),
    [
        (CopyAction, {"event": "failure", "source": SHORT, "destination": URL, "error": EVIL}),
        (CopyAction, {"phase": "planning", "images_done": EVIL, "images_total": SHORT}),
        (RunAction, {"event": "no_answer", "policy": SHORT, "execution": SHORT, "error": EVIL + URL, "status": None}),
        (RunAction, {"event": "progress", "policy": EVIL, "execution": 1, "status": SHORT, "total": 0}),
    ],
    ids=range(4),
)
def test_progress_lines(action: Any, event: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    shown: List[str] = []
    monkeypatch.setattr(progress_action.display, "display", lambda line, **_how: shown.append(line))
    object.__new__(action)._show(event)
    (line,) = shown
    assert "evil" in check(line)


def test_errors_of_filters() -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        SwrRegistry().filters()["swr_registry"](EVIL)
    assert "evil" in check(str(caught.value))
    with pytest.raises(AnsibleFilterError) as caught:
        AccessTable().filters()["access_table"](EVIL)
    check(str(caught.value))
