# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of each region: the table from which all host names are derived.

Sources: the regions and their API hosts are those of the Python package huaweicloudsdkswr 3.1.219
(class SwrRegion); C(eu-de) is from Open Telekom Cloud's user manual of SWR (swr_01_1000), which has
its registry host. Its API host follows the same pattern; no document with it was found.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import difflib
import re
from typing import Dict, Optional

from .errors import HuaweiCloudError

DEFAULT_CLOUD = "myhuaweicloud.com"

_REGIONS_OF_CLOUD = {
    DEFAULT_CLOUD: (
        "ae-ad-1 af-north-1 af-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5"
        " cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-north-1 cn-north-2 cn-north-4 cn-north-9 cn-north-11 cn-north-12"
        " cn-south-1 cn-south-2 cn-south-4 cn-southwest-2 cn-southwest-3 eu-west-0 la-north-2 la-south-2 me-east-1"
        " my-kualalumpur-1 na-mexico-1 ru-moscow-1 ru-northwest-2 sa-brazil-1 sa-peru-1 tr-west-1"
    ),
    "myhuaweicloud.eu": "eu-west-101",
    "otc.t-systems.com": "eu-de",
}

#: Region to cloud (the domain of its host names).
REGIONS: Dict[str, str] = {region: cloud for cloud, regions in _REGIONS_OF_CLOUD.items() for region in regions.split()}

# The first label of a service's API host, if it is not the service's name.
_API_LABEL = {"swr": "swr-api"}

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", re.IGNORECASE)


def cloud_of(region: str, cloud: Optional[str] = None) -> str:
    """The domain of a region's cloud.

    :param cloud: the domain, for a region that is not in the table (Huawei Cloud Stack, or a new one).
    :raises HuaweiCloudError: for an unknown region without C(cloud), and for invalid host name parts.
    """
    if not _LABEL.match(region):
        raise HuaweiCloudError(
            "invalid region ID {0!r}".format(region), where="region", hint="A region ID looks like cn-north-4."
        )
    if cloud:
        domain = cloud.strip(".").lower()
        if not all(_LABEL.match(label) for label in domain.split(".")):
            raise HuaweiCloudError(
                "invalid domain name {0!r}".format(cloud), where="cloud", hint="Write it as {0}.".format(DEFAULT_CLOUD)
            )
        return domain
    if region not in REGIONS:
        close = difflib.get_close_matches(region, REGIONS, n=3)
        raise HuaweiCloudError(
            "the region {0!r} is unknown".format(region),
            where="region",
            hint="{0}For a region newer than this collection, or a private cloud, set cloud to its domain.".format(
                "Did you mean {0}? ".format(" or ".join(close)) if close else ""
            ),
        )
    return REGIONS[region]


def registry_host(region: str, cloud: Optional[str] = None) -> str:
    """The host name of the region's registry (SWR basic edition), such as C(swr.cn-north-4.myhuaweicloud.com)."""
    return "swr.{0}.{1}".format(region, cloud_of(region, cloud))


def api_endpoint(service: str, region: str, cloud: Optional[str] = None) -> str:
    """The base URL of a service's API in a region.

    :param service: C(swr), C(iam), C(vpcep), C(nat), C(vpc) ... On Huawei Cloud Stack, IAM has a host of
        its own that cannot be derived: use the address from the user there.
    """
    return "https://{0}.{1}.{2}".format(_API_LABEL.get(service, service), region, cloud_of(region, cloud))
