# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role harbor makes of the results of its tasks."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.role_result import role_result

RULES = [{"name": "a"}, {"name": "b", "enabled": True}, {"name": "off", "enabled": "false"}]
ENDPOINT = {
    "changed": False,
    "registry": {"name": "swr", "url": "https://swr.example.com"},
    "connection": {"healthy": True},
    "harbor_version": "v2.9.5",
}
IMAGES = [{"source": "h/library/app:1", "destination": "s/team/app:1"}]


def loop(*results: Dict[str, Any]) -> Dict[str, Any]:
    return {"results": list(results), "changed": any(found.get("changed") for found in results)}


def policy(name: str, changed: bool = False, number: Optional[int] = 1, cron: str = "") -> Dict[str, Any]:
    kept = {"name": name, "id": number, "dest_namespace": "team", "trigger": "manual", "cron": cron}
    return {"item": {"name": name}, "changed": changed, "policy": kept}


def last(name: str, status: str, succeed: int = 0, failed: int = 0, total: int = 0) -> Dict[str, Any]:
    counts = {"total": total, "succeed": succeed, "failed": failed}
    return {"item": name, "executions": [{"status": status, "counts": counts}]}


def refused(*repositories: str, rule: str = "a") -> Dict[str, Any]:
    return {"refused": [{"rule": rule, "repository": name} for name in repositories], "images": IMAGES}


def run(name: str, status: Optional[str] = "Succeed", tasks: Any = (), **more: Any) -> Dict[str, Any]:
    counts = {"total": 2, "succeed": 2 - len(tasks), "failed": len(tasks)}
    execution = {"id": 7 if status else None, "status": status}
    return dict({"item": name, "changed": True, "execution": execution, "counts": counts, "tasks": list(tasks)}, **more)


def failed_task(repository: str, **more: Any) -> Dict[str, Any]:
    return dict({"status": "Failed", "src_resource": repository + ":[2 item(s) in total]"}, **more)


def found(**facts: Any) -> Dict[str, Any]:
    kept = loop(policy("a"), policy("b", number=2), policy("off", number=3))
    usual = {"rules": RULES, "start": "needed", "endpoint": ENDPOINT, "endpoint_name": "swr", "policies": kept}
    return role_result(dict(usual, **facts))


def test_nothing_was_run_yet() -> None:
    result = {
        "changed": False,
        "endpoint": None,
        "connection": None,
        "harbor_version": None,
        "organizations": [],
        "rules": [],
        "changed_rules": [],
        "refused": [],
        "executions": [],
        "counts": {"copied": 0, "converted": 0, "failed": 0, "stopped": 0, "in_progress": 0},
        "copied": None,
        "problems": [],
        "summary": ["Harbor None", "endpoint None -> None, unchanged, connection not tested"],
    }
    report = dict(result, repositories=[])
    assert role_result({}) == {"result": result, "report": report, "look_up": [], "start": [], "copy_images": False}


def test_the_report_has_every_repository() -> None:
    done = {"status": "Succeed", "src_resource": "library/app:[2 item(s) in total]", "dst_resource": "team/app"}
    tasks = [done, failed_task("x", cause="HTTP 500", hint="Try again."), dict(done, status="InProgress")]
    facts = {"runs": loop(run("a", "Failed", tasks, error={}, msg="m"))}
    repositories = found(**facts)["report"]["repositories"]
    assert [entry["outcome"] for entry in repositories] == ["copied", "failed", "in_progress"]
    assert repositories[1] == {
        "rule": "a",
        "source": "x:[2 item(s) in total]",
        "destination": "",
        "outcome": "failed",
        "cause": "HTTP 500",
        "hint": "Try again.",
    }
    # What the role copied itself has arrived.
    facts.update(preflight=refused("x"), copy_refused=True, copied=DONE)
    assert found(**facts)["report"]["repositories"][1]["outcome"] == "converted"


@pytest.mark.parametrize(
    ("facts", "start"),
    [
        ({"start": "never"}, []),
        ({"start": "always"}, ["a", "b"]),
        ({}, ["a", "b"]),
        ({"last": loop(last("a", "Succeed"), last("b", "Failed", 1, 1, 2))}, ["b"]),
        ({"last": loop(last("a", "Succeed"), {"item": "b", "executions": []})}, ["b"]),
        ({"start": "always", "last": loop(last("a", "Succeed"))}, ["a", "b"]),
        ({"last": loop(last("a", "Stopped")), "copy_refused": True, "preflight": refused("x")}, ["a", "b"]),
    ],
)
def test_rules_that_are_started(facts: Any, start: List[str]) -> None:
    assert found(**facts)["start"] == start


def test_a_changed_rule_is_started_and_not_looked_up() -> None:
    kept = loop(policy("a", changed=True), policy("b"), policy("off"))
    state = found(policies=kept, last=loop(last("b", "Succeed")))
    assert (state["look_up"], state["start"], state["result"]["changed_rules"]) == (["b", "off"], ["a"], ["a"])
    assert state["result"]["changed"] is True


