# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential files of container engines on a node: changes one registry's login, keeps everything else.

All have Docker's format (docker/cli, docs/reference/commandline/docker_login.md; containers-auth.json(5)):
C(auths) with one entry per registry, C(credsStore) and C(credHelpers), which override it, and other programs' keys.

Next to a credential file is a record of what was written into it: each login's kind and expiry,
for which the format has no place, and whether this collection created the file.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import copy
import datetime
import json
import os
import pwd
import re
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from .._errors import LongshoreError
from .._files.errors import MissingDirectoryError
from .._files.safe_file import SafeFile, private, read_text_safely
from .._files.walk import NewDirectories
from .._json import parse_json
from .._text import quoted
from .document import (
    entries_of,
    fingerprint_of,
    put_login,
    refuse_store,
    remove_login,
    render,
    username_of,
    without_duplicates,
)
from .record import RECORD, notes_of, parse_moment

FORMATS = {
    "docker": (".docker", "config.json"),
    "podman": (".config", "containers", "auth.json"),
    "kubelet": ("/", "var", "lib", "kubelet", "config.json"),
}
"""Where each engine looks, below the user's home: docker and nerdctl; podman, buildah and skopeo, in the place that
outlives a reboot; the kubelet, whatever the user."""

KINDS = ("long_term", "temporary", "enhanced")
LASTING = "long_term"
ASSUMED_LIFETIME = 21600
"""How long, in seconds, a login is taken to be valid whose end is not known: six hours, the shorter of the two times
that Huawei Cloud's documents give for a temporary login of SWR."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?\Z", re.IGNORECASE)


class Login(NamedTuple):
    """A user and a password for a registry, their expiry (ISO 8601 in UTC), and the kind, one of C(KINDS).

    Without a time it does not expire, unless its kind does: then the time is unknown.
    """

    registry: str
    username: str
    password: str
    expires_at: Optional[str] = None
    kind: Optional[str] = None

    @property
    def ends_unknown(self) -> bool:
        """Whether it expires at an unknown time."""
        return self.expires_at is None and self.kind not in (None, LASTING)


class Stored(NamedTuple):
    """A file's login for a registry.

    :ivar known: whether the record is about this login, so that the other fields apply to it.
    :ivar written_at: when a login that expires at an unknown time was written; else None.
    """

    username: Optional[str]
    expires_at: Optional[str]
    known: bool
    kind: Optional[str] = None
    written_at: Optional[str] = None


class Change(NamedTuple):
    """The change to a file: its text before and after (None: no file), and the same for its record."""

    before: Optional[str]
    after: Optional[str]
    record_before: Optional[str]
    record_after: Optional[str]
    wrong_mode: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether anything differs."""
        return self.before != self.after or self.record_before != self.record_after or self.wrong_mode


def check_registry(registry: str) -> str:
    """Check that C(registry) is a host with an optional port.

    :raises LongshoreError: it is a URL, has a path, or is something else.
    """
    if not _HOST.match(registry):
        raise LongshoreError(
            "invalid registry {0}".format(quoted(registry)),
            where="registry",
            hint="Write the host alone, with a port if needed: no scheme, no path.",
        )
    return registry


def account_of(user: str) -> Tuple[str, Tuple[int, int]]:
    """The home directory of a user of this host, and the user and group ids.

    :raises LongshoreError: there is no such user.
    """
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise LongshoreError(
            "there is no user {0!r} on this host".format(user), where="user", hint="Create the user first."
        ) from None
    return account.pw_dir, (account.pw_uid, account.pw_gid)


def path_of(form: str, home: str) -> str:
    """The path of an engine's credentials for the user with this home directory."""
    return os.path.join(home, *FORMATS[form])


def utc_now() -> datetime.datetime:
    """The current time."""
    return datetime.datetime.now(datetime.timezone.utc)


