# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facade of the module C(workload_images) for changes: one call is one wave.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import Any, Callable, Dict, List, Mapping, Tuple

from ..._arguments import check_ranges
from ..._files.lock import exclusive
from ..._files.safe_file import SafeFile, check_output
from ..cluster.client import ClusterClient
from ..cluster.custom_rules import CustomRules
from ..cluster.discovery import Resource
from ..cluster.job import MOST_SHOWN, failure_of, warnings_of
from ..cluster.managers import Manager
from ..cluster.reader import IncompleteError, Scope, check_namespaces
from ..errors import ConflictError, ForbiddenError, WorkloadsError
from ..record import ObjectEntry, Record
from .entries import PULL_SECRETS, check_entries
from .moves import Settings, Switch, Undo, account_path
from .patcher import Patch, Patcher
from .plan import Proof, secret_removed
from .reading import WorkloadReader
from .result import result_of
from .secrets import PullSecrets
from .wave import Limits, Wave, concerns_one
from .workload import FAILED, LEFT, Work, Workload

LOCK_TIMEOUT = 30  # seconds
_DELETED = ("it is gone: it was deleted", "")
_ANEW = ("it is gone: it was deleted and made anew", "Change its images by hand if they are not as wanted.")
_NOTHING = "there is nothing to put back: the record {0} has no changes of the cluster {1}"
_NO_MATCH = "no workload matches namespaces and label_selectors"
_ELSEWHERE = (
    "it is not in this cluster; whether it was deleted is not known",
    "Let the user get the namespace kube-system, which tells clusters apart.",
)
_RANGES = {"parallel": (1, 100), "max_failures": (1, 100000), "wait_timeout": (1, 86400)}

Connect = Callable[[], ClusterClient]


def run_switching(params: Mapping[str, Any], proof: Proof, connect: Connect, check_mode: bool) -> Dict[str, Any]:
    """Switch workloads to the images that are shown to be at the destination.

    :param connect: creates the client, once the options are known to be valid.
    :raises LongshoreError: an option is invalid, the record cannot be written, or the cluster cannot be read.
    """
    rules, limits = _checked(params)
    scope = Scope(params["namespaces"], params["label_selectors"], params["custom_resources"])
    with exclusive(_folder(params["record"]), LOCK_TIMEOUT), closing(Record(params["record"])) as record:
        check_output("record", params["record"], replaced=False)
        check_entries(record)
        client = connect()
        reader = WorkloadReader(client, scope, rules)
        try:
            unread = reader.read()
        except IncompleteError as error:
            return failure_of(error)
        patcher = Patcher(client, record, check_mode)
        secrets = PullSecrets(client, params["pull_secret"] or None, params["allow_temporary_login"])
        settings = Settings(proof, rules.find, cluster_id(client), params["patch_managed"])
        switch = Switch(client, record, patcher, secrets, settings)
        if not check_mode:
            record.open()
        works = [Work(workload) for workload in reader.workloads()]
        wave = Wave(client, record, patcher, switch.prepare, Undo(rules.find), limits)
        wave.run(works)
    warnings = [*warnings_of(unread), *secrets.warnings, *wave.warnings, *([] if works else [_NO_MATCH])]
    result = result_of(works, client.name, warnings, wave.error, check_mode, patcher.made > 0)
    return {**result, "unread": unread[:MOST_SHOWN], "record": params["record"]}


def run_rolling_back(params: Mapping[str, Any], connect: Connect, check_mode: bool) -> Dict[str, Any]:
    """Put workloads back as the record has them.

    :raises LongshoreError: an option is invalid, or the record cannot be read.
    """
    rules, limits = _checked(params)
    with exclusive(_folder(params["record"]), LOCK_TIMEOUT), closing(Record(params["record"])) as record:
        check_entries(record)
        client = connect()
        cluster = cluster_id(client)
        entries = [one for one in record.objects if not (cluster and one.cluster) or one.cluster == cluster]
        check_namespaces(client, set(params["namespaces"]) - {one.namespace for one in entries})
        entries = [one for one in entries if not params["namespaces"] or one.namespace in params["namespaces"]]
        works, ended = _works(client, [one for one in entries if one.changes], params["label_selectors"], cluster)
        if entries and not check_mode:
            record.open()
        undo = Undo(rules.find)
        patcher = Patcher(client, record, check_mode)
        # A failure of one must not keep the others from going back.
        wave = Wave(client, record, patcher, undo.prepare, undo, limits._replace(failures=len(works) + 1))
        wave.run(works)
        over = [one for work in ended if work.outcome == LEFT for one in work.entries if _is_of(one, cluster)]
        for entry in [] if check_mode else over:
            record.undone(entry)
        warnings = _accounts(client, record, patcher, entries, cluster) if wave.error is None else []
    warnings += wave.warnings
    if not entries:
        text = _NOTHING.format(params["record"], client.name)
        spaces = ", ".join(params["namespaces"])
        warnings.append("{0} in the namespaces {1}".format(text, spaces) if spaces else text)
    elif params["label_selectors"] and not works and not ended:
        warnings.append(_NO_MATCH)
    result = result_of([*works, *ended], client.name, warnings, wave.error, check_mode, patcher.made > 0)
    return {**result, "record": params["record"]}


