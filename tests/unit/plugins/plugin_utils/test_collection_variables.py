# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt names of variables, with any prefix; several problems at once; and where relative paths start."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.longshore.swr.plugins.plugin_utils._collection_variables import CollectionVariables
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import ArgumentProblems, RoleSpec

ROLES = Path(__file__).resolve().parents[4] / "roles"
ALL = CollectionVariables(str(ROLES), ["onboard", "migrate", "hosts", "access_check", "discover"])


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("migrate_image_file", "migrate_images_file"),
        ("onboard_regin", "onboard_region"),
        ("migrat_images", "migrate_images"),
        ("acces_check_host", "access_check_host"),
        ("onbord_access_key", "onboard_access_key"),
    ],
)
def test_a_misspelt_name_gets_the_right_one(name: str, right: str) -> None:
    (problem,) = ALL.misspelt([name])
    assert problem.startswith(name + " is no variable of ")
    assert problem.endswith(": write " + right)


@pytest.mark.parametrize(
    "name",
    [
        "migrate_images",
        "host_path",
        "ansible_host",
        "__migrat_images",
        "my_images",
        "migrate_our_own",
        "discover_hosts",
    ],
)
def test_other_names_are_left_alone(name: str) -> None:
    assert ALL.misspelt([name]) == []


def test_all_problems_of_a_role_are_reported_together() -> None:
    values = {"migrate_workers": "many", "migrate_os": {"a": 1}, "migrate_dialect": "latin", "migrate_auth": 3}
    with pytest.raises(ArgumentProblems) as caught:
        ALL.spec("migrate").check(values)
    text = "\n".join(caught.value.problems)
    assert all(name in text for name in ("migrate_workers", "migrate_os", "migrate_dialect", "migrate_auth"))
    assert len(caught.value.problems) == 4


def test_a_wrong_value_is_not_missing_too() -> None:
    spec = RoleSpec.read(str(ROLES / "bind"), "main")
    with pytest.raises(ArgumentProblems) as caught:
        spec.check({"bind_regions": "no list"})
    assert len(caught.value.problems) == 1


def test_a_relative_path_starts_at_the_current_directory_of_the_controller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    given = {"discover_paths": ["repo", "~/other"], "discover_rules_path": "rules.json", "discover_cluster": "no"}
    local = ALL.spec("discover").check(given, is_local=True)
    assert local["discover_paths"] == [str(tmp_path / "repo"), str(tmp_path / "me" / "other")]
    assert local["discover_rules_path"] == str(tmp_path / "rules.json")
    assert local["discover_cluster"] is False
    # On another host they are its own.
    assert ALL.spec("discover").check(given)["discover_rules_path"] == "rules.json"
    # But these files are on the controller, whatever the host.
    found = ALL.spec("access_check").check({"access_check_region": "r", "access_check_html_path": "a.html"})
    assert found["access_check_html_path"] == str(tmp_path / "a.html")
