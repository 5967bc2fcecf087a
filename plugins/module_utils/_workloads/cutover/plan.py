# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is changed in one object, or why it is left as it is. Nothing is sent here.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..._text import safe
from ..cluster.managers import ARGO_CD, FLUX, HELM, KUBECTL, KUBELET, OPERATOR, OTHER
from ..errors import WorkloadsError
from ..model.image import ImageName, parse_image
from ..model.objects import DOCKER_URL, Path
from .workload import Change, Workload, locate, mapping, names_on, value_at

Proof = Callable[[ImageName], Optional[ImageName]]
"""Where an image is now, None if it needs no change.

:raises WorkloadsError: that it is there has not been shown.
"""

Operation = Dict[str, Any]

_MOST_PROBLEMS = 5
# Runs of pipelines, which their webhooks do not let change: kinds by API group.
_RUNS = {"tekton.dev": ("TaskRun", "PipelineRun"), "argoproj.io": ("Workflow",)}


class Refusal(NamedTuple):
    """Why a workload is not changed, and what to do instead."""

    reason: str
    remedy: str


class Plan(NamedTuple):
    """
    :ivar problems: of images that are not shown to be there, each with what to do.
    :ivar kept: images that the record has as switched, which the reports have elsewhere, and where.
    """

    changes: List[Change]
    problems: List[Refusal]
    kept: List[str]

    def note(self) -> Tuple[str, str]:
        """What is to be said if there are no changes, and the remedy."""
        if not self.kept:
            return "", ""
        return "it is switched already, and not again to {0}".format(self.kept[0]), "Put it back first."

    def refusal(self) -> Optional[Refusal]:
        """Why none of it may be done."""
        if not self.problems:
            return None
        shown = "; ".join(one.reason for one in self.problems[:_MOST_PROBLEMS])
        more = len(self.problems) - _MOST_PROBLEMS
        return Refusal(shown + ("; and {0} more".format(more) if more > 0 else ""), self.problems[0].remedy)


def plan_changes(workload: Workload, proof: Proof, ours: Callable[[str, Path, Sequence[str]], Optional[str]]) -> Plan:
    """
    :param ours: the image that the record says was written to a place of an object.
    """
    plan = Plan([], [], [])
    for spot in workload.spots:
        names = names_on(workload.item, spot.path)
        switched = ours(workload.uid, spot.path, names) == spot.image
        scheme = DOCKER_URL if spot.image.startswith(DOCKER_URL) else ""
        try:
            new = proof(parse_image(spot.image[len(scheme) :]))
        except WorkloadsError as problem:
            if switched:
                continue
            reason = "{0}: {1}".format(safe(spot.image, 300), problem.what)
            if all(reason != one.reason for one in plan.problems):
                plan.problems.append(Refusal(reason, problem.hint or ""))
            continue
        if new is None or scheme + str(new) == spot.image:
            continue
        if switched:
            plan.kept.append(str(new))
        else:
            plan.changes.append(Change(spot.path, names, spot.image, scheme + str(new)))
    return plan


def refusal_of(workload: Workload, patch_managed: bool) -> Optional[Refusal]:
    """Why an object is not changed whatever its images are."""
    resource, title = workload.resource, workload.title
    if workload.manager.kind == KUBELET:
        return Refusal("it comes from a file on its node", "Change the file on the node.")
    if resource.kind in _RUNS.get(resource.group, ()):
        return Refusal("a run cannot be changed", "Start it again when what it runs has been changed.")
    if not resource.custom and resource.kind == "Job":
        return _refused_job(workload)
    if not patch_managed:
        managed = _managed(workload)
        if managed:
            return managed
    if not resource.custom and resource.kind == "Pod":
        return Refusal(
            "nothing would replace the pod if its new image did not start",
            "Delete {0}, and create it with the new image.".format(title),
        )
    return None


def _refused_job(workload: Workload) -> Refusal:
    conditions = workload.item["status"].get("conditions")
    ended = any(
        mapping(one).get("type") in ("Complete", "Failed") and mapping(one).get("status") == "True"
        for one in (conditions if isinstance(conditions, list) else ())
    )
    if ended:
        return Refusal("the Job has ended", "")
    return Refusal(
        "the template of a Job cannot be changed",
        "Delete {0}, and create it with the new image.".format(workload.title),
    )


def _managed(workload: Workload) -> Optional[Refusal]:
    """What would put the old image back within minutes."""
    kind, name = workload.manager
    if workload.controller is not None:
        return Refusal(
            "{0} controls it, and would undo the change".format(workload.controller),
            "Change the image in {0}, or in what it is made from.".format(workload.controller),
        )
    if kind == ARGO_CD:
        return Refusal(
            "Argo CD manages it, and would undo the change",
            "Change the image in the source of the application {0}, with image_references.".format(name or "(unknown)"),
        )
    if kind == FLUX:
        return Refusal(
            "Flux manages it, and would undo the change",
            "Change the image in the source of {0}, with image_references.".format(name),
        )
    if kind == OPERATOR:
        return Refusal(
            "an operator manages it, and would undo the change", "Change the image where {0} has it.".format(name)
        )
    return None


def note_of(workload: Workload) -> Tuple[str, str]:
    """What the next deployment of an object does to a change, and the remedy; empty if that is not known."""
    kind, name = workload.manager
    if kind == HELM:
        text = "the next upgrade of the Helm release {0} puts the old image back".format(name or "it belongs to")
        return text, "Change the image in its values too, with image_references."
    if kind == KUBECTL:
        text = "the next kubectl apply of its manifest puts the old image back"
        return text, "Change the manifest too, with image_references."
    if kind in (ARGO_CD, FLUX, OPERATOR) or workload.controller is not None:
        return "what manages it may put the old image back", "Change the image there too."
    if kind == OTHER:
        return "{0} may put the old image back".format(name), "Change the image there too."
    return "", ""


# Patches


def pointer(path: Path) -> str:
    """A path as a JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def operations(item: Dict[str, Any], changes: Sequence[Change]) -> List[Operation]:
    """The JSON patch that replaces images, if the object, its containers and their images are what they were."""
    found = [_test(("metadata", "uid"), item["metadata"]["uid"])]
    for change in changes:
        names = iter(change.names)
        for depth, part in enumerate(change.path):
            name = next(names, "") if isinstance(part, int) else ""
            test = _test((*change.path[: depth + 1], "name"), name)
            if name and test not in found:
                found.append(test)
        found.append(_test(change.path, change.old))
        found.append({"op": "replace", "path": pointer(change.path), "value": change.new})
    return found


def secret_added(item: Dict[str, Any], where: Path, secret: str) -> List[Operation]:
    """The operations that add a pull secret to a list that has some."""
    return [
        _test(where, value_at(item, where)),
        {"op": "add", "path": pointer((*where, "-")), "value": {"name": secret}},
    ]


def secret_removed(item: Dict[str, Any], where: Path, secret: str) -> List[Operation]:
    """The operations that remove a pull secret from a list; none if it is not there."""
    place = locate(item, (*where, 0), [secret])
    if place is None:
        return []
    return [_test((*place, "name"), secret), {"op": "remove", "path": pointer(place)}]


def _test(path: Path, value: Any) -> Operation:
    return {"op": "test", "path": pointer(path), "value": value}
