# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of all changes of files and of objects in clusters: one line of JSON for each that is changed or put back.

A line is on the disk before its file or object is changed. That of a file has checksums of the file before and after,
that of an object the images before and after, so that a killed run is understood: it is one or the other.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Union

from .._files.errors import reported
from .._files.safe_file import SafeFile
from .._http_values import NotUnderstood
from .._json import read_shape
from .errors import WorkloadsError

LARGEST = 256 * 1024 * 1024
_EDIT = {"path": [(str, int)], "start": int, "old": str, "new": str}
_IMAGE = {"file": str, "path": str, "owner": str, "old": str, "new": str}
_CHANGED = {
    "id": str,
    "time": str,
    "file": str,
    "before": str,
    "after": str,
    "group": str,
    "edits": [_EDIT],
    "images": [_IMAGE],
}
_PLACE = {"path": [(str, int)], "names": [str], "old": str, "new": str}
_OBJECT = {
    **dict.fromkeys(("id", "time", "cluster", "uid", "api_version", "kind", "resource", "namespace", "name"), str),
    "resource_version": str,
    "changes": [_PLACE],
    "secret": str,
    "lists": [[(str, int)]],
    "account": str,
}
_UNDONE = {"undone": str, "time": str}
_DONE = {"done": str, "time": str}
_BEGINNINGS = (b'{"id": "', b'{"undone": "', b'{"done": "')


@dataclass
class Entry:
    """The changes of one file by one run.

    :ivar before: the checksum of the file before; C(after) that after.
    :ivar group: the same for files that are only right together, otherwise empty.
    :ivar edits: mappings with C(path), C(start) in the text before, C(old) and C(new).
    :ivar images: mappings with C(file), C(path), C(owner), C(old) and C(new).
    """

    id: str
    time: str
    file: str
    before: str
    after: str
    group: str = ""
    edits: List[Dict[str, Any]] = field(default_factory=list)
    images: List[Dict[str, str]] = field(default_factory=list)


@dataclass(eq=False)
class ObjectEntry:
    """The changes of one object of a cluster by one run.

    :ivar cluster: the uid of its namespace C(kube-system); empty if it is not known.
    :ivar resource: the plural of the kind, as in paths.
    :ivar resource_version: that of the object before.
    :ivar changes: mappings with C(path), C(names), C(old) and C(new). C(names) are those of the list entries on the
        path, in order; empty for one without a name.
    :ivar secret: the pull secret that was added; empty if none was.
    :ivar lists: where it was added.
    :ivar account: the service account whose pull secrets the object's pods need; empty for none.
    :ivar done: whether nothing is left to do for it: its pods were ready.
    """

    id: str
    time: str
    cluster: str
    uid: str
    api_version: str
    kind: str
    resource: str
    namespace: str
    name: str
    resource_version: str
    changes: List[Dict[str, Any]] = field(default_factory=list)
    secret: str = ""
    lists: List[List[Any]] = field(default_factory=list)
    account: str = ""
    done: bool = False


class Record:
    """A file with entries.

    :ivar entries: those of files that are not undone, in order; C(objects) those of objects.
    :raises LongshoreError: it cannot be read, or is no record.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries: List[Entry] = []
        self.objects: List[ObjectEntry] = []
        self._descriptor = -1
        with SafeFile(path, owner=os.geteuid()) as file:
            raw = file.read(LARGEST) or b""
        entries: Dict[str, Union[Entry, ObjectEntry]] = {}
        lines = raw.split(b"\n")
        # A line without its end was not complete when its run was killed: its file was not touched yet.
        if _is_begun(lines[-1]):
            lines.pop()
        for number, line in enumerate(lines, 1):
            try:
                self._read(entries, line)
            except NotUnderstood as problem:
                raise WorkloadsError(
                    "line {0} is not an entry of a record: {1}".format(number, problem),
                    where=path,
                    hint="Restore the record from a backup, or use another path if it is another file.",
                ) from problem
        self.entries = [entry for entry in entries.values() if isinstance(entry, Entry)]
        self.objects = [entry for entry in entries.values() if isinstance(entry, ObjectEntry)]
        self._by_uid: Dict[str, List[ObjectEntry]] = {}
        for one in self.objects:
            self._by_uid.setdefault(one.uid, []).append(one)

    def _read(self, entries: Dict[str, Union[Entry, ObjectEntry]], line: bytes) -> None:
        value = read_shape(line, dict)
        if "undone" in value:
            entries.pop(read_shape(line, _UNDONE)["undone"], None)
            return
        if "done" in value:
            entry = entries.get(read_shape(line, _DONE)["done"])
            if isinstance(entry, ObjectEntry):
                entry.done = True
            return
        if "uid" in value:
            value = read_shape(line, _OBJECT)
            entries[value["id"]] = ObjectEntry(**{name: value[name] for name in _OBJECT})
            return
        value = read_shape(line, _CHANGED)
        entries[value["id"]] = Entry(**{name: value[name] for name in _CHANGED})

    def open(self) -> None:
        """Open it for adding entries, created if necessary, only for this user.

        :raises FilesError: it cannot be written.
        """
        with SafeFile(self.path, owner=os.geteuid()) as file:
            self._descriptor = file.append()
        with reported("cannot be written", self.path):
            size = os.fstat(self._descriptor).st_size
            kept = size
            while kept and os.pread(self._descriptor, 1, kept - 1) != b"\n":
                kept -= 1
            if kept != size:
                os.ftruncate(self._descriptor, kept)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def add(self, entry: Union[Entry, ObjectEntry]) -> None:
        """Add the changes of a file or an object, before they are made.

        :raises FilesError: it cannot be written.
        """
        self._write({name: value for name, value in vars(entry).items() if name != "done"})
        if isinstance(entry, Entry):
            self.entries.append(entry)
        else:
            self.objects.append(entry)
            self._by_uid.setdefault(entry.uid, []).append(entry)

    def undone(self, entry: Union[Entry, ObjectEntry]) -> None:
        """Say that an entry's changes are undone."""
        self._write({"undone": entry.id, "time": now()})
        if isinstance(entry, Entry):
            self.entries.remove(entry)
        else:
            self.objects.remove(entry)
            self._by_uid[entry.uid].remove(entry)

    def done(self, entry: ObjectEntry) -> None:
        """Say that nothing is left to do for an object."""
        self._write({"done": entry.id, "time": now()})
        entry.done = True

    def objects_of(self, uid: str) -> List[ObjectEntry]:
        """The entries of one object, in order."""
        return self._by_uid.get(uid, [])

    def _write(self, value: Dict[str, Any]) -> None:
        rest = (json.dumps(value) + "\n").encode("ascii")
        with reported("cannot be written", self.path):
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)

    def written(self, file: str, path: str, owner: str) -> Optional[str]:
        """The image that the last entry for a place has written there."""
        for entry in reversed(self.entries):
            for image in entry.images:
                if (image["file"], image["path"], image["owner"]) == (file, path, owner):
                    return image["new"]
        return None


def _is_begun(line: bytes) -> bool:
    """Whether it is the beginning of an entry, and not another file's, which adding entries would cut off."""
    line = line.rstrip(b"\0")
    return any(line.startswith(one) or one.startswith(line) for one in _BEGINNINGS)


def new_id() -> str:
    """A random name for an entry or a group."""
    return secrets.token_hex(8)


def now() -> str:
    """The time in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
