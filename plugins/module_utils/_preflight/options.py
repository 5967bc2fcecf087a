# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module C(preflight) that are those of other modules, and the secrets in them.

They are validated by the argument specs of these modules, which have their documentation, too.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional, Set, Tuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._errors import LongshoreError
from .._huaweicloud.network.common import NETWORK_ARGUMENTS
from .._huaweicloud.scenario.options import ARGUMENTS as SCENARIO
from .._registry.jobs.arguments import CONNECTION, LOGIN, RULES, readable_texts

Spec = Dict[str, Dict[str, Any]]

NETWORK: Spec = {**SCENARIO, **NETWORK_ARGUMENTS}
MIGRATION: Spec = {
    **LOGIN.argument_spec,
    **RULES.argument_spec,
    "ca_path": CONNECTION.argument_spec["ca_path"],
}
HOST: Spec = {
    "name": {"type": "str", "required": True},
    "reachable": {"type": "bool", "default": True},
    "error": {"type": "str"},
    "clock_offset": {"type": "float"},
    "become": {"type": "bool"},
}


def harbor_spec() -> Spec:
    """That of the modules for Harbor."""
    from .._harbor.api.arguments import ARGUMENTS

    return ARGUMENTS


def cluster_spec() -> Spec:
    """That of C(workload_images), as far as it is about the cluster."""
    from .._workloads.cluster.login import ARGUMENTS

    more: Spec = {"namespaces": {"type": "list", "elements": "str", "default": []}}
    return {**ARGUMENTS, **more, "cutover": {"type": "bool", "default": False}}


def checked(option: str, value: Optional[Mapping[str, Any]], spec: Spec) -> Optional[Dict[str, Any]]:
    """An option's mapping with types and defaults; None if it is not set.

    :raises LongshoreError: all that is wrong in it.
    """
    given = {name: item for name, item in (value or {}).items() if item not in (None, "", [])}
    if not given:
        return None
    found = ArgumentSpecValidator(spec).validate(given)
    if found.error_messages:
        raise LongshoreError(
            "; ".join(found.error_messages), where=option, hint="Correct the options; nothing was asked."
        )
    parameters: Dict[str, Any] = found.validated_parameters
    return parameters


def harmless_texts(params: Mapping[str, Any]) -> Set[str]:
    """The texts in these options that need not be masked, such as addresses and user names.

    Ansible masks every text of an option with a secret in it, and would mutilate the result.
    """
    readable: Set[str] = set()
    secret: Set[str] = set()
    for option, spec in _specs(params):
        for name, value in (params[option] or {}).items():
            if option == "migration" and name == "auth":
                readable |= readable_texts(value)
                secret |= set(_texts(value)) - readable_texts(value)
            elif option == "cluster" and name == "kubeconfig":
                secret |= set(_secrets_of(value))
                readable |= set(_texts(value))
            elif spec.get(name, {}).get("no_log"):
                secret |= set(_texts(value))
            else:
                readable |= set(_texts(value))
    return readable - secret


def _specs(params: Mapping[str, Any]) -> Iterator[Tuple[str, Spec]]:
    yield "migration", MIGRATION
    if params["harbor"]:
        yield "harbor", harbor_spec()
    if params["cluster"]:
        yield "cluster", cluster_spec()


def _secrets_of(kubeconfig: Any) -> Iterator[str]:
    from .._workloads.cluster.login import secrets_of

    return secrets_of(kubeconfig)


def _texts(value: Any) -> List[str]:
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(item)]
    return [] if value is None else [str(value)]


__all__ = ("HOST", "MIGRATION", "NETWORK", "checked", "cluster_spec", "harbor_spec", "harmless_texts")
