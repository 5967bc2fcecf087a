# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module C(network_scenario), and what each scenario needs.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Mapping

from ..errors import HuaweiCloudError
from ..network.eip import CHARGE_MODES as EIP_CHARGE_MODES
from ..network.nat_gateway import CHARGE_MODES, SPECS

SCENARIOS = ("intranet", "public_single", "public_nat", "private_line")

ARGUMENTS: Dict[str, Dict[str, Any]] = {
    "scenario": {"type": "str", "required": True, "choices": list(SCENARIOS)},
    "charge_mode": {"type": "str", "choices": list(CHARGE_MODES)},
    "vpc": {"type": "str"},
    "vpc_cidr": {"type": "str"},
    "subnet": {"type": "str"},
    "subnet_cidr": {"type": "str"},
    "swr_service": {"type": "str"},
    "dns_endpoint": {"type": "bool", "default": False},
    "dns_service": {"type": "str"},
    "obs_service": {"type": "str"},
    "obs_buckets": {"type": "list", "elements": "str", "default": []},
    "server_address": {"type": "str"},
    "snat_subnets": {"type": "list", "elements": "str", "default": []},
    "nat_gateway": {"type": "str"},
    "nat_spec": {"type": "str", "choices": list(SPECS), "default": "small"},
    "eip": {"type": "str"},
    "eip_type": {"type": "str", "default": "5_bgp"},
    "eip_charge_mode": {"type": "str", "choices": list(EIP_CHARGE_MODES)},
    "eip_bandwidth_size": {"type": "int"},
    "eip_reuse": {"type": "bool", "default": True},
    "tags": {"type": "dict"},
    "enterprise_project_id": {"type": "str"},
}

# What cannot be looked up or derived.
_NEEDED = {
    "intranet": (),
    "public_single": ("vpc", "subnet", "server_address", "eip"),
    "public_nat": ("vpc", "subnet", "nat_gateway", "eip"),
    "private_line": ("vpc",),
}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")


def check_options(options: Mapping[str, Any]) -> None:
    """
    :raises HuaweiCloudError: the scenario lacks an option, or a name cannot be a bucket's.
    """
    scenario = options["scenario"]
    missing = [name for name in _NEEDED[scenario] if not options.get(name)]
    if missing:
        raise HuaweiCloudError(
            "the scenario {0} needs {1}".format(scenario, " and ".join(missing)),
            where=missing[0],
            hint="Set {0}.".format(" and ".join(missing)),
        )
    wrong = [name for name in options["obs_buckets"] if not _BUCKET.match(name)]
    if wrong:
        raise HuaweiCloudError(
            "{0} cannot be the name of a bucket".format(", ".join(wrong)),
            where="obs_buckets",
            hint="Give names alone, without the domain: 3 to 63 lower-case letters, digits, periods and hyphens.",
        )
