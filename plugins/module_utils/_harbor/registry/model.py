# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries that Harbor replicates to and from, as its API describes them, and finding one of them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ..._resource import SECRET_KEPT, State
from ..api.client import HarborClient
from ..errors import HarborError

SWR = "huawei-SWR"
# What Harbor shows in a secret's place.
MASK = "*****"


def canonical_url(url: str) -> str:
    """An address as Harbor keeps it from 2.3 on; the older ones keep what they are given."""
    text = url.strip().rstrip("/")
    scheme, mark, rest = text.partition("://")
    return scheme.lower() + mark + rest if mark else text


def canonical_certificate(text: str) -> str:
    """A certificate in PEM with the line ends that Harbor reads it with, and none at its end."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def registry_state(data: Mapping[str, Any]) -> State:
    """A registry as Harbor's API describes it, in the one form that two can be compared in.

    Newer versions leave out what is false or empty.
    """
    credential = data.get("credential") or {}
    return {
        "name": data.get("name") or "",
        "type": data.get("type") or "",
        "url": canonical_url(data.get("url") or ""),
        "description": data.get("description") or "",
        "insecure": bool(data.get("insecure")),
        "ca_certificate": canonical_certificate(data.get("ca_certificate") or ""),
        "access_key": credential.get("access_key") or "",
        "access_secret": SECRET_KEPT if credential.get("access_secret") else "",
    }


def list_registries(client: HarborClient) -> List[Dict[str, Any]]:
    """Every registry, as Harbor describes them."""
    return list(client.list("/registries"))


def find_registry(client: HarborClient, name: str) -> Optional[Dict[str, Any]]:
    """The registry of that very name; names are told apart by case.

    Harbor is asked for all of them: what it takes for a query differs from version to version, is inexact in some, and
    has characters of its own that a name may contain.
    """
    for registry in list_registries(client):
        if registry.get("name") == name:
            return registry
    return None


def require_registry(client: HarborClient, name: str) -> Dict[str, Any]:
    """The same.

    :raises HarborError: there is none, naming those that there are.
    """
    registries = list_registries(client)
    for registry in registries:
        if registry.get("name") == name:
            return registry
    names = ", ".join(sorted(str(registry.get("name")) for registry in registries))
    raise HarborError(
        "Harbor has no registry with this name; it has {0}".format(names or "none"),
        where="registry {0}".format(name),
        hint="Create it first, with module harbor_registry, or correct the name.",
    )


def public_registry(data: Optional[Mapping[str, Any]], state: State) -> Dict[str, Any]:
    """A registry as a module returns it.

    :param data: as Harbor describes it; V(None) when it is not there yet.
    """
    shown = {name: value for name, value in state.items() if name != "access_secret"}
    return dict(shown, id=(data or {}).get("id"), has_secret=bool(state["access_secret"]))
