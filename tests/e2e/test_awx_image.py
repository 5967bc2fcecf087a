# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in the execution environment, as AWX runs them: our project, surveys and credential types."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest
import yaml

from ansible_collections.longshore.swr.tests.e2e import awx_image
from ansible_collections.longshore.swr.tests.e2e.awx_image import (
    Credentials,
    Jobs,
    Outcome,
    credentials,
    podman,
    wait_for,
)
from ansible_collections.longshore.swr.tests.e2e.os_image import UnavailableError
from ansible_collections.longshore.swr.tests.e2e.runs import ROOT, login, secret_free
from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Fault, HarborServer, Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.sandbox.workloads import many_tags

pytestmark = [
    pytest.mark.needs_podman,
    pytest.mark.needs_root,
    pytest.mark.needs_program("mmdebstrap", "ssh-keygen", "openssl"),
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ansible_runner") is None, reason="needs ansible-runner"),
]

ACCESS_KEY, SECRET_KEY = "AWXACCESSKEY", "secret-key-of-the-awx-credential"
READER = ("reader", "reader-s-secret-in-awx")
HARBOR_PASSWORD = "harbor-s-secret-in-awx"
SWR_PASSWORD = login_password(ACCESS_KEY, SECRET_KEY)
CLOUD = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": "cn-north-4"}
# As in the inventory of the project
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with awx_image.image(tmp_path_factory.mktemp("image")) as name:
            yield name
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """One that pods of any user may write, by their group."""
    folder = tmp_path / "volume"
    folder.mkdir()
    folder.chmod(0o770)
    return folder


@pytest.fixture
def jobs(image: str, volume: Path, tmp_path: Path) -> Jobs:
    (tmp_path / "jobs").mkdir()
    return Jobs(tmp_path / "jobs", image, ROOT / "awx" / "project", ["{0}:/var/lib/migration".format(volume)])


def answers(survey: str, **given: str) -> Dict[str, str]:
    """The variables of a survey in which only these questions have an answer."""
    spec = yaml.safe_load((ROOT / "awx" / "surveys" / (survey + ".yml")).read_text("utf-8"))["spec"]
    asked = {question["variable"]: "" for question in spec}
    assert set(given) <= set(asked)
    return {**asked, **given}


def variables_of_all(**more: Any) -> Dict[str, Any]:
    """Those of the project's inventory, and where the sandbox is."""
    path = ROOT / "awx" / "project" / "inventory" / "group_vars" / "all.yml"
    return {**yaml.safe_load(path.read_text("utf-8")), **more}


def no_secret_is_kept(*outcomes: Outcome) -> None:
    for outcome in outcomes:
        secret_free(outcome.kept, SECRET_KEY, SWR_PASSWORD, READER[1], HARBOR_PASSWORD)


def source_of(sandbox_registry: Callable[..., Registry], tags: int) -> Registry:
    source = sandbox_registry(auth=BasicAuth(dict([READER])))
    for item in many_tags(tags, repository="team/app"):
        source.load(item.image, item.repository, item.tag)
    return source


def login_of(source: Registry) -> Credentials:
    logins = yaml.safe_dump({source.host: login(*READER)})
    return credentials(huaweicloud=CLOUD, registry={"logins": logins})


