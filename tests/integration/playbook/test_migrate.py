# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook longshore.swr.migrate, as a user runs it: with the files of image-migrator and image-syncer."""

from __future__ import annotations

import json
import re
import stat
from typing import Any

from ansible_collections.longshore.swr.tests.sandbox import Fault
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, manifest_list
from ansible_collections.longshore.swr.tests.support.playbook import secret_free

from .conftest import LOGIN_PASSWORD

IMAGES = ("-e", "images_file=images.json", "-e", "auth_file=auth.json")


def offer(playbooks: Any) -> None:
    """Images in the source, and an images.json in the shapes of the documentation of image-migrator."""
    load = playbooks.source.load
    load(docker_image("a"), "team/single", "1.0")
    load(manifest_list("b"), "team/list", "1.0")
    load(docker_image("c"), "group/sub/nested", "2.0")
    for tag in ("1.0", "1.1", "2.0", "latest"):
        load(docker_image("d" + tag), "team/tags", tag)
    source, swr = playbooks.source.host, playbooks.swr.host
    playbooks.write(
        "images.json",
        {
            source + "/team/single:1.0": swr + "/team/renamed:stable",
            source + "/team/list": swr + "/team/list",
            source + "/group/sub/nested:2.0": "",
            source + "/team/tags:1.0,1.1": swr + "/team/some",
            source + "/team/tags:/^[0-9]/": [swr + "/team/numbered", swr + "/team/again"],
        },
    )
    playbooks.write_auth()


def test_files_of_image_migrator_in_check_mode_then_really_then_again(playbooks: Any) -> None:
    offer(playbooks)
    given = (*IMAGES, "-e", "default_namespace=team")

    forecast = playbooks.migrate(*given, "--check")
    assert playbooks.written() == []
    assert not playbooks.state.exists()
    assert "11 images: 11 would be copied" in forecast.out

    first = playbooks.migrate(*given, "-vvv", "--diff")
    assert first.changed == forecast.changed > 0
    assert "11 images: 11 copied, 0 there already, 0 filtered out, 0 failed" in first.out
    assert playbooks.swr.tags("team/renamed") == ["stable"]
    assert playbooks.swr.tags("team/sub/nested") == ["2.0"]
    assert sorted(playbooks.swr.tags("team/again")) == ["1.0", "1.1", "2.0"]
    assert playbooks.swr.manifest("team/list", "1.0").digest == playbooks.source.manifest("team/list", "1.0").digest
    for repository in ("team/renamed", "team/list", "team/sub/nested", "team/some", "team/numbered", "team/again"):
        assert playbooks.swr.missing_blobs(repository) == []

    playbooks.swr.log.reset()
    second = playbooks.migrate(*given)
    assert second.changed == 0
    assert playbooks.written() == []
    counts = {"total": 11, "copied": 0, "skipped": 11, "filtered": 0, "postponed": 0, "failed": 0}
    assert playbooks.report()["images"] == counts

    assert "All 11 images are at their destination" in (playbooks.state / "report.html").read_text()
    files = list(playbooks.state.iterdir())
    assert {path.name for path in files} == {
        "journal.jsonl", "report.json", "report.html", "migrate.log", "success.yaml", "failed.yaml"
    }  # fmt: skip
    assert stat.S_IMODE(playbooks.state.stat().st_mode) == 0o700
    secret_free("".join(path.read_text() for path in files), *playbooks.secrets)


def test_yaml_files_of_image_syncer_without_a_region(playbooks: Any) -> None:
    playbooks.source.load(docker_image("a"), "team/app", "1.0")
    playbooks.source.load(manifest_list("b"), "team/list", "1.0")
    index = playbooks.source.load(docker_image("c"), "team/by-digest", "x")
    source, swr = playbooks.source.host, playbooks.swr.host
    playbooks.write(
        "images.yaml",
        "{0}/team/app:1.0: {1}/team/app:a\n"
        "{0}/team/list:\n  - {1}/team/one\n  - {1}/team/two\n"
        "{0}/team/by-digest@{2}: ${{WHERE}}/team/digest:x\n".format(source, swr, index),
    )
    playbooks.write(
        "auth.yaml",
        "{0}:\n  username: reader\n  password: $SOURCE_PASSWORD\n  insecure: true\n"
        "{1}/team:\n  username: cn-north-4@$HW_ACCESS_KEY\n  password: ${{SWR_PASSWORD}}\n  insecure: true\n".format(
            source, swr
        ),
    )
    given = ("images_file=images.yaml", "auth_file=./auth.yaml", "state_dir=kept", "migrate_dialect=image-syncer")
    run = playbooks.run(
        "longshore.swr.migrate",
        *(word for variable in given for word in ("-e", variable)),
        environ={"WHERE": swr, "SWR_PASSWORD": LOGIN_PASSWORD},
    )
    assert "4 images: 4 copied" in run.out
    assert playbooks.swr.tags("team/one") == playbooks.swr.tags("team/two") == ["1.0"]
    assert playbooks.swr.tags("team/app") == ["a"]
    assert playbooks.swr.tags("team/digest") == ["x"]
    assert (playbooks.folder / "kept" / "report.json").exists()


