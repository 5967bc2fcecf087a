# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts of an onboarding run, what becomes of them, and what the joined report says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_outcome import gate, outcome, problems_of
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_parts import (
    NAMES,
    PARTS,
    REMOVABLE,
    is_preflight_alone,
    is_selected,
    needs_of,
    selected,
)
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_preflight import preflight_options
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_report import joined

RUN = {"state": "run", "text": "", "pending": []}


def ended(**states: str) -> Dict[str, Any]:
    return {name: {"state": state, "changed": state == "done"} for name, state in states.items()}


def test_needs_are_parts_that_come_before() -> None:
    for part in PARTS:
        before = NAMES[: NAMES.index(part.name) + 1]
        assert set(part.needs) <= set(before), part.name
    assert set(REMOVABLE) <= set(NAMES)


def test_what_is_taken_back_waits_for_all_that_need_it() -> None:
    assert set(needs_of("network", True)) == {part.name for part in PARTS if "network" in part.needs}
    assert needs_of("cutover", True) == []


@pytest.mark.parametrize(
    ("run", "skip", "selected"),
    [
        (["all"], [], True),
        (["network"], [], True),
        (["migrate"], [], False),
        (["tagged"], [], True),
        (["untagged"], [], False),
        (["all"], ["network"], False),
        (["all"], ["migrate"], True),
        (["all"], ["tagged"], False),
    ],
)
def test_tags_select_parts_as_they_select_tasks(run: List[str], skip: List[str], selected: bool) -> None:
    assert is_selected("network", run, skip) is selected


@pytest.mark.parametrize(
    ("run", "listed", "alone"),
    [
        (["all"], [], False),
        (["all"], ["preflight"], True),
        (["preflight"], [], True),
        (["preflight", "report"], ["network"], True),
        (["all"], ["preflight", "network"], False),
        (["preflight", "network"], [], False),
    ],
)
def test_the_preflight_alone_looks_at_all_parts(run: List[str], listed: List[str], alone: bool) -> None:
    assert is_preflight_alone(run, listed) is alone
    found = selected(["migrate", "network"], run, [], listed, False)
    assert found == (["network"] if run == ["preflight", "network"] else ["network", "migrate"])
    assert selected(["migrate", "network"], run, ["network"], listed, True) == []


def test_images_are_taken_back_only_if_that_is_asked_for() -> None:
    assert selected(["migrate", "network", "verify"], ["all"], [], [], True) == ["network"]
    assert selected(["migrate", "network", "verify"], ["all"], [], [], True, True) == ["network", "migrate"]
    assert "cutover" in needs_of("migrate", True)


@pytest.mark.parametrize(
    ("name", "outcomes", "state", "text"),
    [
        ("migrate", [], "run", ""),
        ("migrate", [ended(network="unchanged", audit="failed")], "run", ""),
        ("migrate", [ended(network="failed", discover="not_run")], "not_run", "it needs network"),
        ("hosts", [{}, ended(network="failed")], "not_run", "it needs network"),
        ("network", [ended(preflight="failed")], "not_run", "it needs preflight"),
        ("harbor", [ended(), ended(harbor="failed")], "not_run", "it needs harbor"),
        ("cutover", [ended(migrate="done"), ended(access_check="failed")], "not_run", "it needs access_check"),
        ("verify", [ended(migrate="waiting")], "waiting", "it needs what a run would make first: migrate"),
        ("access_check", [ended(hosts="waiting")], "run", ""),
    ],
)
def test_a_part_runs_if_all_that_it_needs_have(name: str, outcomes: Any, state: str, text: str) -> None:
    found = gate(name, outcomes)
    assert (found["state"], found["text"]) == (state, text)


@pytest.mark.parametrize(
    ("name", "state", "text"),
    [("hosts", "run", ""), ("login", "run", ""), ("resolver", "not_run", "it needs bind")],
)
@pytest.mark.parametrize(
    "gone",
    [
        {"others": [ended(preflight="failed", bind="not_run")], "planned": [["bind"]]},
        {"others": [{}], "planned": [["bind", "hosts"]]},
    ],
)
def test_a_dns_server_that_is_gone_stops_only_what_needs_it(name: str, state: str, text: str, gone: Any) -> None:
    found = gate(name, [ended(preflight="done", network="unchanged")], **gone)
    assert (found["state"], found["text"]) == (state, text)


