# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of the sandbox's Kubernetes API: resource versions, and lists in pages that stay consistent."""

from __future__ import annotations

import base64
import binascii
import copy
import json
import threading
import uuid
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .kubernetes_kinds import Resource
from .kubernetes_replies import TOO_OLD, StatusError

CREATED = "2026-01-01T00:00:00Z"
Key = Tuple[str, str]


class Stored:
    """One version of an object; a change makes a new one, so that older pages of a list keep theirs."""

    __slots__ = ("_raw", "custom", "item")

    def __init__(self, item: Dict[str, Any], custom: bool) -> None:
        self.item = item
        self.custom = custom
        self._raw: Optional[bytes] = None

    @property
    def key(self) -> Key:
        metadata = self.item["metadata"]
        return metadata.get("namespace", ""), metadata["name"]

    @property
    def raw(self) -> bytes:
        """As in a list, where only custom resources have C(kind) and C(apiVersion)."""
        if self._raw is None:
            hidden = () if self.custom else ("apiVersion", "kind")
            shown = {name: value for name, value in self.item.items() if name not in hidden}
            self._raw = json.dumps(shown, separators=(",", ":")).encode()
        return self._raw


class Page(NamedTuple):
    """A part of a list. :ivar following: the continue token, empty on the last page."""

    items: List[Stored]
    version: int
    following: str
    remaining: int


class Store:
    """All objects. Thread safe; a method that changes something takes the lock itself."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.version = 1000
        self._objects: Dict[Tuple[str, str], Dict[Key, Stored]] = {}
        self._snapshots: Dict[int, List[Stored]] = {}
        self._expire = 0

    def _kind(self, resource: Resource) -> Dict[Key, Stored]:
        return self._objects.setdefault((resource.group, resource.name), {})

    def get(self, resource: Resource, namespace: str, name: str) -> Optional[Dict[str, Any]]:
        """An object, not to be changed."""
        found = self._kind(resource).get((namespace, name))
        return found.item if found else None

    def all(self, resource: Resource) -> List[Dict[str, Any]]:
        """The objects of a resource in the order of lists, not to be changed."""
        with self.lock:
            return [stored.item for _key, stored in sorted(self._kind(resource).items())]

    def create(self, resource: Resource, item: Dict[str, Any]) -> Dict[str, Any]:
        """Put an object, completed as the server would, replacing one of its name."""
        with self.lock:
            item = copy.deepcopy(item)
            metadata = item.setdefault("metadata", {})
            item["apiVersion"], item["kind"] = resource.api_version, resource.kind
            metadata.setdefault("uid", str(uuid.uuid4()))
            metadata.setdefault("creationTimestamp", CREATED)
            if "spec" in item and resource.kind != "Namespace":
                metadata.setdefault("generation", 1)
            return self.put(resource, item)

    def put(self, resource: Resource, item: Dict[str, Any]) -> Dict[str, Any]:
        """Put a new version of an object as it is, except for its resource version."""
        with self.lock:
            self.version += 1
            item["metadata"]["resourceVersion"] = str(self.version)
            stored = Stored(item, resource.custom)
            self._kind(resource)[stored.key] = stored
            return item

    def remove(self, resource: Resource, namespace: str, name: str) -> Optional[Dict[str, Any]]:
        with self.lock:
            self.version += 1
            found = self._kind(resource).pop((namespace, name), None)
            return found.item if found else None

    def clear(self) -> None:
        with self.lock:
            self._objects.clear()
            self._snapshots.clear()

    # Lists

    def expire_lists(self, times: int) -> None:
        """The next so many continued lists are too old, as after a compaction of etcd."""
        with self.lock:
            self._expire = times

    def page(
        self,
        resource: Resource,
        namespace: Optional[str],
        wanted: Callable[[Dict[str, Any]], bool],
        limit: int,
        token: str,
    ) -> Page:
        """
        :param limit: 0 for the whole list.
        :param token: the continue token of the page before; empty for the first page.
        :raises StatusError: the token is too old (410) or none of this server's (400).
        """
        with self.lock:
            if token:
                version, start = self._resume(token)
                items = self._snapshots[version]
            else:
                version, start = self.version, 0
                chosen = sorted(self._kind(resource).items())
                items = [
                    stored
                    for (space, _name), stored in chosen
                    if (namespace is None or space == namespace) and wanted(stored.item)
                ]
            end = start + limit if limit else len(items)
            if end >= len(items):
                return Page(items[start:], version, "", 0)
            # Several lists may begin at one version.
            while not token and version in self._snapshots:
                self.version += 1
                version = self.version
            self._snapshots[version] = items
            return Page(items[start:end], version, _token(version, end), len(items) - end)

    def _resume(self, token: str) -> Tuple[int, int]:
        try:
            read = json.loads(base64.urlsafe_b64decode(token + "=="))
            version, start = int(read["rv"]), int(read["start"])
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise StatusError(400, "continue key is not valid: illegal base64 data at input byte 0") from None
        if self._expire:
            self._expire -= 1
            raise StatusError(410, TOO_OLD, metadata={"continue": _token(version, start)})
        if version not in self._snapshots:
            raise StatusError(410, TOO_OLD)
        return version, start


def _token(version: int, start: int) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": start})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
