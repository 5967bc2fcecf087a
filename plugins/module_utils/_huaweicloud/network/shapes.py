# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes of the network's objects in replies, as far as something depends on them (API references of the services).

What recognizes an object must be there: without it, an existing one would be taken for another, and created again.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict

_TEXT = (str, None)
_TEXTS = ([_TEXT], None)
_FLAG = (bool, None)
_NUMBER = (int, None)

TAGS = {"tags": [{"key": str, "value": _TEXT}]}

_VPC = {"id": str, "name": str, "cidr": _TEXT, "status": _TEXT, "description": _TEXT, "enterprise_project_id": _TEXT}
_SUBNET = {
    "id": str,
    "vpc_id": str,
    "name": str,
    "cidr": _TEXT,
    "status": _TEXT,
    **dict.fromkeys(("gateway_ip", "primary_dns", "secondary_dns", "description"), _TEXT),
    "dhcp_enable": _FLAG,
    "dnsList": _TEXTS,
}
_PORT = {"id": str, "fixed_ips": ([{"ip_address": _TEXT}], None)}
_GATEWAY = {
    "id": str,
    "name": str,
    "router_id": str,
    "status": str,
    "admin_state_up": _FLAG,
    **dict.fromkeys(("internal_network_id", "spec", "description", "enterprise_project_id", "billing_info"), _TEXT),
}
_RULE = {
    "id": str,
    "nat_gateway_id": str,
    "status": str,
    "source_type": _NUMBER,
    **dict.fromkeys(("network_id", "cidr", "description"), _TEXT),
    **dict.fromkeys(("floating_ip_id", "floating_ip_address", "freezed_ip_address"), _TEXT),
}
_EIP = {
    "id": str,
    "status": str,
    "alias": _TEXT,
    "description": _TEXT,
    "enterprise_project_id": _TEXT,
    **dict.fromkeys(("public_ip_address", "public_ipv6_address", "billing_info"), _TEXT),
    "associate_instance_type": _TEXT,
    "associate_instance_id": _TEXT,
    "vnic": ({"port_id": _TEXT, "private_ip_address": _TEXT}, None),
    "bandwidth": ({"id": str, "size": int, "charge_mode": _TEXT, "share_type": _TEXT, "name": _TEXT}, None),
}
ENDPOINT = {
    "id": str,
    "vpc_id": str,
    "endpoint_service_id": str,
    "service_type": str,
    "status": str,
    **dict.fromkeys(("endpoint_service_name", "subnet_id", "ip", "description", "enable_status"), _TEXT),
    **dict.fromkeys(("dns_names", "whitelist", "routetables", "active_status"), _TEXTS),
    "enable_dns": _FLAG,
    "enable_whitelist": _FLAG,
    "tags": ([{"key": str, "value": _TEXT}], None),
    "error": ([dict], None),
    "policy_statement": ([dict], None),
    "policy_document": (dict, None),
}
_ROUTE_TABLE = {
    "id": str,
    "name": _TEXT,
    "default": _FLAG,
    "subnets": ([{"id": str}], None),
    "routes": ([dict.fromkeys(("type", "destination", "nexthop"), _TEXT)], None),
}

SHAPES: Dict[str, Any] = {
    **dict.fromkeys(("vpc", "vpcs"), _VPC),
    **dict.fromkeys(("subnet", "subnets"), _SUBNET),
    "ports": _PORT,
    **dict.fromkeys(("nat_gateway", "nat_gateways"), _GATEWAY),
    **dict.fromkeys(("snat_rule", "snat_rules"), _RULE),
    **dict.fromkeys(("publicip", "publicips"), _EIP),
    "endpoints": ENDPOINT,
    **dict.fromkeys(("routetable", "routetables"), _ROUTE_TABLE),
}
"""By the field of the reply that holds them."""
