# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An execution environment, and AWX's way to run a job in it.

The image equals that of C(awx/execution-environment.yml) but for its base, which C(tools/node-images) makes: the same
pinned packages, and the collection from its artifact.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional

import yaml

from ansible_collections.longshore.swr.tests.e2e.os_image import UnavailableError

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "awx" / "execution-environment.yml"
# Python in Debian trixie.
PYTHON = "3.13"
BASE = """\
FROM localhost/longshore-node:trixie
COPY site /usr/local/lib/python{0}/dist-packages
COPY bin /usr/local/bin
RUN python3 -m compileall -q -j 2 $(python3 -c "import ansible, ansible_runner, jinja2, yaml; print(*ansible.__path__, \
*ansible_runner.__path__, *jinja2.__path__, *yaml.__path__)")
""".format(PYTHON)
# The last lines are those of ansible-builder: any user of the group root can work in it.
IMAGE = """\
FROM {base}
COPY collections /usr/share/ansible/collections
RUN mkdir -p /runner /home/runner && chgrp 0 /runner /home/runner && chmod -R ug+rwx /runner /home/runner
LABEL ansible-execution-environment=true
ENV HOME=/home/runner
WORKDIR /runner
USER 1000
CMD ["bash"]
"""


def pins() -> List[str]:
    """What pip installs into the execution environment."""
    needs = yaml.safe_load(DEFINITION.read_text("utf-8"))["dependencies"]
    return [needs["ansible_core"]["package_pip"], needs["ansible_runner"]["package_pip"], *needs["python"]]


