# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found in images, by config, history and name."""

from __future__ import annotations

from typing import Any, Dict, List, Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.image.findings import (
    Examination,
    examine,
    examine_name,
    merged,
)
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.judge import judge
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.settings import Settings
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Finding
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.catalogue import RULES
from ansible_collections.longshore.swr.plugins.module_utils._audit.source.view import Options

NEVER = {8, 9, 17}
SECRET = "a-value-nobody-may-see"
NOP = "/bin/sh -c #(nop) "
ROOT = [{"created_by": NOP + "ADD file:ab12 in / "}, {"created_by": NOP + 'CMD ["bash"]', "empty_layer": True}]

GOOD: Dict[str, Any] = {
    "User": "1000:1000",
    "WorkingDir": "/app",
    "Entrypoint": ["/usr/local/bin/entrypoint.sh"],
    "Cmd": ["node", "server.js"],
    "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "PORT=8080"],
    "ExposedPorts": {"8080/tcp": {}},
    "Volumes": {"/data": {}},
    "Labels": {"org.opencontainers.image.source": "https://git.example.com/team/app"},
    "Healthcheck": {"Test": ["CMD", "node", "healthcheck.js"]},
}
GOOD_STEPS = [
    "WORKDIR /app",
    "COPY package.json package-lock.json ./ # buildkit",
    "RUN /bin/sh -c npm ci --omit=dev && npm cache clean --force # buildkit",
    "COPY . . # buildkit",
]


def look(run: Any = None, steps: Any = None, base: Any = ROOT, **more: Any) -> Examination:
    """An image, by default a good one."""
    history = [*base, *(GOOD_STEPS if steps is None else steps)]
    entries = [{"created_by": one} if isinstance(one, str) else one for one in history]
    layers = sum(not one.get("empty_layer") for one in entries)
    config = {name: value for name, value in dict(GOOD, **(run or {})).items() if value is not None}
    document = {"os": "linux", "architecture": "amd64", "config": config, "history": entries}
    document["rootfs"] = {"type": "layers", "diff_ids": ["sha256:{0}".format(number) for number in range(layers)]}
    return examine(dict(document, **more), Options())


def findings(found: Examination, profile: str = "strict") -> List[Finding]:
    return list(judge("image", found.drafts, Settings(profile=profile)))


def rules(found: Examination, profile: str = "strict") -> Set[int]:
    return {int(finding.rule[-3:]) for finding in findings(found, profile)}


def skipped(found: Examination) -> Set[int]:
    return {int(rule[-3:]) for rule, _reason in found.skipped}


@pytest.mark.parametrize("profile", ["source_document", "recommended", "strict"])
def test_a_good_image_has_no_findings(profile: str) -> None:
    found = look()
    assert findings(found, profile) == []
    assert skipped(found) == NEVER
    assert found.facts == {"user": "1000:1000", "steps": 6, "own_steps": 4}


@pytest.mark.parametrize(
    ("rule", "run"),
    [
        (1, {"Cmd": ["/usr/bin/supervisord", "-n"], "Entrypoint": None}),
        (1, {"Cmd": ["/bin/sh", "-c", "redis-server & node server.js"], "Entrypoint": None}),
        (7, {"Cmd": None, "Entrypoint": None}),
        (7, {"Cmd": ["/bin/sh", "-c", "npm start"], "Entrypoint": None}),
        (8, {"Entrypoint": ["/bin/sh", "-c", "/start.sh"]}),
        (12, {"Env": ["API_TOKEN=" + SECRET]}),
        (12, {"Env": ["MYSQL_PASSWORD=" + SECRET]}),
        (13, {"ExposedPorts": None}),
        (15, {"Labels": None}),
        (16, {"Healthcheck": None}),
        (16, {"Healthcheck": {"Test": ["NONE"]}}),
    ],
)
def test_settings(rule: int, run: Dict[str, Any]) -> None:
    found = look(run)
    assert rule in rules(found)
    assert all(finding.span is None and not finding.edits for finding in findings(found))