class CredentialFile:
    """One credential file and its record.

    :param owner: user and group id that the file belongs to; None for those of this process.
    :param user: the file's account, for messages.
    :param home: the home directory, which is never created; None if there is none to check.
    :param clock: gives the time in UTC.
    :param form: the engine, as in C(FORMATS); C(path) if unknown.
    """

    def __init__(
        self,
        path: str,
        owner: Optional[Tuple[int, int]] = None,
        home: Optional[str] = None,
        user: Optional[str] = None,
        clock: Callable[[], datetime.datetime] = utc_now,
        form: str = "path",
    ) -> None:
        self.path = path
        self.form = form
        self._owner = owner
        self._home = home
        self._user = user
        self._clock = clock
        self._record_path = os.path.join(os.path.dirname(path), RECORD)
        self._name = os.path.basename(path)
        # This user gets the content: the file must not be another user's that was moved there.
        self._trusted = owner[0] if owner else None

    @property
    def uid(self) -> int:
        """The user who owns the file."""
        return self._owner[0] if self._owner else os.getuid()

    def look(self, registry: str) -> Stored:
        """The stored login for C(registry).

        :raises LongshoreError: the file cannot be read, or is not a credential file.
        """
        entry = entries_of(self._read(self.path)[1], self.path).get(registry)
        if not isinstance(entry, dict):
            return Stored(None, None, False)
        noted = notes_of(self._read(self._record_path)[1], self._name)["registries"].get(registry, {})
        if noted.get("fingerprint") != fingerprint_of(entry):
            return Stored(username_of(entry), None, False)
        return Stored(username_of(entry), noted.get("expires_at"), True, noted.get("kind"), noted.get("written_at"))

    def plan(self, registry: str, login: Optional[Login]) -> Change:
        """The change that gives the file this login for C(registry), or with None removes it.

        :raises LongshoreError: the file cannot be read, is not a credential file, or has a credential store
            that would override the login; or the home directory does not exist.
        """
        if login is not None:
            self._check_home()
        text, document = self._read(self.path)
        record_text, record = self._read(self._record_path)
        wanted = copy.deepcopy(document) if document is not None else {}
        notes = copy.deepcopy(record) if isinstance(record, dict) else {}
        mine = notes_of(notes, self._name)
        if self._name not in notes:
            mine["created"] = text is None and login is not None
        notes[self._name] = mine
        if login is None:
            remove_login(wanted, registry, self.path)
            mine["registries"].pop(registry, None)
        else:
            refuse_store(wanted, registry, self.path, self.form)
            entry = put_login(wanted, registry, login.username, login.password, self.path)
            mine["registries"][registry] = self._note(login, entry, mine["registries"].get(registry))
        unneeded = login is None and (text is None or (bool(mine.get("created")) and wanted in ({}, {"auths": {}})))
        if not mine["registries"]:
            notes.pop(self._name)
        after = None if unneeded else text if wanted == document else render(wanted, text)
        record_after = None if not notes else record_text if notes == record else render(notes, record_text)
        return Change(text, after, record_text, record_after, after is not None and self._is_open())

    def apply(self, change: Change) -> None:
        """Make the change.

        :raises LongshoreError: the directory or a file cannot be written, or another program has changed the file since
            it was read.
        """
        if self._read(self.path)[0] != change.before:
            raise LongshoreError(
                "another program has changed the file in the meantime", where=self.path, hint="Run the task again."
            )
        for path, before, after in (
            (self.path, change.before, change.after),
            (self._record_path, change.record_before, change.record_after),
        ):
            if after is not None and (before != after or (path == self.path and change.wrong_mode)):
                with SafeFile(path, NewDirectories(owner=self._owner), self._trusted) as file:
                    file.replace((after,), private(self._owner))
            elif after is None and before is not None:
                with SafeFile(path, owner=self._trusted) as file:
                    file.remove()

    def namespaces(self, registry: str) -> List[str]:
        """The namespaces of the registry that have their own logins.

        :raises LongshoreError: the file cannot be read, or is not a credential file.
        """
        entries = entries_of(self._read(self.path)[1], self.path)
        return sorted(key for key in entries if key.startswith(registry + "/"))

    # -- reading -----------------------------------------------------------------------------------------------

    def _read(self, path: str) -> Tuple[Optional[str], Any]:
        """Text and content; None if there is no file. An empty file is an empty document, as for Docker."""
        text = read_text_safely(path, owner=self._trusted)
        if text is None:
            return None, None
        if not text.strip():
            return text, {}
        try:
            # Lone surrogates are kept: foreign content is written back unchanged.
            return text, parse_json(text, without_duplicates)
        except ValueError as error:
            # The error's text may quote the file.
            line = " (line {0})".format(error.lineno) if isinstance(error, json.JSONDecodeError) else ""
            raise LongshoreError(
                "it is not valid JSON{0}, and is left alone".format(line),
                where=path,
                hint="Repair the file, or move it away.",
            ) from None

    def _note(self, login: Login, entry: Dict[str, Any], old: Any) -> Dict[str, Any]:
        """The record's entry for the login."""
        note = {"expires_at": login.expires_at, "fingerprint": fingerprint_of(entry), "kind": login.kind}
        if login.ends_unknown:
            # Writing the same login again does not make it newer.
            same = isinstance(old, dict) and old.get("fingerprint") == note["fingerprint"] and old.get("written_at")
            note["written_at"] = old["written_at"] if same else self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        return note

    def _is_open(self) -> bool:
        try:
            with SafeFile(self.path, owner=self._trusted) as file:
                found = file.status()
        except MissingDirectoryError:
            return False
        if found is None:
            return False
        wrong_owner = self._owner is not None and (found.st_uid, found.st_gid) != self._owner
        return bool(found.st_mode & 0o177) or wrong_owner

    def _check_home(self) -> None:
        """Refuse to create a missing home directory: root would create it for an account such as nobody.

        :raises LongshoreError: it does not exist.
        """
        home = self._home
        if home and self.path.startswith(os.path.join(home, "")) and not os.path.isdir(home):
            raise LongshoreError(
                "the home directory of {0} does not exist".format(
                    "the user {0}".format(self._user) if self._user else "this user"
                ),
                where=home,
                hint="Create it first (ansible.builtin.user with create_home), or give path a file elsewhere.",
            )


