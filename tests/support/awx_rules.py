# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX 24.6.1 accepts, as its API answered: definitions are judged without one.

Each check takes a definition as it is sent and returns what AWX would refuse, or accept and then treat in another way
than was meant; an empty list is good.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

NAME = re.compile(r"[a-zA-Z_]\w*", re.ASCII)
OF_STRINGS = {"secret", "multiline", "format", "choices"}
FIELD_KEYS = {"id", "label", "type", "help_text", "default", "ask_at_runtime"} | OF_STRINGS
# And all that begin with ANSIBLE_
RESERVED_VARIABLES = {
    "VIRTUAL_ENV",
    "PATH",
    "PYTHONPATH",
    "JOB_ID",
    "INVENTORY_ID",
    "INVENTORY_SOURCE_ID",
    "INVENTORY_UPDATE_ID",
    "AD_HOC_COMMAND_ID",
    "REST_API_URL",
    "REST_API_TOKEN",
    "MAX_EVENT_RES",
    "CALLBACK_QUEUE",
    "CALLBACK_CONNECTION",
    "CACHE",
    "JOB_CALLBACK_DEBUG",
    "INVENTORY_HOSTVARS",
    "AWX_HOST",
    "PROJECT_REVISION",
    "SUPERVISOR_CONFIG_PATH",
}
ANSWERS: Dict[str, Any] = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": list,
    "integer": int,
    "float": (int, float),
}
CHOOSING = ("multiplechoice", "multiselect")
CONFIGURATION = {
    "webhook": {
        "url": str,
        "http_method": str,
        "headers": dict,
        "username": str,
        "password": str,
        "disable_ssl_verification": bool,
    },
    "email": {
        "host": str,
        "port": int,
        "username": str,
        "password": str,
        "use_tls": bool,
        "use_ssl": bool,
        "sender": str,
        "recipients": list,
        "timeout": int,
    },
}
APPROVALS = ("running", "approved", "timed_out", "denied")


class _Lazy:
    """What Django translates only when it is shown, such as the explanation of a workflow: no string for C(tojson)."""

    def __str__(self) -> str:
        return ""


# What a message may name, as far as AWX has it for every job. A workflow has no artifacts: at "job.artifacts | tojson",
# AWX's workflow manager fails ("ChainableUndefined is not JSON serializable"), and no workflow ends any more.
JOB = ("id", "name", "status", "job_explanation", "started", "finished", "elapsed")
MESSAGE = {
    "url": "",
    "job_friendly_name": "",
    "job_metadata": "",
    "approval_node_name": "",
    "approval_status": "",
    "workflow_url": "",
    "job": dict(dict.fromkeys(JOB, ""), job_explanation=_Lazy()),
}
_PLAYBOOK = re.compile(r"\s*-?\s*(hosts|(ansible\.builtin\.)?(include|import_playbook)):")


class _Tower:
    """The namespace C(tower) of injectors: C(filename) of one file, or C(filename.NAME) of several."""

    def __init__(self, names: Sequence[str]) -> None:
        self.filename: Any = "/a/file" if list(names) == ["template"] else _Files(names)

    def __str__(self) -> str:
        raise jinja2.UndefinedError("tower is no value")


class _Files:
    def __init__(self, names: Sequence[str]) -> None:
        self.__dict__.update({name.split(".")[1]: "/a/file" for name in names if "." in name})

    def __str__(self) -> str:
        raise jinja2.UndefinedError("no file without a name is injected")


def _rendered(text: str, variables: Mapping[str, Any]) -> str:
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    return environment.from_string(text).render(**variables)


def _template(text: Any, variables: Mapping[str, Any], where: str) -> Iterator[str]:
    if not isinstance(text, str):
        yield "{0}: no string".format(where)
        return
    try:
        _rendered(text, variables)
    except (jinja2.TemplateError, TypeError) as error:
        yield "{0}: {1}".format(where, error)


