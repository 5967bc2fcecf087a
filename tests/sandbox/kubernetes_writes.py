# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes objects of the sandbox's Kubernetes API: create, update, patch, apply and delete, with dry runs."""

from __future__ import annotations

import copy
import json
from typing import Any, Dict, List, Optional, Tuple

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
            _check_images(resource, item)
            owned.update({"metadata": {}}, item, _manager(request), resource)
            if not _is_dry(request):
                item = self._store.create(resource, item)
        return reply(item, 201)

    def delete(self, request: Request, resource: Resource, namespace: str, name: str) -> Response:
        with self._store.lock:
            current = self._current(resource, namespace, name)
            _check_preconditions(request, resource, current)
            if not _is_dry(request):
                self._store.remove(resource, namespace, name)
        details = dict(details_of(resource, name), uid=current["metadata"]["uid"])
        return reply({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})

    def change(self, request: Request, resource: Resource, namespace: str, name: str) -> Response:
        """An update or a patch."""
        body = request.body.read()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        try:
            document = json.loads(body)
        except ValueError:
            raise StatusError(400, "error decoding patch: invalid character") from None
        with self._store.lock:
            if media_type == patches.APPLY_PATCH and self._store.get(resource, namespace, name) is None:
                return self._created(request, resource, namespace, document)
            current = self._current(resource, namespace, name)
            if request.method == "PUT":
                changed = document
            elif media_type == patches.APPLY_PATCH:
                changed = self._applied(request, resource, current, document)
            else:
                changed = _patched(resource, current, document, media_type)
            _check_names(resource, current, changed)
            _check_version(resource, current, changed)
            _check_immutable(resource, current, changed)
            _check_images(resource, changed)
            if media_type != patches.APPLY_PATCH:
                owned.update(current, changed, _manager(request), resource)
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
        manager = _applier(request)
        found = owned.conflicts(current, applied, manager, resource)
        if found and request.param("force") != "true":
            raise _conflict(found, resource)
        changed = patches.strategic_patch(current, applied)
        paths = set(owned.leaves(applied, resource.custom))
        # What it applied before and now leaves out goes; fields that others own too stay.
        claims = [one for one in owned.claims_of(current) if (one["manager"], one["operation"]) != (manager, "Apply")]
        lost = {path for _who, path in found}
        kept = []
        for claim in claims:
            own = set(owned.paths_in(claim.get("fieldsV1") or {})) - lost
            if own:
                kept.append(dict(claim, fieldsV1=owned.nested(own)))
        changed["metadata"] = dict(changed["metadata"])
        owned.put(changed, [*kept, owned.claim_of(manager, "Apply", resource.api_version, paths)])
        return changed

    def _created(self, request: Request, resource: Resource, namespace: str, applied: Dict[str, Any]) -> Response:
        """Server-side apply of an object that is not there."""
        manager = _applier(request)
        _check_images(resource, applied)
        item = dict(applied, metadata=dict(applied["metadata"], **({"namespace": namespace} if namespace else {})))
        paths = set(owned.leaves(applied, resource.custom))
        owned.put(item, [owned.claim_of(manager, "Apply", resource.api_version, paths)])
        return reply(item if _is_dry(request) else self._store.create(resource, item), 201)