def files_of(options: Mapping[str, Any]) -> List[Tuple[str, CredentialFile]]:
    """The files for a module's options C(user), C(formats) and C(path), each with its format (or C(path)).

    :raises LongshoreError: there is no such user.
    """
    user = options.get("user") or None
    home, owner = account_of(user) if user else (os.path.expanduser("~"), None)
    if options.get("path"):
        return [("path", CredentialFile(os.path.abspath(options["path"]), owner, home, user))]
    found = []
    for form in dict.fromkeys(options["formats"]):
        # The kubelet's file is not in a home directory, and is root's.
        mine = form != "kubelet"
        found.append((form, CredentialFile(path_of(form, home), *((owner, home, user) if mine else ()), form=form)))
    return found


def is_due(
    stored: Stored, limit: datetime.datetime, kind: Optional[str] = None, assumed_lifetime: int = ASSUMED_LIFETIME
) -> bool:
    """Whether a new login is needed: there is none, it is unknown or of another kind, or it expires before
    C(limit).

    :param kind: the required kind, None for any.
    :param assumed_lifetime: seconds from the writing of a login to its expiry, if that is unknown.
    """
    if stored.username is None or not stored.known or (kind is not None and stored.kind != kind):
        return True
    if stored.expires_at is not None:
        return parse_moment(stored.expires_at) <= limit
    if stored.written_at is not None:
        return parse_moment(stored.written_at) + datetime.timedelta(seconds=assumed_lifetime) <= limit
    return False


def describe(path: str, change: Change, registry: str) -> Dict[str, str]:
    """A change as Ansible shows it, without secrets: other content may be secret too and is left out."""

    def side(text: Optional[str], mark: str) -> str:
        if text is None:
            return ""
        document = parse_json(text) if text.strip() else {}
        entry = (document.get("auths") or {}).get(registry)
        if not isinstance(entry, dict):
            return "{0}: no login\n".format(registry)
        return "{0}: {1}, password {2}\n".format(registry, username_of(entry), mark)

    hidden = "(hidden)"
    same = change.before is not None and change.after is not None and change.before == change.after
    changed = hidden if same or change.before is None else "(hidden, new)"
    mode = ("mode or owner: not as required\n", "mode and owner: 0600, the user's\n")
    before, after = side(change.before, hidden), side(change.after, changed)
    if change.wrong_mode:
        before, after = before + mode[0], after + mode[1]
    if same and change.record_before != change.record_after:
        before, after = before + "end: as recorded\n", after + "end: recorded anew\n"
    return {"before_header": path, "after_header": path, "before": before, "after": after}
