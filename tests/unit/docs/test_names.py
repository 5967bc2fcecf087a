# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every name of this collection that the pages mention exists.

A page says C(``migrate_workers``) in a sentence or a table, where no example would fail: variables of roles and
playbooks, plugins, roles and playbooks, make targets, rules of the audit, and environment variables.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

import pytest

from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
# It has messages with words of servers and of the user.
PAGES = [path for path in PAGES if path.name != "guide_troubleshooting.rst"]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
PREFIXES = sorted({*ROLES, *PLAYBOOKS}, key=len, reverse=True)
FOLDERS = {"module": "plugins/modules", "filter": "plugins/filter", "lookup": "plugins/lookup", "role": "roles"}
PLUGINS = {path.stem for folder in FOLDERS.values() for path in (ROOT / folder).glob("*.py")}
RULEBOOKS = {path.stem for path in (ROOT / "extensions" / "eda" / "rulebooks").glob("*.yml")}

LITERAL = re.compile(r"(?<!`)``([^`]+)``(?!`)")
REFERENCE = re.compile(r":ansplugin:`(?:[^`<]*<)?longshore\.swr\.(\w+)#(\w+)>?`")
QUALIFIED = re.compile(r"(?<![.\w])longshore\.swr\.(\w+)\b")
ENVIRONMENT = re.compile(r"^(?:HW|HUAWEICLOUD_SDK|HARBOR|DEFAULT|REGISTRY)_[A-Z_]+$")
VARIABLE = re.compile(r"(?:^|[\s{(\[\"'-])([a-z]+(?:_[a-z0-9]+)+)(?=:|\s*[|})\].\s])")
# Names of other tools that look like variables of roles
FOREIGN = {"network_id"}
GROUPS = {"swr", "harbor", "huaweicloud", "docsite"}


def variables() -> Set[str]:
    """Options of roles, results of roles, and variables of playbooks."""
    known: Set[str] = set()
    for role in ROLES:
        specs = safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
        for entry in specs["argument_specs"].values():
            known.update(entry["options"])
    files = [*(ROOT / "roles").rglob("*.yml"), *(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "awx").rglob("*.y*ml")]
    for path in files:
        known.update(VARIABLE.findall(path.read_text(encoding="utf-8")))
    return known


@pytest.fixture(scope="module")
def known() -> Dict[str, Set[str]]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    texts = [path for name in ("plugins", "awx", "extensions") for path in (ROOT / name).rglob("*") if path.is_file()]
    sources = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in texts if path.suffix != ".pyc")
    catalogue = (ROOT / "plugins/module_utils/_audit/rules/catalogue.py").read_text(encoding="utf-8")
    return {
        "variables": variables(),
        "targets": set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE)),
        "environment": set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", sources)),
        "rules": set(re.findall(r"SWR-DF-\d{3}", catalogue)),
    }


def literals(path: Path) -> Iterator[str]:
    for text in LITERAL.findall(" ".join(path.read_text(encoding="utf-8").split())):
        yield text.strip()


def is_variable(name: str) -> bool:
    """Whether a name looks like a variable of a role or a playbook."""
    return name not in {*PLUGINS, *PLAYBOOKS, *FOREIGN} and any(name.startswith(prefix + "_") for prefix in PREFIXES)


def unknown_names(path: Path, known: Dict[str, Set[str]]) -> List[str]:
    found: List[str] = []
    for text in literals(path):
        first = re.split(r"[:=\[. ]", text)[0].strip("`\"'")
        if re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", first) and is_variable(first) and first not in known["variables"]:
            found.append(text)
        if re.fullmatch(r"make [a-z][\w-]*", text) and text[5:] not in known["targets"]:
            found.append(text)
        if ENVIRONMENT.match(text) and text not in known["environment"]:
            found.append(text)
        found += [rule for rule in re.findall(r"SWR-DF-\d+", text) if rule not in known["rules"]]
    content = path.read_text(encoding="utf-8")
    found += [
        name for name in QUALIFIED.findall(content) if name not in {*PLUGINS, *ROLES, *PLAYBOOKS, *RULEBOOKS, *GROUPS}
    ]
    return found + [" ".join(pair) for pair in REFERENCE.findall(content) if not is_plugin(pair)]


def is_plugin(pair: Tuple[str, str]) -> bool:
    name, kind = pair
    return bool(list((ROOT / FOLDERS[kind]).glob(name if kind == "role" else name + ".py")))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_name_exists(path: Path, known: Dict[str, Set[str]]) -> None:
    assert unknown_names(path, known) == []


@pytest.mark.parametrize(
    "text",
    [
        "``migrate_worker``",
        "``migrate_stop: 06:00``",
        "``nodes_batch``",
        "``longshore.swr.image_copi``",
        "``make tests``",
        "``HW_ACCESKEY_ID``",
        "``SWR-DF-018``",
        ":ansplugin:`the role <longshore.swr.migrate#module>`",
    ],
)
def test_a_wrong_name_is_found(text: str, known: Dict[str, Set[str]], tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_text("As {0} says.\n".format(text), encoding="utf-8")
    assert unknown_names(page, known)
