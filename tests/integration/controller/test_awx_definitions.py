# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What awx/configure.yml sends to AWX: all of the variable files, and nothing that AWX would refuse."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Set, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import RoleSpec
from ansible_collections.longshore.swr.tests.support import awx_recorder
from ansible_collections.longshore.swr.tests.support import awx_rules as rules
from ansible_collections.longshore.swr.tests.support.awx_recorder import Call
from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load
from ansible_collections.longshore.swr.tests.support.playbook import Playbook

ROOT = Path(__file__).resolve().parents[3]
AWX = ROOT / "awx"
VARIABLES = {
    "aap_organizations": "organization",
    "controller_labels": "label",
    "controller_credential_types": "credential_type",
    "controller_credentials": "credential",
    "controller_execution_environments": "execution_environment",
    "controller_notifications": "notification_template",
    "controller_projects": "project",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
    "controller_schedules": "schedule",
}
NOTIFICATIONS = ["notification_templates_" + event for event in ("started", "success", "error", "approvals")]
REFERENCES = {
    "organization": "organization",
    "lookup_organization": "organization",
    "credential_type": "credential_type",
    "execution_environment": "execution_environment",
    "default_environment": "execution_environment",
    "project": "project",
    "source_project": "project",
    "inventory": "inventory",
    "credentials": "credential",
    "labels": "label",
    "unified_job_template": "job_template",
    "workflow": "workflow_job_template",
    **dict.fromkeys(NOTIFICATIONS, "notification_template"),
}
BUILT_IN = {("credential_type", name) for name in ("Machine", "OpenShift or Kubernetes API Bearer Token")}


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> List[Call]:
    folder = tmp_path_factory.mktemp("awx")
    playbook = Playbook(folder, awx_recorder.install(folder))
    run = playbook.run(str(AWX / "configure.yml"), variables={"swr_awx_organization": "Mine"})
    assert run.changed == 0
    return awx_recorder.calls(folder)


def sent(calls: List[Call], module: str) -> List[Dict[str, Any]]:
    return [call.given for call in calls if call.module == module]


def named(calls: List[Call], module: str) -> Dict[str, Dict[str, Any]]:
    return {given["name"]: given for given in sent(calls, module)}


def described(variable: str) -> List[Any]:
    """The objects of a variable file. One that is loaded from another file is a template in it."""
    found: List[Any] = safe_load((AWX / "vars" / (variable + ".yml")).read_text(encoding="utf-8"))[variable]
    return found


def test_there_is_a_file_for_each_kind_and_no_other() -> None:
    assert {path.stem for path in (AWX / "vars").iterdir()} == {*VARIABLES, "settings"}


@pytest.mark.parametrize(("variable", "module"), VARIABLES.items())
def test_everything_that_is_described_is_sent(calls: List[Call], variable: str, module: str) -> None:
    made, wanted = sent(calls, module), described(variable)
    assert len(made) == len(wanted)
    for one, other in zip(made, wanted):
        if isinstance(other, dict):
            assert set(one) - {"update_secrets"} == set(other) - {"simplified_workflow_nodes"}, one["name"]
            for key, value in other.items():
                assert key == "simplified_workflow_nodes" or "{{" in str(value) or str(one[key]) == str(value)


def test_the_nodes_of_the_workflow_are_sent(calls: List[Call]) -> None:
    wanted = [node for workflow in described("controller_workflows") for node in workflow["simplified_workflow_nodes"]]
    made: Dict[str, Dict[str, Any]] = {}
    for given in sent(calls, "workflow_job_template_node"):
        made.setdefault(given["identifier"], {}).update(given)
    assert [set(node) | {"workflow", "organization"} for node in wanted] == [set(node) for node in made.values()]
    ends = {name for node in made.values() for key in ("success_nodes", "always_nodes") for name in node.get(key, [])}
    assert ends == set(made) - {"plan"}


