# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules in the test's process: their real code, without a controller or a new Python."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
from typing import Any, ContextManager, Dict, Mapping
from unittest import mock

from ansible.module_utils import _internal, basic
from ansible.module_utils.common import warnings

MODULES = "ansible_collections.longshore.swr.plugins.modules."


def run_module(name: str, params: Mapping[str, Any], check_mode: bool = False, diff: bool = True) -> Dict[str, Any]:
    """
    :param name: such as C(image_copy).
    :param params: as in a task; environment variables are those of this process.
    :return: the result of the module, failed or not.
    :raises Exception: any that the module did not catch.
    """
    module = importlib.import_module(MODULES + name)
    arguments = dict(params, _ansible_check_mode=check_mode, _ansible_diff=diff, _ansible_module_name=name)
    output = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_arguments(arguments))
        # If another test has loaded the controller's code, a module would show its warnings instead of returning them.
        # Before ansible-core 2.19 there is no difference.
        stack.enter_context(mock.patch.object(_internal, "is_controller", False, create=True))
        # Each module has its own warnings.
        for kept in ("_global_warnings", "_global_deprecations"):
            stack.enter_context(mock.patch.object(warnings, kept, type(getattr(warnings, kept))()))
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.suppress(SystemExit))
        module.main()
    result: Dict[str, Any] = json.loads(output.getvalue())
    return result


def _arguments(arguments: Dict[str, Any]) -> ContextManager[Any]:
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:
        # Before ansible-core 2.19.
        return mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    return patch_module_args(arguments)
