# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image's config says about how it runs.

Fields: OCI image specification 1.1 (config.md); C(Healthcheck), C(OnBuild) and C(Shell) are Docker's additions.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._json import check_shape
from .history import NO_HISTORY, History, read_history

MOST_ENTRIES = 5000
"""Of variables, labels, ports and volumes, each. A process could not be started with more variables."""

_TEXT = (str, None)
_TEXTS = ([str], None)
_RUN = {
    "User": _TEXT,
    "WorkingDir": _TEXT,
    "Entrypoint": _TEXTS,
    "Cmd": _TEXTS,
    "Env": _TEXTS,
    "ExposedPorts": (dict, None),
    "Volumes": (dict, None),
    "Labels": (dict, None),
    "Healthcheck": ({"Test": _TEXTS}, None),
}
_CONFIG = {
    "os": _TEXT,
    "architecture": _TEXT,
    "variant": _TEXT,
    "config": (_RUN, None),
    "rootfs": ({"diff_ids": ([str], None)}, None),
}


@dataclass(frozen=True)
class ImageConfig:
    """The parts of a config that an audit judges.

    :ivar platform: C(linux/arm/v7); empty if the config does not say.
    :ivar entrypoint: its words, None if there is none. C(command) likewise.
    :ivar healthcheck: its words, such as C(CMD-SHELL) and a command; None if there is none.
    :ivar layers: how many layers it lists.
    """

    platform: str = ""
    user: str = ""
    working_directory: str = ""
    entrypoint: Optional[Tuple[str, ...]] = None
    command: Optional[Tuple[str, ...]] = None
    environment: Tuple[Tuple[str, str], ...] = ()
    ports: Tuple[str, ...] = ()
    volumes: Tuple[str, ...] = ()
    labels: Tuple[Tuple[str, str], ...] = ()
    healthcheck: Optional[Tuple[str, ...]] = None
    layers: int = 0
    history: History = NO_HISTORY


def read_image_config(document: Mapping[str, Any]) -> ImageConfig:
    """The values of a config.

    :raises NotUnderstood: a field has another type than the specification gives it, or far too many entries.
    """
    check_shape(document, _CONFIG)
    run = document.get("config") or {}
    check_shape(run.get("Labels") or {}, dict.fromkeys(run.get("Labels") or {}, str), "config.Labels")
    for name in ("Env", "Labels", "ExposedPorts", "Volumes"):
        if len(run.get(name) or ()) > MOST_ENTRIES:
            text = "config.{0} has {1} entries, and at most {2} are read"
            raise NotUnderstood(text.format(name, len(run[name]), MOST_ENTRIES))
    layers = len((document.get("rootfs") or {}).get("diff_ids") or ())
    names = (document.get("os"), document.get("architecture"), document.get("variant"))
    healthcheck = (run.get("Healthcheck") or {}).get("Test")
    return ImageConfig(
        platform="/".join(name for name in names if name),
        user=run.get("User") or "",
        working_directory=run.get("WorkingDir") or "",
        entrypoint=_words(run.get("Entrypoint")),
        command=_words(run.get("Cmd")),
        environment=tuple(_variable(text) for text in run.get("Env") or ()),
        ports=tuple(sorted(run.get("ExposedPorts") or ())),
        volumes=tuple(sorted(run.get("Volumes") or ())),
        labels=tuple(sorted((run.get("Labels") or {}).items())),
        # An empty test inherits that of the base image, NONE has none.
        healthcheck=None if not healthcheck or healthcheck[0] == "NONE" else tuple(healthcheck),
        layers=layers,
        history=read_history(document.get("history"), layers),
    )


def _words(words: Any) -> Optional[Tuple[str, ...]]:
    return tuple(words) if words else None


def _variable(text: str) -> Tuple[str, str]:
    name, _equals, value = text.partition("=")
    return name, value
