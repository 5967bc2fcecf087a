# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module image_audit against registries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Set

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Fault, Registry, images
from ansible_collections.longshore.swr.tests.support.modules import run_module

PASSWORD = "pass-of-the-reader-93"
SECRET = "a-value-nobody-may-see"
STEPS = [
    "/bin/sh -c #(nop) ADD file:ab12 in / ",
    {"created_by": '/bin/sh -c #(nop)  CMD ["bash"]', "empty_layer": True},
    "RUN |1 NPM_TOKEN={0} /bin/sh -c npm ci --token {0} # buildkit".format(SECRET),
    "ADD app.conf /etc/ # buildkit",
]
RUN = {
    "Env": ["PATH=/bin", "DB_PASSWORD=" + SECRET],
    "Cmd": ["node", "server.js"],
    "ExposedPorts": {"80/tcp": {}},
    "Labels": {"a": "b"},
}


@pytest.fixture
def registry(sandbox_registry: Callable[..., Registry]) -> Registry:
    made = sandbox_registry(auth=BasicAuth({"reader": PASSWORD}))
    made.load(images.built_image("app", RUN, STEPS), "team/app", "1.0")
    return made


def audit(registry: Registry, *names: str, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    """The result for images of the registry, in which no secret may show."""
    options.setdefault("images", ["{0}/{1}".format(registry.host, name) for name in names])
    auth = {registry.host: {"username": "reader", "password": PASSWORD, "insecure": True}}
    given = {"auth": auth, "docker_config_fallback": False, "retries": 1, "retry_delay": 0.01, "timeout": 5}
    result = run_module("image_audit", dict(given, **options), check_mode)
    text = json.dumps(result)
    assert PASSWORD not in text
    assert SECRET not in text
    return result


def rules(result: Dict[str, Any]) -> Set[int]:
    return {int(finding["rule"][-3:]) for finding in result["audit"]["findings"]}


def test_an_image(registry: Registry) -> None:
    result = audit(registry, "team/app:1.0", profile="strict", fail_on="never")
    assert result["changed"] is False
    assert "failed" not in result
    assert rules(result) == {5, 10, 12, 16}
    (image,) = result["images"]
    (platform,) = image["platforms"]
    assert (image["image"], image["also"], image["judged"]) == (registry.host + "/team/app:1.0", [], True)
    assert {name: platform[name] for name in ("platform", "layers", "user", "base", "steps", "own_steps")} == {
        "platform": "linux/amd64",
        "layers": 3,
        "user": "",
        "base": "",
        "steps": 4,
        "own_steps": 2,
    }
    # The first one is answered with a challenge.
    assert result["requests"]["by_registry"] == {registry.host: {"blob_get": 1, "manifest_get": 2}}
    assert (registry.count("manifest_get"), registry.count("blob_get")) == (2, 1)
    assert result["counts"]["targets"] == 1
    assert result["counts"]["not_evaluated"] == len(result["audit"]["not_evaluated"]) == 5
    secrets = [one["message"] for one in result["audit"]["findings"] if one["rule"] == "SWR-DF-012"]
    assert sorted(text.partition(" looks")[0] for text in secrets) == [
        "ENV DB_PASSWORD",
        "step 3 (RUN npm): ARG NPM_TOKEN",
    ]


@pytest.mark.parametrize(("fail_on", "failed"), [("never", False), ("error", True), ("info", True)])
def test_what_fails(registry: Registry, fail_on: str, failed: bool) -> None:
    result = audit(registry, "team/app:1.0", profile="strict", fail_on=fail_on)
    assert (result.get("failed", False), result["failing"]) == (failed, failed)
    assert ("SWR-DF-012" in result["msg"]) is failed


def test_one_rule_in_another_severity(registry: Registry) -> None:
    off = {"SWR-DF-012": "off", "SWR-DF-005": "off", "010": "off"}
    result = audit(registry, "team/app:1.0", rules=off, fail_on="never")
    assert rules(result) == set()
    left = {(one["rule"], one["path"]) for one in result["audit"]["not_evaluated"] if "switched off" in one["reason"]}
    assert left == {("SWR-DF-005", ""), ("SWR-DF-010", ""), ("SWR-DF-012", "")}


def test_baseline(registry: Registry, tmp_path: Path) -> None:
    first = audit(registry, "team/app:1.0", profile="strict", fail_on="never")
    known: Dict[str, Any] = {}
    for finding in first["audit"]["findings"]:
        known.setdefault(finding["path"], {})[finding["fingerprint"]] = finding["rule"]
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"version": 1, "findings": known}), encoding="ascii")
    result = audit(registry, "team/app:1.0", profile="strict", baseline=str(path))
    assert "failed" not in result
    assert (result["counts"]["findings"], result["counts"]["suppressed"]) == (0, 4 + 1)


