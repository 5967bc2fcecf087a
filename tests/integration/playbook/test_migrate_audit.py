# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role migrate audits what it migrates, and the playbook audit what it is given."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.longshore.swr.tests.sandbox.images import artifact, built_image
from ansible_collections.longshore.swr.tests.support.playbook import secret_free

SECRET = "a-value-nobody-may-see"
STEPS = ["/bin/sh -c #(nop) ADD file:ab12 in / ", "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit"]


def offer(playbooks: Any) -> None:
    run = {"Env": ["DB_PASSWORD=" + SECRET], "Cmd": ["serve"], "User": "1"}
    playbooks.source.load(built_image("a", run, STEPS), "team/app", "1.0")
    playbooks.source.load(artifact("thing"), "team/thing", "1")
    host = playbooks.source.host
    playbooks.write("images.json", {host + "/team/app:1.0": "", host + "/team/thing:1": "", host + "/team/gone:1": ""})
    playbooks.write_auth()


def test_what_was_migrated_is_audited(playbooks: Any) -> None:
    offer(playbooks)
    given = ("-e", "images_file=images.json", "-e", "auth_file=auth.json", "-e", "default_namespace=team")
    audited = ("-e", "migrate_audit=true", "-e", "migrate_retry_delay=0.01")

    forecast = playbooks.migrate(*given, *audited, "--check", ok=False)
    assert not playbooks.state.exists()
    assert "{0}/team/app:1.0: warning SWR-DF-012".format(playbooks.source.host) in forecast.out
    assert "problem: {0}/team/gone:1".format(playbooks.source.host) in forecast.out

    # The artifact cannot be stored in SWR, and the third image does not exist: both fail, and the first is audited.
    run = playbooks.migrate(*given, *audited, ok=False)
    name = playbooks.swr.host + "/team/app:1.0"
    assert "2 of 3 images failed" in run.out
    assert "{0}: warning SWR-DF-012".format(name) in run.out
    assert "audit: {0}/audit.html".format(playbooks.state) in run.out
    audit = json.loads((playbooks.state / "audit.json").read_text())
    assert audit["targets"] == [name]
    assert audit["problems"] == []
    assert {finding["rule"] for finding in audit["findings"]} == {"SWR-DF-005", "SWR-DF-012"}
    texts = [(playbooks.state / ("audit." + suffix)).read_text() for suffix in ("html", "sarif", "json")]
    secret_free("".join(texts) + run.text + forecast.text, SECRET, *playbooks.secrets)


def test_the_playbook_audits_files_and_images_into_one_report(playbooks: Any) -> None:
    offer(playbooks)
    (playbooks.folder / "shop").mkdir()
    (playbooks.folder / "shop" / "Dockerfile").write_text('FROM debian:12\nADD app.conf /etc/\nCMD ["serve"]\n')
    (playbooks.folder / "shop" / "app.conf").write_text("x\n")
    given = {
        "path": "shop",
        "images": [playbooks.source.host + "/team/app:1.0"],
        "auth_file": "auth.json",
        "report_dir": "reports",
        "fail_on": "warning",
        "audit_docker_config_fallback": False,
        "audit_fix": "yes",
        "audit_junit_path": str(playbooks.folder / "junit.xml"),
    }
    forecast = playbooks.run("longshore.swr.audit", "--check", "--diff", variables=given, ok=False)
    assert not (playbooks.folder / "reports").exists()
    assert "-ADD app.conf /etc/" in forecast.out
    assert "+COPY app.conf /etc/" in forecast.out

    run = playbooks.run("longshore.swr.audit", variables=given, ok=False)
    image = playbooks.source.host + "/team/app:1.0"
    assert "{0}: warning SWR-DF-012".format(image) in run.out
    assert "COPY app.conf" in (playbooks.folder / "shop" / "Dockerfile").read_text()
    assert '<testsuite name="audit" ' in (playbooks.folder / "junit.xml").read_text()
    audit = json.loads((playbooks.folder / "reports" / "audit.json").read_text())
    assert audit["targets"] == ["Dockerfile", image]
    assert {path.name for path in (playbooks.folder / "reports").iterdir()} == {
        "audit.html",
        "audit.sarif",
        "audit.json",
    }
    secret_free(run.text + forecast.text, SECRET)
