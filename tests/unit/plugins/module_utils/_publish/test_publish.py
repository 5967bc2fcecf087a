# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports for pipelines, monitoring and chat, judged by programs that read them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.audit import Audit
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Finding, Span
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.data import data_of
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._publish.junit import render_junit
from ansible_collections.longshore.swr.plugins.module_utils._publish.metrics import render_metrics
from ansible_collections.longshore.swr.plugins.module_utils._publish.notify import body_of, is_due
from ansible_collections.longshore.swr.plugins.module_utils._publish.outcome import Outcome
from ansible_collections.longshore.swr.plugins.module_utils._publish.page import render_page
from ansible_collections.longshore.swr.plugins.module_utils._publish.reports import outcome_of
from ansible_collections.longshore.swr.plugins.module_utils._text import is_printable

HOSTILE = "<b>&\"'\x1b[31m\u202e\ud800]]>"


def image(outcome, tag, **more):
    return dict(
        {"source": "a.example/x:" + tag, "destination": "b.example:5000/team/x:" + tag, "outcome": outcome}, **more
    )


def migration(*images, **more):
    names = ("copied", "skipped", "filtered", "postponed", "failed")
    counts = {name: sum(one["outcome"] == name for one in images) for name in names}
    return dict({"images": dict(counts, total=len(images)), "results": list(images)}, **more)


FAILED = migration(
    image("copied", "1", seconds=2.5),
    image("skipped", "2"),
    image("postponed", "3", reason="stop_at (06:00) was reached"),
    image("failed", "4", error="it broke. Remedy: mend it", details={"what": "it broke", "hint": "mend it"}),
    started_at="2026-11-29T21:29:07Z",
    duration=20.5,
    bytes={"uploaded": 12345},
)


def suite(report):
    junitparser = pytest.importorskip("junitparser")
    (found,) = junitparser.JUnitXml.fromstring("".join(render_junit(outcome_of(report), "nightly")).encode("utf-8"))
    return found


def test_each_image_is_a_test_case():
    found = suite(FAILED)
    assert (found.name, found.tests, found.failures, found.errors, found.skipped) == ("nightly", 4, 1, 0, 1)
    assert (found.time, found.timestamp) == (20.5, "2026-11-29T21:29:07")
    cases = {case.name: case for case in found}
    assert {case.classname for case in cases.values()} == {"b.example:5000/team/x"}
    assert cases["1"].time == 2.5
    assert cases["1"].is_passed
    assert cases["2"].is_passed
    assert cases["3"].is_skipped
    (failure,) = cases["4"].result
    assert (failure.message, failure.text) == ("it broke.", "it broke. Remedy: mend it")


def test_a_problem_of_no_image_makes_a_pipeline_red_too():
    found = suite(migration(image("copied", "1"), problems=["shard 2 is missing"]))
    assert (found.tests, found.failures, found.errors) == (2, 0, 1)
    (error,) = next(case for case in found if case.name == "the whole run").result
    assert error.message == "1 image: 1 copied; shard 2 is missing"


def nodes():
    good = {"msg": "m", "host": "swr.example", "checks": [{"id": "tcp.443", "status": "pass"}]}
    bad = {"msg": "m", "checks": [{"id": "tcp.443", "status": "fail", "message": "it is closed"}]}
    return aggregate({"web": good, "db": bad, "away": None})


def test_each_node_is_a_test_case():
    found = suite(nodes())
    cases = {case.name: case for case in found}
    assert cases["web"].is_passed
    assert cases["db"].result[0].message == "tcp.443: it is closed"
    assert cases["away"].result[0].message.startswith("no result: ")
    assert outcome_of(nodes()).message == "1 of 3 nodes fail the access check, 1 gave no result"


