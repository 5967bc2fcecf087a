# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which login belongs to which repository: the auth file of image-syncer and image-migrator, and the fallbacks.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..._lazy import pattern
from ..._text import is_printable, quoted
from ..errors import RegistryError, RulesError
from ..model.reference import ReferenceProblem, Repository, check_name, parse_registry, refuse_scheme
from .docker_logins import Credential, DockerConfigs, prefixes
from .documents import Repeated, describe
from .env_vars import ExpansionProblem, expand

__all__ = ("Credential", "CredentialStore", "DockerConfigs")

_PLAIN_KEY = pattern(r"[a-z_-]{1,30}")
_PATHS = ("ca_path", "client_cert", "client_key")
_FIELDS = ("username", "password", "insecure", *_PATHS, "token_server")
# Further keys of an entry of C(as_document).
_UNUSABLE = "unusable"


class CredentialStore:
    """The logins of one run.

    An entry is named C(registry) or C(registry/path) and covers everything below it; if several cover a repository, the
    longest wins, in any order. image-syncer documents the same (its 1.5.5 leaves the choice to the order of a Go map);
    1.3.1 and image-migrator support only C(registry) and C(registry/namespace), which this rule includes.
    """

    def __init__(self, entries: Mapping[str, Credential], fallback: Optional[DockerConfigs] = None) -> None:
        self._entries = dict(entries)
        self._fallback = fallback
        self._known: Dict[Repository, Credential] = {}
        self._missed: Set[str] = set()

    @classmethod
    def from_document(
        cls,
        document: Any,
        *,
        where: str,
        environ: Mapping[str, str],
        fallback: Optional[DockerConfigs] = None,
    ) -> CredentialStore:
        """Read an auth document: a mapping of C(registry[/path]) to C(username), C(password) and C(insecure).

        C($NAME) and C(${NAME}) are expanded in user name and password, C($$) is a dollar sign; a C($) without a name
        after it stays. An entry without user name and password is anonymous, and the fallback is used, as in
        image-syncer; its C(insecure) and C(token_server) apply either way. C(insecure) is a boolean or the text "true"
        or "false", which is what Ansible makes of a template. image-syncer's combined document with C(auth) and
        C(images) is accepted.

        :param document: None if there is no auth file.
        An entry with an unset variable is unusable, and does not affect other entries.

        :raises RulesError: lists all problems; never contains a password or part of one.
        """
        if document is None:
            return cls({}, fallback)
        problems: List[str] = []
        seen: Dict[str, Tuple[Credential, str]] = {}
        document, where = _auth_of(document, where, problems)
        for key, value in document.items():
            place = "{0}: {1}".format(where, _shown(key))
            name = None
            try:
                name = _entry_name(key)
            except ReferenceProblem as problem:
                problems.append("{0}: {1}: {2}".format(place, problem.what, problem.hint))
            credential = _credential(value, place, environ, problems)
            if name is None or credential is None:
                continue
            other, first = seen.setdefault(name, (credential, _shown(key)))
            if _values(other) != _values(credential):
                problems.append("{0}: it means the same as {1} with other values: keep one".format(place, first))
        if problems:
            raise RulesError(problems)
        return cls({name: credential for name, (credential, _key) in seen.items()}, fallback)

    @classmethod
    def merged(cls, stores: Sequence[CredentialStore], fallback: Optional[DockerConfigs] = None) -> CredentialStore:
        """One store made of several; for entries with the same name, the first store wins."""
        entries: Dict[str, Credential] = {}
        for store in stores:
            for name, credential in store._entries.items():
                entries.setdefault(name, credential)
        return cls(entries, fallback)

    def lookup(self, repository: Repository) -> Credential:
        """The login for a repository, anonymous if there is none. Thread-safe; looked up once, then cached.

        :raises RegistryError: the login, a fallback file or its helper cannot be used.
        """
        known = self._known.get(repository)
        if known is None:
            known = self._known[repository] = self._look_up(repository)
        return known

    def problem_of(self, repository: Repository) -> Optional[str]:
        """Why the login given for a repository cannot be used; None if it can, or none is given."""
        entry = self._entry(repository)
        return entry.unusable or None if entry is not None else None

    @property
    def notes(self) -> List[str]:
        """Sentences for the user: unusable logins that were not needed."""
        unusable = [entry.unusable for entry in self._entries.values() if entry.unusable]
        notes = ["{0} (nothing needed this login)".format(text) for text in unusable if text not in self._missed]
        return notes + (list(self._fallback.notes) if self._fallback is not None else [])

    def _entry(self, repository: Repository) -> Optional[Credential]:
        return next((self._entries[name] for name in prefixes(repository) if name in self._entries), None)

    def _look_up(self, repository: Repository) -> Credential:
        entry = self._entry(repository)
        if entry is not None and entry.unusable:
            self._missed.add(entry.unusable)
            raise RegistryError("its login cannot be used: {0}".format(entry.unusable), where=str(repository))
        if entry is not None and not entry.anonymous:
            return entry
        found = self._fallback.lookup(repository) if self._fallback is not None else None
        entry = entry or Credential()
        if found is None:
            return entry
        return replace(
            entry,
            username=found.username,
            password=found.password,
            identity_token=found.identity_token,
            origin=found.origin,
        )

    def as_document(self) -> Dict[str, Dict[str, Any]]:
        """The entries as an auth document that means the same everywhere: no variables are left to expand."""
        document: Dict[str, Dict[str, Any]] = {}
        for name, credential in self._entries.items():
            entry: Dict[str, Any] = {"insecure": credential.insecure}
            texts = {name: text for name, text in _values(credential).items() if text and name != "insecure"}
            entry.update({name: text.replace("$", "$$") for name, text in texts.items()})
            document[name] = entry
        return document

    def secrets(self) -> Iterator[str]:
        """All passwords and tokens known so far, for redaction; those of the fallback once they are looked up."""
        for credential in self._entries.values():
            yield from filter(None, (credential.password, credential.identity_token))
        if self._fallback is not None:
            yield from self._fallback.secrets()


