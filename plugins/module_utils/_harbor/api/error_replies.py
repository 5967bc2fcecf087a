# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error replies of Harbor's API, in all their forms.

From 2.0 on C({"errors": [{"code": "CONFLICT", "message": "..."}]}); in 1.10, and in the older parts of 2.0 to 2.2,
C({"code": 409, "message": "..."}); requests that violate the schema get C({"code": 606, "message": "..."}) with
status 422; and pages of HTML come from 1.10 and from the proxies in front of Harbor (those are read by C(_http)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Optional

from ..._errors import ServerError

_REDIRECTS = (301, 302, 303, 307, 308)
_AWAY = (502, 503, 504)


def read_error(data: Any) -> ServerError:
    """The code and message of an error body.

    A numeric code repeats the status, or is the number of a schema rule, and does not help a user: it is left out.
    The messages of several errors are joined.
    """
    errors = data.get("errors") if isinstance(data, dict) else None
    if isinstance(errors, list):
        found = [read_error(item) for item in errors]
        messages = [item.message for item in found if item.message]
        codes = [item.code for item in found if item.code]
        return ServerError(codes[0] if codes else None, "; ".join(messages) or None)
    if not isinstance(data, dict):
        return ServerError()
    code, message = data.get("code"), data.get("message")
    return ServerError(
        code if isinstance(code, str) and code and not code.isdigit() else None,
        " ".join(message.split()) or None if isinstance(message, str) else None,
    )


def hint_for(status: int, code: Optional[str]) -> Optional[str]:
    """The remedy for an error that has the same cause everywhere in Harbor."""
    if status == 401:
        return (
            "Check harbor_username and harbor_password. A robot account is named with its prefix, as in robot$name. "
            "Users of OIDC log in with their CLI secret. For some seconds after a wrong password, Harbor "
            "refuses the correct one as well."
        )
    if status == 403:
        return (
            "Replication needs an administrator of Harbor, or (from 2.3 on) a system robot account "
            "with these permissions."
        )
    if status in _REDIRECTS:
        return "Set harbor_url to the address that it redirects to (most often https:// instead of http://)."
    if status in _AWAY:
        return "Harbor may be starting or broken: check whether all its containers are healthy."
    if status == 500:
        return "Harbor does not report the cause: see the log of its container core."
    return None