def credential_type(given: Mapping[str, Any]) -> List[str]:
    found = [] if given.get("kind") in ("cloud", "net") else ["kind: cloud or net"]
    inputs = given.get("inputs", {})
    found += ["inputs: {0} is unknown".format(name) for name in set(inputs) - {"fields", "required"}]
    fields = inputs.get("fields", [])
    ids = [entry.get("id") for entry in fields]
    found += [
        "inputs: {0} is required, and no field".format(name) for name in set(inputs.get("required", [])) - set(ids)
    ]
    found += ["inputs: {0} is there twice".format(name) for name in set(ids) if ids.count(name) > 1]
    for entry in fields:
        found += ["inputs: {0}: {1}".format(entry.get("id"), what) for what in _field(entry)]
    injectors = given.get("injectors", {})
    found += ["injectors: {0} is not wanted".format(name) for name in set(injectors) - {"file", "env"}]
    files = list(injectors.get("file", {}))
    found += ["injectors: {0} is no name of a file".format(name) for name in files if not _is_file(name)]
    if "template" in files and len(files) > 1:
        found.append("injectors: several files need names, such as template.key")
    variables: Dict[str, Any] = dict.fromkeys(ids, "x")
    if files:
        variables["tower"] = _Tower(files)
    for name, text in injectors.get("file", {}).items():
        found += _template(text, variables, "injectors: " + name)
    for name, text in injectors.get("env", {}).items():
        if not NAME.fullmatch(name) or name.startswith("ANSIBLE_") or name in RESERVED_VARIABLES:
            found.append("injectors: {0} is no variable that may be set".format(name))
        if isinstance(text, str) and not text.isascii():
            found.append("injectors: {0}: not ASCII".format(name))
        found += _template(text, variables, "injectors: " + name)
    return found


def _is_file(name: str) -> bool:
    first, dot, rest = name.partition(".")
    return first == "template" and (not dot or NAME.fullmatch(rest) is not None)


def _field(entry: Mapping[str, Any]) -> Iterator[str]:
    for key in set(entry) - FIELD_KEYS:
        yield "{0} is unknown".format(key)
    for key in {"id", "label"} - set(entry):
        yield "no {0}".format(key)
    if not NAME.fullmatch(str(entry.get("id"))) or entry.get("id") == "tower":
        yield "no id that may be used"
    kind = entry.get("type", "string")
    if kind not in ("string", "boolean"):
        yield "type: string or boolean"
    elif kind == "boolean" and OF_STRINGS & set(entry):
        yield "only for strings: {0}".format(", ".join(sorted(OF_STRINGS & set(entry))))
    elif "default" in entry and type(entry["default"]) is not {"string": str, "boolean": bool}[kind]:
        yield "default: no {0}".format(kind)
    if entry.get("format", "url") not in ("url", "ssh_private_key"):
        yield "format: url or ssh_private_key"


def survey(spec: Mapping[str, Any]) -> List[str]:
    found = ["{0}: a string".format(name) for name in ("name", "description") if not isinstance(spec.get(name), str)]
    questions = spec.get("spec")
    if not isinstance(questions, list) or not questions:
        return found + ["spec: a list with questions"]
    names = [entry.get("variable") for entry in questions]
    found += ["{0} is asked for twice".format(name) for name in set(names) if names.count(name) > 1]
    for entry in questions:
        found += ["{0}: {1}".format(entry.get("variable"), what) for what in _question(entry)]
    return found


