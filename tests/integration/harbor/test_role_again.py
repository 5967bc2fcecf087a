# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the private line left half done is finished by the next one; variables may be the texts of a survey."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.test_role_line import (
    ADDRESS,
    CONFIG,
    ENTRY,
    FILE_PASSWORD,
    NAME,
    Host,
    deployment,
)

HELM = {"harbor_deployment": "helm", "harbor_namespace": "registry"}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


def fails_at(host: Host, program: str, word: str) -> None:
    """Makes calls of a program that have this word fail, until the next C(host.prepare)."""
    path = host.programs / program
    broken = 'case " $* " in *" {0} "*) echo "out of order" >&2; exit 1;; esac\nexec'.format(word)
    path.write_text(path.read_text().replace("exec", broken, 1))


def test_containers_get_what_was_only_written(host: Host) -> None:
    names = NAME + ", other.io"
    written = host.line(harbor_apply="false", harbor_compose_command="docker compose", harbor_private_names=names)
    assert (written.code, written.changed) == (0, 1), written.text
    # Containers that do not run are not started for the mapping's sake.
    assert host.line(harbor_private_names=names).code == 2
    assert host.hosts_of("core") is None

    host.prepare(containers={name: {"id": name, "hosts": []} for name in ("core", "jobservice")})
    forecast = host.line("--check", harbor_private_names=names)
    assert (forecast.code, forecast.changed) == (0, 1), forecast.text
    done = host.line(harbor_private_names=names)
    assert (done.code, done.changed) == (0, 3), done.text
    assert host.hosts_of("jobservice") == [ENTRY, "other.io:" + ADDRESS]
    assert host.line(harbor_private_names=names).changed == 0


def test_pods_that_were_not_replaced_are_waited_for_again(host: Host) -> None:
    host.prepare(deployments={name: deployment(name) for name in ("harbor-core", "harbor-jobservice")})
    fails_at(host, "kubectl", "rollout")
    for _run in range(2):
        refused = host.line(harbor_kubectl="kubectl", **HELM)
        assert refused.code == 2
        assert "out of order" in refused.text
    host.prepare()
    done = host.line(harbor_kubectl="kubectl", **HELM)
    assert (done.code, done.changed) == (0, 0), done.text


def test_a_prepare_that_fails_is_run_again(host: Host) -> None:
    config, prepare = host.harbor / "harbor.yml", host.harbor / "prepare"
    good = prepare.read_text()
    config.write_text(CONFIG)
    prepare.write_text("#!/bin/sh\necho 'no daemon' >&2\nexit 1\n")
    refused = host.line("-vvv", "--diff", harbor_no_proxy="edit")
    assert refused.code == 2
    assert "no daemon harbor.yml is as it was" in refused.text
    assert "WARNING" not in refused.text
    assert config.read_text() == CONFIG
    assert not host.runs.leaks(FILE_PASSWORD)
    prepare.write_text(good)
    done = host.line(harbor_no_proxy="edit", harbor_prepare_arguments="--with-trivy --with-notary")
    assert done.code == 0, done.text
    assert (host.harbor / "prepared").read_text().split() == ["--with-trivy", "--with-notary"]


def test_a_docker_that_does_not_answer_is_told_with_what_can_be_done(host: Host) -> None:
    fails_at(host, "docker", "network")
    refused = host.line(harbor_apply=False)
    assert refused.code == 2
    assert "out of order Remedy: start Docker, or set harbor_check_subnets to false" in refused.text
    assert not host.override.exists()


def test_a_harbor_yml_that_cannot_be_changed_is_told_and_not_shown(host: Host) -> None:
    config = CONFIG.replace("no_proxy: .example.com", "no_proxy: [.example.com]")
    (host.harbor / "harbor.yml").write_text(config)
    refused = host.line("-vvv", "--diff")
    assert refused.code == 2
    assert "does not allow the change" in refused.text
    assert "With harbor_no_proxy set to ignore" in refused.text
    assert not host.runs.leaks(FILE_PASSWORD)
    assert host.line(harbor_no_proxy="ignore").code == 0
