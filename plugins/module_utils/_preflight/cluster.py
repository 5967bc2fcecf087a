# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes cluster: whether it accepts the login, and which rights that has, by SelfSubjectAccessReview.

The rights are those that the guides for discovery and cut-over list. Custom resources are not asked for: which there
are is only known once they are discovered.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import sys
from typing import Any, Iterator, List, Mapping, NamedTuple, Sequence

from .._http_values import NotUnderstood
from .._json import check_shape
from .._secrets import Redactor
from .._workloads.cluster.client import ClusterClient
from .._workloads.cluster.login import KUBERNETES_IMPORT_ERROR, connect
from .._workloads.errors import WorkloadsError
from .checks import FAILED, OK, UNCHECKED, WARNING, Check, failure

DISCOVER, CUTOVER = "discover", "cutover"
MOST_NAMESPACES = 20
"""The rights are asked for in so many of the namespaces: they are seldom different."""
_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_ANSWER = {"status": {"allowed": bool}}
RIGHTS = "rights in the cluster"
_GRANT = "Grant them with a ClusterRole, or name the namespaces in which they are granted."


class Right(NamedTuple):
    """A verb on a resource."""

    verb: str
    group: str
    resource: str

    def __str__(self) -> str:
        return "{0} {1}{2}".format(self.verb, self.resource, "." + self.group if self.group else "")


_TEMPLATES = (
    ("apps", ("deployments", "statefulsets", "daemonsets")),
    ("batch", ("cronjobs",)),
    ("", ("podtemplates", "replicationcontrollers")),
)
_OTHERS = (("apps", ("replicasets",)), ("batch", ("jobs",)), ("", ("pods",)))
_READ = [Right("list", group, name) for group, names in (*_TEMPLATES, *_OTHERS) for name in names]
_PATCH = [Right("patch", group, name) for group, names in _TEMPLATES for name in names]
_SECRETS = [Right("list", "", "secrets"), Right("get", "", "serviceaccounts"), Right("patch", "", "serviceaccounts")]


def ask_cluster(
    options: Mapping[str, Any], namespaces: Sequence[str], cutover: bool, redactor: Redactor
) -> Iterator[Check]:
    """
    :param options: those that say which cluster to call and as whom.
    :param namespaces: to look at; none stands for all.
    :param cutover: whether workloads will be switched, too.
    :raises WorkloadsError: it cannot be reached, or refuses the login, or there is no library to call it with.
    """
    if KUBERNETES_IMPORT_ERROR is not None:
        raise WorkloadsError(
            "the Python library kubernetes is missing ({0})".format(KUBERNETES_IMPORT_ERROR.strip().splitlines()[-1]),
            hint="Install it: {0} -m pip install kubernetes".format(sys.executable),
        )
    client = connect(options, redactor)
    version = client.get("/version").get("gitVersion") or "of an unknown version"
    try:
        found = _discovery(client, namespaces) + (_cutover(client, namespaces) if cutover else [])
    except WorkloadsError as error:
        if error.status in (None, 401):
            raise
        found = [failure(DISCOVER, RIGHTS, error, UNCHECKED)]
    text = "{0} is Kubernetes {1}, and accepts the login".format(client.name, version)
    yield Check(DISCOVER, "cluster", OK, text)
    yield from found


def _discovery(client: ClusterClient, namespaces: Sequence[str]) -> List[Check]:
    missing = _missing(client, _READ, namespaces)
    # What may not be listed everywhere is still found where it may.
    status = FAILED if len(missing) >= len(_READ) * len(_asked(namespaces)) else WARNING
    return [_verdict(DISCOVER, RIGHTS, status, missing, client.name, "images in use are not found")]


def _cutover(client: ClusterClient, namespaces: Sequence[str]) -> List[Check]:
    patch = _verdict(
        CUTOVER, RIGHTS, FAILED, _missing(client, _PATCH, namespaces), client.name, "workloads cannot be switched"
    )
    what = "pull secrets cannot be checked and added"
    secrets = _missing(client, _SECRETS, namespaces)
    return [patch, _verdict(CUTOVER, "rights to pull secrets", WARNING, secrets, client.name, what)]


def _asked(namespaces: Sequence[str]) -> Sequence[str]:
    return namespaces[:MOST_NAMESPACES] or [""]


def _missing(client: ClusterClient, rights: Sequence[Right], namespaces: Sequence[str]) -> List[str]:
    places = [(space, " in {0}".format(space) if space else "") for space in _asked(namespaces)]
    return [
        "{0}{1}".format(right, place) for space, place in places for right in rights if not _may(client, right, space)
    ]


def _verdict(part: str, name: str, status: str, missing: Sequence[str], cluster: str, without: str) -> Check:
    if not missing:
        return Check(part, name, OK, "the user has them in {0}".format(cluster))
    listed = ", ".join(missing[:MOST_NAMESPACES]) + (", ..." if missing[MOST_NAMESPACES:] else "")
    text = "the user lacks in {0}: {1}; without them, {2}".format(cluster, listed, without)
    return Check(part, name, status, text, _GRANT)


def _may(client: ClusterClient, right: Right, namespace: str) -> bool:
    wanted = {"verb": right.verb, "group": right.group, "resource": right.resource, "namespace": namespace}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": wanted},
    }
    found = client.ask(_PATH, review)
    try:
        return bool(check_shape(found, _ANSWER)["status"]["allowed"])
    except NotUnderstood as problem:
        raise WorkloadsError("the reply is not a review: {0}".format(problem), where=_PATH) from problem