def podman(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """podman with the machine's store, where the nodes' images are."""
    line = ["podman", *arguments]
    done = subprocess.run(line, env=_environ(), capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, "{0}: {1}".format(" ".join(line), (done.stdout + done.stderr)[-3000:])
    return done


def _environ() -> Dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return dict(os.environ, PATH=path, CONTAINERS_CONF=str(ROOT / "extensions" / "molecule" / "containers.conf"))


@contextlib.contextmanager
def image(folder: Path) -> Iterator[str]:
    """Build the image, and remove it afterwards; its base stays for the next time, as the nodes' images do.

    :param folder: an empty one.
    :raises UnavailableError: there is no base, or no package index.
    """
    base = _base()
    galaxy = str(Path(sys.executable).parent / "ansible-galaxy")
    installed = str(folder / "image" / "collections")
    # The checkout's is not to be found.
    environ = dict(
        _environ(), HOME=str(folder), ANSIBLE_HOME=str(folder / "ansible"), ANSIBLE_COLLECTIONS_PATH=installed
    )
    for line in (
        [sys.executable, str(ROOT / "tools" / "copy-tree"), str(folder / "source")],
        [galaxy, "collection", "build", "--output-path", str(folder), str(folder / "source")],
        [galaxy, "collection", "install", "--offline", "--no-deps", "-p", installed, str(folder / _artifact_name())],
    ):
        subprocess.run(line, env=environ, capture_output=True, check=True, timeout=120)
    name = "localhost/longshore-ee:{0}".format(os.getpid())
    _build(folder / "image", IMAGE.format(base=base), name)
    try:
        yield name
    finally:
        podman("rmi", "--force", name)


def _artifact_name() -> str:
    (file,) = yaml.safe_load(DEFINITION.read_text("utf-8"))["additional_build_files"]
    return Path(file["src"]).name


def _build(context: Path, text: str, name: str) -> None:
    (context / "Containerfile").write_text(text, encoding="utf-8")
    podman(
        "build", "--isolation=chroot", "--network=host", "--pull-never", "--layers=false", "--tag", name, str(context)
    )


def _base() -> str:
    """The name of the image with all packages, made if it is not there."""
    if not _exists("localhost/longshore-node:trixie"):
        made = subprocess.run([str(ROOT / "tools" / "node-images")], capture_output=True, text=True, check=False)
        if made.returncode == 77:
            raise UnavailableError(made.stdout.strip().splitlines()[-1])
        assert made.returncode == 0, made.stdout + made.stderr
    recipe = hashlib.sha256("\n".join([BASE, *pins()]).encode()).hexdigest()[:16]
    name = "localhost/longshore-ee-base:{0}".format(recipe)
    with Path("/run/lock/longshore-ee-base").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(name):
            context = ROOT / ".cache" / "ee-base"
            shutil.rmtree(context, ignore_errors=True)
            context.mkdir(parents=True)
            _install(context / "site")
            shutil.move(str(context / "site" / "bin"), str(context / "bin"))
            _for_python_of_the_image(context / "bin")
            _build(context, BASE, name)
            shutil.rmtree(context)
    return name


def _exists(name: str) -> bool:
    return subprocess.run(["podman", "image", "exists", name], env=_environ(), check=False).returncode == 0


def _install(site: Path) -> None:
    line = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", str(site)]
    line += ["--python-version", PYTHON, "--only-binary=:all:", *pins()]
    done = subprocess.run(line, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise UnavailableError("pip cannot install the packages of the execution environment: " + done.stderr[-500:])


def _for_python_of_the_image(folder: Path) -> None:
    """Have scripts start with the image's Python, not with that of this test."""
    for path in folder.iterdir():
        first, rest = path.read_bytes().split(b"\n", 1)
        if first.startswith(b"#!"):
            path.write_bytes(b"#!/usr/bin/python3\n" + rest)


class Credentials(NamedTuple):
    """What the credentials of a job bring: variables, and files by the variable that names them."""

    environ: Dict[str, str]
    files: Dict[str, str]


def credentials(**given: Mapping[str, str]) -> Credentials:
    """As AWX renders the injectors of our credential types: C(credentials(harbor={"url": ...}))."""
    import jinja2  # as AWX does

    found = Credentials({}, {})
    for kind, values in given.items():
        text = (ROOT / "awx" / "{0}_credential_type.yml".format(kind)).read_text("utf-8")
        injectors = yaml.safe_load(text)["injectors"]
        for name, template in injectors["env"].items():
            if "tower.filename" in template:
                found.files[name] = jinja2.Template(injectors["file"]["template"]).render(**values)
            else:
                found.environ[name] = jinja2.Template(template).render(**values)
    return found


class Outcome(NamedTuple):
    """A job that has ended.

    :ivar status: C(successful), C(failed), C(canceled)...
    :ivar kept: what AWX keeps of it: its output and events, without the environment, which AWX masks.
    """

    status: str
    events: List[Dict[str, Any]]
    stdout: str
    kept: str

    def results(self, task: str) -> List[Dict[str, Any]]:
        """The results of a task, one for each host."""
        found = [event["event_data"] for event in self.events if event["event"] in ("runner_on_ok", "runner_on_failed")]
        return [data["res"] for data in found if data["task"] == task]

    def stats(self) -> Dict[str, Any]:
        """What C(set_stats) hands to the next node of a workflow."""
        (last,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return dict(last.get("artifact_data", {}))


class Jobs:
    """Starts jobs as AWX does: on a node of its own (podman), or in a pod (C(in_a_pod)).

    :param folder: a new folder for each job is made in it.
    :param project: a folder with playbooks.
    :param volumes: as in the setting "Paths to expose to isolated jobs": C(["/srv/migration:/var/lib/migration"]).
    """

    def __init__(self, folder: Path, image_name: str, project: Path, volumes: List[str]) -> None:
        self.folder = folder
        self.project = project
        self.volumes = volumes
        self._image = image_name
        self._number = 0

    def prepare(
        self,
        hosts: Mapping[str, Mapping[str, Any]],
        answers: Mapping[str, Any],
        login: Credentials,
        group: str = "all",
        ssh_key: Optional[str] = None,
    ) -> Path:
        """The directory that AWX sends to the node: project, inventory script, extra variables, environment, files."""
        self._number += 1
        job = self.folder / "job-{0}".format(self._number)
        shutil.copytree(str(self.project), str(job / "project"))
        for name in ("inventory", "env", "artifacts"):
            (job / name).mkdir()
        inventory = {group: {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
        script = "#!/usr/bin/env python3\nprint(r'''{0}''')\n".format(json.dumps(inventory))
        (job / "inventory" / "hosts").write_text(script, encoding="utf-8")
        (job / "inventory" / "hosts").chmod(0o700)
        (job / "env" / "extravars").write_text(yaml.safe_dump(dict(answers)), encoding="utf-8")
        environ = dict(login.environ, JOB_ID=str(self._number), AWX_HOST="https://awx.example.com", HOME="/home/runner")
        environ["ANSIBLE_COLLECTIONS_PATH"] = "/runner/requirements_collections:/usr/share/ansible/collections"
        for name, content in login.files.items():
            (job / "env" / name.lower()).write_text(content, encoding="utf-8")
            environ[name] = "/runner/env/" + name.lower()
        (job / "env" / "envvars").write_text(json.dumps(environ), encoding="utf-8")
        if ssh_key:
            (job / "env" / "ssh_key").write_text(ssh_key, encoding="utf-8")
        return job

    def start(self, job: Path, playbook: str) -> subprocess.Popen[str]:
        """On an execution node: the node's ansible-runner starts a container."""
        settings = {
            "process_isolation": True,
            "process_isolation_executable": "podman",
            "container_image": self._image,
            "container_options": ["--user=root", "--network=host"],
            "container_volume_mounts": self.volumes,
        }
        (job / "env" / "settings").write_text(json.dumps(settings), encoding="utf-8")
        line = [
            sys.executable,
            "-m",
            "ansible_runner",
            "run",
            str(job),
            "-p",
            playbook,
            "-i",
            self._ident(job),
            "--quiet",
        ]
        return subprocess.Popen(
            line, env=_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @staticmethod
    def _ident(job: Path) -> str:
        return "{0}-{1}".format(job.name, os.getpid())

    def finish(self, job: Path, process: subprocess.Popen[str]) -> Outcome:
        out = process.communicate(timeout=240)[0]
        return self._outcome(job / "artifacts" / self._ident(job), out)

    def run(self, playbook: str, job: Path) -> Outcome:
        return self.finish(job, self.start(job, playbook))

    def run_in_a_pod(self, playbook: str, job: Path) -> Outcome:
        """In a container group: the image's own ansible-runner, as any user of the group root."""
        runner = [sys.executable, "-m", "ansible_runner"]
        ident = self._ident(job)
        sent = subprocess.run(
            [*runner, "transmit", str(job), "-p", playbook, "-i", ident],
            env=_environ(),
            capture_output=True,
            check=True,
        )
        pod = ["podman", "run", "--rm", "--interactive", "--network=host", "--user=100770:0", "--cap-drop=ALL"]
        pod += ["--volume=" + volume for volume in self.volumes]
        pod += [self._image, "ansible-runner", "worker", "--private-data-dir=/runner"]
        done = subprocess.run(pod, env=_environ(), input=sent.stdout, capture_output=True, timeout=240, check=False)
        received = job.parent / (job.name + "-received")
        received.mkdir()
        # Its status is that of the job.
        subprocess.run(
            [*runner, "process", str(received), "-i", ident],
            env=_environ(),
            input=done.stdout,
            capture_output=True,
            check=False,
        )
        return self._outcome(received / "artifacts" / ident, done.stderr.decode("utf-8", "replace"))

    def is_running(self, job: Path) -> bool:
        name = "ansible_runner_" + self._ident(job)
        return subprocess.run(["podman", "container", "exists", name], env=_environ(), check=False).returncode == 0

    @staticmethod
    def _outcome(artifacts: Path, out: str) -> Outcome:
        paths = sorted((artifacts / "job_events").glob("[0-9]*.json"), key=lambda path: int(path.name.split("-")[0]))
        events = [json.loads(path.read_text("utf-8")) for path in paths]
        stdout = (artifacts / "stdout").read_text("utf-8") if (artifacts / "stdout").exists() else ""
        kept = out + stdout + json.dumps(events, ensure_ascii=False)
        # "command" and "env.list" are the environment, whose secret inputs AWX masks and which it does not keep.
        others = (path for path in artifacts.rglob("*") if path.is_file() and path.name not in ("command", "env.list"))
        kept += "".join(path.read_text("utf-8", errors="replace") for path in others)
        status = (artifacts / "status").read_text("utf-8").strip() if (artifacts / "status").exists() else "error"
        return Outcome(status, events, stdout or out, kept)


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
