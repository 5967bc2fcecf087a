# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role migrate deletes what its rules no longer produce: after a copy without failures, and no more than it may."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.longshore.swr.tests.sandbox.images import docker_image


def test_what_the_rules_no_longer_produce_is_deleted(playbooks: Any) -> None:
    source, swr = playbooks.source, playbooks.swr
    source.load(docker_image("new"), "team/app", "2.0")
    for tag in ("0.8", "0.9", "1.0-release"):
        swr.load(docker_image(tag), "team/app", tag)
    playbooks.write_auth()
    rules = {source.host + "/team/app": swr.host + "/team/app"}
    given = ("-e", "images_file=images.json", "-e", "auth_file=auth.json", "-e", "migrate_prune=true")
    given += ("-e", "migrate_prune_keep=-release$")

    playbooks.write("images.json", {**rules, source.host + "/team/gone:1": ""})
    failed = playbooks.migrate(*given, "-e", "default_namespace=team", ok=False)
    assert "1 of 2 images failed" in failed.out
    before = ["0.8", "0.9", "1.0-release", "2.0"]
    assert sorted(swr.tags("team/app")) == before

    playbooks.write("images.json", rules)
    forecast = playbooks.migrate(*given, "--check")
    assert "team/app:0.8" in forecast.out
    assert forecast.changed == 1
    too_many = playbooks.migrate(*given, "-e", "migrate_prune_maximum=1", ok=False)
    assert "2 tags to delete" in too_many.out
    assert sorted(swr.tags("team/app")) == before

    run = playbooks.migrate(*given)
    assert "2 tags to delete, 2 deleted, 2 kept" in run.out
    assert run.changed == 1
    assert sorted(swr.tags("team/app")) == ["1.0-release", "2.0"]
    assert len(json.loads((playbooks.state / "prune.json").read_text())["deleted"]) == 2
