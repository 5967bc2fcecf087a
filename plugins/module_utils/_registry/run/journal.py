# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of earlier runs, as an append-only file of JSON lines.

The journal makes a rerun cheaper; it is never trusted alone. Its statements about the destination are verified there
before anything is skipped, so an old, foreign or damaged journal only costs requests.

A digest at the destination does not show what it was made from: only the journal does. So each line ends with a
checksum over the rest of it, and a line with a wrong checksum, or from another version, is skipped.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..._errors import LongshoreError
from ..._files.inputs import lines_of
from ..._json import check_shape, read_json
from ..._lazy import pattern
from ..._line_file import LineFile
from ..errors import RegistryError
from ..model.manifest import LARGEST_SIZE, is_digest
from ..model.reference import Repository, parse_reference
from .image import COPIED, SKIPPED

VERSION = 1
_DIGESTS = ("digest", "layer", "diff_id", "source_digest", "destination_digest")
_LINES = {
    "blob": {"registry": str, "repository": str, "digest": str},
    "image": {"source": str, "destination": str, "outcome": str, "filter": (str, None), "error": (str, None)},
    "recompressed": {"layer": str, "method": str, "digest": str, "size": int, "diff_id": str},
}
_SUM = pattern(r',"sum":"([0-9a-f]{16})"}\s*\Z')
LARGEST = 4 * 1024 * 1024 * 1024
"""Maximum bytes of a journal."""


