# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges examples without running them: what they name exists, and takes these values.

An example is YAML (plays, tasks, variables, an inventory, rules, logins) or the commands of a shell. Templates have an
unknown value, which passes as any.
"""

from __future__ import annotations

import functools
import importlib
import re
import shlex
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Set
from unittest import mock

import ansible.modules
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import Environment, TemplateSyntaxError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.formats import as_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.plugin_utils import _handover
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import RoleSpec

from .fast_yaml import Loader, safe_load
from .modules import MODULES

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "longshore.swr."
BUILTIN = "ansible.builtin."
FOREIGN = ("kubernetes.core.", "awx.awx.")
OTHERS_FILES = {"apiVersion", "notifications", "collections", "Version"}
"""The first keys of files of other programs."""
LOCAL = re.compile(r"(?:docker|oci)-archive:|oci:|(?:docker|podman)-daemon:")
BLOCK = {"block", "rescue", "always"}
TAGS = {"all", "always", "never", "tagged", "untagged"}


class Anywhere(Dict[str, str]):
    """An environment in which every variable is set."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "value"

    def get(self, name: str, default: Any = None) -> Any:
        return self[name]


class _Loader(Loader):
    """Ansible's own tags (C(!vault), C(!unsafe)) mark texts."""


_Loader.add_multi_constructor("!", lambda loader, tag, node: loader.construct_scalar(node))


def documents(text: str) -> List[Any]:
    return [found for found in yaml.load_all(text, _Loader) if found is not None]


class _Caught(Exception):
    """The options of a module, caught where it states them."""


@functools.cache
def module_spec(name: str) -> Dict[str, Any]:
    """What a module passes to C(AnsibleModule)."""
    module = importlib.import_module(MODULES + name)

    def caught(_self: Any, **options: Any) -> None:
        raise _Caught(options)

    # The one that is an action alone takes anything.
    main = getattr(module, "main", lambda: caught(None, argument_spec={}))
    with mock.patch.object(basic.AnsibleModule, "__init__", caught):
        try:
            main()
        except _Caught as found:
            return dict(found.args[0])
    raise AssertionError("{0} has no options".format(name))


@functools.cache
def all_roles() -> RoleSpec:
    """The options of all roles as those of one, none of them required."""
    found: Dict[str, Any] = {}
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        for entry in safe_load(path.read_text(encoding="utf-8"))["argument_specs"]:
            spec = RoleSpec.read(str(path.parents[1]), entry)
            found.update({name: {**option, "required": False} for name, option in spec.options.items()})
    return spec._replace(options=found)


@functools.cache
def playbook_words() -> Dict[str, Set[str]]:
    """What each playbook says outside of comments: the names of its own variables are among it."""
    found = {}
    for path in (ROOT / "playbooks").glob("*.yml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        found[path.stem] = set(
            re.findall(r"\w+", "\n".join(line for line in lines if not line.strip().startswith("#")))
        )
    return found


@functools.cache
def prefixes() -> List[str]:
    roles = [path.name for path in (ROOT / "roles").iterdir() if path.is_dir()]
    return sorted(name + "_" for name in {*roles, *playbook_words()})


def plugins(kind: str) -> Set[str]:
    return {path.stem for path in (ROOT / "plugins" / kind).glob("*.py")}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def filled(value: Any, option: Mapping[str, Any]) -> Any:
    """A value with samples in place of its templates."""
    if isinstance(value, str) and "{{" in value:
        if "choices" in option:
            return option["choices"][0]
        samples = {"int": 1, "float": 1.0, "bool": True, "dict": {}, "list": []}
        return samples.get(str(option.get("type", "str")), "template")
    inner = option.get("options") or {}
    if isinstance(value, Mapping):
        return {name: filled(found, inner.get(name, {})) for name, found in value.items()}
    if isinstance(value, list):
        element = {"type": option.get("elements", "raw"), "options": inner}
        # A list that a template makes has no element to judge.
        return [filled(found, element) for found in value if not (inner and isinstance(found, str) and "{{" in found)]
    return value


def promised(values: Dict[str, Any]) -> Dict[str, Any]:
    """Variables with samples for the addresses that roles take from the network."""
    for role, what in (("hosts", "hosts_endpoints"), ("bind", "bind_regions")):
        if what in values:
            values = {**values, **_handover.filled(role, "main", {what: values[what]}, _handover.Promised())}
    return values