def test_harbor_waits_for_its_hosts_but_not_backwards() -> None:
    gone: Dict[str, Any] = {"others": [{}], "planned": [["harbor"]]}
    assert gate("harbor", [], **gone)["text"] == "it needs harbor"
    assert gate("harbor", [], state="absent", **gone)["state"] == "run"


def test_a_host_that_is_gone_keeps_what_it_still_needs() -> None:
    found = gate("network", [], state="absent", others=[ended(hosts="done")], planned=[["hosts", "login"]])
    assert found["text"] == "login must be taken back first"


def test_nodes_of_a_later_batch_are_not_gone() -> None:
    assert gate("access_check", [], others=[ended(bind="done")], planned=[["bind", "hosts", "login"]])["state"] == "run"


def test_backwards_a_part_runs_after_those_that_need_it() -> None:
    assert gate("network", [ended(cutover="failed")], state="absent")["text"] == "cutover must be taken back first"
    assert gate("cutover", [ended(network="failed")], state="absent")["state"] == "run"
    assert gate("network", [ended(preflight="failed")], state="absent")["text"] == "it needs preflight"


def test_in_check_mode_a_failure_may_only_be_what_is_not_made_yet() -> None:
    before = [ended(organizations="done", network="unchanged")]
    assert gate("migrate", before)["pending"] == []
    gated = gate("migrate", before, check_mode=True)
    assert gated["pending"] == ["organizations"]
    found = outcome("migrate", {"gate": gated, "failure": {"msg": "no organization shop"}})
    assert (found["state"], found["changed"], found["problems"]) == ("waiting", False, [])
    assert found["headline"] == "it needs what a run would make first: organizations; no organization shop"


def test_in_check_mode_a_copy_that_fails_says_what_for() -> None:
    gated = gate("migrate", [ended(network="unchanged", organizations="done")], check_mode=True)
    cause = {
        "what": "the organization does not exist",
        "code": "404",
        "hint": "Create it.",
        "count": 3,
        "first": "r/a -> s/a",
    }
    known = {
        "gate": gated,
        "failure": {"msg": "3 of 3 images failed, see above."},
        "result": {"images": {"total": 3, "failed": 3}, "causes": [cause]},
    }
    found = outcome("migrate", known)
    assert found["state"] == "waiting"
    assert found["headline"] == (
        "it needs what a run would make first: organizations; "
        "3 of 3 images failed: r/a -> s/a: the organization does not exist (404)"
    )
    # It failed with something else.
    found = outcome("migrate", {**known, "gate": RUN, "failure": {"msg": "no page"}})
    assert found["problems"] == [{"text": "no page", "remedy": ""}]
    # Where nothing would be made, each cause is a problem with its remedy.
    found = outcome("migrate", {**known, "gate": RUN})
    assert found["problems"] == [
        {"text": "3 of 3 images failed: r/a -> s/a: the organization does not exist (404)", "remedy": "Create it."}
    ]


def test_a_verification_that_fails_names_the_images() -> None:
    result = {
        "differences": [{"destination": "s/a:1", "reason": "missing"}] * 7,
        "failures": [{"error": "r/b:1: no such host. Remedy: Check the name."}],
    }
    found = outcome("verify", {"gate": RUN, "failure": {"msg": "8 images are not, see above."}, "result": result})
    assert [one["text"] for one in found["problems"]] == ["s/a:1: missing", "r/b:1: no such host."]
    assert found["problems"][1]["remedy"] == "Check the name."