def _values(credential: Credential) -> Dict[str, Any]:
    return {name: getattr(credential, name) for name in (*_FIELDS, _UNUSABLE)}


def _shown(key: Any) -> str:
    return quoted(key) if isinstance(key, str) else "a name that is {0}".format(describe(key))


def _auth_of(document: Any, where: str, problems: List[str]) -> Tuple[Mapping[Any, Any], str]:
    """The mapping of entries, extracted if the document is a combined one."""
    if not isinstance(document, dict):
        problems.append(
            "{0}: it is {1}: a mapping of registries to username and password is expected".format(
                where, describe(document)
            )
        )
        return {}, where
    if isinstance(document.get("auths"), dict):
        problems.append(
            "{0}: this is a file of Docker or Podman: leave it out, such files are read as a fallback "
            "(name it in REGISTRY_AUTH_FILE if it is elsewhere)".format(where)
        )
        return {}, where
    auth = document.get("auth")
    # A registry could be called "auth"; its entry then has strings as values, not mappings.
    combined = isinstance(auth, (dict, Repeated)) and (
        "images" in document
        or any(isinstance(value, dict) for value in (auth.values() if isinstance(auth, dict) else auth))
    )
    if not combined:
        return document, where
    if isinstance(auth, Repeated):
        problems.append('{0}: "auth" is written more than once: keep one'.format(where))
        return {}, where
    return auth, "{0}: auth".format(where)


def _entry_name(key: Any) -> str:
    """Check C(registry[/path]) and return its canonical form.

    :raises ReferenceProblem: states the correct form.
    """
    if not isinstance(key, str):
        raise ReferenceProblem("it must be a string", hint="put it in quotes")
    if key == "":
        raise ReferenceProblem("it is empty", hint="write registry or registry/namespace")
    refuse_scheme(key)
    registry, slash, path = key.partition("/")
    name = parse_registry(registry)
    if not slash:
        return name
    last = path.rpartition("/")[2]
    if "@" in path or ":" in last:
        raise ReferenceProblem(
            "it has a tag or a digest", hint="write registry/namespace or registry/namespace/repository"
        )
    return "{0}/{1}".format(name, check_name(path))