def test_each_finding_is_a_test_case():
    finding = Finding(
        "SWR-DF-004", "app/Dockerfile", "the base image moves", "Name a version.", "error", span=Span(0, 1, 3, 3)
    )
    quiet = Finding("SWR-DF-005", "app/Dockerfile", "left", "Delete it.", "error", suppressed_by="pragma")
    report = data_of(Audit(targets=("app/Dockerfile", "b/Dockerfile"), findings=(finding, quiet)))
    assert outcome_of(report).message == "1 finding in 2 files and images: 1 error"
    found = suite(report)
    cases = {case.name: case for case in found}
    assert cases["app/Dockerfile:3 SWR-DF-004"].result[0].text == "the base image moves Remedy: Name a version."
    assert cases["app/Dockerfile:0 SWR-DF-005"].is_skipped
    assert cases["no finding"].classname == "b/Dockerfile"


def test_the_message_of_an_audit_counts_what_there_is():
    finding = Finding("SWR-DF-004", "a", "it moves", "Name a version.", "warning", span=Span(0, 1, 3, 3))
    assert outcome_of(data_of(Audit(targets=("a",)))).message == "0 findings in 1 file or image"
    many = data_of(Audit(targets=("a",), findings=(finding, finding)))
    assert outcome_of(many).message == "2 findings in 1 file or image: 2 warnings"


def samples(text):
    parser = pytest.importorskip("prometheus_client.parser")
    return {
        (sample.name, sample.labels.get("state")): (sample.value, sample.labels["job"], sample.labels["kind"])
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found, name, state=None):
    return found["longshore_swr_" + name, state][0]


def test_metrics_are_read_by_prometheus():
    found = samples(render_metrics(outcome_of(FAILED), "nightly", 1_800_000_000.9, ""))
    assert {(job, kind) for _value, job, kind in found.values()} == {("nightly", "migration")}
    assert value(found, "last_run_timestamp_seconds") == 1_800_000_000
    assert value(found, "last_run_failed") == 1
    assert ("longshore_swr_last_success_timestamp_seconds", None) not in found
    counts = {state: value(found, "images", state) for state in ("copied", "skipped", "postponed", "failed")}
    assert counts == {"copied": 1, "skipped": 1, "postponed": 1, "failed": 1}
    assert (value(found, "duration_seconds"), value(found, "sent_bytes")) == (20.5, 12345)


def test_a_failure_keeps_the_time_of_the_last_success():
    good = render_metrics(outcome_of(migration(image("copied", "1"))), "nightly", 1_800_000_000, "")
    assert value(samples(good), "last_success_timestamp_seconds") == 1_800_000_000
    bad = render_metrics(outcome_of(FAILED), "nightly", 1_800_086_400, good)
    again = render_metrics(Outcome("run", True, False, "no rules"), "nightly", 1_800_172_800, bad)
    for text, ended in ((bad, 1_800_086_400), (again, 1_800_172_800)):
        found = samples(text)
        assert value(found, "last_success_timestamp_seconds") == 1_800_000_000
        assert value(found, "last_run_timestamp_seconds") == ended
    healed = render_metrics(outcome_of(migration(image("skipped", "1"))), "nightly", 1_800_259_200, again)
    assert value(samples(healed), "last_success_timestamp_seconds") == 1_800_259_200


@pytest.mark.parametrize("name", ["nightly} 1", HOSTILE, 'a",kind="b\\'])
def test_the_last_success_is_that_of_the_same_job(name):
    good = render_metrics(outcome_of(migration()), name, 1_800_000_000, "")
    own = samples(render_metrics(outcome_of(FAILED), name, 1_800_086_400, good))
    assert value(own, "last_success_timestamp_seconds") == 1_800_000_000
    other = samples(render_metrics(outcome_of(FAILED), "other", 1_800_086_400, good))
    assert ("longshore_swr_last_success_timestamp_seconds", None) not in other