def test_reports_are_written_once(registry: Registry, tmp_path: Path) -> None:
    paths = {name + "_path": str(tmp_path / ("audit." + name)) for name in ("html", "sarif", "json")}
    forecast = audit(registry, "team/app:1.0", check_mode=True, fail_on="never", **paths)
    assert forecast["changed"] is True
    assert list(tmp_path.iterdir()) == []
    first = audit(registry, "team/app:1.0", fail_on="never", **paths)
    assert first["changed"] is True
    assert {name: first[name] for name in paths} == paths
    assert audit(registry, "team/app:1.0", fail_on="never", **paths)["changed"] is False
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "DB_PASSWORD" in text
        assert SECRET not in text
        assert PASSWORD not in text
    sarif = json.loads((tmp_path / "audit.sarif").read_text(encoding="utf-8"))
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["runs"][0]["results"]}
    assert places == {"{0}/team/app%3A1.0".format(registry.host.replace(":", "%3A"))}


def test_a_report_that_cannot_be_written_is_refused_before_anything(registry: Registry, tmp_path: Path) -> None:
    result = audit(registry, "team/app:1.0", html_path=str(tmp_path / "none" / "audit.html"))
    assert result["failed"] is True
    assert "html_path" in result["msg"]
    assert registry.count() == 0


def test_the_failure_of_one_is_its_own(registry: Registry) -> None:
    result = audit(registry, "team/app:1.0", "team/none:1.0", profile="strict", fail_on="never")
    assert result["failed"] is True
    assert result["msg"].startswith("1 of 2 images could not be read. First: {0}/team/none:1.0".format(registry.host))
    assert rules(result) == {5, 10, 12, 16}
    assert result["images"][1]["judged"] is False
    assert "MANIFEST_UNKNOWN" in result["images"][1]["error"]
    assert [one["path"] for one in result["audit"]["problems"]] == [registry.host + "/team/none:1.0"]


def test_what_is_no_image_is_told(registry: Registry) -> None:
    registry.load(images.artifact("chart", "application/vnd.cncf.helm.chart"), "team/chart", "1")
    registry.load(images.schema1_image("old"), "team/old", "1")
    result = audit(registry, "team/chart:1", "team/old:1")
    assert "failed" not in result
    assert [one["reason"].partition(",")[0] for one in result["images"]] == [
        "it is an artifact (application/vnd.cncf.helm.chart)",
        "the image has a schema 1 manifest",
    ]
    assert result["counts"] == {**result["counts"], "targets": 0, "findings": 0, "not_evaluated": 34}


def test_rules_of_a_migration(registry: Registry, sandbox_registry: Callable[..., Registry]) -> None:
    """Their sources, or their copies."""
    copies = sandbox_registry(name="destination")
    copies.load(images.built_image("copy", {"User": "1"}, ["RUN make"]), "moved/app", "1.0")
    rules_ = {registry.host + "/team/app": copies.host + "/moved/app"}
    auth = {
        registry.host: {"username": "reader", "password": PASSWORD, "insecure": True},
        copies.host: {"insecure": True},
    }
    given = {"images": rules_, "auth": auth, "fail_on": "never"}
    assert audit(registry, **given)["images"][0]["image"] == registry.host + "/team/app:1.0"
    assert copies.count() == 0
    (found,) = audit(registry, side="destination", **given)["images"]
    assert (found["image"], found["platforms"][0]["user"]) == (copies.host + "/moved/app:1.0", "1")
    assert registry.count("manifest_get") == 1


