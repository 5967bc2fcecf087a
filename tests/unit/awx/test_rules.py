# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of AWX finds its wrong example, and nothing in the right one."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.support import awx_rules as rules

TYPE: Dict[str, Any] = {
    "kind": "cloud",
    "inputs": {
        "fields": [
            {"id": "key", "label": "Key", "type": "string", "secret": True, "multiline": True},
            {"id": "check", "label": "Check", "type": "boolean", "default": True},
        ],
        "required": ["key"],
    },
    "injectors": {
        "file": {"template.key": "{{ key }}"},
        "env": {"A_KEY": "{{ key | default('') }}", "A_FILE": "{{ tower.filename.key }}"},
    },
}
TEXT: Dict[str, Any] = {"question_name": "Text", "variable": "text", "type": "text", "required": False}
CHOICE: Dict[str, Any] = {
    "question_name": "Choice",
    "variable": "choice",
    "type": "multiplechoice",
    "choices": ["true", "false"],
    "required": True,
    "default": "false",
}
NUMBER: Dict[str, Any] = {"question_name": "N", "variable": "number", "type": "integer", "required": False, "min": 1}
SEVERAL: Dict[str, Any] = {
    "question_name": "Several",
    "variable": "several",
    "type": "multiselect",
    "choices": "a\nb",
    "required": False,
    "default": "a\nb",
}
SURVEY: Dict[str, Any] = {"name": "", "description": "", "spec": [TEXT, CHOICE, NUMBER, SEVERAL]}
TEMPLATE: Dict[str, Any] = {
    "playbook": "migrate.yml",
    "inventory": "All",
    "verbosity": 5,
    "forks": 200,
    "job_slice_count": 9,
    "job_type": "check",
    "webhook_service": "gitlab",
    "extra_vars": {"a": "b"},
    "ask_limit_on_launch": True,
    "survey_enabled": True,
    "survey_spec": SURVEY,
}
DAILY = "DTSTART;TZID=Europe/Berlin:20260101T013000 RRULE:FREQ=DAILY;INTERVAL=1"
SCHEDULE: Dict[str, Any] = {"rrule": DAILY, "extra_data": {"choice": "true"}, "limit": "a"}
WEBHOOK: Dict[str, Any] = {
    "notification_type": "webhook",
    "notification_configuration": {
        "url": "https://chat.example.com",
        "http_method": "post",
        "headers": {},
        "username": "",
        "password": "",
        "disable_ssl_verification": False,
    },
    "messages": {
        "started": None,
        "success": {"message": "{{ job.name }}", "body": "{{ job.artifacts | default({}) | tojson }}"},
    },
}
MAIL: Dict[str, Any] = {
    "notification_type": "email",
    "notification_configuration": {
        "host": "mail.example.com",
        "port": 25,
        "username": "",
        "password": "",
        "use_tls": False,
        "use_ssl": False,
        "sender": "awx@example.com",
        "recipients": ["a@example.com"],
        "timeout": 30,
    },
    "messages": {"workflow_approval": {"running": {"message": "{{ approval_node_name }}"}, "denied": None}},
}

Path_ = Tuple[Any, ...]
GONE = object()


