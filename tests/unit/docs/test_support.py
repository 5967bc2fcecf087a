# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The support matrix names the versions that the tests have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Set

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import REGIONS

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_support.rst"


def cell(what: str) -> str:
    """The second cell of a row."""
    text = PAGE.read_text(encoding="utf-8")
    row = text[text.index("   * - " + what + "\n") + 7 :].split("\n     - ")
    return " ".join(row[1].split())


def pinned(package: str) -> Set[str]:
    found: Set[str] = set()
    for path in (ROOT / "requirements").glob("*.txt"):
        found.update(re.findall(r"(?m)^{0}==(\d[\w.]*\w)".format(re.escape(package)), path.read_text(encoding="utf-8")))
    return found


def test_the_versions_of_ansible_core() -> None:
    versions = {".".join(version.split(".")[:2]) for version in pinned("ansible-core")}
    assert set(re.findall(r"2\.\d+", cell("ansible-core"))) == versions
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert min(versions, key=lambda text: int(text[2:])) in runtime["requires_ansible"]


@pytest.mark.parametrize("package", ["ansible-runner"])
def test_the_versions_of_packages(package: str) -> None:
    assert set(re.findall(r"\d+\.\d+\.\d+", cell(package))) == pinned(package)


def test_the_versions_of_the_sdk_and_the_number_of_regions() -> None:
    assert pinned("huaweicloudsdkswr") == set(re.findall(r"SDK (\d[\d.]*\d)", cell("signatures")))
    assert "{0} regions".format(len(REGIONS)) in cell("regions")


def test_the_distributions_of_nodes() -> None:
    names = {"bookworm": "12", "trixie": "13"}
    readme = (ROOT / "extensions" / "molecule" / "README.md").read_text(encoding="utf-8")
    assert {names[name] for name in names if "longshore-" + name in readme} == {"12", "13"}
    assert "   * - Debian 12 and 13\n" in PAGE.read_text(encoding="utf-8")
