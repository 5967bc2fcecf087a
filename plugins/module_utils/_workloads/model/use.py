# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One use of an image: what is written, and where.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

CONTAINER = "container"
INIT_CONTAINER = "init_container"
EPHEMERAL_CONTAINER = "ephemeral_container"
IMAGE_VOLUME = "image_volume"
RESOURCE_FIELD = "resource_field"  # A field of a custom resource that is not a container
MENTION = "mention"  # In an environment variable or an argument: listed, never changed

COMPOSE_SERVICE = "compose_service"
COMPOSE_BUILD = "compose_build"
COMPOSE_BUILT = "compose_built"  # The result of a build, or its cache: pushed under this name
COMPOSE_VOLUME = "compose_volume"
KUSTOMIZE_IMAGE = "kustomize_image"
HELM_VALUE = "helm_value"


@dataclass(frozen=True)
class Use:
    """
    :param image: the image as written, with variables replaced where their values are known.
    :param kind: one of this module's constants.
    :param source: the file, or the cluster's context.
    :param owner: what uses it, as in C(Deployment shop/cart) or C(service web).
    :param path: its place in the document or object, as in C(spec.template.spec.containers[0].image).
    :param container: the name of the container, if it is in one.
    :param line: in a file, from 1.
    :param column: in a file, from 1.
    :param editable: whether the collection may change it.
    :param reason: why it may not, or could not be evaluated.
    :param running: the digest that runs, if known; several are separated by commas.
    :param manager: what manages the object, as in C(helm shop/cart).
    """

    image: str
    kind: str
    source: str
    owner: str = ""
    path: str = ""
    container: str = ""
    line: Optional[int] = None
    column: Optional[int] = None
    editable: bool = True
    reason: str = ""
    running: str = ""
    manager: str = ""