@given(name=st.one_of(st.just(HOSTILE), st.text(max_size=30)), before=st.text(max_size=60))
def test_hostile_names_stay_text(name, before):
    report = migration(image("failed", name, error=name, details={"hint": name}), image("filtered", name, reason=name))
    outcome = outcome_of(report)
    junitparser = pytest.importorskip("junitparser")
    xml = "".join(render_junit(outcome, name or "x"))
    (found,) = junitparser.JUnitXml.fromstring(xml.encode("utf-8"))
    assert (found.tests, found.failures, found.skipped) == (2, 1, 1)
    assert "\x1b" not in xml
    assert len(samples(render_metrics(outcome, name, 1.0, before))) >= 7
    text = body_of(outcome, name, name, name)["text"]
    assert all(is_printable(line) for line in text.split("\n"))
    assert len(text.split("\n")) <= 3
    json.dumps(body_of(outcome, name, name, name)).encode("utf-8")


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        {},
        {"results": 1},
        {"results": [], "images": {"total": "x"}},
        {"nodes": [1]},
        {"images": {"equal": 1}, "results": [{}]},
        dict(migration(), images=dict(migration()["images"], x=HOSTILE)),
        {"images": dict(migration()["images"], equal=0, different=0, missing=0, x="1"), "results": []},
        {"summary": {"total": 0, "x": "1"}, "failing": [], "nodes": []},
        {"repositories": [{}]},
        {"plan": [], "prerequisites": 3},
        {"waves": [{"workloads": [{}]}]},
        {"targets": [], "findings": 3},
    ],
)
def test_what_is_no_report_is_refused(report):
    with pytest.raises(LongshoreError, match=r"this is not (a|the) report"):
        outcome_of(report)


VERIFIED = {
    "images": {"total": 5, "equal": 1, "different": 2, "missing": 1, "filtered": 0, "failed": 1},
    "results": [
        {
            "source": "a/x:1",
            "destination": "b/x:1",
            "verdict": "equal",
            "source_digest": "sha256:1",
            "expected": "sha256:1",
        },
        {"source": "a/x:2", "destination": "b/x:2", "verdict": "different", "reason": "it has another digest"},
        {"source": "a/x:3", "destination": "b/x:3", "verdict": "different", "reason": "it has another digest"},
        {"source": "a/x:4", "destination": "b/x:4", "verdict": "missing"},
        {"source": "a/x:5", "destination": "b/x:5", "verdict": "failed", "error": "a/x:5: no. Remedy: R", "hint": "R"},
    ],
    "blobs": {"checked": 4, "bytes_read": 5},
    "duration": 7.3,
}
REPLICATED = {
    "changed": True,
    "endpoint": {"url": "https://swr.example"},
    "executions": [
        {"rule": "a", "problem": "1 of 2 repositories failed"},
        {"rule": "b", "problem": "nobody answers"},
    ],
    "repositories": [
        {"rule": "a", "source": "l/app", "destination": "t/app", "outcome": "copied", "cause": "", "hint": ""},
        {
            "rule": "a",
            "source": "l/web",
            "destination": "t/web",
            "outcome": "failed",
            "cause": "HTTP 500",
            "hint": "Try.",
        },
    ],
    "refused": [{"rule": "a", "repository": "l/oci", "tags": ["1"], "reason": "it is an OCI image"}],
    "copied": None,
    "problems": ["rule a: 1 of 2 repositories failed", "rule b: nobody answers", "the copy failed"],
    "summary": ["Harbor v2.9.5", "failed: l/web: HTTP 500"],
}
ROW = {"name": "shop", "charge": "free", "note": "", "id": None}
NETWORK = {
    "scenario": "private_line",
    "state": "present",
    "changed": True,
    "check_mode": False,
    "region": "cn-north-4",
    "registry": "swr.example",
    "swr": {"address": "192.168.0.61", "dns_names": ["swr.example"]},
    "public_address": None,
    "line_checked": True,
    "plan": [dict(ROW, object="VPC", change="none"), dict(ROW, object="endpoint", change="create")],
    "prerequisites": ["a VPN or Direct Connect"],
    "warnings": ["the zone is not resolved"],
}

