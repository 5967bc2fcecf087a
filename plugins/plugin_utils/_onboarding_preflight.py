# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the parts of an onboarding, as options of the module C(preflight).

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping

Values = Mapping[str, Any]

_NETWORK = (
    *("scenario", "charge_mode", "vpc", "vpc_cidr", "subnet", "subnet_cidr", "tags", "enterprise_project_id"),
    *("swr_service", "dns_endpoint", "dns_service", "obs_service", "obs_buckets"),
    *("server_address", "snat_subnets", "nat_gateway", "nat_spec"),
    *("eip", "eip_type", "eip_charge_mode", "eip_bandwidth_size", "eip_reuse"),
)
_MIGRATION = (
    *("images", "images_file", "dialect", "default_registry", "default_namespace"),
    *("auth", "auth_file", "docker_config_fallback", "ca_path"),
)
_CLUSTER = (
    *("kubeconfig", "host", "api_key", "ca_cert", "validate_certs"),
    *("namespaces", "timeout"),
)
_HARBOR = {
    "url": "harbor_url",
    "username": "harbor_username",
    "password": "harbor_password",
    "validate_certs": "validate_certs",
    "ca_path": "ca_path",
    "timeout": "timeout",
}


def preflight_options(parts: Iterable[str], values: Mapping[str, Values]) -> Dict[str, Any]:
    """What the module looks at.

    :param parts: those that run.
    :param values: the variables of each part, by their names.
    """
    on = {name: values[name] for name in parts if name in values}
    options: Dict[str, Any] = {}
    if "network" in on:
        options["network"] = _taken("network", on["network"], _NETWORK)
    if "organizations" in on:
        options["organizations"] = _organizations(on["organizations"])
    if "migrate" in on:
        migration = _taken("migrate", on["migrate"], _MIGRATION)
        if "images" in migration or "images_file" in migration:
            options["migration"] = migration
    if "harbor" in on:
        harbor = _taken("harbor", on["harbor"], _HARBOR)
        options["harbor"] = {_HARBOR[name]: value for name, value in harbor.items()}
    for name in ("discover", "cutover"):
        if on.get(name, {}).get(name + "_cluster"):
            # What is switched is by default what is read.
            read = _cluster("discover", values.get("discover", {}))
            options["cluster"] = {**read, **_cluster(name, on[name]), "cutover": name == "cutover"}
    return options


def _taken(prefix: str, values: Values, names: Iterable[str]) -> Dict[str, Any]:
    return {name: values[prefix + "_" + name] for name in names if prefix + "_" + name in values}


def _organizations(values: Values) -> List[str]:
    return [one["name"] for one in values.get("organizations_list", []) if one.get("state", "present") == "present"]


def _cluster(name: str, values: Values) -> Dict[str, Any]:
    """The cluster that is read or switched."""
    found = _taken(name, values, _CLUSTER)
    context = values.get(name + "_context") or next(iter(values.get(name + "_contexts") or []), None)
    return {**found, "context": context} if context else found