def test_what_is_named_is_made_before(calls: List[Call]) -> None:
    made: Set[Tuple[str, str]] = set(BUILT_IN)
    for call in calls:
        for key, module in REFERENCES.items():
            names = call.given.get(key, [])
            for name in [names] if isinstance(names, str) else names:
                assert (module, name) in made, "{0}: {1}".format(call.given, key)
        made.add((call.module, call.given.get("name", "")))


def test_settings_can_be_given(calls: List[Call]) -> None:
    assert {call.given["organization"] for call in calls if "organization" in call.given} == {"Mine"}


def test_credential_types_are_right(calls: List[Call]) -> None:
    types = sent(calls, "credential_type")
    files = [safe_load(path.read_text(encoding="utf-8")) for path in AWX.glob("*_credential_type.yml")]
    assert sorted(types, key=str) == sorted(files, key=str)
    for given in types:
        assert rules.credential_type(given) == []


def test_credentials_execution_environments_and_notifications_are_right(calls: List[Call]) -> None:
    fields = {
        given["name"]: [entry["id"] for entry in given["inputs"]["fields"]] for given in sent(calls, "credential_type")
    }
    for given in sent(calls, "credential"):
        assert rules.credential(given, fields.get(given["credential_type"], [])) == []
        # They would replace what was entered by hand.
        assert "inputs" not in given
    for given in sent(calls, "execution_environment"):
        assert rules.execution_environment(given) == []
    for given in sent(calls, "notification_template"):
        configuration = given["notification_configuration"]
        # ansible-core 2.18 makes a text of it, and the module a number again.
        numbers = {key: int(value) for key, value in configuration.items() if key in ("port", "timeout")}
        assert rules.notification({**given, "notification_configuration": {**configuration, **numbers}}) == []


def test_job_templates_are_right_and_each_playbook_has_one(calls: List[Call]) -> None:
    listed = rules.playbooks(AWX / "project")
    assert {given["playbook"] for given in sent(calls, "job_template")} == set(listed)
    for given in sent(calls, "job_template"):
        assert rules.job_template(given, listed) == [], given["name"]
    for given in sent(calls, "workflow_job_template"):
        assert rules.survey(given["survey_spec"]) == []


def test_a_playbook_of_the_project_stands_for_one_of_the_collection() -> None:
    for name in set(rules.playbooks(AWX / "project")) - {"cutover.yml", "prune.yml", "verify.yml"}:
        play = safe_load((AWX / "project" / name).read_text(encoding="utf-8"))
        assert [set(entry) for entry in play] == [{"name", "ansible.builtin.import_playbook"}]
        assert play[0]["ansible.builtin.import_playbook"] == "longshore.swr." + name[:-4]
        assert (ROOT / "playbooks" / name).is_file()


def test_schedules_are_right(calls: List[Call]) -> None:
    templates = named(calls, "job_template")
    for given in sent(calls, "schedule"):
        assert rules.schedule(given, templates[given["unified_job_template"]]) == [], given["name"]


def test_the_nodes_of_the_workflow_get_every_required_answer(calls: List[Call]) -> None:
    templates = named(calls, "job_template")
    for node in sent(calls, "workflow_job_template_node"):
        if "unified_job_template" in node:
            assert rules.answers(templates[node["unified_job_template"]].get("survey_spec", {}), {}) == []


def test_a_job_runs_what_was_pushed_before_it_was_launched(calls: List[Call]) -> None:
    """AWX reads nothing again within the time that it may keep what it has read, and says nothing of it."""
    for given in sent(calls, "project"):
        assert (given["scm_update_on_launch"], int(given["scm_update_cache_timeout"])) == (True, 0)
    for given in sent(calls, "inventory_source"):
        assert (given["update_on_launch"], int(given["update_cache_timeout"])) == (True, 0)