ARGO = {"reason": "Argo CD manages it, and would undo the change", "remedy": "Change the image in its source."}
SWITCHED = {
    "verified": {"total": 3, "equal": 2, "missing": 1},
    "waves": [
        {
            "name": "test",
            "msg": "1 switched, 1 put back, 2 left, in production",
            "failed": True,
            "workloads": [
                {"workload": "Deployment a/x", "outcome": "put_back", "reason": "it cannot pull", "remedy": "Log in."},
                dict(ARGO, workload="Deployment a/y", outcome="left", manager="argocd shop"),
                dict(ARGO, workload="Deployment a/z", outcome="left"),
                {"workload": "Job a/w", "outcome": "switched", "changes": [{"old": "nginx:1", "new": "swr/nginx:1"}]},
            ],
        },
        {"name": "two", "failed": True, "msg": "the API server does not answer"},
    ],
    "files": {
        "msg": "1 file changed",
        "files": [{"path": "/srv/web.yaml", "changes": [{"old": "nginx:1", "new": "swr/nginx:1"}]}],
        "left": [{"file": "/srv/compose.yaml", "image": "a/web:1", "reason": "it is built here"}],
        "failures": [{"file": "/srv/x.yaml", "error": "/srv/x.yaml: it has changed. Remedy: Run the task again."}],
        "not_evaluated": [{"file": "/srv/t.yaml", "reason": "it is a template"}],
    },
}


def test_a_cutover_says_what_failed_and_what_was_left_and_why():
    outcome = outcome_of(SWITCHED)
    assert (outcome.kind, outcome.status, outcome.headline) == ("cutover", "failed", "2 of 8 objects failed")
    found = [(cause["what"], cause["count"], cause["hint"]) for cause in outcome.causes().as_list()]
    assert found[:3] == [
        ("it cannot pull", 1, "Log in."),
        ("it has changed.", 1, "Run the task again."),
        ("Argo CD manages it, and would undo the change", 2, "Change the image in its source."),
    ]
    assert list(outcome.problems) == ["wave two: the API server does not answer"]
    assert outcome.done[0] == "3 images verified: 2 equal, 1 missing"
    cases = suite(SWITCHED)
    assert (cases.tests, cases.failures, cases.skipped) == (8, 2, 4)
    good = dict(SWITCHED, waves=SWITCHED["waves"][:0], files={"files": [{"path": "/x", "exact": True}]})
    assert outcome_of(good).headline == "1 of 1 objects rolled back"
    assert outcome_of({"verified": {}, "waves": [], "files": {}}).message == "0 objects: nothing to switch"


def test_a_verification_says_what_differs():
    outcome = outcome_of(VERIFIED)
    assert (outcome.kind, outcome.status) == ("verification", "failed")
    assert outcome.message == "5 images verified: 1 equal, 2 different, 1 missing, 1 failed"
    found = {(cause["what"], cause["count"], cause["hint"]) for cause in outcome.causes().as_list()}
    again = "Copy it again with the same rules."
    assert found == {("it has another digest", 2, again), ("it is not at its destination", 1, again), ("no.", 1, "R")}
    cases = suite(VERIFIED)
    assert (cases.tests, cases.failures) == (5, 4)


def test_a_run_of_harbor_says_which_repositories_failed_and_why():
    outcome = outcome_of(REPLICATED)
    assert outcome.message.startswith("2 repositories: 1 copied, 2 failed, 1 refused; rule a: ")
    whats = [cause["what"] for cause in outcome.causes().as_list()]
    assert sorted(whats[:2]) == ["HTTP 500", "nobody answers"]
    assert whats[2:] == ["SWR's basic edition refuses its format: it is an OCI image"]
    # Each problem once: as a cause, or of the whole.
    assert list(outcome.problems) == ["the copy failed"]
    assert list(outcome.done) == ["Harbor v2.9.5"]
    cases = suite(REPLICATED)
    assert (cases.tests, cases.failures, cases.errors, cases.skipped) == (4, 2, 0, 1)
    # What the role copied itself needs no repair.
    done = dict(REPLICATED["repositories"][1], outcome="converted")
    (case,) = outcome_of(dict(REPLICATED, executions=[], repositories=[done], refused=[], problems=[])).cases()
    assert (case.state, case.message, case.remedy) == (
        "passed",
        "copied in Harbor's place, since SWR refuses its format",
        "",
    )
    healed = outcome_of(dict(REPLICATED, copied={"failed": 0}, executions=[], problems=[]))
    assert (healed.counts["refused"], healed.status) == (0, "changed")


