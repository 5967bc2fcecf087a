# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preloads what each task would load again: Ansible forks for every task and host, and loads plugins after the fork.

It is a callback because callbacks run in ansible-playbook before the first task. It prints nothing.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
from pathlib import Path
from typing import Any

from ansible.plugins import loader
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: warm
type: aggregate
short_description: load plugins before Ansible forks
description: Load plugins before Ansible forks.
"""

COLLECTION = "ansible_collections.longshore.swr.plugins."
PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
ACTIONS = ("assert", "copy", "debug", "fail", "include_vars", "normal", "set_fact", "template", "uri")
LIBRARIES = ("ansible.executor.module_common", "requests", "yaml")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "warm"

    def v2_playbook_on_start(self, playbook: Any) -> None:
        for name in LIBRARIES:
            importlib.import_module(name)
        for kind in ("action", "filter", "lookup"):
            for path in (PLUGINS / kind).glob("*.py"):
                # Load errors show up on use.
                with contextlib.suppress(Exception):
                    importlib.import_module(COLLECTION + kind + "." + path.stem)
        for name in ACTIONS:
            loader.action_loader.get("ansible.builtin." + name, class_only=True)
        loader.connection_loader.get("ansible.builtin.local", class_only=True)
        loader.shell_loader.get("sh", class_only=True)
        list(loader.filter_loader.all())
        list(loader.test_loader.all())
        # Ignored by the garbage collector, and so shared by all forks.
        gc.collect()
        gc.freeze()
