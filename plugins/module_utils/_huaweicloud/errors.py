# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of Huawei Cloud's APIs.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Optional

from .._errors import LongshoreError, ServerError

# "Too many requests". SWR returns it with status 403; the API gateway and VPC endpoints with various ones.
THROTTLED = frozenset(("SVCSTG.SWR.4031032", "SVCSTG.SWR.4031042", "EndPoint.0022", "APIGW.0308"))

_AUTHORIZATION_MESSAGE = re.compile(r"(encoded_authorization_message[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]+")

# The API gateway has no such API: the region lacks the service, or the address is another service's.
NOT_OFFERED = "APIGW.0101"


class HuaweiCloudError(LongshoreError):
    """A failure of a Huawei Cloud API, or of a prerequisite for calling one."""


def read_error(data: Any) -> ServerError:
    """The code and message of an error body.

    SWR sends a list of errors, alone or as C(errors), which may be a single flat object; the API gateway and
    most other services send such an object alone; IAM puts it in C(error). The fields are C(errorCode) and
    C(errorMessage), C(error_code) and C(error_msg), or C(code) and C(message). Of several
    errors, the first is used: it is the cause. Nothing else from a body is ever shown: an
    C(encoded_authorization_message) reveals who has which rights.
    """
    if isinstance(data, dict):
        for key in ("errors", "error"):
            if isinstance(data.get(key), (list, dict)):
                return read_error(data[key])
        code = _first(data, "errorCode", "error_code", "code")
        message = _first(data, "errorMessage", "error_msg", "message")
        return ServerError(code, message)
    if isinstance(data, list) and data:
        return read_error(data[0])
    return ServerError()


def hide_authorization(text: str) -> str:
    """A text without the value of C(encoded_authorization_message), for bodies that are not complete JSON."""
    return _AUTHORIZATION_MESSAGE.sub(r"\1********", text)


def _first(data: Any, *keys: str) -> Optional[str]:
    for key in keys:
        value = data.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def hint_for(status: int, code: Optional[str]) -> Optional[str]:
    """The remedy for an error that has the same cause in every service."""
    if code in THROTTLED or status == 429:
        return "The service limits how often it is called: try again later, or with fewer tasks at once."
    if status == 401:
        return (
            "Check access key, secret key and security token, that the key is enabled and not expired, "
            "that it belongs to this region's cloud, and this machine's clock (a signature is valid for 15 minutes)."
        )
    if status == 403:
        return "Grant the user the IAM permission for this call."
    return None