def _question(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, kind in {"type": str, "question_name": str, "variable": str, "required": bool}.items():
        if not isinstance(entry.get(key), kind):
            yield "{0}: a {1}".format(key, kind.__name__)
    # AWX accepts any name, and Ansible then none but these.
    if not NAME.fullmatch(str(entry.get("variable"))):
        yield "no name of a variable"
    if entry.get("type") not in ANSWERS:
        yield "type: one of {0}".format(", ".join(ANSWERS))
        return
    for key in ("min", "max"):
        if entry.get(key) is not None and not isinstance(entry[key], int):
            yield "{0}: an integer".format(key)
    yield from _choices(entry)
    yield from _default(entry)


def _choices(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry["type"] not in CHOOSING:
        return
    if not choices_of(entry):
        yield "choices: at least one"
    elif not all(isinstance(choice, str) for choice in choices_of(entry)):
        yield "choices: strings"


def choices_of(entry: Mapping[str, Any]) -> List[Any]:
    choices = entry.get("choices", [])
    return choices.splitlines() if isinstance(choices, str) else list(choices)


def _default(entry: Mapping[str, Any]) -> Iterator[str]:
    if "default" not in entry:
        return
    default, kind = entry["default"], entry["type"]
    if default == "":
        # It becomes an answer, which overrides the inventory.
        if kind not in ("integer", "float"):
            yield "default: an empty one hides the inventory's value"
        return
    if not isinstance(default, str if kind == "multiselect" else ANSWERS[kind]) or isinstance(default, bool):
        yield "default: of the wrong type"
    elif kind in CHOOSING and set(default.splitlines()) - set(choices_of(entry)):
        yield "default: not among the choices"
    elif kind == "multiplechoice" and len(default.splitlines()) > 1:
        yield "default: only one"


def answers(spec: Mapping[str, Any], given: Mapping[str, Any]) -> List[str]:
    """Of a launch through the API, a schedule, a webhook or a workflow: there, a default answers nothing."""
    found = []
    for entry in spec.get("spec", []):
        name, kind, choices = entry["variable"], entry["type"], set(choices_of(entry))
        if name not in given:
            found += ["{0}: no answer".format(name)] if entry["required"] else []
        elif not isinstance(given[name], ANSWERS[kind]) or isinstance(given[name], bool):
            found.append("{0}: of the wrong type".format(name))
        elif kind in CHOOSING and set([given[name]] if isinstance(given[name], str) else given[name]) - choices:
            found.append("{0}: not among the choices".format(name))
    return found


PROMPTS = {
    "credentials": "ask_credential_on_launch",
    "job_type": "ask_job_type_on_launch",
    "limit": "ask_limit_on_launch",
    "job_tags": "ask_tags_on_launch",
}
"""What a schedule may set, if the template asks for it."""


def job_template(given: Mapping[str, Any], playbooks: Sequence[str], overridable: bool = False) -> List[str]:
    """
    :param playbooks: those that AWX lists of the project.
    :param overridable: whether the project has allow_override.
    """
    found = []
    if given.get("playbook") not in playbooks and not overridable:
        found.append("playbook: not in the project")
    if not given.get("inventory") and not given.get("ask_inventory_on_launch"):
        found.append("inventory: none, and not asked for")
    if not 0 <= given.get("verbosity", 0) <= 5:
        found.append("verbosity: 0 to 5")
    if not 0 <= int(given.get("forks", 0)) <= 200:
        found.append("forks: 200 at most")
    if int(given.get("job_slice_count", 1)) < 0:
        found.append("job_slice_count: not negative")
    if given.get("scm_branch") and not overridable:
        found.append("scm_branch: the project does not allow it")
    if given.get("webhook_service", "") not in ("", "github", "gitlab", "bitbucket_dc"):
        found.append("webhook_service: unknown")
    if not isinstance(given.get("extra_vars", {}), dict):
        found.append("extra_vars: a mapping")
    if given.get("job_type", "run") not in ("run", "check"):
        found.append("job_type: run or check")
    if bool(given.get("survey_enabled")) != bool(given.get("survey_spec")):
        found.append("survey_enabled: only with a survey, which is hidden without it")
    return found + (survey(given["survey_spec"]) if given.get("survey_spec") else [])


def schedule(given: Mapping[str, Any], template: Mapping[str, Any]) -> List[str]:
    rule = given["rrule"]
    found = []
    starts = re.findall(r"DTSTART((?:;TZID=[^:\s]+)?:\d{8}T\d{6}Z?)", rule)
    if len(starts) != 1:
        found.append("rrule: one DTSTART")
    elif not starts[0].endswith("Z") and "TZID" not in starts[0]:
        found.append("rrule: DTSTART without a time zone")
    parts = re.findall(r"(?<!EX)RULE:(\S*)", rule)
    if not parts:
        found.append("rrule: no RRULE")
    for part in parts:
        values = dict(piece.split("=", 1) for piece in part.rstrip(";").split(";"))
        if "INTERVAL" not in values:
            found.append("rrule: no INTERVAL")
        if values.get("FREQ") not in ("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
            found.append("rrule: a FREQ that is not supported")
        if int(values.get("COUNT", 0)) > 999 or {"COUNT", "UNTIL"} <= set(values):
            found.append("rrule: COUNT up to 999, and without UNTIL")
        if re.search(r"\d", values.get("BYDAY", "")):
            found.append("rrule: BYDAY with a number")
    if re.search("EXDATE|RDATE", rule):
        found.append("rrule: no single dates")
    found += [
        "{0}: not asked for on launch".format(k) for k, ask in PROMPTS.items() if k in given and not template.get(ask)
    ]
    spec = template.get("survey_spec") or {}
    asked = {entry["variable"] for entry in spec.get("spec", [])}
    given_data = given.get("extra_data", {})
    if not template.get("ask_variables_on_launch"):
        found += ["{0}: not asked for on launch".format(name) for name in set(given_data) - asked]
    return found + answers(spec, given_data)


def notification(given: Mapping[str, Any]) -> List[str]:
    kinds = CONFIGURATION.get(given.get("notification_type", ""))
    if kinds is None:
        return ["notification_type: one of {0}".format(", ".join(CONFIGURATION))]
    values = given.get("notification_configuration", {})
    found = ["{0}: unknown".format(name) for name in set(values) - set(kinds)]
    for name, kind in kinds.items():
        if name not in values:
            found.append("{0}: missing".format(name))
        elif type(values[name]) is not kind or (kind is list and not values[name]):
            found.append("{0}: a {1}".format(name, kind.__name__))
    if values.get("http_method", "POST").upper() not in ("POST", "PUT"):
        found.append("http_method: POST or PUT")
    return found + list(_messages(given.get("messages") or {}))


def _messages(messages: Mapping[str, Any]) -> Iterator[str]:
    for name, event in messages.items():
        if name not in ("started", "success", "error", "workflow_approval"):
            yield "messages: {0} is unknown".format(name)
            continue
        parts = event or {}
        if name == "workflow_approval":
            for which in set(parts) - set(APPROVALS):
                yield "messages: {0} is unknown".format(which)
            parts = {
                "{0} {1}".format(which, key): text for which in parts for key, text in (parts[which] or {}).items()
            }
        for key, text in parts.items():
            kind = key.split()[-1]
            if kind not in ("message", "body"):
                yield "messages: {0} is unknown".format(key)
            elif text is not None:
                yield from _template(text, MESSAGE, "messages: {0} {1}".format(name, key))
                if kind == "message" and "\n" in str(text):
                    yield "messages: {0} {1}: one line".format(name, key)


def execution_environment(given: Mapping[str, Any]) -> List[str]:
    found = ["image: without {0}".format(given["image"].split("//")[0])] if "://" in given["image"] else []
    return found + ([] if given.get("pull", "") in ("", "always", "missing", "never") else ["pull: unknown"])


def credential(given: Mapping[str, Any], fields: Sequence[str]) -> List[str]:
    inputs = given.get("inputs") or {}
    found = ["{0}: no input of the type".format(name) for name in set(inputs) - set(fields)]
    return found + ["{0}: a string".format(name) for name in inputs if not isinstance(inputs[name], str)]


def playbooks(folder: Path) -> List[str]:
    """What AWX lists of a project."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(
            part.startswith(".") or part in ("roles", "tasks", "group_vars", "host_vars") for part in parts[:-1]
        )
        if hidden or path.suffix not in (".yml", ".yaml") or not path.is_file():
            continue
        lines = path.read_text(encoding="utf-8", errors="ignore").splitlines()
        if lines and (lines[0].startswith("$ANSIBLE_VAULT;") or any(_PLAYBOOK.match(line) for line in lines)):
            found.append("/".join(parts))
    return found