def test_a_canceled_migration_leaves_nothing_behind_and_goes_on(
    jobs: Jobs, volume: Path, sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]
) -> None:
    source = source_of(sandbox_registry, 40)
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    more = {"migrate_registry": swr.host, "migrate_insecure": "true", "migrate_state_home": "/var/lib/migration"}
    hosts = {"localhost": variables_of_all(**LOCAL, **more, migrate_workers="2", migrate_progress_interval="0.5")}
    rules = "# What to copy\n{0}/team/app: ''\n".format(source.host)
    given = answers("migrate", migrate_images=rules, migrate_force="false", migrate_arch="amd64, arm64")

    def job() -> Path:
        return jobs.prepare(hosts, given, login_of(source))

    source.faults.add(Fault("delay", kind="blob_get", seconds=0.4))
    first = job()
    process = jobs.start(first, "migrate.yml")
    wait_for(lambda: len(swr.tags("team/app")) >= 3 or process.poll() is not None, 60, "nothing is copied")
    # What AWX's cancel sends to ansible-runner
    process.send_signal(signal.SIGTERM)
    canceled = jobs.finish(first, process)
    assert canceled.status == "canceled"
    assert not jobs.is_running(first)
    assert [event for event in canceled.events if event["event"] == "verbose" and "[swr]" in event["stdout"]]
    arrived = len(swr.tags("team/app"))
    assert 3 <= arrived < 40

    source.faults.clear()
    last = jobs.run("migrate.yml", job())
    assert last.status == "successful", last.stdout
    counts = last.stats()["migrate_images"]["localhost"]
    assert (counts["total"], counts["failed"]) == (40, 0)
    assert counts["skipped"] >= arrived
    assert swr.missing_blobs("team/app") == []
    report = json.loads((volume / "longshore.swr" / "localhost" / "report.json").read_text("utf-8"))
    assert report["images"] == counts
    assert "40 images" in json.dumps(last.results("host | Show the summary"))
    no_secret_is_kept(canceled, last)


def test_two_slices_share_a_node_and_a_volume(
    jobs: Jobs, volume: Path, sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]
) -> None:
    """The plan and the merge in pods of two users, the slices at the same time on one node."""
    source = source_of(sandbox_registry, 6)
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    shards = yaml.safe_load((ROOT / "awx" / "project" / "inventory" / "shards").read_text("utf-8"))["all"]
    group = shards["children"]["migrate_shards"]
    where = {"migrate_registry": swr.host, "migrate_insecure": "true"}
    common = variables_of_all(**{**shards["vars"], **group["vars"], **where, "migrate_shards": "2"})
    given = answers("migrate_sharded", migrate_images="{0}/team/app: ''".format(source.host))

    def prepare(*names: str) -> Path:
        hosts = {name: {**common, **group["hosts"].get(name, {})} for name in names}
        return jobs.prepare(hosts, given, login_of(source), group="migrate_shards" if len(hosts) > 1 else names[0])

    plan = jobs.run("migrate_plan.yml", prepare("localhost"))
    assert plan.status == "successful", plan.stdout
    slices: List[Path] = []
    for names in (("shard-1", "shard-3"), ("shard-2", "shard-4")):
        slices.append(prepare(*names))
    running = [(job, jobs.start(job, "migrate_shard.yml")) for job in slices]
    copied = [jobs.finish(job, process) for job, process in running]
    assert [outcome.status for outcome in copied] == ["successful"] * 2, copied[0].stdout + copied[1].stdout
    merge = jobs.run("migrate_merge.yml", prepare("localhost"))
    assert merge.status == "successful", merge.stdout
    assert len(swr.tags("team/app")) == 6
    assert swr.missing_blobs("team/app") == []
    assert json.loads((volume / "plan" / "report.json").read_text("utf-8"))["images"]["copied"] == 6
    no_secret_is_kept(plan, *copied, merge)


@pytest.fixture
def node(image: str, tmp_path: Path, sandbox_swr: Callable[..., Swr]) -> Iterator[Dict[str, Any]]:
    """A machine that lets us in by SSH, and an SWR that it reaches."""
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=True)
    swr.load(images.docker_image("the image of the node"), "team/app", "1.0")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "mkdir -p /run/sshd /root/.ssh && cp /key.pub /root/.ssh/authorized_keys && ssh-keygen -A && "
    start += "exec /usr/sbin/sshd -D -e -o ListenAddress=127.0.0.1 -p {0}".format(port)
    mounts = ["--volume={0}.pub:/key.pub:ro".format(key), "--volume={0}:/ca.pem:ro".format(swr.ca_path)]
    line = [
        "run",
        "--detach",
        "--network=host",
        "--no-hosts",
        *mounts,
        "localhost/longshore-node:trixie",
        "sh",
        "-c",
        start,
    ]
    name = podman(*line).stdout.strip().splitlines()[-1]
    try:
        yield {"swr": swr, "name": name, "port": port, "key": key.read_text("ascii")}
    finally:
        podman("rm", "--force", "--time=0", name)