def test_a_rule_needs_a_destination_only_if_that_is_read(registry: Registry) -> None:
    result = audit(registry, "team/app:1.0", side="destination")
    assert "no default registry and namespace" in result["msg"]
    assert registry.count() == 0


def test_findings_of_all_platforms_are_one(registry: Registry) -> None:
    made = [
        images.built_image("arm", RUN, STEPS, platform="linux/arm64"),
        images.built_image("amd", dict(RUN, Labels=None), STEPS),
    ]
    registry.load(images.oci_index("i", children=made), "team/index", "1")
    result = audit(registry, "team/index:1", profile="strict", fail_on="never")
    stages = {(int(one["rule"][-3:]), one["stage"]) for one in result["audit"]["findings"]}
    assert stages == {(5, None), (10, None), (12, None), (15, "linux/amd64"), (16, None)}
    assert [one["platform"] for one in result["images"][0]["platforms"]] == ["linux/arm64", "linux/amd64"]


def test_the_base_image_that_an_annotation_names(registry: Registry) -> None:
    notes = {"org.opencontainers.image.base.name": "docker.io/library/debian:latest"}
    registry.load(images.built_image("b", RUN, STEPS, annotations=notes), "team/based", "1")
    policy = ["registry.example.com/*"]
    result = audit(registry, "team/based:1", allowed_base_images=policy, fail_on="never")
    assert {4, 6} <= rules(result)
    assert result["images"][0]["platforms"][0]["base"] == notes["org.opencontainers.image.base.name"]


HOSTILE: List[Any] = [
    images.built_image("million", RUN, [{}] * 1_000_000, layers=1),
    images.built_image("types", {"Env": {"A": "b"}}, ["RUN make"]),
    images.built_image("deep", RUN, ["RUN " + "(" * 100_000]),
    images.built_image("text", {"User": "\x1b[2J\u202e", "Cmd": ["\x00"]}, ["RUN \x1b]0;x\x07"]),
    images.built_image("nothing", None, None, layers=0),
]


@pytest.mark.parametrize("image", HOSTILE, ids=["million", "types", "deep", "text", "nothing"])
def test_hostile_images(registry: Registry, image: images.Image) -> None:
    registry.load(image, "team/hostile", "1")
    result = audit(registry, "team/hostile:1", "team/app:1.0", fail_on="never")
    assert result["images"][1]["judged"] is True
    hostile = result["images"][0]
    assert hostile["judged"] is not bool(hostile.get("error"))
    assert json.dumps(result).isprintable()


def test_registry_that_goes_away_in_the_middle(registry: Registry) -> None:
    for number in range(6):
        registry.load(images.built_image(number, RUN, STEPS), "team/many", str(number))
    registry.faults.add(Fault(kind="blob_get", action="drop", skip=3))
    result = audit(registry, "team/many:/./", images=["{0}/team/many:/./".format(registry.host)])
    assert result["failed"] is True
    assert sum(one["judged"] for one in result["images"]) == 3
    assert len(result["audit"]["problems"]) == 3


def test_its_result_goes_into_a_report(registry: Registry, tmp_path: Path) -> None:
    found = audit(registry, "team/app:1.0", fail_on="never")
    path = tmp_path / "audit.html"
    result = run_module("audit_report", {"audits": [found["audit"]], "html_path": str(path), "fail_on": "never"})
    assert (result["counts"], result["changed"]) == (found["counts"], True)
    assert registry.host + "/team/app:1.0" in path.read_text(encoding="utf-8")