def changed(given: Dict[str, Any], where: Path_, value: Any) -> Dict[str, Any]:
    copy = deepcopy(given)
    inner: Any = copy
    for key in where[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    return copy


def template(given: Dict[str, Any]) -> List[str]:
    return rules.job_template(given, ["migrate.yml"])


def schedule(given: Dict[str, Any]) -> List[str]:
    return rules.schedule(given, TEMPLATE)


RIGHT: List[Tuple[Callable[[Dict[str, Any]], List[str]], Dict[str, Any]]] = [
    (rules.credential_type, TYPE),
    (rules.survey, SURVEY),
    (template, TEMPLATE),
    (schedule, SCHEDULE),
    (rules.notification, WEBHOOK),
    (rules.notification, MAIL),
]


@pytest.mark.parametrize(("check", "given"), RIGHT)
def test_the_right_example_is_right(check: Callable[[Dict[str, Any]], List[str]], given: Dict[str, Any]) -> None:
    assert check(given) == []


FIELD = ("inputs", "fields", 0)
BOOLEAN = ("inputs", "fields", 1)
ENV = ("injectors", "env")
FILE = ("injectors", "file")


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (("kind",), "ssh", "kind"),
        (("inputs", "dependencies"), {}, "dependencies is unknown"),
        ((*FIELD, "hint"), "x", "hint is unknown"),
        ((*FIELD, "label"), GONE, "no label"),
        ((*FIELD, "type"), "integer", "string or boolean"),
        ((*FIELD, "default"), True, "no string"),
        ((*FIELD, "format"), "email", "format"),
        ((*FIELD, "id"), "tower", "no id"),
        ((*FIELD, "id"), "a-b", "no id"),
        ((*FIELD, "id"), "check", "twice"),
        ((*BOOLEAN, "secret"), True, "only for strings: secret"),
        ((*BOOLEAN, "choices"), ["a"], "only for strings: choices"),
        ((*BOOLEAN, "default"), "true", "no boolean"),
        (("inputs", "required"), ["keey"], "keey is required, and no field"),
        (("injectors", "extra_vars"), {"a": "b"}, "extra_vars is not wanted"),
        ((*ENV, "ANSIBLE_CONFIG"), "x", "ANSIBLE_CONFIG"),
        ((*ENV, "PATH"), "x", "PATH"),
        ((*ENV, "CACHE"), "x", "CACHE"),
        ((*ENV, "A-KEY"), "x", "A-KEY"),
        ((*ENV, "A_KEY"), "clé", "not ASCII"),
        ((*ENV, "A_KEY"), "{{ kee }}", "kee"),
        ((*ENV, "A_KEY"), "{{ key | b64encode }}", "b64encode"),
        ((*ENV, "A_KEY"), "{{ key", "A_KEY"),
        ((*ENV, "A_KEY"), 5, "no string"),
        ((*ENV, "A_KEY"), "{{ ''.__class__.__mro__ }}", "A_KEY"),
        ((*ENV, "A_FILE"), "{{ tower.filename }}", "no file without a name"),
        ((*ENV, "A_FILE"), "{{ tower.filename.other }}", "other"),
        ((*ENV, "A_FILE"), "{{ tower }}", "tower is no value"),
        ((*FILE, "template"), "x", "several files need names"),
        ((*FILE, "templates.key"), "x", "templates.key is no name"),
        ((*FILE, "template.key"), "{{ kee }}", "kee"),
    ],
)
def test_of_credential_types(where: Path_, value: Any, words: str) -> None:
    assert words in "; ".join(rules.credential_type(changed(TYPE, where, value)))


def test_one_file_needs_no_name() -> None:
    one = {"file": {"template": "{{ key }}"}, "env": {"A_FILE": "{{ tower.filename }}"}}
    assert rules.credential_type({**TYPE, "injectors": one}) == []


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (("name",), GONE, "name: a string"),
        (("description",), None, "description: a string"),
        (("spec",), [], "a list with questions"),
        (("spec", 0, "type"), "boolean", "type: one of"),
        (("spec", 0, "question_name"), GONE, "question_name"),
        (("spec", 0, "required"), "false", "required: a bool"),
        (("spec", 0, "variable"), "choice", "asked for twice"),
        (("spec", 0, "variable"), "a-b c", "no name of a variable"),
        (("spec", 0, "default"), "", "hides the inventory's value"),
        (("spec", 0, "default"), 5, "default: of the wrong type"),
        (("spec", 1, "choices"), GONE, "choices: at least one"),
        (("spec", 1, "choices"), [True, False], "choices: strings"),
        (("spec", 1, "default"), False, "default: of the wrong type"),
        (("spec", 1, "default"), "no", "default: not among"),
        (("spec", 1, "default"), "true\nfalse", "default: only one"),
        (("spec", 2, "default"), "5", "default: of the wrong type"),
        (("spec", 2, "min"), 0.5, "min: an integer"),
        (("spec", 2, "max"), "9", "max: an integer"),
        (("spec", 3, "default"), ["a"], "default: of the wrong type"),
        (("spec", 3, "default"), "a\nc", "default: not among"),
    ],
)
def test_of_surveys(where: Path_, value: Any, words: str) -> None:
    assert words in "; ".join(rules.survey(changed(SURVEY, where, value)))
    assert words in "; ".join(template(changed(TEMPLATE, ("survey_spec", *where), value)))


