# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports joined: sums, missing shards, contradictions, files that are no reports, and nothing written for nothing."""

from __future__ import annotations

import json
import os
import stat
import tracemalloc
from typing import Any, Dict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.merge import run_merge
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.shard_reports import (
    ShardReport,
    _problem_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import OUTCOMES


def entry(name: str, outcome: str = "copied") -> Dict[str, Any]:
    made = {"source": "a.example/" + name, "destination": "b.example/" + name, "outcome": outcome, "rule": "images"}
    if outcome == "failed":
        made.update(error="it broke. Remedy: mend it", details={"what": "it broke", "hint": "mend it"})
    return made


def report(*results: Dict[str, Any], **more: Any) -> Dict[str, Any]:
    counts = {name: sum(one["outcome"] == name for one in results) for name in OUTCOMES}
    facts = {
        "version": 1,
        "changed": counts["copied"] > 0,
        "converted": 1,
        "blobs": {"uploaded": 2, "mounted": 1, "present": 0},
        "bytes": {"planned": 10, "uploaded": 20},
        "requests": {"total": 3, "by_registry": {"a.example": {"manifest_get": 3}}},
        "plan": {"images": len(results), "to_copy": counts["copied"], "blobs": 2, "bytes": 10},
        "started_at": "2026-07-23T08:00:00Z",
        "duration": 10.5,
        "warnings": [],
    }
    return dict(facts, **more, images=dict(counts, total=len(results)), results=list(results))


@pytest.fixture
def folder(tmp_path: Any) -> Any:
    """Where reports are, with a method that writes one."""

    class Folder:
        path = tmp_path / "reports"
        json = str(tmp_path / "report.json")
        html = str(tmp_path / "report.html")

        def put(self, name: str, content: Any) -> str:
            path = self.path / name
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            return str(path)

        def join(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
            given: Dict[str, Any] = {
                "reports": [str(self.path)],
                "report_path": self.json,
                "html_report_path": self.html,
            }
            return run_merge(dict(given, **options), check_mode)

        def joined(self) -> Any:
            with open(self.json, encoding="utf-8") as handle:
                return json.load(handle)

        def page(self) -> str:
            with open(self.html, encoding="utf-8") as handle:
                return handle.read()

    Folder.path.mkdir()
    return Folder()


def test_everything_is_added_up_and_kept(folder: Any) -> None:
    folder.put("shard-1.json", report(entry("x:1"), entry("x:2", "skipped"), warnings=["the journal is full"]))
    folder.put(
        "shard-2.json",
        report(
            entry("y:1"),
            entry("y:2", "filtered"),
            started_at="2026-07-23T08:00:05Z",
            duration=20.0,
            requests={"total": 5, "by_registry": {"a.example": {"manifest_get": 1}, "b.example": {"blob_put": 4}}},
            referrers={"copied": 4},
            throttled=7,
        ),
    )
    result = folder.join(expected_shards=2)
    assert result["images"] == {"total": 4, "copied": 2, "skipped": 1, "filtered": 1, "postponed": 0, "failed": 0}
    assert (result["failed"], result["changed"], result["problems"], result["failures"]) == (False, True, [], [])
    assert result["converted"] == 2
    assert result["blobs"] == {"uploaded": 4, "mounted": 2, "present": 0}
    assert result["bytes"] == {"planned": 20, "uploaded": 40}
    assert result["plan"] == {"images": 4, "to_copy": 2, "blobs": 4, "bytes": 20}
    assert result["requests"] == {
        "total": 8, "by_registry": {"a.example": {"manifest_get": 4}, "b.example": {"blob_put": 4}}
    }  # fmt: skip
    # From the first beginning to the last end.
    assert (result["started_at"], result["duration"]) == ("2026-07-23T08:00:00Z", 25.0)
    assert (result["referrers"], result["throttled"]) == ({"copied": 4}, 7)
    assert result["warnings"] == ["shard-1: the journal is full"]
    assert [(shard["name"], shard["number"], shard["images"]["total"]) for shard in result["shards"]] == [
        ("shard-1", 1, 2),
        ("shard-2", 2, 2),
    ]
    assert result["msg"] == "2 reports merged: 4 images, 2 copied, 1 skipped, 1 filtered, 0 failed"
    joined = folder.joined()
    assert joined["results"] == [
        dict(entry("x:1"), shard="shard-1"),
        dict(entry("x:2", "skipped"), shard="shard-1"),
        dict(entry("y:1"), shard="shard-2"),
        dict(entry("y:2", "filtered"), shard="shard-2"),
    ]
    assert {name: joined[name] for name in ("images", "bytes", "shards")} == {
        name: result[name] for name in ("images", "bytes", "shards")
    }
    assert "3 of 4 images are at their destination" in folder.page()
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in (folder.json, folder.html)] == [0o600, 0o600]


def test_a_joined_report_can_be_joined_again(folder: Any) -> None:
    folder.put("shard-1.json", report(entry("x:1")))
    folder.join(report_path=str(folder.path / "sub.json"), html_report_path=None)
    os.unlink(str(folder.path / "shard-1.json"))
    assert folder.join()["images"]["total"] == 1


def test_a_second_time_changes_nothing(folder: Any) -> None:
    folder.put("shard-1.json", report(entry("x:1")))
    forecast = folder.join(check_mode=True)
    assert (forecast["changed"], forecast["check_mode"]) == (True, True)
    assert not os.path.exists(folder.json)
    assert not os.path.exists(folder.html)
    first = folder.join()
    assert {**first, "check_mode": True} == forecast
    times = [os.stat(path).st_mtime_ns for path in (folder.json, folder.html)]
    assert [folder.join(check_mode=check)["changed"] for check in (True, False)] == [False, False]
    assert [os.stat(path).st_mtime_ns for path in (folder.json, folder.html)] == times
    os.chmod(folder.html, 0o644)
    assert folder.join()["changed"] is True
    assert stat.S_IMODE(os.stat(folder.html).st_mode) == 0o600
    folder.put("shard-1.json", report(entry("x:1", "skipped")))
    assert folder.join()["changed"] is True


def test_a_failure_fails_and_everything_is_written(folder: Any) -> None:
    folder.put("shard-1.json", report(*(entry("x:{0}".format(number), "failed") for number in range(60))))
    result = folder.join()
    assert (result["failed"], len(result["failures"]), result["failures_truncated"]) == (True, 50, 10)
    assert result["failures"][0] == {
        "source": "a.example/x:0",
        "destination": "b.example/x:0",
        "rule": "images",
        "error": "it broke. Remedy: mend it",
        "hint": "mend it",
        "shard": "shard-1",
    }
    assert len(folder.joined()["results"]) == 60
    assert folder.join(fail_on_error=False)["failed"] is False


def test_a_missing_shard_is_named(folder: Any) -> None:
    folder.put("shard-01.json", report(entry("x:1")))
    for options, problems in [
        ({"expected_shards": 3}, ["shard 2 has no report", "shard 3 has no report"]),
        ({"shards": [{"number": 1, "images": 1, "path": "p"}, {"number": 2}]}, ["shard 2 has no report"]),
        ({"shards": [{"number": 1, "images": 2}]}, ["shard-01: its report has 1 of the 2 images of the plan"]),
        ({"shards": [{"number": 1}, {"number": 2, "images": 0}]}, []),
        ({"shards": []}, ["{0}/shard-01.json is the report of none of the expected shards".format(folder.path)]),
    ]:
        result = folder.join(**options)
        assert result["problems"] == problems
        assert result["failed"] is bool(problems)
        assert all(problem in result["msg"] and problem in folder.page() for problem in problems)
        assert folder.joined()["problems"] == problems


def test_a_named_file_that_is_not_there_is_a_missing_shard(folder: Any) -> None:
    path = folder.put("shard-1.json", report(entry("x:1")))
    absent = str(folder.path / "shard-2.json")
    expected = ["shard-2: its report {0} does not exist".format(absent)]
    assert folder.join(reports=[path, absent])["problems"] == expected
    assert folder.join(reports=[path, absent], expected_shards=2)["problems"] == expected
    assert folder.join(reports=[path, absent], shards=[{"number": 1}, {"number": 2, "images": 0}])["problems"] == []


def test_what_is_known_beside_the_reports(folder: Any) -> None:
    folder.put("shard-1.json", report(entry("x:1")))
    result = folder.join(expected_shards=2, problems=["the plan: no tags"], notes=["7 images were there already"])
    assert result["problems"] == ["the plan: no tags", "shard 2 has no report"]
    assert result["notes"] == folder.joined()["notes"] == ["7 images were there already"]
    assert "7 images were there already" in folder.page()


def test_no_shard_at_all_is_nothing_to_do(folder: Any) -> None:
    result = folder.join(shards=[{"number": 1, "images": 0}])
    assert (result["images"]["total"], result["failed"], result["started_at"]) == (0, False, None)
    assert "There was no image to copy" in folder.page()
    with pytest.raises(RulesError, match="there is no report in"):
        folder.join()


def test_the_same_image_in_two_reports(folder: Any) -> None:
    folder.put("shard-1.json", report(*(entry("x:{0}".format(number)) for number in range(60))))
    folder.put("shard-2.json", report(*(entry("x:{0}".format(number)) for number in range(60))))
    result = folder.join()
    assert result["failed"] is True
    assert result["problems"][0] == "b.example/x:0 is in shard-1 and in shard-2"
    assert result["problems"][50:] == ["10 more destinations are in two reports"]
    folder.put("shard-2.json", report(entry("y:1")))
    folder.put("again-2.json", report(entry("z:1")))
    assert folder.join(expected_shards=2)["problems"] == ["shard 2 has 2 reports"]
    # A path that is given twice is one report.
    once = str(folder.path / "shard-1.json")
    assert folder.join(reports=[once, str(folder.path / "*1.json"), once])["images"]["total"] == 60


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"version": 1,\n "images": }', r"it is not JSON: line 2, column 12: Expecting value"),
        ("", "it is not JSON: line 1"),
        ("[" * 100_000, "nested too deeply|not JSON"),
        ("[]", "it is a list where an object is expected"),
        (dict(report(), version=2), "version is not 1"),
        ({"version": 1, "images": {"equal": 1}}, "images.total is null where a whole number is expected"),
        (dict(report(), results={}), "results is an object where a list is expected"),
        (dict(report(), images=dict(report()["images"], copied=1)), "images.copied is 1, but 0 of the results are"),
        (dict(report(), images=dict(report()["images"], total=1)), "images.total is 1, but there are 0 results"),
        (report(dict(entry("x"), outcome="equal")), r"images.total|results\[0\].outcome is none of"),
        (dict(report(entry("x")), results=[{"source": "x"}]), r"results\[0\].destination is null where a string"),
        (dict(report(entry("x")), results=["x"]), r"results\[0\] is a string where an object"),
        (dict(report(), bytes=3), "bytes is a whole number where an object"),
        (dict(report(), requests={"by_registry": {"x": 1}}), "by_registry has something else than objects"),
        (dict(report(), duration="long"), "duration is a string where a number"),
        (dict(report(), warnings="w"), "warnings is a string where a list"),
    ],
)
def test_what_is_no_report_is_refused(folder: Any, content: Any, expected: str) -> None:
    folder.put("shard-1.json", report(entry("x:1")))
    folder.put("shard-2.json", content)
    folder.put("shard-3.json", "{")
    with pytest.raises(
        RulesError, match="shard-2.json: this is not a report of image_copy: .*(?:{0})".format(expected)
    ) as all_:
        folder.join(fail_on_error=False)
    assert "shard-3.json: this is not a report" in str(all_.value)
    assert not os.path.exists(folder.json)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["version", "images", "results", "requests", "by_registry", "bytes", "plan"]), inner
            )
        ),
        max_leaves=10,
    )
)
def test_any_document_is_judged(document: Any) -> None:
    assert _problem_of(document)
    if isinstance(document, dict):
        whole = dict(report(entry("x")), **{key: document[key] for key in document if key not in ("images", "results")})
        assert isinstance(_problem_of(whole), str)


