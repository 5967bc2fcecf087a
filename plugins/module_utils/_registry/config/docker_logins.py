# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins stored by Docker and Podman: the fallback for registries that the auth file does not name.

Formats: Docker's C(config.json) ("docker login" in Docker's command-line reference) and C(containers-auth.json(5)),
which defines the order of the files. Credential helpers speak the protocol of C(docker-credential-helpers).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import binascii
import os
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._http_values import NotUnderstood
from ..._json import read_json
from ..._lazy import pattern
from ..._secrets import read_text
from ..._text import quoted
from ..errors import RegistryError
from ..model.reference import DOCKER_HUB, DOCKER_HUB_ALIASES, Repository
from .certificates import Trust
from .documents import parse_json

# argv and standard input to exit status and standard output.
Runner = Callable[[Sequence[str], str], Tuple[int, str]]

_HUB_SERVER = "https://index.docker.io/v1/"
# The user name by which a helper marks the secret as an identity token.
_IDENTITY_MARK = "<token>"
_SWITCH_OFF = "or switch the fallback off with docker_config_fallback: false"
_HELPER_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Credential:
    """A login for one or more repositories.

    :param identity_token: OAuth2 refresh token, in place of a password.
    :param insecure: do not verify certificates, and use HTTP if there is no TLS.
    :param ca_path: certificate authorities trusted for it in addition to all others.
    :param client_cert: path of the client certificate. :param client_key: path of its key.
    :param origin: the file and entry it comes from; empty for an anonymous login.
    :param token_server: C(host[:port]) of a token server outside the registry's domain that may receive the password.
    :param unusable: why it cannot be used, such as an unset variable; otherwise empty.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    insecure: bool = False
    ca_path: str = ""
    client_cert: str = ""
    client_key: str = ""
    origin: str = ""
    token_server: str = ""
    unusable: str = ""

    @property
    def trust(self) -> Trust:
        """Its certificate settings."""
        client = ((self.client_cert, self.client_key),) if self.client_cert else ()
        return Trust(not self.insecure, (self.ca_path,) if self.ca_path else (), client)

    @property
    def anonymous(self) -> bool:
        return not (self.password or self.identity_token)


class HelperMissing(RegistryError):
    """A credential helper cannot be run."""


@dataclass(frozen=True)
class _File:
    """One file, entries and helpers by C(registry[/path])."""

    path: str
    entries: Mapping[str, Mapping[str, Any]]
    helpers: Mapping[str, str]
    store: str


def prefixes(repository: Repository) -> Iterator[str]:
    """C(registry/a/b), C(registry/a), C(registry): the entry names that cover a repository, longest first."""
    text = str(repository)
    while text:
        yield text
        text = text.rpartition("/")[0]


class DockerConfigs:
    """Reads the files once, at the first lookup.

    The files, in order: only C($REGISTRY_AUTH_FILE) if it is set; otherwise C(${XDG_RUNTIME_DIR}/containers/auth.json)
    (without that variable C(/run/containers/<uid>/auth.json)), C(${XDG_CONFIG_HOME:-~/.config}/containers/auth.json),
    C(${DOCKER_CONFIG:-~/.docker}/config.json). The first file with a login for a repository wins; within a file, its
    helper for the registry, then its longest matching entry, then its credential store.

    :param run: runs a credential helper. None: a login kept by a helper is an error, because going on without it would
        end in a refusal that is hard to explain.
    :param uid: the user whose runtime directory is used; by default that of the process.
    """

    def __init__(self, environ: Mapping[str, str], run: Optional[Runner] = None, uid: Optional[int] = None) -> None:
        self._environ = environ
        self._run = run
        self._uid = os.getuid() if uid is None else uid
        self._lock = threading.Lock()
        self._files: Optional[List[_File]] = None
        self._found: Dict[Tuple[str, str], Optional[Credential]] = {}
        #: Sentences for the user: credential stores that failed for a registry they may not even know.
        self.notes: List[str] = []

    def lookup(self, repository: Repository) -> Optional[Credential]:
        """The login for a repository, None if no file has one.

        :raises RegistryError: a file is malformed or a helper cannot be used; includes the remedy.
        """
        with self._lock:
            if self._files is None:
                self._files = [file for file in map(_read_config, self.paths()) if file is not None]
            for file in self._files:
                credential = self._from_file(file, repository)
                if credential is not None:
                    return credential
        return None

    def secrets(self) -> Iterator[str]:
        """All passwords and tokens that lookups have found so far."""
        with self._lock:
            found = list(self._found.values())
        for credential in found:
            if credential is not None:
                yield from filter(None, (credential.password, credential.identity_token))

    def paths(self) -> List[str]:
        """The files in lookup order; they need not exist."""
        chosen = self._environ.get("REGISTRY_AUTH_FILE")
        if chosen:
            return [chosen]
        home = self._environ.get("HOME") or os.path.expanduser("~")
        runtime = self._environ.get("XDG_RUNTIME_DIR")
        podman = [runtime, "containers"] if runtime else ["/run/containers", str(self._uid)]
        config = self._environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        docker = self._environ.get("DOCKER_CONFIG") or os.path.join(home, ".docker")
        return [
            os.path.join(*podman, "auth.json"),
            os.path.join(config, "containers", "auth.json"),
            os.path.join(docker, "config.json"),
        ]

    def _from_file(self, file: _File, repository: Repository) -> Optional[Credential]:
        registry = repository.registry
        helper = file.helpers.get(registry)
        if helper:
            return self._remembered(file.path, registry, partial(self._ask, helper, file.path, registry))
        for prefix in prefixes(repository):
            entry = file.entries.get(prefix)
            read = (
                self._remembered(file.path, prefix, partial(_from_entry, entry, file.path, prefix)) if entry else None
            )
            if read is not None:
                return read
        if not file.store:
            return None
        ask = partial(self._ask, file.store, file.path, registry)
        try:
            return self._remembered(file.path, registry + " store", ask)
        except HelperMissing:
            # "docker login" leaves an empty entry for logins in the store. Without one, the store most likely does not
            # know the registry.
            if registry in file.entries:
                raise
            self._note(file.path, file.store, registry)
            return None

    def _remembered(self, path: str, key: str, read: Callable[[], Optional[Credential]]) -> Optional[Credential]:
        if (path, key) not in self._found:
            self._found[(path, key)] = read()
        return self._found[(path, key)]

    def _note(self, path: str, store: str, registry: str) -> None:
        note = "{0}: the credential store {1} was not asked for {2}".format(path, quoted(store), registry)
        if note not in self.notes:
            self.notes.append(note)

    def _ask(self, helper: str, path: str, registry: str) -> Optional[Credential]:
        """Run C(docker-credential-<helper> get). None if it has no login for the registry.

        :raises RegistryError: it fails. Its output is not quoted: it may contain a secret.
        """
        name = "docker-credential-{0}".format(helper)
        where = "{0}: {1}".format(path, registry)
        hint = "write the login into the auth file, {0}".format(_SWITCH_OFF)
        if not _HELPER_NAME.fullmatch(helper):
            raise RegistryError("the name of the credential helper is not valid", where=where, hint=hint)
        if self._run is None:
            raise HelperMissing(
                "the login is kept by the credential helper {0}, which cannot be run here".format(name),
                where=where,
                hint=hint,
            )
        try:
            status, output = self._run([name, "get"], _HUB_SERVER if registry == DOCKER_HUB else registry)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise HelperMissing("{0} cannot be run: {1}".format(name, reason), where=where, hint=hint) from None
        if status != 0:
            if "credentials not found" in output.lower():
                return None
            raise RegistryError("{0} failed with exit status {1}".format(name, status), where=where, hint=hint)
        reply = _helper_reply(output)
        if reply is None:
            raise RegistryError("the reply of {0} cannot be parsed".format(name), where=where, hint=hint)
        username, secret = reply
        origin = "{0}: {1} ({2})".format(path, quoted(registry), name)
        if username == _IDENTITY_MARK:
            return Credential(identity_token=secret, origin=origin)
        return Credential(username=username, password=secret, origin=origin)


def _helper_reply(output: str) -> Optional[Tuple[str, str]]:
    try:
        reply = read_json(output)
    except NotUnderstood:
        return None
    if not isinstance(reply, dict):
        return None
    username, secret = reply.get("Username"), reply.get("Secret")
    return (username, secret) if isinstance(username, str) and isinstance(secret, str) and secret else None


def _read_config(path: str) -> Optional[_File]:
    """A file, with the types of its sections checked; None if there is no such file.

    :raises RegistryError: it cannot be read or is malformed.
    """
    if not os.path.exists(path):
        return None
    hint = "repair it, {0}".format(_SWITCH_OFF)
    try:
        config = parse_json(read_text(path), path)
    except LongshoreError as error:
        raise RegistryError("the fallback for logins cannot be used: {0}".format(error), hint=hint) from None
    if not isinstance(config, dict):
        raise RegistryError("the fallback for logins is not a mapping", where=path, hint=hint)
    sections: Dict[str, Any] = {"auths": {}, "credHelpers": {}, "credsStore": ""}
    for name, empty in sections.items():
        value = config.get(name)
        if value is None:
            continue
        items = value.values() if isinstance(value, dict) else ()
        inner = dict if name == "auths" else str
        if not isinstance(value, type(empty)) or not all(isinstance(item, (inner, type(None))) for item in items):
            raise RegistryError("{0} has a wrong type".format(quoted(name)), where=path, hint=hint)
        sections[name] = value
    return _File(path, _by_registry(sections["auths"]), _by_registry(sections["credHelpers"]), sections["credsStore"])


def _by_registry(entries: Mapping[str, Any]) -> Dict[str, Any]:
    """Entries by C(registry[/path]). Docker's keys may be URLs: only their host counts, as in Docker."""
    result: Dict[str, Any] = {}
    for key, value in entries.items():
        _scheme, separator, rest = key.rpartition("://")
        registry, _slash, path = rest.rstrip("/").partition("/")
        if separator or path in ("v1", "v2"):
            path = ""
        registry = registry.lower()
        registry = DOCKER_HUB if registry in DOCKER_HUB_ALIASES else registry
        name = "{0}/{1}".format(registry, path) if path else registry
        # An exact name beats a URL of the same registry.
        if value is not None and (name not in result or name == key or not result[name]):
            result[name] = value
    return result


