# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What package managers are asked to do, by their commands."""

from __future__ import annotations

from typing import Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.shell.reader import read_script
from ansible_collections.longshore.swr.plugins.module_utils._audit.source.managers import action_of, builds


@pytest.mark.parametrize(
    ("text", "manager", "kind", "names"),
    [
        ("apt-get -qq update", "apt", "update", ()),
        ("apt-get -o Dpkg::Use-Pty=0 install -y --no-install-recommends a=1.0 b", "apt", "install", ("a", "b")),
        ("sudo DEBIAN_FRONTEND=noninteractive apt install a", "apt", "install", ("a",)),
        ("aptitude safe-upgrade", "apt", "upgrade", ()),
        ("apt-get dist-upgrade -y", "apt", "upgrade", ()),
        ("apt-get clean", "apt", "other", ()),
        ("apk add --no-cache --virtual .deps a 'b>=2' $c", "apk", "install", ("a", "b")),
        ("apk --update upgrade", "apk", "upgrade", ()),
        ("yum -y --enablerepo x install a", "dnf", "install", ("a",)),
        ("dnf upgrade -y", "dnf", "upgrade", ()),
        ("dnf update -y a", "dnf", "other", ("a",)),
        ("microdnf clean all", "dnf", "clean", ("all",)),
        ("tdnf makecache", "dnf", "update", ()),
        ("zypper --non-interactive in a", "zypper", "install", ("a",)),
        ("zypper dup -y", "zypper", "upgrade", ()),
        ("zypper cc -a", "zypper", "clean", ()),
        ("pacman -Sy", "pacman", "update", ()),
        ("pacman -Syu --noconfirm", "pacman", "upgrade", ()),
        ("pacman -Syu --noconfirm a", "pacman", "install", ("a",)),
        ("pacman -Scc --noconfirm", "pacman", "clean", ()),
        ("pacman -Rs a", "pacman", "other", ("a",)),
        ("pip3.12 install -r requirements.txt a==1", "pip", "install", ("a",)),
        ("python3 -m pip install --upgrade pip", "pip", "install", ("pip",)),
        ("pip cache purge", "pip", "clean", ("purge",)),
        ("uv pip install --python 3.12 a", "uv", "install", ("a",)),
        ("uv sync --frozen --no-dev", "uv", "install", ()),
        ("uv cache clean", "uv", "clean", ("clean",)),
        ("npm ci --omit=dev", "npm", "install", ()),
        ("npm install -g a@1", "npm", "install", ("a",)),
        ("npm cache clean --force", "npm", "clean", ("clean",)),
        ("npm run build", "npm", "other", ("build",)),
        ("yarn", "yarn", "install", ()),
        ("yarn --frozen-lockfile", "yarn", "install", ()),
        ("pnpm add a", "pnpm", "install", ("a",)),
        ("gem install a -v 1.0 --no-document", "gem", "install", ("a",)),
        ("bundle install --jobs 4", "bundle", "install", ()),
        ("composer install --no-dev", "composer", "install", ()),
        ("poetry install --only main", "poetry", "install", ()),
        ("go mod download", "go", "install", ()),
        ("cargo fetch", "cargo", "install", ()),
        ("./mvnw -B dependency:go-offline", "mvn", "install", ()),
        ("./gradlew --no-daemon dependencies", "gradle", "install", ()),
    ],
)
def test_actions(text: str, manager: str, kind: str, names: Tuple[str, ...]):
    (command,) = read_script(text).commands
    action = action_of(command)
    assert action is not None
    assert (action.manager, action.kind, action.names) == (manager, kind, names)


@pytest.mark.parametrize("text", ["echo apt-get install a", "pipx run a", "python3 -m venv x", "$x install a", "make"])
def test_other_programs_are_none(text: str):
    (command,) = read_script(text).commands
    assert action_of(command) is None


@pytest.mark.parametrize(
    ("text", "manager"),
    [
        ("go build ./...", "go"),
        ("cargo build --release", "cargo"),
        ("mvn -B package", "mvn"),
        ("./gradlew bootJar", "gradle"),
        ("go version", None),
    ],
)
def test_builds_fetch_dependencies(text: str, manager: str):
    (command,) = read_script(text).commands
    assert builds(command) == manager
