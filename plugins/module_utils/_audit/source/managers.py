# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What package managers are asked to do: which one, which action, which packages.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from ..shell.script import Command, Word


def word_set(text: str) -> FrozenSet[str]:
    """The words of a text."""
    return frozenset(text.split())


INSTALL, UPDATE, UPGRADE, CLEAN, OTHER = "install", "update", "upgrade", "clean", "other"

APT, APK, DNF, ZYPPER, PACMAN = "apt", "apk", "dnf", "zypper", "pacman"
SYSTEM = frozenset({APT, APK, DNF, ZYPPER, PACMAN})
"""Managers of system packages. dnf stands for yum and microdnf too, which have the same commands."""


class Action(NamedTuple):
    """One call of a package manager.

    :ivar kind: C(install), C(update) (of the lists), C(upgrade) (of everything), C(clean) or C(other).
    :ivar verb: the word that says so; None if there is none, as with a bare C(yarn).
    :ivar packages: the words behind it that are no options.
    """

    manager: str
    kind: str
    command: Command
    verb: Optional[Word]
    packages: Tuple[Word, ...]

    @property
    def names(self) -> Tuple[str, ...]:
        """The names of the packages without versions, those from variables left out."""
        return tuple(re.split(r"[=<>~!:]|(?<=.)@", word.value, maxsplit=1)[0] for word in self.packages if word.literal)


class _Manager(NamedTuple):
    """How a manager is called: its name, its verbs by action, and the options with a value of their own."""

    name: str
    verbs: Dict[str, str]
    valued: FrozenSet[str] = frozenset()
    bare: str = OTHER
    """The action without any verb."""


def _manager(name: str, valued: str = "", bare: str = OTHER, **verbs: str) -> _Manager:
    return _Manager(name, {verb: kind for kind, text in verbs.items() for verb in text.split()}, word_set(valued), bare)


_APT = _manager(
    APT,
    "-o -t -c --option --target-release --default-release --config-file",
    install="install build-dep satisfy",
    update="update",
    upgrade="upgrade dist-upgrade full-upgrade safe-upgrade",
    # The others leave the lists.
    clean="distclean",
)
_APK = _manager(
    APK,
    "-p --root -X --repository -t --virtual --arch --cache-dir --keys-dir --repositories-file --wait",
    install="add",
    update="update",
    upgrade="upgrade",
)
_DNF = _manager(
    DNF,
    "-c --config --installroot --releasever --enablerepo --disablerepo --repo --setopt -x --exclude --repofrompath",
    install="install localinstall groupinstall reinstall in",
    update="makecache",
    upgrade="update upgrade up distro-sync dsync upgrade-minimal update-minimal",
    clean="clean",
)
_ZYPPER = _manager(
    ZYPPER,
    "-R --root -C --config -D --reposd-dir --repo -r --from -t --type",
    install="install in",
    update="refresh ref",
    upgrade="update up dist-upgrade dup patch",
    clean="clean cc",
)
_PIP = _manager(
    "pip",
    "-r --requirement -c --constraint -i --index-url --extra-index-url -t --target -e --editable -f --find-links "
    "--prefix --root --platform --python-version --cache-dir --trusted-host --timeout --proxy",
    install="install download wheel",
    clean="cache",
)
_NPM = _manager("npm", "--prefix -C --registry --cache", install="install i ci add clean-install", clean="cache")
_MANAGERS: Dict[str, _Manager] = {
    **dict.fromkeys(("apt-get", "apt", "aptitude"), _APT),
    "apk": _APK,
    **dict.fromkeys(("dnf", "dnf5", "yum", "microdnf", "tdnf"), _DNF),
    "zypper": _ZYPPER,
    "npm": _NPM,
    "pnpm": _NPM._replace(name="pnpm"),
    "yarn": _manager("yarn", "--cwd", bare=INSTALL, install="install add", clean="cache"),
    "uv": _manager(
        "uv",
        "-p --python -r --requirement -c --constraint -i --index-url --default-index --index -f --find-links "
        "--cache-dir --directory --project --extra --group -t --target",
        install="install sync add",
        clean="cache",
    ),
    "gem": _manager("gem", "-v --version -i --install-dir -n --bindir -s --source", install="install"),
    "bundle": _manager("bundle", "-j --jobs --path --retry --gemfile", bare=INSTALL, install="install", clean="clean"),
    "composer": _manager("composer", "-d --working-dir", install="install"),
    "poetry": _manager("poetry", "-C --directory --only --with --without -E --extras", install="install"),
    "dotnet": _manager("dotnet", install="restore"),
    "cargo": _manager("cargo", install="fetch", other="build install"),
    "mvn": _manager("mvn", "-f --file -P -s", install="dependency:go-offline dependency:resolve"),
    "gradle": _manager("gradle", install="dependencies"),
    "mvnw": _manager("mvn", "-f --file -P -s", install="dependency:go-offline dependency:resolve"),
    "gradlew": _manager("gradle", install="dependencies"),
}
_PIP_NAME = re.compile(r"pip(?:\d(?:\.\d+)?)?\Z")
_PYTHON = re.compile(r"python(?:\d(?:\.\d+)?)?\Z")
_BUILDS: Dict[str, FrozenSet[str]] = {
    "go": word_set("build install test"),
    "cargo": word_set("build install"),
    "mvn": word_set("package install verify compile"),
    "gradle": word_set("build assemble bootJar jar"),
}


