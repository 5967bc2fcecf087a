# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dockerfile_audit: files and trees, mending, reports, the baseline, and what it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict
from unittest import mock

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs import dockerfile as job
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs import file_audit
from ansible_collections.longshore.swr.tests.support.github_sarif import problems_of
from ansible_collections.longshore.swr.tests.support.modules import run_module

BAD = "FROM debian\nADD app.js /app/\nCMD node app.js\n"
GOOD_START = 'FROM debian\nCOPY app.js /app/\nCMD ["node", "app.js"]\n'


def audit(check_mode: bool = False, diff: bool = True, **options: Any) -> Dict[str, Any]:
    return run_module("dockerfile_audit", options, check_mode, diff)


def rules(result: Dict[str, Any]) -> list[str]:
    return sorted({finding["rule"] for finding in result["audit"]["findings"]})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "src"
    for name, text in {
        "shop/Dockerfile": BAD,
        "shop/app.js": "",
        "api/Dockerfile": "FROM debian:12.8\nCOPY . /app\n",
        "api/.env": "PASSWORD=hunter2hunter2",
    }.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    return top


def test_a_text() -> None:
    result = audit(content=BAD)
    assert result["failed"]
    assert rules(result) == ["SWR-DF-004", "SWR-DF-007", "SWR-DF-010"]
    assert result["msg"].startswith("3 findings in 1 file or image: 1 error, 2 warnings")
    assert "Dockerfile:1: error SWR-DF-004" in result["msg"]
    assert {"rule": "SWR-DF-017", "path": "Dockerfile", "reason": "no context"} in result["audit"]["not_evaluated"]
    assert not result["changed"]


def test_a_safe_fix_is_shown_as_a_difference() -> None:
    findings = audit(content=BAD)["audit"]["findings"]
    assert {finding["rule"]: finding["diff"] for finding in findings if finding["diff"]} == {
        "SWR-DF-007": ["-CMD node app.js", '+CMD ["node", "app.js"]'],
        "SWR-DF-010": ["-ADD app.js /app/", "+COPY app.js /app/"],
    }


def test_a_text_with_a_context(tree: Path) -> None:
    result = audit(content="FROM a:1\nCOPY . /app\n", context=str(tree / "api"), fail_on="never")
    assert rules(result) == ["SWR-DF-017"]
    assert "hunter2" not in json.dumps(result)


def test_a_file_is_judged_with_its_folder(tree: Path) -> None:
    result = audit(path=str(tree / "api" / "Dockerfile"))
    assert result["failed"]
    assert result["audit"]["findings"][0]["message"].endswith("copied into the image: .env")
    assert result["audit"]["findings"][0]["path"] == str(tree / "api" / "Dockerfile")


def test_a_tree_has_relative_paths(tree: Path) -> None:
    result = audit(path=str(tree), fail_on="never")
    assert "failed" not in result
    assert result["failing"] is False
    assert result["audit"]["targets"] == ["api/Dockerfile", "shop/Dockerfile"]
    assert result["audit"]["root"] == str(tree)
    assert {finding["path"] for finding in result["audit"]["findings"]} == {"api/Dockerfile", "shop/Dockerfile"}
    assert result["counts"]["findings"] == len(result["audit"]["findings"])


@pytest.mark.parametrize(("fail_on", "failed"), [("error", False), ("warning", True), ("info", True), ("never", False)])
def test_when_it_fails(fail_on: str, failed: bool) -> None:
    result = audit(content="FROM debian:12\nADD a.txt /\n", fail_on=fail_on)
    assert result.get("failed", False) is failed
    assert result["audit"]["findings"]


def test_mending_in_check_mode_shows_what_the_run_does(tree: Path) -> None:
    file = tree / "shop" / "Dockerfile"
    predicted = audit(check_mode=True, path=str(tree), fix=True, fail_on="never")
    assert file.read_text(encoding="utf-8") == BAD
    assert predicted["changed"]
    assert [part["after"] for part in predicted["diff"]] == [GOOD_START]
    assert predicted["written"] == [str(file)]
    done = audit(path=str(tree), fix=True, fail_on="never")
    assert done == predicted
    assert file.read_text(encoding="utf-8") == GOOD_START
    assert sorted(finding["rule"] for finding in done["mended"]) == ["SWR-DF-007", "SWR-DF-010"]
    assert "SWR-DF-010" not in rules(done)


def test_mending_twice_changes_nothing(tree: Path) -> None:
    audit(path=str(tree), fix=True, fail_on="never")
    before = (tree / "shop" / "Dockerfile").stat()
    again = audit(path=str(tree), fix=True, fail_on="never")
    assert not again["changed"]
    assert again["mended"] == []
    assert "diff" not in again
    assert (tree / "shop" / "Dockerfile").stat() == before


def test_mending_keeps_owner_and_mode(tree: Path) -> None:
    file = tree / "shop" / "Dockerfile"
    file.chmod(0o640)
    audit(path=str(file), fix=True, fail_on="never")
    assert file.stat().st_mode & 0o777 == 0o640


