# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where images are in Kubernetes objects.

Works on plain data, from an API or a file. Every mapping with a list of C(containers) that have a C(name) or an
C(image) counts as a pod's specification, at any depth, so that workloads of most custom resources are found too. Fields
of other custom resources are in C(FIELDS); their places are from the API references of the projects.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from .image import is_image
from .use import CONTAINER, EPHEMERAL_CONTAINER, IMAGE_VOLUME, INIT_CONTAINER, MENTION, RESOURCE_FIELD

Path = Tuple[Union[str, int], ...]

LISTS = {
    "containers": CONTAINER,
    "initContainers": INIT_CONTAINER,
    "ephemeralContainers": EPHEMERAL_CONTAINER,
}


def _below(places: Sequence[str], fields: Sequence[str]) -> Tuple[str, ...]:
    return tuple("{0}.{1}".format(place, field) for place in places for field in fields)


_TASK = ("steps[].image", "sidecars[].image", "stepTemplate.image")
_TASKS = ("tasks[].taskSpec", "finally[].taskSpec")
# Containers in a list with this name are found without these.
_TEMPLATE = ("container.image", "script.image", "initContainers[].image", "sidecars[].image")

FIELDS: Dict[str, Tuple[str, ...]] = {
    # Tekton
    **dict.fromkeys(("Task", "ClusterTask"), _below(["spec"], _TASK)),
    "TaskRun": _below(["spec.taskSpec"], _TASK),
    "Pipeline": _below(_below(["spec"], _TASKS), _TASK),
    "PipelineRun": _below(_below(["spec.pipelineSpec"], _TASKS), _TASK),
    "StepAction": ("spec.image",),
    # Argo Workflows
    **dict.fromkeys(
        ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"), _below(["spec.templates[]"], _TEMPLATE)
    ),
    "CronWorkflow": _below(["spec.workflowSpec.templates[]"], _TEMPLATE),
    # KubeVirt and its importer
    "VirtualMachine": ("spec.template.spec.volumes[].containerDisk.image",),
    "VirtualMachineInstance": ("spec.volumes[].containerDisk.image",),
    "DataVolume": ("spec.source.registry.url",),
    # Operators
    **dict.fromkeys(
        ("Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"), ("spec.image", "spec.thanos.image")
    ),
    "SparkApplication": ("spec.image", "spec.driver.image", "spec.executor.image"),
    "ScheduledSparkApplication": ("spec.template.image", "spec.template.driver.image", "spec.template.executor.image"),
    "Cluster": ("spec.imageName",),
    "FlinkDeployment": ("spec.image",),
    "PostgresCluster": ("spec.image",),
    "RunnerDeployment": ("spec.template.spec.image",),
}
"""Fields with an image by the object's kind; C([]) stands for every entry of a list."""

DOCKER_URL = "docker://"
_FIELD = re.compile(r"[A-Za-z0-9_-]+(?:\[\])?(?:\.[A-Za-z0-9_-]+(?:\[\])?)*\Z")
_MENTION = re.compile(r"(?:--?[A-Za-z0-9._-]+=)?((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::[0-9]+)?/[^\s=,]+[:@][^\s=,/]+)\Z")


class Spot(NamedTuple):
    """An image in an object.

    :ivar value: the very value found, so that a caller can recognize it; a mention is only a part of it.
    """

    path: Path
    image: str
    kind: str
    container: str = ""
    value: str = ""


def is_field(path: str) -> bool:
    """Whether it is a path like those in C(FIELDS)."""
    return bool(_FIELD.match(path))


def spots(document: Mapping[str, Any], fields: Optional[Mapping[str, Sequence[str]]] = None) -> Iterator[Spot]:
    """The images in an object, each place once.

    :param fields: for custom resources; C(FIELDS) if it is None.
    """
    seen = set()
    found = list(_walk(document, ()))
    for path in (FIELDS if fields is None else fields).get(_text(document.get("kind")), ()):
        found += _at(document, path.split("."), ())
    for spot in found:
        if spot.path not in seen:
            seen.add(spot.path)
            yield spot


def items(document: Any, path: Path = ()) -> Iterator[Tuple[Path, Mapping[str, Any]]]:
    """The objects in a document, with their paths: itself, or those of a list (C(kind: List))."""
    if not isinstance(document, Mapping):
        return
    inner = document.get("items")
    if _text(document.get("kind")).endswith("List") and isinstance(inner, list):
        for number, item in enumerate(inner):
            yield from items(item, path + ("items", number))
    else:
        yield path, document


def show_path(path: Path) -> str:
    """A path as text, as in C(spec.containers[0].image)."""
    text = ""
    for part in path:
        text += "[{0}]".format(part) if isinstance(part, int) else ("." if text else "") + str(part)
    return text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _walk(value: Any, path: Path) -> Iterator[Spot]:
    if isinstance(value, Mapping):
        if isinstance(value.get("containers"), list):
            yield from _pod(value, path)
        for key, inner in value.items():
            yield from _walk(inner, path + (key,))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, path + (number,))


def _pod(value: Mapping[str, Any], path: Path) -> Iterator[Spot]:
    for key, kind in LISTS.items():
        for number, container in enumerate(_list(value.get(key))):
            if not isinstance(container, Mapping):
                continue
            name, here = _text(container.get("name")), path + (key, number)
            if _text(container.get("image")):
                yield Spot(here + ("image",), container["image"], kind, name, container["image"])
            yield from _mentions(container, here, name)
    for number, volume in enumerate(_list(value.get("volumes"))):
        image = volume.get("image") if isinstance(volume, Mapping) else None
        if isinstance(image, Mapping) and _text(image.get("reference")):
            where = path + ("volumes", number, "image", "reference")
            yield Spot(where, image["reference"], IMAGE_VOLUME, "", image["reference"])


def _mentions(container: Mapping[str, Any], path: Path, name: str) -> Iterator[Spot]:
    """What looks like an image in environment variables and arguments."""
    texts: List[Tuple[Path, Any]] = []
    for key in ("command", "args"):
        texts += [(path + (key, number), text) for number, text in enumerate(_list(container.get(key)))]
    for number, variable in enumerate(_list(container.get("env"))):
        if isinstance(variable, Mapping):
            texts.append((path + ("env", number, "value"), variable.get("value")))
    for where, text in texts:
        match = _MENTION.match(_text(text))
        if match and is_image(match.group(1)):
            yield Spot(where, match.group(1), MENTION, name, text)


def _at(value: Any, keys: Sequence[str], path: Path) -> Iterator[Spot]:
    if not keys:
        if _text(value):
            yield Spot(path, value, RESOURCE_FIELD, "", value)
        return
    name = keys[0][:-2] if keys[0].endswith("[]") else keys[0]
    inner = value.get(name) if isinstance(value, Mapping) else None
    if name == keys[0]:
        yield from _at(inner, keys[1:], path + (name,))
        return
    for number, entry in enumerate(_list(inner)):
        yield from _at(entry, keys[1:], path + (name, number))


def _list(value: Any) -> List[Any]:
    return value if isinstance(value, list) else []