def _applier(request: Request) -> str:
    """
    :raises StatusError: an apply needs a name of its own.
    """
    manager: Optional[str] = request.param("fieldManager")
    if not manager:
        what = "Required value: is required for apply patch"
        causes = [{"reason": "FieldValueRequired", "message": what, "field": "fieldManager"}]
        text = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: {0}'.format(what)
        raise StatusError(422, text, {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": causes})
    return manager


def _conflict(found: List[Tuple[str, owned.Path]], resource: Resource) -> StatusError:
    causes = []
    fields: Dict[str, List[str]] = {}
    for who, path in found:
        other = '"{0}" using {1}'.format(who, resource.api_version)
        fields.setdefault(other, []).append(owned.shown(path))
        cause = {"reason": "FieldManagerConflict", "message": "conflict with " + other, "field": owned.shown(path)}
        causes.append(cause)
    if len(found) == 1:
        text = "Apply failed with 1 conflict: {0[message]}: {0[field]}".format(causes[0])
    else:
        parts = ["conflicts with {0}:\n- {1}".format(who, "\n- ".join(ones)) for who, ones in fields.items()]
        text = "Apply failed with {0} conflicts: {1}".format(len(found), "\n".join(parts))
    return StatusError(409, text, {"causes": causes})


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
    if not media_type.endswith(("patch+json", "patch+yaml")):
        raise StatusError(415, "415: Unsupported Media Type", {})
    text = "the body of the request was in an unknown format - accepted media types include: {0}, {1}, {2}"
    raise StatusError(415, text.format(patches.JSON_PATCH, patches.MERGE_PATCH, patches.APPLY_PATCH))


def _check_preconditions(request: Request, resource: Resource, current: Dict[str, Any]) -> None:
    """
    :raises StatusError: another object than the one that is meant has the name now.
    """
    body = request.body.read()
    wanted = ((json.loads(body) if body else {}).get("preconditions") or {}).get("uid")
    metadata = current["metadata"]
    if wanted in (None, metadata["uid"]):
        return
    text = (
        'Operation cannot be fulfilled on {0} "{1}": the UID in the precondition ({2}) does not match the UID in '
        "record ({3}). The object might have been deleted and then recreated"
    )
    message = text.format(_kind_of(resource), metadata["name"], wanted, metadata["uid"])
    raise StatusError(409, message, _about(resource, metadata["name"]))


def _check_names(resource: Resource, current: Dict[str, Any], changed: Dict[str, Any]) -> None:
    """What identifies the object stays."""
    old, new = current["metadata"], changed["metadata"]
    if new.get("name") != old["name"]:
        text = "the name of the object ({0}) does not match the name on the URL ({1})"
        raise StatusError(400, text.format(new.get("name"), old["name"]))
    if new.get("namespace") != old.get("namespace"):
        raise StatusError(400, "the namespace of the provided object does not match the namespace sent on the request")
    if new.get("uid", old["uid"]) != old["uid"]:
        what = 'Invalid value: "{0}": field is immutable'.format(new["uid"])
        raise _invalid(resource, current, "metadata.uid", "FieldValueInvalid", what)


def _check_images(resource: Resource, item: Dict[str, Any]) -> None:
    """The containers of a pod template have images."""
    if resource.custom or "template" not in (item.get("spec") or {}):
        return
    pod = (item["spec"]["template"] or {}).get("spec") or {}
    for number, container in enumerate(pod.get("containers") or ()):
        if not container.get("image"):
            field = "spec.template.spec.containers[{0}].image".format(number)
            raise _invalid(resource, item, field, "FieldValueRequired", "Required value")


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
        what = "Invalid value: {}: field is immutable"
        raise _invalid(resource, current, "spec.template.spec", "FieldValueInvalid", what)
    if resource.kind == "Pod" and _rest_of_pod(current) != _rest_of_pod(changed):
        raise _invalid(resource, current, "spec", "FieldValueForbidden", "Forbidden: " + _POD)


def _rest_of_pod(item: Dict[str, Any]) -> Dict[str, Any]:
    """A pod's spec without what may change in it."""
    spec = copy.deepcopy(item["spec"])
    for field in _POD_MAY_CHANGE:
        for container in spec.get(field) or ():
            container.pop("image", None)
    return spec


def _invalid(resource: Resource, item: Dict[str, Any], field: str, reason: str, what: str) -> StatusError:
    name = item["metadata"]["name"]
    text = '{0} "{1}" is invalid: {2}: {3}'.format(_kind_of(resource), name, field, what)
    causes = [{"reason": reason, "message": what, "field": field}]
    return StatusError(422, text, dict(_about(resource, name), causes=causes))


def _kind_of(resource: Resource) -> str:
    """As errors of validation name it: C(Deployment.apps), C(Pod)."""
    return "{0}.{1}".format(resource.kind, resource.group) if resource.group else resource.kind


def _about(resource: Resource, name: str) -> Dict[str, Any]:
    """C(details) of an error of validation."""
    return dict(details_of(resource, name), kind=resource.kind)


def _is_dry(request: Request) -> bool:
    return request.param("dryRun") == "All"


def _manager(request: Request) -> str:
    """The field manager: as asked for, or the program's name."""
    asked: Optional[str] = request.param("fieldManager")
    return asked or request.headers.get("user-agent", "unknown").partition("/")[0]
