# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real operating system to make an image of, and the podman that makes, pulls and runs it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

# What makes podman work where a login session, and with it the usual limits, is missing.
CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=10000:10000"]
[engine]
runtime = "runc"
"""


class UnavailableError(Exception):
    """No operating system can be had on this machine; the text says why."""


class Release(NamedTuple):
    """A suite of Debian, such as C(bookworm), and where it is to be had."""

    mirror: str
    suite: str


def machine_release() -> Release:
    """The suite and the mirror that this machine itself is fed from. :raises UnavailableError: it is no Debian."""
    form = "$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT) $(ORIGIN)"
    try:
        done = subprocess.run(
            ["apt-get", "indextargets", "--format", form, "Created-By: Packages"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise UnavailableError("apt-get does not say where this machine's packages come from") from error
    for line in done.stdout.splitlines():
        mirror, suite, codename, component, origin = (line.split() + [""] * 5)[:5]
        # Updates and security fixes are suites beside the base, and no base themselves.
        if component == "main" and origin == "Debian" and suite in (codename, "stable"):
            return Release(mirror, codename)
    raise UnavailableError("apt knows no base suite of Debian on this machine")


def operating_system(cache: Path) -> Path:
    """The archive of a minimal Debian; made on the first call, by one process of several, and kept in C(cache).

    :raises UnavailableError: Debian's mirror does not answer.
    """
    release = machine_release()
    folder = cache / "os-images"
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "{0}.tar".format(release.suite)
    with (folder / "{0}.lock".format(release.suite)).open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            _make(release, archive)
    return archive


def _make(release: Release, archive: Path) -> None:
    url = "{0}/dists/{1}/InRelease".format(release.mirror.rstrip("/"), release.suite)
    try:
        urllib.request.urlopen(url, timeout=30).close()
    except (urllib.error.URLError, OSError) as error:
        raise UnavailableError("Debian's mirror does not answer: {0}: {1}".format(url, error)) from error
    unfinished = archive.with_suffix(".unfinished")
    _run(
        ["mmdebstrap", "--quiet", "--variant=essential", "--format=tar", release.suite, str(unfinished), release.mirror]
    )
    unfinished.replace(archive)


class Podman:
    """podman with a store of its own, which C(close) removes.

    :param folder: a new one with a short name; podman refuses long paths.
    :param logins: user and password by C(host:port).
    """

    def __init__(self, folder: Path, logins: Dict[str, Tuple[str, str]]) -> None:
        self._folder = folder
        (folder / "containers.conf").write_text(CONTAINERS_CONF, encoding="ascii")
        (folder / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}', encoding="ascii")
        self._auth_file = folder / "auth.json"
        self._auth_file.write_text("{}", encoding="ascii")
        self._auth_file.chmod(0o600)
        for host, (user, password) in logins.items():
            self._podman(
                "login",
                self._login(),
                "--tls-verify=false",
                "--username",
                user,
                "--password-stdin",
                host,
                given=password,
            )

    def import_archive(self, archive: Path, name: str) -> None:
        """An image of one layer."""
        self._podman("import", "--change", 'CMD ["/bin/bash"]', str(archive), name)

    def push(self, name: str, reference: str, form: str) -> None:
        """Push in the form C(v2s2) or C(oci)."""
        self._podman("push", self._login(), "--tls-verify=false", "--format", form, name, "docker://" + reference)

    def pull(self, reference: str) -> None:
        """Pull from the registry, with nothing of it in the store before."""
        self._podman("rmi", "--all", "--force")
        self._podman("pull", self._login(), "--tls-verify=false", "docker://" + reference)

    def run(self, reference: str, *command: str) -> str:
        """What a command in a new container prints."""
        return self._podman("run", "--rm", "--network=none", "--pull=never", reference, *command)

    def build(self, context: Path, name: str, form: str) -> None:
        """Build the Dockerfile of a directory without a network of its own, in the form C(docker) or C(oci)."""
        isolation = ("--isolation=chroot", "--network=host", "--pull-never", "--layers=false")
        self._podman("build", *isolation, "--format", form, "--tag", name, str(context))

    def start(self, reference: str) -> str:
        """Start a container, and return its ID."""
        return self._podman("run", "--detach", "--network=none", "--pull=never", reference).strip().split()[-1]

    def logs(self, container: str) -> str:
        return self._podman("logs", container)

    def stop(self, container: str, seconds: int) -> None:
        """Ask a container to stop, and kill it after some seconds."""
        self._podman("stop", "--time={0}".format(seconds), container)

    def remove(self, container: str) -> int:
        """Remove a stopped container, and return its status."""
        status = int(self._podman("inspect", "--format={{.State.ExitCode}}", container))
        self._podman("rm", container)
        return status

    def inspect(self, reference: str) -> Dict[str, object]:
        return json.loads(self._podman("image", "inspect", reference))[0]

    def save(self, path: Path, form: str, *names: str) -> None:
        """Write images into an archive, in the form C(docker-archive) or C(oci-archive)."""
        several = ["--multi-image-archive"] if len(names) > 1 else []
        self._podman("save", "--format", form, *several, "--output", str(path), *names)

    @contextlib.contextmanager
    def service(self) -> Iterator[Path]:
        """The program as a daemon; gives the path of its socket."""
        path = self._folder / "podman.sock"
        line, environ = self._line("system", "service", "--time=0", "unix://{0}".format(path))
        process = subprocess.Popen(line, env=environ, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            while not path.is_socket():
                assert process.poll() is None, "podman's service does not start"
                assert time.monotonic() < deadline, "podman's service has no socket"
                time.sleep(0.05)
            yield path
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """Remove everything, mounts included."""
        try:
            self._podman("rmi", "--all", "--force")
        finally:
            shutil.rmtree(str(self._folder), ignore_errors=True)

    def _login(self) -> str:
        return "--authfile={0}".format(self._auth_file)

    def _podman(self, command: str, *arguments: str, given: Optional[str] = None) -> str:
        return _run(*self._line(command, *arguments), given)

    def _line(self, command: str, *arguments: str) -> Tuple[List[str], Dict[str, str]]:
        store = ["--root={0}/root".format(self._folder), "--runroot={0}/run".format(self._folder)]
        policy = ["--signature-policy={0}/policy.json".format(self._folder)] if command in ("pull", "push") else []
        environ = dict(os.environ, CONTAINERS_CONF=str(self._folder / "containers.conf"), TMPDIR=str(self._folder))
        return ["podman", *store, command, *policy, *arguments], environ


def _run(line: List[str], environ: Optional[Dict[str, str]] = None, given: Optional[str] = None) -> str:
    done = subprocess.run(
        line, env=environ, input=given or "", capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, "{0}: {1}".format(" ".join(line), (done.stdout + done.stderr)[-3000:])
    return done.stdout