def action_of(command: Command) -> Optional[Action]:
    """What a command asks a package manager to do, None if it calls none."""
    program, arguments = command.program, command.arguments
    if _PYTHON.match(program) and [word.value for word in arguments[:2]] == ["-m", "pip"]:
        program, arguments = "pip", arguments[2:]
    if program == "uv" and [word.value for word in arguments[:1]] in (["pip"], ["tool"]):
        arguments = arguments[1:]
    if program == "pacman":
        return _pacman(command)
    if program == "go" and [word.value for word in arguments[:2]] in (["mod", "download"], ["mod", "vendor"]):
        return Action("go", INSTALL, command, arguments[1], arguments[2:])
    manager = _PIP if _PIP_NAME.match(program) else _MANAGERS.get(program)
    if manager is None:
        return None
    words = _without_options(arguments, manager.valued)
    if not words:
        return Action(manager.name, manager.bare, command, None, ())
    kind = manager.verbs.get(words[0].value, OTHER)
    if manager is _DNF and kind == UPGRADE and len(words) > 1:
        # Named packages only, as in "yum update openssl".
        kind = OTHER
    return Action(manager.name, kind, command, words[0], tuple(words[1:]))


def builds(command: Command) -> Optional[str]:
    """The manager whose build fetches dependencies too: go, cargo, mvn, gradle."""
    name = {"mvnw": "mvn", "gradlew": "gradle"}.get(command.program, command.program)
    values = {word.value for word in command.arguments}
    return name if values & _BUILDS.get(name, frozenset()) else None


def has_option(command: Command, *names: str) -> bool:
    """Whether a command has one of these options, also as C(--option=value)."""
    return any(word.value.partition("=")[0] in names for word in command.arguments)


def _without_options(words: Sequence[Word], valued: FrozenSet[str]) -> List[Word]:
    found: List[Word] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.value.startswith("-"):
            skip = word.value in valued
        else:
            found.append(word)
    return found


def _pacman(command: Command) -> Action:
    flags = "".join(word.value[1:] for word in command.arguments if re.match(r"-[A-Za-z]+\Z", word.value))
    packages = tuple(word for word in command.arguments if not word.value.startswith("-"))
    verb = next((word for word in command.arguments if word.value.startswith("-")), None)
    if "S" not in flags:
        kind = OTHER
    elif packages:
        # Arch Linux supports no installation without an upgrade.
        kind = INSTALL
    else:
        kind = UPGRADE if "u" in flags else CLEAN if "c" in flags else UPDATE
    return Action(PACMAN, kind, command, verb, packages)