def test_a_number_may_have_an_empty_default() -> None:
    assert rules.survey(changed(SURVEY, ("spec", 2, "default"), "")) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "choice: no answer"),
        ({"choice": True}, "choice: of the wrong type"),
        ({"choice": "yes"}, "choice: not among"),
        ({"choice": ""}, "choice: not among"),
        ({"choice": "true", "number": "8"}, "number: of the wrong type"),
        ({"choice": "true", "text": {"a": "b"}}, "text: of the wrong type"),
        ({"choice": "true", "several": "a"}, "several: of the wrong type"),
        ({"choice": "true", "several": ["c"]}, "several: not among"),
    ],
)
def test_of_answers(given: Dict[str, Any], words: str) -> None:
    assert words in "; ".join(rules.answers(SURVEY, given))
    assert words in "; ".join(schedule({**SCHEDULE, "extra_data": given}))


def test_right_answers() -> None:
    assert rules.answers(SURVEY, {"choice": "true", "number": 8, "text": "", "several": ["a"]}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("playbook", "longshore.swr.migrate"),
        ("inventory", ""),
        ("verbosity", 6),
        ("forks", 201),
        ("job_slice_count", -1),
        ("scm_branch", "main"),
        ("webhook_service", "gitea"),
        ("extra_vars", "a: b"),
        ("job_type", "scan"),
        ("survey_enabled", False),
    ],
)
def test_of_job_templates(name: str, value: Any) -> None:
    assert template({**TEMPLATE, name: value})[0].startswith(name)


def test_a_project_may_allow_any_playbook_and_branch() -> None:
    free = {**TEMPLATE, "playbook": "longshore.swr.migrate", "scm_branch": "main"}
    assert rules.job_template(free, [], overridable=True) == []
    assert rules.job_template({**TEMPLATE, "inventory": "", "ask_inventory_on_launch": True}, ["migrate.yml"]) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("RRULE:FREQ=DAILY;INTERVAL=1", "one DTSTART"),
        (DAILY + " DTSTART:20260101T013000Z", "one DTSTART"),
        ("DTSTART:20260101T013000 RRULE:FREQ=DAILY;INTERVAL=1", "without a time zone"),
        ("DTSTART:20260101T013000Z", "no RRULE"),
        ("DTSTART:20260101T013000Z RRULE:FREQ=DAILY", "no INTERVAL"),
        ("DTSTART:20260101T013000Z RRULE:FREQ=SECONDLY;INTERVAL=30", "FREQ"),
        (DAILY + ";COUNT=1000", "COUNT"),
        (DAILY + ";COUNT=9;UNTIL=20270101T000000Z", "COUNT"),
        ("DTSTART:20260101T013000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=2SU", "BYDAY"),
        (DAILY + " EXDATE:20260102T013000Z", "single dates"),
    ],
)
def test_of_recurrences(rule: str, words: str) -> None:
    assert words in "; ".join(schedule({**SCHEDULE, "rrule": rule}))


def test_a_recurrence_may_end() -> None:
    assert schedule({**SCHEDULE, "rrule": DAILY + ";COUNT=999"}) == []
    assert schedule({**SCHEDULE, "rrule": DAILY + ";BYDAY=MO,TU;UNTIL=20270101T000000Z"}) == []


