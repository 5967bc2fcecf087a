# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry's error replies as errors that a user can act on (OCI distribution specification, section Error Codes).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, List, NamedTuple, Optional

from ..._http_values import NotUnderstood, StoreError, parse_retry_after, read_store_error
from ..._json import read_json
from ..._text import one_line, safe
from ..errors import RegistryError
from .connection import RegistryReply

RETRYABLE = frozenset((408, 425, 429, 500, 502, 503, 504))

OCI_REFUSED = "fail to parse 'manifest.json'"
"""The error of SWR's basic edition for an OCI manifest or index (aliyun/image-syncer#161, regclient/regclient#720)."""

ACCESS_HINT = "Check that the user of this registry's auth entry may do this in this repository."
"""For replies that refuse a login; callers that know the login say more (C(auth.access_hint))."""

_LONGEST_TEXT = 300


class _Said(NamedTuple):
    """The content of a server's error reply. :ivar store: the same, in the format of object stores."""

    code: Optional[str]
    message: str
    store: Optional[StoreError] = None


def reply_error(reply: RegistryReply, what: str, where: str, host: str = "") -> RegistryError:
    """The error of an unexpected reply.

    :param what: the failed action, as a clause ("cannot read the manifest").
    :param where: the image, blob or URL.
    :param host: the server that answered, if the registry redirected to another one.
    """
    # The body of a successful status is not about an error; it may be the blob itself.
    said = _first_error(reply) if reply.status >= 400 else _Said(None, "")
    message = safe(said.message, _LONGEST_TEXT)
    parts = [what, "{0}, which the registry redirects to, refused it".format(host) if host else "", message]
    return RegistryError(
        ": ".join(filter(None, parts)),
        where=where,
        status=reply.status,
        code=said.code,
        hint=_store_hint(reply.status, said.store) if host or said.store else _hint(reply.status, said.code, message),
        retryable=reply.status in RETRYABLE,
        retry_after=parse_retry_after(reply.headers.get("retry-after")),
    )


def _first_error(reply: RegistryReply) -> _Said:
    try:
        document: Any = read_json(reply.body)
    except NotUnderstood:
        store = read_store_error(reply.body)
        if store is not None:
            return _Said(one_line(store.code, 100) or None, store.message, store)
        return _Said(None, _plain_text(reply))
    errors: List[Any] = []
    if isinstance(document, dict):
        listed = document.get("errors")
        errors = listed if isinstance(listed, list) else [document]
    elif isinstance(document, list):
        errors = document
    for error in errors:
        if isinstance(error, dict):
            code = error.get("code") or error.get("errorCode") or error.get("error_code")
            message = (
                error.get("message") or error.get("errorMessage") or error.get("error_msg") or error.get("details")
            )
            detail = error.get("detail")
            text = str(message or "")
            if isinstance(detail, str) and detail and detail not in text:
                text = "{0} ({1})".format(text, detail) if text else detail
            if code or text:
                return _Said(one_line(code, 100) if code else None, text)
    return _Said(None, "")


def _plain_text(reply: RegistryReply) -> str:
    if "html" in reply.headers.get("content-type", "") or reply.body[:64].lstrip()[:1] == b"<":
        title = re.search(rb"<title>([^<]*)</title>", reply.body[:4096], re.IGNORECASE)
        name = title.group(1).decode("utf-8", "replace").strip() if title else "no title"
        return "an HTML page answered ({0}), so this is a proxy or a web server and not the registry".format(
            safe(name, 80)
        )
    return " ".join(reply.body[: 4 * _LONGEST_TEXT].decode("utf-8", "replace").split())


def _hint(status: int, code: Optional[str], message: str) -> Optional[str]:
    if OCI_REFUSED in message:
        return (
            "This registry accepts no OCI manifests (SWR's basic edition): convert them (convert: auto), or "
            "copy the image to an SWR Enterprise Edition instance."
        )
    if "organization does not exist" in message:
        return "Create the organization in SWR first, or correct its name in the rule's destination."
    if status in (401, 403) and code in ("DENIED", "UNAUTHORIZED", None):
        return ACCESS_HINT
    if status == 413:
        return "The registry, or a proxy before it, limits the size of an upload: raise that limit."
    return None


def _store_hint(status: int, said: Optional[StoreError]) -> Optional[str]:
    """What to do about a refusal by a registry's blob storage. It never receives our login."""
    if said is not None and said.is_stale:
        return (
            "The registry's redirect has expired: set the registry's clock, and make sure that nothing on the "
            "way caches its redirects."
        )
    if status in (401, 403):
        return (
            "The registry accepted the login, but its object store refuses the redirect. The registry's "
            "operator should check its key for the store and the bucket's policy. With a VPC endpoint for OBS, "
            "its policy must allow the bucket."
        )
    if status == 404:
        return "The registry knows the blob, but its object store does not have it: push the image there again."
    return None
