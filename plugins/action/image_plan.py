# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name and shows its progress."""

from __future__ import annotations

from ansible_collections.longshore.swr.plugins.module_utils._registry.run.progress import render
from ansible_collections.longshore.swr.plugins.plugin_utils._progress_action import ProgressAction


class ActionModule(ProgressAction):
    """Returns the module's result unchanged."""

    render = staticmethod(render)