def test_options_that_cannot_be(folder: Any) -> None:
    path = folder.put("shard-1.json", report())
    for options, expected in [
        ({"report_path": path, "reports": [path]}, "is also where the merged report goes"),
        ({"expected_shards": -1}, "expected_shards: -1 is out of range"),
        ({"shards": [{"number": "1"}]}, r"shards\[0\]: number, and images if given, must be whole numbers"),
        ({"shards": [{"number": 1}, {"number": 1}]}, r"shards\[1\]: there is another shard 1"),
        ({"reports": []}, "no report in an empty list"),
    ]:
        with pytest.raises(RulesError, match=expected):
            folder.join(**options)
    with pytest.raises(LongshoreError, match=r"the directory .* does not exist \(report_path\)"):
        folder.join(report_path=str(folder.path / "no" / "report.json"))


@pytest.mark.parametrize(
    ("path", "name", "number"),
    [("/x/shard-03.json", "shard-03", 3), ("a1b22.json", "a1b22", 22), ("/x9/report.json", "report", None)],
)
def test_the_number_of_a_shard_is_in_its_name(path: str, name: str, number: Any) -> None:
    found = ShardReport(path)
    assert (found.name, found.number) == (name, number)


@pytest.mark.no_cover
def test_one_report_at_a_time_is_in_memory(folder: Any) -> None:
    def put(number: int) -> int:
        results = [entry("team/repository{0}:{1:06d}".format(number, index)) for index in range(200)]
        return os.path.getsize(folder.put("shard-{0}.json".format(number), report(*results)))

    def peak() -> int:
        tracemalloc.reset_peak()
        folder.join()
        return tracemalloc.get_traced_memory()[1]

    sizes = [put(0), put(1)]
    folder.join()
    tracemalloc.start()
    try:
        one = json.loads((folder.path / "shard-0.json").read_text())
        size_of_one = tracemalloc.get_traced_memory()[0]
        del one
        peak_of_two = peak()
        sizes += [put(number) for number in range(2, 6)]
        peak_of_six = peak()
    finally:
        tracemalloc.stop()
    # The names of all destinations are in memory, but not four more reports.
    assert peak_of_six - peak_of_two < 2 * size_of_one
    assert os.path.getsize(folder.json) > sum(sizes)