@pytest.mark.parametrize("need", [ended(hosts="waiting"), ended(login="done")])
def test_in_check_mode_nodes_that_do_not_reach_swr_yet_wait(need: Any) -> None:
    gated = gate("access_check", [need], check_mode=True)
    assert (gated["state"], gated["pending"]) == ("run", list(need))
    result = {"checks": [{"status": "fail"}, {"status": "pass"}]}
    known = {"gate": gated, "failure": {"msg": "The name does not resolve."}, "result": result}
    found = outcome("access_check", known)
    headline = "it needs what a run would make first: {0}; 1 of 2 checks: fail".format(*need)
    assert (found["state"], found["headline"]) == ("waiting", headline)
    # A run would make nothing for it: it would fail, too.
    gated = gate("access_check", [ended(hosts="unchanged")], check_mode=True)
    assert outcome("access_check", {**known, "gate": gated})["state"] == "failed"


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ({"msg": "x is wrong. Remedy: mend x."}, [{"text": "x is wrong.", "remedy": "mend x."}]),
        ({}, [{"text": "it failed without a message", "remedy": ""}]),
        (
            {"results": [{"failed": True, "msg": "a"}, {"msg": "b"}, {"failed": True, "msg": "a"}], "msg": "some"},
            [{"text": "a", "remedy": ""}],
        ),
        (
            {"msg": "the-secret", "_ansible_no_log": True},
            [{"text": "a task failed whose output is hidden, since it has secrets", "remedy": ""}],
        ),
        (
            {"findings": [{"name": "registry r", "text": "t", "remedy": None}]},
            [{"text": "registry r: t", "remedy": ""}],
        ),
        ({"msg": "a\x1b[31mb\nc"}, [{"text": "a\\x1b[31mb c", "remedy": ""}]),
    ],
)
def test_a_failure_is_problems_with_remedies(failure: Any, expected: Any) -> None:
    found = problems_of(failure)
    assert "\x1b" not in str(found)
    if "\x1b" not in str(failure):
        assert found == expected


@pytest.mark.parametrize(
    ("name", "result", "state", "headline"),
    [
        (
            "network",
            {"changed": True, "plan": [{"change": "create"}] * 2, "swr": {"address": "10.0.0.1"}},
            "done",
            "2 created; SWR's endpoint is 10.0.0.1",
        ),
        (
            "network",
            {"changed": True, "check_mode": True, "plan": [{"change": "create"}]},
            "done",
            "1 would be created",
        ),
        ("organizations", {"changed": False, "changes": []}, "unchanged", ""),
        ("organizations", {"changed": True, "changes": [1, 2]}, "done", "2 changes"),
        ("audit", {"changed": True, "msg": "2 findings"}, "done", "2 findings"),
        ("cutover", {"waves": [{"changed": True, "msg": "1 switched"}], "files": {}}, "done", "1 switched"),
        ("cutover", {"waves": [], "files": {"changed": False, "msg": "none"}}, "unchanged", "none"),
        (
            "cutover",
            {"waves": [{"name": "front end", "msg": "1 switched"}, {"name": "others", "msg": "2 left"}], "files": {}},
            "unchanged",
            "front end: 1 switched; others: 2 left",
        ),
        ("discover", {"images": ["a"]}, "done", "1 image in use"),
        (
            "migrate",
            {"changed": True, "msg": "Images(1)", "summary": ["1 image: 1 copied", "sent"]},
            "done",
            "1 image: 1 copied",
        ),
        ("migrate", {"changed": True, "msg": "2 tags deleted"}, "done", "2 tags deleted"),
        ("access_check", {"checks": [{"status": "fail"}, {"status": "pass"}]}, "done", "1 of 2 checks: fail"),
        ("hosts", {"changed": False}, "unchanged", ""),
        # A role that ended early, and a result of another shape.
        ("migrate", {}, "unchanged", ""),
        ("harbor", {"summary": None}, "unchanged", ""),
    ],
)
def test_the_result_of_a_role_is_a_state_and_a_headline(name: str, result: Any, state: str, headline: str) -> None:
    found = outcome(name, {"gate": RUN, "seconds": 2.26, "result": result})
    assert (found["state"], found["headline"], found["seconds"]) == (state, headline, 2.3)


def test_nodes_keep_swr_while_a_workload_that_others_have_changed_needs_it() -> None:
    left = {"outcome": "left", "workload": "Deployment shop/web", "reason": "image is swr.example.com/shop/web:2 now"}
    other = {**left, "reason": "image is registry.example.com/shop/web:2 now"}
    result = {"waves": [{"changed": True, "workloads": [left, other, {**left, "outcome": "unchanged"}]}], "files": {}}
    known = {"gate": RUN, "result": result}
    assert outcome("cutover", {**known, "leaving": ""})["state"] == "done"
    found = outcome("cutover", {**known, "leaving": "swr.example.com"})
    assert (found["state"], found["changed"], len(found["problems"])) == ("failed", True, 1)
    assert found["problems"][0]["text"].startswith("Deployment shop/web still has an image of SWR: image is swr")


