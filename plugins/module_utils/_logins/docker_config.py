# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of Docker's credential files, which Podman, nerdctl and Kubernetes share.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

from .._errors import LongshoreError
from .._http_values import basic_credentials


def docker_config(auth: Mapping[str, Any], with_parts: bool = False) -> Dict[str, Any]:
    """The content of a credential file with these logins.

    :param auth: registry to a mapping with C(username) and C(password); other keys are ignored.
    :param with_parts: also write the user name and the password separately, as C(kubectl create
        secret docker-registry) does; some readers of these secrets need them.
    :raises LongshoreError: with the registry and what it lacks.
    """
    entries: Dict[str, Any] = {}
    for registry, login in auth.items():
        if not isinstance(login, Mapping):
            raise LongshoreError("the login must be a dictionary", where=str(registry))
        parts = {}
        for name in ("username", "password"):
            if login.get(name) is None or str(login[name]) == "":
                raise LongshoreError("the login has no {0}".format(name), where=str(registry))
            parts[name] = str(login[name])
        if ":" in parts["username"]:
            raise LongshoreError("a user name cannot contain a colon", where=str(registry))
        entry = parts if with_parts else {}
        entry["auth"] = basic_credentials(**{name: parts[name] for name in ("username", "password")})
        entries[str(registry)] = entry
    return {"auths": entries}
