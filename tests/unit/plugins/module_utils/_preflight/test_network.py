# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the network for a user who has set variables of the role."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._preflight.checks import FAILED, Check
from ansible_collections.longshore.swr.plugins.module_utils._preflight.network import in_variables


@pytest.mark.parametrize(
    ("text", "remedy", "expected"),
    [
        (
            'vpc: there is no VPC named "shop"',
            "Check the name, or set vpc_cidr to have it created.",
            'network_vpc: there is no VPC named "shop"; Check the name, or set network_vpc_cidr to have it created.',
        ),
        ("x", "Set vpc and subnet and eip.", "x; Set network_vpc and network_subnet and network_eip."),
        (
            "x",
            "Set eip_charge_mode, or eip to the name of an existing one. Nothing was changed.",
            "x; Set network_eip_charge_mode, or network_eip to the name of an existing one. Nothing was changed.",
        ),
        ("pulls will not. Set obs_service to it", "", "pulls will not. Set network_obs_service to it; "),
        ("a new EIP needs charge_mode", "", "a new EIP needs network_charge_mode; "),
        # Names of a user's objects
        (
            "create NAT gateway nat_gateway",
            "Choose a subnet of VPC eip.",
            "create NAT gateway nat_gateway; Choose a subnet of VPC eip.",
        ),
    ],
)
def test_options_of_the_network_are_named_as_variables(text: str, remedy: str, expected: str) -> None:
    found = in_variables(Check("network", "plan", FAILED, text, remedy))
    assert "{0}; {1}".format(found.text, found.remedy) == expected


def test_other_findings_stay() -> None:
    check = Check("organizations", "x", FAILED, "vpc: x", "Set vpc_cidr.")
    assert in_variables(check) == check