def facts(**more: Any) -> Dict[str, Any]:
    usual = {"name": "n", "region": "r", "registry": "x", "started": "", "finished": "", "began": 0, "dir": "/"}
    return {**usual, "state": "present", "check_mode": False, "planned": {}, "outcomes": {}, **more}


def one(state: str, **more: Any) -> Dict[str, Any]:
    return {"state": state, "changed": state == "done", "seconds": 1.0, "headline": "", "problems": [], **more}


ARGV = ["/usr/bin/ansible-playbook", "longshore.swr.onboard", "-i", "inventory"]


def report(argv: List[str] = ARGV, environ: Any = None, **more: Any) -> Dict[str, Any]:
    return joined(facts(**more), argv, environ or {})


def test_hosts_are_one_part_with_the_worst_of_their_states() -> None:
    problem = {"text": "no space", "remedy": "make some"}
    nodes = {"a": {"hosts": one("done")}, "b": {"hosts": one("failed", problems=[problem], seconds=3.0)}, "c": {}}
    found = report(planned={name: ["hosts"] for name in nodes}, outcomes=nodes)
    part = next(part for part in found["parts"] if part["name"] == "hosts")
    assert (part["state"], part["changed"], part["hosts"], part["seconds"]) == ("failed", True, 3, 3.0)
    assert part["headline"] == "1 of 3 hosts"
    assert part["problems"] == [{**problem, "hosts": ["b"]}, {**part["problems"][1], "hosts": ["c"]}]
    assert (found["failed"], found["changed"]) == (True, True)
    assert "hosts: no space (b)" in found["table"]
    assert found["table"][-1] == ("To go on, mend this, and run: ansible-playbook longshore.swr.onboard -i inventory")


@pytest.mark.parametrize(
    ("first", "second", "headline"),
    [
        (one("done", headline="2 copied"), one("done", headline="2 copied"), "2 copied"),
        (one("done", headline="2 copied"), one("done", headline="1 copied"), "2 copied (a); 1 copied (b)"),
        (one("done", headline="2 copied"), one("done"), "2 copied (a)"),
        (one("unchanged", headline="0 copied"), one("done", headline="1 copied"), "1 of 2 hosts: 1 copied (b)"),
        (one("done"), one("done"), ""),
        (one("waiting", headline="x" * 500), one("waiting", headline="y"), "x" * 157 + "... (a); y (b)"),
    ],
)
def test_what_differs_between_hosts_is_said_with_their_names(first: Any, second: Any, headline: str) -> None:
    hosts = {"a": {"migrate": first}, "b": {"migrate": second}}
    found = report(planned={name: ["migrate"] for name in hosts}, outcomes=hosts)
    assert next(part["headline"] for part in found["parts"] if part["name"] == "migrate") == headline


def test_a_host_without_a_result_has_not_run() -> None:
    found = report(planned={"a": ["login"]}, outcomes={})
    assert found["msg"] == "not run: login"
    assert found["failed"]


def test_a_host_that_was_lost_on_the_way_is_named_once() -> None:
    found = report(planned={"a": ["hosts", "login", "access_check"]}, outcomes={"a": ended_all("hosts")})
    problems = {part["name"]: part["problems"] for part in found["parts"]}
    (problem,) = problems["login"]
    assert problem["text"] == "the host has no result: it could not be reached any more, or failed outside the parts"
    assert (problem["hosts"], problems["hosts"], problems["access_check"]) == (["a"], [], [])


def test_what_is_done_needs_no_command() -> None:
    found = report(planned={"localhost": ["network"]}, outcomes={"localhost": ended_all("network")})
    assert (found["command"], found["failed"], found["msg"]) == ("", False, "done: network")
    assert [part["name"] for part in found["parts"]] == list(NAMES)


def ended_all(*names: str) -> Dict[str, Any]:
    return {name: one("done") for name in names}


def test_backwards_the_parts_are_shown_in_the_order_of_their_removal() -> None:
    found = report(state="absent", planned={"localhost": ["network", "cutover"]}, outcomes={})
    names = [part["name"] for part in found["parts"] if part["state"] != "off"]
    assert names == ["cutover", "network"]
    found = report(["ansible-runner"], state="absent", planned={"localhost": ["network"]}, outcomes={})
    assert found["command"] == "ansible-playbook longshore.swr.offboard"


