# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instructions made an image, by each builder's history."""

from __future__ import annotations

import time
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.image.config import read_image_config
from ansible_collections.longshore.swr.plugins.module_utils._audit.image.history import (
    MOST_STEPS,
    History,
    read_history,
)
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood


def entry(text: str, empty: bool = False, comment: str = "") -> Dict[str, Any]:
    made: Dict[str, Any] = {"created": "2024-01-01T00:00:00Z", "created_by": text}
    if empty:
        made["empty_layer"] = True
    if comment:
        made["comment"] = comment
    return made


def read(*entries: Dict[str, Any]) -> History:
    return read_history(list(entries), sum("empty_layer" not in one for one in entries))


def only(text: str) -> Tuple[Any, ...]:
    step = read(entry(text), entry("/bin/sh -c true")).steps[0]
    return step.keyword, step.arguments, step.build_arguments


@pytest.mark.parametrize(
    ("text", "keyword", "arguments"),
    [
        # Docker's classic builder, podman, buildah
        ('/bin/sh -c #(nop)  CMD ["bash"]', "CMD", '["bash"]'),
        ("/bin/sh -c #(nop) ADD file:ab12 in / ", "ADD", "file:ab12 in /"),
        ("/bin/sh -c #(nop) COPY dir:ab12 in /app/ ", "COPY", "dir:ab12 in /app/"),
        (
            "/bin/sh -c apt-get update &&     apt-get install -y curl",
            "RUN",
            "apt-get update &&     apt-get install -y curl",
        ),
        ('/bin/sh -c ["/bin/touch", "/tmp/a b"]', "RUN", '["/bin/touch", "/tmp/a b"]'),
        ("/bin/bash -o pipefail -c set -x; make", "RUN", "set -x; make"),
        ("/bin/bash -exo pipefail -c make", "RUN", "make"),
        ("/bin/ash -eo pipefail -c make", "RUN", "make"),
        ('|1 VERSION=1.0 /bin/sh -c #(nop) CMD ["x"]', "CMD", '["x"]'),
        # BuildKit
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN", "apt-get update"),
        ("RUN /bin/sh -c set -e\nmake\n # buildkit", "RUN", "set -e\nmake"),
        ("COPY . /app # buildkit", "COPY", ". /app"),
        ("WORKDIR /app", "WORKDIR", "/app"),
        ("EXPOSE map[80/tcp:{}]", "EXPOSE", "map[80/tcp:{}]"),
        # kaniko
        ("RUN apt-get update", "RUN", "apt-get update"),
        # debuerreotype, docker commit
        (
            "# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'",
            "",
            "# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'",
        ),
        ("/bin/bash", "", "/bin/bash"),
        ("", "", ""),
        ("RUN", "RUN", ""),
    ],
)
def test_instructions(text: str, keyword: str, arguments: str) -> None:
    assert only(text) == (keyword, arguments, ())


@pytest.mark.parametrize(
    ("text", "command", "values"),
    [
        ("|1 VERSION=1.0 /bin/sh -c make", "make", (("VERSION", "1.0"),)),
        ("|2 TOKEN=a b NAME=c /bin/sh -c echo $TOKEN", "echo $TOKEN", (("TOKEN", "a b"), ("NAME", "c"))),
        # podman counts those that it does not write.
        ("|2 TOKEN=a b /bin/sh -c echo", "echo", (("TOKEN", "a b"),)),
        ("RUN |1 VERSION= /bin/sh -c make # buildkit", "make", (("VERSION", ""),)),
        ("|0 /bin/sh -c make", "make", ()),
        ("|1 A=b", "", (("A", "b"),)),
    ],
)
def test_build_arguments(text: str, command: str, values: Tuple[Any, ...]) -> None:
    assert only(text) == ("RUN", command, values)


DEBIAN = [entry("# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'", comment="debuerreotype 0.15")]
PYTHON = [
    *DEBIAN,
    entry("ENV PATH=/usr/local/bin", True, "buildkit.dockerfile.v0"),
    entry("RUN /bin/sh -c make install # buildkit", False, "buildkit.dockerfile.v0"),
    entry('CMD ["python3"]', True, "buildkit.dockerfile.v0"),
]
OWN = [
    entry("WORKDIR /app", False, "buildkit.dockerfile.v0"),
    entry("COPY . /app # buildkit", False, "buildkit.dockerfile.v0"),
    entry('CMD ["python3" "app.py"]', True, "buildkit.dockerfile.v0"),
]


@pytest.mark.parametrize(
    ("entries", "own"),
    [
        (DEBIAN + OWN, 2),
        (PYTHON + OWN, 5),
        (PYTHON, 2),
        # Nothing but settings on top: it cannot be told whose steps the others are.
        ([*PYTHON, entry("USER app", True)], 2),
        ([entry("/bin/sh -c #(nop) ADD file:ab in / "), entry('/bin/sh -c #(nop)  CMD ["bash"]', True), *OWN], 3),
        ([entry("/bin/sh -c #(nop) ADD file:ab in /app/ "), entry("/bin/sh -c make")], 1),
        (OWN, 1),
    ],
)
def test_where_the_own_steps_begin(entries: List[Dict[str, Any]], own: int) -> None:
    assert read(*entries).own == own