def _from_entry(entry: Mapping[str, Any], path: str, prefix: str) -> Optional[Credential]:
    """One entry of C(auths); None if it holds no login.

    :raises RegistryError: it is malformed, or holds a login that the engine cannot use.
    """
    where = "{0}: {1}".format(path, quoted(prefix))
    hint = "log in again, {0}".format(_SWITCH_OFF)
    texts = {name: entry.get(name) or "" for name in ("auth", "username", "password", "identitytoken", "registrytoken")}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong:
        raise RegistryError("{0} is not a string".format(quoted(wrong[0])), where=where, hint=hint)
    username, password = texts["username"], texts["password"]
    if texts["auth"]:
        decoded = _decode(texts["auth"])
        if decoded is None:
            raise RegistryError('"auth" is not the base64 form of user:password', where=where, hint=hint)
        username, password = decoded
    if texts["identitytoken"]:
        return Credential(username=username, identity_token=texts["identitytoken"], origin=where)
    if username and password:
        return Credential(username=username, password=password, origin=where)
    if texts["registrytoken"]:
        raise RegistryError(
            "it holds a registry token, which cannot be renewed and is not used", where=where, hint=hint
        )
    if username or password:
        missing = "password" if username else "user name"
        raise RegistryError("the login has no {0}".format(missing), where=where, hint=hint)
    return None


def _decode(text: str) -> Optional[Tuple[str, str]]:
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    username, colon, password = decoded.partition(":")
    # Docker pads some passwords with NUL characters, and strips them on reading.
    return (username, password.strip("\0")) if colon else None