def test_slices_are_as_many_as_hosts(calls: List[Call]) -> None:
    shards = safe_load((AWX / "project" / "inventory" / "shards").read_text(encoding="utf-8"))["all"]
    hosts = shards["children"]["migrate_shards"]["hosts"]
    sliced = [given for given in sent(calls, "job_template") if "job_slice_count" in given]
    assert [int(given["job_slice_count"]) for given in sliced] == [len(hosts)] == [shards["vars"]["migrate_shards"]]
    assert sorted(host["migrate_shard"] for host in hosts.values()) == list(range(1, len(hosts) + 1))
    assert {given["inventory"] for given in sliced} == {"SWR shards"}


# The surveys, and the roles behind them.


def plays_of(playbook: str) -> str:
    """The text of a playbook of the project, or of the collection's playbook that it imports."""
    text = (AWX / "project" / playbook).read_text(encoding="utf-8")
    imported = re.findall(r"import_playbook: longshore\.swr\.(\w+)", text)
    return text if not imported else (ROOT / "playbooks" / (imported[0] + ".yml")).read_text(encoding="utf-8")


@cache
def options_of(playbook: str) -> Dict[str, Any]:
    """The options of the roles of a playbook, and the variables of the playbook itself."""
    text = plays_of(playbook)
    found: Dict[str, Any] = {name: {} for name in re.findall(r"\b(?:nodes|verify|prune|migrate)_\w+", text)}
    for role, entry_point in re.findall(r"name: longshore\.swr\.(\w+)\n(?:\s+tasks_from: (\w+))?", text):
        path = ROOT / "roles" / role
        own = safe_load((path / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
        spec = RoleSpec.read(str(path), entry_point or "main")
        found.update({name: spec.options[name] for name in own[entry_point or "main"]["options"]})
    return found


def surveys(calls: List[Call]) -> Iterator[Tuple[Mapping[str, Any], Dict[str, Any]]]:
    """Each survey, with the options of the playbooks whose jobs get its answers."""
    templates = named(calls, "job_template")
    for given in templates.values():
        if "survey_spec" in given:
            yield given["survey_spec"], options_of(given["playbook"])
    nodes = [node.get("unified_job_template") for node in sent(calls, "workflow_job_template_node")]
    together: Dict[str, Any] = {}
    for name in filter(None, nodes):
        together.update(options_of(templates[name]["playbook"]))
    for given in sent(calls, "workflow_job_template"):
        yield given["survey_spec"], together


def test_a_survey_asks_for_what_a_role_knows(calls: List[Call]) -> None:
    for survey, options in surveys(calls):
        for entry in survey["spec"]:
            where = "{0}: {1}".format(survey["name"], entry["variable"])
            assert entry["variable"] in options, where
            option = options[entry["variable"]]
            choices = [choice for choice in option.get("choices", []) if choice != ""]
            if option.get("type") == "bool":
                assert entry["choices"] == ["true", "false"], where
            elif choices:
                assert entry["choices"] == choices, where
            else:
                # With text, an answer may be given in each way that a role understands, and be blank.
                assert entry["type"] in ("text", "textarea") or not option, where
            if option.get("type") == "dict" or option.get("elements") == "dict":
                assert entry["type"] == "textarea", where
            assert not option.get("no_log"), where


def test_every_survey_is_used(calls: List[Call]) -> None:
    files = [safe_load(path.read_text(encoding="utf-8")) for path in (AWX / "surveys").iterdir()]
    assert sorted(files, key=str) == sorted((survey for survey, _options in surveys(calls)), key=str)


def test_the_project_sets_nothing_that_a_survey_asks_for(calls: List[Call]) -> None:
    """An answer overrides the inventory, even an empty one."""
    kept = (AWX / "project" / "inventory").rglob("*")
    text = "\n".join(path.read_text(encoding="utf-8") for path in kept if path.is_file())
    for survey, _options in surveys(calls):
        for entry in survey["spec"]:
            assert not re.search(r"^\s*{0}:".format(entry["variable"]), text, re.MULTILINE), entry["variable"]
