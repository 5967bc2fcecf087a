# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's quick start, word for word: its files and commands, with the real names leading to the sandbox.

C(make release) runs it with LONGSHORE_INSTALLED, a directory with an environment (C(bin)) and a home in which nothing
but the artifact is installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Set

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, Certificates, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer
from ansible_collections.longshore.swr.tests.sandbox.swr import Swr
from ansible_collections.longshore.swr.tests.support.real_names import Names

pytestmark = pytest.mark.needs_program("openssl")

ROOT = Path(__file__).resolve().parents[2]
HEADING = "Quick start"
SUFFIXES = {"json": (".json",), "yaml": (".yml", ".yaml")}
SECRETS = {"HW_ACCESS_KEY": "QUICKSTARTKEY", "HW_SECRET_KEY": "quick-secret-key", "READER_PASSWORD": "readers-pa55word"}


class Block(NamedTuple):
    """A block of the page."""

    language: str
    text: str
    before: str  # the prose between the block before and this one


def section(text: str, heading: str) -> str:
    found = re.search(r"^## {0}$\n(.*?)(?=^## |\Z)".format(re.escape(heading)), text, re.MULTILINE | re.DOTALL)
    assert found, "the README has no section {0}".format(heading)
    return found.group(1)


def blocks(text: str) -> Iterator[Block]:
    parts = re.split(r"^```(\w+)\n(.*?)^```\n", text, flags=re.MULTILINE | re.DOTALL)
    for before, language, body in zip(parts[::3], parts[1::3], parts[2::3]):
        yield Block(language, body, before)


def files(found: List[Block]) -> Dict[str, str]:
    """The files that the page shows: blocks follow the names in the prose, in their order."""
    made: Dict[str, str] = {}
    names: List[str] = []
    for block in found:
        names += [name for name in re.findall(r"`([\w-]+\.(?:json|ya?ml))`", block.before) if name not in names]
        if block.language == "console":
            continue
        waiting = [name for name in names if name not in made and name.endswith(SUFFIXES[block.language])]
        made[waiting[0] if waiting else "playbook.yml"] = block.text
    return made


def commands(found: List[Block]) -> List[str]:
    text = "".join(block.text for block in found if block.language == "console").replace("\\\n", "")
    return [line[2:].split("   # ")[0] for line in text.splitlines() if line.startswith("$ ")]


def filled(command: str) -> str:
    """With the secrets that a reader writes in place of the dots."""
    return re.sub(
        r"\b([A-Z_]+)=\.\.\.", lambda match: "{0}={1}".format(match.group(1), SECRETS[match.group(1)]), command
    )


class World(NamedTuple):
    folder: Path
    swr: Swr
    environ: Dict[str, str]
    names: Names

    def run(self, lines: List[str]) -> str:
        """The commands in one shell, as a reader types them."""
        script = "\n".join(["set -e", *lines])
        done = subprocess.run(
            ["bash", "-c", script], cwd=str(self.folder), env=self.environ, capture_output=True, text=True, check=False
        )
        text = done.stdout + done.stderr
        assert done.returncode == 0, text
        assert [secret for secret in SECRETS.values() if secret in text] == []
        return text


def environment(folder: Path, proxy: str, ca_path: str) -> Dict[str, str]:
    """Only the machine's own programs, and Ansible."""
    installed = os.environ.get("LONGSHORE_INSTALLED")
    ours = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"), "HOME": str(folder)}
    binaries = ROOT / ".venv" / "bin"
    if installed:
        ours, binaries = {"HOME": str(Path(installed) / "home")}, Path(installed) / "bin"
    return {
        **ours,
        "PATH": "{0}:{1}".format(binaries, os.defpath),
        "LANG": "C.UTF-8",
        "HTTPS_PROXY": proxy,
        "SSL_CERT_FILE": ca_path,
        "REQUESTS_CA_BUNDLE": ca_path,
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The files of the page, and the two registries that they name, with the images that they copy."""
    found = list(blocks(section((ROOT / "README.md").read_text(encoding="utf-8"), HEADING)))
    folder = tmp_path / "quick"
    folder.mkdir()
    made = files(found)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    copies = json.loads(made["images.json"])
    (source_name,) = {source.split("/")[0] for source in copies}
    (swr_name,) = {target.split("/")[0] for target in copies.values()}
    organizations: Set[str] = {target.split("/")[1] for target in copies.values()}
    region = swr_name.split(".")[1]
    api_names = [name.format(swr_name.partition(".")[2]) for name in ("swr-api.{0}", "iam.{0}")]
    certificates = Certificates(str(tmp_path / "tls"), [source_name, swr_name, *api_names, "localhost", "127.0.0.1"])
    (user,) = (entry["username"] for entry in json.loads(made["auth.json"]).values())
    keys = {SECRETS["HW_ACCESS_KEY"]: SECRETS["HW_SECRET_KEY"]}
    with contextlib.ExitStack() as stack:
        auth = BasicAuth({user: SECRETS["READER_PASSWORD"]})
        source = stack.enter_context(Registry(auth=auth, tls=certificates))
        swr = stack.enter_context(Swr(keys, project=region, organizations=organizations, tls=certificates))
        accounts = [Account(*key, projects={region: "project-1"}) for key in keys.items()]
        cloud = stack.enter_context(HuaweiCloudServer(accounts, tls=certificates))
        cloud.serve(swr)
        for name in copies:
            repository, _colon, tags = name.partition("/")[2].partition(":")
            for tag in tags.split(",") if tags else ["1.0", "1.1"]:
                source.load(images.docker_image(tag), repository, tag)
        servers = {source_name: source, swr_name: swr, **dict.fromkeys(api_names, cloud)}
        names = stack.enter_context(Names({name: server.url for name, server in servers.items()}))
        yield World(folder, swr, environment(folder, names.url, certificates.ca_path), names)


def test_the_quick_start_runs_as_printed(world: World) -> None:
    found = list(blocks(section((ROOT / "README.md").read_text(encoding="utf-8"), HEADING)))
    lines = [filled(command) for command in commands(found)]
    assert any(line.startswith("ansible-playbook longshore.swr.migrate ") for line in lines)
    world.run(lines)
    copied = {
        target.partition("/")[2] for target in json.loads((world.folder / "images.json").read_text("utf-8")).values()
    }
    assert copied
    tags = {repository: world.swr.tags(repository) for repository in copied}
    assert all(tags.values()), tags
    assert [name for name in copied if world.swr.missing_blobs(name)] == []
    assert world.names.refused == []
    # The reader's own playbook, after it.
    again = world.run([*(line for line in lines if line.startswith("export ")), "ansible-playbook playbook.yml"])
    assert re.search(r"changed=0 .*failed=0", again), again
