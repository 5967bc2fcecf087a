# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes objects of the sandbox's Kubernetes API: create, update, patch, apply and delete, with dry runs."""

from __future__ import annotations

import copy
import json
from typing import Any, Dict, Optional

from . import kubernetes_fields as owned
from . import kubernetes_patches as patches
from .http_message import Request, Response
from .kubernetes_kinds import Resource
from .kubernetes_replies import StatusError, details_of, not_found, reply
from .kubernetes_store import Store

_POD_MAY_CHANGE = ("containers", "initContainers")
_POD = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


class Writer:
    """Carries out the requests of one server that change something."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, request: Request, resource: Resource, namespace: str) -> Response:
        item = _body(request)
        metadata = item.setdefault("metadata", {})
        if resource.namespaced:
            metadata["namespace"] = namespace
        if not metadata.get("name"):
            raise StatusError(422, "resource name may not be empty")
        with self._store.lock:
            if self._store.get(resource, metadata.get("namespace", ""), metadata["name"]):
                text = '{0} "{1}" already exists'.format(resource.qualified, metadata["name"])
                details = details_of(resource, metadata["name"])
                raise StatusError(409, text, details, reason="AlreadyExists")
            owned.update({"metadata": {}}, item, _manager(request), resource.api_version)
            if not _is_dry(request):
                item = self._store.create(resource, item)
        return reply(item, 201)

    def delete(self, request: Request, resource: Resource, namespace: str, name: str) -> Response:
        with self._store.lock:
            current = self._current(resource, namespace, name)
            if not _is_dry(request):
                self._store.remove(resource, namespace, name)
        details = dict(details_of(resource, name), uid=current["metadata"]["uid"])
        return reply({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})

    def change(self, request: Request, resource: Resource, namespace: str, name: str) -> Response:
        """An update or a patch."""
        body = request.body.read()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        with self._store.lock:
            current = self._current(resource, namespace, name)
            try:
                document = json.loads(body)
            except ValueError:
                raise StatusError(400, "error decoding patch: invalid character") from None
            if request.method == "PUT":
                changed = document
            elif media_type == patches.APPLY_PATCH:
                changed = self._applied(request, resource, current, document)
            else:
                changed = _patched(resource, current, document, media_type)
            _check_version(resource, current, changed)
            _check_immutable(resource, current, changed)
            if media_type != patches.APPLY_PATCH:
                owned.update(current, changed, _manager(request), resource.api_version)
            return reply(self._put(request, resource, current, changed))

    def _current(self, resource: Resource, namespace: str, name: str) -> Dict[str, Any]:
        found = self._store.get(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def _put(
        self, request: Request, resource: Resource, current: Dict[str, Any], changed: Dict[str, Any]
    ) -> Dict[str, Any]:
        """Put the new version, unless nothing differs: then version and generation stay."""
        if changed == current or _is_dry(request):
            return changed
        if changed.get("spec") != current.get("spec") and "generation" in current["metadata"]:
            changed["metadata"]["generation"] = current["metadata"]["generation"] + 1
        return self._store.put(resource, changed)

    @staticmethod
    def _applied(
        request: Request, resource: Resource, current: Dict[str, Any], applied: Dict[str, Any]
    ) -> Dict[str, Any]:
        """Server-side apply.

        :raises StatusError: others own what it would change, and it is not forced.
        """
        manager = _manager(request)
        found = owned.conflicts(current, applied, manager)
        if found and request.param("force") != "true":
            others = sorted({'conflict with "{0}" using {1}'.format(who, resource.api_version) for who, _path in found})
            fields = "; ".join(".".join(part.partition(":")[2] or part for part in path) for _who, path in found)
            text = "Apply failed with {0} conflict{1}: {2}: .{3}"
            message = text.format(len(found), "s" if len(found) > 1 else "", ", ".join(others), fields)
            causes = [{"reason": "FieldManagerConflict", "message": other, "field": fields} for other in others]
            raise StatusError(409, message, {"causes": causes})
        changed = patches.strategic_patch(current, applied)
        paths = set(owned.leaves(applied))
        # What it applied before and now leaves out goes; fields that others own too stay.
        claims = [one for one in owned.claims_of(current) if (one["manager"], one["operation"]) != (manager, "Apply")]
        lost = {path for _who, path in found}
        kept = []
        for claim in claims:
            own = set(owned.paths_in(claim.get("fieldsV1") or {})) - lost
            if own:
                kept.append(dict(claim, fieldsV1=owned.nested(own)))
        changed["metadata"] = dict(
            changed["metadata"], managedFields=[*kept, owned.claim_of(manager, "Apply", resource.api_version, paths)]
        )
        return changed


def _body(request: Request) -> Dict[str, Any]:
    try:
        item = json.loads(request.body.read())
    except ValueError:
        item = None
    if not isinstance(item, dict):
        raise StatusError(400, "the object provided is unrecognized (must be of type Object)")
    return item


def _patched(resource: Resource, current: Dict[str, Any], patch: Any, media_type: str) -> Dict[str, Any]:
    if media_type == patches.JSON_PATCH:
        return patches.json_patch(current, patch)
    if media_type == patches.MERGE_PATCH:
        return patches.merge_patch(current, patch)
    if media_type == patches.STRATEGIC_PATCH and not resource.custom:
        return patches.strategic_patch(current, patch)
    text = "the body of the request was in an unknown format - accepted media types include: {0}, {1}, {2}"
    raise StatusError(415, text.format(patches.JSON_PATCH, patches.MERGE_PATCH, patches.APPLY_PATCH))


def _check_version(resource: Resource, current: Dict[str, Any], changed: Dict[str, Any]) -> None:
    wanted = changed["metadata"].get("resourceVersion")
    if wanted not in (None, current["metadata"]["resourceVersion"]):
        name = current["metadata"]["name"]
        text = (
            'Operation cannot be fulfilled on {0} "{1}": the object has been modified; please apply your changes to '
            "the latest version and try again"
        )
        raise StatusError(409, text.format(resource.qualified, name), details_of(resource, name))
    for field in ("uid", "resourceVersion", "creationTimestamp", "generation"):
        if field in current["metadata"]:
            changed["metadata"] = dict(changed["metadata"], **{field: current["metadata"][field]})


def _check_immutable(resource: Resource, current: Dict[str, Any], changed: Dict[str, Any]) -> None:
    """What the server never changes: the template of a Job, most of a pod."""
    if resource.kind == "Job" and current["spec"].get("template") != changed["spec"].get("template"):
        raise _invalid(resource, current, "spec.template: Invalid value: {}: field is immutable")
    if resource.kind == "Pod" and _rest_of_pod(current) != _rest_of_pod(changed):
        raise _invalid(resource, current, "spec: Forbidden: " + _POD)


def _rest_of_pod(item: Dict[str, Any]) -> Dict[str, Any]:
    """A pod's spec without what may change in it."""
    spec = copy.deepcopy(item["spec"])
    for field in _POD_MAY_CHANGE:
        for container in spec.get(field) or ():
            container.pop("image", None)
    return spec


def _invalid(resource: Resource, item: Dict[str, Any], what: str) -> StatusError:
    kind = "{0}.{1}".format(resource.kind, resource.group) if resource.group else resource.kind
    name = item["metadata"]["name"]
    details = {"name": name, "group": resource.group, "kind": resource.kind}
    return StatusError(422, '{0} "{1}" is invalid: {2}'.format(kind, name, what), details)


def _is_dry(request: Request) -> bool:
    return request.param("dryRun") == "All"


def _manager(request: Request) -> str:
    """The field manager: as asked for, or the program's name."""
    asked: Optional[str] = request.param("fieldManager")
    return asked or request.headers.get("user-agent", "unknown").partition("/")[0]