def test_an_entrypoint_script_is_mended_too(tmp_path: Path) -> None:
    script = tmp_path / "entrypoint.sh"
    script.write_text('#!/bin/sh\nset -e\n"$@"\n', encoding="utf-8")
    script.chmod(0o755)
    for name in ("a", "b"):
        text = 'FROM debian:12\nWORKDIR /app\nCOPY entrypoint.sh ./\nENTRYPOINT ["/app/entrypoint.sh"]\nCMD ["a"]\n'
        (tmp_path / (name + ".Dockerfile")).write_text(text, encoding="utf-8")
    result = audit(path=str(tmp_path), fix=True)
    assert "failed" not in result
    assert script.read_text(encoding="utf-8") == '#!/bin/sh\nset -e\nexec "$@"\n'
    assert script.stat().st_mode & 0o777 == 0o755
    assert [part["after_header"] for part in result["diff"]] == [str(script)]
    assert not audit(path=str(tmp_path), fix=True)["changed"]
    script.write_text('#!/bin/sh\n"$@"\n', encoding="utf-8")
    audit(path=str(tmp_path / "a.Dockerfile"), fix=True)
    assert script.read_text(encoding="utf-8") == '#!/bin/sh\nexec "$@"\n'


def test_a_file_that_changed_meanwhile_is_not_written(tree: Path) -> None:
    file = tree / "shop" / "Dockerfile"
    real = job.write_reports

    def meanwhile(*arguments: Any) -> Any:
        file.write_text(BAD + "# mine\n", encoding="utf-8")
        return real(*arguments)

    with mock.patch.object(job, "write_reports", meanwhile):
        result = audit(path=str(tree), fix=True, fail_on="never")
    assert result["failed"]
    assert "it has changed since it was audited" in result["msg"]
    assert file.read_text(encoding="utf-8") == BAD + "# mine\n"


def test_reports_are_written_once(tree: Path, tmp_path: Path) -> None:
    paths = {name: str(tmp_path / name) for name in ("sarif_path", "json_path", "html_path")}
    predicted = audit(check_mode=True, path=str(tree), fail_on="never", **paths)
    assert predicted["written"] == list(paths.values())
    assert not any(os.path.exists(path) for path in paths.values())
    first = audit(path=str(tree), fail_on="never", **paths)
    assert first == predicted
    assert not audit(path=str(tree), fail_on="never", **paths)["changed"]
    log = json.loads(Path(paths["sarif_path"]).read_text(encoding="utf-8"))
    assert list(problems_of(log)) == []
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log["runs"][0]["results"]}
    assert uris == {"api/Dockerfile", "shop/Dockerfile"}
    assert json.loads(Path(paths["json_path"]).read_text(encoding="utf-8")) == first["audit"]
    assert "shop/Dockerfile" in Path(paths["html_path"]).read_text(encoding="utf-8")
    for path in paths.values():
        assert os.stat(path).st_mode & 0o777 == 0o600