@pytest.mark.parametrize(
    ("counts", "preflight", "copied", "start"),
    [
        ((2, 1, 3), refused("x"), True, ["b"]),
        ((2, 1, 3), refused("x", "x"), "yes", ["b"]),
        # Something else has failed as well.
        ((1, 2, 3), refused("x"), True, ["a", "b"]),
        # Something has not ended.
        ((1, 1, 3), refused("x"), True, ["a", "b"]),
        ((2, 1, 3), refused("x", rule="b"), True, ["a", "b"]),
        ((2, 1, 3), refused("x"), False, ["a", "b"]),
        ((0, 0, 0), refused(), True, ["a", "b"]),
    ],
)
def test_a_failure_of_refused_images_alone_is_not_repeated(
    counts: Any, preflight: Any, copied: Any, start: Any
) -> None:
    state = found(last=loop(last("a", "Failed", *counts)), preflight=preflight, copy_refused=copied)
    assert state["start"] == start


def test_check_mode_starts_no_rule_that_does_not_exist_and_says_what_it_would_start() -> None:
    kept = loop(policy("a", changed=True, number=None), policy("b"), policy("off", changed=True, number=None))
    state = found(check_mode=True, policies=kept, runs=loop(run("b", None)))
    assert state["start"] == ["b"]
    lines = state["result"]["summary"]
    assert [line for line in lines if "started" in line] == ["rule a would be started", "rule b would be started"]
    broken = found(check_mode=True, policies=kept, runs=loop({"item": "b", "error": {}, "msg": "no"}))
    assert "rule b would be started" not in broken["result"]["summary"]
    assert "would" not in str(found(policies=kept)["result"]["summary"])


def test_executions_and_what_failed() -> None:
    task = failed_task("library/web", cause="HTTP 500", hint="Try again.")
    failed = run("b", "Failed", [task], error={}, msg="1 of 2 repositories failed")
    result = found(runs=loop(run("a"), failed))["result"]
    assert result["executions"][1] == {
        "rule": "b",
        "id": 7,
        "status": "Failed",
        "counts": {"total": 2, "succeed": 1, "failed": 1},
        "covered": False,
        "problem": "1 of 2 repositories failed",
        "failed": [["library/web:[2 item(s) in total]", "HTTP 500", "Try again."]],
    }
    assert (result["changed"], result["problems"]) == (True, ["rule b: 1 of 2 repositories failed"])
    assert result["summary"][5:] == [
        "execution 7 of a: Succeed, 2 of 2 repositories copied",
        "execution 7 of b: Failed, 1 of 2 repositories copied",
        "failed: library/web:[2 item(s) in total]: HTTP 500 Remedy: Try again.",
    ]


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ({"item": "a", "msg": "no such policy"}, "no such policy"),
        ({"item": "a", "module_stderr": "Traceback"}, "Traceback"),
        ({"item": "a"}, "the execution ended without a result"),
        ({"item": "a", "execution": {"id": 1}, "error": {}, "msg": "no"}, "no"),
    ],
)
def test_a_run_that_broke_off_is_a_problem(result: Any, problem: str) -> None:
    state = found(runs=loop(result))["result"]
    assert state["problems"] == ["rule a: " + problem]


DONE = {"changed": True, "images": {"copied": 1, "skipped": 2, "failed": 0}}


@pytest.mark.parametrize(
    ("repositories", "copied", "covered"),
    [
        (["library/today"], DONE, True),
        (["library/today", "library/web"], DONE, False),
        (["library/today"], {"images": {"copied": 0, "skipped": 0, "failed": 1}}, False),
        (["library/today"], {"msg": "no login"}, False),
        ([], DONE, False),
    ],
)
def test_a_failure_is_covered_by_copies_of_all_that_failed(repositories: Any, copied: Any, covered: bool) -> None:
    failed = run("a", "Failed", [failed_task(name) for name in repositories], error={}, msg="failed")
    facts = {"copy_refused": True, "preflight": refused("library/today"), "copied": copied, "runs": loop(failed)}
    execution = found(**facts)["result"]["executions"][0]
    assert (execution["covered"], execution["problem"]) == (covered, "" if covered else "failed")


@pytest.mark.parametrize("more", [{"unjudged": ["a"]}, refused("library/today", rule="b")])
def test_copies_of_other_rules_cover_nothing(more: Any) -> None:
    failed = run("a", "Failed", [failed_task("library/today")], error={}, msg="failed")
    preflight = {**refused("library/today"), **more}
    execution = found(copy_refused=True, preflight=preflight, copied=DONE, runs=loop(failed))["result"]["executions"][0]
    assert (execution["covered"], execution["problem"]) == (False, "failed")