@pytest.mark.parametrize("name", ["job_tags", "job_type", "credentials"])
def test_a_schedule_sets_only_what_the_template_asks_for(name: str) -> None:
    assert schedule({**SCHEDULE, name: "x"}) == ["{0}: not asked for on launch".format(name)]
    assert schedule({**SCHEDULE, "extra_data": {"choice": "true", "other": "x"}}) == ["other: not asked for on launch"]


@pytest.mark.parametrize(
    ("given", "where", "value", "words"),
    [
        (WEBHOOK, ("notification_type",), "carrier pigeon", "notification_type"),
        (WEBHOOK, ("notification_configuration", "url"), GONE, "url: missing"),
        (WEBHOOK, ("notification_configuration", "headers"), "{}", "headers: a dict"),
        (WEBHOOK, ("notification_configuration", "http_method"), "GET", "POST or PUT"),
        (WEBHOOK, ("notification_configuration", "colour"), "red", "colour: unknown"),
        (MAIL, ("notification_configuration", "port"), "25", "port: a int"),
        (MAIL, ("notification_configuration", "use_tls"), GONE, "use_tls: missing"),
        (MAIL, ("notification_configuration", "recipients"), [], "recipients: a list"),
        (WEBHOOK, ("messages", "failed"), {}, "failed is unknown"),
        (WEBHOOK, ("messages", "success", "title"), "x", "title is unknown"),
        (WEBHOOK, ("messages", "success", "message"), "a\nb", "one line"),
        (WEBHOOK, ("messages", "success", "body"), "{{ job.weather }}", "weather"),
        (WEBHOOK, ("messages", "success", "body"), "{{ job.artifacts | tojson }}", "serializable"),
        (WEBHOOK, ("messages", "success", "body"), "{{ job.job_explanation | tojson }}", "serializable"),
        (MAIL, ("messages", "workflow_approval", "waiting"), {}, "waiting is unknown"),
        (MAIL, ("messages", "workflow_approval", "running", "message"), "{{ node }}", "node"),
    ],
)
def test_of_notifications(given: Dict[str, Any], where: Path_, value: Any, words: str) -> None:
    assert words in "; ".join(rules.notification(changed(given, where, value)))


def test_of_execution_environments_and_credentials() -> None:
    image = "registry.example.com/ee@sha256:" + 64 * "0"
    assert rules.execution_environment({"image": image, "pull": "always"}) == []
    assert rules.execution_environment({"image": "https://" + image}) == ["image: without https:"]
    assert rules.execution_environment({"image": image, "pull": "sometimes"}) == ["pull: unknown"]
    assert rules.credential({"inputs": {"key": "x"}}, ["key"]) == []
    assert rules.credential({}, ["key"]) == []
    assert rules.credential({"inputs": {"keey": "x"}}, ["key"]) == ["keey: no input of the type"]
    assert rules.credential({"inputs": {"key": True}}, ["key"]) == ["key: a string"]


@pytest.mark.parametrize(
    ("name", "text", "listed"),
    [
        ("site.yml", "- name: All\n  hosts: all\n", True),
        ("site.yaml", "- ansible.builtin.import_playbook: a.b.c\n", True),
        ("deep/site.yml", "- import_playbook: other.yml\n", True),
        ("vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n61\n", True),
        # Not meant as playbooks, but AWX takes them for some.
        ("inventory/hosts.yml", "all:\n  hosts:\n    a:\n", True),
        ("inventory/hosts", "all:\n  hosts:\n    a:\n", False),
        ("roles/a/tests/test.yml", "- hosts: all\n", False),
        ("tasks/a.yml", "hosts: all\n", False),
        ("group_vars/all.yml", "hosts: all\n", False),
        (".github/a.yml", "- hosts: all\n", False),
        ("images.yml", "docker.io/library/alpine:3.20: ''\n", False),
        ("vars.yml", "my_hosts: all\n", False),
    ],
)
def test_what_is_listed_as_a_playbook(tmp_path: Path, name: str, text: str, listed: bool) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert rules.playbooks(tmp_path) == ([name] if listed else [])