class Judge:
    """Collects what is wrong with one example.

    :ivar problems: a sentence for each.
    """

    def __init__(self) -> None:
        self.problems: List[str] = []

    def yaml(self, text: str) -> List[str]:
        try:
            found = documents(text)
        except yaml.YAMLError as error:
            return [" ".join(str(error).split())]
        for document in found:
            self._templates(document)
            self._document(document)
        return self.problems

    def _document(self, document: Any) -> None:
        if isinstance(document, list) and all(isinstance(item, dict) for item in document):
            if all({"hosts", "import_playbook", BUILTIN + "import_playbook"} & set(item) for item in document):
                return self._each(self._play, document)
            if all("source" not in item for item in document) and any("name" in item for item in document):
                return self._each(self._task, document)
        if isinstance(document, dict):
            if OTHERS_FILES & set(document):
                return None
            if "all" in document or any(isinstance(value, dict) and "hosts" in value for value in document.values()):
                return self._each(self._group, list(document.values()))
            if all(re.fullmatch(r"[a-z_]+", str(key)) for key in document) and "source" not in document:
                return self._variables(document)
            if any(isinstance(value, dict) and {"username", "insecure"} & set(value) for value in document.values()):
                return self._refused(CredentialStore.from_document, document)
        return self._rules(document)

    def _each(self, judge: Any, items: List[Any]) -> None:
        for item in items:
            judge(item)

    def _refused(self, parse: Any, document: Any, **options: Any) -> Any:
        try:
            return parse(document, where="example", environ=Anywhere(), **options)
        except LongshoreError as error:
            self.problems.append(str(error))

    def _rules(self, document: Any) -> None:
        if isinstance(document, dict):
            # Files and daemons of the reader
            document = {key: value for key, value in document.items() if not LOCAL.match(str(key))} or {"a/b/c": ""}
        try:
            rules = as_rules(document, "example")
        except LongshoreError as error:
            self.problems.append(str(error))
        else:
            self._refused(parse_rules, rules, default_registry="swr.example.com", default_namespace="team")

    def _templates(self, document: Any) -> None:
        known = {"filter": plugins("filter"), "lookup": plugins("lookup")}
        for text in strings(document):
            if "{{" not in text and "{%" not in text:
                continue
            try:
                Environment(autoescape=True).parse(text)
            except TemplateSyntaxError as error:
                self.problems.append("{0}: {1}".format(text, error))
            for name in re.findall(r"\|\s*longshore\.swr\.(\w+)", text):
                self._known(name, known["filter"], "filter")
            for name in re.findall(r"(?:lookup|query)\('longshore\.swr\.(\w+)'", text):
                self._known(name, known["lookup"], "lookup")

    def _known(self, name: str, names: Set[str], kind: str) -> None:
        if name not in names:
            self.problems.append("there is no {0} {1}".format(kind, name))

    def _play(self, play: Mapping[str, Any]) -> None:
        imported = play.get(BUILTIN + "import_playbook", play.get("import_playbook"))
        if imported is not None:
            self._playbook(imported)
        self._variables(play.get("vars", {}))
        for item in play.get("roles", []):
            role = item if isinstance(item, str) else item["role"]
            self._role(role, {} if isinstance(item, str) else {**item.get("vars", {})})
        defaults: Dict[str, Any] = {}
        for group, values in play.get("module_defaults", {}).items():
            name = group.rpartition(".")[2]
            if group.startswith("group/" + COLLECTION):
                runtime = safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
                self._known(name, set(runtime["action_groups"]), "action group")
            defaults.update(values)
        for key in ("pre_tasks", "tasks", "post_tasks", "handlers"):
            for task in play.get(key, []):
                self._task(task, defaults)

    def _task(self, task: Mapping[str, Any], defaults: Optional[Mapping[str, Any]] = None) -> None:
        for part in BLOCK & set(task):
            self._each(lambda inner: self._task(inner, defaults), task[part])
        self._variables(task.get("vars", {}))
        actions = [key for key in task if "." in key]
        if not actions and not BLOCK & set(task):
            self.problems.append("no module by its full name: {0}".format(", ".join(map(str, task))))
        for action in actions:
            values = task[action]
            if action.startswith(COLLECTION):
                self._module(action[len(COLLECTION) :], values or {}, defaults or {})
            elif action in (BUILTIN + "include_role", BUILTIN + "import_role"):
                self._role(values["name"], task.get("vars", {}))
            elif action.startswith(BUILTIN):
                there = {path.stem for path in Path(str(ansible.modules.__file__)).parent.glob("*.py")}
                self._known(action[len(BUILTIN) :], there, "builtin module")
            elif not action.startswith(FOREIGN):
                self.problems.append("{0} is in no collection that is known here".format(action))

    def _module(self, name: str, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        if name not in plugins("modules"):
            self.problems.append("there is no module {0}".format(name))
            return
        if not isinstance(values, Mapping):
            return
        spec = module_spec(name)
        options = spec["argument_spec"]
        given = {**{key: value for key, value in defaults.items() if key in options}, **values}
        sample = {key: filled(value, options.get(key, {})) for key, value in given.items()}
        needs = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")
        validator = ArgumentSpecValidator(options, **{key: spec.get(key) for key in needs})
        self.problems += ["{0}: {1}".format(name, text) for text in validator.validate(sample).error_messages]

    def _role(self, name: str, values: Mapping[str, Any]) -> None:
        if name.startswith(COLLECTION) and not (ROOT / "roles" / name[len(COLLECTION) :]).is_dir():
            self.problems.append("there is no role {0}".format(name))
        self._variables(values)

    def _group(self, group: Any) -> None:
        """A group of an inventory, with all below it."""
        if not isinstance(group, dict):
            return
        self._variables(group.get("vars") or {})
        self._each(self._variables, [values or {} for values in (group.get("hosts") or {}).values()])
        self._each(self._group, list((group.get("children") or {}).values()))

    def _variables(self, values: Mapping[str, Any]) -> None:
        """Variables of roles have values that these accept; others are the reader's own."""
        options = all_roles().options
        own = {key: filled(value, options[key]) for key, value in values.items() if key in options}
        try:
            # Addresses may be left out, to be taken from the network.
            all_roles().check(own, promised)
        except ValueError as error:
            self.problems.append(str(error))
        words = set().union(*playbook_words().values())
        for key in set(values) - set(own) - words:
            if str(key).startswith(tuple(prefixes())) and not str(key).endswith("_result"):
                self.problems.append("there is no variable {0}".format(key))
        # The variables of another role.
        if isinstance(values.get("sync_variables"), dict):
            self._variables(values["sync_variables"])

    def _playbook(self, name: str) -> None:
        if name.startswith(COLLECTION):
            self._known(name[len(COLLECTION) :], set(playbook_words()), "playbook")
        elif "/" in name and not (ROOT / name).is_file():
            self.problems.append("there is no playbook {0}".format(name))

    def commands(self, text: str) -> List[str]:
        """The commands of a block, which begin with a dollar sign; the other lines are what they print."""
        for line in re.sub(r"\\\n\s*", "", text).splitlines():
            if line.startswith("$ "):
                self._command(shlex.split(line[2:], comments=True))
        return self.problems

    def _command(self, words: List[str]) -> None:
        while words and re.match(r"[A-Z_]+=", words[0]):
            words = words[1:]
        if not words:
            return
        program, arguments = words[0], words[1:]
        for word in words:
            self._path(word)
        if program == "ansible-playbook":
            self._ansible_playbook(arguments)
        elif program == "make":
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            for word in arguments:
                name, given, _value = word.partition("=")
                known = re.findall(r"^([A-Z_]+) ?\?=|\$\(([A-Z_]+)\)", makefile, re.MULTILINE)
                targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
                names = {one or other for one, other in known} if given else targets
                self._known(name, names, "make variable" if given else "make target")
        elif program == "ansible-doc":
            kind = next((arguments[at + 1] for at, word in enumerate(arguments) if word in ("-t", "--type")), "module")
            folder = {"module": "modules", "role": "roles"}.get(kind, kind)
            there = {path.name for path in (ROOT / "roles").iterdir()} if kind == "role" else plugins(folder)
            for word in arguments:
                if word.startswith(COLLECTION):
                    self._known(word[len(COLLECTION) :], there, kind)

    def _path(self, word: str) -> None:
        """A path into the checkout leads somewhere."""
        tops = ("tools/", "awx/", "tests/", "extensions/", "inventories/", "playbooks/", "requirements/")
        if word.startswith(tops) and word != "inventories/mine" and not (ROOT / word).exists():
            self.problems.append("there is no {0}".format(word))

    def _ansible_playbook(self, arguments: List[str]) -> None:
        names: List[str] = []
        tags: List[str] = []
        variables: Dict[str, str] = {}
        at = 0
        while at < len(arguments):
            word = arguments[at]
            if word in (
                "-e",
                "--extra-vars",
                "--tags",
                "-t",
                "--skip-tags",
                "-i",
                "--inventory",
                "--limit",
                "-l",
                "-f",
                "--forks",
            ):
                value = arguments[at + 1]
                if word in ("-e", "--extra-vars") and "=" in value and not value.startswith("@"):
                    variables.update(item.split("=", 1) for item in shlex.split(value))
                elif word in ("--tags", "-t", "--skip-tags"):
                    tags += value.split(",")
                at += 1
            elif not word.startswith("-"):
                names.append(word)
            at += 1
        if not names:
            self.problems.append("ansible-playbook without a playbook")
        self._each(self._playbook, names)
        own = {name[len(COLLECTION) :] for name in names if name.startswith(COLLECTION)}
        words = set().union(*(playbook_words().get(name, set()) for name in own))
        if own:
            for key in set(variables) - set(all_roles().options) - words:
                self.problems.append("{0} take no {1}".format(", ".join(sorted(own)), key))
            self._each(lambda tag: self._known(tag, words | TAGS, "tag"), tags)
        self._variables(variables)
