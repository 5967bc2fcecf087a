# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object is switched, and how it is put back: the patch for it as it is now.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from urllib.parse import quote

from ..._text import safe
from ..cluster.client import ClusterClient
from ..errors import WorkloadsError
from ..model.image import NotAnImage, parse_image
from ..model.objects import DOCKER_URL, Path, show_path
from ..record import ObjectEntry, Record, new_id, now
from .entries import PULL_SECRETS
from .patcher import Patch, Patcher
from .plan import Operation, Proof, note_of, operations, plan_changes, refusal_of, secret_added, secret_removed
from .secrets import PullSecrets, SecretProblem
from .workload import (
    LEFT,
    UNCHANGED,
    Change,
    FindSpots,
    Work,
    Workload,
    locate,
    value_at,
    workload_of,
)

_LIST = PULL_SECRETS
_ACCOUNTS = ("v1", "ServiceAccount", "serviceaccounts")


class Settings(NamedTuple):
    """What is switched, and how.

    :ivar cluster: the cluster's id in the record.
    """

    proof: Proof
    find: FindSpots
    cluster: str
    patch_managed: bool = False


class Switch:
    """Switches objects to the new images."""

    def __init__(
        self, client: ClusterClient, record: Record, patcher: Patcher, secrets: PullSecrets, settings: Settings
    ) -> None:
        self._client = client
        self._record = record
        self._patcher = patcher
        self._secrets = secrets
        self._settings = settings
        self._ready: Dict[Tuple[str, str], str] = {}

    def prepare(self, work: Work, item: Dict[str, Any]) -> Optional[Patch]:
        """The patch; None if there is nothing to do, and then why is in C(work).

        :raises WorkloadsError: the service account cannot be changed.
        """
        workload = work.workload = workload_of(work.workload.resource, item, self._settings.find)
        plan = plan_changes(workload, self._settings.proof, self._written)
        refusal = plan.refusal()
        if refusal is None and not plan.changes:
            work.entry = self._unconfirmed(workload)
            work.changes = [] if work.entry is None else changes_of(work.entry)
            work.end(UNCHANGED, *plan.note())
            return None
        refusal = refusal or refusal_of(workload, self._settings.patch_managed)
        if refusal is not None:
            work.end(LEFT, *refusal)
            return None
        try:
            work.secret, extra, lists, account = self._pull_secret(workload, plan.changes)
        except SecretProblem as problem:
            work.end(LEFT, problem.what, problem.hint)
            return None
        work.changes = plan.changes
        work.reason, work.remedy = note_of(workload)
        work.entry = self._entry(workload, plan.changes, work.secret, lists, account)
        return Patch([*operations(item, plan.changes), *extra], work.entry)

    def _written(self, uid: str, path: Path, names: Sequence[str]) -> Optional[str]:
        for entry in reversed(self._record.objects_of(uid)):
            for change in changes_of(entry):
                if change.names == tuple(names) and _same(change.path, path):
                    return change.new
        return None

    def _unconfirmed(self, workload: Workload) -> Optional[ObjectEntry]:
        """What a run that was killed has changed, or another lost sight of."""
        entries = self._record.objects_of(workload.uid)
        return entries[-1] if entries and not entries[-1].done else None

    def _entry(
        self, workload: Workload, changes: Sequence[Change], secret: str, lists: Sequence[Path], account: str
    ) -> ObjectEntry:
        listed = [{"path": list(one.path), "names": list(one.names), "old": one.old, "new": one.new} for one in changes]
        entry = self._new_entry(workload.resource.api_version, workload.resource.kind, workload.resource.name)
        entry.uid, entry.namespace, entry.name = workload.uid, workload.namespace, workload.name
        entry.resource_version = str(workload.item["metadata"].get("resourceVersion") or "")
        entry.changes, entry.lists, entry.account = listed, [list(where) for where in lists], account
        entry.secret = secret if lists else ""
        return entry

    def _new_entry(self, api_version: str, kind: str, resource: str) -> ObjectEntry:
        return ObjectEntry(new_id(), now(), self._settings.cluster, "", api_version, kind, resource, "", "", "")

    # Pull secrets

    def _pull_secret(
        self, workload: Workload, changes: Sequence[Change]
    ) -> Tuple[str, List[Operation], List[Path], str]:
        """The secret that the new images need; how and where it is added; the service account that has it instead."""
        pods = workload.pod_paths(change.path for change in changes)
        registries = {parse_image(_bare(change.new)).registry for change in changes}
        secret = self._secrets.secret_for(workload.namespace, registries) if pods and workload.namespace else ""
        extra: List[Operation] = []
        lists: List[Path] = []
        account = ""
        for pod in pods if secret else ():
            where = (*pod, _LIST)
            if not value_at(workload.item, where):
                account = str(value_at(workload.item, (*pod, "serviceAccountName")) or "default")
                self._ensure(workload.namespace, account, secret)
            elif locate(workload.item, (*where, 0), [secret]) is None:
                extra += secret_added(workload.item, where, secret)
                lists.append(where)
        return secret, extra, lists, account

    def _ensure(self, namespace: str, account: str, secret: str) -> None:
        """Let a service account have the secret."""
        if self._ready.get((namespace, account)) == secret:
            return
        path = account_path(namespace, account)

        def prepare(item: Dict[str, Any]) -> Optional[Patch]:
            if locate(item, (_LIST, 0), [secret]) is not None:
                return None
            entry = self._new_entry(*_ACCOUNTS)
            entry.uid, entry.namespace, entry.name = str(item["metadata"]["uid"]), namespace, account
            entry.resource_version = str(item["metadata"].get("resourceVersion") or "")
            entry.secret, entry.lists, entry.done = secret, [[_LIST]], True
            return Patch(_added_to_account(item, secret), entry)

        try:
            item = self._client.object(path)
        except WorkloadsError as error:
            if error.status != 404:
                raise
            what = "there is no service account {0} in the namespace {1}".format(account, namespace)
            raise SecretProblem(what, hint="Create it, or correct serviceAccountName.") from None
        self._patcher.make(path, item, prepare)
        self._ready[(namespace, account)] = secret


