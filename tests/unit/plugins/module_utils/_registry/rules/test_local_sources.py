# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError, RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.grammar import RuleProblem
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.local_sources import parse_sources
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.rule import Rule
from ansible_collections.longshore.swr.plugins.module_utils._registry.sources.docker_daemon import _read_list
from ansible_collections.longshore.swr.plugins.module_utils._registry.sources.oci_layout import (
    CONTAINERD_NAME,
    REF_NAME,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.sources.open import LocalSources
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.support import archives

LAYER = archives.layer_tar("layer")
OTHER = archives.layer_tar("other")
DIGEST = "sha256:" + "a" * 64


def rules(document: Any, **options: Any) -> List[Rule]:
    options.setdefault("environ", {})
    return parse_rules(
        document, where="images", default_registry="swr.example.com", default_namespace="team", **options
    )


def problem(document: Any, **options: Any) -> str:
    with pytest.raises(RulesError) as caught:
        rules(document, **options)
    return "; ".join(caught.value.problems)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    files = archives.docker_files([(["a/one:1", "a/one:2"], (LAYER,)), (["localhost/two:3"], (OTHER,)), (None, ())])
    return archives.write(tmp_path / "saved.tar", files)


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "d.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        yield path


def test_a_whole_archive_is_a_rule_for_each_repository(saved: Path) -> None:
    found = rules({"docker-archive:{0}".format(saved): ""})
    assert [str(rule.source) for rule in found] == [
        "docker-archive:{0}:docker.io/a/one".format(saved),
        "docker-archive:{0}:localhost/two".format(saved),
    ]
    assert [str(rule.destination) for rule in found] == ["swr.example.com/team/one", "swr.example.com/team/two"]
    assert {rule.selector.kind for rule in found} == {"all"}


@pytest.mark.parametrize(
    ("image", "source", "kind", "values"),
    [
        ("a/one:1", "docker.io/a/one", "list", ("1",)),
        ("docker.io/a/one:1,2", "docker.io/a/one", "list", ("1", "2")),
        ("a/one", "docker.io/a/one", "all", ()),
        ("a/one:/^[12]$/", "docker.io/a/one", "regex", ("^[12]$",)),
        # Podman's own images have names without a registry on the command line.
        ("two:3", "localhost/two", "list", ("3",)),
        ("@2", "", "list", ("@2",)),
    ],
)
def test_an_image_of_an_archive_is_named_as_any_other(
    saved: Path, image: str, source: str, kind: str, values: Any
) -> None:
    (found,) = parse_sources("docker-archive:{0}:{1}".format(saved, image), False, {})
    assert str(found.repository) == "docker-archive:{0}{1}".format(saved, ":" + source if source else "")
    assert (found.selector.kind, found.selector.values) == (kind, values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("docker-archive:", "names no path"),
        ("docker-archive:{folder}/none.tar:a:1", 'there is no file "{folder}/none.tar"'),
        ("docker-archive:{folder}", "is a directory: write oci:"),
        ("docker-archive:{saved}:", "nothing follows the colon"),
        ("docker-archive:{saved}:a/one:9", 'it has "docker.io/a/one:1"'),
        ("docker-archive:{saved}:a/three", "it has no image"),
        ("docker-archive:{saved}:@3", "it has 3 images"),
        ("docker-archive:{saved}:@x", "neither a digest nor a number"),
        ("docker-archive:{saved}:a/*", "no stars"),
        ("docker-archive:{saved}@sha256:" + "0" * 64, "has no digests"),
        ("docker-archive:{folder}/text", "not a tar archive"),
        ("docker-archive:{folder}/text.xz", "unxz"),
        ("docker-archive:/dev/null", "not a regular file"),
        ("oci-archive:{saved}", "Write docker-archive:"),
        ("oci:{saved}", "is not a directory"),
        ("oci:{folder}", "it has no index.json"),
        ("oci:{folder}/none", "there is no directory"),
        ("docker-daemon:", "names no image"),
        ("docker-daemon:app:1", "write docker-daemon:/path/of/the.sock:name:tag"),
        ("docker-daemon:/none.sock:app:1", 'there is no socket "/none.sock"'),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_connected_to(saved: Path, text: str, words: str) -> None:
    (saved.parent / "text").write_bytes(b"no archive" * 100)
    (saved.parent / "text.xz").write_bytes(b"\xfd7zXZ\0" + bytes(100))
    names = {"saved": saved, "folder": saved.parent}
    environ = {"DOCKER_HOST": "unix:///none/docker.sock"}
    assert words.format(**names) in problem({text.format(**names): "swr.example.com/t/x"}, environ=environ)


@pytest.mark.parametrize(
    ("image", "destination", "words"),
    [
        ("", "swr.example.com/team/all", "rule for each"),
        (":@2", "swr.example.com/team/x", "give the destination a tag"),
        (":@2", "", "has no repository: write the destination"),
        (":a/one", "swr.example.com/team/x:1", "means every tag"),
    ],
)
def test_destinations_that_do_not_fit_are_refused(saved: Path, image: str, destination: str, words: str) -> None:
    assert words in problem({"docker-archive:{0}{1}".format(saved, image): destination})


def test_image_migrator_has_no_such_sources(saved: Path) -> None:
    assert "dialect auto" in problem({"docker-archive:{0}".format(saved): ""}, dialect="image-migrator")


def test_the_only_image_of_a_file_may_get_another_tag(tmp_path: Path) -> None:
    for names in (["app:1"], None):
        path = archives.write(tmp_path / "one.tar", archives.docker_files([(names, (LAYER,))]))
        (rule,) = rules({"docker-archive:{0}".format(path): "swr.example.com/team/app:new"})
        assert rule.destination_tags == ("new",)
        assert rule.selector.values == (("1",) if names else ("@0",))


def test_tags_of_an_archive_are_filtered_as_others(saved: Path) -> None:
    document = [{"source": "docker-archive:{0}".format(saved), "destination": "", "tags": {"allow": "[12]"}}]
    assert [rule.tag_filter is not None for rule in rules(document)] == [True, True]


def test_of_paths_with_colons_the_longest_that_exists_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a", "a:b", "a:b:1@x"):
        archives.write(tmp_path / name, archives.docker_files([(["b:1"], (LAYER,))]))
    for text in ("a:b", "./a:b:b:1", "~/a:b:1@x", "../{0}/a:b:1@x:b:1".format(tmp_path.name)):
        (found,) = parse_sources("docker-archive:" + text, False, {})
        longest = "a:b:1@x" if "@" in text else "a:b"
        assert found.repository.registry == "docker-archive:{0}".format(tmp_path / longest)
        assert found.repository.name == "library/b"


def test_names_in_layouts_have_several_forms(tmp_path: Path) -> None:
    one, two, three = (images.oci_image(seed, layers=1) for seed in "abc")
    digests = {"plain": one.digest, "1.0": two.digest}
    folder = archives.unpack(
        archives.layout_files(
            [
                (one, {REF_NAME: "plain"}),
                (two, {REF_NAME: "1.0", CONTAINERD_NAME: "registry.example.com/team/app:1.0"}),
                (three, None),
            ]
        ),
        tmp_path / "layout",
    )
    for text, tag in (("plain", "plain"), ("1.0", "1.0"), ("registry.example.com/team/app:1.0", "1.0")):
        (found,) = parse_sources("oci:{0}:{1}".format(folder, text), False, {})
        source = LocalSources().source(found.repository.registry)
        manifest = source.get_manifest(found.repository, found.selector.values[0])
        assert found.selector.values == (tag,)
        assert manifest is not None
        assert manifest.digest == digests[tag]
    assert "has no image" in problem({"oci:{0}:none".format(folder): "swr.example.com/team/x"})
    (third,) = parse_sources("oci:{0}:@2".format(folder), False, {})
    manifest = LocalSources().source(third.repository.registry).get_manifest(third.repository, "@2")
    assert manifest is not None
    assert manifest.digest == three.digest


def test_a_name_of_two_images_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    pair = [(images.oci_image(seed, layers=1), {REF_NAME: "1"}) for seed in "ab"]
    folder = archives.unpack(archives.layout_files(pair), tmp_path / "layout")
    (found,) = parse_sources("oci:{0}:1".format(folder), False, {})
    with pytest.raises(Exception, match="2 images of this name"):
        LocalSources().source(found.repository.registry).get_manifest(found.repository, "1")


def test_the_referrers_of_a_layout_are_found(tmp_path: Path) -> None:
    image = images.oci_image("a", layers=1)
    signature = images.oci_image("s", layers=1, subject=image)
    folder = archives.unpack(archives.layout_files([(image, {REF_NAME: "1"}), (signature, None)]), tmp_path / "l")
    (found,) = parse_sources("oci:{0}:1".format(folder), False, {})
    source = LocalSources().source(found.repository.registry)
    (entry,) = source.referrers(found.repository, image.digest) or []
    assert entry["digest"] == signature.digest
    assert source.referrers(found.repository, signature.digest) is None


@pytest.mark.parametrize("kind", ["docker", "podman"])
def test_daemons_are_found_by_the_environment_or_by_the_rule(kind: str, listener: str) -> None:
    variable = {"docker": "DOCKER_HOST", "podman": "CONTAINER_HOST"}[kind]
    for text, environ in (
        ("{0}-daemon:team/app:1.0", {variable: "unix://" + listener}),
        ("{0}-daemon:" + listener + ":team/app:1.0", {}),
    ):
        (found,) = parse_sources(text.format(kind), False, environ)
        assert str(found.repository) == "{0}-daemon:{1}:docker.io/team/app".format(kind, listener)
        assert found.selector.values == ("1.0",)
    with pytest.raises(RuleProblem, match="ssh -L"):
        parse_sources("{0}-daemon:app".format(kind), False, {variable: "tcp://10.0.0.1:2375"})
    with pytest.raises(RuleProblem, match="named by tags"):
        parse_sources("{0}-daemon:app@sha256:{1}".format(kind, "0" * 64), False, {variable: "unix://" + listener})


def test_info_looks_into_archives(saved: Path) -> None:
    options: Dict[str, Any] = {
        "images": ["docker-archive:{0}:a/one:1".format(saved)],
        "repositories": ["docker-archive:{0}:a/one".format(saved)],
        "docker_config_fallback": False,
    }
    result = run_info(options, {})
    assert not result["failed"], result["failures"]
    assert result["images"][0]["platforms"] == ["linux/amd64"]
    assert result["repositories"][0]["tags"] == ["1", "2"]
    with pytest.raises(RulesError, match="several images"):
        run_info(dict(options, images=["docker-archive:{0}".format(saved)]), {})


NAMES = st.from_regex(r"\A[a-z0-9]{1,5}(/[a-z0-9]{1,5}){0,2}\Z")
TAGS = st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}\Z")


@settings(deadline=None, max_examples=40)
@given(
    names=st.lists(st.tuples(NAMES, TAGS), min_size=1, max_size=5, unique=True), path=st.text("ab:@ .,-", min_size=1)
)
def test_what_a_source_prints_as_is_the_same_source(names: Any, path: str) -> None:
    if path.strip(".") == "":
        path += "x"
    with tempfile.TemporaryDirectory() as folder:
        texts = ["{0}:{1}".format(*pair) for pair in names]
        place = archives.write(Path(folder) / path, archives.docker_files([(texts, (LAYER,))]))
        for text in texts:
            (found,) = parse_sources("docker-archive:{0}:{1}".format(place, text), False, {})
            again = parse_sources("{0}:{1}".format(found.repository, found.selector.values[0]), False, {})
            assert again == [found]
        # The whole of it has every name.
        whole = parse_sources("docker-archive:{0}".format(place), False, {})
        sources = LocalSources()
        tags = sum(len(sources.source(each.repository.registry).tags(each.repository)) for each in whole)
        assert tags == len({text if "/" in text else "library/" + text for text in texts})
        sources.close()


@settings(deadline=None, max_examples=40)
@given(text=st.text(max_size=40), kind=st.sampled_from(["docker-archive", "oci-archive", "oci", "docker-daemon"]))
def test_any_text_is_read_or_refused_with_words(text: str, kind: str) -> None:
    # Whatever else is raised is a defect.
    with contextlib.suppress(RulesError):
        assert rules({"{0}:{1}".format(kind, text): "swr.example.com/team/x:1"})


def test_a_manifest_list_that_is_none_is_refused(tmp_path: Path) -> None:
    for content, words in (
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{}", "not a list of images"),
        (b"[]", "not a list of images"),
        (b"[1]", "not an image"),
        (json.dumps([{"Config": "c", "Layers": [1]}]).encode(), "not an image"),
        (json.dumps([{"Config": "c", "Layers": [], "RepoTags": [{}]}]).encode(), "not strings"),
        (b" " * (17 * 1024 * 1024), "17825792 bytes"),
    ):
        path = archives.write(tmp_path / "a.tar", [("manifest.json", content)])
        assert words in problem({"docker-archive:{0}".format(path): ""})
        os.unlink(path)


@pytest.mark.parametrize(
    "entries",
    [[{"Id": "x", "RepoTags": ["a:1"]}], [{"Id": DIGEST, "RepoTags": "a:1"}], [{"Id": None, "RepoTags": []}], [7], 7],
)
def test_a_daemons_list_that_is_not_understood_is_refused(entries: Any) -> None:
    with pytest.raises(RegistryError, match=r"cannot be parsed|does not belong to Docker or Podman"):
        _read_list(json.dumps(entries).encode(), "docker-daemon:/x")


def test_images_without_a_name_are_none_of_a_daemons_names() -> None:
    entries = [{"Id": DIGEST, "RepoTags": None}, {"Id": DIGEST[7:], "RepoTags": ["<none>:<none>", "a:1"]}, {"Id": "x"}]
    assert _read_list(json.dumps(entries).encode(), "x") == {("docker.io", "library/a", "1"): DIGEST}
