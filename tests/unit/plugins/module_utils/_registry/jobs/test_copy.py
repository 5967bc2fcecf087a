"""The whole copy, from options to result."""

from __future__ import annotations

import json
import os

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.client.clients import ClientPool
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError, RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs import copy as job
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.report import html as html_report
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer.transfer import Transfer
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.limits import Limits
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.settings import (
    ConnectionSettings,
    LimitSettings,
)
from ansible_collections.longshore.swr.tests.support.full_disk import full_disk
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    client_pool,
    image_of,
    no_wait_retrier,
    reply,
    store,
)

PASSWORD = "a-password-of-the-source"
LAYER = b"layer" * 100
MANIFEST = image_of(b"{}", LAYER)
RULES = {SOURCE + "/ns/app": DESTINATION + "/ns/app"}


class Bench:
    """Registries in memory in the place of the network."""

    def __init__(self, tmp_path):
        self.source, self.destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
        self.network = FakeNetwork(self.source, self.destination)
        self.path = tmp_path
        for tag in ("v1", "v2"):
            self.source.push("ns/app", tag, MANIFEST, b"{}", LAYER)

    def run(self, check_mode=False, environ=None, **options):
        options.setdefault("images", RULES)
        options.setdefault("docker_config_fallback", False)
        options.setdefault("retry_delay", 0)
        return run_copy(options, check_mode, environ or {})

    def file(self, name):
        return str(self.path / name)


@pytest.fixture
def bench(tmp_path, monkeypatch):
    made = Bench(tmp_path)
    made.transports = []

    def transport(**options):
        made.transports.append(options)
        return made.network

    monkeypatch.setattr(clients, "Transport", transport)
    return made


def test_copies_and_counts(bench):
    result = bench.run()
    assert result["images"] == {"total": 2, "copied": 2, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}
    assert (result["changed"], result["failed"]) == (True, False)
    assert result["blobs"] == {"uploaded": 2, "mounted": 0, "present": 0}
    assert result["bytes"] == {"planned": 502, "uploaded": 502, "copied": 502 * 2 + 2 * len(MANIFEST)}
    assert result["msg"] == "Images(2) migration finished, 0 images tasks failed, 0 tasks generate failed"
    assert result["requests"]["total"] == len(bench.network.sent)
    assert set(result["requests"]["by_registry"]) == {SOURCE, DESTINATION}
    assert result["failures"] == []
    assert result["warnings"] == []
    assert bench.destination.manifests["ns/app"]["v2"] == MANIFEST
    assert bench.transports == [{"timeout": 60.0, "ca_path": None, "minimum_bandwidth": 1000}]
    assert len(json.dumps(result)) < 4000


def test_a_second_run_changes_nothing(bench):
    bench.run()
    del bench.network.sent[:]
    result = bench.run()
    assert result["images"]["skipped"] == 2
    assert result["changed"] is False
    assert [sent.method for sent in bench.network.sent].count("HEAD") == 4
    assert len(bench.network.sent) == 5


def test_check_mode_plans_and_touches_nothing(bench):
    names = ("journal_path", "report_path", "html_report_path", "log_path", "output_failed_images")
    paths = {name: bench.file(name) for name in names}
    bench.destination.push("ns/app", "v1", MANIFEST)
    result = bench.run(check_mode=True, **paths)
    assert result["plan"] == {"images": 2, "to_copy": 1, "blobs": 2, "bytes": 502}
    assert result["images"] == {"total": 2, "copied": 1, "skipped": 1, "filtered": 0, "postponed": 0, "failed": 0}
    assert result["changed"] is True
    assert {sent.method for sent in bench.network.sent} == {"GET", "HEAD"}
    assert os.listdir(bench.path) == []
    assert result["diff"]["after"].startswith(DESTINATION + "/ns/app:v2 sha256:")
    real = bench.run()
    assert real["images"] == result["images"]
    assert real["diff"] == result["diff"]


