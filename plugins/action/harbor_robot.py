# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name and hides its result if it has a secret."""

from __future__ import annotations

from ansible_collections.longshore.swr.plugins.plugin_utils._no_log_action import NoLogAction


class ActionModule(NoLogAction):
    """A result without a new secret is shown."""

    secret = "secret"  # noqa: S105