def test_nodes_by_ssh_from_a_pod(jobs: Jobs, node: Dict[str, Any]) -> None:
    swr = node["swr"]
    # As texts: AWX's inventory may be imported from anywhere.
    variables = variables_of_all(
        ansible_host="127.0.0.1",
        ansible_port=node["port"],
        ansible_user="root",
        hosts_endpoints="- region: cn-north-4\n  address: 172.16.0.10\n",
        hosts_cloud_init="never",
        login_region="cn-north-4",
        login_formats="docker, podman",
        login_users="root",
        login_kind="long_term",
        access_check_host="localhost",
        access_check_port=str(swr.server.port),
        access_check_ca_path="/ca.pem",
        access_check_checks="http.v2",
        resolver_enabled="false",
        bind_regions="",
    )
    job = jobs.prepare(
        {"node-1": variables}, answers("nodes"), credentials(huaweicloud=CLOUD), group="nodes", ssh_key=node["key"]
    )
    outcome = jobs.run_in_a_pod("nodes.yml", job)
    assert outcome.status == "successful", outcome.stdout
    assert "172.16.0.10" in podman("exec", node["name"], "cat", "/etc/hosts").stdout
    written = podman("exec", node["name"], "cat", "/root/.docker/config.json").stdout
    assert list(json.loads(written)["auths"]) == ["swr.cn-north-4.myhuaweicloud.com"]
    no_secret_is_kept(outcome)


def test_harbor_by_a_survey(
    jobs: Jobs, sandbox_harbor: Callable[..., HarborServer], sandbox_swr: Callable[..., Swr]
) -> None:
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    options = {"status_lag": 0.05, "retry_delay": 0.05}
    harbor = sandbox_harbor(users={"admin": HARBOR_PASSWORD}, options=options)
    harbor.load(images.docker_image("app"), "library/app", "v1")
    variables = variables_of_all(
        **LOCAL,
        harbor_registry_host=harbor.registry.host,
        harbor_swr_registry=swr.host,
        harbor_swr_url=swr.url,
        harbor_poll_interval="0.1",
        harbor_settle_time="0.3",
    )
    rules = "- name: library\n  repositories: library/**\n  tags: ''\n  enabled: 'true'\n"
    given = answers("harbor", harbor_rules=rules, harbor_start="needed", harbor_wait="true")
    account = {"url": harbor.url, "username": "admin", "password": HARBOR_PASSWORD}
    login = credentials(huaweicloud=CLOUD, harbor=account)
    outcome = jobs.run_in_a_pod("harbor.yml", jobs.prepare({"localhost": variables}, given, login))
    assert outcome.status == "successful", outcome.stdout
    assert swr.tags("team/app") == ["v1"]
    no_secret_is_kept(outcome)


def test_a_path_that_the_node_does_not_have_stops_the_job(jobs: Jobs, volume: Path) -> None:
    jobs.volumes[:] = ["{0}/missing:/var/lib/migration".format(volume)]
    outcome = jobs.run("migrate.yml", jobs.prepare({"localhost": variables_of_all(**LOCAL)}, {}, Credentials({}, {})))
    assert outcome.status == "failed"
    assert {event["event"] for event in outcome.events} == {"verbose"}
    assert "{0}/missing: no such file or directory".format(volume) in outcome.stdout