def test_a_failure_fails_the_run_after_everything_else(bench):
    bench.destination.fault = lambda sent: reply(403) if sent.url.endswith("/manifests/v1") else None
    result = bench.run(output_failed_images=bench.file("failed.yaml"), output_success_images=bench.file("good.yaml"))
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["images"]["copied"] == result["images"]["failed"] == 1
    (failure,) = result["failures"]
    assert failure["source"] == SOURCE + "/ns/app:v1"
    assert failure["hint"]
    with open(bench.file("failed.yaml")) as failed, open(bench.file("good.yaml")) as good:
        rules = yaml.safe_load(failed)
        assert yaml.safe_load(good) == {SOURCE + "/ns/app:v2": DESTINATION + "/ns/app:v2"}
    assert rules == {SOURCE + "/ns/app:v1": DESTINATION + "/ns/app:v1"}
    bench.destination.fault = lambda _sent: None
    again = bench.run(images=None, images_file=bench.file("failed.yaml"))
    assert again["images"] == {"total": 1, "copied": 1, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}


def test_the_result_stays_small_and_the_report_has_all(bench):
    tags = ",".join("v{0}".format(number) for number in range(60))
    images = {"{0}/ns/gone:{1}".format(SOURCE, tags): DESTINATION + "/ns/x"}
    result = bench.run(images=images, report_path=bench.file("report"), output_images_format="json")
    assert (len(result["failures"]), result["failures_truncated"]) == (50, 10)
    assert result["report_path"] == bench.file("report")
    with open(bench.file("report")) as content:
        assert len(json.load(content)["results"]) == 60


def test_secrets_show_nowhere(bench):
    bench.source.fault = lambda sent: reply(
        400, {"errors": [{"code": "X", "message": "wrong: " + sent.headers.get("Authorization", PASSWORD)}]}
    )
    names = ("journal_path", "report_path", "html_report_path", "log_path", "output_failed_images", "progress_file")
    auth = {SOURCE: {"username": "user", "password": "${PASSWORD}"}}
    result = bench.run(environ={"PASSWORD": PASSWORD}, auth=auth, **{name: bench.file(name) for name in names})
    assert result["failed"]
    texts = [json.dumps(result)]
    for name in names:
        with open(bench.file(name)) as content:
            texts.append(content.read())
    assert all(texts)
    assert not [text for text in texts if PASSWORD in text]
    assert "********" in texts[0]


def test_the_journal_lets_the_next_run_mount(bench):
    bench.run(journal_path=bench.file("j"))
    result = bench.run(images={SOURCE + "/ns/app": DESTINATION + "/ns/new"}, journal_path=bench.file("j"))
    assert result["blobs"] == {"uploaded": 0, "mounted": 2, "present": 0}
    assert result["journal_path"] == bench.file("j")


def test_a_damaged_journal_is_a_warning(bench):
    with open(bench.file("j"), "w") as content:
        content.write("damaged\n")
    assert "1 lines of the journal could not be read" in bench.run(journal_path=bench.file("j"))["warnings"]


def test_a_full_disk_is_a_warning(bench):
    with full_disk():
        result = bench.run(journal_path=bench.file("j"), log_path=bench.file("l"), progress_file=bench.file("p"))
    assert result["images"]["copied"] == 2
    assert any("No space left" in warning for warning in result["warnings"])


def test_a_report_that_cannot_be_written_hides_nothing(bench, monkeypatch):
    def refuse(path, _data):
        raise RegistryError("cannot be written", where=path)

    monkeypatch.setattr(job, "write_private_parts", refuse)
    monkeypatch.setattr(html_report, "write_private_parts", refuse)
    result = bench.run(report_path=bench.file("r"), html_report_path=bench.file("h"))
    assert result["images"]["copied"] == 2
    assert result["warnings"][0].startswith("html_report_path was not written")
    assert result["warnings"][1].startswith("report_path was not written")


