# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that the fragment C(longshore.swr.harbor) documents, and the client that they describe.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

from ansible.module_utils.common.parameters import env_fallback

from ..._arguments import check_ranges
from ..._secrets import Redactor
from .client import HarborClient

ARGUMENTS: Dict[str, Dict[str, Any]] = {
    "harbor_url": {"type": "str", "required": True, "fallback": (env_fallback, ["HARBOR_URL"])},
    "harbor_username": {"type": "str", "required": True, "fallback": (env_fallback, ["HARBOR_USERNAME"])},
    "harbor_password": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["HARBOR_PASSWORD"]),
    },
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 30},
}


def client_from(params: Mapping[str, Any], redactor: Redactor) -> HarborClient:
    """The client that the options describe. It has not sent any request yet.

    :param redactor: learns the password, and masks Harbor's replies.
    :raises HarborError: C(harbor_url) is not a valid address.
    :raises LongshoreError: the timeout is out of range.
    """
    check_ranges(params, {"timeout": (0.1, 86400)})
    redactor.add(params["harbor_password"])
    return HarborClient(
        params["harbor_url"],
        params["harbor_username"],
        params["harbor_password"],
        verify=(params.get("ca_path") or True) if params["validate_certs"] else False,
        timeout=params["timeout"],
        redact=redactor,
    )
