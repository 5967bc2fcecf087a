# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs the module of the same name and shows its progress.

A module's output is read only at its end, which may be hours later. It writes its progress to a file, and this plugin
shows new lines of the file: on standard error, so that standard output remains machine-readable. Each
is a C(verbose) event in ansible-runner, and so in AWX.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
import threading
from typing import Any, Callable, Dict, Iterator, Mapping, Optional

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.longshore.swr.plugins.module_utils._files.errors import FilesError
from ansible_collections.longshore.swr.plugins.module_utils._files.inputs import open_regular
from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
from ansible_collections.longshore.swr.plugins.module_utils._text import hide_logins, one_line

display = Display()

POLL_SECONDS = 0.25
LAST_LINES_SECONDS = 5.0
LONGEST_LINE = 2000
MOST_BYTES = 16 * 1024 * 1024
"""At each look: a file that is not one of progress must not fill the memory."""


class Follower:
    """Reads the lines appended to a file, in a thread.

    :param path: the file. Existing lines are skipped; it need not exist yet.
    :param show: called with each event once its line is complete.
    """

    def __init__(self, path: str, show: Callable[[Dict[str, Any]], None]) -> None:
        self._path = path
        self._show = show
        self._ended = threading.Event()
        self._showing = threading.Lock()
        self._shut = False
        self._position = os.path.getsize(path) if os.path.exists(path) else 0
        self._rest = b""
        self._thread = threading.Thread(target=self._follow, name="swr progress", daemon=True)

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(self, *_exception: Any) -> None:
        """The last lines are shown before this returns."""
        self._ended.set()
        self._thread.join(timeout=LAST_LINES_SECONDS)
        # A worker that ends in the middle of a line would leave the main process's queue locked.
        self._shut = True
        with self._showing:
            pass

    def _follow(self) -> None:
        while not self._ended.wait(POLL_SECONDS):
            self._read()
        self._read()

    def _read(self) -> None:
        try:
            with os.fdopen(open_regular(self._path), "rb") as handle:
                handle.seek(self._position)
                fresh = handle.read(MOST_BYTES)
        except (OSError, FilesError):
            return
        self._position += len(fresh)
        *lines, self._rest = (self._rest + fresh).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        # Others may append to the file too: lines that cannot be parsed are not shown.
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            event = read_json(line)
            with self._showing:
                if not self._shut:
                    self._show(event)


class ProgressAction(ActionBase):
    """Returns the module's result unchanged.

    :cvar render: an event of the module's progress file as a line; set by each action, as a static method.
    """

    TRANSFERS_FILES = False
    _supports_async = True
    _supports_check_mode = True
    render: Callable[[Mapping[str, Any]], str]
    _host = ""

    def run(self, tmp: Any = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        result: Dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        self._host = str((task_vars or {}).get("inventory_hostname", ""))
        with self._progress(arguments):
            # With async the module is only started here, and continues after this returns.
            result.update(
                self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=bool(self._task.async_val))
            )
        return result

    @contextlib.contextmanager
    def _progress(self, arguments: Dict[str, Any]) -> Iterator[None]:
        """Show the progress file, if needed a temporary one; nothing if that is impossible."""
        if not self._can_show():
            yield
            return
        given = arguments.get("progress_file")
        if given:
            with Follower(os.path.expanduser(os.path.expandvars(str(given))), self._show):
                yield
            return
        # Private to the user: errors in it name hosts and images.
        folder = tempfile.mkdtemp(prefix="swr-progress-", dir=constants.DEFAULT_LOCAL_TMP)
        try:
            arguments["progress_file"] = os.path.join(folder, "progress.jsonl")
            with Follower(arguments["progress_file"], self._show):
                yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _show(self, event: Dict[str, Any]) -> None:
        """Show one event as one line, through the main process.

        This runs in a thread of a forked worker, which must not write: ansible-runner's own display, up to
        release 2.4.1, would do so while holding its lock and wait forever for a lock copied by the fork.
        """
        colour = constants.COLOR_ERROR if event.get("event") == "failure" else None
        queue = getattr(display, "_final_q", None)
        send = functools.partial(queue.send_display, "display") if queue else display.display
        # Hosts of one play run in parallel: "[swr] host: what happened".
        tag, _space, rest = self.render(event).partition(" ")
        line = "{0} {1}: {2}".format(tag, self._host, rest)
        send(one_line(hide_logins(line), LONGEST_LINE), color=colour, stderr=True)

    def _can_show(self) -> bool:
        is_here = getattr(self._connection, "transport", "") == "local"
        # Another user could not write into this user's directory.
        is_own_user = getattr(self._connection, "become", None) is None
        return is_here and is_own_user and not self._task.no_log and not self._task.async_val
