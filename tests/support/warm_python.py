# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fast-starting Python for modules and ansible-playbook: a fork of a process that has loaded what they import.

A playbook spends most of its time starting modules: a new Python for each, and Ansible's own code compiled from
the module's zip each time. C(interpreter) returns a program for C(ansible_python_interpreter) that lets a server fork
instead. A fork has the standard library, requests and ansible.module_utils, but no collections: a collection's
code comes from the zip, as on any node, and is compiled once.

Outside of tests:

.. code-block:: console

    $ python warm_python.py DIRECTORY node|module|playbook [EXECUTABLE]

The program is C(DIRECTORY/python) as soon as the server answers. The server ends, and removes the directory, when its
standard input is closed. A fork takes EXECUTABLE for its Python: ansible-playbook runs modules on this machine with it.

A process with PYTHONPATH, with options for Python, or of another user gets a separate Python.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import types
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional

# What modules on any machine import, those on this machine, and ansible-playbook: as far as it does not read Ansible's
# settings, since each run has its own. The order matters for that.
PACKAGES = {
    "node": ("ansible.module_utils.basic", "ansible.module_utils.urls"),
    "module": ("ansible.module_utils.basic", "ansible.module_utils.urls", "requests"),
    "playbook": (
        "ansible.module_utils.basic",
        "ansible._internal._rpc_host",
        "ansible._internal._ssh._ssh_agent",
        "ansible._internal._templating._utils",
        "ansible.config.manager",
        "ansible.context",
        "ansible.errors",
        "ansible.utils.collection_loader",
        "ansible.utils.multiprocessing",
        "cryptography.hazmat.backends",
        "cryptography.hazmat.primitives.ciphers",
        "importlib.metadata",
        "inspect",
        "jinja2.nativetypes",
        "jinja2.sandbox",
        "multiprocessing.managers",
        "multiprocessing.queues",
        "packaging.specifiers",
        "requests",
        "yaml",
    ),
}
# What all of them import, and the wrapper of modules.
STANDARD = (
    "base64",
    "concurrent.futures",
    "configparser",
    "decimal",
    "hashlib",
    "http.client",
    "ipaddress",
    "json",
    "logging",
    "platform",
    "queue",
    "runpy",
    "shlex",
    "ssl",
    "subprocess",
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
options = sys.argv[1:2] and sys.argv[1].startswith("-")
if "PYTHONPATH" in os.environ or options or os.geteuid() != {user}:
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
    """A client's start parameters. C(descriptors) are its standard input, output and error."""

    directory: bytes
    umask: int
    arguments: List[str]
    environ: Dict[bytes, bytes]
    descriptors: List[int]


class Child(NamedTuple):
    """A process, and the client that waits for it."""

    pid: int
    client: socket.socket


class ZipFirst(List[str]):
    """Path of unloaded parts of the package ansible: whatever is first on sys.path at that time."""

    def __iter__(self) -> Iterator[str]:
        return iter([os.path.join(path, "ansible") for path in sys.path])


@functools.cache
def interpreter(kind: str = "module") -> str:
    """The program, for the lifetime of this process. Without pidfds, plain Python.

    :param kind: of programs that it will run, one of C(PACKAGES).
    """
    if not hasattr(os, "pidfd_open"):
        return sys.executable
    folder = tempfile.mkdtemp(prefix="warm-python-")
    # The pipe closes with this process, and then the server ends.
    server = subprocess.Popen(
        [sys.executable, "-I", __file__, folder, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    assert server.stdout.readline() == b"ready\n"
    return os.path.join(folder, "python")


def serve(folder: str, kind: str, executable: str = sys.executable) -> Request:
    """Fork for every client; returns in the process that will become a module."""
    for name in (*STANDARD, *PACKAGES[kind]):
        # Older versions of Ansible lack some.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    assert "ansible.constants" not in sys.modules, "Ansible's settings have been read"
    # Beside this file may be the Ansible of another machine.
    sys.path[:] = [path for path in sys.path if path != os.path.dirname(__file__)]
    runpy.run_path(os.path.join(os.path.dirname(__file__), "bytecode", "sitecustomize.py"))["keep_code"](folder)
    # The garbage collector ignores existing objects, so they stay shared by all forks.
    gc.collect()
    gc.freeze()
    address, program = os.path.join(folder, "socket"), Path(folder, "python")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    starting = program.with_suffix(".new")
    starting.write_text(CLIENT.format(python=sys.executable, user=os.geteuid(), address=address), encoding="utf-8")
    starting.chmod(0o755)
    starting.rename(program)
    print("ready", flush=True)
    children: Dict[int, Child] = {}
    while True:
        clients = {child.client: child for child in children.values()}
        ready = select.select([sys.stdin, listener, *clients, *children], [], [])[0]
        if sys.stdin in ready:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        for client in clients.keys() & ready:
            # It was killed: it sends nothing more.
            os.kill(clients[client].pid, signal.SIGKILL)
        for ended in children.keys() & ready:
            _tell(children.pop(ended))
            os.close(ended)
        if listener in ready:
            client = listener.accept()[0]
            request = _read(client)
            if request is None:
                client.close()
                continue
            pid = os.fork()
            if pid == 0:
                for used in (listener, client, *clients):
                    used.close()
                sys.executable = executable
                return request
            children[os.pidfd_open(pid)] = Child(pid, client)
            for descriptor in request.descriptors:
                os.close(descriptor)


def _tell(child: Child) -> None:
    """Pass the process's exit code to the client."""
    code = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
    with contextlib.suppress(OSError):
        child.client.send(bytes([code & 0xFF]))
    child.client.close()


def _read(client: socket.socket) -> Optional[Request]:
    """What a client asks for; None if it was killed meanwhile."""
    data, descriptors, _flags, _address = socket.recv_fds(client, 1 << 16, 3)
    while len(data) < 8 or len(data) < 8 + int(data[:8]):
        more = client.recv(1 << 16)
        if not more:
            return None
        data += more
    directory, umask, count, *rest = data[8:].split(b"\0")
    environ = dict(word.partition(b"=")[::2] for word in rest[int(count) :])
    arguments = [os.fsdecode(word) for word in rest[: int(count)]]
    return Request(directory, int(umask), arguments, environ, descriptors)


def _exit(ending: Optional[BaseException]) -> None:
    """End as Python does, but leave the memory to the system: freeing all objects would first copy them."""
    code = 0
    if isinstance(ending, SystemExit):
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
        if not isinstance(ending.code, (int, type(None))):
            print(ending.code, file=sys.stderr)
    elif ending is not None:
        sys.excepthook(type(ending), ending, ending.__traceback__)
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code & 0xFF)


def become(request: Request) -> None:
    """Run the program given to Python: a file with arguments, or standard input."""
    for number, descriptor in enumerate(request.descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
        # The server's streams remember what they were opened on: a file can be sought in, a pipe cannot.
        name, mode, buffering = (("stdin", "r", -1), ("stdout", "w", -1), ("stderr", "w", 1))[number]
        old = getattr(sys, name)
        new = open(number, mode, buffering, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)
    os.environb.clear()
    os.environb.update(request.environ)
    os.chdir(request.directory)
    os.umask(request.umask)
    path = request.arguments[0] if request.arguments else "<stdin>"
    source = Path(path).read_bytes() if request.arguments else sys.stdin.buffer.read()
    sys.argv = request.arguments or ["-"]
    sys.path.insert(0, os.path.dirname(path))
    if "ansible" in sys.modules:
        sys.modules["ansible"].__path__ = ZipFirst()
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__file__ = path
    ending: Optional[BaseException] = None
    try:
        exec(compile(source, path, "exec"), main.__dict__)
    except BaseException as error:  # noqa: BLE001
        ending = error
    _exit(ending)


if __name__ == "__main__":
    become(serve(*sys.argv[1:]))