def test_inventory_can_say_everything(playbooks: Any) -> None:
    offer(playbooks)
    variables = {
        "migrate_images_file": str(playbooks.folder / "images.json"),
        "migrate_auth": {
            playbooks.source.host: {"username": "reader", "password": "${SOURCE_PASSWORD}", "insecure": "true"}
        },
        "migrate_default_namespace": "team",
        "migrate_state_dir": str(playbooks.folder / "state"),
    }
    run = playbooks.migrate("-e", "migrate_hosts=one", inventory={"all": {"hosts": {"one": variables}}})
    assert "11 images: 11 copied" in run.out
    assert (playbooks.folder / "state" / "journal.jsonl").exists()


def test_failures_are_summed_up_and_can_be_fed_back(playbooks: Any) -> None:
    offer(playbooks)
    source = playbooks.source.host
    rules = json.loads((playbooks.folder / "images.json").read_text())
    playbooks.write("images.json", {source + "/team/absent:9": "", source + "/team/single": "", **rules})
    playbooks.swr.faults.add(Fault(kind="manifest_put", action="status", status=500, repository="team/single"))
    given = ("-e", "auth_file=auth.json", "-e", "default_namespace=team", "-e", "retries=0")

    junit, metrics = playbooks.folder / "junit.xml", playbooks.folder / "swr.prom"
    # A webhook that is not there does not change the outcome.
    published = {
        "migrate_junit_path": str(junit),
        "migrate_metrics_path": str(metrics),
        "migrate_notify_url": "http://127.0.0.1:1/hooks/lost-secret-7",
        "migrate_job_name": "nightly",
    }
    first = playbooks.migrate(
        "-e",
        "images_file=images.json",
        *given,
        "-e",
        json.dumps(published),
        ok=False,
        environ={"ANSIBLE_SHOW_CUSTOM_STATS": "true"},
    )
    suite = junit.read_text()
    assert 'tests="13" failures="2" errors="0"' in suite
    assert 'longshore_swr_images{job="nightly",kind="migration",state="copied"} 11' in metrics.read_text()
    assert "the notification was not sent" in first.text
    assert "lost-secret-7" not in first.text
    assert re.search(r'"?migrate_images"?: .*"copied": 11', first.out)
    # The directory of the state, and the images that arrived.
    assert first.changed == 2
    assert "13 images: 11 copied, 0 there already, 0 filtered out, 2 failed" in first.out
    # Once in the summary, and once as it happens.
    for image in ("/team/absent:9", "/team/single:1.0"):
        assert len(re.findall(r"^ +\"failed: \S+{0} -> ".format(image), first.out, re.MULTILINE)) == 1
        assert len(re.findall(r"^\[swr\] localhost: failed: .*{0} -> ".format(image), first.err, re.MULTILINE)) == 1
    # Right from planning to the end.
    told = [line for line in first.err.splitlines() if line.startswith("[swr] ")]
    assert told[0] == "[swr] localhost: planning: looking for images"
    assert told[-1].startswith("[swr] localhost: finished: 13/13 images, ")
    assert "ETA" not in told[-1]
    assert "2 of 13 images failed" in first.text

    playbooks.swr.faults.clear()
    failed = playbooks.state / "failed.yaml"
    again = playbooks.migrate("-e", "images_file={0}".format(failed), *given, ok=False)
    assert "2 images: 1 copied, 0 there already, 0 filtered out, 1 failed" in again.out
    assert playbooks.swr.tags("team/single") == ["1.0"]

    tolerant = playbooks.migrate("-e", "images_file=images.json", *given, "-e", "migrate_fail_on_error=false")
    assert tolerant.changed == 0


def test_malformed_file_is_refused_before_any_connection(playbooks: Any) -> None:
    offer(playbooks)
    playbooks.write("bad-images.json", '{"a/b/c": "x/y/z",}')
    playbooks.write("bad-auth.json", "{")
    files = {"images": ("bad-images", "auth"), "auth": ("images", "bad-auth"), "absent": ("images", "absent")}
    hosts = {
        name: {
            "migrate_images_file": "{0}/{1}.json".format(playbooks.folder, images),
            "migrate_auth_file": "{0}/{1}.json".format(playbooks.folder, auth),
            "migrate_default_namespace": "team",
            "migrate_state_dir": str(playbooks.folder / name),
        }
        for name, (images, auth) in files.items()
    }
    run = playbooks.migrate("-e", "migrate_hosts=all", inventory={"all": {"hosts": hosts}}, ok=False)
    assert run.count("failed") == 3
    for expected in (r"bad-images\.json.*line 1", r"bad-auth\.json.*line 1", r"absent\.json.*does not exist"):
        assert re.search(expected, run.text), (expected, run.text)
    assert playbooks.requests() == 0