def test_the_page_says_what_the_report_says(bench):
    images = {SOURCE + "/ns/app": "", SOURCE + "/ns/gone:v9": ""}
    defaults = {"default_registry": DESTINATION, "default_namespace": "ns"}
    result = bench.run(images=images, html_report_path=bench.file("h"), report_path=bench.file("r"), **defaults)
    assert result["html_report_path"] == bench.file("h")
    with open(bench.file("h"), encoding="utf-8") as page, open(bench.file("r")) as report:
        text, results = page.read(), json.load(report)["results"]
    assert "1 of 3 images failed" in text
    for entry in results:
        repository, _colon, tag = entry["source"].rpartition(":")
        assert repository in text
        assert '["{0}'.format(tag) in text
    assert results[0]["source_digest"] in text


def test_an_image_that_the_run_forgets_is_a_failure(bench, monkeypatch):
    monkeypatch.setattr(Transfer, "run", lambda self: None)
    result = bench.run()
    assert result["images"]["failed"] == 2
    assert result["changed"] is False
    assert "without an outcome" in result["failures"][0]["error"]


def test_both_sources_of_logins_count(bench):
    path = bench.file("auth.json")
    with open(path, "w") as content:
        json.dump({DESTINATION: {"username": "d", "password": "from-the-file"}}, content)
    challenge = reply(401, www_authenticate="Basic realm=x")

    def needs(sent):
        return None if "Authorization" in sent.headers else challenge

    bench.source.fault = bench.destination.fault = needs
    auth = {SOURCE: {"username": "s", "password": "from-the-play"}}
    assert bench.run(auth=auth, auth_file=path)["images"]["copied"] == 2


# -- what is wrong is refused before anything is asked ---------------------------------------------------------------


def problems(bench, **options):
    with pytest.raises(RulesError) as caught:
        bench.run(**options)
    assert bench.network.sent == []
    return caught.value.problems


def test_every_problem_is_named_at_once(bench):
    found = problems(
        bench,
        images={"UPPER/x": "y"},
        auth={SOURCE: {"username": "u"}},
        os=["linux,windows"],
        report_path=bench.file("no/such/folder"),
        log_path=str(bench.path),
    )
    text = "\n".join(found)
    for part in ("UPPER", "password", "linux,windows", "does not exist", "is a directory"):
        assert part in text


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"images": None}, "neither images nor images_file"),
        ({"images": RULES, "images_file": "x"}, "mutually exclusive"),
        ({"images": None, "images_file": "/no/such/file.json"}, "/no/such/file.json"),
        ({"auth_file": "/no/such/auth.json"}, "/no/such/auth.json"),
        ({"images": RULES, "dialect": "latin"}, "dialect"),
    ],
)
def test_what_is_wrong_is_refused(bench, options, text):
    assert text in "\n".join(problems(bench, **options))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(bench):
    os.chmod(str(bench.path), 0o500)
    assert "check its permissions" in problems(bench, log_path=bench.file("log"))[0]


# -- clients -------------------------------------------------------------------------------------------------------


def test_a_registry_has_one_client_a_direction_and_one_pace():
    made = client_pool(FakeNetwork(), store(), no_wait_retrier())
    assert made.source("a.example") is made.source("a.example")
    assert made.source("a.example") is not made.destination("a.example")
    assert made.source("a.example").session._throttle is made.destination("a.example").session._throttle
    assert made.source("a.example").session._throttle is not made.source("b.example").session._throttle


@pytest.mark.parametrize(("registry", "rate"), [("swr.cn-north-4.myhuaweicloud.com", 18.0), ("quay.io", None)])
def test_swr_is_asked_no_faster_than_it_answers_from_the_first_request(registry, rate):
    assert client_pool(FakeNetwork(), store(), no_wait_retrier()).destination(registry).session._throttle.rate == rate


@pytest.mark.parametrize(("seconds", "workers"), [(None, 8), (0.001, 8), (0.02, 25), (0.05, 62), (0.3, 375)])
def test_requests_under_way_follow_the_round_trip(monkeypatch, seconds, workers):
    connections = ClientPool(ConnectionSettings(), store(), Limits(LimitSettings()))
    monkeypatch.setattr(Transport, "round_trip", property(lambda self: seconds))
    assert connections.enough_workers() == workers