@pytest.mark.parametrize(
    ("rule", "step"),
    [
        (2, "RUN /bin/sh -c apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/* # buildkit"),
        (2, "/bin/sh -c yum -y update"),
        (2, "|1 VERSION=1.0 /bin/sh -c apk upgrade"),
        (5, "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl # buildkit"),
        (5, "/bin/sh -c pip install flask"),
        (5, "RUN /bin/bash -o pipefail -c yum install -y curl # buildkit"),
        (7, "/bin/sh -c cd /app && make"),
        (10, NOP + "ADD file:ab12 in /app/ "),
        (10, "ADD app.conf /etc/ # buildkit"),
        (10, "ADD https://example.com/x.tar.gz /opt/ # buildkit"),
    ],
)
def test_steps(rule: int, step: str) -> None:
    found = look(steps=[*GOOD_STEPS, step])
    (finding,) = [one for one in findings(found) if one.rule == "SWR-DF-{0:03}".format(rule)]
    assert finding.message.startswith("step 7 (")
    assert (finding.span, finding.confidence, finding.stage) == (None, "heuristic", None)


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        (3, ["/bin/sh -c apt-get update", "/bin/sh -c apt-get install -y curl && rm -rf /var/lib/apt/lists/*"]),
        (3, ["RUN /bin/sh -c apk update # buildkit", "RUN /bin/sh -c apk add curl # buildkit"]),
        (11, ["COPY . /app # buildkit", "RUN /bin/sh -c npm ci # buildkit"]),
        (11, [NOP + "COPY dir:ab12 in /app/ ", "/bin/sh -c pip install --no-cache-dir -r requirements.txt"]),
    ],
)
def test_several_steps(rule: int, steps: List[str]) -> None:
    found = look(steps=["WORKDIR /app", *steps])
    assert rule in rules(found)


RIGHT = [
    "/bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*",
    "/bin/sh -c apk add --no-cache curl",
    "/bin/sh -c pip install --no-cache-dir flask",
    "COPY config /etc/app/ # buildkit",
    NOP + "COPY file:ab12 in /etc/app.conf ",
]


@pytest.mark.parametrize("step", RIGHT)
def test_right_steps(step: str) -> None:
    assert not rules(look(steps=["WORKDIR /app", step])) & {2, 3, 5, 10, 11}


def test_the_base_images_steps_are_remarks() -> None:
    base = [
        *ROOT,
        {"created_by": "/bin/sh -c apt-get update && apt-get upgrade -y"},
        {"created_by": NOP + 'CMD ["python3"]', "empty_layer": True},
    ]
    found = look(base=base)
    about = [finding for finding in findings(found) if finding.rule == "SWR-DF-002"]
    assert [(one.severity, one.stage, one.confidence) for one in about] == [("info", "base image", "heuristic")]
    assert "choose another" in about[0].fix
    assert found.facts["own_steps"] == 4


def test_the_file_system_of_a_base_image_is_no_add() -> None:
    assert 10 not in rules(look())


def test_podman_names_the_base_image() -> None:
    steps: List[Any] = [{"created_by": "/bin/sh -c make", "comment": "FROM docker.io/library/debian:12"}]
    assert look(steps=steps).base == "docker.io/library/debian:12"


def test_a_health_check_that_podman_dropped() -> None:
    steps: List[Any] = [
        *GOOD_STEPS,
        {"created_by": NOP + "HEALTHCHECK CMD /bin/true || exit 1", "empty_layer": True},
    ]
    (finding,) = findings(look({"Healthcheck": None}, steps), "recommended")
    assert (finding.rule, finding.severity) == ("SWR-DF-016", "warning") or finding.severity == "info"
    assert "--format docker" in finding.fix
    assert "Kubernetes ignores it" in finding.fix
    # The config decides: what the history shows may be of a step that a later one replaced.
    assert findings(look(steps=steps)) == []


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (None, "the image has no history"),
        ([], "the image has no history"),
        ([{"created_by": "jib-gradle-plugin:3.4.0"}], "Jib built it"),
        ([{"created_by": "RUN make"}, {"created_by": "/bin/bash"}], "no instructions of a Dockerfile"),
    ],
)
def test_steps_without_a_readable_history_are_not_evaluated(history: Any, reason: str) -> None:
    found = look(history=history)
    assert skipped(found) == {2, 3, 5, 10, 11} | NEVER
    assert all(reason in text for rule, text in found.skipped if int(rule[-3:]) not in NEVER)
    assert rules(found) == set()


def test_squashed_layers() -> None:
    wrong = "/bin/sh -c apt-get update && apt-get upgrade -y && apt-get install -y curl"
    found = look(steps=[wrong], rootfs={"diff_ids": ["sha256:1"]})
    assert skipped(found) >= {3, 5}
    assert 2 in rules(found)
    assert not rules(found) & {3, 5}