class Journal:
    """A journal file; without a path it lasts for the run only.

    :param path: the file; its directory must exist. Created with mode 0600.
    :ivar unreadable_lines: lines of the file that were skipped.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        self.path = path
        self.unreadable_lines = 0
        self._file = LineFile(None, "journal_path", RegistryError)
        self._lock = threading.Lock()
        self._blobs: Dict[Tuple[str, str], List[str]] = {}
        self._results: Dict[Tuple[str, str, str], str] = {}
        self._filters: Dict[str, str] = {}
        self._recompressed: Dict[Tuple[str, str], Tuple[str, int, str]] = {}

    def load(self) -> None:
        """Read the entries of earlier runs.

        :raises RegistryError: the file exists but cannot be read.
        """
        if self.path:
            with contextlib.suppress(FileNotFoundError):
                for line in _lines_of(self.path):
                    self._take(line)

    def open(self) -> None:
        """Start to write.

        :raises RegistryError: the file cannot be opened for writing.
        """
        self._file = LineFile(self.path, "journal_path", RegistryError)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def write_error(self) -> Optional[str]:
        """Why the journal stopped writing (a full disk ...), else None. The copy continues without it."""
        return self._file.error

    def blob_stored(self, registry: str, repository: str, digest: str) -> None:
        """A blob is complete in a repository."""
        self._remember_blob(registry, repository, digest)
        self._write({"event": "blob", "registry": registry, "repository": repository, "digest": digest})

    def image_finished(
        self,
        source: str,
        destination: str,
        outcome: str,
        source_digest: Optional[str],
        destination_digest: Optional[str],
        filter_key: str,
        error: Optional[str] = None,
    ) -> None:
        """An image ended. Known facts are not written again, or nightly reruns would fill the disk."""
        known = source_digest and self.digest_after(destination, source_digest, filter_key)
        if outcome == SKIPPED and known and known == destination_digest:
            return
        entry: Dict[str, Any] = {
            "event": "image",
            "source": source,
            "destination": destination,
            "outcome": outcome,
            "source_digest": source_digest,
            "destination_digest": destination_digest,
            "filter": filter_key,
            "error": error,
        }
        self._remember_image(entry)
        self._write({name: value for name, value in entry.items() if value is not None})

    def repositories_with(self, registry: str, digest: str) -> List[str]:
        """Repositories of the registry known to hold the blob, latest first."""
        return list(reversed(self._blobs.get((registry, digest), ())))

    def digest_after(self, destination: str, source_digest: str, filter_key: str) -> Optional[str]:
        """The digest that C(source_digest) became at the destination with the same filter."""
        return self._results.get((destination, source_digest, filter_key))

    def layer_recompressed(self, layer: str, method: str, digest: str, size: int, diff_id: str) -> None:
        """Record the result of recompressing a layer with a method."""
        entry = {"event": "recompressed", "layer": layer, "method": method, "digest": digest, "size": size}
        self._remember_recompressed(dict(entry, diff_id=diff_id))
        self._write(dict(entry, diff_id=diff_id))

    def recompressed(self, layer: str, method: str) -> Optional[Tuple[str, int, str]]:
        """Digest, size and diff ID of the layer recompressed with the method, if known."""
        return self._recompressed.get((layer, method))

    def _take(self, line: str) -> None:
        try:
            entry = _read(line)
            event = entry["event"]
            if event == "blob":
                self._remember_blob(entry["registry"], entry["repository"], entry["digest"])
            elif event == "image":
                self._remember_image(entry)
            elif event == "recompressed":
                self._remember_recompressed(entry)
        except (ValueError, KeyError, TypeError):
            self.unreadable_lines += 1 if line.strip() else 0

    def _remember_blob(self, registry: str, repository: str, digest: str) -> None:
        with self._lock:
            names = self._blobs.setdefault((registry, digest), [])
            if repository not in names:
                names.append(repository)

    def _remember_recompressed(self, entry: Dict[str, Any]) -> None:
        found = (str(entry["digest"]), int(entry["size"]), str(entry["diff_id"]))
        with self._lock:
            self._recompressed[(entry["layer"], entry["method"])] = found

    def _remember_image(self, entry: Dict[str, Any]) -> None:
        before, after = entry.get("source_digest"), entry.get("destination_digest")
        if before and after and entry["outcome"] in (COPIED, SKIPPED):
            with self._lock:
                # A journal of 100,000 images repeats a few filters, and mostly has the same digest twice.
                key = self._filters.setdefault(entry.get("filter") or "", entry.get("filter") or "")
                self._results[(entry["destination"], before, key)] = before if before == after else after

    def _write(self, entry: Dict[str, Any]) -> None:
        if self._file.active:
            text = json.dumps(dict(entry, v=VERSION), separators=(",", ":"))
            self._file.write('{0},"sum":"{1}"}}'.format(text[:-1], _sum(text)))


class Copies:
    """What a journal shows to be copied.

    :ivar tags: repository to tag, and to the digest that runs have left there; None where no run is shown to have
        made it: it was there already, or its digest is not recorded.
    :ivar unreadable_lines: lines that were skipped.
    """

    def __init__(self) -> None:
        self.tags: Dict[Repository, Dict[str, Optional[str]]] = {}
        self.unreadable_lines = 0
        self._made: Dict[Tuple[str, str], bool] = {}

    def take(self, line: str) -> None:
        """Read a line of the journal."""
        try:
            entry = _read(line)
            if entry["event"] != "image" or entry["outcome"] not in (COPIED, SKIPPED):
                return
            place = parse_reference(entry["destination"])
        except (ValueError, KeyError, TypeError, RegistryError):
            self.unreadable_lines += 1 if line.strip() else 0
            return
        if place.tag is None:
            # Nothing that could be deleted by its tag.
            return
        digest = entry.get("destination_digest")
        # The first line about an image says who has made it: a later one may have written it again.
        made = digest is not None and self._made.setdefault((str(place), digest), entry["outcome"] == COPIED)
        self.tags.setdefault(place.repository, {})[place.tag] = digest if made else None


def copies_in(path: str) -> Copies:
    """
    :raises FileNotFoundError: there is no journal.
    :raises RegistryError: it cannot be read.
    """
    found = Copies()
    for line in _lines_of(path):
        found.take(line)
    return found


def _lines_of(path: str) -> Iterator[str]:
    """
    :raises FileNotFoundError: there is no journal.
    :raises RegistryError: it cannot be read.
    """
    try:
        for line in lines_of(path, LARGEST):
            yield line.decode("utf-8", "replace")
    except LongshoreError as error:
        raise RegistryError(
            "{0} (journal_path)".format(error.what),
            where=path,
            hint="Give journal_path a regular file that this user may read, or remove it.",
        ) from error


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read(line: str) -> Dict[str, Any]:
    """A line as it was written.

    :raises ValueError: it is damaged, or from another version.
    """
    found = _SUM.search(line)
    text = line[: found.start()] + "}" if found is not None else ""
    if found is None or _sum(text) != found.group(1):
        raise ValueError("the sum is not the line's")
    entry: Dict[str, Any] = read_json(text)
    if entry["v"] != VERSION:
        raise ValueError("another version")
    check_shape(entry, _LINES.get(entry["event"], dict))
    if any(name in entry and not is_digest(entry[name]) for name in _DIGESTS):
        raise ValueError("something else where a digest should be")
    if not 0 <= entry.get("size", 0) <= LARGEST_SIZE:
        raise ValueError("something else where a size should be")
    return entry