def test_a_network_says_what_there_is_and_what_is_missing():
    outcome = outcome_of(NETWORK)
    assert outcome.message == "private line in cn-north-4: 1 created, 1 unchanged"
    assert (outcome.status, list(outcome.todo)) == ("changed", ["a VPN or Direct Connect"])
    assert "SWR is reached at 192.168.0.61" in outcome.facts
    assert list(outcome.done) == ["created endpoint shop"]
    planned = outcome_of(dict(NETWORK, check_mode=True))
    assert (planned.counts["to_create"], list(planned.done)) == (1, [])
    broken = outcome_of(dict(NETWORK, problems=["the site does not reach it"]))
    assert (broken.status, broken.counts["failed"]) == ("failed", 1)
    assert value(samples(render_metrics(broken, "net", 1.0, "")), "objects", "created") == 1


@pytest.mark.parametrize(
    "report", [VERIFIED, REPLICATED, NETWORK, SWITCHED], ids=lambda report: outcome_of(report).kind
)
def test_every_case_has_an_outcome_that_is_counted(report):
    outcome = outcome_of(report)
    cases = list(outcome.cases())
    assert {case.outcome for case in cases} <= set(outcome.counts)
    assert len(cases) == sum(outcome.counts.values())
    page = "".join(render_page(outcome, "n", 0.0))
    assert page.count("<section") >= 2
    assert re.findall('data-outcome="(.*?)"', page) == [name for name, count in outcome.counts.items() if count]


def test_an_outcome_nobody_knows_is_text_and_has_a_chip():
    verified = dict(VERIFIED, results=[{"source": "a", "destination": "b", "verdict": HOSTILE}])
    replicated = dict(REPLICATED, repositories=[dict(REPLICATED["repositories"][0], outcome=HOSTILE)])
    switched = dict(SWITCHED, waves=[{"workloads": [{"workload": "w", "outcome": HOSTILE}]}])
    for report in (verified, replicated, switched):
        page = "".join(render_page(outcome_of(report), "n", 0.0))
        assert "<b>&" not in page
        assert '<b class="dim">1</b> &lt;b&gt;&amp;' in page


def test_a_message_stays_short_however_much_failed():
    report = migration(
        *(
            image(
                "failed", str(number), error="x", details={"what": "cause " + "abcdefg"[number % 7], "hint": "h" * 5000}
            )
            for number in range(700)
        )
    )
    lines = body_of(outcome_of(report), "nightly", "", "")["text"].splitlines()
    assert len(lines) == 8
    assert lines[1].startswith("failed: 100 images, the first a.example/x:")
    assert lines[-1] == "and 4 more causes"
    assert max(map(len, lines)) < 1000


@pytest.mark.parametrize(
    ("failed", "changed", "due"),
    [
        (True, False, {"always", "change", "failure"}),
        (True, True, {"always", "change", "failure"}),
        (False, True, {"always", "change"}),
        (False, False, {"always"}),
    ],
)
def test_when_a_notification_is_due(failed, changed, due):
    outcome = Outcome("run", failed, changed, "m")
    assert {when for when in ("always", "change", "failure") if is_due(outcome, when)} == due


def test_a_notification_is_a_message_and_its_parts():
    body = body_of(outcome_of(FAILED), "nightly", "https://reports.example/1", "controller")
    assert body == {
        "text": "nightly: 4 images: 1 copied, 1 skipped, 1 postponed, 1 failed (failed)\n"
        "failed: a.example/x:4 -> b.example:5000/team/x:4: it broke\n    remedy: mend it",
        "job": "nightly",
        "kind": "migration",
        "status": "failed",
        "message": "4 images: 1 copied, 1 skipped, 1 postponed, 1 failed",
        "images": {"copied": 1, "skipped": 1, "filtered": 0, "postponed": 1, "failed": 1},
        "started_at": "2026-11-29T21:29:07Z",
        "duration": 20.5,
        "report": "https://reports.example/1",
        "host": "controller",
    }
