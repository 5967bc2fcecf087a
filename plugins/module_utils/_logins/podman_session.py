# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that C(podman login) writes, which overrides the one that survives a reboot.

podman, buildah and skopeo read it first (containers-auth.json(5)): C($XDG_RUNTIME_DIR/containers/auth.json), or
without that variable C(/run/containers/UID/auth.json).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Iterable, Iterator, List, Mapping, Optional, Tuple

from .._errors import LongshoreError
from .._files.safe_file import read_text_safely
from .._json import read_json
from .document import host_of

WARNING = (
    "{0} has a login to {1}, which podman prefers to that in {2}. "
    'Remedy: run "podman logout --authfile={0} {1}" on this host, or remove the file; a reboot removes it too.'
)


def session_files(uid: int, runtime_dir: Optional[str] = None, run: str = "/run") -> List[str]:
    """The files that a user's C(podman login) may have written.

    :param runtime_dir: the user's C(XDG_RUNTIME_DIR), if known.
    """
    places = [os.path.join(run, "user", str(uid), "containers"), os.path.join(run, "containers", str(uid))]
    if runtime_dir:
        places.insert(0, os.path.join(runtime_dir, "containers"))
    return list(dict.fromkeys(os.path.join(place, "auth.json") for place in places))


def session_warnings(
    registry: str, files: Iterable[Tuple[str, Any]], environ: Mapping[str, str], run: str = "/run"
) -> Iterator[str]:
    """The warnings if C(podman login) has written a login for C(registry), which overrides those in C(files).

    :param files: formats and C(CredentialFile) objects; only podman's count.
    :param environ: the environment of this process.
    """
    for form, file in files:
        if form != "podman":
            continue
        runtime_dir = environ.get("XDG_RUNTIME_DIR") if file.uid == os.getuid() else None
        for path in session_files(file.uid, runtime_dir, run):
            if any(host_of(key) == registry for key in _keys(path, file.uid)):
                yield WARNING.format(path, registry, file.path)


def _keys(path: str, uid: int) -> Iterator[str]:
    """The file's keys of logins or credential helpers; none if it cannot be read: podman itself reports that."""
    try:
        document: Any = read_json(read_text_safely(path, owner=uid) or "{}")
    except (LongshoreError, ValueError):
        return
    for name in ("auths", "credHelpers"):
        entries = document.get(name) if isinstance(document, dict) else None
        yield from entries if isinstance(entries, dict) else ()
