# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user finds in the repository is complete, and what must not be in it is not."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

import pytest

from ansible_collections.longshore.swr.tests.support.architecture import parsed
from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load
from ansible_collections.longshore.swr.tests.support.pages import page

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".gz", ".png", ".tar", ".tgz", ".zip", ".zst", ".der"}
MADE = {".git", ".cache", "build", "demo-output", "__pycache__", ".ansible", ".hypothesis"}

# Each pattern is put together from pieces, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of one machine": "|".join(
        (
            r"(?<![\w.])/work/(?:main|shared)",
            # The user of the examples has a home on every node.
            r"/ho" + r"me/(?!deploy/)\w+/",
            r"/Use" + r"rs/\w+/",
            r"/tmp/" + r"(?:v\d+|coll|dl)\b",
        )
    ),
    "the host of a package registry": r"\b(?:{0})\b".format(
        "|".join(("files.python" + "hosted", "py" + r"pi\.org", r"registry\.npm" + "js", r"deb\.deb" + "ian"))
    ),
    "work left to do": "|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX{3}\b", "NotImplemented" + "Error")),
    "a private key": "-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE " + "KEY-----",
    "an access token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|AKIA[0-9A-Z]{16}|dckr_pat_[\w-]{20,})\b",
}


def repository_files() -> List[Path]:
    """Every text file that git holds or would add; without git, every one that make has not made."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        names = [name for name in output.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, folders, files in os.walk(ROOT):
            folders[:] = [name for name in folders if name not in MADE and not name.startswith(".venv")]
            names += [os.path.relpath(os.path.join(folder, name), ROOT) for name in files]
    paths = (ROOT / name for name in sorted(set(names)))
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def offences(text: str) -> Iterator[Tuple[int, str]]:
    # Few texts have anything to look for in their lines.
    patterns = [(what, pattern) for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]
    for number, line in enumerate(text.splitlines() if patterns else (), 1):
        for what, pattern in patterns:
            if re.search(pattern, line):
                yield number, what


def test_nothing_is_in_the_repository_that_must_not_be() -> None:
    found = []
    for path in repository_files():
        if path.name.startswith("GPL-3.0") or path.name == "COPYING":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += ["{0}:{1}: {2}".format(path.relative_to(ROOT), number, what) for number, what in offences(text)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "path = '/wo" + "rk/main/plugins'",
        "see /ho" + "me/someone/x",
        "pip install --index https://py" + "pi.org/simple",
        "# TO" + "DO later",
        "raise NotImplemented" + "Error",
        "-----BEGIN PRIVATE " + "KEY-----",
        "token: ghp_" + "a" * 36,
    ],
)
def test_an_offence_is_seen(line: str) -> None:
    assert list(offences("fine\n" + line)), line


@pytest.mark.parametrize(
    "line", ["mode 0600 in /tmp/x", "~/.docker/config.json", "work/main.yml", "the todo list of a user"]
)
def test_a_good_line_is_no_offence(line: str) -> None:
    assert list(offences(line)) == []


def names_in(folder: str) -> List[str]:
    return sorted(path.stem for path in (ROOT / "plugins" / folder).glob("*.py") if not path.stem.startswith("_"))


def roles() -> List[str]:
    folder = ROOT / "roles"
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def playbooks() -> List[str]:
    return sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


def blocks(path: Path) -> Dict[str, str]:
    """DOCUMENTATION, EXAMPLES and RETURN of a plugin."""
    found = {}
    for node in parsed(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
    return found


def test_the_action_group_is_the_modules() -> None:
    runtime = safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    # An action that has no options, and so no defaults of a group.
    assert sorted([*runtime["action_groups"]["swr"], "role_arguments"]) == names_in("modules")


@pytest.mark.parametrize("group", ["huaweicloud", "harbor"])
def test_a_smaller_action_group_is_the_modules_that_share_its_options(group: str) -> None:
    """A default of a group is refused by a module that does not have the option."""
    runtime = safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    fragment = {"huaweicloud": "longshore.swr.credentials", "harbor": "longshore.swr.harbor"}[group]
    found = {}
    for name in names_in("modules"):
        documentation = safe_load(blocks(ROOT / "plugins" / "modules" / (name + ".py"))["DOCUMENTATION"])
        found[name] = set(documentation["extends_documentation_fragment"])
    sharing = sorted(name for name, fragments in found.items() if fragment in fragments)
    assert runtime["action_groups"][group] == sharing
    says = "longshore.swr.attributes.actiongroup_" + group
    assert sorted(name for name, fragments in found.items() if says in fragments) == sharing


def test_the_floor_of_ansible_core_is_the_one_tested() -> None:
    runtime = safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    oldest = (ROOT / "requirements" / "oldest.txt").read_text(encoding="utf-8")
    floor = re.fullmatch(r">=(\d+\.\d+)\.0", runtime["requires_ansible"]).group(1)
    assert "ansible-core=={0}.*".format(floor) in oldest


@pytest.mark.parametrize("name", names_in("modules"))
def test_a_module_is_documented(name: str) -> None:
    found = blocks(ROOT / "plugins" / "modules" / (name + ".py"))
    documentation = safe_load(found["DOCUMENTATION"])
    tasks = safe_load(found["EXAMPLES"])
    assert documentation["module"] == name
    assert "longshore.swr.attributes" in str(documentation.get("extends_documentation_fragment", "")) or (
        "attributes" in documentation
    )
    used = {key for task in tasks for key in (task if "hosts" not in task else str(task).split("'"))}
    assert "longshore.swr." + name in used, "no example uses the module by its full name"
    assert safe_load(found["RETURN"])


@pytest.mark.parametrize("kind_and_name", [(kind, name) for kind in ("filter", "lookup") for name in names_in(kind)])
def test_a_filter_or_lookup_is_documented(kind_and_name: Tuple[str, str]) -> None:
    kind, name = kind_and_name
    file = ROOT / "plugins" / kind / (name + ".py")
    found = blocks(file)
    # galaxy-importer hands every file of the folder to flake8, which takes YAML for broken Python.
    assert not file.with_suffix(".yml").exists(), "write DOCUMENTATION, EXAMPLES and RETURN into the Python file"
    assert safe_load(found["DOCUMENTATION"])["name"] == name
    tasks = safe_load(found["EXAMPLES"])
    assert "longshore.swr." + name in str(tasks), "no example uses the plugin by its full name"
    assert safe_load(found["RETURN"])


@pytest.mark.parametrize("role", roles())
def test_a_role_says_what_it_takes(role: str) -> None:
    folder = ROOT / "roles" / role
    assert (folder / "README.md").is_file()
    specs = safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    assert "main" in specs
    for entry, spec in specs.items():
        assert spec.get("short_description"), entry
        wrong = [name for name in spec.get("options", {}) if not name.startswith(role + "_")]
        assert wrong == [], "options that do not start with the role's name"


@cache
def options_of_all_roles() -> Set[str]:
    """What the role onboard sets for the others, and where these find addresses."""
    found = {"__network_hosts"}
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for spec in safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            found |= set(spec["options"])
    return found


@pytest.mark.parametrize("role", roles())
def test_a_role_keeps_its_variables_to_itself(role: str) -> None:
    for name in ("defaults", "vars"):
        for path in sorted((ROOT / "roles" / role / name).glob("*.yml")):
            variables = safe_load(path.read_text(encoding="utf-8")) or {}
            if (role, name) == ("onboard", "defaults"):
                others = options_of_all_roles()
                variables = {key: value for key, value in variables.items() if key not in others}
            wrong = [key for key in variables if not re.match("(__)?{0}_".format(role), key)]
            assert wrong == [], path.relative_to(ROOT)


@pytest.mark.parametrize("name", playbooks())
def test_a_playbook_is_on_their_page(name: str) -> None:
    """Plugins and roles have pages of their own, which are made from their documentation."""
    assert re.search(r"``{0}``".format(name), page("playbooks"))


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 140


def test_the_roles_and_modules_that_texts_name_exist() -> None:
    """A remedy that names what is not there is none."""
    there = {"role": set(roles()), "module": set(names_in("modules"))}
    sources = [path for folder in ("plugins", "roles") for path in (ROOT / folder).rglob("*") if path.is_file()]
    wrong = []
    for path in sources:
        if path.suffix not in {".py", ".yml", ".md"}:
            continue
        # A text may go over several lines, and lie in several pieces.
        text = re.sub(r"[\s\"`]+", " ", path.read_text(encoding="utf-8"))
        for kind, name in re.findall(r"\b(role|module) longshore\.swr\.(\w+)", text):
            if name not in there[kind]:
                wrong.append("{0}: {1} {2}".format(path.relative_to(ROOT), kind, name))
    assert wrong == []


def test_what_ci_runs_is_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(str(script), os.X_OK)
    commands = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "exec make test"


def test_every_script_of_the_makefile_is_there_and_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    scripts = set(re.findall(r"\btools/[a-z-]+", makefile))
    assert scripts
    for script in scripts:
        assert os.access(str(ROOT / script), os.X_OK), script


# Where a text names a version of the collection: its image, its artifact, its requirement.
NAMED_VERSIONS = re.compile(
    r"/ee-longshore-swr:([\w.-]+)|longshore-swr-(\d[\w.-]*?)\.tar\.gz|longshore\.swr\s+version: [\"']?>?=*([\d][\w.-]*)"
)


def version_of_galaxy() -> str:
    return str(safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])


def numbers(version: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in version.split("-", maxsplit=1)[0].split("."))


def test_no_other_version_of_the_collection_is_named() -> None:
    named = [
        (str(path.relative_to(ROOT)), next(filter(None, match.groups())))
        for path in repository_files()
        if path.parts[len(ROOT.parts)] not in ("tests", "changelogs")
        for match in NAMED_VERSIONS.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert {"README.md", "awx/execution-environment.yml"} <= {path for path, _version in named}
    assert [item for item in named if item[1] != version_of_galaxy()] == []


def test_nothing_was_added_in_a_version_to_come() -> None:
    """Nor before the first release."""
    added = {
        (str(path.relative_to(ROOT)), version)
        for path in repository_files()
        if path.parts[len(ROOT.parts)] in ("plugins", "roles")
        for version in re.findall(
            r"^ *version_added: [\"']?([\d.]+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    }
    assert len(added) > len(names_in("modules"))
    newest = numbers(version_of_galaxy())
    assert [item for item in sorted(added) if not (1, 0, 0) <= numbers(item[1]) <= newest] == []
