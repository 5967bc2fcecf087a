# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who manages an object in a cluster: what would put a changed image back, or fail because of it.

Labels and annotations are those that the tools document; managers of fields are what they send. Of the annotation that
C(kubectl apply) leaves, only its presence matters: its value has the whole object, with all secrets in it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple

from ..._text import safe

HELM = "helm"
ARGO_CD = "argocd"
FLUX = "flux"
OPERATOR = "operator"
KUBECTL = "kubectl"
KUBELET = "kubelet"
OTHER = "other"

MIRROR = "kubernetes.io/config.mirror"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_ARGO_CD_ID = "argocd.argoproj.io/tracking-id"
_ARGO_CD_INSTANCE = "argocd.argoproj.io/instance"
_ARGO_CD_MANAGERS = ("argocd-controller", "argocd-application-controller")
_FLUX = (("helm.toolkit.fluxcd.io", "HelmRelease"), ("kustomize.toolkit.fluxcd.io", "Kustomization"))
_MANAGED_BY = "app.kubernetes.io/managed-by"
# Managers of fields that only keep a status or count replicas.
_CONTROLLERS = ("kube-controller-manager", "kubelet", "hpa-controller", "horizontal-pod-autoscaler")


class Manager(NamedTuple):
    """
    :ivar kind: one of this module's constants; empty if it is not known.
    :ivar name: the release, application, Kustomization or program, with its namespace if it has one.
    """

    kind: str = ""
    name: str = ""

    def __str__(self) -> str:
        return "{0} {1}".format(self.kind, self.name).strip()


def manager_of(metadata: Mapping[str, Any]) -> Manager:
    """The manager of an object without a controller.

    GitOps tools come first: they also install Helm charts, and put back what others change.
    """
    labels, annotations = _texts(metadata.get("labels")), _texts(metadata.get("annotations"))
    namespace = str(metadata.get("namespace") or "")
    writers = _writers(metadata)
    if MIRROR in annotations:
        return Manager(KUBELET, "a file on the node")
    if _ARGO_CD_ID in annotations or _ARGO_CD_INSTANCE in labels or any(one in writers for one in _ARGO_CD_MANAGERS):
        name = annotations.get(_ARGO_CD_ID, "").partition(":")[0] or labels.get(_ARGO_CD_INSTANCE)
        return Manager(ARGO_CD, safe(name or labels.get("app.kubernetes.io/instance", "")))
    for domain, kind in _FLUX:
        if domain + "/name" in labels:
            place = labels.get(domain + "/namespace", namespace)
            return Manager(FLUX, safe("{0} {1}/{2}".format(kind, place, labels[domain + "/name"])))
    if "meta.helm.sh/release-name" in annotations:
        place = annotations.get("meta.helm.sh/release-namespace", namespace)
        return Manager(HELM, safe("{0}/{1}".format(place, annotations["meta.helm.sh/release-name"])))
    if "olm.owner" in labels:
        return Manager(OPERATOR, safe(labels["olm.owner"]))
    if labels.get(_MANAGED_BY) == "Helm":
        return Manager(HELM, safe(labels.get("app.kubernetes.io/instance", "")))
    if labels.get(_MANAGED_BY):
        return Manager(OTHER, safe(labels[_MANAGED_BY]))
    if _LAST_APPLIED in annotations or any(one.startswith("kubectl") for one in writers):
        return Manager(KUBECTL)
    others = [one for one in writers if one not in _CONTROLLERS]
    return Manager(OTHER, safe(others[0])) if others else Manager()


def _texts(value: Any) -> Dict[str, str]:
    found = value if isinstance(value, Mapping) else {}
    return {key: text for key, text in found.items() if isinstance(text, str)}


def _writers(metadata: Mapping[str, Any]) -> List[str]:
    """The managers of fields outside of the status, in the server's order."""
    entries = metadata.get("managedFields")
    return [
        entry["manager"]
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping) and isinstance(entry.get("manager"), str) and not entry.get("subresource")
    ]
