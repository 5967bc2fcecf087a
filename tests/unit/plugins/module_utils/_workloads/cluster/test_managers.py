# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who manages an object, by what the tools leave on it."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.managers import manager_of

APPLIED = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
HELM = {"meta.helm.sh/release-name": "cart", "meta.helm.sh/release-namespace": "shop"}
BY_HELM = {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "cart"}


def written_by(*managers: str, **more: str) -> Dict[str, Any]:
    return {"managedFields": [{"manager": manager, "operation": "Update", **more} for manager in managers]}


@pytest.mark.parametrize(
    ("metadata", "manager"),
    [
        ({}, ""),
        ({"annotations": HELM, "labels": BY_HELM}, "helm shop/cart"),
        ({"labels": BY_HELM}, "helm cart"),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "store:apps/Deployment:shop/cart", **HELM}},
            "argocd store",
        ),
        ({"labels": {"argocd.argoproj.io/instance": "store"}}, "argocd store"),
        ({"labels": {"app.kubernetes.io/instance": "store"}, **written_by("argocd-controller")}, "argocd store"),
        (
            {
                "labels": {"helm.toolkit.fluxcd.io/name": "cart", "helm.toolkit.fluxcd.io/namespace": "flux"},
                "annotations": HELM,
            },
            "flux HelmRelease flux/cart",
        ),
        (
            {"namespace": "shop", "labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}, "annotations": APPLIED},
            "flux Kustomization shop/apps",
        ),
        ({"labels": {"olm.owner": "prometheus.v1"}}, "operator prometheus.v1"),
        ({"annotations": APPLIED}, "kubectl"),
        (written_by("kubectl-client-side-apply"), "kubectl"),
        (written_by("kube-controller-manager", "terraform"), "other terraform"),
        (written_by("kube-controller-manager"), ""),
        (written_by("kubectl-edit", subresource="status"), ""),
        ({"labels": {"app.kubernetes.io/managed-by": "kpt"}}, "other kpt"),
        ({"annotations": {"kubernetes.io/config.mirror": "x"}}, "kubelet a file on the node"),
        # What a hostile object may have instead.
        ({"labels": [1], "annotations": "x", "managedFields": {"a": 1}}, ""),
        ({"labels": {"app.kubernetes.io/managed-by": 5}, "managedFields": [1, {"manager": None}]}, ""),
        ({"labels": {"app.kubernetes.io/managed-by": "a\x1b[31m"}}, "other a\\x1b[31m"),
    ],
)
def test_the_manager(metadata: Dict[str, Any], manager: str) -> None:
    assert str(manager_of(metadata)) == manager
