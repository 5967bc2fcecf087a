# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an image is after a copy: by every kind of rule, by reports, and by both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._image_mapping import NoAnswer, mapping_of, proof_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import OUTCOMES
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.image import parse_image

SWR = "swr.example.com/shop"
ONE, TWO = ("sha256:" + digit * 64 for digit in "12")
OPTIONS: Dict[str, Any] = {
    "images": None,
    "images_file": None,
    "dialect": "auto",
    "default_registry": None,
    "default_namespace": None,
    "reports": [],
    "verified": [],
}


def ask(mapping: Any, text: str, any_tag: bool = False) -> Optional[str]:
    found = mapping(parse_image(text), any_tag)
    return None if found is None else str(found)


def by_rules(images: Any) -> Any:
    return mapping_of(dict(OPTIONS, images=images), {})


RULES = {
    "quay.io/a/one:1,2": SWR + "/one:1,two",
    "quay.io/a/all": SWR + "/all",
    "quay.io/a/some:/^v/": SWR + "/some",
    "docker.io/library/nginx:latest": SWR + "/nginx:latest",
    "quay.io/a/pinned@" + ONE: SWR + "/pinned",
    "ghcr.io/team/**": {"destination": SWR, "repositories": {"deny": ["secret"]}, "rename": [{"flatten": True}]},
    "quay.io/a/newest": {"destination": SWR + "/newest", "tags": {"semver": ">=2"}},
}


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("quay.io/a/one:1", SWR + "/one:1"),
        ("quay.io/a/one:2", SWR + "/one:two"),
        ("quay.io/a/one:3", None),
        ("quay.io/a/all", SWR + "/all:latest"),
        ("quay.io/a/some:v1", SWR + "/some:v1"),
        ("quay.io/a/some:1", None),
        ("nginx", SWR + "/nginx:latest"),
        ("index.docker.io/nginx:latest", SWR + "/nginx:latest"),
        ("nginx:1", None),
        ("ghcr.io/team/x/app:1", SWR + "/app:1"),
        ("ghcr.io/team/secret:1", None),
        ("ghcr.io/other/app:1", None),
        ("quay.io/a/newest:2.1.0", SWR + "/newest:2.1.0"),
        ("quay.io/a/newest:1.9.0", None),
        ("quay.io/unknown/app:1", None),
    ],
)
def test_rules_name_the_destination(image: str, expected: Optional[str]) -> None:
    assert ask(by_rules(RULES), image) == expected


@pytest.mark.parametrize("image", ["quay.io/a/all:1@" + ONE, "quay.io/a/pinned@" + ONE])
def test_a_digest_needs_a_report(image: str) -> None:
    with pytest.raises(NoAnswer, match="pinned to a digest"):
        ask(by_rules(RULES), image)


def test_another_digest_of_the_repository_is_not_copied() -> None:
    assert ask(by_rules(RULES), "quay.io/a/pinned@" + TWO) is None


def test_an_unknown_tag_must_not_matter() -> None:
    rules = by_rules({**RULES, "quay.io/a/two:1": SWR + "/x:1", "quay.io/a/two:2": SWR + "/y:2"})
    assert ask(rules, "quay.io/a/all", any_tag=True) == SWR + "/all"
    assert ask(rules, "docker.io/library/nginx", any_tag=True) == SWR + "/nginx"
    assert ask(rules, "quay.io/a/unknown", any_tag=True) is None
    for image in ("quay.io/a/one", "quay.io/a/two"):
        with pytest.raises(NoAnswer, match="its tag is not known"):
            ask(rules, image, any_tag=True)


def test_the_first_rule_counts() -> None:
    assert ask(by_rules([{"quay.io/a/b": SWR + "/one"}, {"quay.io/a/b:1": SWR + "/two:1"}]), "quay.io/a/b:1") == (
        SWR + "/one:1"
    )


def report(tmp_path: Path, *results: Dict[str, Any]) -> str:
    counts = {"total": len(results), **dict.fromkeys(OUTCOMES, 0)}
    for entry in results:
        counts[entry["outcome"]] += 1
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"version": 1, "images": counts, "results": results}), encoding="utf-8")
    return str(path)


def entry(source: str, destination: str, outcome: str = "copied", **more: Any) -> Dict[str, Any]:
    return dict({"source": source, "destination": destination, "outcome": outcome}, **more)


@pytest.fixture
def options(tmp_path: Path) -> Dict[str, Any]:
    path = report(
        tmp_path,
        entry("quay.io/a/all:1", SWR + "/all:1", source_digest=ONE, destination_digest=TWO, converted=True),
        entry("quay.io/a/all:2", SWR + "/all:2", "skipped"),
        entry("quay.io/a/all:3", SWR + "/all:3", "failed", error="x"),
        entry("quay.io/a/pinned@" + ONE, SWR + "/pinned@" + TWO, source_digest=ONE, destination_digest=TWO),
        entry("quay.io/a/odd@" + ONE, SWR + "/odd:1", source_digest=ONE),
        entry("oci:/x:y", SWR + "/y:1"),
    )
    return dict(OPTIONS, reports=[path])


def test_reports_say_what_has_arrived(options: Dict[str, Any]) -> None:
    mapping = mapping_of(options, {})
    assert ask(mapping, "quay.io/a/all:1") == SWR + "/all:1"
    assert ask(mapping, "quay.io/a/all:2") == SWR + "/all:2"
    assert ask(mapping, "quay.io/a/all:3") is None
    assert ask(mapping, "quay.io/a/all@" + ONE) == SWR + "/all@" + TWO
    assert ask(mapping, "quay.io/a/all:1@" + ONE) == SWR + "/all:1@" + TWO
    assert ask(mapping, "quay.io/a/pinned@" + ONE) == SWR + "/pinned@" + TWO
    assert ask(mapping, "quay.io/a/all", any_tag=True) == SWR + "/all"
    with pytest.raises(NoAnswer, match="no digest of it"):
        ask(mapping, "quay.io/a/odd@" + ONE)