def test_reports_are_written_even_if_it_fails(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sarif"
    assert audit(path=str(tree), sarif_path=str(path))["failed"]
    assert path.exists()


def test_a_baseline_hides_what_is_there_and_nothing_new(tree: Path, tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    written = audit(path=str(tree), baseline=baseline, write_baseline=True)
    assert written["changed"]
    assert "failed" not in written
    assert not audit(path=str(tree), baseline=baseline, write_baseline=True)["changed"]
    quiet = audit(path=str(tree), baseline=baseline)
    assert "failed" not in quiet
    assert quiet["counts"]["findings"] == 0
    assert quiet["counts"]["suppressed"] == written["counts"]["suppressed"] > 0
    file = tree / "shop" / "Dockerfile"
    file.write_text("# moved\n\n" + BAD + "COPY --from=busybox /bin/sh /sh\n", encoding="utf-8")
    new = audit(path=str(tree), baseline=baseline)
    assert [finding["line"] for finding in new["audit"]["findings"] if not finding["suppressed_by"]] == [6]


def test_what_the_baseline_knows_is_not_mended(tree: Path, tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    audit(path=str(tree), baseline=baseline, write_baseline=True)
    assert not audit(path=str(tree), baseline=baseline, fix=True)["changed"]


def test_comments_silence_and_a_wrong_one_is_a_problem() -> None:
    text = "# swr-audit ignore=SWR-DF-004 reason=a mirror\nFROM debian\n# swr-audit ignore=SWR-DF-010\nADD a.txt /\n"
    result = audit(content=text, fail_on="never")
    shown = {finding["rule"]: finding["suppressed_by"] for finding in result["audit"]["findings"]}
    assert shown == {"SWR-DF-004": "pragma", "SWR-DF-010": ""}
    assert result["audit"]["problems"][0]["line"] == 3


def test_rules_that_are_switched_off_are_listed() -> None:
    result = audit(content=BAD, rules={"SWR-DF-004": "off", "SWR-DF-010": False}, fail_on="never")
    assert rules(result) == ["SWR-DF-007"]
    off = [one["rule"] for one in result["audit"]["not_evaluated"] if one["reason"] == "it is switched off"]
    assert off == ["SWR-DF-004", "SWR-DF-010"]


def test_secrets_of_a_dockerfile_are_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    secrets = ["hunter2hunter2", "s3cr3ts3cr3t", "t0kent0ken"]
    text = (
        "FROM debian\nENV DB_PASSWORD={0}\nENV API_TOKEN {2}\nADD a.txt /\n"
        "RUN curl https://bob:{1}@example.org/ && apt-get upgrade\nCMD node a.js\n"
    ).format(*secrets)
    file.write_text(text, encoding="utf-8")
    paths = {name: str(tmp_path / name) for name in ("sarif_path", "json_path", "html_path")}
    result = audit(path=str(file), fix=True, profile="strict", baseline=str(tmp_path / "b"), write_baseline=True)
    file.write_text(text, encoding="utf-8")
    shown = audit(path=str(file), fix=True, profile="strict", **paths)
    assert shown["mended"]
    everything = [json.dumps(result), json.dumps(shown), (tmp_path / "b").read_text(encoding="utf-8")]
    everything += [Path(path).read_text(encoding="utf-8") for path in paths.values()]
    for secret in secrets:
        assert not [text for text in everything if secret in text]
        assert secret in file.read_text(encoding="utf-8")


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "/does/not/exist"}, "the file does not exist"),
        ({"path": "/dev/null"}, "it is a device, not a regular file"),
        ({"content": BAD, "fix": True}, "fix: a text cannot be mended"),
        ({"content": BAD, "rules": {"SWR-DF-099": "error"}}, "is no rule"),
        ({"content": BAD, "rules": {"SWR-DF-001": "fatal"}}, "is no severity"),
        ({"content": BAD, "write_baseline": True}, "baseline: it is not set"),
        ({"content": BAD, "baseline": "/does/not/exist"}, "the file does not exist"),
        ({"content": BAD, "context": "/does/not/exist"}, "the directory does not exist"),
        ({"content": BAD, "sarif_path": "/does/not/exist/a.sarif"}, "does not exist"),
        ({"content": BAD, "findings_shown": -1}, "out of range"),
        ({"path": ""}, "path: it is empty"),
        ({"path": "/", "context": "/"}, "cannot have one context"),
    ],
)
def test_wrong_options_are_refused(options: Dict[str, Any], message: str) -> None:
    result = audit(**options)
    assert result["failed"]
    assert message in result["msg"]


def test_an_empty_tree_is_refused(tmp_path: Path) -> None:
    assert "there is no Dockerfile in it" in audit(path=str(tmp_path))["msg"]


STRANGE: Dict[str, bytes] = {
    "binary": b"\x7fELF\0\1\2\3" * 100,
    "utf-16": "FROM debian\n".encode("utf-16"),
    "one line": b"RUN " + b"a && " * 200_000,
    "no FROM": b"RUN apt-get update\n",
    "empty": b"",
    "unclosed heredoc": b"FROM a:1\nRUN <<EOF\napt-get upgrade\n",
    "crlf and bom": b"\xef\xbb\xbfFROM debian\r\nADD a.txt /\r\n",
    "many instructions": b"FROM debian:12\n" + b"RUN apt-get update\n" * 1_500,
    "many variables": b"FROM debian:12\n" + b"".join(b"ENV A%d=$A%d\n" % (n, n - 1) for n in range(1_500)),
    "many stages": b"".join(b"FROM debian:12 AS s%d\n" % n for n in range(1_000)),
    "chained stages": b"FROM debian:12 AS s0\n"
    + b"".join(b"FROM s%d AS s%d\nRUN true\n" % (n, n + 1) for n in range(1_000)),
    "many copies": b"FROM debian:12\n" + b"COPY --from=x a b\nWORKDIR c\n" * 500,
}


@pytest.mark.parametrize("name", sorted(STRANGE))
def test_strange_files_have_a_clear_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(file_audit, "MOST_INSTRUCTIONS", 1_000 if name == "many instructions" else 20_000)
    (tmp_path / "Dockerfile").write_bytes(STRANGE[name])
    result = audit(path=str(tmp_path), fail_on="never")
    assert "failed" not in result
    data = result["audit"]
    assert data["findings"] or data["problems"] or data["not_evaluated"] or "stages" in name
    if name in ("binary", "no FROM", "empty"):
        assert data["problems"]
        assert {entry["rule"] for entry in data["not_evaluated"]} >= {"SWR-DF-001", "SWR-DF-016"}


def test_a_file_that_is_too_large_fails_and_the_others_are_judged(tree: Path) -> None:
    with open(str(tree / "Dockerfile"), "wb") as file:
        file.truncate(20 * 1024 * 1024)
    result = audit(path=str(tree), fail_on="never")
    assert result["failed"]
    assert result["msg"].startswith("1 file or directory could not be read; Dockerfile: it has more than")
    assert result["counts"]["findings"]


def test_a_link_is_said_and_not_followed(tree: Path) -> None:
    (tree / "Dockerfile").symlink_to("/etc/passwd")
    result = audit(path=str(tree), fail_on="never")
    assert "failed" not in result
    assert result["audit"]["problems"][0]["path"] == "Dockerfile"
    assert "root:" not in json.dumps(result)
