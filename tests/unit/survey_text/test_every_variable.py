# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of every role as a survey of AWX gives it: as a text, and as an empty one for no answer."""

from __future__ import annotations

import json
import re
from typing import Any, List, Mapping, Optional, Set

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.release import __version__ as core

from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import (
    FARTHEST,
    OTHERS,
    RoleSpec,
    distance,
)
from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load
from ansible_collections.longshore.swr.tests.support.role_entries import ENTRIES, ROOT, Entry

# What Ansible itself puts into a result, and what a dictionary has by itself.
TAKEN = {"changed", "failed", "skipped", "unreachable", "msg", "warnings", "deprecations", "exception", "results"}
WORDS = {"int": "An integer.", "float": "A number.", "bool": "A boolean.", "dict": "A mapping.", "list": "A list."}
LONG = "A list of mappings."

each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.where)


def sample(option: Mapping[str, Any]) -> Any:
    """A value of an option's real type, with every option inside."""
    if "options" in option:
        inside = {name: sample(inner) for name, inner in option["options"].items()}
        return [inside] if option["type"] == "list" else inside
    if option.get("type") == "list":
        return list(option.get("choices", ["one", "two"]))
    if "choices" in option:
        return option["choices"][-1]
    kinds = {"int": 7, "float": 1.5, "bool": True, "dict": {"name": "value"}, "raw": "3"}
    return kinds.get(option.get("type", "str"), "/some/text")


