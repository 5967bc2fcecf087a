# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies as from an adapter of C(requests), with an unread body."""

from __future__ import annotations

import io
from typing import Any, Mapping

import requests
import urllib3


def reply_to(request: Any, status: int = 200, headers: Mapping[str, str] = {}, body: bytes = b"") -> Any:
    response = requests.Response()
    response.status_code, response.url, response.request = status, request.url, request
    response.headers.update(headers)
    response.raw = urllib3.HTTPResponse(io.BytesIO(body), preload_content=False)
    return response
