# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module's C(main()) needs: one way to fail, one way to ask for a library.

A module file has a function that does the work and returns the result, and a C(main()) that only makes
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

import functools
import os
import signal
import subprocess
from typing import Any, Callable, Dict, Optional, Sequence, Tuple

from ansible.module_utils.basic import missing_required_lib

from ._errors import LongshoreError
from ._secrets import Redactor
from ._text import logins_in, one_line, shown

_ATTRIBUTE = "_longshore_redactor"
_LONGEST_WARNING = 4000


def redactor_of(module: Any) -> Redactor:
    """The module's one redactor. It knows the values of the module's C(no_log) options from the start."""
    redactor = getattr(module, _ATTRIBUTE, None)
    if redactor is None:
        redactor = Redactor()
        setattr(module, _ATTRIBUTE, redactor)
    # Not only at first: a module may learn of values to hide while it runs.
    redactor.add(*(value for value in module.no_log_values if isinstance(value, str)))
    return redactor


def require(module: Any, library: str, import_error: Optional[str], reason: Optional[str] = None) -> None:
    """Ends the module with Ansible's usual message when a Python library could not be imported.

    :param library: the name of the library, as it is installed.
    :param import_error: the traceback of the import, or V(None) when it succeeded.
    :param reason: what it is needed for, as in C(needed for temporary logins).
    """
    if import_error is not None:
        module.fail_json(msg=missing_required_lib(library, reason=reason), exception=import_error)


def require_values(module: Any, *options: str) -> None:
    """Refuses options that are set to nothing: Ansible takes an empty path for none, in the place of the default.

    :raises LongshoreError: one is.
    """
    for option in options:
        if not module.params[option]:
            raise LongshoreError("it is empty", where=option, hint="Leave it out, or set it to a path.")


def warn(module: Any, text: str) -> None:
    """Shows a warning, with every secret that C(redactor_of(module)) knows masked."""
    module.warn(one_line(redactor_of(module)(text), _LONGEST_WARNING))


def show_warnings(module: Any, result: Dict[str, Any]) -> Dict[str, Any]:
    """A result with its C(warnings), and the diff, where Ansible wants them."""
    for warning in result.pop("warnings"):
        warn(module, warning)
    if "diff" in result and not module._diff:
        result.pop("diff")
    return result


def run_program(words: Sequence[str], folder: Optional[str] = None, seconds: float = 60.0) -> Tuple[int, str, str]:
    """Runs a program of the host, which has nobody to ask. When its time is up, all that it has started is ended too.

    C(AnsibleModule.run_command) would wait for ever.

    :param folder: to run it in; None for any.
    :return: its status, output and errors. One that cannot be started, or was ended, has a status too, as in a shell.
    """
    # Ansible's own modules are no matter of a program that is written in Python.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            list(words), cwd=folder, env=environ, start_new_session=True, **streams
        )
    except OSError as error:
        return 127, "", "{0}: {1}".format(words[0], error.strerror or os.strerror(error.errno or 0))
    with process:
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 124, "", "it did not end within {0:g} seconds, and was stopped".format(seconds)
    return process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")


def reports_errors(run: Callable[[Any], Dict[str, Any]]) -> Callable[[Any], None]:
    """Makes C(run(module) -> result) end the module, whatever happens.

    The result goes to C(exit_json); a result with C(failed) set goes to C(fail_json), with all it
    carries, so that a batch can report what it did besides its failures. A C(LongshoreError) becomes
    one C(fail_json) with C(msg) (one sentence) and C(error) (its parts: what, where, code, status,
    hint). Both ways of failing have every secret that C(redactor_of(module)) knows masked. No result has
    characters that a terminal would obey (see C(_text)). An empty path is not set, as a template makes it of a
    variable that is not.

    Any other exception is a defect of the collection, and its traceback is left to Ansible.
    """

    @functools.wraps(run)
    def finish(module: Any) -> None:
        for name, option in getattr(module, "argument_spec", {}).items():
            if option.get("type") == "path" and module.params.get(name) == "":
                module.params[name] = None
        # Ansible shows options as well, beside every failure; such a URL is refused, but must not be shown for that.
        module.no_log_values.update(logins_in(module.params))
        try:
            result = run(module)
        except LongshoreError as error:
            result = {"failed": True, "msg": str(error), "error": error.as_dict()}
        # Outside of the handler: older releases of Ansible add a traceback to whatever fails inside one.
        if result.get("failed"):
            failure = shown(redactor_of(module).clean(result))
            module.fail_json(**{key: value for key, value in failure.items() if key != "failed"})
            return
        module.exit_json(**shown(result))

    return finish