def _checked(params: Mapping[str, Any]) -> Tuple[CustomRules, Limits]:
    check_ranges(params, _RANGES)
    if not all(one.strip() for one in params["label_selectors"]):
        hint = "Give a selector, or leave label_selectors out to match all."
        raise WorkloadsError("one is empty", where="label_selectors", hint=hint)
    for name in ("target", "dest"):
        if params[name]:
            hint = "The destinations are those of the reports of image_verify."
            raise WorkloadsError("it is only for state=gathered", where=name, hint=hint)
    rules = CustomRules(params["custom_images"], params["resource_fields"])
    names = ("parallel", "max_failures", "wait_timeout", "delete_stuck_pods")
    return rules, Limits(*(params[name] for name in names))


def _folder(path: str) -> str:
    with SafeFile(path) as file:
        return os.path.dirname(file.path)


def cluster_id(client: ClusterClient) -> str:
    """What tells a cluster from others; empty if the user may not know."""
    try:
        return str(client.object("/api/v1/namespaces/kube-system")["metadata"]["uid"])
    except ForbiddenError:
        return ""
    except WorkloadsError as error:
        # Anything else answers 404 too, but not in the words of a Kubernetes API.
        if error.status != 404 or error.code != "NotFound":
            raise
        return ""


# Back


def _is_of(entry: ObjectEntry, cluster: str) -> bool:
    """Whether an entry is of this cluster for certain: only then is it over if its object is not there."""
    return bool(cluster) and entry.cluster == cluster


def _works(
    client: ClusterClient, entries: List[ObjectEntry], labels: List[str], cluster: str
) -> Tuple[List[Work], List[Work]]:
    """What is to be put back, and what cannot be: it is no longer there, or cannot be read."""
    objects: Dict[str, List[ObjectEntry]] = {}
    for entry in entries:
        objects.setdefault(entry.uid, []).append(entry)
    works, ended = [], []
    for uid, found in objects.items():
        bare = _bare(found[0])
        work = Work(bare, entries=found)
        try:
            items = _items(client, bare, labels)
        except WorkloadsError as error:
            if not concerns_one(client, error):
                raise
            work.end(FAILED, "it cannot be read: {0}".format(error.what), error.hint)
            ended.append(work)
            continue
        if items is None or (items and items[0]["metadata"].get("uid") != uid):
            known = all(_is_of(entry, cluster) for entry in found)
            work.end(LEFT, *(_DELETED if items is None else _ANEW) if known else _ELSEWHERE)
            ended.append(work)
        elif items:
            bare.item = items[0]
            works.append(work)
    return works, ended


def _items(client: ClusterClient, workload: Workload, labels: List[str]) -> Any:
    """The object, if its labels match; None if it is gone."""
    try:
        item = client.object(workload.path)
    except WorkloadsError as error:
        if error.status != 404:
            raise
        return None
    if not labels:
        return [item]
    query = [("labelSelector", ",".join(labels)), ("fieldSelector", "metadata.name={0}".format(workload.name))]
    path = workload.resource.path(workload.namespace or None)
    return [item] if list(client.pages(path, query)) else []


def _bare(entry: ObjectEntry) -> Workload:
    """An object as the record has it."""
    group, _slash, version = entry.api_version.rpartition("/")
    resource = Resource(group, version, entry.resource, entry.kind, bool(entry.namespace))
    metadata = {"uid": entry.uid, "namespace": entry.namespace, "name": entry.name}
    return Workload(resource, {"metadata": metadata, "status": {}}, [], Manager())


def _accounts(
    client: ClusterClient, record: Record, patcher: Patcher, entries: List[ObjectEntry], cluster: str
) -> List[str]:
    """Take pull secrets out of service accounts again, unless others still need them; what could not be done."""
    warnings = []
    for entry in [one for one in entries if one.kind == "ServiceAccount" and not one.changes]:
        users = [one for one in record.objects if one.namespace == entry.namespace and one.account == entry.name]
        if users and not patcher.dry_run:
            continue
        path = account_path(entry.namespace, entry.name)

        def prepare(item: Dict[str, Any], entry: ObjectEntry = entry) -> Any:
            found = secret_removed(item, (PULL_SECRETS,), entry.secret)
            same = item["metadata"].get("uid") == entry.uid
            return Patch(found, undone=[entry]) if found and same else None

        try:
            over = patcher.make(path, client.object(path), prepare) is None
        except WorkloadsError as error:
            over = error.status == 404
            if not over:
                if not isinstance(error, (ConflictError, ForbiddenError)):
                    raise
                text = "the pull secret {0} stays in the service account {1}/{2}: {3}"
                warnings.append(text.format(entry.secret, entry.namespace, entry.name, error))
        if over and _is_of(entry, cluster) and not patcher.dry_run:
            record.undone(entry)
    return warnings