@pytest.mark.parametrize("copied", [{"msg": "no login"}, DONE])
def test_what_image_copy_has_tried_is_not_its_remedy(copied: Any) -> None:
    tasks = [failed_task(name, cause="no", hint="Copy with image_copy.") for name in ("library/today", "library/web")]
    error = {"what": "1 of 2 repositories failed", "hint": "Copy with image_copy."}
    failed = run("a", "Failed", tasks[:1], error=error, msg="1 of 2 repositories failed. Remedy: Copy with image_copy.")
    facts = {"copy_refused": True, "preflight": refused("library/today"), "copied": copied}
    result = found(**facts, runs=loop(failed))["result"]
    assert "image_copy." not in str(result)
    assert ("rule a: 1 of 2 repositories failed" in result["problems"]) == (copied != DONE)
    # That of another failure stays.
    both = found(**facts, runs=loop(dict(failed, tasks=tasks)))["result"]
    assert [item[2] for item in both["executions"][0]["failed"]] == ["", "Copy with image_copy."]
    # And so it does where nothing is copied.
    assert "image_copy." in str(found(preflight=facts["preflight"], runs=loop(failed))["result"])


@pytest.mark.parametrize(
    ("copied", "problems"),
    [
        (DONE, []),
        (
            {"images": {"copied": 0, "skipped": 0, "failed": 1}, "failures": [{"error": "no room"}]},
            ["not all images that SWR refuses were copied: no room"],
        ),
        ({"msg": "no login"}, ["the images that SWR refuses were not copied: no login"]),
        ({}, ["the images that SWR refuses were not copied: no result"]),
    ],
)
def test_copies_in_harbors_place(copied: Any, problems: List[str]) -> None:
    state = found(copy_refused="true", preflight=refused("library/today"), copied=copied)
    assert (state["copy_images"], state["result"]["problems"]) == (True, problems)
    assert "artifacts in a format that SWR refuses: 1" in state["result"]["summary"]
    told = "their repositories, by image_copy: 1 copied, 2 already there, 0 failed"
    assert (told in state["result"]["summary"]) == (copied == DONE)


def test_copies_wait_for_an_organization_that_check_mode_has_not_created() -> None:
    facts = {"copy_refused": True, "preflight": refused("x"), "created": loop({"item": "team", "changed": True})}
    state = found(check_mode=True, **facts)
    assert (state["copy_images"], state["result"]["problems"]) == (False, [])
    assert "images that image_copy would copy: 1" in state["result"]["summary"]
    assert found(**facts)["copy_images"] is True
    assert found(copy_refused=True, preflight={"refused": [], "images": []})["copy_images"] is False
    assert found(preflight=refused("x"))["copy_images"] is False


def test_the_summary_of_endpoint_and_rules() -> None:
    kept = loop(policy("a", changed=True), policy("b", cron="0 30 2 * * *"), policy("off"))
    lines = found(policies=kept, endpoint=dict(ENDPOINT, changed=True, connection=None))["result"]["summary"]
    assert lines == [
        "Harbor v2.9.5",
        "endpoint swr -> https://swr.example.com, changed, connection not tested",
        "rule a -> team, manual, changed",
        "rule b -> team, manual at 0 30 2 * * *, unchanged",
        "rule off -> team, manual, unchanged",
    ]


def removed(*others: str, check_mode: bool = False, **facts: Any) -> Dict[str, Any]:
    left = [{"name": name, "registry": "swr"} for name in others] + [{"name": "far", "registry": "elsewhere"}]
    gone = loop({"item": {"name": "a"}, "changed": True}, {"item": {"name": "b"}, "changed": False})
    usual = {
        "state": "absent",
        "rules": RULES[:2],
        "endpoint_name": "swr",
        "policies": gone,
        "left": {"policies": left},
    }
    return role_result(dict(usual, check_mode=check_mode, **facts))


def test_an_endpoint_that_others_use_stays_and_why_is_told() -> None:
    state = removed("theirs", "another")
    assert state["used_by"] == state["result"]["endpoint_used_by"] == ["another", "theirs"]
    assert state["result"]["summary"] == [
        "rule a: removed",
        "rule b: not there",
        "endpoint swr: stays, because other rules use it: another, theirs",
    ]
    assert (state["result"]["changed"], state["result"]["removed_rules"]) == (True, ["a"])


def test_an_endpoint_that_nobody_else_uses_goes() -> None:
    state = removed(endpoint={"changed": True})
    assert (state["used_by"], state["result"]["summary"][2]) == ([], "endpoint swr: removed")
    # Check mode has not removed the role's own rules.
    checked = removed("a", "b", check_mode=True, endpoint={"changed": True})
    assert (checked["used_by"], checked["result"]["summary"][2]) == ([], "endpoint swr: would be removed")
    assert removed(endpoint={})["result"]["summary"][2] == "endpoint swr: not there"
    # A play without rules, before anything has run.
    assert role_result({"state": "absent"})["used_by"] == []
