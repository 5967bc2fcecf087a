# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes cluster: whether it accepts the login, and which rights that has, by SelfSubjectAccessReview.

The rights are those that the guides for discovery and cut-over list. Custom resources are not asked for: which there
are is only known once they are discovered.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, NamedTuple, Sequence

from .._http_values import NotUnderstood
from .._json import check_shape
from .._secrets import Redactor
from .._workloads.cluster.client import ClusterClient
from .._workloads.cluster.login import connect
from .._workloads.errors import WorkloadsError
from .checks import FAILED, OK, UNCHECKED, Check, failure

DISCOVER, CUTOVER = "discover", "cutover"
MOST_NAMESPACES = 20
_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_ANSWER = {"status": {"allowed": bool}}
_UNASKED = "the cluster does not answer what the user may do"


class Right(NamedTuple):
    """A verb on a resource. C(everywhere): it has no namespace."""

    verb: str
    group: str
    resource: str
    everywhere: bool = False

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
_RIGHTS = {DISCOVER: _READ, CUTOVER: [*_PATCH, *_SECRETS]}


def ask_cluster(
    options: Mapping[str, Any], namespaces: Sequence[str], parts: Sequence[str], redactor: Redactor
) -> Iterator[Check]:
    """
    :param options: those that say which cluster to call and as whom.
    :param namespaces: to look at; none stands for all.
    :param parts: C(DISCOVER) and perhaps C(CUTOVER).
    :raises WorkloadsError: it cannot be reached, or refuses the login.
    """
    client = connect(options, redactor)
    version = client.get("/version").get("gitVersion")
    first = True
    for part in parts:
        missing: List[str] = []
        for space in namespaces[:MOST_NAMESPACES] or [""]:
            place = " in {0}".format(space) if space else ""
            try:
                missing += ["{0}{1}".format(right, place) for right in _RIGHTS[part] if not _may(client, right, space)]
            except WorkloadsError as error:
                if error.status in (None, 401):
                    raise
                yield failure(part, "rights in the cluster", error, UNCHECKED)._replace(text=_UNASKED)
                return
        if first:
            text = "{0} is Kubernetes {1}, and accepts the login".format(client.name, version)
            yield Check(part, "cluster", OK, text)
            first = False
        yield _rights(part, missing, client.name)


def _rights(part: str, missing: Sequence[str], cluster: str) -> Check:
    name = "rights in the cluster"
    if not missing:
        return Check(part, name, OK, "the user has those in {0} that {1} needs".format(cluster, part))
    listed = ", ".join(missing[:MOST_NAMESPACES]) + (", ..." if missing[MOST_NAMESPACES:] else "")
    hint = "Grant them with a ClusterRole, or name the namespaces in which they are granted."
    return Check(part, name, FAILED, "the user lacks in {0}: {1}".format(cluster, listed), hint)


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