def _credential(value: Any, place: str, environ: Mapping[str, str], problems: List[str]) -> Optional[Credential]:
    """One entry; None, with problems added, if it is invalid."""
    count = len(problems)
    if isinstance(value, Repeated):
        problems.append("{0}: it is written more than once: keep one".format(place))
        return None
    if not isinstance(value, dict):
        problem = "{0}: it is {1}: write a mapping with username and password".format(place, describe(value))
        if isinstance(value, (str, list)):
            problem += " (is this the rules file?)"
        problems.append(problem)
        return None
    fields = _fields(value, place, problems)
    unset = [fields[_UNUSABLE]] if isinstance(fields.get(_UNUSABLE), str) else []
    username, password, token_server, *found = (
        _text(fields, name, place, environ, problems, unset)
        for name in ("username", "password", "token_server", *_PATHS)
    )
    insecure = _boolean(fields.get("insecure"), place, problems)
    for name, path in zip(_PATHS, found):
        if not is_printable(path) or "-----BEGIN" in path:
            # Reported now, before the text is taken for the name of a missing file, and shown.
            problems.append("{0}: {1} is not a path: write the path of the file, not what is in it".format(place, name))
    # As Ansible does with every path option.
    paths = dict(zip(_PATHS, map(os.path.expanduser, found)))
    token_server = _host(token_server, place, problems)
    if len(problems) == count and unset:
        return Credential(insecure=insecure, origin=place, unusable="; ".join(unset))
    if len(problems) == count:
        texts = dict(paths, username=username, password=password)
        problems += _halves(texts, "username", "password", place, "write both, or neither for anonymous access")
        problems += _halves(texts, "client_cert", "client_key", place, "write both")
    if len(problems) > count:
        return None
    return Credential(username, password, insecure=insecure, origin=place, token_server=token_server, **paths)


def _halves(texts: Mapping[str, str], one: str, other: str, place: str, remedy: str) -> List[str]:
    """The problem of a pair with one half missing."""
    if bool(texts[one]) == bool(texts[other]):
        return []
    present, absent = (one, other) if texts[one] else (other, one)
    return ["{0}: it has a {1} and no {2}: {3}".format(place, present, absent, remedy)]


def _fields(value: Mapping[Any, Any], place: str, problems: List[str]) -> Dict[str, Any]:
    """The known fields. Case does not matter, as in Go's JSON decoder, which the tools use."""
    fields: Dict[str, Any] = {}
    for key, item in value.items():
        name = key.lower() if isinstance(key, str) else ""
        if name not in (*_FIELDS, _UNUSABLE):
            import difflib

            near = difflib.get_close_matches(name, _FIELDS, 1)
            hint = "did you mean {0}?".format(near[0]) if near else "the keys are {0}".format(", ".join(_FIELDS))
            # With a missing colon, "password secret" can become a key: show only what cannot be a secret.
            shown = " " + quoted(name) if item is not None and _PLAIN_KEY.fullmatch(name) else ""
            problems.append("{0}: it has an unknown key{1}: {2}".format(place, shown, hint))
        elif name in fields or isinstance(item, Repeated):
            problems.append("{0}: {1} is written more than once: keep one".format(place, name))
        else:
            fields[name] = item
    return fields


def _text(
    fields: Mapping[str, Any],
    name: str,
    place: str,
    environ: Mapping[str, str],
    problems: List[str],
    unset: List[str],
) -> str:
    """
    :param unset: collects problems with variables, which matter only if the login is needed.
    """
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        problems.append("{0}: {1} is {2}: put it in quotes".format(place, name, describe(value)))
        return ""
    try:
        expanded, used = expand(value, environ, secret=name == "password")
    except ExpansionProblem as problem:
        unset.append("{0}: {1}: {2}: {3}".format(place, name, problem.what, problem.hint))
        return ""
    if used and not expanded:
        unset.append(
            "{0}: {1}: the environment variable {2} is empty: set it, or leave the field out".format(
                place, name, ", ".join(used)
            )
        )
    return expanded


def _host(text: str, place: str, problems: List[str]) -> str:
    if not text:
        return ""
    try:
        return parse_registry(text)
    except ReferenceProblem as problem:
        problems.append("{0}: token_server: {1}: {2}".format(place, problem.what, problem.hint))
        return ""


def _boolean(value: Any, place: str, problems: List[str]) -> bool:
    if value is None:
        return False
    text = value.lower() if isinstance(value, str) else value
    for boolean, forms in ((True, (True, "true")), (False, (False, "false"))):
        # 1 and 0 equal the booleans, but are not accepted.
        if any(text is form or (isinstance(text, str) and text == form) for form in forms):
            return boolean
    problems.append("{0}: insecure is {1}: write true or false".format(place, describe(value)))
    return False