def texts(value: Any) -> List[str]:
    """What a survey, and who fills it in, make of a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (bool, int, float)):
        return [json.dumps(value), str(value)]
    found = [json.dumps(value), json.dumps(value, indent=2), yaml.safe_dump(value), yaml.safe_dump(value, indent=4)]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        found += [",".join(value), ", ".join(value), "\n".join(value) + "\n"]
    return found


def refused_by_ansible(entry: Entry, values: Mapping[str, Any]) -> List[str]:
    """What Ansible says before the first task of the role."""
    own = {name: value for name, value in values.items() if name in entry.documented}
    return list(ArgumentSpecValidator(entry.documented).validate(own).error_messages)


@each_entry
def test_a_text_means_its_value(entry: Entry) -> None:
    values = {name: sample(option) for name, option in entry.spec.options.items()}
    expected = entry.spec.check(values)
    assert set(expected) >= set(entry.documented)
    for name in entry.documented:
        value = values[name]
        for text in texts(value):
            given = {**values, name: text}
            assert refused_by_ansible(entry, given) == []
            assert entry.spec.check(given) == expected, "{0}: {1!r}".format(name, text)


# AWX writes C(!unsafe ''), which ansible-core 2.18 reads as a text, and 2.19 and later as null.
@pytest.mark.parametrize("blank", [""] if core.startswith("2.18.") else ["", None])
@each_entry
def test_an_empty_text_is_not_set(entry: Entry, blank: Optional[str]) -> None:
    required = {name for name, option in entry.documented.items() if option.get("required")}
    empty = {name: blank if name not in required else "3" for name in entry.documented}
    assert refused_by_ansible(entry, empty) == []
    assert set(entry.spec.check(empty)) == required
    for name in required:
        with pytest.raises(ValueError, match=name):
            entry.spec.check({**empty, name: blank})


@each_entry
def test_a_wrong_text_is_refused_by_name_and_no_secret_is_told(entry: Entry) -> None:
    for name, option in entry.spec.options.items():
        if option["type"] in ("str", "raw") and "choices" not in option:
            continue
        if option["type"] == "list" and option.get("elements") == "str" and "choices" not in option:
            continue
        with pytest.raises(ValueError, match=name) as caught:
            entry.spec.check({name: "[of-no-kind: {"})
        message = str(caught.value)
        assert not option.get("no_log") or "of-no-kind" not in message
        # What it is, and what to write, without the types of Python.
        assert re.search(r": write |must be one |is missing|line [0-9]", message), message
        assert not re.search(r"\btype\b|class|str\b|convert", message.replace(name, "")), message


@each_entry
def test_the_documentation_says_what_the_type_is(entry: Entry) -> None:
    for name, option in entry.documented.items():
        real = entry.spec.options[name]
        if option["type"] == real["type"] or option["type"] == "path":
            continue
        said = option["description"][-1]
        wanted = LONG if real.get("elements") == "dict" else WORDS.get(real["type"])
        assert said == wanted or all("V({0})".format(choice) in said for choice in real["choices"]), name


@each_entry
def test_defaults_are_what_the_role_has(entry: Entry) -> None:
    path = ROOT / "roles" / entry.role / "defaults" / "main.yml"
    defaults = safe_load(path.read_text(encoding="utf-8"))
    documented = {name: option["default"] for name, option in entry.documented.items() if "default" in option}
    assert {name: defaults.get(name) for name in documented} == documented


@each_entry
def test_a_name_collides_with_nothing(entry: Entry) -> None:
    short = {name[len(entry.spec.prefix) :] for name in entry.documented}
    assert not short & (TAKEN | set(dir(dict)))
    assert all(name.startswith(entry.spec.prefix) for name in entry.documented)


def test_an_option_inside_may_be_an_empty_text() -> None:
    spec = RoleSpec.read(str(ROOT / "roles" / "harbor"), "main")
    rule = {"name": "all", "tags": "", "cron": None, "speed": "", "labels": ["a"], "enabled": "false"}
    assert spec.check({"harbor_rules": [rule]}) == {
        "harbor_rules": [{"name": "all", "labels": ["a"], "enabled": False}]
    }


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("bind_key", "5.5", "bind_key: it is a number without quotes: write a mapping"),
        ("bind_key", ["the-survey-secret"], "bind_key: it is a list: write a mapping"),
        ("bind_key", {"name": "a", 1: "b"}, 'bind_key: "1" is unknown: write one of algorithm, name, secret'),
        ("bind_regions", "{region: a}", "bind_regions: it is a mapping: write a list of mappings"),
        ("bind_regions", [{"region": "a"}, "b"], "bind_regions: item 2: it is a string: write a mapping"),
        ("bind_zones", [{"name": "a", "records": [5]}], "bind_zones: item 1: records: item 1: it is a number"),
        ("bind_zones", [{"name": "a", "records": [{"nmae": "b"}]}], 'records: item 1: "nmae" is unknown: write name'),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_place(name: str, value: Any, words: str) -> None:
    spec = RoleSpec.read(str(ROOT / "roles" / "bind"), "main")
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        spec.check({name: value})
    assert "the-survey-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("migrate_force", "ture", 'migrate_force: it is "ture": write true or false'),
        ("migrate_force", 5, 'migrate_force: it is "5": write true or false'),
        ("migrate_force", [True], "migrate_force: it is a list: write true or false"),
        ("migrate_workers", "8 workers", 'migrate_workers: it is "8 workers": write an integer, such as 8'),
        ("migrate_workers", "8.5", 'migrate_workers: it is "8.5": write an integer, such as 8'),
        ("migrate_retry_delay", "1,5", 'migrate_retry_delay: it is "1,5": write a number, such as 8 or 1.5'),
        ("migrate_retry_delay", "nan", 'migrate_retry_delay: it is "nan": write a number, such as 8 or 1.5'),
        ("migrate_retry_delay", "1e999", 'migrate_retry_delay: it is "1e999": write a number, such as 8 or 1.5'),
    ],
)
def test_a_wrong_number_or_boolean_is_named_with_what_to_write(name: str, value: Any, words: str) -> None:
    spec = RoleSpec.read(str(ROOT / "roles" / "migrate"), "main")
    with pytest.raises(ValueError, match=re.escape(words) + "$"):
        spec.check({name: value})


def test_every_wrong_answer_is_reported_at_once() -> None:
    spec = RoleSpec.read(str(ROOT / "roles" / "harbor"), "main")
    with pytest.raises(ValueError, match="harbor_rules") as caught:
        spec.check({"harbor_rules": [{"name": "all", "enabled": "ja"}], "harbor_timeout": "soon", "harbor_url": "x"})
    assert str(caught.value) == (
        'harbor_rules: item 1: enabled: it is "ja": write true or false; '
        'harbor_timeout: it is "soon": write a number, such as 8 or 1.5'
    )


@pytest.mark.parametrize("wrong", ["migrate_regoin", "migrate_region_", "migrate_wrokers", "migrate_image_file"])
def test_a_misspelt_name_is_found(wrong: str) -> None:
    spec = RoleSpec.read(str(ROOT / "roles" / "migrate"), "merge")
    near = {"migrate_regoin": "region", "migrate_region_": "region", "migrate_wrokers": "workers"}
    assert spec.misspelt([wrong, "migrate_region"]) == [
        "{0} is no variable of the role: write migrate_{1}".format(wrong, near.get(wrong, "images_file"))
    ]


@pytest.mark.parametrize("name", ["migrate_result", "migrate_hosts", "migrate_database", "region", "my_migrate_regoin"])
def test_a_name_of_somebody_else_is_left_alone(name: str) -> None:
    assert RoleSpec.read(str(ROOT / "roles" / "migrate"), "main").misspelt([name]) == []


def used_names() -> Set[str]:
    """Every name that a playbook, a task or a page of the collection uses and that begins as a role's variables do."""
    prefix = "|".join(sorted({entry.role for entry in ENTRIES}))
    pattern = re.compile(r"(?<![\w./-])(?:{0})_[a-z_]+\b(?![(/])".format(prefix))
    found = set()
    for folder, suffix in (("playbooks", "yml"), ("roles", "yml"), ("docs/docsite/rst", "rst"), ("roles", "md")):
        for path in (ROOT / folder).rglob("*." + suffix):
            found.update(pattern.findall(path.read_text(encoding="utf-8")))
    # Playbooks have names too, and Terraform has an attribute, from which a guide leads here.
    return found - {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {"network_id"}


def test_the_collection_itself_misspells_nothing() -> None:
    near = set()
    for entry in ENTRIES:
        theirs = {name for name in used_names() if name.startswith(entry.spec.prefix)} - set(entry.spec.options)
        near |= {name for name in theirs if any(distance(name, one) <= FARTHEST for one in entry.spec.options)}
    assert near == OTHERS