def account_path(namespace: str, account: str) -> str:
    return "/api/v1/namespaces/{0}/serviceaccounts/{1}".format(quote(namespace, safe=""), quote(account, safe=""))


def _added_to_account(item: Dict[str, Any], secret: str) -> List[Operation]:
    if item.get(_LIST):
        return secret_added(item, (_LIST,), secret)
    version = item["metadata"].get("resourceVersion")
    # A patch cannot test that a list is not there.
    return [
        {"op": "test", "path": "/metadata/resourceVersion", "value": version},
        {"op": "add", "path": "/" + _LIST, "value": [{"name": secret}]},
    ]


def _bare(image: str) -> str:
    return image[len(DOCKER_URL) :] if image.startswith(DOCKER_URL) else image


def _same(one_path: Path, path: Path) -> bool:
    """Whether two paths are the same but for positions."""
    return len(one_path) == len(path) and all(
        one == other or (isinstance(one, int) and isinstance(other, int)) for one, other in zip(one_path, path)
    )


def changes_of(entry: ObjectEntry) -> List[Change]:
    return [Change(tuple(one["path"]), tuple(one["names"]), one["old"], one["new"]) for one in entry.changes]


class Undo:
    """Puts back what entries of the record say, the newest first, where the value is still ours.

    :param find: the images in an object.
    """

    def __init__(self, find: FindSpots) -> None:
        self._find = find

    def prepare(self, work: Work, item: Dict[str, Any]) -> Optional[Patch]:
        """The patch; None if there is nothing to do, and then why is in C(work).

        :raises WorkloadsError: another object has its name now.
        """
        found = workload_of(work.workload.resource, item, self._find)
        if found.uid != work.workload.uid:
            raise WorkloadsError("it was deleted meanwhile", status=404)
        work.workload = found
        values, lost = _values_before(item, work.entries)
        work.changes = [Change(place, names, now_there, then) for (place, names), (now_there, then) in values.items()]
        changes = [one for one in work.changes if one.old != one.new]
        removed: List[Operation] = []
        left = {place: then for place, (_now_there, then) in values.items()}
        work.undone = [entry for entry in work.entries if not _needs_secret(item, entry, left)]
        for entry in work.undone:
            for where in entry.lists:
                for operation in secret_removed(item, tuple(where), entry.secret):
                    if operation not in removed:
                        removed.append(operation)
        work.changes = changes
        work.secret = next((entry.secret for entry in work.entries if entry.secret), "") if removed else ""
        work.reason, work.remedy = _kept(lost)
        if not changes and not removed:
            work.end(LEFT if lost else UNCHANGED, work.reason, work.remedy)
            return None
        return Patch([*operations(item, changes), *removed], undone=work.undone)


def _values_before(
    item: Dict[str, Any], entries: Sequence[ObjectEntry]
) -> Tuple[Dict[Tuple[Path, Tuple[str, ...]], Tuple[str, str]], List[str]]:
    """The places that are still ours, with the values there now and before; and what is to be said of the others."""
    values: Dict[Tuple[Path, Tuple[str, ...]], Tuple[str, str]] = {}
    lost = []
    for entry in reversed(entries):
        for change in changes_of(entry):
            place = locate(item, change.path, change.names)
            if place is None:
                lost.append(_now(item, change.path, None))
                continue
            found = value_at(item, place)
            key = (place, change.names)
            current = values[key][1] if key in values else found
            if current == change.new:
                values[key] = (found, change.old)
            elif current != change.old:
                lost.append(_now(item, change.path, place))
    return values, lost


def _needs_secret(item: Dict[str, Any], entry: ObjectEntry, left: Mapping[Tuple[Path, Tuple[str, ...]], str]) -> bool:
    """Whether others have put another image from the same registry where an entry has one with a pull secret.

    :param left: the images that places get now.
    """
    for change in changes_of(entry) if entry.secret or entry.account else ():
        place = locate(item, change.path, change.names)
        image = None if place is None else left.get((place, change.names), value_at(item, place))
        if image not in (None, change.old) and _registry(image) == _registry(change.new):
            return True
    return False


def _registry(image: Any) -> str:
    try:
        return parse_image(_bare(str(image))).registry
    except NotAnImage:
        return ""


def changed_since(item: Dict[str, Any], changes: Sequence[Change], back: bool) -> str:
    """What others have put where changes were made; empty if all are still there.

    :param back: they were undone.
    """
    lost = []
    for change in changes:
        place = locate(item, change.path, change.names)
        if place is None or value_at(item, place) != (change.old if back else change.new):
            lost.append(_now(item, change.path, place))
    return _others(lost)


def _now(item: Dict[str, Any], path: Path, place: Optional[Path]) -> str:
    if place is None:
        return "{0} is gone".format(show_path(path))
    return "{0} is {1} now".format(show_path(place), safe(value_at(item, place), 300))


def _others(lost: Sequence[str]) -> str:
    return "others have changed it since: {0}".format("; ".join(lost[:5])) if lost else ""


def _kept(lost: Sequence[str]) -> Tuple[str, str]:
    return _others(lost), "Change it by hand if it is not as wanted." if lost else ""
