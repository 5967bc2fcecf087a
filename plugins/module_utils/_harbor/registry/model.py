# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries that Harbor replicates to and from, as in its API, and how to find one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ..._resource import SECRET_KEPT, State
from ..api.client import HarborClient
from ..errors import HarborError

SWR = "huawei-SWR"
# Harbor's placeholder for secrets.
MASK = "*****"


def canonical_url(url: str) -> str:
    """An address as Harbor stores it since 2.3; older versions store it unchanged."""
    text = url.strip().rstrip("/")
    scheme, mark, rest = text.partition("://")
    return scheme.lower() + mark + rest if mark else text


def canonical_certificate(text: str) -> str:
    """A PEM certificate with the line ends that Harbor uses, and none at the end."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def registry_state(data: Mapping[str, Any]) -> State:
    """A registry from Harbor's API in canonical form.

    Newer versions omit false and empty fields.
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
    """All registries, as Harbor describes them."""
    return list(client.list("/registries"))


def find_registry(client: HarborClient, name: str) -> Optional[Dict[str, Any]]:
    """The registry with exactly this name; case matters.

    All are fetched: Harbor's query syntax differs between versions, is inexact in some, and
    has special characters that a name may contain.
    """
    for registry in list_registries(client):
        if registry.get("name") == name:
            return registry
    return None


def require_registry(client: HarborClient, name: str) -> Dict[str, Any]:
    """The same.

    :raises HarborError: there is none; lists those that exist.
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

    :param data: as Harbor describes it; V(None) if it does not exist yet.
    """
    shown = {name: value for name, value in state.items() if name != "access_secret"}
    return dict(shown, id=(data or {}).get("id"), has_secret=bool(state["access_secret"]))