def test_what_is_wrong_is_named(jobs: Jobs, volume: Path) -> None:
    """Wrong answers, a credential without an input, which AWX takes, and volumes that are missing or read-only."""
    volume.chmod(0o755)
    there = variables_of_all(**LOCAL, migrate_region="")
    hosts = {
        "wrong": {**there, "migrate_workers": "eight", "migrate_force": "ja", "migrate_images_file": "images.yml"},
        "without-a-key": {**there, "migrate_region": "cn-north-4"},
        "no-volume": {**there, "migrate_state_home": "/srv/migration"},
        "read-only": {**there, "migrate_state_home": "/var/lib/migration"},
    }
    job = jobs.prepare(hosts, {"migrate_hosts": "all"}, credentials(huaweicloud={}))
    outcome = jobs.run_in_a_pod("migrate.yml", job)
    assert outcome.status == "failed"
    failed = [event["event_data"] for event in outcome.events if event["event"] == "runner_on_failed"]
    said = {data["host"]: data["res"]["msg"] for data in failed}
    assert set(said) == set(hosts)
    assert 'migrate_force: it is "ja": write true or false' in said["wrong"]
    assert 'migrate_workers: it is "eight": write an integer, such as 8' in said["wrong"]
    assert "HW_ACCESS_KEY" in said["without-a-key"]
    for name, path in (("no-volume", "/srv/migration"), ("read-only", "/var/lib/migration")):
        assert path in said[name]


def test_the_pod_of_the_cluster_copies_with_a_read_only_root(
    image: str, tmp_path: Path, sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]
) -> None:
    """The container of C(extensions/kubernetes/sync), with the rights that the manifest gives it."""
    source = source_of(sandbox_registry, 2)
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    paths = (ROOT / "extensions" / "kubernetes" / "sync").glob("*.yml")
    manifests = [yaml.safe_load(path.read_text("utf-8")) for path in paths]
    of_kind = {item["kind"]: item for item in manifests}
    pod = of_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    config = dict(of_kind["ConfigMap"]["data"])
    config["variables.yml"] += "migrate_registry: {0}\nmigrate_insecure: true\n".format(swr.host)
    config["images.yml"] = "{0}/team/app: ''\n".format(source.host)
    logins = {"auth.yml": yaml.safe_dump({source.host: login(*READER)})}
    content: Dict[str, Dict[str, str]] = {"config": config, "logins": logins, "state": {}}
    user, group = (pod["securityContext"][name] for name in ("runAsUser", "runAsGroup"))
    line = ["run", "--rm", "--network=host", "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL"]
    line += ["--security-opt=no-new-privileges", "--user={0}:{1}".format(user, group), "--workdir=/tmp"]
    for mount in container["volumeMounts"]:
        if mount["name"] == "tmp":
            line.append("--tmpfs={0}:mode=1777".format(mount["mountPath"]))
            continue
        folder = tmp_path / mount["name"]
        folder.mkdir()
        for name, text in content[mount["name"]].items():
            (folder / name).write_text(text, encoding="utf-8")
            # As fsGroup and defaultMode have it.
            os.chown(str(folder / name), 0, group)
            (folder / name).chmod(0o440)
        os.chown(str(folder), 0, group)
        folder.chmod(0o770)
        only = ":ro" if mount.get("readOnly") else ""
        line.append("--volume={0}:{1}{2}".format(folder, mount["mountPath"], only))
    environ = {item["name"]: item["value"] for item in container["env"]}
    environ.update(HW_ACCESS_KEY=ACCESS_KEY, HW_SECRET_KEY=SECRET_KEY)
    (tmp_path / "environ").write_text("".join("{0}={1}\n".format(*item) for item in environ.items()), encoding="utf-8")
    done = podman(*line, "--env-file={0}".format(tmp_path / "environ"), image, *container["args"])
    assert sorted(swr.tags("team/app")) == sorted(source.tags("team/app"))
    assert json.loads((tmp_path / "state" / "report.json").read_text("utf-8"))["images"]["copied"] == 2
    secret_free(done.stdout + done.stderr, SECRET_KEY, SWR_PASSWORD, READER[1])