def test_check_mode_says_how_to_carry_it_out() -> None:
    found = report([*ARGV, "--check", "--diff"], check_mode=True, planned={}, outcomes={})
    assert found["command"] == "ansible-playbook longshore.swr.onboard -i inventory"
    assert found["table"][-1].startswith("To carry it out: ")


@pytest.mark.parametrize(
    ("argv", "environ", "command"),
    [
        ([*ARGV, "-e", "onboard_secret_key=top"], {}, "ansible-playbook longshore.swr.onboard -i inventory -e ..."),
        ([*ARGV, "--extra-vars=password=top"], {}, "ansible-playbook longshore.swr.onboard -i inventory ..."),
        (
            [*ARGV, "--ask-vault-password"],
            {},
            "ansible-playbook longshore.swr.onboard -i inventory --ask-vault-password",
        ),
        ([*ARGV, "-e", "@b c.yml"], {}, "ansible-playbook longshore.swr.onboard -i inventory -e '@b c.yml'"),
        ([*ARGV, "-enodes_serial=2"], {}, "ansible-playbook longshore.swr.onboard -i inventory -enodes_serial=2"),
        (
            [*ARGV, "-e", "onboard_delete_images=true"],
            {},
            "ansible-playbook longshore.swr.onboard -i inventory -e onboard_delete_images=true",
        ),
        ([*ARGV, "-epw=top"], {}, "ansible-playbook longshore.swr.onboard -i inventory ..."),
        (["ansible-runner"], {}, "ansible-playbook longshore.swr.onboard"),
        (ARGV, {"JOB_ID": "7", "AWX_HOST": "https://awx.example.com"}, "launch the job again"),
    ],
)
def test_the_command_is_that_of_the_run_without_secrets(argv: List[str], environ: Any, command: str) -> None:
    assert report(argv, environ, planned={"a": ["login"]}, outcomes={})["command"] == command


def test_only_files_of_this_run_are_reported(tmp_path: Path) -> None:
    for name, age in (("new.html", 0), ("new.json", 0), ("old.html", 3600)):
        (tmp_path / name).write_text("x", encoding="utf-8")
        moment = 1_000_000_000 - age
        os.utime(tmp_path / name, (moment, moment))
    files = [str(tmp_path / name) for name in ("new.html", "new.json", "old.html", "never.html")]
    nodes = {"a": {"network": one("done", files=files)}}
    found = report(planned={"a": ["network"]}, outcomes=nodes, dir=str(tmp_path / "d"), began=1_000_000_000)
    part = found["parts"][0]
    assert part["pages"] == [{"title": "network", "path": "../new.html"}]
    assert part["reports"] == [str(tmp_path / "new.json")]


def test_the_preflight_gets_the_variables_of_the_parts_that_run() -> None:
    values: Dict[str, Dict[str, Any]] = {
        "network": {"network_scenario": "intranet", "network_region": "r", "network_html_path": "/x"},
        "organizations": {"organizations_list": [{"name": "shop"}, {"name": "old", "state": "absent"}]},
        "migrate": {"migrate_images": ["a"], "migrate_workers": 3},
        "harbor": {"harbor_url": "https://h", "harbor_password": "p", "harbor_start": "never"},
        "discover": {"discover_cluster": True, "discover_contexts": ["one", "two"]},
        "cutover": {"cutover_cluster": True, "cutover_context": "two", "cutover_namespaces": ["shop"]},
    }
    assert preflight_options(NAMES, values) == {
        "network": {"scenario": "intranet"},
        "organizations": ["shop"],
        "migration": {"images": ["a"]},
        "harbor": {"harbor_url": "https://h", "harbor_password": "p"},
        "cluster": {"context": "two", "namespaces": ["shop"], "cutover": True},
    }
    assert preflight_options(["discover"], {"discover": {"discover_cluster": False}}) == {}
    # What is switched is what discover would read.
    cutover = {"discover": {"discover_host": "https://c"}, "cutover": {"cutover_cluster": True}}
    assert preflight_options(["cutover"], cutover) == {"cluster": {"host": "https://c", "cutover": True}}
    assert preflight_options([], values) == {}