PLAN = {
    "plan": {"images": 9, "present": 3, "filtered": 0},
    "shards": [{"number": 1, "images": 1}, {"number": 2, "images": 1}, {"number": 3, "images": 0}],
    "failures": [{"error": "a.example/c: not found"}],
    "failures_truncated": 2,
}


def test_a_plan_says_which_shards_there_are_and_what_is_in_none(folder: Any) -> None:
    folder.put("shard-01.json", report(entry("a")))
    # An error that several images share is one problem.
    plan = dict(PLAN, failures=PLAN["failures"] * 2, failures_truncated=1)
    result = folder.join(plan=plan, problems=["one was lost"], notes=["mine"], fail_on_error=False)
    assert result["problems"] == [
        "not planned: a.example/c: not found",
        "2 more images could not be planned",
        "one was lost",
        "shard 2 has no report",
    ]
    assert result["notes"] == [
        "3 images were at their destination when the work was planned, and are in no shard.",
        "mine",
    ]
    folder.put("shard-02.json", report(entry("b")))
    quiet = dict(PLAN, plan={"present": 0, "filtered": 2}, failures=[], failures_truncated=0)
    result = folder.join(plan=quiet)
    assert (result["failed"], result["problems"]) == (False, [])
    assert result["notes"] == ["2 images have none of the requested platforms, and are in no shard."]


@pytest.mark.parametrize("wrong", [{"plan": 5}, {"shards": "x"}, {"shards": [1]}, {"failures": {}}, {"plan": None}])
def test_what_is_no_plan_is_refused(folder: Any, wrong: Any) -> None:
    folder.put("shard-01.json", report(entry("a")))
    with pytest.raises(RulesError, match="plan: it is not the result of image_plan"):
        folder.join(plan=dict(PLAN, **wrong))
