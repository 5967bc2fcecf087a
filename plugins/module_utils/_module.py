# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common part of every module's C(main()): failing, and requiring a library.

A module file has a function that does the work and returns the result, and a C(main()) that only creates
the C(AnsibleModule)::

    @reports_errors
    def run(module):
        require(module, "requests", REQUESTS_IMPORT_ERROR)
        redactor_of(module).add(module.params["password"])
        return {"changed": False, ...}

    def main():
        run(AnsibleModule(argument_spec=..., supports_check_mode=True))

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import errno
import functools
import os
import signal
import subprocess
from typing import Any, Callable, Dict, Optional, Sequence, Tuple, Type

from ansible.module_utils.basic import missing_required_lib

from ._errors import LongshoreError
from ._secrets import Redactor
from ._text import logins_in, one_line, shown
from ._zip_imports import speed_up

speed_up(__spec__.loader)

_ATTRIBUTE = "_longshore_redactor"
_LONGEST_WARNING = 4000


def redactor_of(module: Any) -> Redactor:
    """The module's one redactor. It knows the values of the module's C(no_log) options from the start."""
    redactor = getattr(module, _ATTRIBUTE, None)
    if redactor is None:
        redactor = Redactor()
        setattr(module, _ATTRIBUTE, redactor)
    # Each time: a module may learn of values to hide while it runs.
    redactor.add(*(value for value in module.no_log_values if isinstance(value, str)))
    return redactor


def require(module: Any, library: str, import_error: Optional[str], reason: Optional[str] = None) -> None:
    """End the module with Ansible's usual message if a Python library could not be imported.

    :param library: the name of the library, as it is installed.
    :param import_error: the traceback of the import, or V(None) if it succeeded.
    :param reason: its purpose, such as C(needed for temporary logins).
    """
    if import_error is not None:
        module.fail_json(msg=missing_required_lib(library, reason=reason), exception=import_error)


def require_values(module: Any, *options: str) -> None:
    """Reject empty options: Ansible takes an empty path as none, instead of the default.

    :raises LongshoreError: one is empty.
    """
    for option in options:
        if not module.params[option]:
            raise LongshoreError("it is empty", where=option, hint="Leave it out, or set it to a path.")


def warn(module: Any, text: str) -> None:
    """Show a warning, with all secrets known to C(redactor_of(module)) masked."""
    module.warn(one_line(redactor_of(module)(text), _LONGEST_WARNING))


def show_warnings(module: Any, result: Dict[str, Any]) -> Dict[str, Any]:
    """Show a result's C(warnings), and remove its diff unless in diff mode."""
    for warning in result.pop("warnings"):
        warn(module, warning)
    if "diff" in result and not module._diff:
        result.pop("diff")
    return result


def run_to_end(
    words: Sequence[str], folder: Optional[str] = None, seconds: float = 60.0, data: bytes = b""
) -> Tuple[int, bytes, bytes]:
    """Run a program of the host. After the time limit, it is ended with all its child processes.

    C(AnsibleModule.run_command) would wait forever.

    :param folder: to run it in; None for any.
    :param data: its input.
    :return: its status, output and errors.
    :raises OSError: it cannot be started, or did not end in time; C(strerror) says which.
    """
    # A program in Python must not see Ansible's own modules.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function
        list(words), cwd=folder, env=environ, start_new_session=True, **streams
    )
    with process:
        try:
            output, errors = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            late = "it did not end within {0:g} seconds, and was stopped".format(seconds)
            raise TimeoutError(errno.ETIMEDOUT, late) from None
    return process.returncode, output, errors


def run_program(words: Sequence[str], folder: Optional[str] = None, seconds: float = 60.0) -> Tuple[int, str, str]:
    """L(run_to_end,#) with text, for a caller that treats a program that never ended like one that failed.

    :return: its status, output and errors. One that cannot be started, or was ended, has a status too, as in a shell.
    """
    try:
        status, output, errors = run_to_end(words, folder, seconds)
    except TimeoutError as error:
        return 124, "", str(error.strerror)
    except OSError as error:
        return 127, "", "{0}: {1}".format(words[0], error.strerror or os.strerror(error.errno or 0))
    return status, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")


def runner(failure: Type[LongshoreError], seconds: float = 60.0) -> Callable[[Sequence[str]], Tuple[int, str, str]]:
    """L(run_to_end,#) with text, for a caller to whom each answer matters: no answer is never an empty one.

    :param failure: raised for a program that cannot be started or did not end in time.
    """

    def run(words: Sequence[str]) -> Tuple[int, str, str]:
        try:
            status, output, errors = run_to_end(words, seconds=seconds)
        except OSError as error:
            raise failure(str(error.strerror), where=" ".join(words)) from None
        return status, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")

    return run


def run_helper(argv: Sequence[str], data: str) -> Tuple[int, str]:
    """Run a Docker credential helper with this input; its status and output.

    :raises OSError: it cannot be started, or did not end in time.
    """
    status, output, _errors = run_to_end(argv, data=data.encode("utf-8"))
    return status, output.decode("utf-8", "replace")


def reports_errors(run: Callable[[Any], Dict[str, Any]]) -> Callable[[Any], None]:
    """Make C(run(module) -> result) end the module with any outcome.

    The result goes to C(exit_json); a result with C(failed) set goes to C(fail_json), with all its
    data, so that a batch can report more than its failures. A C(LongshoreError) becomes
    one C(fail_json) with C(msg) (one sentence) and C(error) (its parts: what, where, code, status,
    hint). Both mask all secrets known to C(redactor_of(module)). No result has
    characters that a terminal would interpret (see C(_text)). An empty path counts as not set, since templates yield it
    for unset variables.

    Any other exception is a bug in the collection; its traceback is left to Ansible.
    """

    @functools.wraps(run)
    def finish(module: Any) -> None:
        for name, option in getattr(module, "argument_spec", {}).items():
            if option.get("type") == "path" and module.params.get(name) == "":
                module.params[name] = None
        # Ansible shows options with every failure; such a URL is rejected, but must still not be shown.
        module.no_log_values.update(logins_in(module.params))
        try:
            result = run(module)
        except LongshoreError as error:
            result = {"failed": True, "msg": str(error), "error": error.as_dict()}
        # Outside the handler: older releases of Ansible add a traceback to failures inside one.
        if result.get("failed"):
            failure = shown(redactor_of(module).clean(result))
            module.fail_json(**{key: value for key, value in failure.items() if key != "failed"})
            return
        module.exit_json(**shown(result))

    return finish