def test_podman_names_the_base() -> None:
    found = read(
        entry("/bin/sh -c #(nop) ADD file:ab in / ", comment="imported from tarball"),
        entry("/bin/sh -c make base", comment="FROM registry.example.com/os:1"),
        entry("/bin/sh -c #(nop) ARG TOKEN", True, comment="FROM localhost/base:1.0"),
        entry("/bin/sh -c make", comment="FROM 3f9dacc8dba3"),
    )
    assert (found.own, found.base) == (3, "localhost/base:1.0")


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (None, "the image has no history"),
        ([], "the image has no history"),
        ([{}] * (MOST_STEPS + 1), "its history has 2001 entries, and at most 2000 are read"),
        ([{"created_by": "x" * 600_000}], "its history has more than 524288 characters"),
        ([{"created_by": "jib-maven-plugin:3.4.0"}], "its history has no instructions of a Dockerfile: Jib built it"),
        ([{}, {"created_by": "bazel build ..."}], "its history has no instructions of a Dockerfile: Bazel built it"),
        ([{}, {}], "its history has no instructions of a Dockerfile"),
    ],
)
def test_no_steps_have_a_reason(entries: Any, problem: str) -> None:
    assert read_history(entries, 1) == History(problem=problem)


def test_squashed() -> None:
    two = [entry("/bin/sh -c make"), entry("/bin/sh -c make install")]
    assert not read_history(two, 2).squashed
    assert read_history(two, 1).squashed
    merged = entry("", comment="merge sha256:ab to sha256:cd")
    assert read_history([entry("/bin/sh -c make", True), merged], 1).squashed


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ("x", "history is a string where a list is expected"),
        ([1], "history[0] is a whole number where an object is expected"),
        ([{}, {"created_by": ["x"]}], "history[1].created_by is a list where a string is expected"),
        ([{"empty_layer": "yes"}], "history[0].empty_layer is a string where true or false is expected"),
    ],
)
def test_other_types_are_not_understood(entries: Any, problem: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read_history(entries, 1)
    assert str(caught.value) == problem


HOSTILE = [
    "/" * 400_000,
    "sh " + "-a " * 100_000,
    "|1 " + "A=b " * 100_000,
    "|1 " + "/sh" * 100_000,
    "x" + " " * 400_000 + "y",
    "#(nop) " * 60_000,
    "|" + "1" * 400_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    read_history([{"created_by": text}, {"created_by": "RUN " + text[:1000], "comment": "FROM " + text}], 2)
    assert time.process_time() - started < 1


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "created_by": st.one_of(st.none(), st.text('|1 A=b/sh-c#(nop)RUNCOPY\n"[]', max_size=30)),
                "comment": st.one_of(st.none(), st.text("FROM a:12f", max_size=12)),
                "empty_layer": st.one_of(st.none(), st.booleans()),
            },
        ),
        max_size=8,
    )
)
def test_every_history_is_read(entries: List[Dict[str, Any]]) -> None:
    found = read_history(entries, 3)
    assert bool(found.problem) != bool(found.steps)
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))
    if found.steps:
        assert 1 <= found.own <= len(entries) + 1


def test_config() -> None:
    found = read_image_config(
        {
            "os": "linux",
            "architecture": "arm",
            "variant": "v7",
            "config": {
                "User": "app",
                "WorkingDir": "/app",
                "Entrypoint": ["/entrypoint.sh"],
                "Cmd": ["serve"],
                "Env": ["PATH=/bin", "EMPTY=", "ODD"],
                "ExposedPorts": {"80/tcp": {}, "443/udp": {}},
                "Volumes": {"/data": {}},
                "Labels": {"b": "2", "a": "1"},
                "Healthcheck": {"Test": ["CMD-SHELL", "true || exit 1"], "Interval": 30_000_000_000},
            },
            "rootfs": {"type": "layers", "diff_ids": ["sha256:a", "sha256:b"]},
            "history": [{"created_by": "RUN make"}],
        }
    )
    assert (found.platform, found.user, found.working_directory, found.layers) == ("linux/arm/v7", "app", "/app", 2)
    assert (found.entrypoint, found.command) == (("/entrypoint.sh",), ("serve",))
    assert found.environment == (("PATH", "/bin"), ("EMPTY", ""), ("ODD", ""))
    assert (found.ports, found.volumes) == (("443/udp", "80/tcp"), ("/data",))
    assert found.labels == (("a", "1"), ("b", "2"))
    assert found.healthcheck == ("CMD-SHELL", "true || exit 1")
    assert found.history.steps[0].arguments == "make"


@pytest.mark.parametrize("test", [None, {}, {"Test": None}, {"Test": []}, {"Test": ["NONE"]}])
def test_no_healthcheck(test: Any) -> None:
    assert read_image_config({"config": {"Healthcheck": test}}).healthcheck is None


@pytest.mark.parametrize("document", [{}, {"config": None}, {"config": {"Env": None, "Labels": None, "Cmd": None}}])
def test_empty_config(document: Any) -> None:
    found = read_image_config(document)
    assert (found.user, found.command, found.environment, found.layers) == ("", None, (), 0)
    assert found.history.problem == "the image has no history"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"config": []}, "config is a list where an object is expected"),
        ({"config": {"Env": {"A": "b"}}}, "config.Env is an object where a list is expected"),
        ({"config": {"Cmd": "x"}}, "config.Cmd is a string where a list is expected"),
        ({"config": {"Labels": {"a": 1}}}, "config.Labels.a is a whole number where a string is expected"),
        ({"config": {"Env": [1]}}, "config.Env[0] is a whole number where a string is expected"),
        ({"rootfs": {"diff_ids": 1}}, "rootfs.diff_ids is a whole number where a list is expected"),
        ({"config": {"Env": ["A=b"] * 5001}}, "config.Env has 5001 entries, and at most 5000 are read"),
        ({"os": 1}, "os is a whole number where a string is expected"),
    ],
)
def test_config_of_other_types_is_not_understood(document: Any, problem: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read_image_config(document)
    assert str(caught.value) == problem