def test_rules_and_reports_tell_what_is_missing(options: Dict[str, Any]) -> None:
    mapping = mapping_of(dict(options, images={"quay.io/a/all": SWR + "/all"}), {})
    assert ask(mapping, "quay.io/a/all:1") == SWR + "/all:1"
    assert ask(mapping, "quay.io/b/other:1") is None
    for image in ("quay.io/a/all:3", "quay.io/a/all@" + TWO):
        with pytest.raises(NoAnswer, match="in no report as copied"):
            ask(mapping, image)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "neither images, images_file, reports nor verified is set"),
        ({"images": {"a": "b"}, "images_file": "x.json"}, "mutually exclusive"),
        ({"images": {"quay.io/a/b:1": "quay.io/A"}}, "lower case"),
        ({"reports": ["/nonexistent/report.json"]}, "the report does not exist"),
    ],
)
def test_bad_options_are_refused(changes: Dict[str, Any], message: str) -> None:
    with pytest.raises(LongshoreError, match=message):
        mapping_of(dict(OPTIONS, **changes), {})


# Verified


def verified(folder: Path, name: str, *results: Dict[str, Any]) -> str:
    path = folder / name
    path.write_text(json.dumps({"version": 1, "images": {}, "results": results}), encoding="utf-8")
    return str(path)


def verdict(source: str, destination: str, found: str = "equal", **more: Any) -> Dict[str, Any]:
    return dict({"source": source, "destination": destination, "verdict": found, "rule": "x"}, **more)


def test_only_what_is_verified_is_there(tmp_path: Path) -> None:
    for place in (str(tmp_path), str(tmp_path / "*.json"), str(tmp_path / "b.json")):
        verified(tmp_path, "a.json")
        path = verified(
            tmp_path,
            "b.json",
            dict(verdict("quay.io/a/one:1", SWR + "/one:1", source_digest=ONE), found=TWO),
            verdict("docker.io/library/nginx:latest", SWR + "/nginx:latest", source_digest=TWO),
            verdict("quay.io/a/two:1", SWR + "/two:1", "missing", reason="it is not there"),
            verdict("quay.io/a/three:1", SWR + "/three:1", "failed", error="no reply"),
            verdict("quay.io/a/signed@" + ONE, SWR + "/one@" + ONE, attached_to=SWR + "/one:1", source_digest=ONE),
            verdict("oci:/x:y", SWR + "/y:1"),
        )
        assert path.endswith("b.json")
        proof = proof_of([place])
        assert str(proof(parse_image("quay.io/a/one:1"))) == SWR + "/one:1"
        assert str(proof(parse_image("quay.io/a/one:1@" + ONE))) == SWR + "/one:1@" + TWO
        assert str(proof(parse_image("nginx"))) == SWR + "/nginx:latest"
        # From there already.
        assert proof(parse_image(SWR + "/other:7")) is None
        for image, reason in (
            ("quay.io/a/two:1", "verified: it is not there"),
            ("quay.io/a/three:1", "verified: no reply"),
            ("quay.io/a/one@" + TWO, "no report has it as verified"),
            ("nginx@" + TWO, "no digest of it"),
            ("quay.io/a/signed@" + ONE, "no report has it as verified"),
            ("quay.io/a/two", "no report has it as verified"),
        ):
            with pytest.raises(NoAnswer, match=reason):
                proof(parse_image(image))


@pytest.mark.parametrize("places", [[], ["/nonexistent/report.json"], ["/nonexistent/*.json"]])
def test_without_a_report_nothing_is_verified(places: Any) -> None:
    with pytest.raises(LongshoreError, match="there is no report"):
        proof_of(places)


@pytest.fixture
def proven(tmp_path: Path) -> Dict[str, Any]:
    place = SWR + "/all:"
    results = [
        {
            "source": "quay.io/a/all:1",
            "destination": place + "1",
            "verdict": "equal",
            "source_digest": ONE,
            "found": TWO,
        },
        {"source": "quay.io/a/all:2", "destination": place + "2", "verdict": "missing", "reason": "it is not there"},
    ]
    path = tmp_path / "verified.json"
    path.write_text(json.dumps({"version": 1, "results": results}), encoding="utf-8")
    return dict(OPTIONS, verified=[str(path)])


def test_a_verification_alone_says_where_images_are(proven: Dict[str, Any]) -> None:
    mapping = mapping_of(proven, {})
    assert ask(mapping, "quay.io/a/all:1") == SWR + "/all:1"
    assert ask(mapping, "quay.io/a/all:1@" + ONE) == SWR + "/all:1@" + TWO
    assert ask(mapping, "quay.io/a/all", any_tag=True) == SWR + "/all"
    assert ask(mapping, SWR + "/all:1") is None
    with pytest.raises(NoAnswer, match="no report has it as verified: it is not there"):
        ask(mapping, "quay.io/a/all:2")
    with pytest.raises(NoAnswer, match="no report has it as verified"):
        ask(mapping, "quay.io/other:1")


@pytest.mark.parametrize("more", [{"images": RULES}, {"images_file": "rules.json"}])
def test_a_verification_and_rules_exclude_each_other(
    proven: Dict[str, Any], more: Dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.json").write_text(json.dumps(RULES), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LongshoreError, match="mutually exclusive"):
        mapping_of({**proven, **more}, {})
