# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles make of the texts that a survey of AWX gives, in a real run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Mapping

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play
from ansible_collections.longshore.swr.tests.support.role_entries import ENTRIES, ROOT


def stand_ins(folder: Path) -> None:
    """Roles of the same names and variables that do nothing but check them. What each gets is registered by itself."""
    for role in {entry.role for entry in ENTRIES}:
        (folder / role / "tasks").mkdir(parents=True)
        for part in ("meta", "defaults"):
            (folder / role / part).symlink_to(ROOT / "roles" / role / part)
    # It has the hosts that the role checks.
    (folder / "onboard" / "vars").symlink_to(ROOT / "roles" / "onboard" / "vars")
    for entry in ENTRIES:
        name = "{0}/tasks/{1}.yml".format(entry.role, entry.name)
        first = safe_load((ROOT / "roles" / name).read_text(encoding="utf-8"))[0]
        first["register"] = "of_" + entry.key
        (folder / name).write_text(yaml.safe_dump([first]), encoding="utf-8")


def vaulted(text: str, password: str) -> Dict[str, str]:
    """A value with the tag C(!vault), as JSON has it."""
    vault = VaultLib([("default", VaultSecret(password.encode()))])
    return {"__ansible_vault": vault.encrypt(text).decode()}


def test_a_role_gets_what_the_survey_means(tmp_path: Path) -> None:
    """In a real run, where Ansible judges first, a default leads to another variable, and a secret is hidden.

    What is vaulted or left out is so at any depth.
    """
    stand_ins(tmp_path / "roles")
    blank = {name: "" for entry in ENTRIES for name in entry.documented}
    texts_of: Dict[str, Any] = {
        "migrate_shard": "2",
        "migrate_force": "true",
        "migrate_workers": "8",
        "migrate_retry_delay": "1.5",
        "migrate_os": "linux, windows",
        "migrate_auth": "registry.example.com: {username: reader, password: the-survey-secret}",
        "migrate_state_home": "/srv",
        "migrate_images": '{"a": "b"}',
        "harbor_rules": '[{"name": "all", "enabled": "false"}]',
    }
    secret = vaulted("the-survey-secret", "opens")
    texts_of["login_secret_key"] = secret
    texts_of["bind_key"] = {"name": "transfer", "algorithm": "{{ omit }}", "secret": secret}
    tasks: List[Dict[str, Any]] = []
    for entry in ENTRIES:
        # import_role wants to be seen too.
        action = "import_role" if entry.where == "hosts:main" else "include_role"
        role = {"name": entry.role, "tasks_from": entry.name}
        tasks.append({action: role, "vars": {"login_region": "{{ of_a_task }}"} if entry.role == "login" else {}})
    # Once at the end: each task takes a process for each host.
    tasks.append(keep(**{entry.key: "of_" + entry.key for entry in ENTRIES}))
    inventory = {"all": {"hosts": {"blank": {}, "texts": texts_of, "unset": {}}}}
    inventory["all"]["hosts"]["blank"] = {**blank, "migrate_shard": "3"}
    inventory["all"]["hosts"]["unset"] = {"migrate_shard": 3}
    credential = {"HW_ACCESS_KEY": "AKAKAKAK", "HW_REGION_NAME": "cn-north-1"}
    playbook = Playbook(tmp_path, credential, secrets=["the-survey-secret"])
    run = playbook.run(
        [play(tasks, hosts="all")],
        "--check",
        "-v",
        "--vault-password-file",
        str(playbook.write("opens", "opens")),
        inventory=inventory,
        variables={"of_a_task": "cn-north-4", "login_formats": "docker\npodman", "login_endpoint": ""},
    )
    assert {key: clean(value) for key, value in run.kept["blank"].items()} == {
        key: clean(value) for key, value in run.kept["unset"].items()
    }
    login, migrate, harbor = (run.value(name, "texts") for name in ("login_main", "migrate_main", "harbor_main"))
    assert (login["region"], login["formats"], "endpoint" in login) == ("cn-north-4", ["docker", "podman"], False)
    assert (migrate["force"], migrate["workers"], migrate["retry_delay"]) == (True, 8, 1.5)
    assert (migrate["os"], migrate["arch"]) == (["linux", "windows"], [])
    assert migrate["auth"]["registry.example.com"]["password"] == "the-survey-secret"
    assert login["secret_key"] == "the-survey-secret"
    assert run.value("bind_main", "texts")["key"] == {"name": "transfer", "secret": "the-survey-secret"}
    assert migrate["region"] == run.value("migrate_main", "blank")["region"] == "cn-north-1"
    assert migrate["state_dir"] == "/srv/longshore.swr/texts"
    assert harbor["rules"] == [{"name": "all", "enabled": False}]
    assert clean(run.value("migrate_shard", "texts"))["shard"] == "2"


def clean(result: Mapping[str, Any]) -> Dict[str, Any]:
    """A result without the names of the hosts in it."""
    cleaned = {name: value for name, value in result.items() if name not in ("state_dir", "record", "shard", "plan")}
    return {**cleaned, "shard": str(result.get("shard", ""))}
