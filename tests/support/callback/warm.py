# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preloads what each task would load again: Ansible forks for every task and host, and loads plugins after the fork.

It also keeps modules as they are sent to hosts for further runs: Ansible packs each module anew in every run, for
which it parses all code that the module imports.

It is a callback because callbacks run in ansible-playbook before the first task. It prints nothing.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import shutil
import sys
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from ansible import constants, release
from ansible.plugins import loader
from ansible.plugins.callback import CallbackBase
from ansible.utils.collection_loader import _collection_finder

DOCUMENTATION = """
name: warm
type: aggregate
short_description: load plugins before Ansible forks
description: Load plugins before Ansible forks.
"""

COLLECTION = "ansible_collections.longshore.swr.plugins."
CHECKOUT = Path(__file__).resolve().parents[3]
PLUGINS = CHECKOUT / "plugins"
PACKED = CHECKOUT / ".cache" / "packed-modules"
ACTIONS = ("assert", "copy", "debug", "fail", "include_vars", "normal", "set_fact", "template", "uri")
LIBRARIES = ("ansible.executor.module_common", "requests", "yaml")


def keep_bytecode() -> None:
    """Let Python keep the compiled code of collections as it does for other code; Ansible compiles it in each run."""
    loader_class = _collection_finder._AnsibleCollectionPkgLoaderBase
    compiled = loader_class.get_code

    def get_code(self: Any, fullname: str) -> Any:
        path = self._source_code_path
        return SourceFileLoader(fullname, path).get_code(fullname) if path else compiled(self, fullname)

    loader_class.get_code = get_code


def keep_packed_modules() -> None:
    """Use a folder for packed modules that outlives this run: one for each state of the code that is packed."""
    searched = [path for path in constants.COLLECTIONS_PATHS + constants.DEFAULT_MODULE_PATH if Path(path).is_dir()]
    state = [sys.version, release.__version__, *searched]
    for folder in (PLUGINS / "modules", PLUGINS / "module_utils"):
        for path in sorted(folder.rglob("*.py")):
            found = path.stat()
            state.append("{0} {1} {2}".format(path, found.st_size, found.st_mtime_ns))
    kept = PACKED / hashlib.sha256("\n".join(state).encode()).hexdigest()
    if not kept.exists():
        yesterday = time.time() - 24 * 60 * 60
        for old in PACKED.glob("*"):
            if old.stat().st_mtime < yesterday:
                shutil.rmtree(old, ignore_errors=True)
        kept.mkdir(parents=True, exist_ok=True)
    Path(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(kept)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "warm"

    def v2_playbook_on_start(self, playbook: Any) -> None:
        keep_bytecode()
        keep_packed_modules()
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