@pytest.mark.parametrize("command", ["(" * 400_000, "echo a && " * 50_000 + "true", "python3 -c 'print(1)"])
def test_a_command_that_cannot_be_read_is_no_pass(command: str) -> None:
    found = look(steps=[*GOOD_STEPS, "RUN /bin/sh -c " + command])
    reasons = {reason for rule, reason in found.skipped if int(rule[-3:]) in (2, 3, 5, 11)}
    assert reasons <= {"the command of step 7 cannot be read"}
    assert reasons or len(command) < 100


def test_windows() -> None:
    found = look(steps=["cmd /S /C dir"], os="windows")
    assert {2, 3, 5, 10, 11} <= skipped(found)


def test_secrets_are_named_and_not_shown() -> None:
    steps = [
        "|1 NPM_TOKEN={0} /bin/sh -c npm ci --token {0} && cd {0}".format(SECRET),
        "RUN |1 DB_PASSWORD={0} /bin/sh -c apt-get install -y {0} # buildkit".format(SECRET),
        "ENV SECRET_KEY={0}".format(SECRET),
        "/bin/sh -c #(nop) ARG ARG_SECRET={0}".format(SECRET),
    ]
    found = look({"Env": ["API_TOKEN=" + SECRET], "Cmd": ["serve", "--token", SECRET]}, steps)
    text = repr([(one.message, one.fix, one.stage) for one in findings(found)])
    assert SECRET not in text
    assert SECRET not in repr(found.facts) + repr(found.skipped)
    assert [text.count(name) for name in ("API_TOKEN", "NPM_TOKEN", "DB_PASSWORD", "ARG_SECRET")] == [1, 1, 1, 1]


def test_a_build_argument_is_found_once_and_other_steps_by_their_numbers() -> None:
    steps = ["COPY . /app # buildkit", *["|1 NPM_TOKEN=x /bin/sh -c npm ci"] * 2]
    found = findings(look(steps=["WORKDIR /app", *steps]))
    (finding,) = [one for one in found if one.rule == "SWR-DF-012"]
    assert finding.message.startswith("step 5 (RUN npm): ARG NPM_TOKEN")
    texts = [one.message + one.fix for one in found if one.rule == "SWR-DF-011"]
    assert texts
    assert all("step 4" in text and "line" not in text for text in texts)


# -- the name ----------------------------------------------------------------------------------------------------------


def named(*tags: str, base: str = "", **options: Any) -> Any:
    drafts, left = examine_name(tags, base, Options(**options))
    return [(int(draft.rule[-3:]), draft.message) for draft in drafts], {int(rule[-3:]) for rule, _reason in left}


def test_the_tag_latest_moves() -> None:
    assert named("1.0")[0] == []
    assert named("1.0", "latest")[0] == [(4, "the image is named by the tag latest, which moves")]


def test_the_base_image_by_its_name() -> None:
    assert named("1.0")[1] == {4, 6}
    assert named("1.0", base="docker.io/library/debian:12.8") == ([], {6})
    (found,) = named("1.0", base="docker.io/library/debian:latest")[0]
    assert found[0] == 4
    (found,) = named("1.0", base="debian:12", allowed_base_images=("registry.example.com/*",))[0]
    assert found[0] == 6
    assert named("1.0", base="debian:12", allowed_base_images=("debian",)) == ([], set())


@pytest.mark.parametrize("base", ["a b", "$(x)", "-x", "x\nRUN y", "x" * 1000, "${A:-b}"])
def test_a_name_that_is_none(base: str) -> None:
    assert named("1.0", base=base) == ([], {4, 6})


# -- platforms ---------------------------------------------------------------------------------------------------------


def test_findings_of_all_platforms_are_one() -> None:
    one = look({"Labels": None})
    other = look({"Labels": None, "Cmd": None, "Entrypoint": None}, architecture="arm64")
    drafts, left = merged([one, other])
    assert {(int(draft.rule[-3:]), draft.stage) for draft in drafts} == {(15, None), (7, "linux/arm64")}
    assert {int(rule[-3:]) for rule, _reason in left} == NEVER


WORDS = st.lists(
    st.sampled_from(
        ["RUN", "ADD", "/bin/sh -c ", "#(nop) ", "|1 A=b ", "apt-get ", "<<E", "\n", "\\", '["', "$X", "&&", " "]
    )
)


@given(st.lists(WORDS.map("".join), max_size=6), st.lists(WORDS.map("".join), max_size=3))
def test_every_image_is_judged(steps: List[str], words: List[str]) -> None:
    found = look({"Cmd": words, "Env": words, "User": "".join(words)}, steps)
    known = {rule.id for rule in RULES}
    assert {draft.rule for draft in found.drafts} <= known
    assert {rule for rule, _reason in found.skipped} <= known
