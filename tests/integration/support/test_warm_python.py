# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python that modules of tests run on does what Python does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.longshore.swr.tests.support import warm_python

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfds")
PROGRAM = """
import os, sys
print(sorted(os.environ.items()), os.getcwd(), oct(os.umask(0)), sys.argv[1:], __name__, sys.stdin.read())
print("ansible.module_utils.basic" in sys.modules, [name for name in sys.modules if name.startswith("ansible_coll")])
print("an error", file=sys.stderr)
import beside
sys.exit(beside.CODE)
"""


def started(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    # The tests themselves may have been started with PYTHONPATH.
    options.setdefault("env", {})
    return subprocess.run(
        [warm_python.interpreter(), *arguments], capture_output=True, text=True, check=False, timeout=60, **options
    )


def test_a_program_has_its_own_arguments_surroundings_and_code(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("CODE = 3\n")
    (tmp_path / "program.py").write_text(PROGRAM)
    program, environ = str(tmp_path / "program.py"), {"A": "1 = 2", "B": "\n", "LC_ALL": "C.UTF-8"}
    done = started(program, "x", "y z", env=environ, cwd=tmp_path, input="given", umask=0o27)
    expected = [sorted(environ.items()), tmp_path, "0o27", ["x", "y z"], "__main__", "given"]
    assert done.stdout.splitlines() == [" ".join(map(str, expected)), "True []"]
    assert (done.stderr, done.returncode) == ("an error\n", 3)


def test_a_program_on_standard_input_and_one_that_fails() -> None:
    assert started(input="print(6 * 7)").stdout == "42\n"
    program = "import atexit, sys, threading; atexit.register(print, 'last'); threading.Timer(0.1, print, 'x').start()"
    ended = started(input=program + "; sys.exit('gone')")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "x\nlast\n", "gone\n")
    # Each stream is what the program was given, whatever the server has.
    assert started(input="import sys; print(sys.stdin.seekable(), sys.stdout.seekable())").stdout == "False False\n"
    failed = started(input="1 / 0")
    assert (failed.returncode, "ZeroDivisionError" in failed.stderr) == (1, True)


def test_what_is_in_the_zip_of_a_module_comes_first(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip", "w") as packed:
        packed.writestr("ansible/modules/__init__.py", "")
        packed.writestr("ansible/modules/stat.py", "print('out of the zip')")
        packed.writestr("ansible_collections/__init__.py", "print('a collection too')")
    program = "import sys; sys.path.insert(0, {0!r}); import ansible.modules.stat, ansible_collections"
    done = started(input=program.format(str(tmp_path / "zip")))
    assert done.stdout.splitlines() == ["out of the zip", "a collection too"], done.stderr


def test_what_needs_a_python_of_its_own_gets_one() -> None:
    program = "import os, sys; print('requests' in sys.modules, sys.executable)"
    for done in (started("-c", program), started(input=program, env={"PYTHONPATH": "/nowhere"})):
        assert done.stdout == "False {0}\n".format(sys.executable)


def test_who_kills_the_program_kills_the_process(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import os, time; print(os.getpid(), flush=True); time.sleep(600)\n")
    line = [warm_python.interpreter(), str(tmp_path / "program.py")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env={}) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
    assert pid != program.pid
    deadline = time.monotonic() + 30
    while Path("/proc", str(pid)).exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
