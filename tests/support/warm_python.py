# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fast-starting Python for modules: a fork of a process that has loaded Ansible's code.

A playbook spends most of its time starting modules: a new Python for each, and Ansible's own code compiled from
the module's zip each time. C(interpreter) returns a program for C(ansible_python_interpreter) that lets a server fork
instead. A fork has the standard library, requests and ansible.module_utils, but no collections: a collection's
code comes from the zip, as on any node, and is compiled once.

A process with PYTHONPATH, or with options for Python, gets a separate Python.
"""

from __future__ import annotations

import _imp
import atexit
import functools
import gc
import hashlib
import importlib
import marshal
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import types
import zipimport
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional

# Imports of modules and their wrapper.
LOADED = (
    "ansible.module_utils.basic",
    "ansible.module_utils.urls",
    "base64",
    "concurrent.futures",
    "configparser",
    "decimal",
    "hashlib",
    "http.client",
    "ipaddress",
    "json",
    "logging",
    "queue",
    "requests",
    "runpy",
    "ssl",
    "tarfile",
    "tempfile",
    "urllib.request",
    "uuid",
    "zipfile",
)
# The client is started for every module, so it imports almost nothing.
CLIENT = """#!{python} -ISB
import array, os, sys
import _socket
if "PYTHONPATH" in os.environ or sys.argv[1:2] and sys.argv[1].startswith("-"):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
umask = os.umask(0)
os.umask(umask)
words = [os.getcwdb(), b"%d" % umask, b"%d" % (len(sys.argv) - 1), *map(os.fsencode, sys.argv[1:])]
words += [name + b"=" + value for name, value in os.environb.items()]
request = b"\\0".join(words)
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({address!r})
fds = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
request = b"%8d" % len(request) + request
request = request[server.sendmsg([request], fds):]
while request:
    request = request[server.send(request):]
code = server.recv(1)
os._exit(code[0] if code else 1)
"""


class Request(NamedTuple):
    """A client's start parameters. C(descriptors) are its standard input, output and error.

    :ivar folder: the server's folder for compiled code.
    """

    folder: str
    directory: bytes
    umask: int
    arguments: List[str]
    environ: Dict[bytes, bytes]
    descriptors: List[int]


class ZipFirst(List[str]):
    """Path of unloaded parts of the package ansible: whatever is first on sys.path at that time."""

    def __iter__(self) -> Iterator[str]:
        return iter([os.path.join(path, "ansible") for path in sys.path])


@functools.cache
def interpreter() -> str:
    """The program, for the lifetime of this process. Without pidfds, plain Python."""
    if not hasattr(os, "pidfd_open"):
        return sys.executable
    folder = tempfile.mkdtemp(prefix="warm-python-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address, program = os.path.join(folder, "socket"), Path(folder, "python")
    program.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
    program.chmod(0o755)
    # The pipe closes with this process, and then the server exits.
    server = subprocess.Popen(
        [sys.executable, "-I", __file__, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    assert server.stdout.readline() == b"ready\n"
    return str(program)


def serve(address: str) -> Request:
    """Fork for every client; returns in the process that will become a module."""
    for name in LOADED:
        importlib.import_module(name)
    # The garbage collector ignores existing objects, so they stay shared by all forks.
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    print("ready", flush=True)
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        client = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            request = _read(client, os.path.dirname(address))
            child = os.fork()
            if child == 0:
                client.close()
                return request
            _watch(client, child)
        client.close()
        _reap()
    os._exit(0)


def _read(client: socket.socket, folder: str) -> Request:
    data, descriptors, _flags, _address = socket.recv_fds(client, 1 << 16, 3)
    while len(data) < 8 or len(data) < 8 + int(data[:8]):
        more = client.recv(1 << 16)
        if not more:
            os._exit(1)
        data += more
    directory, umask, count, *rest = data[8:].split(b"\0")
    environ = dict(word.partition(b"=")[::2] for word in rest[int(count) :])
    arguments = [os.fsdecode(word) for word in rest[: int(count)]]
    return Request(folder, directory, int(umask), arguments, environ, descriptors)


def _watch(client: socket.socket, child: int) -> None:
    """Pass the process's exit code to the client; if the client is killed, kill the process."""
    ended = os.pidfd_open(child)
    if ended not in select.select([client, ended], [], [])[0]:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        client.send(bytes([code & 0xFF]))
    finally:
        os._exit(0)


def _reap() -> None:
    pid: Optional[int] = 1
    while pid:
        try:
            pid = os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            return


def _remember_code(folder: str) -> None:
    """Compile sources from a zip once, not for every module: the same source gives the same code."""
    compile_source = zipimport._compile_source

    def compiled(pathname: str, source: bytes) -> types.CodeType:
        path = os.path.join(folder, hashlib.sha256(source).hexdigest())
        try:
            code: types.CodeType = marshal.loads(Path(path).read_bytes())
        except OSError:
            code = compile_source(pathname, source)
            own = "{0}.{1}".format(path, os.getpid())
            Path(own).write_bytes(marshal.dumps(code))
            os.replace(own, path)
        else:
            _imp._fix_co_filename(code, pathname)
        return code

    zipimport._compile_source = compiled


def become(request: Request) -> None:
    """Run the program given to Python: a file with arguments, or standard input."""
    for number, descriptor in enumerate(request.descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environb.clear()
    os.environb.update(request.environ)
    os.chdir(request.directory)
    os.umask(request.umask)
    path = request.arguments[0] if request.arguments else "<stdin>"
    source = Path(path).read_bytes() if request.arguments else sys.stdin.buffer.read()
    _remember_code(request.folder)
    sys.argv = request.arguments or ["-"]
    sys.path.insert(0, os.path.dirname(path))
    sys.modules["ansible"].__path__ = ZipFirst()
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__file__ = path
    exec(compile(source, path, "exec"), main.__dict__)


if __name__ == "__main__":
    become(serve(sys.argv[1]))
