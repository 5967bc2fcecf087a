# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of a credential file: C(auths) with one entry per registry, and what overrides it.

docker/cli, docs/reference/commandline/docker_login.md; containers-auth.json(5).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from typing import Any, Dict, List, Optional, Tuple

from .._errors import LongshoreError
from .._http_values import basic_credentials

_CREDENTIAL_KEYS = ("auth", "username", "password", "identitytoken", "registrytoken")


def without_duplicates(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """The pairs of a JSON object as a dictionary.

    :raises ValueError: a key occurs twice, so part of the file would be lost.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def entries_of(document: Any, path: str) -> Dict[str, Any]:
    """Check and return C(auths).

    :raises LongshoreError: the document is not a credential file.
    """
    if document is None:
        return {}
    entries = document.get("auths") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(entries, (dict, type(None))):
        raise LongshoreError(
            "it is not a credential file, and is left alone",
            where=path,
            hint='A credential file is a JSON object whose "auths" is an object too. Repair it, or move it away.',
        )
    return entries or {}


def put_login(document: Dict[str, Any], registry: str, username: str, password: str, path: str) -> Dict[str, Any]:
    """Set the registry's login, and keep the rest of its entry. Returns the entry."""
    entries = dict(entries_of(document, path))
    old = entries.get(registry)
    kept = {key: value for key, value in old.items() if key not in _CREDENTIAL_KEYS} if isinstance(old, dict) else {}
    entry = dict({"auth": basic_credentials(username, password)}, **kept)
    entries[registry] = entry
    document["auths"] = entries
    return entry


def remove_login(document: Dict[str, Any], registry: str, path: str) -> None:
    """Remove the registry's login, also if the key is a URL: every engine takes that for the registry."""
    entries = entries_of(document, path)
    kept = {key: entry for key, entry in entries.items() if not _is_of(key, registry)}
    if len(kept) != len(entries):
        document["auths"] = kept


def _is_of(key: str, registry: str) -> bool:
    return key == registry or ("://" in key and host_of(key) == registry)


def host_of(key: str) -> str:
    """The registry of a key, which may be one of its namespaces, or a URL from older programs."""
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]


def refuse_store(document: Any, registry: str, path: str, form: str) -> None:
    """Check that no credential store overrides an entry, by the engine's rules.

    The kubelet ignores stores. podman uses those of single registries, and fails if one has no name; for docker
    an empty name means the file, whatever the store of all registries is.

    :param form: the engine, as in C(FORMATS); any other text for a file that may be docker's.
    :raises LongshoreError: one overrides it.
    """
    entries_of(document, path)
    helpers = document.get("credHelpers")
    if form == "kubelet":
        return
    if isinstance(helpers, dict) and registry in helpers:
        key, name = 'credHelpers["{0}"]'.format(registry), helpers[registry] or '""'
        if not helpers[registry] and form != "podman":
            return
    elif document.get("credsStore") and form != "podman":
        key, name = "credsStore", document["credsStore"]
    else:
        return
    raise LongshoreError(
        "{0} names the credential store {1}, which takes precedence over the file".format(key, name),
        where=path,
        hint="Remove {0} from the file, or log in through that store.".format(key),
    )


def render(document: Any, model: Optional[str]) -> str:
    """JSON with the file's indentation; Docker's own is a tab."""
    found = re.search(r"\n([ \t]+)\"", model or "")
    indent: Any = found.group(1) if found else "\t"
    text = json.dumps(document, indent=indent, ensure_ascii=False) + "\n"
    # Half of a surrogate pair is a character in JSON, but not in UTF-8.
    return text if not re.search("[\ud800-\udfff]", text) else json.dumps(document, indent=indent) + "\n"


def username_of(entry: Dict[str, Any]) -> Optional[str]:
    """The user of an entry, None if it has none."""
    try:
        text = base64.b64decode(entry.get("auth") or "", validate=True).decode("utf-8")
    except (binascii.Error, ValueError, TypeError):
        text = ""
    return text.partition(":")[0] or entry.get("username") or None


def fingerprint_of(entry: Dict[str, Any]) -> str:
    """Shows whether the login is still the one written; too short to guess a password with."""
    return hashlib.sha256(str(entry.get("auth")).encode("utf-8")).hexdigest()[:12]
